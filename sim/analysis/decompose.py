"""Shares of an effect by mechanism: arithmetic on a table of which mechanisms are on and what the effect then is.

A mechanism's Shapley share is what it adds when it is switched on, averaged over all orders in which the mechanisms can
be switched on. Shares add up to the effect with all on less the effect with all off; what acts together is split
fairly.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from math import comb
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Subset = frozenset[str]


class Sampled(NamedTuple):
    """A share from some of the orders, and the standard error of leaving out the others."""

    share: Values
    error: Values


def subsets(names: Collection[str]) -> list[Subset]:
    """Every set of the names, small ones first."""
    ordered = tuple(names)
    return [frozenset(chosen) for size in range(len(ordered) + 1) for chosen in combinations(ordered, size)]


def shapley(names: Sequence[str], effects: Mapping[Subset, Values]) -> dict[str, Values]:
    """The exact shares. `effects` holds every subset of the names (those that are on); its values may be arrays."""
    count = len(names)
    shares = {}
    for name in names:
        others = [other for other in names if other != name]
        shares[name] = np.sum(
            [
                (np.asarray(effects[chosen | {name}]) - np.asarray(effects[chosen]))
                / (count * comb(count - 1, len(chosen)))
                for chosen in subsets(others)
            ],
            axis=0,
        )
    return shares


def sampled(orders: Sequence[Sequence[str]], effects: Mapping[Subset, Values]) -> dict[str, Sampled]:
    """Shares from some orders of switching on; `effects` holds every subset that `along` names for them."""
    added: dict[str, list[Values]] = {name: [] for name in orders[0]}
    for order in orders:
        on: Subset = frozenset()
        for name in order:
            added[name].append(np.asarray(effects[on | {name}]) - np.asarray(effects[on]))
            on |= {name}
    found = {}
    for name, steps in added.items():
        array = np.array(steps)
        spread = array.std(axis=0, ddof=1) if len(steps) > 1 else np.full(array.shape[1:], np.nan)
        found[name] = Sampled(array.mean(axis=0), spread / np.sqrt(len(steps)))
    return found


def along(orders: Iterable[Sequence[str]]) -> Iterator[Subset]:
    """The subsets that are met on the way through some orders, the empty one included."""
    for order in orders:
        for length in range(len(order) + 1):
            yield frozenset(order[:length])


def alone_off(names: Sequence[str], effects: Mapping[Subset, Values]) -> dict[str, Values]:
    """What is lost when one mechanism is switched off and the others stay on."""
    everything = frozenset(names)
    return {name: np.asarray(effects[everything]) - np.asarray(effects[everything - {name}]) for name in names}
