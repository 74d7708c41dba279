"""Funding: the public-use quota of every school, the special fund of the groups, town money, equipment.

Each school receives public-use money by pupil, small schools as if they were larger. The special fund goes to groups
that have members; while none has any, it is not paid out. It is divided partly evenly, partly by last year's activity
and partly by need, then weighted by the groups' assessment grades, to the yuan. What a group does not spend stays in
its account; once it is dissolved and its postings are over, the rest goes back to the county, which adds it to that
year's fund. Equipment may be bought from the fund first; prices of postings, events and pairs turn the rest into what
it buys. Towns that run schools pay their part. General spending acts on learning only through its small coefficient.
Equipment wears out and is renewed.
"""

import numpy as np

from sim.draws import Draws
from sim.evidence import Evidence
from sim.facilities import handed_on, purchases, reallocated, renewed
from sim.grouped import counts, sums, whole_shares
from sim.policy import Policy
from sim.process import Changes, process
from sim.state import (
    AT_HOME,
    CORE,
    GRADES,
    SERVING,
    Counties,
    County,
    Groups,
    Schools,
    StageTotals,
    Teachers,
    Towns,
    open_groups,
)  # fmt: skip
from sim.towns import TownMoney, town_money


@process(
    reads=(
        Schools.pupils, Schools.usual_pupils, Schools.stage, Schools.group, Schools.role, Schools.link,
        Schools.town, Schools.standing, Schools.equipment_yuan, Schools.multimedia_rooms,
        Schools.usual_equipment_yuan, Schools.usual_rooms,
        Groups.core, Groups.activity, Groups.grade, Groups.balance_yuan, Groups.awaiting_yuan, Groups.closed_year,
        Teachers.posting, Teachers.posted_by, Teachers.status,
        StageTotals.spending_yuan, Counties.equipment_life_years, Counties.town_share, Counties.town_capital_share,
    ),
    writes=(
        Schools.public_use_yuan, Schools.granted_yuan, Schools.equipment_yuan, Schools.multimedia_rooms,
        Schools.town_yuan, Groups.balance_yuan, Groups.allotted_yuan, Groups.awaiting_yuan, Groups.equipment_yuan,
        Groups.returned_yuan, Counties.special_fund_yuan, Counties.leaked_yuan,
        Towns.paid_yuan, Towns.withdrawn_yuan, Towns.missing_yuan, Towns.deducted_yuan,
    ),
)  # fmt: skip
def allot(county: County, policy: Policy, evidence: Evidence, draw: Draws) -> Changes:
    """Pay public-use money to schools, the special fund to groups and town money to schools; renew equipment.

    Clauses: funding.*, links.*.finance, links.*.facilities.
    Evidence: town_withdrawal, item_median_yuan, item_spread (assumed).
    Keeps: fund = allotted + leaked; balance + awaiting = before + allotted − spent on equipment − returned; fund =
    decreed + returned, or nothing where no group may have it; what towns pay, with
    what is deducted from them, is what their schools receive; handing equipment on keeps its sum.
    """
    schools, groups, rules = county.schools, county.groups, policy.funding
    pupils = np.where(schools.pupils > 0, np.maximum(schools.pupils, rules.small_school_pupils), 0)
    quota = [rules.public_use_yuan.primary, rules.public_use_yuan.junior]
    price = np.array([schedule.at(county.school_year) or 0 for schedule in quota], np.int64)
    decreed = rules.special_fund_yuan.at(county.school_year) or 0
    returned = _returned(county)
    weights = _weights(county, policy)
    pays = evidence.switches.fund and weights.any()
    leaked = round(int(decreed) * rules.leakage) if pays else 0
    fund = int(decreed) + int(returned.sum()) if pays else 0
    parts = whole_shares(fund - leaked, weights) if pays else np.zeros(len(groups), np.int64)
    bought = purchases(county, policy, evidence, parts)
    acting = evidence.switches.equipment and evidence.switches.facilities
    towns = town_money(county, policy, evidence) if len(county.towns) else None
    granted = bought.bought + (reallocated(county, policy) if acting else 0)
    beyond = granted.astype(float)
    if towns is not None:
        beyond += county.county.town_capital_share[0] * towns.change
        granted = granted + towns.change
    return Changes(
        write={
            Schools.public_use_yuan: pupils * price[schools.stage],
            Schools.granted_yuan: granted,
            Groups.allotted_yuan: parts,
            Groups.balance_yuan: np.where(returned > 0, 0, groups.balance_yuan + parts - bought.set_aside),
            Groups.awaiting_yuan: np.where(returned > 0, 0, bought.awaiting),
            Groups.returned_yuan: returned,
            Groups.equipment_yuan: bought.spent,
            Counties.special_fund_yuan: fund,
            Counties.leaked_yuan: leaked,
            **(_equipment(county, policy, evidence, beyond) if evidence.switches.equipment else {}),
            **(_accounts(county, towns) if towns is not None else {}),
        }
    )


