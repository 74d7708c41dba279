"""Admissions: the oldest grade leaves, grade 6 moves up, children enter by catchment.

Children enter the school in whose catchment they live (免试就近入学). A residual share of families would
choose another school (择校): they weigh what they believe of a school against how far it is, and get in where
seats are left after the catchment's own children, the best examined first at junior entry unless the policy
selects by lot, by lot at primary entry. Each year some rural families move to town before their child enters.
Children who come from outside the county's primary schools, or leave for other schools at grade 7, do so in
the fixed proportion of year 0. Classes are formed at entry and stay together; the other rules of entry stand
in `sim.entry`.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.columns import NONE, Column
from sim.draws import Draws
from sim.entry import NOBODY, Entering, Seated, Transfers, seat, transfers
from sim.evidence import Evidence
from sim.grouped import counts, ratio, sums, whole_shares
from sim.policy import Policy
from sim.population import children, cohort_ids, cohort_size
from sim.process import Changes, process
from sim.state import JUNIOR, Counties, County, Schools, StageTotals, Students, urban

Ints = NDArray[np.integer]


@process(
    reads=(
        Students.id, Students.cohort, Students.school, Students.classroom, Students.catchment, Students.ses,
        Students.exam, Students.lasting, Students.fading, Students.migrant, Students.boarding,
        Schools.stage, Schools.zone, Schools.feeds, Schools.entry_ratio, Schools.births_share, Schools.catchment,
        Schools.catchment_ses, Schools.seats, Schools.reputation, Schools.brand, Schools.group, Schools.role,
        StageTotals.first_grade, StageTotals.last_grade, StageTotals.cohort_pupils, StageTotals.planned_class_size,
        Counties.ses_within_sd, Counties.ses_slope, Counties.ability_sd, Counties.shock_sd, Counties.migrant_share,
        Counties.migration_factor,
    ),
    writes=(
        Students.school, Students.classroom, Students.boarding, Schools.pupils, Schools.entrants, Schools.elsewhere,
        Schools.asked, Schools.granted, Schools.over_seats, Schools.transferred, Schools.boarding_yuan,
    ),
    resizes=(Students,),
)  # fmt: skip
def place(county: County, policy: Policy, evidence: Evidence, draw: Draws) -> Changes:
    """Let grade 9 leave, move grade 6 to junior schools, enter grade 1.

    A family that considers choosing takes the school with the highest of: reputation times its weight (more
    for high SES), less the distance in zone steps, plus luck. Those who want another school get in by
    priority while seats are left; the others stay in their catchment.

    Clauses: admissions.*, funding.boarding_yuan.
    Evidence: choice_consider_*, choice_reputation, choice_distance, choice_ses, migration_rate,
    migrant_papers_share, residence_year_factor, second_address_share, boarding_take_up, transfer_wish_rate (assumed).
    Keeps: pupils are neither lost nor doubled; choice fills no seat that a catchment child needs; who is
    taken beyond the seats is counted.
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
    school, classroom, boarding = students.school.copy(), students.classroom.copy(), students.boarding.copy()
    school[first:last] = up.school[: last - first]
    classroom[first:last] = up.classroom[: last - first]
    boarding[first:last] = up.boarding[: last - first]
    stayed = (slice(stay, first), slice(last, old))
    between = transfers(county, policy, evidence, draw, stayed)
    school[between.rows], classroom[between.rows] = between.school, between.classroom
    entering = {getattr(Students, name): np.concatenate([up.outside[name], new.columns[name]]) for name in new.columns}
    if between.rows.size:
        rows = rows[_in_order(rows, (students.cohort, school, classroom), entering)]
    placed = [school[part] for part in stayed] + [up.seated.school, new.seated.school]
    boarders = school[stay:][boarding[stay:]], entering[Students.school][entering[Students.boarding]]
    units = len(county.schools)
    return Changes(
        write={
            Students.school: school,
            Students.classroom: classroom,
            Students.boarding: boarding,
            Schools.pupils: counts(np.concatenate(placed), units),
            **_reported(county, (up.seated, new.seated), between),
            Schools.boarding_yuan: counts(np.concatenate(boarders), units) * policy.funding.boarding_yuan,
        },
        enter={Students: entering},
        rows={Students: rows},
    )


class _Cohort(NamedTuple):
    """A cohort placed in schools; `order` sorts it by school and class."""

    columns: dict[str, NDArray]
    order: Ints
    seated: Seated


class _MovedUp(NamedTuple):
    """Grade 6 placed in junior schools; arrays hold the block's rows first, then those from outside."""

    school: Ints
    classroom: Ints
    boarding: NDArray[np.bool_]
    order: Ints
    outside: dict[str, NDArray]
    seated: Seated


