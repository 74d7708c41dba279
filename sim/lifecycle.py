"""How schools enter, grow up in and leave groups, and how groups end: the roster of a year as it changes in June.

A county asks in this order. A group judged poor some times in a row is dissolved. A group that posts too few of the
movers due loses the member that hosts fewest. A member that has been in for the growth period and now stands close
enough to its core, with enough value added, has grown up: it becomes independent, a partner, or the core of a group of
its own. A member of high standing may leave on merit. Then places are filled: planned schools join as far as the path
of coverage and their own wish allow; a place that was left goes to the weakest free school; schools outside may apply
and enter where there is room, the weakest first; groups that a graduate founded take weak schools. Standing, value
added, results and movers are last June's.
"""

from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sim.columns import NEVER, NONE
from sim.draws import Draws
from sim.evidence import Evidence
from sim.grouped import counts
from sim.membership import Plan
from sim.policy import Lifecycle, Policy
from sim.state import (
    CORE,
    DISSOLVED,
    EXPELLED,
    GRADUATED,
    MEMBER,
    MERIT,
    OUTSIDE,
    ROLES,
    SENT,
    SPAWNED,
    STAYED,
    ZONES,
    County,
)  # fmt: skip

Floats = NDArray[np.float64]
Ints = NDArray[np.integer]
ROUNDING = 1e-9


@dataclass
class Roster:
    """Who is in which group, on copies of the columns; groups that form this year stand behind the others."""

    year: int
    group: Ints
    role: Ints
    link: Ints
    joined: Ints
    planned_group: Ints
    planned_link: Ints
    applied: Ints
    left: Ints
    departure: Ints
    core: Ints
    closed: Ints
    new_members: int = 0
    """Schools that joined this year, cores and those who took a place that was left apart."""
    places: list[tuple[int, int]] = field(default_factory=list)
    """Group and link of each place that was left this year."""

    @classmethod
    def of(cls, county: County) -> Self:
        """The roster as it is."""
        schools, groups = county.schools, county.groups
        return cls(
            year=county.year,
            group=schools.group.copy(),
            role=schools.role.copy(),
            link=schools.link.copy(),
            joined=schools.joined_year.copy(),
            planned_group=schools.planned_group,
            planned_link=schools.planned_link,
            applied=schools.applied_year.copy(),
            left=schools.left_year.copy(),
            departure=schools.departure.copy(),
            core=groups.core,
            closed=groups.closed_year.copy(),
        )

    def adopt(self, plan: Plan) -> None:
        """Found the groups of a plan, and keep in mind whom it means to join them."""
        self.found(plan.core)
        self.planned_group, self.planned_link = plan.group, plan.link

    def found(self, cores: Ints) -> None:
        """Let schools become cores of new groups."""
        numbers = self.core.size + np.arange(len(cores))
        self.core = np.r_[self.core, cores].astype(np.int32)
        self.closed = np.r_[self.closed, np.full(len(cores), NEVER)]
        self.group[cores], self.role[cores], self.link[cores], self.joined[cores] = numbers, CORE, NONE, self.year

    def join(self, school: int, group: int, link: int, role: int) -> None:
        """Let a school join a group."""
        self.group[school], self.role[school], self.link[school] = group, role, link
        self.joined[school], self.applied[school] = self.year, NEVER

    def leave(self, school: int | Ints, departure: int) -> None:
        """Let schools leave their group."""
        self.group[school], self.role[school], self.link[school] = NONE, OUTSIDE, NONE
        self.joined[school], self.left[school], self.departure[school] = NEVER, self.year, departure

    @property
    def free(self) -> NDArray[np.bool_]:
        """Schools that may be taken into a group: never in one, or left over by a dissolved one. (schools,)"""
        unbound = (self.departure == STAYED) | ((self.departure == DISSOLVED) & (self.left < self.year))
        return unbound & (self.group < 0)

    def size(self, group: int) -> int:
        """Schools that a core looks after: those linked to it that have not grown up."""
        inside = (self.group == group) & (self.role != CORE)
        return int((inside & (self.departure != GRADUATED)).sum())


