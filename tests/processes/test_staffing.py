"""staffing.appoint: who retires, leaves, drifts and is hired; posts, titles, backbone status, honours."""

from functools import cache

import numpy as np
import pytest
from worlds import after, changed, continued, evidence, policy, switched_off, taishan, tiny_policy

from sim.processes.staffing import appoint
from sim.state import (
    CADRE,
    CHINESE,
    ENGLISH,
    EXITED,
    MATHS,
    PE,
    RETIRED,
    SENT,
    SERVING,
    SUBJECTS,
    Counties,
    Schools,
    StageTotals,
    Students,
    Teachers,
)

CORE_SCHOOL, MEMBER_SCHOOL, PARTNER_SCHOOL, UPPER_SCHOOL = range(4)
SETTLED = changed(evidence(), {"exit_rate": 0.0, "drift_wish_rate": 0.0, "drift_wish_rate_core": 0.0})
"""Nobody leaves but by retirement, and nobody drifts."""
MIDDLE_AGED = {"age": 40.0, "years_teaching": 15}


def year(county, rules=None, known=SETTLED, seed=1):
    return after(appoint, county, rules or policy("none"), known, seed)


def leavers(county, number, school=MEMBER_SCHOOL):
    """Let some teachers of a school be of retirement age."""
    ages = np.full(len(county.teachers), 40.0)
    ages[np.flatnonzero(county.teachers.home == school)[:number]] = 59.5
    county.teachers.write(Teachers.age, ages)
    return county


def staff(county, school):
    """Subjects of those who serve at a school."""
    teachers = county.teachers
    return sorted(teachers.subject[(teachers.home == school) & (teachers.status == SERVING)].tolist())


def test_a_year_passes_for_those_who_serve(tiny_county):
    county = tiny_county(year=1, teachers=MIDDLE_AGED | {"status": [EXITED] + [SERVING] * 11, "years_here": 6})
    later = year(county).teachers
    assert later.age[:12].tolist() == [40.0] + [41.0] * 11
    assert later.years_teaching[:12].tolist() == [15] + [16] * 11
    assert later.years_here[:12].tolist() == [6] + [7] * 11
    assert later.status[0] == EXITED


@pytest.mark.parametrize(
    ("school_year", "women", "men"),
    [(2021, 55.0, 60.0), (2024, 55.0, 60.0), (2025, 55.25, 60.25), (2029, 56.25, 61.25), (2036, 58.0, 63.0),
     (2050, 58.0, 63.0)],
)  # fmt: skip
def test_retirement_follows_the_dated_ages_by_months(tiny_county, school_year, women, men):
    # In a year's time they are a month short of the age, or have reached it.
    month = 1 / 12
    ages = np.array([women - month, women, men - month, men]) - 1
    county = tiny_county(year=1, teachers={"age": [*ages, *[40.0] * 8], "female": [True, True, False, False] + [1] * 8})
    county.students.write(Students.cohort, county.students.cohort + school_year - county.school_year)
    county.school_year0 = school_year - 1
    later = year(county).teachers
    assert later.status[:4].tolist() == [SERVING, RETIRED, SERVING, RETIRED]
    assert later.left_year[:4].tolist() == [-9999, 1, -9999, 1]
    assert (later.status[4:] == SERVING).all()


@pytest.mark.statistical
def test_exits_follow_their_rate_and_rise_for_those_posted_unwillingly(tiny_county):
    # Three kinds of four teachers each: at home, sent willingly, sent unwillingly; 300 lots.
    posting = {"posting": [0] * 4 + [SENT] * 8, "unwilling": [False] * 8 + [True] * 4, "posting_ends": 9}
    known = changed(SETTLED, {"exit_rate": 0.2})
    gone = np.zeros(3)
    for seed in range(300):
        status = year(tiny_county(year=1, teachers=MIDDLE_AGED | posting), known=known, seed=seed).teachers.status
        gone += (status[:12] == EXITED).reshape(3, 4).sum(1)
    # 1,200 of each; the standard error of 0.5 is 0.014. Unwillingly: 0.2 x (1 + 1.5).
    assert gone / 1200 == pytest.approx([0.2, 0.2, 0.5], abs=0.045)


# --- posts ---------------------------------------------------------------------------------------------------------


def falling(tiny_county, pupils=6, **more):
    """A county whose rolls are half of what they were, while all posts are still filled."""
    county = tiny_county(year=1, teachers=MIDDLE_AGED, schools={"pupils": pupils, "usual_pupils": 12} | more)
    county.stages.write(StageTotals.applicants, 60)
    return county


def test_posts_do_not_lapse_while_nobody_leaves(tiny_county):
    assert year(falling(tiny_county)).schools.posts.tolist() == [3, 3, 3, 3]


