"""The seven indicators of high-quality balanced development: units, thresholds and limits (教督〔2017〕6号).

Tables of indicators have fourteen columns: each indicator is counted twice, *statistical* (teachers where their
file is, facilities where they stand, as the return demands) and *effective* (teachers where they teach,
facilities with what the group shares).
"""

from typing import NamedTuple

import numpy as np

from sim.facilities import MINIMUM
from sim.measures.measure import QUALITY_BALANCE, Measure


class Indicator(NamedTuple):
    """A resource for each pupil, or for each `per` pupils, and its thresholds, primary and junior."""

    name: str
    unit: str
    meaning: str
    thresholds: tuple[float, float]
    per: int
    teachers: bool = False


INDICATORS = (
    Indicator("degree", "per 100 pupils", "teachers above the required degree", (4.2, 5.3), 100, True),
    Indicator("backbone", "per 100 pupils", "backbone teachers (骨干教师)", (1.0, 1.0), 100, True),
    Indicator("pe_arts", "per 100 pupils", "PE and arts teachers", (0.9, 0.9), 100, True),
    Indicator("area", "m² a pupil", "teaching and auxiliary floor area", MINIMUM["area_m2"], 1),
    Indicator("sports", "m² a pupil", "sports area", MINIMUM["sports_m2"], 1),
    Indicator("equipment", "yuan a pupil", "value of teaching equipment", MINIMUM["equipment_yuan"], 1),
    Indicator("multimedia", "per 100 pupils", "networked multimedia rooms", (2.3, 2.4), 100),
)
CV_LIMITS = np.array([0.50, 0.45])
"""Largest difference coefficient allowed for each indicator, primary and junior."""
SMALLEST_SCHOOL = 50
"""Teaching points with fewer pupils are left out of the indicators."""
NEEDED = 6
NEARLY = 0.85
"""A school reaches at least `NEEDED` thresholds, and at least this share of the one it misses."""

COUNTS = {"statistical": "by file", "effective": "where they teach"}
"""The two ways of counting teachers; facilities count as they stand, or with what the group shares."""
_TEACHERS = [each for each in INDICATORS if each.teachers]
_OTHERS = [each for each in INDICATORS if not each.teachers]
_COLUMNS = [(each, count) for each_of in (_TEACHERS, _OTHERS) for count in COUNTS for each in each_of]

COLUMNS = tuple(
    f"{each.name}_{count}" if each.teachers or count == "effective" else each.name for each, count in _COLUMNS
)
"""Names of the fourteen columns; facilities as they stand bear the plain name."""
SHARED = tuple(f"{each.name}_effective" for each in _OTHERS)
"""Columns of facilities with what the group shares, of which only the difference is a measure."""
SEVEN = {count: [number for number, (_, counted) in enumerate(_COLUMNS) if counted == count] for count in COUNTS}
"""Columns of the seven indicators in either way of counting."""
PER = np.array([each.per for each, _ in _COLUMNS])
"""Pupils for whom a resource is given. Shape (14,)."""
THRESHOLDS = np.array([each.thresholds for each, _ in _COLUMNS])
"""Shape (14, 2 stages)."""


def _of_columns() -> list[Measure]:
    declared = []
    for (each, count), column in zip(_COLUMNS, COLUMNS, strict=True):
        what = f"{each.meaning}, {COUNTS[count]}" if each.teachers else each.meaning
        primary, junior = each.thresholds
        cv = f"pupil-weighted difference coefficient (差异系数) of {what}; both stages: pupil-weighted mean"
        if column in SHARED:
            cv = cv.replace(what, f"{what} with what the group shares")
            declared.append(Measure(f"cv_{column}", "ratio", cv, QUALITY_BALANCE, "lower"))
            continue
        failing = f"schools below the threshold ({primary:g} primary, {junior:g} junior): {what}"
        declared += [
            Measure(f"mean_{column}", each.unit, f"total over pupils: {what}", QUALITY_BALANCE, "higher"),
            Measure(f"cv_{column}", "ratio", cv, QUALITY_BALANCE, "lower"),
            Measure(f"failing_{column}", "schools", failing, QUALITY_BALANCE, "lower"),
        ]
    return declared


def _of_verdicts() -> list[Measure]:
    declared = []
    for count, how in COUNTS.items():
        passing = f"share of schools with six of seven thresholds and 85 % of the seventh; teachers {how}"
        passed = f"1 if all schools pass and no coefficient is above 0.50 (junior 0.45); teachers {how}"
        worst = f"largest of the seven difference coefficients; both stages: the larger; teachers {how}"
        declared += [
            Measure(f"schools_passing_{count}", "share", passing, QUALITY_BALANCE, "higher"),
            Measure(f"official_pass_{count}", "0 or 1", passed, QUALITY_BALANCE, "higher"),
            Measure(f"cv_worst_{count}", "ratio", worst, QUALITY_BALANCE, "lower"),
        ]
    return declared


OF_2012 = ("area", "sports", "equipment", "degree_statistical")
"""Columns that count in the composite of 2012 too, beside teachers and those with a middle or higher title."""
BASIC_BALANCE = "县域义务教育均衡发展督导评估暂行办法, 教督〔2012〕3号"
_COMPOSITE = Measure(
    "cv_composite_2012",
    "ratio",
    "mean difference coefficient of area, sports area, equipment, teachers, teachers above the degree and teachers "
    "of intermediate or senior title for each pupil, by file; computers and books, the other two of eight, are not "
    "in the model",
    f"{BASIC_BALANCE}: at most 0.65 primary, 0.55 junior",
    "lower",
)

MEASURES = (*_of_columns(), *_of_verdicts(), _COMPOSITE)
