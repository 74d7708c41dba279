"""learning.teach: what a year of teaching gives, what lasts of it, and what teachers learn from each other."""

import numpy as np
import pytest
from worlds import after, changed, evidence, policy, switched_off

from sim.population import experience
from sim.processes.learning import level_years, persistence, teach, teacher_effect
from sim.state import (
    CHINESE,
    ENGLISH,
    EXITED,
    MATHS,
    PE,
    SERVING,
    Counties,
    Schools,
    StageTotals,
    Students,
    Teachers,
)

MEMBER_SCHOOL, UPPER_SCHOOL = 1, 3
KNOWN = changed(evidence(), {"persistence": 0.30, "lasting_share": 0.25, "lasting_persistence_ratio": 0.85})
"""The prototype's fade-out: a quarter of a year's learning stays, a fifteenth of the rest outlives a year."""
QUIET = switched_off(KNOWN, "peers", "class_size", "load", "colleagues", "dip")
"""Only teachers, and what the school adds as a level or an event."""


@pytest.fixture
def county(tiny_county):
    """Teachers of twenty years and more (experience +0.05), no talent, no luck; usual schooling 0."""
    return tiny_county(year=1, teachers={"years_teaching": 25})


def learned(county, known=QUIET):
    """What each pupil learned this year, before anything fades. Shape (pupils,)."""
    gained = after(teach, county, policy("none"), known).students.lasting - county.students.lasting
    return gained / np.float32(persistence(known)[0])


def at(county, school, grade=None):
    """Pupils of a school, of one grade if asked."""
    here = county.students.school == school
    return here if grade is None else here & (county.school_year - county.students.cohort + 1 == grade)


def teachers(county, **columns):
    """Write columns of teachers from {row: value}."""
    for name, values in columns.items():
        column = getattr(Teachers, name)
        array = county.teachers.read(column).copy()
        for row, value in values.items():
            array[row] = value
        county.teachers.write(column, array)


def test_a_year_at_one_school_by_hand(county):
    # Member: Chinese 0.10 + 0.05 of experience + 0.02 of match = 0.17, maths -0.10 + 0.05 = -0.05; PE does not
    # count. Half and half: 0.06, less 0.03 that is usual in the county: 0.03 is learned.
    teachers(county, talent={3: 0.10, 4: -0.10, 5: 9.0}, match={3: 0.02})
    county.stages.write(StageTotals.usual_schooling, [0.03, 0.0])
    county.students.write(Students.ability, 0.5)
    county.students.write(Students.fading, 0.15)
    later = after(teach, county, policy("none"), QUIET).students
    here = at(county, MEMBER_SCHOOL)
    # A quarter of it stays: 0.0075. Of last year's 0.15 a fifteenth is left (0.01), and 0.0225 is new.
    assert later.lasting[here] == pytest.approx(0.0075)
    assert later.fading[here] == pytest.approx(0.01 + 0.0225)
    assert later.score[here] == pytest.approx(0.5 + 0.0075 + 0.0325)


def test_a_good_year_leaves_three_tenths_after_a_year_and_a_quarter_for_good(county):
    assert persistence(KNOWN) == pytest.approx((0.25, 1 / 15))
    left = []
    for schooling in (1.0, 0.0, 0.0, 0.0, 0.0):
        county.stages.write(StageTotals.usual_schooling, 0.05 - schooling)
        county = after(teach, county, policy("none"), QUIET)
        left.append(float(county.students.score[at(county, MEMBER_SCHOOL)][0]))
    # Fading: 0.75 / 15 = 0.05, then 0.00333, 0.00022, ...
    assert left == pytest.approx([1.0, 0.30, 0.25333, 0.25022, 0.25001], abs=1e-4)


@pytest.mark.parametrize("stays", [0.1, 0.3, 0.5])
def test_the_year_after_keeps_the_persistence_of_the_evidence(stays):
    # P3 is kept whatever the split: lasting + rest x survival = P3, and the survival is never negative.
    known = changed(evidence(), {"persistence": stays})
    part, survival = persistence(known)
    assert part + (1 - part) * survival == pytest.approx(stays)
    assert survival >= 0


def test_the_evidence_keeps_three_tenths_for_a_year_and_about_a_quarter_for_good():
    part, survival = persistence(evidence())
    assert part + (1 - part) * survival == pytest.approx(0.30)
    assert part == pytest.approx(0.25, abs=0.011)


