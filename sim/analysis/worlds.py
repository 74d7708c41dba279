"""The paired worlds of a study, ready to be drawn: arrays of (world, year) by variant.

A world is a seed (and, where coefficients are drawn, a draw): the same county and the same luck in every
variant. Differences are taken within a world and only then averaged.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, Protocol, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

Array = NDArray[np.float64]


class Stored(Protocol):
    """What is asked of stored results."""

    @property
    def manifest(self) -> dict[str, Any]: ...  # noqa: D102
    @property
    def yearly(self) -> pd.DataFrame: ...  # noqa: D102
    @property
    def schools(self) -> pd.DataFrame: ...  # noqa: D102


class Drawn(np.ndarray):
    """Paired differences whose coefficients were drawn: the first axis is of draws, each the mean of its seeds."""


class Interval(NamedTuple):
    """A mean over worlds and its 95 % t-interval; the ends are NaN where a single world gives no spread.

    Over draws of the coefficients it is the middle 95 % of the draws, since more draws do not make one surer.
    """

    mean: Any
    low: Any
    high: Any

    @property
    def told_apart(self) -> bool:
        """Whether the interval leaves zero out."""
        return bool(self.low > 0 or self.high < 0)


def interval(sample: Array) -> Interval:
    """Mean and 95 % interval over the first axis, worlds without a value left out.

    Args:
        sample: (worlds, …) paired differences or levels.
    """
    if isinstance(sample, Drawn):
        low, high = np.nanquantile(sample, [0.025, 0.975], axis=0)
        return Interval(*(np.asarray(end) for end in (np.nanmean(sample, axis=0), low, high)))
    known = np.isfinite(sample)
    count = known.sum(axis=0)
    filled = np.where(known, sample, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = filled.sum(axis=0) / count
        deviation = np.where(known, sample - mean, 0.0)
        spread = np.sqrt((deviation**2).sum(axis=0) / (count - 1))
        half = stdtrit(np.maximum(count - 1, 1), 0.975) * spread / np.sqrt(count)
    half = np.where(count > 1, half, np.nan)
    return Interval(mean, mean - half, mean + half)


@dataclass(frozen=True)
class Worlds:
    """One county of a study.

    Attributes:
        variants: names in the order of the experiment.
        base: the variant that the others are compared with.
        focus: the variant that the question is about.
        year0: school year (its September) of year 0, None where the manifest does not say.
    """

    county: str
    variants: tuple[str, ...]
    base: str
    year0: int | None
    yearly: pd.DataFrame = field(repr=False)
    schools: pd.DataFrame = field(repr=False)
    outcomes: tuple[str, ...] = ()

    @classmethod
    def of(cls, results: Stored, county: str | None = None) -> Self:
        """The worlds of one county of stored results, the first unless named."""
        manifest = results.manifest
        name = county or str(manifest["counties"][0])
        yearly, schools = results.yearly, results.schools
        return cls(
            county=name,
            variants=tuple(manifest["variants"]),
            base=str(manifest["base"]),
            year0=school_year0(manifest, name),
            yearly=yearly[yearly["county"] == name],
            schools=schools[schools["county"] == name] if len(schools) else schools,
            outcomes=tuple(manifest.get("outcomes") or ()),
        )

    @property
    def others(self) -> tuple[str, ...]:
        """Every variant but the base."""
        return tuple(name for name in self.variants if name != self.base)

    @property
    def focus(self) -> str:
        """The variant the question is about: the first that is neither base nor as written nor no groups."""
        plain = [name for name in self.others if name not in ("none", "as_written")]
        return (plain or [name for name in self.others if name != "none"] or [*self.others, self.base])[0]

    @property
    def near(self) -> tuple[str, ...]:
        """The variants that lie near the base: all others but no groups, where there are any."""
        return tuple(name for name in self.others if name != "none") or self.others

    @property
    def far(self) -> tuple[str, ...]:
        """No groups, where other variants are compared as well; drawn apart, since its scale is another."""
        return tuple(name for name in self.others if name not in self.near)

    @property
    def last(self) -> int:
        """The last year."""
        return self._years - 1

    @property
    def worlds(self) -> int:
        """How many worlds there are."""
        return self._world_count

    def has(self, measure: str, stage: str = "all", zone: str = "all") -> bool:
        """Whether a measure was stored for a stage and zone."""
        return (measure, stage, zone) in self._places

    def values(self, measure: str, stage: str = "all", zone: str = "all") -> dict[str, Array]:
        """A measure by variant, each (worlds, years 0 to N); NaN where it was not defined."""
        rows = self._places[(measure, stage, zone)]
        filled = np.full((len(self.variants), self._world_count, self._years), np.nan)
        filled[self._variant[rows], self._world[rows], self._year[rows]] = self._value[rows]
        return dict(zip(self.variants, filled, strict=True))

    def difference(self, variant: str, measure: str, stage: str = "all", zone: str = "all") -> Array:
        """Variant less base within each world: (worlds, years 0 to N); over draws of the coefficients, (draws, …)."""
        values = self.values(measure, stage, zone)
        found = values[variant] - values[self.base]
        draws = self._draw_of_world
        if draws.max(initial=0) == draws.min(initial=0):
            return found
        return np.array([np.nanmean(found[draws == draw], axis=0) for draw in np.unique(draws)]).view(Drawn)

    @cached_property
    def _places(self) -> Mapping[tuple[str, str, str], NDArray[np.intp]]:
        grouped = self.yearly.groupby(["measure", "stage", "zone"], observed=True, sort=False)
        found: Mapping[Any, Any] = grouped.indices
        return {(str(measure), str(stage), str(zone)): rows for (measure, stage, zone), rows in found.items()}

    @cached_property
    def _variant(self) -> NDArray[np.intp]:
        return pd.Index(self.variants).get_indexer(pd.Index(self.yearly["variant"].astype(object)))

    @cached_property
    def _world(self) -> NDArray[np.intp]:
        seed = self.yearly["seed"].to_numpy(dtype=np.int64)
        draw = self.yearly["draw"].to_numpy(dtype=np.int64) if "draw" in self.yearly else np.zeros_like(seed)
        _, place = np.unique(seed * (int(draw.max(initial=0)) + 1) + draw, return_inverse=True)
        return place

    @cached_property
    def _draw_of_world(self) -> NDArray[np.int64]:
        """The draw of each world."""
        draw = self.yearly["draw"].to_numpy(dtype=np.int64) if "draw" in self.yearly else np.zeros(0, np.int64)
        found = np.zeros(self._world_count, np.int64)
        found[self._world[: len(draw)]] = draw
        return found

    @cached_property
    def _world_count(self) -> int:
        return int(self._world.max(initial=-1)) + 1

    @cached_property
    def _year(self) -> NDArray[np.intp]:
        return self.yearly["year"].to_numpy(dtype=np.intp)

    @cached_property
    def _years(self) -> int:
        return int(self._year.max(initial=0)) + 1

    @cached_property
    def _value(self) -> Array:
        return self.yearly["value"].to_numpy(dtype=np.float64)


def school_year0(manifest: Mapping[str, Any], county: str) -> int | None:
    """The school year of year 0, from the county's facts in the manifest."""
    facts = manifest.get("facts", {}).get(county, {})
    year0 = facts.get("year0")
    return int(year0) if year0 is not None else None
