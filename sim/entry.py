"""Entry: which school each child entering a stage goes to, and which pupils change school in between.

A child has a right to the school in whose catchment it lives. A policy may let families with two addresses use
either, balance the schools of a group by their seats, place migrant children without papers where seats are left,
give families of the highest standing a core school, send children beyond the seats to the nearest school that has
some, and let children who live far away board. Then families that would choose another school (择校) ask for it and
get in while seats are left.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.columns import NONE
from sim.draws import Draws
from sim.evidence import Evidence
from sim.grouped import counts, rank_within, whole_shares
from sim.policy import Policy
from sim.state import CORE, MEMBER, County

Ints = NDArray[np.integer]
Rows = NDArray[np.intp]


class Entering(NamedTuple):
    """Children who enter a stage, in the order of their ids. All arrays (children,)."""

    id: Ints
    catchment: Ints
    """Primary unit in whose catchment the child lives."""
    home: Ints
    """School of the stage that the child has a right to."""
    ses: NDArray
    migrant: NDArray[np.bool_]
    priority: NDArray
    """Who is taken first where seats are short: a lot, or the examination."""


class Seated(NamedTuple):
    """Where entering children go."""

    home: Ints
    school: NDArray[np.int32]
    """Shape (children,)."""
    boarders: Rows
    """Rows of those who board."""
    asked: Rows
    """Rows of those whose family asked for another school."""
    granted: Rows
    """Rows of those who were taken there."""


NOBODY = np.zeros(0, np.intp)


def seat(
    county: County, policy: Policy, evidence: Evidence, draw: Draws, who: Entering, chance: float, lot: NDArray
) -> Seated:
    """Give every entering child a school.

    `chance` is the share of families who would consider another school; `lot` (children,) decides where neither
    right nor priority does.
    """
    rules, on = policy.admissions, evidence.switches
    school: NDArray[np.int32] = who.home.astype(np.int32)
    if not school.size:
        return Seated(who.home, school, NOBODY, NOBODY, NOBODY)
    options = np.flatnonzero(county.schools.stage == county.schools.stage[who.home[0]])
    if rules.second_address and on.second_address:
        _use_second_address(county, evidence, draw, options, who, school)
    if rules.unit == "group" and on.joint_admission:
        _balance(county, options, school, lot)
    waiting = _without_papers(policy, evidence, draw, who) if on.migrants else NOBODY
    school[waiting] = NONE
    if rules.privilege and on.privilege:
        _favour(county, options, rules.privilege, who, school)
    if not rules.must_accept and on.seat_rules:
        _redirect(county, options, school, lot)
    waiting = waiting[school[waiting] == NONE]
    if waiting.size:
        _fill(county, options, school, waiting[np.argsort(-lot[waiting], kind="stable")], who.home)
    boarders = NOBODY
    if rules.boarding and on.boarding:
        boarders = _board(county, policy, evidence, draw, options, who, school, lot)
    asked, granted = _choose(county, policy, evidence, draw, options, who, school, boarders, chance)
    return Seated(who.home, school, boarders, asked, granted)


def _use_second_address(
    county: County, evidence: Evidence, draw: Draws, options: Rows, who: Entering, school: NDArray[np.int32]
) -> None:
    """Let families with a second address (relocated, or registered with grandparents) take the better believed school.

    A second address lies in the catchment of any school of the zone, in proportion to the children there.
    """
    schools = county.schools
    luck = draw.uniform("second address", who.id)
    rows = np.flatnonzero(luck < evidence.second_address_share)
    believed = schools.reputation + schools.brand
    living = counts(who.home, len(schools))
    for zone in np.unique(schools.zone[who.home[rows]]).tolist():
        units = options[schools.zone[options] == zone]
        here = rows[schools.zone[who.home[rows]] == zone]
        edges = np.cumsum(living[units])
        place = luck[here] / evidence.second_address_share * edges[-1]
        other = units[np.searchsorted(edges, place, side="right")]
        better = believed[other] > believed[who.home[here]]
        school[here[better]] = other[better]


def _balance(county: County, options: Rows, school: NDArray[np.int32], lot: NDArray) -> None:
    """Share the children of a group's joint catchments over its core and members in proportion to seats.

    A school keeps its own children up to its part; those beyond it, by lot, fill the others. Partners keep apart.
    """
    schools = county.schools
    here = np.zeros(len(schools), bool)
    here[options] = True
    here &= (schools.group != NONE) & ((schools.role == CORE) | (schools.role == MEMBER))
    living = counts(school, len(schools))
    place = rank_within(school, lot)
    for group in np.unique(schools.group[here]).tolist():
        units = np.flatnonzero(here & (schools.group == group))
        if units.size <= 1 or not schools.seats[units].sum():
            continue
        part = np.zeros(len(schools), np.int64)
        part[units] = whole_shares(int(living[units].sum()), schools.seats[units])
        rows = np.flatnonzero(np.isin(school, units) & (place >= part[school]))
        rows = rows[np.argsort(-lot[rows], kind="stable")]
        school[rows] = np.repeat(units, np.maximum(part - living, 0)[units])


def _without_papers(policy: Policy, evidence: Evidence, draw: Draws, who: Entering) -> Rows:
    """Migrant children whom the rule gives no right to the school of their catchment.

    The share of families with papers falls with each year of residence that is asked for.
    """
    rule = policy.admissions.migrants
    if rule.rule == "equal" or not who.migrant.any():
        return NOBODY
    rows = np.flatnonzero(who.migrant)
    if rule.rule == "none":
        return rows
    with_papers = evidence.migrant_papers_share * evidence.residence_year_factor**rule.min_residence_years
    return rows[draw.uniform("papers", who.id[rows]) >= with_papers]


def _favour(county: County, options: Rows, share: float, who: Entering, school: NDArray[np.int32]) -> None:
    """Give the families of the highest standing a core school, whatever its seats: their group's, else the nearest."""
    schools = county.schools
    cores = options[schools.role[options] == CORE]
    if not cores.size:
        return
    first = np.argsort(-who.ses, kind="stable")[: int(share * school.size)]
    home = who.home[first]
    own = (schools.group[home, None] != NONE) & (schools.group[home, None] == schools.group[cores])
    steps = np.abs(schools.zone[home, None].astype(int) - schools.zone[cores])
    nearest = cores[np.where(own, -1, steps).argmin(axis=1)]
    school[first] = np.where(schools.role[home] == CORE, home, nearest)


