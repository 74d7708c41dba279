"""staffing.appoint where a policy says more: posts pooled or special, titles, open selection, gates."""

import numpy as np
import pytest
from worlds import after, changed, continued, evidence, policy, switched_off, taishan, tiny_policy

from sim.processes.staffing import appoint
from sim.state import (
    CORE,
    EXITED,
    FAR,
    MEMBER,
    OUTSIDE,
    SEAT,
    SENT,
    SERVING,
    Schools,
    StageTotals,
    Teachers,
)

CORE_SCHOOL, MEMBER_SCHOOL, PARTNER_SCHOOL, UPPER_SCHOOL = range(4)
SETTLED = changed(
    evidence(),
    {"exit_rate": 0.0, "drift_wish_rate": 0.0, "drift_wish_rate_core": 0.0, "selection_interest": 0.0},
)
MIDDLE_AGED = {"age": 40.0, "years_teaching": 15, "years_here": 6}


def year(county, rules=None, known=SETTLED, seed=1):
    return after(appoint, county, rules or tiny_policy(), known, seed)


def retiring(tiny_county, *rows, **tables):
    """The small county in which the teachers of some rows reach retirement; applicants abound."""
    ages = np.full(12, 40.0)
    ages[list(rows)] = 59.5
    staff = MIDDLE_AGED | {"age": ages} | tables.pop("teachers", {})
    return tiny_county(year=2, teachers=staff, stages={"applicants": 60}, **tables)


# --- exits and sorting -----------------------------------------------------------------------------------------------


@pytest.mark.statistical
def test_exits_rise_with_the_weakness_of_the_school_and_stay_the_countys_on_average(tiny_county):
    known = changed(SETTLED, {"exit_rate": 0.2, "exit_gradient": 0.5})
    gone = np.zeros(12)
    for seed in range(300):
        county = tiny_county(year=1, teachers=MIDDLE_AGED)
        county.schools.write(Schools.attractiveness, [1.0, 0.0, -1.0, 0.0])
        gone += year(county, policy("none"), known, seed).teachers.status[:12] == EXITED
    core, member, partner, upper = gone.reshape(4, 3).mean(1) / 300
    # exp(-0.5), 1, exp(0.5), 1 have the mean 1.064; the standard error of each is 0.014.
    assert [core, member, partner] == pytest.approx([0.2 * 0.607 / 1.064, 0.188, 0.2 * 1.649 / 1.064], abs=0.045)
    assert np.mean([core, member, partner, upper]) == pytest.approx(0.2, abs=0.02)


def test_with_fair_mobility_some_go_to_weaker_schools_too(tiny_county):
    # Everybody wishes to move and a seat opens at the weakest school. Sorted: nobody comes; by luck: some do.
    for sorting, comes in ((1.0, False), (0.0, True)):
        known = changed(SETTLED, {"drift_wish_rate": 1.0, "drift_wish_rate_core": 1.0, "drift_sorting": sorting})
        came = 0
        for seed in range(20):
            county = retiring(tiny_county, 6)
            county.schools.write(Schools.attractiveness, [1.0, 0.0, -1.0, 0.0])
            later = year(county, policy("none"), known, seed).teachers
            came += ((later.home[:6] == PARTNER_SCHOOL) & (later.status[:6] == SERVING)).sum()
        assert (came > 0) == comes


@pytest.mark.statistical
def test_without_sorting_stronger_schools_hire_no_better():
    start = taishan().county
    loose = switched_off(evidence(), "hiring_sorting")
    teachers = continued(start, policy("none"), loose, 1, 6).teachers
    new = np.arange(len(teachers)) >= len(start.teachers)
    pull = start.schools.attractiveness[teachers.home[new]]
    assert abs(np.corrcoef(pull, teachers.talent[new])[0, 1]) < 3 / np.sqrt(new.sum())


# --- posts -----------------------------------------------------------------------------------------------------------


