"""assessment.examine: the examination, value added, standing, bundled results and what families believe."""

import numpy as np
import pytest
from worlds import after, changed, evidence, policy, switched_off, tiny_policy

from sim.processes.assessment import examine
from sim.state import CORE, EXITED, GRADES, Groups, Schools, Students, Teachers

CORE_SCHOOL, MEMBER_SCHOOL, PARTNER_SCHOOL, UPPER_SCHOOL = range(4)
EXACT = changed(evidence(), {"exam_reliability": 1.0, "cohort_luck_sd": 0.0})
"""An examination without luck."""
LIFT = np.array([0.3, 0.0, -0.3, 0.0])
"""What each school added to its pupils' results of last year."""
STEP = np.sqrt(1.5)
"""0.3 in standard deviations of (0.3, 0, -0.3): their SD is 0.3 x sqrt(2/3)."""


@pytest.fixture
def county(tiny_county):
    """In each class one child was at -1 and one at +1 last June; each school lifted its children; SES plays no part."""
    county = tiny_county(year=1, students={"ses": 0.0})
    students = county.students
    last = np.tile([-1.0, 1.0], 22)
    exam = np.where(county.school_year == students.cohort, np.nan, last)
    students.write(Students.exam, exam)
    students.write(Students.score, last + LIFT[students.school])
    return county


def test_value_added_of_a_school_by_hand(county):
    later = after(examine, county, policy("none"), EXACT)
    # Last year's result predicts this year's one for one, so 12 children stand 0.3 above: 3.6 in all. Beside
    # them stand 60 average children: 3.6 / 72 = 0.05.
    assert later.schools.value_added[:, 0] == pytest.approx([0.05, 0.0, -0.05, 0.0], abs=1e-6)
    assert later.students.exam == pytest.approx(county.students.score)


def test_value_added_is_the_mean_of_three_years_with_the_latest_first(county):
    county.schools.write(Schools.value_added, [[0.6, 0.3, 9.0]] * 4)
    later = after(examine, county, policy("none"), EXACT)
    assert later.schools.value_added[MEMBER_SCHOOL] == pytest.approx([0.0, 0.6, 0.3], abs=1e-6)


def test_what_family_and_last_result_predict_is_no_merit(county):
    # Children of Core stood higher last year already, and come from richer homes, which tells in all schools alike.
    students = county.students
    ses = np.where(students.school == CORE_SCHOOL, 1.0, 0.0) + np.tile([-0.2, 0.2], 22)
    last = 0.5 * students.school + np.tile([-1.0, 1.0], 22)
    students.write(Students.ses, ses)
    students.write(Students.exam, np.where(np.isnan(students.exam), np.nan, last))
    students.write(Students.score, 0.7 * last + 0.4 * ses)
    first_grade = students.cohort == county.school_year
    scores = np.where(first_grade, 0.4 * ses, students.score)
    students.write(Students.score, scores)
    later = after(examine, county, policy("none"), EXACT)
    assert later.schools.value_added[:, 0] == pytest.approx([0, 0, 0, 0], abs=1e-6)


def test_standing_mixes_level_and_progress(county):
    # Upper is alone in its stage: nothing to compare it with.
    for weight in (0.0, 0.5, 1.0):
        rules = changed(policy("none"), {"assessment.value_added_weight": weight})
        standing = after(examine, county, rules, EXACT).schools.standing
        assert standing == pytest.approx([STEP, 0, -STEP, 0], abs=1e-5)
    # A school that stood high without adding anything has level but no progress.
    county.students.write(Students.score, np.nan_to_num(county.students.exam) + LIFT[county.students.school])
    shift = np.where(county.students.school == CORE_SCHOOL, -5.0, 0.0)
    county.students.write(Students.score, county.students.score + shift)
    low = changed(policy("none"), {"assessment.value_added_weight": 0.0})
    assert after(examine, county, low, EXACT).schools.standing[CORE_SCHOOL] < -1