def _redirect(county: County, options: Rows, school: NDArray[np.int32], lot: NDArray) -> None:
    """Send the children beyond a school's seats, by lot, to the nearest schools of the stage with free seats.

    Who finds no seat anywhere stays: the school is then over its seats.
    """
    schools = county.schools
    free = schools.seats - counts(school, len(schools))
    for full in options[free[options] < 0].tolist():
        rows = np.flatnonzero(school == full)
        rows = rows[np.argsort(-lot[rows], kind="stable")][int(schools.seats[full]) :]
        open_ = options[free[options] > 0]
        steps = np.abs(schools.zone[open_].astype(int) - schools.zone[full])
        near = open_[np.lexsort((-free[open_], steps))]
        seats = np.repeat(near, free[near])[: rows.size]
        school[rows[: seats.size]] = seats
        free -= counts(seats, len(schools))


def _fill(county: County, options: Rows, school: NDArray[np.int32], rows: Rows, home: Ints) -> None:
    """Place children one after the other in the school of their zone with the most free seats."""
    schools = county.schools
    free = schools.seats - counts(school, len(schools))
    in_zone = {zone: options[schools.zone[options] == zone] for zone in np.unique(schools.zone[options]).tolist()}
    for row, zone in zip(rows.tolist(), schools.zone[home[rows]].tolist(), strict=True):
        units = in_zone[zone]
        chosen = units[free[units].argmax()]
        school[row] = chosen
        free[chosen] -= 1


