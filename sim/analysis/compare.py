"""Paired comparisons: each seed is one world that meets both variants, so differences are taken within it.

An *outcome* is a measure of the whole county: `name` is its value in the last year, `name_mean` its mean over
years 1 to N; a suffix `_primary` or `_junior` in front of `_mean` selects a stage (`score_mean_primary`,
`score_mean_primary_mean`). The mean of `rotation_shortfall` is 1 − Σdone/Σdue, so that years with few due
count little. Differences are always variant − base.
"""

import math
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.uncertainty import split

if TYPE_CHECKING:
    import pandas as pd

STAGE_SUFFIXES = {"_primary": "primary", "_junior": "junior"}
RUN = ["county", "variant", "seed", "draw"]
CONFIDENCE = 0.95

Values = NDArray[np.float64]


class Outcome(NamedTuple):
    """A measure, the stage it is taken over, and whether it is a mean over the years."""

    measure: str
    stage: str = "all"
    mean: bool = False


class Contrast(NamedTuple):
    """A variant against the base in one outcome; all numbers in the outcome's unit unless said otherwise.

    `variant_mean` and `base_mean` are means over the pairs. `low` and `high` bound the 95 % interval of
    `difference` and are NaN where one pair gives none; `effect_size` is the difference over the SD of paired
    differences; `share_positive` counts pairs above zero; `runs_needed` is how many pairs an interval half as
    wide as the difference takes (inf where the difference is zero); `told_apart` says that the interval
    leaves out zero. Where coefficients are drawn, the interval is that of luck and ignorance together
    (`sim.analysis.uncertainty`), since worlds of one draw are alike.
    """

    county: str
    outcome: str
    variant: str
    base: str
    variant_mean: float
    base_mean: float
    difference: float
    low: float
    high: float
    sd: float
    effect_size: float
    share_positive: float
    pairs: int
    runs_needed: float
    told_apart: bool


def parse(name: str, measures: Collection[str]) -> Outcome | None:
    """The outcome that `name` stands for among the known `measures`; None where there is none."""
    last = _at_stage(name, measures)
    if last is not None:
        return last
    if name.endswith("_mean"):
        yearly = _at_stage(name.removesuffix("_mean"), measures)
        return yearly and yearly._replace(mean=True)
    return None


def outcomes(yearly: "pd.DataFrame", names: Iterable[str]) -> "pd.DataFrame":
    """Values of outcomes, one row a run (index county, variant, seed, draw), one column a name.

    A run that lacks an outcome has NaN there. Raises KeyError for a name that is no outcome of `yearly`.
    """
    import pandas as pd

    measures = set(yearly["measure"].unique())
    wanted: dict[str, Outcome] = {}
    for name in names:
        outcome = parse(name, measures)
        if outcome is None:
            raise KeyError(f"{name}: expected an outcome of this study; its measures are {', '.join(sorted(measures))}")
        wanted[name] = outcome
    needed = {outcome.measure for outcome in wanted.values()}
    if "rotation_shortfall" in needed:
        needed |= {"rotation_due", "rotation_done"} & measures
    rows = yearly[(yearly["zone"] == "all") & yearly["measure"].isin(needed)]
    rows = rows.astype(dict.fromkeys(("county", "variant", "stage", "measure"), "object"))
    table = rows.set_index([*RUN, "year", "stage", "measure"])["value"].unstack(["stage", "measure"])  # noqa: PD010  pivot_table would average
    years = table.index.get_level_values("year")
    last = table[years == years.max()].droplevel("year")
    means = table[years >= 1].groupby(level=RUN, sort=False).mean()
    sums = table[years >= 1].groupby(level=RUN, sort=False).sum()
    runs = pd.MultiIndex.from_frame(rows[RUN].drop_duplicates())
    return pd.DataFrame(
        {name: _values(outcome, last, means, sums).reindex(runs) for name, outcome in wanted.items()},
        index=runs,
    )


def contrasts(yearly: "pd.DataFrame", base: str, names: Sequence[str]) -> "pd.DataFrame":
    """Every other variant against `base` in every outcome of `names`: the fields of `Contrast`."""
    import pandas as pd

    values = outcomes(yearly, names)
    rows: list[Contrast] = []
    for county in values.index.unique("county"):
        here = values.index.get_level_values("county") == county
        for variant in values.index[here].unique("variant"):
            if variant != base:
                rows += against(values, str(county), str(variant), base)
    return pd.DataFrame(rows, columns=Contrast._fields)


def contrast(yearly: "pd.DataFrame", variant: str, base: str, outcome: str, county: str | None = None) -> Contrast:
    """One variant against another in one outcome.

    `county` may be left out where there is only one. Raises KeyError for unknown names and ValueError where
    the county is not determined.
    """
    values = outcomes(yearly, [outcome])
    counties = list(values.index.unique("county"))
    if county is None:
        if len(counties) > 1:
            raise ValueError(f"expected the name of one county of {', '.join(counties)}, found none")
        county = counties[0]
    known = values.index.unique("variant")
    for name in (variant, base):
        if name not in known:
            raise KeyError(f"{name}: expected a variant of this study ({', '.join(known)})")
    return against(values, county, variant, base)[0]


def against(values: "pd.DataFrame", county: str, variant: str, base: str) -> list[Contrast]:
    """One variant against another in every outcome of `values`, over the pairs that have a value.

    `values` is what `outcomes` gives, for one county: index county, variant, seed, draw.
    """
    values = values[values.index.get_level_values("county") == county].droplevel("county")
    first, second = (values[values.index.get_level_values("variant") == name] for name in (variant, base))
    first, second = first.droplevel("variant"), second.droplevel("variant")
    both = first.index.intersection(second.index)
    here, there = first.loc[both].to_numpy(float), second.loc[both].to_numpy(float)
    draws = both.get_level_values("draw").to_numpy()
    return [
        _contrast(county, str(name), variant, base, here[:, column], there[:, column], draws)
        for column, name in enumerate(values.columns)
    ]