def test_families_follow_standing_slowly_and_forget_the_name(county):
    county.schools.write(Schools.reputation, [1.0, 0.0, 0.0, 0.0])
    county.schools.write(Schools.brand, [0.0, 0.4, 0.2, 0.0])
    known = changed(EXACT, {"brand_fade": 0.25})
    later = after(examine, county, policy("none"), known).schools
    # A fifth of the way from 1 to 1.2247, from 0 to 0, from 0 to -1.2247.
    assert later.reputation == pytest.approx([1 + 0.2 * (STEP - 1), 0, -0.2 * STEP, 0], abs=1e-5)
    # A quarter of what the name alone gave is lost each year.
    assert later.brand == pytest.approx([0, 0.3, 0.15, 0])
    # The switch takes the name of groups; beliefs follow standing all the same.
    off = after(examine, county, policy("none"), switched_off(EXACT, "reputation")).schools
    assert off.reputation.tolist() == later.reputation.tolist()


def test_a_core_gains_belief_as_its_schools_bear_its_name(county):
    known = changed(EXACT, {"brand_fade": 0.5, "core_brand_gain": 0.4})
    rules = tiny_policy(links__fused__brand_share=0.5, links__joint__brand_share=0.2)
    # Its schools bear 0.35 of the name on average: 0.4 x 0.35 = 0.14 in the long run, half of it after a year.
    first = after(examine, county, rules, known)
    assert first.schools.brand == pytest.approx([0.07, 0, 0, 0])
    assert after(examine, first, rules, known).schools.brand == pytest.approx([0.105, 0, 0, 0])
    # Nobody bears the name, or it leads nobody: what was gained fades.
    nameless = tiny_policy(links__fused__brand_share=0.0, links__joint__brand_share=0.0)
    assert after(examine, first, nameless, known).schools.brand == pytest.approx([0.035, 0, 0, 0])
    alone = first.copy()
    alone.schools.write(Schools.group, [0, -1, -1, -1])
    alone.schools.write(Schools.role, [CORE, 0, 0, 0])
    assert after(examine, alone, rules, known).schools.brand == pytest.approx([0.035, 0, 0, 0])
    assert after(examine, county, rules, switched_off(known, "reputation")).schools.brand.tolist() == [0, 0, 0, 0]


def test_all_who_sit_in_one_cohort_of_a_school_share_its_luck(county):
    luckless = after(examine, county, policy("none"), EXACT)
    known = changed(EXACT, {"cohort_luck_sd": 0.1})
    later = after(examine, county, policy("none"), known)
    luck = later.students.exam - luckless.students.exam
    cell = later.students.school * 10_000 + later.students.cohort
    by_cell = [luck[cell == one] for one in np.unique(cell)]
    assert all(np.ptp(values) < 1e-6 for values in by_cell)
    first = np.array([values[0] for values in by_cell])
    assert np.unique(first).size == first.size
    assert (later.students.score == county.students.score).all()
    # Anew each year, and the same whatever the policy and whoever else is there.
    county.year += 1
    county.school_year0 -= 1
    other = after(examine, county, policy("none"), known).students.exam - luckless.students.exam
    assert (np.abs(other - luck) > 1e-4).all()


@pytest.mark.statistical
def test_the_luck_of_cohorts_has_the_size_the_evidence_says(county):
    known = changed(EXACT, {"cohort_luck_sd": 0.1})
    found = []
    for seed in range(1, 201):
        later = after(examine, county, policy("none"), known, seed).students
        found.append(later.exam - county.students.score)
    # 200 years of 20 cohorts of schools: standard error 0.1 / sqrt(2 x 4000) = 0.0011.
    assert np.std(found) == pytest.approx(0.1, abs=0.004)


def test_the_level_of_a_school_is_no_merit_however_uncertain_examinations_are(tiny_county):
    # Schools differ in level alone. Luck makes last year's examination a weak sign of a pupil.
    rng = np.random.default_rng(3)
    county = tiny_county(year=1, students={"ses": 0.0})
    rows = np.flatnonzero((county.students.school < UPPER_SCHOOL) & (county.students.cohort == county.school_year - 3))
    county.students.resize(np.sort(np.resize(rows, 30_000)), None)
    students = county.students
    students.write(Students.id, np.arange(30_000))
    true = np.array([0.4, 0.3, -0.7, 0.0])[students.school] + rng.normal(size=30_000)
    students.write(Students.score, true)
    students.write(Students.exam, true + rng.normal(size=30_000))
    later = after(examine, county, policy("none"), changed(EXACT, {"exam_reliability": 0.5}))
    # Without its mean, half of a school's level would count as added: 0.2, 0.15, -0.35.
    assert np.abs(later.schools.value_added[:, 0]).max() < 0.04


