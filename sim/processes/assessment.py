"""Assessment: June's examination, value added, and the standing of schools and groups.

An examination is the true score plus luck: each pupil's own, and that of the school's cohort on the day. A school's
value added is how far its pupils stand above what their last examination, their family and that of the cohort they
sit in would predict, shrunk for small schools, over three years. Standing mixes level and value added.
Bundled assessment (捆绑考核) makes the members' result part of the core's, which raises effort, less so in larger
groups. A group is judged at the end of each cycle from its founding on; until then grade and effort stand. What
families believe follows standing slowly; a lent name fades, while that of the core grows with the schools that
bear it.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.classrooms import Classrooms
from sim.columns import NEVER, NONE
from sim.draws import PLACES, Draws
from sim.evidence import Evidence
from sim.grouped import counts, means, rank_within, ratio, sums
from sim.policy import Policy
from sim.population import FIRST_COHORT
from sim.process import Changes, process
from sim.state import CORE, GRADES, County, Groups, Schools, Students, open_groups

Floats = NDArray[np.float64]
SINGULAR = float(np.finfo(np.float32).eps)
"""Predictors closer to one another than single precision tells are taken as one."""


@process(
    reads=(
        Students.id, Students.cohort, Students.school, Students.classroom, Students.ses, Students.score,
        Students.exam,
        Schools.stage, Schools.group, Schools.role, Schools.link, Schools.value_added, Schools.reputation,
        Schools.brand, Schools.effort, Schools.judged_standing,
        Groups.core, Groups.closed_year, Groups.founded_year, Groups.result, Groups.grade,
    ),
    writes=(
        Students.exam, Schools.value_added, Schools.standing, Schools.reputation, Schools.brand, Schools.effort,
        Schools.judged_standing, Groups.result, Groups.grade,
    ),
)  # fmt: skip
def examine(county: County, policy: Policy, evidence: Evidence, draw: Draws) -> Changes:
    """Examine every pupil and judge schools and groups; results act next year.

    Clauses: assessment, links.*.brand_share.
    Evidence: exam_reliability (P28), cohort_luck_sd, bundled_effort_gain (P31), reputation_speed, brand_fade,
    core_brand_gain.
    """
    students, schools, groups = county.students, county.schools, county.groups
    units = len(schools)
    rooms = Classrooms.of(county)
    noise = np.float32(np.sqrt(1 / evidence.exam_reliability - 1))
    exam = draw.normal32("exam", students.id)
    exam *= noise
    exam += students.score
    exam += rooms.spread(_cohort_luck(rooms, evidence, draw))

    surplus, size = _surplus(county, rooms, exam)
    latest = surplus / (size + evidence.value_added_prior_pupils)
    value_added = np.column_stack([latest, schools.value_added[:, :2]])
    level = _standardised(county, ratio(sums(rooms.school, units, rooms.total(exam)), size), size)
    progress = _standardised(county, value_added.mean(1), size)
    weight = policy.assessment.value_added_weight
    standing = (1 - weight) * level + weight * progress

    kept = np.where(open_groups(groups), groups.grade, NONE)
    judged = open_groups(groups) & ((county.year + 1 - groups.founded_year) % policy.assessment.cycle_years == 0)
    of_judged = np.r_[judged, True][schools.group]
    helped = np.where((schools.role != CORE) & (schools.group >= 0), schools.group, -1)
    members = counts(helped, len(groups))
    bundle = policy.assessment.bundle_weight if evidence.switches.bundling else 0.0
    gain = evidence.bundled_effort_gain * bundle if evidence.switches.effort else 0.0
    gained = ratio(np.full(len(groups), gain), np.sqrt(members))
    effort = np.where(of_judged, np.r_[gained, 0.0][schools.group], schools.effort)
    merit = progress if policy.assessment.bundle == "level" else standing - schools.judged_standing
    own = progress[groups.core]
    theirs = means(np.where(size > 0, helped, -1), len(groups), merit, np.nan)
    result = (1 - bundle) * own + bundle * np.where(np.isnan(theirs), own, theirs)
    pupils = sums(schools.group, len(groups), size)
    return Changes(
        write={
            Students.exam: exam,
            Schools.value_added: value_added,
            Schools.standing: standing,
            Schools.reputation: schools.reputation + evidence.reputation_speed * (standing - schools.reputation),
            Schools.brand: _brand(county, policy, evidence),
            Schools.effort: effort,
            Schools.judged_standing: np.where(of_judged, standing, schools.judged_standing),
            Groups.result: np.where(judged, result, groups.result),
            Groups.grade: np.where(judged, _grades(result, pupils, judged, policy), kept),
        }
    )


def _grades(result: Floats, pupils: Floats, judged: NDArray[np.bool_], policy: Policy) -> NDArray[np.int64]:
    """Grades of groups by their place among those judged this year and of their size: a quarter each. (groups,)"""
    band = np.searchsorted(policy.assessment.size_bands, pupils, side="left")
    band = np.where(judged, band, -1)
    among = counts(band, len(policy.assessment.size_bands) + 1)
    return rank_within(band, result) * len(GRADES) // np.maximum(among, 1)[band]


def _cohort_luck(rooms: Classrooms, evidence: Evidence, draw: Draws) -> NDArray[np.float32]:
    """What the day gives or takes from all who sit in one cohort of a school, anew each year. (classes,) σ."""
    ids = (rooms.cohort.astype(np.int64) - FIRST_COHORT) * PLACES + rooms.school
    luck = draw.normal32("cohort luck", ids)
    luck *= np.float32(evidence.cohort_luck_sd)
    return luck


def _brand(county: County, policy: Policy, evidence: Evidence) -> Floats:
    """What the group's name adds to belief: for members it fades, for the core it grows as fast. (schools,)

    In the long run a core gains as much of `core_brand_gain` as its schools bear of its name.
    """
    schools, size = county.schools, len(county.groups)
    brand = schools.brand * (1 - evidence.brand_fade)
    if not (size and policy.links and evidence.switches.reputation):
        return brand
    share = np.array([*(link.brand_share for link in policy.links.values()), 0.0])[schools.link]
    borne = means(np.where(schools.role != CORE, schools.group, -1), size, share)
    lent = np.where(schools.role == CORE, np.r_[borne, 0.0][schools.group], 0.0)
    return brand + evidence.brand_fade * evidence.core_brand_gain * lent


def _surplus(county: County, rooms: Classrooms, exam: NDArray[np.float32]) -> tuple[Floats, Floats]:
    """Sum of pupils' exam above prediction, and pupils, by school. Each (schools,).

    The prediction is linear, within each cohort, in the pupil's SES and last examination and in the mean of the
    latter over the school's cohort: luck makes the last examination a weak sign of a pupil, and without the mean the
    rest would hold the school's level. Pupils who have not been examined before are predicted by SES and its mean.
    """
    students, units = county.students, len(county.schools)
    first = np.flatnonzero(np.diff(rooms.cohort, prepend=NEVER))
    residual = np.empty(len(students), np.float32)
    for classes in (slice(*ends) for ends in pairwise([*first.tolist(), len(rooms)])):
        starts, school, size = rooms.starts[classes], rooms.school[classes], rooms.size[classes]
        block = slice(starts[0], starts[-1] + size[-1])
        x = [np.ones(block.stop - block.start, np.float32), students.ses[block]]
        if not np.isnan(students.exam[block.start]):
            x.append(students.exam[block])
        total = np.add.reduceat(x[-1], starts - starts[0], dtype=np.float64)
        usual = ratio(sums(school, units, total), sums(school, units, size))
        x.append(np.repeat(usual[school].astype(np.float32), size))
        moments = np.array([[np.dot(left, right) for right in x] for left in x], float)
        aims = np.array([np.dot(left, exam[block]) for left in x], float)
        slopes = np.linalg.lstsq(moments, aims, rcond=SINGULAR)[0].astype(np.float32)
        left_over = residual[block]
        np.subtract(exam[block], slopes[0], out=left_over)
        for slope, values in zip(slopes[1:], x[1:], strict=True):
            left_over -= slope * values
    return sums(rooms.school, units, rooms.total(residual)), sums(rooms.school, units, rooms.size)


def _standardised(county: County, values: Floats, size: Floats) -> Floats:
    """Values of schools in SDs of their stage, pupil-weighted; 0 in a stage without spread. Shape (schools,)."""
    stage = county.schools.stage.astype(np.int64)
    pupils = sums(stage, 2, size)
    centred = values - ratio(sums(stage, 2, size * values), pupils)[stage]
    sd = np.sqrt(ratio(sums(stage, 2, size * centred**2), pupils))
    return np.where(size > 0, ratio(centred, sd[stage]), 0.0)