def over_years(
    yearly: "pd.DataFrame", variant: str, base: str, measure: str, stage: str = "all", zone: str = "all"
) -> "pd.DataFrame":
    """Paired difference of a measure in each year: columns county, year, difference, low, high, pairs."""
    import pandas as pd

    rows = yearly[
        (yearly["measure"] == measure)
        & (yearly["stage"] == stage)
        & (yearly["zone"] == zone)
        & yearly["variant"].isin([variant, base])
    ].astype({"county": "object", "variant": "object"})
    table = rows.set_index(["county", "year", "seed", "draw", "variant"])["value"].unstack("variant")  # noqa: PD010
    if table.empty or not {variant, base} <= set(table.columns):
        return pd.DataFrame(columns=["county", "year", "difference", "low", "high", "pairs"])
    difference = (table[variant] - table[base]).dropna()
    groups = difference.groupby(level=["county", "year"])
    summary = pd.DataFrame({"difference": groups.mean(), "sd": groups.std(ddof=1), "pairs": groups.count()})
    same = groups.apply(lambda values: bool((values == 0).all()))
    half = summary["sd"] / summary["pairs"] ** 0.5 * [_quantile(pairs) for pairs in summary["pairs"]]
    half = half.mask(same, 0.0)
    summary["low"], summary["high"] = summary["difference"] - half, summary["difference"] + half
    return summary.reset_index()[["county", "year", "difference", "low", "high", "pairs"]]


def runs_needed(difference: float, sd: float) -> float:
    """Pairs that make the 95 % interval half as wide as the difference; inf where the difference is zero.

    "Half as wide" means that the whole interval, from low to high, spans half the difference.
    """
    if difference == 0 or math.isnan(difference) or math.isnan(sd):
        return math.inf if difference == 0 else math.nan
    pairs, before = 30.0, 0.0
    for _ in range(50):
        if abs(pairs - before) < 0.5:
            break
        before, pairs = pairs, max((4 * _quantile(max(pairs, 2)) * sd / abs(difference)) ** 2, 2.0)
    return float(math.ceil(max(pairs, 2.0)))


def _at_stage(name: str, measures: Collection[str]) -> Outcome | None:
    if name in measures:
        return Outcome(name)
    for suffix, stage in STAGE_SUFFIXES.items():
        if name.endswith(suffix) and name.removesuffix(suffix) in measures:
            return Outcome(name.removesuffix(suffix), stage)
    return None


def _values(outcome: Outcome, last: "pd.DataFrame", means: "pd.DataFrame", sums: "pd.DataFrame") -> "pd.Series[float]":
    import pandas as pd

    key = (outcome.stage, outcome.measure)
    due, done = (outcome.stage, "rotation_due"), (outcome.stage, "rotation_done")
    if key not in last.columns:
        return pd.Series(math.nan, index=last.index)
    if outcome.mean and outcome.measure == "rotation_shortfall" and due in sums.columns and done in sums.columns:
        return (1 - sums[done] / sums[due]).where(sums[due] > 0, 0.0)
    return (means if outcome.mean else last)[key]


def _contrast(
    county: str, outcome: str, variant: str, base: str, here: Values, there: Values, draws: NDArray[np.integer]
) -> Contrast:
    """One outcome; `here`, `there` and `draws` are (pairs,), NaN where a run lacks it."""
    found = here - there
    known = ~np.isnan(found)
    found, pairs = found[known], int(known.sum())
    if not pairs:
        nothing = dict.fromkeys(("difference", "low", "high", "sd", "effect_size", "share_positive"), math.nan)
        means = {"variant_mean": math.nan, "base_mean": math.nan}
        return Contrast(
            county,
            outcome,
            variant,
            base,
            **means,
            **nothing,
            pairs=0,
            runs_needed=math.nan,
            told_apart=False,
        )
    mean = float(found.mean())
    sd = float(found.std(ddof=1)) if pairs > 1 else math.nan
    if not found.any():
        mean, sd = 0.0, 0.0
    half = 0.0 if sd == 0 else _quantile(pairs) * sd / math.sqrt(pairs)
    low, high = mean - half, mean + half
    if sd > 0 and np.unique(draws[known]).size > 1:
        mean, low, high, *_ = split(found, draws[known])
    return Contrast(
        county,
        outcome,
        variant,
        base,
        variant_mean=float(here[known].mean()),
        base_mean=float(there[known].mean()),
        difference=mean,
        low=low,
        high=high,
        sd=sd,
        effect_size=_ratio(mean, sd),
        share_positive=float((found > 0).mean()),
        pairs=pairs,
        runs_needed=runs_needed(mean, sd),
        told_apart=low > 0 or high < 0,
    )


def _ratio(mean: float, sd: float) -> float:
    """`mean` over `sd`, where a difference without spread is infinitely large and no difference is 0."""
    if mean == 0 or math.isnan(sd):
        return sd if math.isnan(sd) else 0.0
    return mean / sd if sd > 0 else math.copysign(math.inf, mean)


def _quantile(pairs: float) -> float:
    """The t quantile that bounds a two-sided 95 % interval of `pairs` differences; NaN for one."""
    from scipy.special import stdtrit

    return float(stdtrit(pairs - 1, (1 + CONFIDENCE) / 2)) if pairs > 1 else math.nan