def _board(
    county: County,
    policy: Policy,
    evidence: Evidence,
    draw: Draws,
    options: Rows,
    who: Entering,
    school: NDArray[np.int32],
    lot: NDArray,
) -> Rows:
    """Rows of the children who board; those from elsewhere move to the boarding school where it has seats.

    A child may board who lives in a zone farther out than the school. It asks for its own school first, then one
    of its group, then the nearest. The places of a school are shared evenly over the grades of its stage.
    """
    schools, stages = county.schools, county.stages
    stage = schools.stage[options[0]]
    named = {county.names.index(name): places for name, places in policy.admissions.boarding.items()}
    units = np.array(sorted(unit for unit in named if schools.stage[unit] == stage), np.intp)
    if not units.size:
        return NOBODY
    grades = int(stages.last_grade[stage] - stages.first_grade[stage]) + 1
    beds = np.zeros(len(schools), np.int64)
    beds[units] = [named[unit] // grades for unit in units.tolist()]
    far = schools.zone[who.catchment, None].astype(int) - schools.zone[units]
    wishes = draw.uniform("boards", who.id) < evidence.boarding_take_up
    rows = np.flatnonzero((far > 0).any(axis=1) & wishes)
    if not rows.size:
        return NOBODY
    own = school[rows, None] == units
    group = schools.group[school[rows], None]
    same = (group != NONE) & (group == schools.group[units])
    farthest = int(far.max()) + 1
    order = far[rows] + farthest * (~own + (~own & ~same))
    wanted = units[np.where(far[rows] > 0, order, np.iinfo(np.int64).max).argmin(axis=1)]
    # From elsewhere only while seats are left; then a bed each while there are beds.
    free = schools.seats - counts(school, len(schools))
    moves = np.flatnonzero(wanted != school[rows])
    seated = np.ones(rows.size, bool)
    seated[moves] = rank_within(wanted[moves], lot[rows[moves]]) < free[wanted[moves]]
    rows, wanted = rows[seated], wanted[seated]
    slept = rank_within(wanted, lot[rows]) < beds[wanted]
    school[rows[slept]] = wanted[slept]
    return rows[slept]


def _choose(
    county: County,
    policy: Policy,
    evidence: Evidence,
    draw: Draws,
    options: Rows,
    who: Entering,
    school: NDArray[np.int32],
    boarders: Rows,
    chance: float,
) -> tuple[Rows, Rows]:
    """Rows that asked for another school, and those taken there, who are moved to it.

    Choice fills no seat that a child by right or rule needs.
    """
    rules = policy.admissions
    if not evidence.switches.choice or not rules.cross_catchment or chance <= 0:
        return NOBODY, NOBODY
    considers = draw.uniform("considers", who.id) < chance * (1 - rules.enforcement)
    considers[boarders] = False
    rows = np.flatnonzero(considers)
    if not rows.size:
        return NOBODY, NOBODY
    schools = county.schools
    wanted = preferred(county, evidence, draw, "choice", who.id[rows], who.home[rows], who.ses[rows], options)
    free = schools.seats - counts(school, len(schools))
    asks = wanted != school[rows]
    rows, wanted = rows[asks], wanted[asks]
    accepted = rank_within(wanted, who.priority[rows]) < free[wanted]
    school[rows[accepted]] = wanted[accepted]
    return rows, rows[accepted]


def preferred(
    county: County,
    evidence: Evidence,
    draw: Draws,
    purpose: str,
    ids: Ints,
    home: Ints,
    ses: NDArray,
    options: Ints,
) -> Ints:
    """The school of `options` that each family would like most. `ids`, `home`, `ses`: (children,); so the result.

    Worth = reputation times its weight (more for high SES), less the distance in zone steps, plus luck.
    """
    schools = county.schools
    steps = np.abs(schools.zone[options].astype(int) - schools.zone[home, None])
    believed = schools.reputation[options] + schools.brand[options]
    weight = evidence.choice_reputation + evidence.choice_ses * ses[:, None]
    worth = weight * believed + evidence.choice_distance * steps
    worth = worth - np.log(-np.log(draw.uniform_pairs(purpose, ids, options)))
    return options[worth.argmax(1)]


class Transfers(NamedTuple):
    """Pupils who change school in the middle of a stage. Arrays (pupils who move,)."""

    rows: Rows
    school: Ints
    classroom: Ints


def transfers(county: County, policy: Policy, evidence: Evidence, draw: Draws, grades: tuple[slice, ...]) -> Transfers:
    """Who of the pupils that stay in their stage moves to another school, and into which class.

    `grades` are the rows of those who stay. A small share asks each year for the school it likes most; it is taken
    by lot while the classes of the grade have room below the cap and the grade has seats. Who comes joins the
    smallest class; the room that somebody leaves is free a year later.
    """
    students, schools = county.students, county.schools
    nobody = Transfers(NOBODY, NOBODY, NOBODY)
    if not policy.admissions.transfer_allowed or not evidence.switches.transfers:
        return nobody
    staying = np.concatenate([np.arange(rows.start, rows.stop) for rows in grades])
    asks = draw.uniform("wishes to leave", students.id[staying]) < evidence.transfer_wish_rate
    rows = staying[asks & ~students.boarding[staying]]
    if not rows.size:
        return nobody
    ids, now, cohort, lives = (
        array[rows] for array in (students.id, students.school, students.cohort, students.catchment)
    )
    stage = schools.stage[now]
    home = np.where(schools.stage[lives] == stage, lives, schools.feeds[lives])
    wanted = np.empty_like(now)
    for each in np.unique(stage).tolist():
        here, options = np.flatnonzero(stage == each), np.flatnonzero(schools.stage == each)
        families = ids[here], home[here], students.ses[rows[here]]
        wanted[here] = preferred(county, evidence, draw, "transfer", *families, options)
    in_turn = np.argsort(-draw.uniform("transfer lot", ids), kind="stable")
    in_turn = in_turn[wanted[in_turn] != now[in_turn]]
    rules = policy.admissions.class_size_cap
    cap = np.array([rules.primary, rules.junior])[stage[in_turn]]
    asked = zip(cohort[in_turn].tolist(), wanted[in_turn].tolist(), cap.tolist(), strict=True)
    joined = _joined(_class_sizes(county, staying), asked, schools.seats.tolist())
    taken = joined != NONE
    return Transfers(rows[in_turn[taken]], wanted[in_turn[taken]], joined[taken])


def _joined(
    rooms: dict[tuple[int, int], dict[int, int]], asked: Iterable[tuple[int, int, int]], seats: list[int]
) -> Ints:
    """The class that each pupil joins, NONE where there is no room. `asked`: cohort, school and cap of each in turn."""
    joined = []
    for cohort, school, cap in asked:
        classes = rooms.get((cohort, school), {})
        size, smallest = min(((size, room) for room, size in classes.items()), default=(cap, NONE))
        room = smallest if size < cap and sum(classes.values()) < seats[school] else NONE
        if room != NONE:
            classes[room] += 1
        joined.append(room)
    return np.array(joined, np.int64)


def _class_sizes(county: County, rows: Rows) -> dict[tuple[int, int], dict[int, int]]:
    """Pupils by (cohort, school) and class, before anybody moves."""
    students = county.students
    listed = np.stack([students.cohort[rows], students.school[rows], students.classroom[rows]])
    new = np.flatnonzero((np.diff(listed, axis=1) != 0).any(axis=0)) + 1
    starts = np.r_[0, new][: rows.size]
    sizes = np.diff(np.r_[starts, rows.size])
    found: dict[tuple[int, int], dict[int, int]] = {}
    for (cohort, school, room), size in zip(listed[:, starts].T.tolist(), sizes.tolist(), strict=True):
        found.setdefault((cohort, school), {})[room] = size
    return found
