"""Recognition: titles (职称), backbone status (骨干教师) and honours are renewed within their quotas.

Titles go by years of service to those who wait longest, those with credited teaching support first. Cores may
get further posts with titles for those who go on exchange; the county's total stays, so other schools
have fewer.
"""

import numpy as np
from numpy.typing import NDArray

from sim.columns import NONE
from sim.draws import Draws
from sim.evidence import Evidence
from sim.grouped import counts, rank_within, sums, whole_shares
from sim.policy import Policy
from sim.state import AT_HOME, CADRE, CORE, GRADES, INTERMEDIATE, SENIOR, SENT, STAGES, County

AHEAD = 1000
"""More years than anyone teaches: puts those with priority first."""


def promotions(
    county: County,
    policy: Policy,
    evidence: Evidence,
    draw: Draws,
    staff: NDArray[np.bool_],
    home: NDArray,
    taught: NDArray,
    support: NDArray,
) -> NDArray[np.int8]:
    """Titles after promotion within the quotas; teaching support has priority where decreed. (teachers,)

    Quotas are held by each school, or by a group's schools of one stage together.
    """
    teachers, rules, on = county.teachers, policy.staffing, evidence.switches
    title = teachers.title.copy()
    if not on.titles:
        return title
    key = taught + draw.uniform("title", teachers.id) + (AHEAD * (support > 0) if _credited(policy, evidence) else 0.0)
    unit = _title_units(county, policy, evidence)
    uplift = rules.senior_post_uplift if on.title_rules else 0.0
    exchanged = staff & ((support > 0) | (teachers.posting == SENT))
    for rank, years in ((SENIOR, rules.senior_years), (INTERMEDIATE, rules.intermediate_years)):
        usual = (county.schools.senior_posts if rank == SENIOR else county.schools.intermediate_posts).astype(np.int64)
        quota, more = _uplifted(county, usual, uplift)
        _promote(title, rank, staff, staff & (taught >= years), key, unit[home], sums(unit, unit.size, quota))
        if more.any():
            _promote_exchanged(county, title, rank, staff, exchanged & (taught >= years), key, home, usual, more)
    return title


def _credited(policy: Policy, evidence: Evidence) -> bool:
    """Whether teaching support gives priority."""
    if evidence.switches.title_rules and policy.incentive.title_priority == "none":
        return False
    return any(link.rotation is not None and link.rotation.credit for link in policy.links.values())


def counts_for_titles(county: County, policy: Policy, evidence: Evidence) -> NDArray[np.bool_]:
    """Teachers whose posting counts as teaching support: all who teach elsewhere, or only volunteers. (teachers,)"""
    teachers = county.teachers
    away = (teachers.posting != AT_HOME) & (teachers.posting != CADRE)
    if evidence.switches.title_rules and policy.incentive.title_priority == "volunteers":
        return away & ~teachers.unwilling
    return away


def _title_units(county: County, policy: Policy, evidence: Evidence) -> NDArray[np.int64]:
    """The unit in which the teachers of a school compete: its own row, or the group's first of the stage. (schools,)"""
    schools = county.schools
    unit = np.arange(len(schools))
    if policy.incentive.title_unit == "school" or not evidence.switches.title_rules:
        return unit
    cell = np.where(schools.group >= 0, schools.group * len(STAGES) + schools.stage, NONE)
    for number in np.unique(cell[cell >= 0]):
        unit[cell == number] = np.flatnonzero(cell == number)[0]
    return unit


def _uplifted(county: County, usual: NDArray[np.int64], uplift: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Quotas without the further posts of cores, and these posts. Both (schools,).

    The county's total stays: what cores get more is taken from the other schools of the stage, evenly.
    """
    more = np.zeros(usual.size, np.int64)
    core = county.schools.role == CORE
    if not uplift or not core.any():
        return usual, more
    more[core] = np.rint(uplift * usual[core]).astype(np.int64)
    quota = usual.copy()
    for stage in range(len(STAGES)):
        others = ~core & (county.schools.stage == stage)
        taken = min(int(more[core & (county.schools.stage == stage)].sum()), int(usual[others].sum()))
        quota[others] -= whole_shares(taken, usual[others])
    return quota, more


def _promote(
    title: NDArray[np.int8],
    rank: int,
    staff: NDArray[np.bool_],
    ready: NDArray[np.bool_],
    key: NDArray,
    unit: NDArray,
    quota: NDArray,
) -> None:
    """Give a title to those who are ready, highest key first, as far as their unit has posts free."""
    able = np.flatnonzero(ready & (title == rank - 1))
    free = quota - counts(np.where(staff & (title == rank), unit, NONE), quota.size)
    title[able[rank_within(unit[able], key[able]) < free[unit[able]]]] = rank


def _promote_exchanged(
    county: County,
    title: NDArray[np.int8],
    rank: int,
    staff: NDArray[np.bool_],
    ready: NDArray[np.bool_],
    key: NDArray,
    home: NDArray,
    usual: NDArray[np.int64],
    more: NDArray[np.int64],
) -> None:
    """Fill the further posts of cores with those who went on exchange, as far as the stage's total has room."""
    schools, stage = county.schools, county.teachers.stage
    holders = staff & (title == rank)
    free = np.clip(usual + more - counts(np.where(holders, home, NONE), usual.size), 0, more)
    free[schools.role != CORE] = 0
    able = np.flatnonzero(ready & (title == rank - 1))
    able = able[rank_within(home[able], key[able]) < free[home[able]]]
    room = sums(schools.stage, len(STAGES), usual) - counts(stage[holders], len(STAGES))
    title[able[rank_within(stage[able], key[able]) < room[stage[able]]]] = rank


def backbone_status(
    county: County,
    evidence: Evidence,
    draw: Draws,
    staff: NDArray[np.bool_],
    home: NDArray,
    taught: NDArray,
    places: NDArray,
) -> NDArray[np.bool_]:
    """Backbone status after renewal within the places of each school, `places` (schools,). (teachers,)

    Among those who have served long enough, the more talented are recognised, with the correlation of
    titles.
    """
    teachers = county.teachers
    backbone = teachers.backbone.copy()
    wanted = np.floor(places + 0.5)
    free = wanted - counts(np.where(staff & backbone, home, NONE), wanted.size)
    able = np.flatnonzero(staff & ~backbone & (taught >= county.county.honour_years[0]))
    tie, spread = evidence.title_correlation, max(float(county.county.talent_sd[0]), 1e-9)
    key = tie * teachers.talent[able] / spread
    key = key + np.sqrt(1 - tie * tie) * draw.normal("recognition", teachers.id[able])
    backbone[able[rank_within(home[able], key) < free[home[able]]]] = True
    return backbone


def honours(
    county: County,
    policy: Policy,
    draw: Draws,
    staff: NDArray[np.bool_],
    home: NDArray,
    taught: NDArray,
    honour: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """District honours after this year's awards. (teachers,)

    An honour is won or not when the years of service are reached that it asks for, and kept; groups of
    grade A are favoured where decreed. So the share of honoured teachers is the same at every age above
    that.
    """
    teachers, total = county.teachers, county.county
    best = np.r_[county.groups.grade == GRADES.index("A"), False][county.schools.group[home]]
    chance = total.honour_chance[0][teachers.stage] * (1 + policy.assessment.quota_tilt * best)
    now = staff & (taught == total.honour_years[0])
    return honour | (now & (draw.uniform("honour", teachers.id) < chance))
