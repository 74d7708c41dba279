"""Funding: the public-use quota of every school, and the special fund divided among the groups.

Each school receives public-use money by pupil, small schools as if they were larger. The special fund is
divided partly evenly and partly by last year's activity, then weighted by the groups' assessment grades, to
the yuan. What a group does not spend stays in its account. Prices of postings, events and pairs turn money
into what it buys; general spending acts on learning only through its small coefficient.
"""

import numpy as np

from sim.draws import Draws
from sim.evidence import Evidence
from sim.grouped import whole_shares
from sim.policy import Policy
from sim.process import Changes, process
from sim.state import GRADES, Counties, County, Groups, Schools, open_groups


@process(
    reads=(Schools.pupils, Schools.stage, Groups.activity, Groups.grade, Groups.balance_yuan, Groups.closed_year),
    writes=(
        Schools.public_use_yuan, Groups.balance_yuan, Groups.allotted_yuan, Counties.special_fund_yuan,
        Counties.leaked_yuan,
    ),
)  # fmt: skip
def allot(county: County, policy: Policy, evidence: Evidence, draw: Draws) -> Changes:
    """Pay public-use money to schools and the special fund to groups.

    Clauses: funding.public_use_yuan, funding.special_fund_yuan, funding.activity_share, funding.by_grade.
    Keeps: fund = allotted + leaked; balance = balance before + allotted.
    """
    schools, groups, rules = county.schools, county.groups, policy.funding
    pupils = np.where(schools.pupils > 0, np.maximum(schools.pupils, rules.small_school_pupils), 0)
    quota = [rules.public_use_yuan.primary, rules.public_use_yuan.junior]
    price = np.array([schedule.at(county.school_year) or 0 for schedule in quota], np.int64)
    decreed = rules.special_fund_yuan.at(county.school_year) or 0
    fund = int(decreed) if open_groups(groups).any() and evidence.switches.fund else 0
    leaked = round(fund * rules.leakage)
    return Changes(
        write={
            Schools.public_use_yuan: pupils * price[schools.stage],
            Groups.allotted_yuan: (parts := _divided(groups, policy, fund - leaked)),
            Groups.balance_yuan: groups.balance_yuan + parts,
            Counties.special_fund_yuan: fund,
            Counties.leaked_yuan: leaked,
        }
    )


def _divided(groups: Groups, policy: Policy, fund: int) -> np.ndarray:
    """Yuan for each group. (groups,)"""
    standing, rules = open_groups(groups), policy.funding
    if not fund:
        return np.zeros(len(groups), np.int64)
    active = np.where(standing, groups.activity, 0.0)
    activity = active.sum()
    share = rules.activity_share if activity > 0 else 0.0
    weights = np.where(standing, (1 - share) / standing.sum() + share * active / max(activity, 1), 0.0)
    if rules.by_grade and rules.grades is not None:
        multiples = np.array([*(getattr(rules.grades, grade) for grade in GRADES), 1.0])
        weights = weights * multiples[groups.grade]
    return whole_shares(fund, weights)