def test_bundled_results_count_the_members_and_raise_effort(county):
    later = after(examine, county, tiny_policy(), EXACT)
    # Half of the core's own 1.2247, half of its members' mean (0 and -1.2247).
    assert later.groups.result == pytest.approx([0.5 * STEP + 0.5 * (-STEP / 2)], abs=1e-5)
    # 0.03 for a full weight, half of it here, over the root of two members; no group, no bundle.
    assert later.schools.effort == pytest.approx([0.03 * 0.5 / np.sqrt(2)] * 3 + [0.0])
    full = after(examine, county, tiny_policy(assessment__bundle_weight=1.0), EXACT)
    assert full.groups.result == pytest.approx([-STEP / 2], abs=1e-5)
    assert full.schools.effort[CORE_SCHOOL] == pytest.approx(0.03 / np.sqrt(2))
    off = after(examine, county, tiny_policy(), switched_off(EXACT, "bundling"))
    assert off.groups.result == pytest.approx([STEP], abs=1e-5)
    assert off.schools.effort.tolist() == [0, 0, 0, 0]


def test_a_group_without_members_is_judged_by_its_core(county):
    county.groups = Groups(1, core=[CORE_SCHOOL], founded_year=1)
    county.schools.write(Schools.group, [0, -1, -1, -1])
    county.schools.write(Schools.role, [CORE, 0, 0, 0])
    alone = after(examine, county, tiny_policy(assessment__bundle_weight=1.0), EXACT)
    assert alone.groups.result == pytest.approx([STEP], abs=1e-5)


def test_between_judgements_the_last_one_stands(county):
    county.groups = Groups(1, core=[CORE_SCHOOL], founded_year=1, grade=2, result=0.4)
    county.schools.write(Schools.effort, [0.001, 0.002, 0.003, 0.004])
    county.schools.write(Schools.judged_standing, [1.0, 2.0, 3.0, 4.0])
    second = after(examine, county, tiny_policy(assessment__cycle_years=2), EXACT)
    assert (second.groups.grade.tolist(), second.groups.result.tolist()) == ([2], [0.4])
    # Upper has no group, so that nothing is owed to anybody and its standing counts at once.
    assert second.schools.effort.tolist() == [0.001, 0.002, 0.003, 0.0]
    assert second.schools.judged_standing.tolist() == [1.0, 2.0, 3.0, 0.0]
    assert second.schools.standing[0] == pytest.approx(STEP, abs=1e-5)


def test_groups_are_graded_by_their_place(county):
    # Four cores alone: Core adds most, Partner least, Member and Upper nothing; the earlier of the two is B.
    county.groups = Groups(4, core=[0, 1, 2, 3], founded_year=1)
    county.schools.write(Schools.group, [0, 1, 2, 3])
    county.schools.write(Schools.role, CORE)
    later = after(examine, county, tiny_policy(), EXACT)
    assert [GRADES[grade] for grade in later.groups.grade] == ["A", "B", "D", "C"]
    # A core without members owes no effort to anybody.
    assert later.schools.effort.tolist() == [0, 0, 0, 0]


def test_staff_does_not_count_only_results_do(county):
    usual = after(examine, county, tiny_policy(), EXACT)
    county.teachers.write(Teachers.status, EXITED)
    other = after(examine, county, tiny_policy(), EXACT)
    assert usual.schools.standing.tolist() == other.schools.standing.tolist()


def test_a_county_without_pupils_has_no_standing(county):
    county.students.resize(np.zeros(0, int), None)
    later = after(examine, county, tiny_policy(), EXACT).schools
    assert later.standing.tolist() == [0, 0, 0, 0]
    assert np.isfinite(later.value_added).all()


@pytest.mark.statistical
def test_an_examination_is_as_reliable_as_the_evidence_says(tiny_county):
    county = tiny_county(year=1)
    size = 40_000
    county.students.resize(np.resize(np.arange(44), size), None)
    county.students.resize(np.lexsort((county.students.school, county.students.cohort)), None)
    county.students.write(Students.id, np.arange(size))
    county.students.write(Students.score, np.random.default_rng(2).normal(size=size))
    exam = after(examine, county, policy("none")).students.exam
    # Reliability is the share of true variance: the squared correlation. Standard error 0.001.
    assert np.corrcoef(exam, county.students.score)[0, 1] ** 2 == pytest.approx(0.88, abs=0.005)
