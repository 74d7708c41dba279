"""People: each year's children, each year's applicants, and what experience gives a teacher.

A child keeps the id of its birth cohort, an applicant the id of a place on the county's yearly list. Neither
depends on the policy, so the same people meet the same luck in every variant.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.draws import PLACES, Draws
from sim.evidence import Evidence
from sim.grouped import whole_shares
from sim.state import JUNIOR, PRIMARY, SUBJECTS, County, Teachers

APPLICANT_YOUNGEST = 22.0
"""Age of an applicant straight from college; the oldest are `APPLICANT_SPREAD` years older."""
APPLICANT_SPREAD = 3.0
FIRST_COHORT = 1900
"""Cohorts are counted from this school year, so that ids stay small."""

Floats = NDArray[np.float64]


class Children(NamedTuple):
    """Children entering school. All arrays (children,)."""

    ses: NDArray[np.float32]
    ability: NDArray[np.float32]
    shock: NDArray[np.float32]


def cohort_size(county: County, cohort: int) -> int:
    """Children of the county who reach grade 1 in school year `cohort`."""
    entering = int(county.stages.cohort_pupils[PRIMARY])
    year = cohort - county.school_year0
    if year < 1 or not county.cohort_index:
        return entering
    return round(entering * county.cohort_index[min(year, len(county.cohort_index)) - 1])


def cohort_ids(cohort: int, first: int, count: int) -> NDArray[np.int32]:
    """Ids of places `first` to `first + count - 1` of a birth cohort. Shape (count,)."""
    return np.arange(first, first + count, dtype=np.int32) + np.int32((cohort - FIRST_COHORT) * PLACES)


def children(county: County, draw: Draws, ids: NDArray[np.int32], catchment: NDArray[np.integer]) -> Children:
    """Families and abilities of children by the catchment they live in. `ids`, `catchment`: (children,).

    SES has SD 1, of which a part lies between catchments; ability follows catchment, SES and luck.
    """
    total = county.county
    z = draw.normal32("ses", ids)
    between = county.schools.catchment_ses[catchment].astype(np.float32)
    within = np.float32(total.ses_within_sd[0])
    ses = between + within * z
    ability = county.schools.catchment[catchment].astype(np.float32)
    ability += np.float32(total.ses_slope[0]) * within * z
    ability += np.float32(total.ability_sd[0]) * draw.normal32("ability", ids)
    shock = np.float32(total.shock_sd[0]) * draw.normal32("shock", ids)
    return Children(ses, ability, shock)


def experience(years_teaching: NDArray, evidence: Evidence) -> Floats:
    """Effect of years taught before this one on a year's learning, in σ. Shape of `years_teaching`.

    The novice deficit closes along a parabola until `novice_years`; then a straight gain until
    `experience_years`, flat afterwards (Papay & Kraft 2015; Wiswall 2013).
    """
    years = np.asarray(years_teaching, dtype=np.float64)
    new = 1 - np.minimum(years, evidence.novice_years) / evidence.novice_years
    span = evidence.experience_years - evidence.novice_years
    later = np.clip((years - evidence.novice_years) / span, 0, 1)
    return evidence.novice_deficit * new * new + evidence.experience_gain * later


def lasting_quality(
    teachers: Teachers, rows: NDArray[np.integer], evidence: Evidence, match: Floats | None = None
) -> Floats:
    """Talent, experience, match and skill of teachers, in σ a year. Shape of `rows`.

    `match` (teachers,) takes the place of the stored match, for processes that ask what another would give.
    """
    fit = teachers.match if match is None else match
    quality = teachers.talent[rows] + experience(teachers.years_teaching[rows], evidence)
    return quality + (fit[rows] + teachers.skill_peer[rows] + teachers.skill_pair[rows])


class Applicants(NamedTuple):
    """One year's list of applicants, by stage and subject, in the order in which they are called."""

    id: NDArray[np.int32]
    stage: NDArray[np.int8]
    subject: NDArray[np.int8]
    talent: Floats
    age: Floats
    female: NDArray[np.bool_]
    degree: NDArray[np.bool_]


def applicants(county: County, evidence: Evidence, draw: Draws, first_id: int) -> Applicants:
    """The county's list of applicants for a year; its length is fixed, its quality distribution too.

    Novices straight from college: 22 to 25 years old. `first_id` is the id of the first place.
    """
    stages = county.stages
    stage, subject = [], []
    for row in (PRIMARY, JUNIOR):
        parts = whole_shares(int(stages.applicants[row]), stages.staff_share[row])
        subject.append(np.repeat(np.arange(len(SUBJECTS), dtype=np.int8), parts))
        stage.append(np.full(parts.sum(), row, np.int8))
    stage_of, subject_of = np.concatenate(stage), np.concatenate(subject)
    ids = np.arange(first_id, first_id + stage_of.size, dtype=np.int32)
    female_share, degree_share = stages.applicant_shares[stage_of].T
    return Applicants(
        ids,
        stage_of,
        subject_of,
        stages.talent_mean[stage_of] + county.county.talent_sd[0] * draw.normal("talent", ids),
        APPLICANT_YOUNGEST + APPLICANT_SPREAD * draw.uniform("age", ids),
        draw.uniform("female", ids) < female_share,
        draw.uniform("degree", ids) < degree_share,
    )
