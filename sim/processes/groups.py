"""Groups: schools join as the policy plans, enter, grow up and leave; leadership, courses and the name are lent.

A county's first policy year founds the planned groups, or some years later where approval takes its time. Each June
the roster changes as decreed (`sim.lifecycle`). A member's management moves towards the core's, half the way in
`management_half_life_years`, as far as the form of leadership reaches (一长多校 reaches further than a convenor) and
less where one core leads many; a school that has left returns to its own ways at the same pace. Courses follow at half
that reach: of shared courses a member takes the better ones, in proportion to what is paid for; one plan for all moves
them up or down. A school that joins is at once believed to be nearer to its core than it is; one that leaves loses the
name.
"""

import numpy as np
from numpy.typing import NDArray

from sim.columns import NEVER
from sim.draws import Draws
from sim.evidence import Evidence, leadership_weight
from sim.grouped import counts
from sim.lifecycle import Roster, depart, enter, join_as_planned
from sim.membership import Place, Plan, plan
from sim.policy import Policy
from sim.process import Changes, process
from sim.state import CORE, County, Groups, Schools, Teachers

Floats = NDArray[np.float64]
KEPT = (
    Schools.group, Schools.role, Schools.link, Schools.joined_year, Schools.applied_year, Schools.left_year,
    Schools.departure, Schools.planned_group, Schools.planned_link, Groups.closed_year, Groups.poor_years,
    Groups.idle_years, Groups.first_member_year,
)  # fmt: skip
"""The roster."""


@process(
    reads=(
        *KEPT, Schools.stage, Schools.zone, Schools.owner, Schools.status, Schools.drawn_pupils, Schools.standing,
        Schools.value_added, Schools.management, Schools.own_management, Schools.curriculum, Schools.own_curriculum,
        Schools.reputation, Schools.brand, Schools.cadres, Groups.core, Groups.founded_year, Groups.result,
        Groups.due, Groups.done, Groups.sharing_funded, Teachers.posting, Teachers.school,
    ),
    writes=(*KEPT, Schools.management, Schools.curriculum, Schools.brand),
    resizes=(Groups,),
)  # fmt: skip
def reorganise(county: County, policy: Policy, evidence: Evidence, draw: Draws) -> Changes:
    """Found groups, change their roster by the rules of life; move members towards their cores.

    Clauses: groups, formation, lifecycle, links.*.formation, links.*.leadership, links.*.curriculum.sharing
    and sync, links.*.brand_share.
    Evidence: P19, P21, P22, leadership weights (assumed), cadre_leadership (assumed), willingness (assumed).
    Keeps: a school is in at most one group; a standing group has exactly one core; groups keep their rows.
    """
    schools, size = county.schools, len(county.groups)
    roster = Roster.of(county)
    poor, idle = _change(county, policy, evidence, draw, roster)
    group, role, link, core = roster.group, roster.role, roster.link, roster.core
    funded = np.r_[county.groups.sharing_funded, np.zeros(core.size - size)]
    leader = np.where(group >= 0, np.r_[core, -1][group], -1)
    helped = (leader >= 0) & (role != CORE)
    brand = np.where((roster.left == county.year) & ~helped, 0.0, schools.brand)
    if evidence.switches.reputation:
        share = _of_link(policy, link, "brand_share")
        jump = share * (schools.reputation[leader] - schools.reputation)
        brand = np.where(helped & (roster.joined == county.year), brand + jump, brand)
    reach = _reach(policy, evidence, link, helped, group, len(core), schools.cadres)
    carried = reach * evidence.courses_of_leadership if evidence.switches.curriculum else np.zeros(len(schools))
    courses = carried * _of_link(policy, link, "sharing") * np.r_[funded, 0.0][group]
    planned = carried * _of_link(policy, link, "sync")
    gap = schools.curriculum[leader] - schools.own_curriculum
    courses = np.where(gap > 0, np.minimum(courses + planned, 1.0), planned)
    written = (
        group, role, link, roster.joined, roster.applied, roster.left, roster.departure,
        roster.planned_group, roster.planned_link, roster.closed[:size], poor, idle,
    )  # fmt: skip
    first = np.r_[county.groups.first_member_year, np.full(core.size - size, NEVER)]
    first = np.where((first == NEVER) & (counts(np.where(helped, group, -1), core.size) > 0), county.year, first)
    new = core[size:]
    entering = {
        Groups.core: new,
        Groups.founded_year: np.full(new.size, county.year),
        Groups.first_member_year: first[size:],
    }
    return Changes(
        write={
            **dict(zip(KEPT, (*written, first[:size]), strict=True)),
            Schools.brand: brand,
            Schools.management: _nearer(schools.management, schools.own_management, reach, leader, evidence),
            Schools.curriculum: _nearer(schools.curriculum, schools.own_curriculum, courses, leader, evidence),
        },
        enter={Groups: entering} if new.size else {},
    )


def _change(county: County, policy: Policy, evidence: Evidence, draw: Draws, roster: Roster) -> tuple[NDArray, NDArray]:
    """Change this year's roster; returns poor and idle years of the groups there were."""
    lives = evidence.switches.lifecycle
    poor, idle = county.groups.poor_years, county.groups.idle_years
    if not len(county.groups):
        start = policy.start_year + policy.formation.start_lag_years if policy.start_year is not None else 0
        if (policy.groups or policy.formation.rules) and county.school_year >= start:
            roster.adopt(_planned(county, policy))
            join_as_planned(county, policy, evidence, draw, roster)
        return poor, idle
    if lives:
        poor, idle = depart(county, policy, draw, roster)
    join_as_planned(county, policy, evidence, draw, roster)
    if lives:
        enter(county, policy, evidence, draw, roster)
    return poor, idle


def _planned(county: County, policy: Policy) -> Plan:
    """The groups that the policy plans for this county."""
    schools = county.schools
    return plan(
        Place(county.names, schools.stage, schools.zone, schools.owner, schools.status, schools.drawn_pupils), policy
    )


def _of_link(policy: Policy, link: NDArray, name: str) -> Floats:
    """A share that the link of each school decrees, 0 without a link. (schools,)"""
    values = [getattr(kind if name == "brand_share" else kind.curriculum, name) for kind in policy.links.values()]
    return np.array([*values, 0.0])[link]


def _reach(
    policy: Policy,
    evidence: Evidence,
    link: NDArray,
    helped: NDArray,
    group: NDArray,
    size: int,
    cadres: NDArray,
) -> Floats:
    """Share of the way to the core that leadership brings a member in the long run. (schools,)"""
    weights = [leadership_weight(evidence, kind.leadership) for kind in policy.links.values()]
    members = counts(np.where(helped, group, -1), size)
    span = np.maximum(1 - evidence.span_penalty * np.maximum(members - evidence.span_free_members, 0), 0)
    lead = evidence.cadre_leadership if evidence.switches.management else 0.0
    reach = (np.array([*weights, 0.0])[link] + lead * cadres) * np.r_[span, 0.0][group]
    return np.where(helped, np.minimum(reach, 1.0), 0.0)


def _nearer(now: Floats, own: Floats, reach: Floats, leader: NDArray, evidence: Evidence) -> Floats:
    """A quality one year later: nearer to the core's by its reach, or back to the school's own. (schools,)

    A head principal may lead a member down as well as up.
    """
    target = own + reach * (now[leader] - own)
    pace = 1 - 0.5 ** (1 / evidence.management_half_life_years)
    return now + pace * (target - now)