def depart(county: County, policy: Policy, draw: Draws, roster: Roster) -> tuple[Ints, Ints]:
    """Dissolve, expel, graduate and let go by the rules of life.

    Changes the roster; returns poor and idle years of the groups there were.
    """
    rules, groups = policy.lifecycle, county.groups
    poor, idle = groups.poor_years, groups.idle_years
    if rules is None or not len(groups):
        return poor, idle
    acted = (groups.founded_year < county.year) & (roster.closed == NEVER)
    if rules.dissolve_years is not None:
        judged = acted & ((county.year - groups.founded_year) % policy.assessment.cycle_years == 0)
        poor = np.where(judged, np.where(groups.result < rules.dissolve_result, poor + 1, 0), poor)
        for group in np.flatnonzero(judged & (poor >= rules.dissolve_years)):
            roster.leave(np.flatnonzero(roster.group == group), DISSOLVED)
            roster.closed[group] = county.year
    if rules.expel_years is not None:
        failed = groups.done < rules.expel_fulfilment * groups.due
        idle = np.where(acted & (groups.due > 0), np.where(failed, idle + 1, 0), idle)
        for group in np.flatnonzero(acted & (idle >= rules.expel_years) & (roster.closed == NEVER)):
            _expel(county, policy, roster, int(group))
            idle[group] = 0
    _graduate(county, policy, rules, draw, roster)
    if rules.exit_standing is not None:
        good = (roster.role > CORE) & (roster.joined < county.year) & (roster.departure != GRADUATED)
        for school in np.flatnonzero(good & (county.schools.standing >= rules.exit_standing)):
            roster.places.append((int(roster.group[school]), int(roster.link[school])))
            roster.leave(int(school), MERIT)
    return poor, idle


def _expel(county: County, policy: Policy, roster: Roster, group: int) -> None:
    """Send away the member that hosts fewest of the teachers decreed; of several, the one of lowest standing."""
    posts = np.array([link.rotation is not None for link in policy.links.values()])
    schools = np.flatnonzero((roster.group == group) & (roster.role > CORE) & posts[roster.link])
    if not schools.size:
        return
    teachers = county.teachers
    hosted = counts(np.where(teachers.posting == SENT, teachers.school, NONE), roster.group.size)[schools]
    school = int(schools[np.lexsort((county.schools.standing[schools], hosted))[0]])
    roster.places.append((group, int(roster.link[school])))
    roster.leave(school, EXPELLED)


def _graduate(county: County, policy: Policy, rules: Lifecycle, draw: Draws, roster: Roster) -> None:
    """Examine members after their growth period; those who have grown up go on as decreed."""
    if rules.growth_years is None:
        return
    schools = county.schools
    due = (roster.role == MEMBER) & (county.year - roster.joined >= rules.growth_years)
    due &= roster.departure != GRADUATED
    if rules.graduation_gap is not None:
        leader = np.r_[roster.core, NONE][roster.group]
        due &= schools.standing[leader] - schools.standing <= rules.graduation_gap
    if rules.graduation_value_added is not None:
        due &= schools.value_added.mean(1) >= rules.graduation_value_added
    rows = np.flatnonzero(due)
    if not rows.size:
        return
    spawns = draw.uniform("spawn", rows) < rules.spawn_chance
    for school, spawned in zip(rows.tolist(), spawns.tolist(), strict=True):
        roster.places.append((int(roster.group[school]), int(roster.link[school])))
        if rules.graduate_to == "partner" and rules.graduate_link is not None:
            link = rules.graduate_link
            roster.role[school] = ROLES.index(policy.links[link].role)
            roster.link[school] = list(policy.links).index(link)
            roster.left[school], roster.departure[school] = county.year, GRADUATED
        elif rules.graduate_to == "spawn" and spawned:
            roster.leave(school, SPAWNED)
            roster.found(np.array([school]))
        else:
            roster.leave(school, GRADUATED)


def join_as_planned(county: County, policy: Policy, evidence: Evidence, draw: Draws, roster: Roster) -> None:
    """Planned schools that are not yet in join, as far as coverage, the year's limit and their wish allow."""
    rules, schools = policy.formation, county.schools
    waiting = (roster.planned_link >= 0) & (roster.group < 0) & (roster.left == NEVER)
    waiting &= np.r_[roster.closed, NEVER][roster.planned_group] == NEVER
    rows = np.flatnonzero(waiting)
    if not rows.size:
        return
    first = roster.joined[roster.core].min(initial=county.year) == county.year
    by_plan = first or rules.target == "plan"
    rows = rows[np.lexsort((rows, -schools.zone[rows].astype(int) if by_plan else schools.standing[rows]))]
    links = list(policy.links.values())
    kinds = np.array([link.formation for link in links])[roster.planned_link[rows]]
    if (kinds != "assigned").any():
        leader = roster.core[roster.planned_group[rows]]
        wishes = _wish(county, evidence, rows, leader, draw) > evidence.willingness_threshold
        placed = draw.uniform("placed", rows) < evidence.mixed_assigned_share
        rows = rows[(kinds == "assigned") | wishes | ((kinds == "mixed") & placed)]
    limit = rows.size if rules.max_new_members_per_year is None else rules.max_new_members_per_year
    if rules.coverage is not None:
        share = rules.coverage.at(county.school_year, _plan_year(county)) or 0.0
        wanted = int(np.ceil(share * roster.group.size - ROUNDING))
        limit = min(limit, max(wanted - int((roster.group >= 0).sum()), 0))
    for row in rows[:limit].tolist():
        link = int(roster.planned_link[row])
        roster.join(row, int(roster.planned_group[row]), link, ROLES.index(links[link].role))
        roster.new_members += 1