def test_a_constant_input_adds_up_to_the_prototypes_numbers():
    sums = [level_years(KNOWN, years) for years in range(1, 7)]
    assert sums[0] == pytest.approx(1.00)
    assert sums[1] == pytest.approx(1.30)
    assert sums[4] == pytest.approx(2.05, abs=0.005)
    assert sums[5] == pytest.approx(2.30, abs=0.005)
    assert np.mean(sums) == pytest.approx(1.67, abs=0.01)
    assert np.mean(sums[:3]) == pytest.approx(1.28, abs=0.005)


def test_m_is_what_the_yearly_bookkeeping_adds_up_to(county):
    county.stages.write(StageTotals.usual_schooling, 0.05 - 1.0)
    for years in range(1, 7):
        county = after(teach, county, policy("none"), QUIET)
        assert county.students.score[at(county, MEMBER_SCHOOL)][0] == pytest.approx(level_years(KNOWN, years), abs=1e-5)


def test_experience_starts_below_and_ends_above():
    # Years taught before this one: none -0.08, four 0, nineteen +0.05, and flat from there.
    assert experience(np.array([0, 4, 19, 40]), evidence()) == pytest.approx([-0.08, 0, 0.05, 0.05])
    # Half-way to year 5 a quarter of the deficit is left; half-way to year 20 half of the gain is there.
    assert experience(np.array([2, 11.5]), evidence()) == pytest.approx([-0.02, 0.025])
    assert (np.diff(experience(np.arange(30), evidence())) >= 0).all()


def test_a_forced_move_dips_recovers_and_is_over_in_the_third_year(county):
    teachers(county, forced_year={3: 1, 4: 0, 5: -1})
    usual = teacher_effect(county, switched_off(evidence(), "dip"), np.arange(12))
    effect = teacher_effect(county, evidence(), np.arange(12))
    # The first year -0.03, the second 0.4 of it.
    assert effect[[3, 4, 5]] - usual[[3, 4, 5]] == pytest.approx([-0.03, -0.012, 0.0])
    assert effect[:3].tolist() == usual[:3].tolist()


def test_all_parts_of_a_teacher_add_up(county):
    teachers(county, talent={3: 0.1}, match={3: 0.02}, skill_peer={3: 0.003}, skill_pair={3: 0.06})
    assert teacher_effect(county, QUIET, np.array([3])) == pytest.approx([0.1 + 0.05 + 0.02 + 0.003 + 0.06])


def test_only_main_subjects_count_by_their_weight_from_the_grade_in_which_they_begin(county):
    # At Upper Chinese weighs 0.4, maths 0.3, English 0.3: 0.4 x 0.1 + 0.3 x 0.3 = 0.13, and experience 0.05.
    teachers(county, talent={9: 0.1, 11: 0.3})
    assert learned(county)[at(county, UPPER_SCHOOL)] == pytest.approx(0.18, abs=1e-6)
    # English from grade 8: grade 7 has Chinese and maths alone, 0.4 / 0.7 x 0.1 = 0.05714.
    county.stages.write(StageTotals.taught_from, [[1, 1, 1, 1], [7, 7, 8, 7]])
    county.rooms = None
    found = learned(county)
    assert found[at(county, UPPER_SCHOOL, 7)] == pytest.approx(0.05714 + 0.05, abs=1e-5)
    assert found[at(county, UPPER_SCHOOL, 9)] == pytest.approx(0.18, abs=1e-6)


def test_teachers_of_a_subject_share_the_classes_in_the_order_of_their_posts(county):
    # Six classes at Member and two teachers of Chinese, the second one first in post: each has three classes.
    # Places go by the cohort's remainder: 2016 to 2021 divided by 6 leave 0 to 5, so grade 6 comes first.
    teachers(county, subject={5: CHINESE}, post={3: 1, 5: 0}, talent={3: -0.2, 5: 0.4})
    found = learned(county)
    by_grade = {grade: float(found[at(county, MEMBER_SCHOOL, grade)][0]) for grade in range(1, 7)}
    # Half Chinese, half maths (0): 0.2 or -0.1, and experience.
    assert [by_grade[grade] for grade in (6, 5, 4)] == pytest.approx([0.25] * 3, abs=1e-6)
    assert [by_grade[grade] for grade in (3, 2, 1)] == pytest.approx([-0.05] * 3, abs=1e-6)
    # A third teacher (0.8, last in post) shifts the borders: two classes each.
    teachers(county, home={2: MEMBER_SCHOOL}, school={2: MEMBER_SCHOOL}, post={2: 2})
    teachers(county, subject={2: CHINESE}, talent={2: 0.8})
    found = learned(county)
    by_grade = [float(found[at(county, MEMBER_SCHOOL, grade)][0]) for grade in (6, 5, 4, 3, 2, 1)]
    assert by_grade == pytest.approx([0.25, 0.25, -0.05, -0.05, 0.45, 0.45], abs=1e-6)


