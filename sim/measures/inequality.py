"""Inequality of attainment among pupils: Gini, Theil with its parts between and within schools, P90/P10.

Scores are standardised, so half of them are negative. Like an examination, the measures therefore count in whole
points, `POINTS_OF_MEAN` for a score of 0 and `POINTS_OF_SIGMA` more for each σ, and none below 0.
"""

import numpy as np

from sim.measures.measure import Measure
from sim.measures.places import Floats
from sim.measures.pupils import POINTS_OF_MEAN, POINTS_OF_SIGMA
from sim.measures.schools import SchoolYear

_SCALE = f"of attainment in whole points ({POINTS_OF_MEAN} + {POINTS_OF_SIGMA} · true score)"

MEASURES = (
    Measure("gini_points", "ratio", f"Gini coefficient {_SCALE}", better="lower"),
    Measure("theil_points", "ratio", f"Theil index (T) {_SCALE}", better="lower"),
    Measure("theil_between_schools", "ratio", "part of theil_points between the means of schools", better="lower"),
    Measure("theil_within_schools", "ratio", "part of theil_points within schools", better="lower"),
    Measure("points_p90_p10", "ratio", f"90th over 10th percentile {_SCALE}", better="lower"),
)
LOW, HIGH = 0.1, 0.9


def take(year: SchoolYear) -> dict[str, Floats]:
    """The measures of inequality of a year. Shape (3 stage cuts,); NaN for a stage without pupils."""
    both = year.stages.points.sum(axis=0)
    parts = [_of_histogram(histogram) for histogram in (both, *year.stages.points)]
    gini, theil, ratio = np.array(parts).T
    between = _between_schools(year)
    return {
        "gini_points": gini,
        "theil_points": theil,
        "theil_between_schools": between,
        "theil_within_schools": np.maximum(theil - between, 0),
        "points_p90_p10": ratio,
    }


def _of_histogram(pupils: Floats) -> tuple[float, float, float]:
    """Gini, Theil and P90/P10 of pupils counted by their points. Shape (points,)."""
    points = np.flatnonzero(pupils)
    if not points.size:
        return (np.nan,) * 3
    number = pupils[points].astype(np.float64)
    total, below = number.sum(), np.cumsum(number) - number
    mean = (number * points).sum() / total
    gini = (number * points * (2 * below + number - total)).sum() / (total * total * mean)
    of_mean = points / mean
    # Nobody with 0 points adds anything: x ln x tends to 0.
    theil = (number * of_mean * np.log(np.maximum(of_mean, 1 / (total * mean)))).sum() / total
    low, high = points[np.searchsorted(below + number, [LOW * total, HIGH * total])]
    return gini, theil, high / low if low else np.nan


def _between_schools(year: SchoolYear) -> Floats:
    """Theil index where every pupil has the mean points of the school. Shape (3 stage cuts,)."""
    pupils, schools = year.pupils, year.county.schools
    here = np.array(
        [np.ones(len(schools), bool), *(schools.stage == stage for stage in range(len(year.stages.points)))]
    )
    number = pupils.pupils * here
    points = np.where(pupils.pupils > 0, POINTS_OF_MEAN + POINTS_OF_SIGMA * pupils.score / pupils.pupils, 1)
    points = np.maximum(points, 1)
    total = number.sum(axis=1, keepdims=True)
    of_mean = points * total / (number * points).sum(axis=1, keepdims=True)
    return (number * of_mean * np.log(of_mean)).sum(axis=1) / total[:, 0]
