"""Looks: numbers about one county in one year that the yearly measures do not hold.

Some look at people (how teachers differ, how examinations of one year and the next agree), some try something out on
a copy of the county, such as replacing all teachers by equals for a year.
"""

import numpy as np
from numpy.typing import NDArray

from sim.draws import Draws
from sim.eligibility import Turn
from sim.evidence import Evidence
from sim.policy import Policy
from sim.population import lasting_quality
from sim.postings import Postings
from sim.process import Changes, apply, process
from sim.processes import groups, learning, rotation
from sim.state import (
    JUNIOR,
    MAIN_SUBJECTS,
    RECEIVED,
    SENT,
    SERVING,
    TITLES,
    County,
    Schools,
    Teachers,
)

Floats = NDArray[np.float64]


def teacher_effect_sd(county: County, evidence: Evidence) -> float:
    """SD of the true effect of serving teachers of main subjects, in σ."""
    teachers = county.teachers
    rows = np.flatnonzero((teachers.status == SERVING) & (teachers.subject < MAIN_SUBJECTS))
    return float(lasting_quality(teachers, rows, evidence).std())


def leaving_share(county: County) -> float:
    """Part of the variance of the junior leavers' examination that lies between schools."""
    students, stages = county.students, county.stages
    leaving = county.school_year - students.cohort + 1 == stages.last_grade[JUNIOR]
    school, exam = students.school[leaving], students.exam[leaving].astype(float)
    size = np.bincount(school, minlength=len(county.schools))
    mean = np.bincount(school, exam, len(county.schools)) / np.maximum(size, 1)
    return float(np.average((mean - exam.mean()) ** 2, weights=size) / exam.var())


def ses_correlation(county: County) -> float:
    """Correlation of family SES and true score."""
    return float(np.corrcoef(county.students.ses, county.students.score)[0, 1])


def stability(before: County, now: County) -> float:
    """Correlation of the examinations of two years over the pupils who sat both."""
    _, first, second = np.intersect1d(before.students.id, now.students.id, return_indices=True)
    one, other = before.students.exam[first], now.students.exam[second]
    return float(np.corrcoef(one, other)[0, 1])


def value_added_stability(county: County) -> float:
    """Correlation over schools of this year's value added and last year's."""
    latest, last, *_ = county.schools.value_added.T
    some = county.schools.pupils > 0
    return float(np.corrcoef(latest[some], last[some])[0, 1])


def mover_loss(county: County, evidence: Evidence) -> tuple[float, int]:
    """What this year's movers lose against themselves at home, summed over movers, and how many they are."""
    teachers = county.teachers
    away = (teachers.posting == SENT) | (teachers.posting == RECEIVED)
    rows = np.flatnonzero((teachers.status == SERVING) & away & (teachers.forced_year == county.year))
    here = learning.teacher_effect(county, evidence, rows)
    at_home = lasting_quality(teachers, rows, evidence, teachers.home_match)
    return float((here - at_home).sum()), rows.size


def loss_of_full_turnover(county: County, policy: Policy, evidence: Evidence, seed: int) -> float:
    """Difference in a year's learning where all teachers are replaced by equals who come from elsewhere."""
    settled, replaced = county.copy(), county.copy()
    settled.year += 1
    replaced.year += 1
    teachers = replaced.teachers
    now = np.full(len(teachers), replaced.year)
    teachers.write(Teachers.forced_year, now)
    teachers.write(Teachers.arrived_year, now)
    luck = Draws(seed, "validation", replaced.year).normal("match", teachers.id)
    teachers.write(Teachers.match, evidence.match_sd * luck)
    stays, _ = learning.persistence(evidence)
    learned = []
    for world in (settled, replaced):
        apply(world, learning.teach, learning.teach.run(world, policy, evidence, seed))
        learned.append((world.students.lasting - county.students.lasting).mean(dtype=float) / stays)
    return learned[1] - learned[0]


def premium_of_joining(county: County, policy: Policy, evidence: Evidence, seed: int) -> Floats:
    """What families believe of each school beyond what they did, once the groups are founded. (schools,)"""
    joined = county.copy()
    joined.year += 1
    apply(joined, groups.reorganise, groups.reorganise.run(joined, policy, evidence, seed))
    return belief(joined) - belief(county)


def agreed(county: County, policy: Policy, evidence: Evidence, seed: int) -> tuple[int, int]:
    """Of the teachers of cores with an honour who are asked to go in year 1: how many agree, how many they are."""
    joined = county.copy()
    joined.year += 1
    apply(joined, groups.reorganise, groups.reorganise.run(joined, policy, evidence, seed))
    year = Postings(joined, policy, evidence, Draws(seed, rotation.rotate.name, joined.year))
    yes = asked = 0
    for group, core in enumerate(joined.groups.core.tolist()):
        for place, link in enumerate(policy.links.values()):
            members = np.flatnonzero((joined.schools.group == group) & (joined.schools.link == place))
            if link.rotation is None or not members.size:
                continue
            turn = Turn(year, group, members, link, link.rotation)
            rows = np.flatnonzero(year.serving(core) & joined.teachers.honour)
            asked += rows.size
            yes += int((~turn.refuses(rows, members)).sum())
    return yes, asked


def belief(county: County) -> Floats:
    """What families believe of each school: reputation, and what the group's name adds. (schools,)"""
    return county.schools.reputation + county.schools.brand


def title_counts(county: County) -> dict[str, Floats]:
    """Teachers on file by title. Each (schools,)."""
    teachers = county.teachers
    serving = teachers.status == SERVING
    return {
        f"title_{title}": np.bincount(
            teachers.home[serving & (teachers.title == number)], minlength=len(county.schools)
        ).astype(float)
        for number, title in enumerate(TITLES)
    }


@process(reads=(Schools.spending_change,), writes=(Schools.spending_change,))
def spend_one_per_cent_more(county: County, policy: Policy, evidence: Evidence, draw: Draws) -> Changes:
    """Spend one per cent more on every pupil, tied to nothing."""
    return Changes(write={Schools.spending_change: county.schools.spending_change + 1})
