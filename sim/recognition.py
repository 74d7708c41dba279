"""Recognition: titles (职称), backbone status (骨干教师) and honours are renewed within their quotas."""

import numpy as np
from numpy.typing import NDArray

from sim.draws import Draws
from sim.evidence import Evidence
from sim.grouped import counts, rank_within
from sim.policy import Policy
from sim.state import GRADES, County

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
    """Titles after promotion within each school's quotas; teaching support has priority where decreed. (teachers,)"""
    teachers, schools, rules = county.teachers, county.schools, policy.staffing
    title = teachers.title.copy()
    if not evidence.switches.titles:
        return title
    units = len(schools)
    credited = any(link.rotation is not None and link.rotation.credit for link in policy.links.values())
    key = taught + draw.uniform("title", teachers.id) + (AHEAD * (support > 0) if credited else 0.0)
    for rank, quota, years in (
        (2, schools.senior_posts, rules.senior_years),
        (1, schools.intermediate_posts, rules.intermediate_years),
    ):
        able = np.flatnonzero(staff & (title == rank - 1) & (taught >= years))
        free = quota - counts(np.where(staff & (title == rank), home, -1), units)
        title[able[rank_within(home[able], key[able]) < free[home[able]]]] = rank
    return title


def backbone_status(
    county: County,
    evidence: Evidence,
    draw: Draws,
    staff: NDArray[np.bool_],
    home: NDArray,
    taught: NDArray,
    posts: NDArray,
) -> NDArray[np.bool_]:
    """Backbone status after renewal: each school keeps its density of year 0. (teachers,)

    Among those who have served long enough, the more talented are recognised, with the correlation of
    titles.
    """
    teachers, schools = county.teachers, county.schools
    backbone = teachers.backbone.copy()
    wanted = np.floor(schools.backbone_density * posts + 0.5)
    free = wanted - counts(np.where(staff & backbone, home, -1), len(schools))
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
