"""Closing: how far and how soon a gap closes, on the mean over seeds.

Published simulations tell after how many years a gap between schools is gone. A mean over seeds is followed
from year 0, since a single seed's gap has luck of its own, and the answer is the first year in which the gap
is no more than a share of what it was.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def path(
    yearly: "pd.DataFrame", measure: str, variant: str, county: str | None = None, stage: str = "all"
) -> "pd.Series":
    """The mean over seeds of a measure by year. Raises KeyError where it was never taken."""
    rows = yearly[(yearly["measure"] == measure) & (yearly["variant"] == variant)]
    rows = rows[(rows["stage"] == stage) & (rows["zone"] == "all")]
    if county is not None:
        rows = rows[rows["county"] == county]
    if rows.empty:
        where = f"variant {variant}, stage {stage}" + (f", county {county}" if county is not None else "")
        raise KeyError(f"{measure}: expected values for {where}, found none")
    return rows.groupby("year")["value"].mean().sort_index()


def remaining(
    yearly: "pd.DataFrame", measure: str, variant: str, county: str | None = None, stage: str = "all"
) -> "pd.Series":
    """The gap of each year as a share of that of the first year."""
    gap = path(yearly, measure, variant, county, stage)
    first = float(gap.iloc[0])
    if not first > 0:
        raise ValueError(f"{measure}: expected a gap above 0 in year {gap.index[0]}, found {first:g}")
    return gap / first


def years_to_close(
    yearly: "pd.DataFrame",
    measure: str,
    variant: str,
    share: float,
    county: str | None = None,
    stage: str = "all",
) -> int | None:
    """The first year in which no more than `share` of the first year's gap is left; None where there is none."""
    left = remaining(yearly, measure, variant, county, stage)
    closed = left.index[left <= share]
    return int(closed[0]) - int(left.index[0]) if len(closed) else None