def _plan_year(county: County) -> int:
    """1 in the year in which the first groups form."""
    return county.year - int(county.groups.founded_year.min(initial=county.year)) + 1


def _wish(county: County, evidence: Evidence, schools: Ints, leader: Ints, draw: Draws) -> Floats:
    """How much schools wish to join a core, in SD of their luck: more, the better it is believed to be."""
    believed = county.schools.reputation
    return evidence.willingness_of_gap * (believed[leader] - believed[schools]) + draw.normal("willing", schools)


def enter(county: County, policy: Policy, evidence: Evidence, draw: Draws, roster: Roster) -> None:
    """Fill places that were left, let schools apply and enter, and let groups of graduates grow."""
    rules = policy.lifecycle
    if rules is None or not roster.free.any():
        return
    if rules.one_out_one_in:
        for group, link in roster.places:
            _take_weakest(county, policy, roster, group, link)
    if not policy.links:
        return
    link = list(policy.links).index(rules.entry_link) if rules.entry_link is not None else 0
    if rules.entry:
        _let_enter(county, policy, rules, evidence, draw, roster, link)
    spawned = np.flatnonzero((roster.departure[roster.core] == SPAWNED) & (roster.closed == NEVER))
    for group in spawned[roster.joined[roster.core[spawned]] < county.year].tolist():
        most = rules.spawn_takes if rules.max_members is None else rules.max_members - roster.size(group)
        for _ in range(max(min(rules.spawn_takes, most, _allowed(policy, roster)), 0)):
            roster.new_members += _take_weakest(county, policy, roster, group, link)


def _allowed(policy: Policy, roster: Roster) -> int:
    """Further schools that may join this year."""
    most = policy.formation.max_new_members_per_year
    return roster.group.size if most is None else most - roster.new_members


def _take_weakest(county: County, policy: Policy, roster: Roster, group: int, link: int) -> bool:
    """Let the free school of lowest standing of the core's stage join a group, if there is one and the group stands."""
    stage = county.schools.stage
    rows = np.flatnonzero(roster.free & (stage == stage[roster.core[group]]))
    if not rows.size or roster.closed[group] != NEVER:
        return False
    school = int(rows[np.argmin(county.schools.standing[rows])])
    roster.join(school, group, link, ROLES.index(list(policy.links.values())[link].role))
    return True


def _let_enter(
    county: County, policy: Policy, rules: Lifecycle, evidence: Evidence, draw: Draws, roster: Roster, link: int
) -> None:
    """Free schools apply if they wish to; after the lag they enter, the weakest first, where there is room."""
    rows = np.flatnonzero(roster.free)
    rows = rows[np.lexsort((rows, county.schools.standing[rows]))]
    kind = county.schools.stage[rows].astype(int) * len(ZONES) + county.schools.zone[rows]
    _, first, same = np.unique(kind, return_index=True, return_inverse=True)
    nearest = np.array([_open_group(county, rules, roster, int(rows[place])) for place in first], np.int64)[same]
    wishes = np.zeros(rows.size, bool)
    known = nearest >= 0
    if known.any():
        leader = roster.core[nearest[known]]
        wishes[known] = _wish(county, evidence, rows[known], leader, draw) > evidence.willingness_threshold
    applies = wishes & (roster.applied[rows] == NEVER)
    roster.applied[rows[applies]] = county.year
    role = ROLES.index(list(policy.links.values())[link].role)
    waited = (roster.applied[rows] != NEVER) & (roster.applied[rows] <= county.year - rules.entry_lag_years)
    for school in rows[waited].tolist():
        group = _open_group(county, rules, roster, school)
        if group >= 0 and _allowed(policy, roster) > 0:
            roster.join(school, group, link, role)
            roster.new_members += 1


def _open_group(county: County, rules: Lifecycle, roster: Roster, school: int) -> int:
    """Group of the school's stage with room: nearest core's zone first, then the smaller group; NONE without any.

    A group that forms this year takes nobody yet.
    """
    schools = county.schools
    looked_after = (roster.group >= 0) & (roster.role != CORE) & (roster.departure != GRADUATED)
    size = counts(np.where(looked_after, roster.group, NONE), roster.core.size)
    room = (roster.closed == NEVER) & (schools.stage[roster.core] == schools.stage[school])
    room &= roster.joined[roster.core] < county.year
    if rules.max_members is not None:
        room &= size < rules.max_members
    found = np.flatnonzero(room)
    steps = np.abs(schools.zone[roster.core[found]].astype(int) - int(schools.zone[school]))
    return int(found[np.lexsort((found, size[found], steps))[0]]) if found.size else NONE