def test_posts_lapse_through_leavers_as_far_as_the_roll_fell(tiny_county):
    all_lapse = changed(policy("none"), {"staffing.unreplaced_share": 1.0})
    # Three posts for twelve pupils; six pupils are entitled to one and a half, so two.
    later = year(leavers(falling(tiny_county), 2), all_lapse)
    assert later.schools.posts.tolist() == [3, 2, 3, 3]
    assert len(staff(later, MEMBER_SCHOOL)) == 2
    assert later.county.unfilled_posts[0] == 0
    # With the roll of year 0, or above it, nothing lapses and nothing is added.
    for pupils in (12, 24):
        assert year(leavers(falling(tiny_county, pupils), 2), all_lapse).schools.posts.tolist() == [3, 3, 3, 3]
    none_lapse = changed(policy("none"), {"staffing.unreplaced_share": 0.0})
    assert year(leavers(falling(tiny_county), 2), none_lapse).schools.posts.tolist() == [3, 3, 3, 3]


def test_posts_do_not_fall_below_the_norm_of_pupils_for_each(tiny_county):
    lapse = {"staffing.unreplaced_share": 1.0, "staffing.pupils_per_post.primary": 2.0}
    # Two pupils a post: six pupils need three.
    assert year(leavers(falling(tiny_county), 2), changed(policy("none"), lapse)).schools.posts[MEMBER_SCHOOL] == 3


@pytest.mark.statistical
def test_half_of_the_leavers_posts_lapse_on_average(tiny_county):
    posts = [year(leavers(falling(tiny_county), 1), seed=seed).schools.posts[MEMBER_SCHOOL] for seed in range(300)]
    assert set(posts) == {2, 3}
    assert np.mean(posts) == pytest.approx(2.5, abs=0.1)


def test_posts_grow_back_with_the_roll_to_those_of_year_0(tiny_county):
    county = falling(tiny_county, 12, posts=2, usual_posts=3)
    county.teachers.write(Teachers.status, [SERVING, SERVING, EXITED] * 4)
    lessons = np.zeros((2, 9, len(SUBJECTS)))
    lessons[:, :, [CHINESE, MATHS, PE]] = 5.0
    county.stages.write(StageTotals.periods, lessons.reshape(2, -1))
    later = year(county)
    assert later.schools.posts.tolist() == [3, 3, 3, 3]
    # The new post goes to the subject with most lessons for each teacher: here PE, which nobody is left to teach.
    assert staff(later, MEMBER_SCHOOL) == [CHINESE, MATHS, PE]


def test_the_last_teacher_of_a_subject_is_replaced_first(tiny_county):
    # The only teacher of maths and one of two of Chinese retire; one post lapses, and it is not maths.
    home = [0] * 3 + [1] * 4 + [2] * 2 + [3] * 3
    subject = [CHINESE, MATHS, PE, MATHS, CHINESE, CHINESE, PE, CHINESE, MATHS, CHINESE, MATHS, ENGLISH]
    county = tiny_county(
        year=1, schools={"pupils": [12, 6, 12, 8], "posts": [3, 4, 2, 3], "usual_posts": [3, 4, 2, 3]},
        teachers={"home": home, "school": home, "subject": subject, "years_teaching": 15},
        stages={"applicants": 60},
    )  # fmt: skip
    # Of four posts for twelve pupils two are left for six, so that both leavers' posts are above the entitlement.
    for unreplaced, kept in ((0.5, [CHINESE, MATHS, PE]), (1.0, [CHINESE, PE])):
        rules = changed(policy("none"), {"staffing.unreplaced_share": unreplaced})
        later = year(leavers(county, 2), rules)
        assert staff(later, MEMBER_SCHOOL) == kept


# --- hiring and drift --------------------------------------------------------------------------------------------


def test_a_seat_is_filled_with_a_novice_of_its_subject(tiny_county):
    county = leavers(tiny_county(year=1, teachers=MIDDLE_AGED, stages={"applicants": 60}), 1)
    county.teachers.write(Teachers.home_post, [0, 1, 2] * 4)
    later = year(county)
    assert staff(later, MEMBER_SCHOOL) == staff(county, MEMBER_SCHOOL)
    new = 12
    assert len(later.teachers) == 13
    columns = ("home", "school", "home_post", "post", "subject", "years_teaching", "arrived_year", "title")
    assert [int(getattr(later.teachers, name)[new]) for name in columns] == [1, 1, 0, 0, CHINESE, 0, 1, 0]
    assert 22 <= later.teachers.age[new] < 25
    assert later.teachers.match[new] == later.teachers.home_match[new] != 0
    # The list is as long as ever, hired or not: 60 a stage.
    assert later.county.next_applicant[0] == 1000 + 120
    assert 1000 <= later.teachers.id[new] < 1120


