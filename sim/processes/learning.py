"""Learning: a year of teaching. Pupils learn from their classes' teachers, teachers from colleagues.

What a class learns in a year is the mean effect of its main-subject teachers, measured from the county's
founding mean, plus what the school adds. A *flow* acts on one year's learning; a *level* (management,
effort, money, boarding) is an effect on scores after sustained exposure and enters divided by what a constant yearly
input adds up to. A quarter of a good year stays for good, most of the rest fades within a year. Luck is
slow: each pupil carries a shock that changes a little every year.
"""

import numpy as np
from numpy.typing import NDArray

from sim.classrooms import Classrooms, load
from sim.draws import Draws
from sim.evidence import Evidence
from sim.grouped import means, ratio, sums, weighted_means
from sim.itinerant import visits
from sim.policy import Policy
from sim.population import lasting_quality
from sim.process import Changes, process
from sim.state import (
    MAIN_SUBJECTS,
    SERVING,
    SUBJECTS,
    Counties,
    County,
    Schools,
    StageTotals,
    Students,
    Teachers,
)

Floats = NDArray[np.float64]
SPENDING_YEARS = 4
"""Years of exposure after which the effect of spending (P18) was measured."""


@process(
    reads=(
        Students.school, Students.cohort, Students.classroom, Students.id, Students.ability, Students.lasting,
        Students.fading, Students.shock, Students.score, Students.boarding,
        Schools.stage, Schools.management, Schools.curriculum, Schools.effort, Schools.event_gain,
        Schools.event_load, Schools.spending_change, Schools.shared_lessons, Schools.group,
        Teachers.school, Teachers.subject, Teachers.post, Teachers.stage, Teachers.status, Teachers.talent,
        Teachers.years_teaching, Teachers.match, Teachers.skill_peer, Teachers.skill_pair, Teachers.forced_year,
        Teachers.arrived_year, Teachers.unwilling_years,
        StageTotals.taught_from, StageTotals.last_grade, StageTotals.score_weight, StageTotals.usual_schooling,
        StageTotals.usual_class_size, StageTotals.level_years, StageTotals.periods,
        StageTotals.periods_per_teacher,
        Counties.shock_sd,
    ),
    writes=(
        Students.lasting, Students.fading, Students.shock, Students.score, Teachers.skill_peer,
        StageTotals.schooling_mean, Schools.schooling,
    ),
)  # fmt: skip
def teach(county: County, policy: Policy, evidence: Evidence, draw: Draws) -> Changes:
    """Teach every class for a year and let teachers learn from their colleagues.

    Teacher effect = talent + experience + match + skill + dip − burn-out − load. A class's schooling = weighted mean
    over main subjects − the founding mean + school flows + levels / M + peers + class size.

    Evidence: P3-P8, P12, P17, P18, P19, P26, P27, P31, P35, P36; prototype corrections C1-C4, C9.
    """
    students, stages = county.students, county.stages
    rooms = Classrooms.of(county)
    serving = np.flatnonzero(county.teachers.status == SERVING)
    effect = teacher_effect(county, evidence, serving)
    raw = _lessons(county, policy, evidence, rooms, serving, effect)
    raw += _school_part(county, evidence, serving)[rooms.school]
    raw += _class_part(county, evidence, rooms)
    size = rooms.size
    mean = weighted_means(rooms.stage, 2, raw, size)
    given = (raw - stages.usual_schooling[rooms.stage]).astype(np.float32)
    by_school = weighted_means(rooms.school, len(county.schools), given, size)
    schooling = rooms.spread(given)
    if students.boarding.any():
        boards = np.flatnonzero(students.boarding)
        stage = county.schools.stage[students.school[boards]]
        schooling[boards] += (evidence.boarding_gain / stages.level_years[stage]).astype(np.float32)

    lasting_part, fading_rate = persistence(evidence)
    lasting = students.lasting + np.float32(lasting_part) * schooling
    fading = np.float32(fading_rate) * students.fading
    schooling *= np.float32(1 - lasting_part)
    fading += schooling
    keep = evidence.shock_correlation
    shock = draw.normal32("shock", students.id)
    shock *= np.float32(county.county.shock_sd[0] * np.sqrt(1 - keep * keep))
    shock += np.float32(keep) * students.shock
    score = students.ability + lasting
    score += fading
    score += shock
    return Changes(
        write={
            Students.lasting: lasting,
            Students.fading: fading,
            Students.shock: shock,
            Students.score: score,
            Teachers.skill_peer: _skill_from_colleagues(county, evidence, serving, effect),
            StageTotals.schooling_mean: mean,
            Schools.schooling: by_school,
        }
    )


