"""Groups: schools join as the policy names them; leadership, courses and the name are lent.

A county's first policy year founds the named groups. A member's management moves towards the core's, half
the way in `management_half_life_years`, as far as the form of leadership reaches (一长多校 reaches further than
a convenor) and less where one core leads many. Courses follow at half that reach: of shared courses a member
takes the better ones, in proportion to what is paid for; one plan for all moves them up or down. A school that joins
is at once believed to be nearer to its core than it is.
"""

import numpy as np
from numpy.typing import NDArray

from sim.draws import Draws
from sim.evidence import Evidence, leadership_weight
from sim.grouped import counts
from sim.policy import Policy
from sim.process import Changes, process
from sim.state import CORE, ROLES, County, Groups, Schools

Floats = NDArray[np.float64]


@process(
    reads=(
        Schools.group, Schools.role, Schools.link, Schools.management, Schools.own_management, Schools.curriculum,
        Schools.own_curriculum, Schools.reputation, Schools.brand, Schools.cadres, Schools.joined_year,
        Groups.core, Groups.sharing_funded,
    ),
    writes=(
        Schools.group, Schools.role, Schools.link, Schools.joined_year, Schools.management, Schools.curriculum,
        Schools.brand,
    ),
    resizes=(Groups,),
)  # fmt: skip
def reorganise(county: County, policy: Policy, evidence: Evidence, draw: Draws) -> Changes:
    """Found the named groups in their first year; move members towards their cores.

    Clauses: groups, links.*.leadership, links.*.curriculum.sharing and sync, links.*.brand_share.
    Evidence: P19, P21, P22, leadership weights (assumed), cadre_leadership (assumed).
    Keeps: a school is in at most one group; a group has exactly one core.
    """
    schools, groups = county.schools, county.groups
    group, role, link, joined = schools.group, schools.role, schools.link, schools.joined_year
    core, funded = groups.core, groups.sharing_funded
    entering = {}
    if policy.groups and not len(groups) and county.school_year >= (policy.start_year or 0):
        group, role, link = _members(county, policy)
        core = np.array([county.names.index(item.core) for item in policy.groups.values()], np.int32)
        funded = np.zeros(core.size)
        joined = np.where(group >= 0, county.year, joined)
        entering = {Groups.core: core, Groups.founded_year: np.full(core.size, county.year, np.int32)}
    leader = np.where(group >= 0, np.r_[core, -1][group], -1)
    helped = (leader >= 0) & (role != CORE)
    brand = schools.brand
    if evidence.switches.reputation:
        share = _of_link(policy, link, "brand_share")
        jump = share * (schools.reputation[leader] - schools.reputation)
        brand = np.where(helped & (joined == county.year), brand + jump, brand)
    reach = _reach(policy, evidence, link, helped, group, len(core), schools.cadres)
    courses = reach * evidence.courses_of_leadership * _of_link(policy, link, "sharing") * np.r_[funded, 0.0][group]
    planned = reach * evidence.courses_of_leadership * _of_link(policy, link, "sync")
    planned *= evidence.switches.curriculum
    gap = schools.curriculum[leader] - schools.own_curriculum
    courses = np.where(gap > 0, np.minimum(courses + planned, 1.0), planned)
    return Changes(
        write={
            Schools.group: group,
            Schools.role: role,
            Schools.link: link,
            Schools.joined_year: joined,
            Schools.brand: brand,
            Schools.management: _nearer(schools.management, schools.own_management, reach, leader, evidence),
            Schools.curriculum: _nearer(schools.curriculum, schools.own_curriculum, courses, leader, evidence),
        },
        enter={Groups: entering} if entering else {},
    )


def _members(county: County, policy: Policy) -> tuple[NDArray, NDArray, NDArray]:
    """Group, role and link of each school as the policy names them. Each (schools,)."""
    group = np.full(len(county.schools), -1)
    role, link = np.zeros(group.size, int), np.full(group.size, -1)
    links = list(policy.links)
    for number, named in enumerate(policy.groups.values()):
        core = county.names.index(named.core)
        group[core], role[core] = number, CORE
        for kind, members in named.members.items():
            rows = [county.names.index(name) for name in members]
            group[rows], role[rows] = number, ROLES.index(policy.links[kind].role)
            link[rows] = links.index(kind)
    return group, role, link


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
    reach = (np.array([*weights, 0.0])[link] + evidence.cadre_leadership * cadres) * np.r_[span, 0.0][group]
    return np.where(helped, np.minimum(reach, 1.0), 0.0)


def _nearer(now: Floats, own: Floats, reach: Floats, leader: NDArray, evidence: Evidence) -> Floats:
    """A quality one year later: nearer to the core's by its reach, or back to the school's own. (schools,)

    A head principal may lead a member down as well as up.
    """
    target = own + reach * (now[leader] - own)
    pace = 1 - 0.5 ** (1 / evidence.management_half_life_years)
    return now + pace * (target - now)
