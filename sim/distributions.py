"""How unsure a number is: the distributions that configuration files write as text.

`N(m, s)` normal, `TN(m, s; a, b)` normal between a and b, `U(a, b)` anything from a to b alike, `Tri(a, m, b)` a
triangle with its peak at m, `B(a, b)` a beta distribution. A number with only `low` and `high` is a triangle with its
peak at the value, or uniform where the value lies outside. Everything is cut at `low` and `high`. A study from
another school system (`transfer`) is trusted less: its spread is half as wide again.
"""

import math
import re
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

TRANSFER_FACTOR = 1.5
"""How much wider the spread of an estimate from another school system is taken to be."""
FORMS = {"N": 2, "TN": 4, "U": 2, "Tri": 3, "B": 2}
EXPECTED = "N(m, s), TN(m, s; a, b), U(a, b), Tri(a, m, b) or B(a, b)"
_NUMBER = r"[-+−]?\d*\.?\d+(?:[eE][-+]?\d+)?"
_TEXT = re.compile(rf"\s*(\w+)\s*\(\s*({_NUMBER}(?:\s*[,;]\s*{_NUMBER})*)\s*\)\s*")


class Remarks(Protocol):
    """What is asked of the remarks on a value (`sim.configs.Note`)."""

    @property
    def low(self) -> float | None: ...  # noqa: D102
    @property
    def high(self) -> float | None: ...  # noqa: D102
    @property
    def distribution(self) -> str | None: ...  # noqa: D102
    @property
    def transfer(self) -> bool: ...  # noqa: D102


class Malformed(ValueError):
    """A text that is no distribution; says what was expected and found."""

    def __init__(self, expected: str, found: str) -> None:
        super().__init__(f"expected {expected}, found {found}")
        self.expected, self.found = expected, found


class Ends(NamedTuple):
    """Where a distribution is cut."""

    low: float = -math.inf
    high: float = math.inf


OPEN = Ends()


@dataclass(frozen=True)
class Distribution:
    """A distribution of one number, cut at both ends. `kind` is N, U, Tri or B."""

    kind: str
    numbers: tuple[float, ...]
    ends: Ends = OPEN

    def quantile(self, share: float) -> float:
        """The number below which `share` of the distribution lies."""
        below, above = self._below(self.ends.low), self._below(self.ends.high)
        found = self._at(below + share * (above - below))
        return min(max(found, self.ends.low), self.ends.high)

    def cut(self, low: float = -math.inf, high: float = math.inf) -> "Distribution":
        """The same distribution, between tighter ends."""
        return replace(self, ends=Ends(max(low, self.ends.low), min(high, self.ends.high)))

    def wider(self, factor: float) -> "Distribution":
        """Its spread times `factor`, where it has one of its own; U and Tri are all range and stay as they are."""
        first, second, *_ = self.numbers
        if self.kind == "N":
            return replace(self, numbers=(first, second * factor))
        if self.kind == "B":
            size = first + second
            smaller = max((size + 1) / factor**2 - 1, 0.0) / size
            return replace(self, numbers=(first * smaller, second * smaller)) if smaller else self
        return self

    def __str__(self) -> str:
        """The form in which a file would state it, cut ends included."""
        inside = ", ".join(f"{number:g}" for number in self.numbers)
        low, high = self.ends
        ends = f" from {low:g} to {high:g}" if math.isfinite(low) or math.isfinite(high) else ""
        return f"{self.kind}({inside}){ends}"

    def _below(self, value: float) -> float:
        """Share of the uncut distribution below `value`."""
        from scipy.special import betainc, ndtr

        first, second, *rest = self.numbers
        if self.kind == "N":
            return float(ndtr((value - first) / second))
        if self.kind == "B":
            return float(betainc(first, second, min(max(value, 0.0), 1.0)))
        last = rest[0] if rest else second
        value = min(max(value, first), last)
        if self.kind == "U":
            return (value - first) / (last - first)
        if value <= second:
            return (value - first) ** 2 / ((last - first) * (second - first)) if second > first else 0.0
        return 1 - (last - value) ** 2 / ((last - first) * (last - second))

    def _at(self, share: float) -> float:
        """The inverse of `_below`."""
        from scipy.special import betaincinv, ndtri

        first, second, *rest = self.numbers
        if self.kind == "N":
            return float(first + second * ndtri(share))
        if self.kind == "B":
            return float(betaincinv(first, second, share))
        last = rest[0] if rest else second
        if self.kind == "U":
            return first + share * (last - first)
        width = last - first
        if share * width <= second - first:
            return first + math.sqrt(share * width * (second - first))
        return last - math.sqrt((1 - share) * width * (last - second))


def parse(text: str) -> Distribution:
    """The distribution that `text` states. Raises Malformed."""
    found = _TEXT.fullmatch(text)
    if not found or found[1] not in FORMS:
        raise Malformed(EXPECTED, text)
    kind = found[1]
    numbers = tuple(float(number.replace("−", "-")) for number in re.split(r"\s*[,;]\s*", found[2]))
    if len(numbers) != FORMS[kind]:
        raise Malformed(f"{FORMS[kind]} numbers in {kind}(…)", text)
    first, second = numbers[:2]
    if kind in ("N", "TN") and second <= 0:
        raise Malformed("a spread above 0", text)
    if kind == "B" and (first <= 0 or second <= 0):
        raise Malformed("two numbers above 0", text)
    ordered = {"U": numbers, "Tri": numbers, "TN": numbers[2:]}.get(kind, ())
    if ordered and (list(ordered) != sorted(ordered) or ordered[0] == ordered[-1]):
        raise Malformed("ends in rising order", text)
    if kind == "TN":
        return Distribution("N", (first, second), Ends(*ordered))
    return Distribution(kind, numbers)


def distribution_of(value: float, note: Remarks) -> Distribution | None:
    """How unsure `value` is by its remarks; None where they give no range. Raises Malformed."""
    low = -math.inf if note.low is None else note.low
    high = math.inf if note.high is None else note.high
    if low > high:
        raise Malformed("low below high", f"{low:g} and {high:g}")
    if note.distribution is not None:
        spread = parse(note.distribution)
        return (spread.wider(TRANSFER_FACTOR) if note.transfer else spread).cut(low, high)
    if not (math.isfinite(low) and low < high and math.isfinite(high)):
        return None
    numbers = (low, value, high) if low <= value <= high else (low, high)
    return Distribution("Tri" if len(numbers) == 3 else "U", numbers)