def test_without_applicants_of_the_subject_a_post_stays_empty(tiny_county):
    # Three applicants a stage: one each of Chinese, maths and PE at primary. Both teachers of Chinese go.
    county = tiny_county(year=1, teachers=MIDDLE_AGED)
    ages = np.full(12, 40.0)
    ages[[0, 3]] = 59.5
    county.teachers.write(Teachers.age, ages)
    later = year(county)
    assert later.county.unfilled_posts[0] == 1
    assert later.schools.posts.tolist() == [3, 3, 3, 3]
    # A year later the vacancy is offered again, in the subject with most to do.
    later.year += 1
    assert year(later).county.unfilled_posts[0] == 0


def test_applicants_are_called_in_the_order_of_the_list_and_the_stronger_school_gets_the_better(tiny_county):
    county = tiny_county(year=1, teachers=MIDDLE_AGED, stages={"applicants": 60})
    ages = np.full(12, 40.0)
    ages[[0, 3, 6]] = 59.5
    county.teachers.write(Teachers.age, ages)
    county.schools.write(Schools.attractiveness, [1.0, -1.0, 0.0, 0.0])
    # The correlation at its highest: no noise in the order of seats.
    known = changed(SETTLED, {"hiring_sorting": 5.0})
    later = year(county, known=known).teachers
    assert later.id[12:].tolist() == [1000, 1001, 1002]
    by_school = dict(zip(later.home[12:].tolist(), later.talent[12:].tolist(), strict=True))
    assert by_school[CORE_SCHOOL] > by_school[PARTNER_SCHOOL] > by_school[MEMBER_SCHOOL]


def test_nobody_drifts_from_a_stronger_to_a_weaker_school_or_for_a_worse_match(tiny_county):
    # Everybody wishes to move; Core is the most attractive school, Partner the least, and a seat opens at Member.
    restless = changed(SETTLED, {"drift_wish_rate": 1.0, "drift_wish_rate_core": 1.0})
    moves = set()
    for seed in range(40):
        county = tiny_county(year=1, teachers=MIDDLE_AGED | {"years_here": 6}, stages={"applicants": 60})
        county.schools.write(Schools.attractiveness, [1.0, 0.0, -1.0, 0.0])
        later = year(leavers(county, 1), known=restless, seed=seed).teachers
        moved = np.flatnonzero((later.home[:12] != county.teachers.home) & (later.status[:12] == SERVING))
        moves.add(tuple(moved.tolist()))
        for row in moved:
            assert (later.home[row], later.school[row], later.subject[row]) == (MEMBER_SCHOOL, MEMBER_SCHOOL, CHINESE)
            assert later.match[row] == later.home_match[row] >= 0
            assert (later.years_here[row], later.arrived_year[row]) == (0, 1)
            # The seat left behind is filled by an applicant.
            assert PARTNER_SCHOOL in later.home[12:]
    # Only Partner's teacher of Chinese may come, and does when the new match is no worse: about every other time.
    assert moves == {(), (6,)}


def test_those_who_are_posted_do_not_drift_and_nobody_does_when_it_is_switched_off(tiny_county):
    restless = changed(SETTLED, {"drift_wish_rate": 1.0, "drift_wish_rate_core": 1.0})
    away = {"posting": [0] * 6 + [CADRE] * 3 + [0] * 3, "posting_ends": 9}
    for columns, known in ((away, restless), ({}, switched_off(restless, "drift"))):
        for seed in range(10):
            county = tiny_county(year=1, teachers=MIDDLE_AGED | columns, stages={"applicants": 60})
            county.schools.write(Schools.attractiveness, [1.0, 0.0, -1.0, 0.0])
            later = year(leavers(county, 1), known=known, seed=seed).teachers
            assert later.home[6:9].tolist() == [PARTNER_SCHOOL] * 3


@cache
def ten_years():
    """Taishan after ten years without groups, and its first staff."""
    start = taishan().county
    return start, continued(start, policy("none"), evidence(), 1, 10)


@pytest.mark.statistical
def test_those_hired_are_as_good_as_the_list():
    start, county = ten_years()
    teachers = county.teachers
    new = np.arange(len(teachers)) >= len(start.teachers)
    assert new.sum() > 500
    for stage in (0, 1):
        talent = teachers.talent[new & (teachers.stage == stage)]
        margin = 3 * 0.133 / np.sqrt(talent.size)
        assert talent.mean() == pytest.approx(county.stages.talent_mean[stage], abs=margin)
        assert talent.std() == pytest.approx(county.county.talent_sd[0], abs=margin)