def test_a_class_may_be_shared_by_two_teachers(tiny_county):
    # Four teachers of Chinese for six classes: each has one class and a half; the second class of every three
    # is taught half by each neighbour.
    crowd = {"subject": [PE, PE, PE, CHINESE, MATHS, CHINESE] + [PE] * 3 + [CHINESE, CHINESE, PE]}
    place = {"home": [0, 0, 0, 1, 1, 1, 2, 2, 2, 1, 1, 3], "school": [0, 0, 0, 1, 1, 1, 2, 2, 2, 1, 1, 3]}
    county = tiny_county(year=1, teachers=crowd | place | {"years_teaching": 25, "post": [0, 0, 0, 0, 0, 1] + [0] * 6})
    teachers(county, post={9: 2, 10: 3}, talent={3: 0.0, 5: 0.4, 9: 0.8, 10: 1.2})
    found = learned(county)
    by_grade = [float(found[at(county, MEMBER_SCHOOL, grade)][0]) for grade in (6, 5, 4, 3, 2, 1)]
    # Chinese by class: 0, 0.2, 0.4, 0.8, 1.0, 1.2; half of it counts, and experience.
    expected = [0.05 + chinese / 2 for chinese in (0, 0.2, 0.4, 0.8, 1.0, 1.2)]
    assert by_grade == pytest.approx(expected, abs=1e-6)


def test_a_class_may_have_more_than_one_teacher_of_a_subject(county):
    # Three teachers of Chinese (0, 0.3, 0.6) for two classes at Upper: one and a half each. Grade 9 (2013 divides by
    # three) is first: (0 + 0.15) / 1.5 = 0.1; grade 7 has (0.15 + 0.6) / 1.5 = 0.5.
    teachers(county, subject={10: CHINESE, 11: CHINESE}, post={10: 1, 11: 2}, talent={10: 0.3, 11: 0.6})
    found = learned(county)
    # Chinese weighs 0.4; maths and English are taught out of field by a staff of 0.3 on average, less 0.08.
    others = 0.6 * (0.3 - 0.08)
    assert found[at(county, UPPER_SCHOOL, 9)] == pytest.approx(0.05 + 0.4 * 0.1 + others, abs=1e-6)
    assert found[at(county, UPPER_SCHOOL, 7)] == pytest.approx(0.05 + 0.4 * 0.5 + others, abs=1e-6)


def test_a_subject_that_nobody_can_teach_is_taught_out_of_field(county):
    # Chinese at Member is taught as the eight primary teachers would on average, 0.2 / 8 + 0.05, less 0.08: -0.005; a
    # good teacher of another subject there does not make it good. Maths is 0.2 + 0.05.
    teachers(county, status={3: EXITED}, talent={4: 0.2})
    assert learned(county)[at(county, MEMBER_SCHOOL)] == pytest.approx((-0.005 + 0.25) / 2, abs=1e-6)


def test_a_school_without_any_teacher_still_teaches_out_of_field(county):
    teachers(county, status={3: EXITED, 4: EXITED, 5: EXITED})
    assert learned(county)[at(county, MEMBER_SCHOOL)] == pytest.approx(0.05 - 0.08, abs=1e-6)


def test_lessons_beyond_what_teachers_have_cost_them(county):
    # Six classes of five periods for one teacher of fifteen: a load of 2, one above 1: -0.05 in each subject.
    # At Upper ten periods for fifteen cost nothing.
    known = changed(QUIET, {"switches.load": True})
    found = learned(county, known)
    assert found[at(county, MEMBER_SCHOOL)] == pytest.approx(0.0, abs=1e-6)
    assert found[at(county, UPPER_SCHOOL)] == pytest.approx(0.05, abs=1e-6)


