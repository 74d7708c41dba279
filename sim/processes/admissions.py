"""Admissions: the oldest grade leaves, grade 6 moves up, children enter by catchment.

Children enter the school in whose catchment they live (免试就近入学). A residual share of families would
choose another school (择校): they weigh what they believe of a school against how far it is, and get in where
seats are left after the catchment's own children, the best examined first at junior entry, by lot at
primary entry. Children who come from outside the county's primary schools, or leave for other schools at
grade 7, do so in the fixed proportion of year 0. Classes are formed at entry and stay together.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.columns import NONE
from sim.draws import Draws
from sim.evidence import Evidence
from sim.grouped import counts, rank_within, ratio, sums, whole_shares
from sim.policy import Policy
from sim.population import children, cohort_ids, cohort_size
from sim.process import Changes, process
from sim.state import JUNIOR, Counties, County, Schools, StageTotals, Students

Ints = NDArray[np.integer]


@process(
    reads=(
        Students.id, Students.cohort, Students.school, Students.classroom, Students.catchment, Students.ses,
        Students.exam, Students.lasting, Students.fading,
        Schools.stage, Schools.zone, Schools.feeds, Schools.entry_ratio, Schools.births_share, Schools.catchment,
        Schools.catchment_ses, Schools.seats, Schools.reputation, Schools.brand,
        StageTotals.first_grade, StageTotals.last_grade, StageTotals.cohort_pupils, StageTotals.planned_class_size,
        Counties.ses_within_sd, Counties.ses_slope, Counties.ability_sd, Counties.shock_sd,
    ),
    writes=(Students.school, Students.classroom, Schools.pupils),
    resizes=(Students,),
)  # fmt: skip
def place(county: County, policy: Policy, evidence: Evidence, draw: Draws) -> Changes:
    """Let grade 9 leave, move grade 6 to junior schools, enter grade 1.

    A family that considers choosing takes the school with the highest of: reputation times its weight (more
    for high SES), less the distance in zone steps, plus luck. Those who want another school get in by
    priority while seats are left; the others stay in their catchment.

    Clauses: admissions.class_size_cap, admissions.enforcement.
    Evidence: choice_consider_*, choice_reputation, choice_distance, choice_ses (assumed).
    Keeps: pupils are neither lost nor doubled; choice fills no seat that a catchment child needs.
    """
    students = county.students
    year = county.school_year
    leaving = year - int(county.stages.last_grade[JUNIOR])
    moving_up = year - int(county.stages.first_grade[JUNIOR]) + 1
    stay = np.searchsorted(students.cohort, leaving, side="right")
    first, last = np.searchsorted(students.cohort, [moving_up, moving_up + 1])

    up = _move_up(county, policy, evidence, draw, slice(first, last), moving_up)
    new = _enter(county, policy, evidence, draw, year)
    outside = len(up.outside["id"])
    old = len(students)
    rows = np.concatenate([np.arange(stay, first), up.order + first, np.arange(last, old), old + outside + new.order])
    outside_rows = up.order >= last - first
    rows[first - stay : first - stay + up.order.size][outside_rows] += old - last
    school, classroom = students.school.copy(), students.classroom.copy()
    school[first:last] = up.school[: last - first]
    classroom[first:last] = up.classroom[: last - first]
    entering = {getattr(Students, name): np.concatenate([up.outside[name], new.columns[name]]) for name in new.columns}
    pupils = counts(np.r_[school, entering[Students.school]][rows], len(county.schools))
    return Changes(
        write={Students.school: school, Students.classroom: classroom, Schools.pupils: pupils},
        enter={Students: entering},
        rows={Students: rows},
    )


class _Cohort(NamedTuple):
    """A cohort placed in schools; `order` sorts it by school and class."""

    columns: dict[str, NDArray]
    order: Ints


class _MovedUp(NamedTuple):
    """Grade 6 placed in junior schools; arrays hold the block's rows first, then those from outside."""

    school: Ints
    classroom: Ints
    order: Ints
    outside: dict[str, NDArray]


def _enter(county: County, policy: Policy, evidence: Evidence, draw: Draws, cohort: int) -> _Cohort:
    """Grade 1: children by catchment, some of whom choose."""
    catchment = _catchments(county, cohort)
    ids = cohort_ids(cohort, 0, catchment.size)
    people = children(county, draw, ids, catchment)
    chance = evidence.choice_consider_primary
    priority = draw.uniform("lot", ids)
    school = _choose(county, policy, evidence, draw, ids, catchment, catchment, people.ses, priority, chance)
    classroom = _classes(county, school, policy.admissions.class_size_cap.primary)
    zero = np.zeros(ids.size, np.float32)
    columns = {
        "id": ids, "cohort": np.full(ids.size, cohort, np.int32), "school": school, "classroom": classroom,
        "catchment": catchment, "ses": people.ses, "ability": people.ability, "lasting": zero, "fading": zero,
        "shock": people.shock, "score": people.ability + people.shock,
        "exam": np.full(ids.size, np.nan, np.float32),
    }  # fmt: skip
    return _Cohort(columns, _by_class(school, classroom))