def _weights(county: County, policy: Policy) -> np.ndarray:
    """Parts of the fund by group; a group without members has none. (groups,)"""
    groups, rules = county.groups, policy.funding
    standing = _funded(county)
    if not standing.any():
        return np.zeros(len(groups))
    active = np.where(standing, groups.activity, 0.0)
    activity = active.sum()
    share = rules.activity_share if activity > 0 else 0.0
    need = np.where(standing, _need(county), 0.0) if rules.need_share else np.zeros(len(groups))
    by_need = rules.need_share if need.any() else 0.0
    weights = np.where(standing, (1 - share - by_need) / standing.sum() + share * active / max(activity, 1), 0.0)
    if by_need:
        weights = weights + by_need * need / need.sum()
    if rules.by_grade and rules.grades is not None:
        multiples = np.array([*(getattr(rules.grades, grade) for grade in GRADES), 1.0])
        weights = weights * multiples[groups.grade]
    return weights


def _funded(county: County) -> np.ndarray:
    """Standing groups that have members: without any there is nothing to pay a core for. (groups,)"""
    schools, groups = county.schools, county.groups
    helped = np.where(schools.role != CORE, schools.group, -1)
    return open_groups(groups) & (counts(helped, len(groups)) > 0)


def _returned(county: County) -> np.ndarray:
    """Money of dissolved groups that have no more postings to pay: it goes back to the county. (groups,)"""
    groups, teachers = county.groups, county.teachers
    left = np.where(open_groups(groups), 0, groups.balance_yuan + groups.awaiting_yuan)
    running = (teachers.posting != AT_HOME) & (teachers.status == SERVING)
    return np.where(counts(np.where(running, teachers.posted_by, -1), len(groups)) > 0, 0, left)


def _need(county: County) -> np.ndarray:
    """Members' pupils times how far their last standing is below their core's, never negative. (groups,)"""
    schools, groups = county.schools, county.groups
    core = np.r_[groups.core, -1][schools.group]
    gap = np.maximum(schools.standing[core] - schools.standing, 0)
    helped = np.where(schools.role != CORE, schools.group, -1)
    return sums(helped, len(groups), schools.pupils * gap)


def _equipment(county: County, policy: Policy, evidence: Evidence, beyond: np.ndarray) -> dict:
    """Equipment and rooms at the end of the summer."""
    stock, rooms = renewed(county, beyond)
    if evidence.switches.facilities:
        stock = handed_on(county, policy, stock)
    return {Schools.equipment_yuan: stock, Schools.multimedia_rooms: rooms}


def _accounts(county: County, money: TownMoney) -> dict:
    """What the schools receive from towns, and the towns' accounts."""
    town, size = county.schools.town, len(county.towns)
    return {
        Schools.town_yuan: money.paid + money.deducted,
        Towns.paid_yuan: sums(town, size, money.paid),
        Towns.withdrawn_yuan: sums(town, size, money.withdrawn),
        Towns.missing_yuan: sums(town, size, money.missing),
        Towns.deducted_yuan: sums(town, size, money.deducted),
    }