def test_a_level_enters_a_year_divided_by_what_it_adds_up_to(county):
    county.schools.write(Schools.management, [0, 1.0, 0, 1.0])
    county.schools.write(Schools.effort, [0, 0.015, 0, 0])
    county.schools.write(Schools.curriculum, [0, 0.5, 0, 0])
    found = learned(county) - 0.05
    # 0.07 for an SD of management, 0.015 of effort, 0.02 x 0.5 of courses: 0.095 over 1.67 years.
    assert found[at(county, MEMBER_SCHOOL)] == pytest.approx(0.095 / 1.67, abs=1e-6)
    assert found[at(county, UPPER_SCHOOL)] == pytest.approx(0.07 / 1.28, abs=1e-6)
    # What a school is on its own no switch of groups takes away.
    off = switched_off(QUIET, "management", "effort", "curriculum")
    assert learned(county, off)[at(county, MEMBER_SCHOOL)] == pytest.approx(0.05 + 0.095 / 1.67, abs=1e-6)


def test_events_spending_and_their_burden_are_counted(county):
    county.schools.write(Schools.event_gain, np.outer([0, 0.01, 0, 0], [1, 1, 1, 1]))
    county.schools.write(Schools.spending_change, [0, 0, -10.0, 0])
    county.schools.write(Schools.event_load, [0.2, 0, 0, 0])
    found = learned(county, changed(QUIET, {"switches.load": True, "overload_loss": -0.05}))
    quiet = learned(county)
    assert quiet[at(county, MEMBER_SCHOOL)] == pytest.approx(0.06, abs=1e-6)
    # Ten per cent less money: 0.04 after four years, in which a constant input adds up to 1.8036.
    assert quiet[at(county, 2)] == pytest.approx(0.05 - 0.04 / 1.8036, abs=1e-5)
    # A fifth of the core's time went into events: -0.05 x 0.2, beside its load of 2 (-0.05).
    assert found[at(county, 0)] == pytest.approx(0.05 - 0.05 - 0.01, abs=1e-6)


def test_joint_work_acts_on_the_subject_it_is_meant_for(county):
    # Half of the score is Chinese: 0.02 there is 0.01. English is not taught here.
    gain = np.zeros((4, 4))
    gain[MEMBER_SCHOOL] = [0.02, 0.0, 9.0, 0.0]
    county.schools.write(Schools.event_gain, gain)
    assert learned(county)[at(county, MEMBER_SCHOOL)] == pytest.approx(0.05 + 0.01, abs=1e-6)
    assert learned(county, switched_off(QUIET, "events"))[at(county, MEMBER_SCHOOL)] == pytest.approx(0.05, abs=1e-6)


def test_shared_classes_are_a_flow_and_make_good_what_is_out_of_field(county):
    lessons = np.zeros((4, 4))
    lessons[MEMBER_SCHOOL] = [0.25, 0.25, 0.0, 0.0]
    county.schools.write(Schools.shared_lessons, lessons)
    # A quarter of the lessons at 0.08.
    assert learned(county)[at(county, MEMBER_SCHOOL)] == pytest.approx(0.05 + 0.02, abs=1e-6)
    # Without a teacher of maths three quarters of -0.08 are left of that half: the colleagues' mean is 0.05 too.
    teachers(county, status={4: EXITED})
    found = learned(county)[at(county, MEMBER_SCHOOL)]
    assert found == pytest.approx(0.05 + 0.02 - 0.08 * 0.75 / 2, abs=1e-6)
    off = learned(county, switched_off(QUIET, "shared_classes"))[at(county, MEMBER_SCHOOL)]
    assert off == pytest.approx(0.05 - 0.08 * 0.75 / 2, abs=1e-6)


def test_a_schools_schooling_is_what_its_pupils_learned(county):
    county.schools.write(Schools.management, [0, 1.0, 0, 0])
    later = after(teach, county, policy("none"), QUIET)
    assert later.schools.schooling == pytest.approx([0.05, 0.05 + 0.07 / 1.67, 0.05, 0.05], abs=1e-6)


def test_what_a_teacher_takes_along_agrees_with_the_portable_share():
    # P9 is a check: of the variance of true value added (P1 squared) all but the match (P8 squared) moves along.
    known = evidence()
    assert 1 - (known.match_sd / known.teacher_effect_sd) ** 2 == pytest.approx(known.portable_share, abs=0.05)


def test_a_team_with_many_new_colleagues_loses(county):
    # One of three teachers is new this year: a third of -0.03.
    teachers(county, arrived_year={3: 1, 6: 0})
    known = changed(QUIET, {"switches.dip": True})
    found = learned(county, known)
    assert found[at(county, MEMBER_SCHOOL)] == pytest.approx(0.05 - 0.01, abs=1e-6)
    assert found[at(county, 2)] == pytest.approx(0.05, abs=1e-6)


