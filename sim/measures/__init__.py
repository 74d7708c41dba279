"""Measures: what is observed every year, after the June examination, by stage and zone.

Measures are pure functions of the county, the policy and the evidence. Each is declared in `MEASURES` with
its unit, its meaning, and its official source where there is one.
"""

import numpy as np

from sim.evidence import Evidence
from sim.grouped import ratio
from sim.measures import admissions, attainment, indicators, inequality, membership, money, official, rotation, staffing
from sim.measures.indicators import COLUMNS, COUNTS
from sim.measures.measure import Measure
from sim.measures.official import returns
from sim.measures.places import CUTS
from sim.measures.schools import SchoolYear
from sim.policy import Policy
from sim.state import ROLES, STAGES, ZONES, County

__all__ = ["MEASURES", "Measure", "by_school", "observe", "take"]

_DECLARED = (attainment, inequality, admissions, staffing, indicators, rotation, money, membership)
_TAKEN = (attainment, inequality, admissions, staffing, official, rotation, money, membership)

MEASURES: dict[str, Measure] = {measure.name: measure for module in _DECLARED for measure in module.MEASURES}
"""Every measure by its name, in the order in which `take` gives them."""

_KEYS = [(stage, zone, name) for name, measure in MEASURES.items() for stage, zone in CUTS[measure.cut]]

Row = tuple[str, str, str, float]


def take(county: County, policy: Policy, evidence: Evidence) -> list[Row]:
    """All measures of a county in its present year: (stage, zone, measure, value).

    Stage is all, primary or junior; zone is all, urban, rural, seat, near, far or village. A measure that has
    no value in a place, such as the mean score of a zone without pupils, is left out.
    """
    return _rows(SchoolYear.of(county, policy, evidence))


def by_school(county: County, policy: Policy, evidence: Evidence) -> dict[str, np.ndarray]:
    """The schools of a county in its present year. Arrays (schools,), NaN where a school has no value.

    Names are those of `MEASURES` where the meaning is the same; `role` is that of the fixed roster.
    """
    return _columns(SchoolYear.of(county, policy, evidence))


def observe(county: County, policy: Policy, evidence: Evidence) -> tuple[list[Row], dict[str, np.ndarray]]:
    """What `take` and `by_school` give, for the price of one."""
    year = SchoolYear.of(county, policy, evidence)
    return _rows(year), _columns(year)


def _rows(year: SchoolYear) -> list[Row]:
    found: dict[str, np.ndarray] = {}
    with np.errstate(invalid="ignore", divide="ignore"):
        for module in _TAKEN:
            found |= module.take(year)
    values = np.concatenate([found[name].ravel() for name in MEASURES])
    finite = np.isfinite(values).tolist()
    pairs = zip(_KEYS, values.tolist(), finite, strict=True)
    return [(*key, value) for key, value, known in pairs if known]


def _columns(year: SchoolYear) -> dict[str, np.ndarray]:
    county, schools, pupils, staff = year.county, year.county.schools, year.pupils, year.staff
    found = returns(year)
    weight = county.stages.score_weight[schools.stage]
    some = np.where(pupils.pupils > 0, pupils.pupils, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        return {
            "school": np.arange(len(schools)),
            "name": np.array(county.names),
            "name_en": np.array(county.names_en),
            "stage": np.array(STAGES)[schools.stage],
            "zone": np.array(ZONES)[schools.zone],
            "role": np.array(ROLES)[schools.roster],
            "group": schools.group,
            "pupils": pupils.pupils.astype(np.int64),
            "class_size": some / pupils.classes,
            "posts": schools.posts,
            "teachers_file": staff.file.astype(np.int64),
            "teachers_present": staff.present.astype(np.int64),
            "away": staff.away.astype(np.int64),
            "exits": staff.exits.astype(np.int64),
            "score_mean": pupils.score / some,
            "exam_mean": pupils.exam / pupils.examined,
            "value_added": schools.value_added[:, 0],
            "teacher_quality_mean": year.quality,
            "management": schools.management,
            "learning_mean": np.where(pupils.pupils > 0, schools.schooling, np.nan),
            "joint_work_gain": ratio((weight * schools.event_gain).sum(1), weight.sum(1)),
            "shared_lessons": ratio((weight * schools.shared_lessons).sum(1), weight.sum(1)),
            "reputation": schools.reputation,
            **{f"mean_{column}": values for column, values in zip(COLUMNS, found.values, strict=True)},
            **{f"passing_{count}": passing for count, passing in zip(COUNTS, found.passing, strict=True)},
            "core_paid_yuan": schools.paid_yuan,
        }