@pytest.mark.statistical
def test_stronger_schools_hire_better_and_voluntary_moves_go_up():
    start, county = ten_years()
    teachers, pull = county.teachers, county.schools.attractiveness
    new = np.arange(len(teachers)) >= len(start.teachers)
    assert np.corrcoef(pull[teachers.home[new]], teachers.talent[new])[0, 1] > 0.2
    known = slice(len(start.teachers))
    moved = teachers.home[known] != start.teachers.home
    assert moved.sum() > 100
    assert (pull[teachers.home[known]] > pull[start.teachers.home])[moved].all()


# --- titles and honours ------------------------------------------------------------------------------------------


def test_titles_are_filled_by_service_within_the_quota(tiny_county):
    # One intermediate post is free at each school: Member's longest-serving junior of five years or more gets it.
    county = tiny_county(year=1, teachers={"age": 40.0, "title": 0, "years_teaching": [3, 9, 6] * 4})
    later = year(county).teachers.title
    assert later[:12].tolist() == [0, 1, 0] * 4
    # Seniors come from the intermediate after fifteen years, and leave their posts to the next.
    county = tiny_county(year=1, teachers={"age": 40.0, "title": [1, 0, 0] * 4, "years_teaching": [14, 9, 4] * 4})
    assert year(county).teachers.title[:12].tolist() == [2, 1, 0] * 4
    county = tiny_county(year=1, teachers={"age": 40.0, "title": [1, 0, 0] * 4, "years_teaching": [13, 9, 4] * 4})
    assert year(county).teachers.title[:12].tolist() == [1, 0, 0] * 4
    off = switched_off(SETTLED, "titles")
    assert year(county, known=off).teachers.title[:12].tolist() == [1, 0, 0] * 4


def test_teaching_support_counts_for_titles_where_it_is_credited(tiny_county):
    columns = {"age": 40.0, "title": 0, "years_teaching": [20, 9, 6] * 4, "support_years": [0, 0, 1] * 4}
    county = tiny_county(year=1, teachers=columns)
    assert year(county).teachers.title[:3].tolist() == [1, 0, 0]
    assert year(county, tiny_policy()).teachers.title[:3].tolist() == [0, 0, 1]
    # A year away counts once it is over; a cadre teaches at home and earns none.
    away = tiny_county(year=1, teachers=MIDDLE_AGED | {"posting": [SENT, CADRE, 0] * 4, "posting_ends": 9})
    assert year(away).teachers.support_years[:3].tolist() == [1, 0, 0]


def test_backbone_status_is_renewed_to_the_density_of_year_0(tiny_county):
    # One backbone teacher for three posts; Member's has left, and only those with six years can follow.
    county = tiny_county(
        year=1, schools={"backbone_density": 1 / 3}, county={"honour_years": 6},
        teachers={
            "age": 40.0, "backbone": [1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0], "years_teaching": [15, 15, 15, 3, 9, 4] * 2,
            "honour": False,
        },
    )  # fmt: skip
    later = year(county).teachers
    assert later.backbone[:12].tolist() == [1, 0, 0, 0, 1, 0, 1, 0, 0, 1, 0, 0]
    # Backbone teachers are honoured ones.
    assert later.honour[[0, 4, 6, 9]].all()


@pytest.mark.statistical
def test_an_honour_is_won_once_with_its_chance(tiny_county):
    # Primary teachers reach six years now with a chance of 0.4, and in a group of grade A of 0.4 x 1.25.
    won = np.zeros(12)
    for seed in range(200):
        county = tiny_county(
            year=1, teachers={"age": 40.0, "years_teaching": [5, 5, 5, 5, 5, 5, 5, 5, 5, 6, 4, 5], "backbone": False},
            county={"honour_years": 6, "honour_chance": [[0.4, 1.0]]}, groups={"grade": [0]},
            schools={"group": [0, -1, -1, -1], "role": [1, 0, 0, 0]},
        )  # fmt: skip
        won += year(county, tiny_policy(assessment__quota_tilt=0.25), seed=seed).teachers.honour[:12]
    assert won[:3].mean() / 200 == pytest.approx(0.5, abs=0.06)
    assert won[3:9].mean() / 200 == pytest.approx(0.4, abs=0.045)
    # A year too late, a year too early, and just in time with certainty.
    assert (won[9:] / 200).tolist() == [0, 0, 1]


def test_a_county_without_teachers_is_legal(tiny_county):
    county = tiny_county(year=1, teachers={"status": EXITED}, schools={"posts": 0, "usual_posts": 0})
    later = year(county)
    assert (len(later.teachers), later.county.unfilled_posts[0]) == (12, 0)
    assert later.county.read(Counties.next_applicant)[0] == 1006