def test_classmates_and_class_size(tiny_county):
    scores = np.zeros(44)
    county = tiny_county(year=1, teachers={"years_teaching": 25}, students={"score": scores})
    scores[at(county, MEMBER_SCHOOL, 3)] = 0.6
    county.students.write(Students.score, scores)
    known = changed(QUIET, {"switches.peers": True})
    # The class stands 0.6 against a mean of 0.2 in the grade: 0.10 x 0.4; the other classes 0.10 x -0.2.
    found = learned(county, known)
    assert found[at(county, MEMBER_SCHOOL, 3)] == pytest.approx(0.05 + 0.04, abs=1e-6)
    assert found[at(county, 0, 3)] == pytest.approx(0.05 - 0.02, abs=1e-6)
    assert found[at(county, MEMBER_SCHOOL, 4)] == pytest.approx(0.05, abs=1e-6)
    # Ten pupils fewer than usual give 0.02: here 2 instead of 7.
    county.stages.write(StageTotals.usual_class_size, [7.0, 4.0])
    found = learned(county, changed(QUIET, {"switches.class_size": True}))
    assert found[at(county, MEMBER_SCHOOL)] == pytest.approx(0.05 + 0.01, abs=1e-6)
    assert found[at(county, UPPER_SCHOOL)] == pytest.approx(0.05, abs=1e-6)


def test_teachers_move_towards_what_better_colleagues_would_give(county):
    # Member's teacher of Chinese is 0.3 above: the mean of the nine primary teachers is 0.0333 higher than 0.05.
    teachers(county, talent={3: 0.3})
    later = after(teach, county, policy("none"), changed(QUIET, {"switches.colleagues": True})).teachers.skill_peer
    # For the one of maths colleagues' mean is (0.35 + 0.05) / 2 = 0.2, against 0.08333: 0.03 x 0.11667 / 0.15.
    target = 0.03 * (0.2 - 0.25 / 3) / 0.15
    assert later[4] == pytest.approx(0.3 * target)
    # He himself has colleagues of 0.05.
    assert later[3] == pytest.approx(0.3 * 0.03 * (0.05 - 0.25 / 3) / 0.15)
    # Upper is a stage of its own, where all are alike.
    assert later[9:].tolist() == pytest.approx([0, 0, 0])
    # Repeated for long, the skill settles: it is a target, not a sum.
    frozen = county
    for _ in range(200):
        frozen = after(teach, frozen, policy("none"), changed(QUIET, {"switches.colleagues": True}))
    assert np.abs(frozen.teachers.skill_peer).max() < 0.05


def test_those_who_have_left_neither_teach_nor_learn(county):
    teachers(county, talent={3: 5.0}, status={3: EXITED})
    known = changed(QUIET, {"switches.colleagues": True})
    later = after(teach, county, policy("none"), known)
    assert later.teachers.skill_peer[3] == 0
    assert (learned(county)[at(county, MEMBER_SCHOOL)] < 0.1).all()
    assert county.teachers.status[4] == SERVING


def test_the_mean_of_the_year_is_weighted_by_pupils(county):
    # Primary: Member learns 0.05 + 0.03, the two others 0.05, with 12 pupils each.
    county.schools.write(Schools.event_gain, np.outer([0, 0.03, 0, 0], [1, 1, 1, 1]))
    assert after(teach, county, policy("none"), QUIET).stages.schooling_mean == pytest.approx([0.06, 0.05])


def test_subjects_other_than_the_main_ones_never_act_on_scores(county):
    teachers(county, talent={2: 9.0, 5: 9.0, 8: 9.0})
    assert (county.teachers.subject[[2, 5, 8]] == PE).all()
    assert county.teachers.subject[11] == ENGLISH
    assert learned(county) == pytest.approx(0.05, abs=1e-6)


@pytest.mark.statistical
def test_luck_is_slow_and_keeps_its_spread(county):
    county.county.write(Counties.shock_sd, 0.6)
    size = 40_000
    county.students.resize(np.resize(np.arange(44), size), None)
    rows = np.lexsort((county.students.school, county.students.cohort))
    county.students.resize(rows, None)
    county.students.write(Students.id, np.arange(size))
    first = np.random.default_rng(1).normal(0, 0.6, size)
    county.students.write(Students.shock, first)
    later = after(teach, county, policy("none"), QUIET).students.shock
    # Standard errors: 0.002 for the SD, 0.002 for the correlation at 0.8.
    assert later.std() == pytest.approx(0.6, abs=0.01)
    assert np.corrcoef(first, later)[0, 1] == pytest.approx(0.8, abs=0.01)
