"""Every random number: a pure function of (seed, process, purpose, year, agent id).

An id is a block (its upper bits) and a place in the block. The numbers of a block are the first numbers of a
generator keyed by (seed, process, purpose, year, block), so the number at a place never depends on who else
is drawn, on the order of rows, or on how many are alive. That is why two variants of a policy meet the same
people with the same luck.
"""

from hashlib import blake2b

import numpy as np
from numpy.random import SFC64, Generator
from numpy.typing import NDArray

PLACE_BITS = 20
PLACES = 1 << PLACE_BITS
"""Places in a block: ids are block * PLACES + place."""


MOST_KEPT = 2048
"""Blocks of numbers kept: those of a founding and a decade, so that the next variant of a seed finds them."""
_KEPT: dict[tuple, NDArray] = {}
GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def _mixed(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """SplitMix64's finaliser: every bit in moves every bit out."""
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


class Draws:
    """The numbers of one process in one year of one seed."""

    def __init__(self, seed: int, process: str, year: int) -> None:
        self.key = f"{seed}|{process}|{year}"

    def normal(self, purpose: str, ids: NDArray[np.integer]) -> NDArray[np.float64]:
        """Standard normal numbers, one for each id. Shape of `ids`."""
        return self._gather(purpose, ids, Generator.standard_normal, np.float64)

    def normal32(self, purpose: str, ids: NDArray[np.integer]) -> NDArray[np.float32]:
        """Standard normal numbers in single precision, for pupils. Shape of `ids`."""
        return self._gather(purpose, ids, Generator.standard_normal, np.float32)

    def uniform(self, purpose: str, ids: NDArray[np.integer]) -> NDArray[np.float64]:
        """Numbers from 0 to 1, one for each id. Shape of `ids`."""
        return self._gather(purpose, ids, Generator.random, np.float64)

    def uniform_pairs(self, purpose: str, ids: NDArray[np.integer], others: NDArray[np.integer]) -> NDArray[np.float64]:
        """Numbers strictly between 0 and 1, one for each pair. Shape (ids, others).

        Few of the many possible pairs are asked for, so each number is a hash of its pair: SplitMix64's finaliser
        (Steele, Lea and Flood 2014) over a key of this purpose.
        """
        digest = blake2b(f"{self.key}|{purpose}".encode(), digest_size=8).digest()
        key = np.uint64(int.from_bytes(digest, "little"))
        rows = _mixed(np.asarray(ids).astype(np.uint64) * GOLDEN + key)
        bits = _mixed(rows[:, None] + np.asarray(others).astype(np.uint64) * GOLDEN)
        return ((bits >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52

    def _generator(self, purpose: str, block: int) -> Generator:
        digest = blake2b(f"{self.key}|{purpose}|{block}".encode(), digest_size=16).digest()
        return Generator(SFC64(int.from_bytes(digest, "little")))

    def _gather(self, purpose, ids, method, dtype):
        ids = np.asarray(ids)
        result = np.empty(ids.shape, dtype)
        if not ids.size:
            return result
        blocks = ids >> PLACE_BITS
        places = (ids & (PLACES - 1)).astype(np.intp)
        edges = np.flatnonzero(blocks[1:] != blocks[:-1]) + 1
        if edges.size > 64:
            return self._gather_scattered(purpose, blocks, places, method, dtype)
        starts = [0, *edges.tolist()]
        for start, stop in zip(starts, [*starts[1:], ids.size], strict=True):
            here = places[start:stop]
            numbers = self._numbers(purpose, int(blocks[start]), int(here.max()) + 1, method, dtype)
            np.take(numbers, here, out=result[start:stop], mode="clip")
        return result

    def _numbers(self, purpose, block, needed, method, dtype):
        """The first numbers of a block, at least `needed`; kept, since other variants of a seed ask for the same."""
        address = (self.key, purpose, block, method, dtype)
        numbers = _KEPT.get(address)
        if numbers is None or numbers.size < needed:
            numbers = method(self._generator(purpose, block), needed, dtype=dtype)
            _KEPT[address] = numbers
            if len(_KEPT) > MOST_KEPT:
                del _KEPT[next(iter(_KEPT))]
        return numbers

    def _gather_scattered(self, purpose, blocks, places, method, dtype):
        result = np.empty(blocks.shape, dtype)
        for block in np.unique(blocks).tolist():
            rows = blocks == block
            here = places[rows]
            result[rows] = self._numbers(purpose, block, int(here.max()) + 1, method, dtype)[here]
        return result