def _move_up(county: County, policy: Policy, evidence: Evidence, draw: Draws, block: slice, cohort: int) -> _MovedUp:
    """Grade 7: leavers of the primary schools by catchment, and those from outside; some choose."""
    students, schools = county.students, county.schools
    outside = _from_outside(county, evidence, draw, block, cohort)
    known = block.stop - block.start
    by_id = np.argsort(np.r_[students.id[block], outside["id"]], kind="stable")
    ids = np.r_[students.id[block], outside["id"]][by_id]
    catchment = np.r_[students.catchment[block], outside["catchment"]][by_id]
    exam, ses = (
        np.r_[students.exam[block], outside["exam"]][by_id],
        np.r_[students.ses[block], outside["ses"]][by_id],
    )
    home = schools.feeds[catchment]
    if (home == NONE).all():
        # A county without junior schools: its leavers go elsewhere.
        return _MovedUp(students.school[block], students.classroom[block], by_id[:0], outside)
    stays = (by_id >= known) | (draw.uniform("leaves", ids) < schools.entry_ratio[home])
    chance = evidence.choice_consider_junior
    chosen = home.astype(np.int32)
    chosen[stays] = _choose(
        county, policy, evidence, draw, ids[stays], home[stays], home[stays], ses[stays], exam[stays], chance
    )
    cap = policy.admissions.class_size_cap.junior
    formed = np.zeros(ids.size, np.int32)
    formed[stays] = _classes(county, chosen[stays], cap)
    order = _by_class(chosen, formed)
    school, classroom = np.empty_like(chosen), np.empty_like(formed)
    school[by_id], classroom[by_id] = chosen, formed
    outside["school"] = school[known:]
    outside["classroom"] = classroom[known:]
    return _MovedUp(school, classroom, by_id[order[stays[order]]], outside)


def _from_outside(county: County, evidence: Evidence, draw: Draws, block: slice, cohort: int) -> dict[str, NDArray]:
    """Children who enter grade 7 from outside, with the mean schooling of their catchment's leavers."""
    students, schools = county.students, county.schools
    units = len(schools)
    living = _catchments(county, cohort)
    by_junior = counts(schools.feeds[living], units) if block.stop > block.start else np.zeros(units, np.int64)
    extra = np.rint(by_junior * np.maximum(schools.entry_ratio - 1, 0)).astype(np.int64)
    extra[schools.stage != JUNIOR] = 0
    catchment = np.concatenate(
        [np.zeros(0, np.int32)]
        + [np.resize(np.flatnonzero(schools.feeds == junior), extra[junior]) for junior in np.flatnonzero(extra)]
    ).astype(np.int32)
    ids = cohort_ids(cohort, living.size, catchment.size)
    people = children(county, draw, ids, catchment)
    here = students.catchment[block]
    size = counts(here, units)
    lasting = ratio(sums(here, units, students.lasting[block]), size)[catchment].astype(np.float32)
    fading = ratio(sums(here, units, students.fading[block]), size)[catchment].astype(np.float32)
    score = people.ability + people.shock + lasting + fading
    noise = np.float32(np.sqrt(1 / evidence.exam_reliability - 1))
    return {
        "id": ids, "cohort": np.full(ids.size, cohort, np.int32), "school": catchment, "classroom": catchment,
        "catchment": catchment, "ses": people.ses, "ability": people.ability, "lasting": lasting,
        "fading": fading, "shock": people.shock, "score": score,
        "exam": score + noise * draw.normal32("entry exam", ids),
    }  # fmt: skip


def _catchments(county: County, cohort: int) -> NDArray[np.int32]:
    """Catchment of each child of a birth cohort, in the order of its ids."""
    parts = whole_shares(cohort_size(county, cohort), county.schools.births_share)
    return np.repeat(np.arange(parts.size, dtype=np.int32), parts)


def _choose(
    county: County,
    policy: Policy,
    evidence: Evidence,
    draw: Draws,
    ids: Ints,
    school: Ints,
    home: Ints,
    ses: NDArray,
    priority: NDArray,
    chance: float,
) -> NDArray[np.int32]:
    """Schools after choice; `school` where the family does not choose or finds no seat. All (children,)."""
    schools = county.schools
    placed: NDArray[np.int32] = school.astype(np.int32)
    if not evidence.switches.choice or not ids.size or chance <= 0:
        return placed
    considers = draw.uniform("considers", ids) < chance * (1 - policy.admissions.enforcement)
    rows = np.flatnonzero(considers)
    if not rows.size:
        return placed
    options = np.flatnonzero(schools.stage == schools.stage[school[0]])
    steps = np.abs(schools.zone[options].astype(int) - schools.zone[home[rows], None])
    believed = schools.reputation[options] + schools.brand[options]
    weight = evidence.choice_reputation + evidence.choice_ses * ses[rows, None]
    worth = weight * believed + evidence.choice_distance * steps
    worth = worth - np.log(-np.log(draw.uniform_pairs("choice", ids[rows], options)))
    wanted = options[worth.argmax(1)]
    free = schools.seats - counts(school, len(schools))
    asks = wanted != school[rows]
    rows, wanted = rows[asks], wanted[asks]
    accepted = rank_within(wanted, priority[rows]) < free[wanted]
    placed[rows[accepted]] = wanted[accepted]
    return placed


def _classes(county: County, school: Ints, cap: int) -> NDArray[np.int32]:
    """Class of each child, in the order given: classes of equal size, near the usual one, none above the cap."""
    schools = county.schools
    size = counts(school, len(schools))
    usual = county.stages.planned_class_size[schools.stage]
    classes = np.maximum(-(-size // cap), np.rint(size / usual).astype(np.int64))
    order = np.argsort(school, kind="stable")
    place = np.empty(school.size, np.int64)
    place[order] = np.arange(school.size) - np.repeat(np.cumsum(size) - size, size)
    return (place * classes[school] // np.maximum(size[school], 1)).astype(np.int32)


def _by_class(school: Ints, classroom: Ints) -> Ints:
    """Order by school and class, children of a class as given."""
    return np.argsort(school.astype(np.int64) * (int(classroom.max(initial=0)) + 1) + classroom, kind="stable")