def _enter(county: County, policy: Policy, evidence: Evidence, draw: Draws, cohort: int) -> _Cohort:
    """Grade 1: children by catchment, some of whom choose."""
    born = _catchments(county, cohort)
    ids = cohort_ids(cohort, 0, born.size)
    people = children(county, draw, ids, born)
    catchment = _moved_to_town(county, evidence, draw, ids, born)
    lot = draw.uniform("lot", ids)
    migrant = _migrants(county, draw, ids, catchment)
    who = Entering(ids, catchment, catchment, people.ses, migrant, lot)
    seated = seat(county, policy, evidence, draw, who, evidence.choice_consider_primary, lot)
    classroom = _classes(county, policy, evidence, seated.school, policy.admissions.class_size_cap.primary)
    zero = np.zeros(ids.size, np.float32)
    columns = {
        "id": ids, "cohort": np.full(ids.size, cohort, np.int32), "school": seated.school, "classroom": classroom,
        "catchment": catchment, "migrant": migrant, "boarding": _marked(ids.size, seated.boarders),
        "ses": people.ses, "ability": people.ability, "lasting": zero, "fading": zero,
        "shock": people.shock, "score": people.ability + people.shock,
        "exam": np.full(ids.size, np.nan, np.float32),
    }  # fmt: skip
    return _Cohort(columns, _by_class(seated.school, classroom), seated)


def _move_up(county: County, policy: Policy, evidence: Evidence, draw: Draws, block: slice, cohort: int) -> _MovedUp:
    """Grade 7: leavers of the primary schools by catchment, and those from outside; some choose."""
    students, schools = county.students, county.schools
    outside = _from_outside(county, evidence, draw, block, cohort)
    known = block.stop - block.start
    by_id = np.argsort(np.r_[students.id[block], outside["id"]], kind="stable")
    ids, catchment, exam, ses, migrant = (
        np.r_[getattr(students, name)[block], outside[name]][by_id]
        for name in ("id", "catchment", "exam", "ses", "migrant")
    )
    home = schools.feeds[catchment]
    if (home == NONE).all():
        # A county without junior schools: its leavers go elsewhere.
        nobody = Seated(home[:0], home[:0], NOBODY, NOBODY, NOBODY)
        none = students.school[block], students.classroom[block], np.zeros(known, np.bool_)
        return _MovedUp(*none, by_id[:0], outside, nobody)
    stays = np.flatnonzero((by_id >= known) | (draw.uniform("leaves", ids) < schools.entry_ratio[home]))
    rules = policy.admissions
    lot = draw.uniform("lot", ids[stays])
    priority = exam[stays] if rules.selection == "exam" else lot
    who = Entering(ids[stays], catchment[stays], home[stays], ses[stays], migrant[stays], priority)
    seated = seat(county, policy, evidence, draw, who, evidence.choice_consider_junior, lot)
    chosen, formed, boards = home.astype(np.int32), np.zeros(ids.size, np.int32), np.zeros(ids.size, np.bool_)
    chosen[stays] = seated.school
    formed[stays] = _classes(county, policy, evidence, seated.school, rules.class_size_cap.junior)
    boards[stays[seated.boarders]] = True
    order = _by_class(chosen[stays], formed[stays])
    school, classroom, boarding = np.empty_like(chosen), np.empty_like(formed), np.empty_like(boards)
    school[by_id], classroom[by_id], boarding[by_id] = chosen, formed, boards
    outside |= {"school": school[known:], "classroom": classroom[known:], "boarding": boarding[known:]}
    return _MovedUp(school, classroom, boarding, by_id[stays[order]], outside, seated)


def _from_outside(county: County, evidence: Evidence, draw: Draws, block: slice, cohort: int) -> dict[str, NDArray]:
    """Children who enter grade 7 from outside, with the mean schooling of their catchment's leavers."""
    students, schools = county.students, county.schools
    units = len(schools)
    here = students.catchment[block]
    by_junior = counts(schools.feeds[here], units)
    extra = np.rint(by_junior * np.maximum(schools.entry_ratio - 1, 0)).astype(np.int64)
    extra[schools.stage != JUNIOR] = 0
    catchment = np.concatenate(
        [np.zeros(0, np.int32)]
        + [np.resize(np.flatnonzero(schools.feeds == junior), extra[junior]) for junior in np.flatnonzero(extra)]
    ).astype(np.int32)
    ids = cohort_ids(cohort, cohort_size(county, cohort), catchment.size)
    people = children(county, draw, ids, catchment)
    size = counts(here, units)
    lasting = ratio(sums(here, units, students.lasting[block]), size)[catchment].astype(np.float32)
    fading = ratio(sums(here, units, students.fading[block]), size)[catchment].astype(np.float32)
    score = people.ability + people.shock + lasting + fading
    noise = np.float32(np.sqrt(1 / evidence.exam_reliability - 1))
    return {
        "id": ids, "cohort": np.full(ids.size, cohort, np.int32), "school": catchment, "classroom": catchment,
        "catchment": catchment, "migrant": _migrants(county, draw, ids, catchment),
        "boarding": np.zeros(ids.size, np.bool_), "ses": people.ses, "ability": people.ability, "lasting": lasting,
        "fading": fading, "shock": people.shock, "score": score,
        "exam": score + noise * draw.normal32("entry exam", ids),
    }  # fmt: skip