def persistence(evidence: Evidence) -> tuple[float, float]:
    """Part of a year's gain that stays for good, and the yearly survival of the rest."""
    stays = min(evidence.lasting_share, evidence.lasting_persistence_ratio * evidence.persistence)
    return stays, (evidence.persistence - stays) / (1 - stays)


def level_years(evidence: Evidence, years: float) -> float:
    """What a constant yearly input of 1 adds up to in the score after `years` (M of the documentation)."""
    stays, survival = persistence(evidence)
    return stays * years + (1 - stays) * (1 - survival**years) / (1 - survival)


def teacher_effect(county: County, evidence: Evidence, rows: NDArray[np.integer]) -> Floats:
    """Effect of teachers on a year's learning before load, in σ. `rows`: teachers; shape of `rows`."""
    teachers = county.teachers
    effect = lasting_quality(teachers, rows, evidence)
    if evidence.switches.dip:
        since = county.year - teachers.forced_year[rows]
        effect += np.where(since == 0, evidence.transfer_dip, 0.0)
        effect += np.where(since == 1, evidence.transfer_dip * (1 - evidence.dip_recovery), 0.0)
    unwilling = teachers.unwilling_years[rows]
    if unwilling.any():
        effect -= evidence.burnout_loss * unwilling
    return effect


def _lessons(
    county: County,
    policy: Policy,
    evidence: Evidence,
    rooms: Classrooms,
    serving: NDArray[np.integer],
    effect: Floats,
) -> Floats:
    """Weighted mean teacher effect of each class over its main subjects. Shape (classes,).

    The teachers of a subject share its classes evenly in the order of their posts: class k of C is taught
    by the part from k/C to (k + 1)/C of the row of teachers. A subject nobody can teach is taught by
    visitors where that is decreed, else out of field, as well as the stage's teachers do on average less a
    loss, but for what shared classes bring.
    """
    teachers, stages = county.teachers, county.stages
    units = len(county.schools)
    cell = teachers.school[serving] * len(SUBJECTS) + teachers.subject[serving]
    staff = np.bincount(cell, minlength=units * len(SUBJECTS)).reshape(units, len(SUBJECTS))
    visiting, owed = visits(county, policy, evidence, staff), rooms.periods_owed
    loss, covered, visitors = np.zeros((3, units, len(SUBJECTS)))
    if visiting is not None:
        covered = visiting.covered(owed)
        visitors = visiting.quality(means(cell, staff.size, effect).reshape(staff.shape))
        owed = owed + visiting.load(owed, evidence)
    if evidence.switches.load:
        loss = evidence.overload_loss * np.maximum(load(county, owed, staff) - 1, 0)
    own, shared = _in_subjects(county, evidence, loss[:, :MAIN_SUBJECTS]), county.schools.shared_lessons
    order = np.lexsort((teachers.post[serving], cell))
    total = np.r_[0.0, np.cumsum(effect[order])]
    first = np.r_[0, np.cumsum(staff.ravel())].astype(np.int64)[:-1].reshape(staff.shape)
    usual = means(teachers.stage[serving], 2, effect)[county.schools.stage]
    weighted, weights = np.zeros(len(rooms)), np.zeros(len(rooms))
    padded = np.r_[effect[order], 0.0]
    for subject in range(MAIN_SUBJECTS):
        rows = rooms.ordered(subject)
        school = rooms.school[rows]
        classes = np.bincount(school, minlength=units)
        start = np.r_[0, np.cumsum(classes)][:-1]
        place = np.arange(rows.size) - start[school]
        width = staff[school, subject] / classes[school]
        left = place * width
        gained = _taken(total, padded, first[school, subject], left + width) - _taken(
            total, padded, first[school, subject], left
        )
        out_of_field = usual[school] + evidence.out_of_field_loss
        visited = covered[school, subject]
        out_of_field = visited * visitors[school, subject] + (1 - visited) * out_of_field
        out_of_field = out_of_field - evidence.out_of_field_loss * (1 - visited) * shared[school, subject]
        value = np.where(width > 0, ratio(gained, width), out_of_field) + own[school, subject]
        weight = stages.score_weight[rooms.stage[rows], subject]
        weighted[rows] += weight * value
        weights[rows] += weight
    return ratio(weighted, weights)