def shrunken(tiny_county, *rows):
    """Member has half its pupils; Core and Partner have all of theirs."""
    return retiring(tiny_county, *rows, schools={"pupils": [12, 6, 12, 8], "usual_pupils": [12, 12, 12, 8]})


def test_where_the_total_is_fixed_a_post_moves_to_the_school_with_more_pupils(tiny_county):
    fixed = tiny_policy(staffing__post_total_fixed=True, staffing__post_formula="pupils")
    # Nine primary posts by 12, 6 and 12 pupils: 3.6, 1.8, 3.6, so 4, 2, 3 in whole posts.
    assert year(shrunken(tiny_county, 3), fixed).schools.posts.tolist() == [4, 2, 3, 3]
    assert year(shrunken(tiny_county), fixed).schools.posts.tolist() == [3, 3, 3, 3]
    lapses = tiny_policy(staffing__unreplaced_share=1.0)
    assert year(shrunken(tiny_county, 3), lapses).schools.posts.tolist() == [3, 2, 3, 3]
    # The other way round nothing moves: who leaves Core is replaced at Core.
    assert year(shrunken(tiny_county, 0), fixed).schools.posts.tolist() == [3, 3, 3, 3]


def test_a_group_pools_only_its_own_posts(tiny_county):
    pooled = tiny_policy(staffing__pool_scope="group", staffing__post_formula="pupils", staffing__unreplaced_share=0.0)
    county = shrunken(tiny_county, 3)
    assert year(county, pooled).schools.posts.tolist() == [4, 2, 3, 3]
    county = shrunken(tiny_county, 3)
    county.schools.write(Schools.group, [0, -1, 0, -1])
    assert year(county, pooled).schools.posts.tolist() == [3, 3, 3, 3]


def three_subjects(county):
    """Only Chinese, maths and PE are taught."""
    lessons = np.zeros((2, 9, 8))
    lessons[:, :, [0, 1, 5]] = 5.0
    county.stages.write(StageTotals.periods, lessons.reshape(2, -1))
    return county


def test_several_new_posts_of_a_school_go_to_different_subjects(tiny_county):
    county = three_subjects(tiny_county(year=1, teachers=MIDDLE_AGED | {"status": [EXITED] * 3 + [SERVING] * 9}))
    county.stages.write(StageTotals.applicants, 60)
    later = year(county).teachers
    assert sorted(later.subject[12:][later.home[12:] == CORE_SCHOOL].tolist()) == [0, 1, 5]


def test_special_posts_stand_in_for_those_sent_out_one_way_and_end_with_leavers(tiny_county):
    rules = tiny_policy(staffing__group_special_posts=1)
    sent = {"posting": [0, SENT, SENT] + [0] * 9, "school": [0, 1, 1] + [1] * 3 + [2] * 3 + [3] * 3, "posting_ends": 9}
    county = three_subjects(retiring(tiny_county, teachers=sent))
    # Two are away, one post is decreed; a teacher is hired for it, in a subject of those who went.
    later = year(county, rules)
    assert later.schools.posts.tolist() == [4, 3, 3, 3]
    assert later.schools.special_posts.tolist() == [1, 0, 0, 0]
    assert later.teachers.home[12:].tolist() == [CORE_SCHOOL]
    assert later.teachers.subject[12] == 1
    # In an exchange the partner stands in.
    exchanged = county.copy()
    exchanged.teachers.write(Teachers.partner, [-1, 4, 5] + [-1] * 9)
    assert year(exchanged, rules).schools.posts.tolist() == [3, 3, 3, 3]
    # Once all are home the post stays until somebody leaves the core, and then it is not filled again.
    for rows, posts in (((), 4), ((2,), 3)):
        back = retiring(tiny_county, *rows, schools={"posts": [4, 3, 3, 3], "special_posts": [1, 0, 0, 0]})
        found = year(back, rules).schools
        assert (found.posts[CORE_SCHOOL], found.special_posts[CORE_SCHOOL]) == (posts, posts - 3)


