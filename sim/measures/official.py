"""The official verdict: differences between schools in seven resources, and who passes (教督〔2017〕6号).

The difference coefficient weighs each school by its pupils, and the stages are judged apart. A school passes
with at least six indicators at their threshold and the seventh at 85 % of its own; a county passes where
every school does and no coefficient is above the limit of the stage.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.measures.indicators import (
    COLUMNS,
    COUNTS,
    CV_LIMITS,
    INDICATORS,
    NEARLY,
    NEEDED,
    OF_2012,
    PER,
    SEVEN,
    SMALLEST_SCHOOL,
    THRESHOLDS,
)
from sim.measures.places import Floats
from sim.measures.schools import SchoolYear
from sim.state import STAGES

Bools = NDArray[np.bool_]
Numbers = NDArray[Any]

_EXACT = 1e-9
"""Slack for floating point, so that a value that equals its threshold reaches it."""
_OF_SEVEN = np.array([np.isin(np.arange(len(COLUMNS)), seven) for seven in SEVEN.values()], np.int64)
_ALSO_2012 = [COLUMNS.index(column) for column in OF_2012]
_ROWS = np.arange(len(STAGES))[:, None]


def coefficient_of_variation(values: ArrayLike, pupils: ArrayLike) -> float:
    """The official difference coefficient (差异系数): spread of a resource between schools over its mean.

    CV = √(Σ pᵢ (xᵢ − x̄)²) / x̄ with pᵢ the school's share of pupils and x̄ = Σ pᵢ xᵢ, which is the total of
    the resource over all pupils. Schools without pupils are left out, whatever their value.

    Args:
        values: resource for each pupil (or each 100 pupils) of every school, none negative. Shape (schools,).
        pupils: pupils of every school. Shape (schools,).

    Returns:
        The coefficient: 0 where all values are equal, NaN where no school has pupils or a value is NaN.

    Raises:
        ValueError: the shapes differ or are not (schools,), or pupils are negative or not finite.
    """
    x, weights = np.asarray(values, np.float64), np.asarray(pupils, np.float64)
    if x.ndim != 1 or x.shape != weights.shape:
        raise ValueError(f"values and pupils: expected one shape (schools,), found {x.shape} {weights.shape}")
    if not np.all((weights >= 0) & np.isfinite(weights)):
        raise ValueError("pupils: expected finite numbers of at least 0")
    inside = weights > 0
    if not inside.any():
        return float("nan")
    return _coefficients(x[None, inside], weights[None, inside]).item()


def _coefficients(values: Floats, pupils: Floats) -> Floats:
    """Difference coefficients of resources (columns, schools) in sets of schools, which have their pupils
    in `pupils` (sets, schools) and 0 elsewhere. Shape (columns, sets); NaN in a set without pupils.
    """
    shares = pupils / pupils.sum(axis=1, keepdims=True)
    # Measured from a school of the set, so that equal values give exactly 0.
    from_first = values[:, pupils.argmax(axis=1)]
    apart = values[:, None] - from_first[..., None]
    shift = (apart * shares).sum(axis=-1)
    spread = np.sqrt(((apart - shift[..., None]) ** 2 * shares).sum(axis=-1))
    return np.divide(spread, from_first + shift, out=np.zeros(spread.shape), where=spread != 0)


class Returns(NamedTuple):
    """What schools return, and how they do. Schools that are left out neither pass nor fail."""

    counted: Bools
    """Schools with at least 50 pupils. Shape (schools,)."""
    values: Floats
    """Resource a pupil, or a hundred pupils; NaN without pupils. Shape (14 columns, schools)."""
    failing: Bools
    """Below the threshold. Shape (14 columns, schools)."""
    passing: Bools
    """Schools that pass, teachers counted by file, then where they teach. Shape (2, schools)."""


def returns(year: SchoolYear) -> Returns:
    """The seven indicators of every school, against the thresholds of its stage."""
    schools, staff, pupils = year.county.schools, year.staff, year.pupils.pupils
    resources = np.array(
        [
            *(staff.degree_file, staff.backbone_file, staff.pe_arts_file),
            *(staff.degree_present, staff.backbone_present, staff.pe_arts_present),
            *(schools.area_m2, schools.sports_m2, schools.equipment_yuan, schools.multimedia_rooms),
            *year.facilities,
        ]
    )
    values = resources * PER[:, None] / np.where(pupils > 0, pupils, np.nan)
    counted = pupils >= SMALLEST_SCHOOL
    of_threshold = values / THRESHOLDS[:, schools.stage]
    failing = (of_threshold < 1 - _EXACT) & counted
    far = of_threshold < NEARLY - _EXACT
    missed, missed_by_far = _OF_SEVEN @ failing, _OF_SEVEN @ far
    passing = counted & (missed <= len(INDICATORS) - NEEDED) & (missed_by_far == 0)
    return Returns(counted, values, failing, passing)


def take(year: SchoolYear) -> dict[str, Numbers]:
    """The official measures of a year. Shape (3 stage cuts,); NaN for a stage without counted
    schools, except that none of them fails.
    """
    found = returns(year)
    inside = found.counted & (year.county.schools.stage == _ROWS)
    weights = year.pupils.pupils * inside
    pupils, schools = weights.sum(axis=1), inside.sum(axis=1)
    values = np.where(found.counted, found.values, 0)
    # Last axis: both stages, primary, junior.
    mean = _with_mean((values[:, None] * weights).sum(axis=-1) / pupils, pupils)
    cv = _coefficients(values, weights)
    worst = np.array([cv[seven].max(axis=0) for seven in SEVEN.values()])
    failing = _with_sum((found.failing[:, None] & inside).sum(axis=-1))
    passing = (found.passing[:, None] & inside).sum(axis=-1)
    passed = np.where(schools > 0, (passing == schools) & (worst <= CV_LIMITS + _EXACT), np.nan)
    passed = np.column_stack([np.fmin.reduce(passed, axis=-1), passed])
    of_2012 = np.vstack([cv[_ALSO_2012], _coefficients(_teachers_of_2012(year, found.counted), weights)])
    cv, worst = _with_mean(cv, pupils), np.column_stack([np.fmax.reduce(worst, axis=-1), worst])
    passing_share = _with_sum(passing) / _with_sum(schools)
    measures: dict[str, Numbers] = {"cv_composite_2012": _with_mean(of_2012, pupils).mean(axis=0)}
    for number, column in enumerate(COLUMNS):
        measures[f"mean_{column}"] = mean[number]
        measures[f"cv_{column}"] = cv[number]
        measures[f"failing_{column}"] = failing[number]
    for number, count in enumerate(COUNTS):
        measures[f"schools_passing_{count}"] = passing_share[number]
        measures[f"official_pass_{count}"] = passed[number]
        measures[f"cv_worst_{count}"] = worst[number]
    return measures


def _teachers_of_2012(year: SchoolYear, counted: Bools) -> Floats:
    """Teachers, and those of intermediate or senior title, for each pupil by file. Shape (2, schools)."""
    staff = year.staff
    teachers = np.array([staff.file, staff.title_intermediate + staff.title_senior])
    return np.divide(teachers, year.pupils.pupils, out=np.zeros(teachers.shape), where=counted)


def _with_sum(stages: Numbers) -> Numbers:
    """Put the sum over both stages first. Last axis from 2 to 3."""
    return np.concatenate([stages.sum(axis=-1, keepdims=True), stages], axis=-1)


def _with_mean(stages: Floats, pupils: Floats) -> Floats:
    """Put the pupil-weighted mean of the stages that have pupils first. `stages`: (columns, 2 stages)."""
    mean = (np.where(pupils > 0, stages, 0) * pupils).sum(axis=-1) / pupils.sum()
    return np.column_stack([mean, stages])