def _in_subjects(county: County, evidence: Evidence, loss: Floats) -> Floats:
    """What load takes from each main subject (`loss`), joint work and shared classes bring. (schools, main subjects)"""
    schools, on = county.schools, evidence.switches
    given = loss + schools.event_gain if on.events else loss
    if on.shared_classes and schools.shared_lessons.any():
        given = given + evidence.shared_class_gain * schools.shared_lessons
    return given


def _taken(total: Floats, effect: Floats, first: NDArray[np.integer], amount: Floats) -> Floats:
    """Sum of the effects of the first `amount` teachers from row `first` on, the last one in part."""
    whole = np.floor(amount + 1e-9).astype(np.int64)
    rest = np.maximum(amount - whole, 0.0)
    return total[first + whole] - total[first] + rest * effect[np.minimum(first + whole, effect.size - 1)]


def _school_part(county: County, evidence: Evidence, serving: NDArray[np.integer]) -> Floats:
    """What a school adds to each of its classes in a year. Shape (schools,) σ."""
    schools, teachers, on = county.schools, county.teachers, evidence.switches
    units = len(schools)
    level = evidence.management_gain * schools.management
    level += evidence.curriculum_gain * schools.curriculum
    level += schools.effort
    flow = level / county.stages.level_years[schools.stage]
    flow += evidence.spending_gain * schools.spending_change / level_years(evidence, SPENDING_YEARS)
    school = teachers.school[serving]
    if on.dip:
        flow += evidence.team_loss * means(school, units, teachers.arrived_year[serving] == county.year)
    if on.load:
        flow += evidence.overload_loss * schools.event_load
    return flow


def _class_part(county: County, evidence: Evidence, rooms: Classrooms) -> Floats:
    """What classmates and class size add to a class in a year. Shape (classes,) σ."""
    part = np.zeros(len(rooms))
    if evidence.switches.peers:
        score = rooms.mean(county.students.score)
        grade = weighted_means(rooms.grade, 10, score, rooms.size)
        part += evidence.peer_gain * (score - grade[rooms.grade])
    if evidence.switches.class_size:
        usual = county.stages.usual_class_size[rooms.stage]
        part += evidence.class_size_gain * (usual - rooms.size) / 10
    return part


def _skill_from_colleagues(county: County, evidence: Evidence, serving: NDArray[np.integer], effect: Floats) -> Floats:
    """Skill moves towards what better colleagues would give. Shape (teachers,) σ.

    The target is P12 for one SD of colleagues' mean effect above the stage's mean.
    """
    teachers = county.teachers
    skill = teachers.skill_peer.copy()
    if not evidence.switches.colleagues:
        return skill
    units = len(county.schools)
    school, stage = teachers.school[serving], teachers.stage[serving]
    total, staff = sums(school, units, effect), np.bincount(school, minlength=units)
    others = ratio(total[school] - effect, staff[school] - 1.0, empty=np.nan)
    usual = means(stage, 2, effect)[stage]
    others = np.where(np.isnan(others), usual, others)
    target = evidence.colleague_spillover * (others - usual) / evidence.teacher_effect_sd
    skill[serving] += evidence.colleague_speed * (target - skill[serving])
    return skill