# --- titles and backbone ---------------------------------------------------------------------------------------------


def titled(tiny_county, **columns):
    """Three juniors a school, ready for a title; each school has one intermediate post and no senior one."""
    staff = {"age": 40.0, "title": 0, "years_teaching": [20, 9, 6] * 4, "support_years": [0, 0, 1] * 4}
    return tiny_county(year=2, teachers=staff | columns, schools={"senior_posts": 0, "intermediate_posts": 1})


def test_priority_for_titles_may_be_for_all_for_volunteers_or_for_nobody(tiny_county):
    for who, title in (("all", [0, 0, 1]), ("volunteers", [0, 0, 1]), ("none", [1, 0, 0])):
        later = year(titled(tiny_county), tiny_policy(incentive__title_priority=who)).teachers
        assert later.title[:3].tolist() == title
    # What volunteers earn is counted when the year away is over: not for those sent against their will.
    away = {"posting": [SENT, SENT, 0] * 4, "unwilling": [True, False, False] * 4, "posting_ends": 9}
    for who, earned in (("all", [1, 1]), ("volunteers", [0, 1])):
        later = year(titled(tiny_county, support_years=0, **away), tiny_policy(incentive__title_priority=who)).teachers
        assert later.support_years[:2].tolist() == earned
        assert later.unwilling_years[:3].tolist() == [1, 0, 0]


def test_a_group_may_hold_the_quotas_of_titles_together(tiny_county):
    # Core, Member and Partner have a post each; the three who have served longest are all at Core.
    county = titled(tiny_county, years_teaching=[22, 21, 20] + [9, 8, 7] * 3, support_years=0)
    assert year(county).teachers.title.tolist() == [1, 0, 0] * 4
    assert year(county, tiny_policy(incentive__title_unit="group")).teachers.title.tolist() == [1] * 3 + [0] * 6 + [
        1,
        0,
        0,
    ]


def test_further_titles_of_cores_are_for_those_who_went_and_are_taken_from_others(tiny_county):
    rules = tiny_policy(staffing__senior_post_uplift=0.5, incentive__title_priority="none")
    quotas = {"senior_posts": 0, "intermediate_posts": [2, 1, 1, 1]}
    staff = {"age": 40.0, "title": 0, "years_teaching": [20, 19, 18, 9, 3, 3, 9, 3, 3, 9, 3, 3]}
    # Core may have three instead of two; of Member and Partner one loses its only post.
    for support, core in (([0] * 12, [1, 1, 0]), ([0, 0, 2] + [0] * 9, [1, 1, 1])):
        county = tiny_county(year=2, teachers=staff | {"support_years": support}, schools=quotas)
        title = year(county, rules).teachers.title
        assert title[:3].tolist() == core
        assert title[[3, 6]].sum() == 1
        assert title[:9].sum() <= 4
    # While the other schools' titled teachers stay, there is no room in the county's total.
    held = staff | {"title": [1, 1, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0], "support_years": [0, 0, 2] + [0] * 9}
    assert year(tiny_county(year=2, teachers=held, schools=quotas), rules).teachers.title[2] == 0


def test_training_raises_the_number_of_backbone_teachers_wanted(tiny_county):
    columns = {"age": 40.0, "years_teaching": 15, "backbone": [1, 0, 0] * 4, "honour": False}
    county = tiny_county(year=1, schools={"backbone_density": 1 / 3}, teachers=columns, county={"honour_years": 6})
    later = year(county, tiny_policy(staffing__backbone_formation=0.6))
    # 1.6 of three posts, so two.
    assert later.teachers.backbone.reshape(4, 3).sum(1).tolist() == [2] * 4
    assert later.schools.backbone_density == pytest.approx(1.6 / 3)


# --- who moves where -------------------------------------------------------------------------------------------------