def _catchments(county: County, cohort: int) -> NDArray[np.int32]:
    """Catchment of each child of a birth cohort, in the order of its ids."""
    parts = whole_shares(cohort_size(county, cohort), county.schools.births_share)
    return np.repeat(np.arange(parts.size, dtype=np.int32), parts)


def _moved_to_town(
    county: County, evidence: Evidence, draw: Draws, ids: Ints, born: NDArray[np.int32]
) -> NDArray[np.int32]:
    """Catchment of each child after families moved from rural to urban ones, the same in every policy.

    Each year since year 0 the same share of the rural families that are left moves; who moves and where to is
    drawn once, in proportion to the children of the urban catchments. The family stays what it was.
    """
    schools, years = county.schools, county.year
    rate = evidence.migration_rate * county.county.migration_factor[0]
    town = np.cumsum(np.where(urban(schools.zone), schools.births_share, 0.0))
    if not evidence.switches.migration or years < 1 or rate <= 0 or town[-1] <= 0:
        return born
    share = 1 - (1 - rate) ** years
    luck = draw.uniform("moves to town", ids)
    rows = np.flatnonzero((luck < share) & ~urban(schools.zone)[born])
    catchment = born.copy()
    catchment[rows] = np.searchsorted(town, luck[rows] / share * town[-1], side="right")
    return catchment


def _migrants(county: County, draw: Draws, ids: Ints, catchment: Ints) -> NDArray[np.bool_]:
    """Children of migrant workers, among those of urban catchments. Shape (children,)."""
    share = county.county.migrant_share[0]
    if share <= 0:
        return np.zeros(ids.size, np.bool_)
    return (draw.uniform("migrant", ids) < share) & urban(county.schools.zone)[catchment]


def _classes(county: County, policy: Policy, evidence: Evidence, school: Ints, cap: int) -> NDArray[np.int32]:
    """Class of each child, in the order given: classes of equal size, near the usual one, none above the cap.

    A school that may open no more classes than its seats need has classes above the cap when they are exceeded.
    """
    schools = county.schools
    size = counts(school, len(schools))
    usual = county.stages.planned_class_size[schools.stage]
    classes = np.maximum(-(-size // cap), np.rint(size / usual).astype(np.int64))
    if not policy.admissions.extra_classes and evidence.switches.seat_rules:
        classes = np.minimum(classes, np.maximum(-(-schools.seats // cap), 1))
    order = np.argsort(school, kind="stable")
    place = np.empty(school.size, np.int64)
    place[order] = np.arange(school.size) - np.repeat(np.cumsum(size) - size, size)
    return (place * classes[school] // np.maximum(size[school], 1)).astype(np.int32)


def _by_class(school: Ints, classroom: Ints) -> Ints:
    """Order by school and class, children of a class as given."""
    return np.argsort(school.astype(np.int64) * (int(classroom.max(initial=0)) + 1) + classroom, kind="stable")


def _marked(size: int, rows: Ints) -> NDArray[np.bool_]:
    """True at the rows. Shape (size,)."""
    marks = np.zeros(size, np.bool_)
    marks[rows] = True
    return marks


def _reported(county: County, entries: tuple[Seated, ...], between: Transfers) -> dict[Column, NDArray]:
    """What schools report of the year's entry."""
    units = len(county.schools)
    home, school = (np.concatenate(arrays) for arrays in zip(*((e.home, e.school) for e in entries), strict=True))
    return {
        Schools.entrants: counts(home, units),
        Schools.elsewhere: counts(home[home != school], units),
        Schools.asked: counts(np.concatenate([entry.home[entry.asked] for entry in entries]), units),
        Schools.granted: counts(np.concatenate([entry.home[entry.granted] for entry in entries]), units),
        Schools.over_seats: np.maximum(counts(school, units) - county.schools.seats, 0),
        Schools.transferred: counts(between.school, units),
    }


def _in_order(rows: Ints, known: tuple[NDArray, ...], entering: dict[Column, NDArray]) -> Ints:
    """Order of `rows` by cohort, school and class; `known` are these columns of the old rows."""
    columns = (Students.cohort, Students.school, Students.classroom)
    arrays = (np.concatenate([old, entering[column]])[rows] for old, column in zip(known, columns, strict=True))
    cohort, school, classroom = arrays
    return _by_class(cohort.astype(np.int64) * (int(school.max()) + 1) + school, classroom)
