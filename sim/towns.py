"""Towns: they pay a part of what their schools spend, and less once a core from elsewhere leads a school.

A policy may set a floor: a branch gets at least what the town pays a pupil of the same stage on average. A
town makes up a part of what is missing of its own will; where the county enforces the floor it takes the rest
from the town and pays it to the branch.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.evidence import Evidence
from sim.grouped import ratio, sums
from sim.policy import Policy
from sim.state import CORE, STAGES, County

Yuan = NDArray[np.int64]


class TownMoney(NamedTuple):
    """Town money of a year, whole yuan for each school; 0 where no town runs it. Arrays (schools,)."""

    usual: Yuan
    withdrawn: Yuan
    complied: Yuan
    """Made up by the town of its own will."""
    deducted: Yuan
    """Taken from the town by the county and paid to the school."""
    missing: Yuan
    """Still missing to the floor."""

    @property
    def paid(self) -> Yuan:
        """What towns pay by themselves."""
        return self.usual - self.withdrawn + self.complied

    @property
    def change(self) -> Yuan:
        """What schools get beyond the usual."""
        return self.complied + self.deducted - self.withdrawn


def town_money(county: County, policy: Policy, evidence: Evidence) -> TownMoney:
    """What towns pay, withdraw and make up this year.

    The floor is compared with the mean over all the town's schools of the stage in the same year, branches with their
    floor included: m = (what other schools get + ratio · m · pupils of branches) / pupils. Where all schools of a
    town's stage are branches there is nothing to compare with, and no floor.
    """
    schools, rules = county.schools, policy.funding
    run = (schools.town >= 0) & (schools.pupils > 0)
    share = county.county.town_share[0]
    usual = np.where(run, share * county.stages.spending_yuan[schools.stage] * schools.pupils, 0)
    leader = np.r_[county.groups.core, -1][schools.group]
    elsewhere = schools.town != np.where(leader >= 0, schools.town[leader], -1)
    branch = run & (schools.group >= 0) & (schools.role != CORE) & elsewhere & evidence.switches.towns
    withdrawn = np.where(branch, evidence.town_withdrawal * usual, 0)
    gap = np.zeros(len(schools))
    if rules.town_floor_ratio is not None and branch.any():
        cells = len(county.towns) * len(STAGES)
        cell = np.where(run, schools.town.astype(np.int64) * len(STAGES) + schools.stage, -1)
        others = np.where(run & ~branch, usual, 0)
        below = sums(cell, cells, schools.pupils * np.where(branch, 1 - rules.town_floor_ratio, 1))
        mean = np.where(sums(cell, cells, others) > 0, ratio(sums(cell, cells, others), below), 0.0)
        floor = rules.town_floor_ratio * np.r_[mean, 0.0][cell] * schools.pupils
        gap = np.where(branch, np.rint(np.maximum(floor - (usual - withdrawn), 0)), 0)
    usual, withdrawn = np.rint(usual), np.rint(withdrawn)
    complied = np.floor(rules.town_compliance * gap)
    deducted = gap - complied if rules.town_enforced else np.zeros(len(schools))
    parts = (usual, withdrawn, complied, deducted, gap - complied - deducted)
    return TownMoney(*(part.astype(np.int64) for part in parts))