def town_and_country(tiny_county, outside):
    """Core's teacher of Chinese retires; some schools belong to no group."""
    county = retiring(tiny_county, 0)
    county.schools.write(Schools.attractiveness, [1.0, 0.0, -1.0, 0.0])
    county.schools.write(Schools.zone, [SEAT, FAR, FAR, SEAT])
    group = np.where(np.isin(np.arange(4), outside), -1, 0)
    group[UPPER_SCHOOL] = -1
    county.schools.write(Schools.group, group)
    county.schools.write(Schools.role, np.where(group < 0, OUTSIDE, [CORE, MEMBER, MEMBER, OUTSIDE]))
    county.schools.write(Schools.link, np.where(group < 0, -1, [-1, 0, 0, -1]))
    return county


def who_comes(county, rules, known, seeds=30):
    """Schools from which Core's new teacher came, over many lots."""
    found = set()
    for seed in range(seeds):
        later = year(county, rules, known, seed).teachers
        moved = np.flatnonzero((later.home[:12] == CORE_SCHOOL) & (county.teachers.home != CORE_SCHOOL))
        found |= set(county.teachers.home[moved].tolist())
    return found


def test_open_selection_takes_teachers_from_schools_outside_groups(tiny_county):
    keen = changed(SETTLED, {"selection_interest": 1.0})
    county = town_and_country(tiny_county, outside=[PARTNER_SCHOOL])
    assert who_comes(county, tiny_policy(), keen) == set()
    chosen = tiny_policy(staffing__recruitment="open_selection")
    assert who_comes(county, chosen, keen) == {PARTNER_SCHOOL}
    assert who_comes(county, chosen, switched_off(keen, "open_selection")) == set()
    assert who_comes(county, chosen, SETTLED) == set()
    # Its seat is filled from the list.
    later = year(county, chosen, keen, seed=1)
    assert later.county.unfilled_posts[0] == 0


def test_open_selection_takes_the_better_of_two(tiny_county):
    keen = changed(switched_off(SETTLED, "match"), {"selection_interest": 1.0, "selection_accuracy": 1.0})
    county = town_and_country(tiny_county, outside=[MEMBER_SCHOOL, PARTNER_SCHOOL])
    county.teachers.write(Teachers.talent, np.where(np.arange(12) == 6, 0.2, 0.0))
    assert who_comes(county, tiny_policy(staffing__recruitment="open_selection"), keen, 5) == {PARTNER_SCHOOL}


def test_a_gate_lets_only_the_best_of_the_countryside_into_town(tiny_county):
    restless = changed(
        switched_off(SETTLED, "match"), {"drift_wish_rate": 1.0, "selection_accuracy": 1.0, "gate_pass_share": 0.25}
    )
    county = town_and_country(tiny_county, outside=[])
    county.teachers.write(Teachers.talent, np.where(np.arange(12) == 6, 0.2, np.arange(12) / 1000))
    gate = tiny_policy(links__fused__rotation__inflow_gate="selection")
    # Member and Partner have a teacher of Chinese each, rows 3 and 6; only the second is among the best quarter.
    assert who_comes(county, gate, restless, 20) == {PARTNER_SCHOOL}
    assert who_comes(county, tiny_policy(), restless, 40) == {MEMBER_SCHOOL, PARTNER_SCHOOL}
    assert who_comes(county, gate, switched_off(restless, "inflow_gate"), 40) == {MEMBER_SCHOOL, PARTNER_SCHOOL}


def test_a_group_offers_its_vacancies_to_its_own_teachers_first(tiny_county):
    restless = changed(switched_off(SETTLED, "match"), {"drift_wish_rate": 1.0})
    county = town_and_country(tiny_county, outside=[PARTNER_SCHOOL])
    assert who_comes(county, tiny_policy(), restless, 40) == {MEMBER_SCHOOL, PARTNER_SCHOOL}
    own = tiny_policy(links__fused__rotation__group_first=True)
    assert who_comes(county, own, restless, 40) == {MEMBER_SCHOOL}
