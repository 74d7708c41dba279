"""Luck and ignorance told apart: how far a difference depends on the seed, how far on what is not known.

In each draw of the coefficients every seed gives a paired difference. How seeds differ within a draw is luck, W. How
the means of draws differ is ignorance, B, after taking away the W/k that k seeds leave in a mean. The interval of both
is the middle 95 % of the draws' means, drawn in towards their mean until their variance is B + W/(nk), what n draws of
k seeds leave unknown. The interval of luck alone is what these seeds would leave if the drawn coefficients were known.
"""

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

CONFIDENCE = 0.95
PERMUTATIONS = 2_000
"""Shuffles of the draws that show how strong a link luck alone makes."""
RANGE = (0.05, 0.95)
"""The part of a coefficient's draws over which its effect on the answer is told."""
SHUFFLE_SEED = 20260101
Values = NDArray[np.float64]


class Split(NamedTuple):
    """A difference over n draws of k seeds, in the outcome's unit.

    `low` and `high` bound the 95 % interval from both, `luck_low` and `luck_high` that from luck alone.
    `luck_variance` is that of single worlds of one draw, `coefficient_variance` that between draws;
    `coefficient_share` is the latter's part of their sum (NaN where one seed a draw cannot tell them apart).
    `same_sign` is the share of draws whose mean has the sign of the difference.
    """

    difference: float
    low: float
    high: float
    luck_low: float
    luck_high: float
    luck_variance: float
    coefficient_variance: float
    coefficient_share: float
    same_sign: float
    draws: int
    worlds: int


class Link(NamedTuple):
    """How the difference goes with one coefficient.

    `importance` is the squared rank correlation over draws, `noise` what the strongest of as many idle coefficients
    reaches by luck in one study of twenty. `change` is how much the difference moves as the coefficient goes over the
    middle 90 % of its draws, by a straight line, with its standard error.
    """

    path: str
    importance: float
    noise: float
    change: float
    error: float
    low: float
    high: float
    first_rank: bool
    assumed: bool

    @property
    def told_apart(self) -> bool:
        """Whether the link is stronger than luck makes."""
        return self.importance > self.noise


def split(differences: Values, draws: NDArray[np.integer]) -> Split:
    """Luck and ignorance in paired differences, one a world; `draws`: the draw of each. NaN are left out."""
    known = np.isfinite(differences)
    found, draws = differences[known], draws[known]
    _, place, count = np.unique(draws, return_inverse=True, return_counts=True)
    number, worlds = len(count), len(found)
    if not worlds:
        nothing = math.nan
        return Split(nothing, nothing, nothing, nothing, nothing, nothing, nothing, nothing, nothing, 0, 0)
    means = np.bincount(place, found) / count
    mean = float(means.mean())
    inside = worlds - number
    luck = float(((found - means[place]) ** 2).sum() / inside) if inside else math.nan
    between = float(means.var(ddof=1)) if number > 1 else math.nan
    left = luck * float((1 / count).mean())
    ignorance = between if math.isnan(left) else max(between - left, 0.0)
    low, high = _both(means, mean, between, ignorance + (0.0 if math.isnan(left) else left / number))
    half = _t(inside) * math.sqrt(left / number) if inside else math.nan
    if inside and number > 1:
        # The middle of a few draws is narrow; what is unknown is never less than luck alone.
        low, high = min(low, mean - half), max(high, mean + half)
    total = ignorance + luck
    share = ignorance / total if total > 0 else (0.0 if total == 0 else math.nan)
    sign = float((np.sign(means) == np.sign(mean)).mean())
    return Split(mean, low, high, mean - half, mean + half, luck, ignorance, share, sign, number, worlds)


def _both(means: Values, mean: float, between: float, wanted: float) -> tuple[float, float]:
    """The middle 95 % of the draws' means after their spread is set to what is unknown."""
    if len(means) < 2:
        return math.nan, math.nan
    factor = math.sqrt(wanted / between) if between > 0 else 0.0
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(mean + factor * (means - mean), [tail, 1 - tail])
    return float(low), float(high)


def links(means: Values, drawn: "pd.DataFrame") -> list[Link]:
    """How a difference goes with every coefficient, the strongest first, those of first rank before all.

    `means`: (draws,) mean difference of each draw; `drawn`: one row a draw and one column a coefficient, columns
    with (path, first_rank, assumed).
    """
    values = drawn.to_numpy(float)
    varied = values.std(axis=0) > 0
    y = _ranks(means[:, None])[:, 0]
    x = _ranks(values)
    importance = _correlation(x, y) ** 2
    shuffled = np.random.default_rng(SHUFFLE_SEED)
    largest = [(_correlation(x[:, varied], shuffled.permutation(y)) ** 2).max() for _ in range(PERMUTATIONS)]
    noise = float(np.quantile(largest, CONFIDENCE)) if varied.any() else math.nan
    found = []
    marks: list[Any] = list(drawn.columns)
    for column, (path, first_rank, assumed) in enumerate(marks):
        low, high = np.quantile(values[:, column], RANGE)
        slope, error = _line(values[:, column], means)
        span = float(high - low)
        found.append(
            Link(path, float(importance[column]), noise, slope * span, error * span, float(low), float(high),
                 bool(first_rank), bool(assumed))
        )  # fmt: skip
    return sorted(found, key=lambda item: (not item.first_rank, -item.importance, item.path))


def _ranks(values: Values) -> Values:
    """Ranks in each column, ties sharing theirs, centred and of length 1; zeros where nothing varies."""
    from scipy.stats import rankdata

    ranks = rankdata(values, axis=0)
    ranks -= ranks.mean(axis=0)
    length = np.sqrt((ranks**2).sum(axis=0))
    return ranks / np.where(length > 0, length, 1.0)


def _correlation(x: Values, y: Values) -> Values:
    return y @ x


def _line(x: Values, y: Values) -> tuple[float, float]:
    """Slope of y on x and its standard error."""
    spread = float(((x - x.mean()) ** 2).sum())
    if spread == 0 or len(x) < 3:
        return 0.0, math.nan
    slope = float(((x - x.mean()) * (y - y.mean())).sum() / spread)
    rest = y - y.mean() - slope * (x - x.mean())
    return slope, math.sqrt(float((rest**2).sum()) / (len(x) - 2) / spread)


def _t(freedom: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1 + CONFIDENCE) / 2))
