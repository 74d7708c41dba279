"""groups.reorganise: named groups form, members move towards their core and back, a name is lent."""

import numpy as np
import pytest
from worlds import after, changed, evidence, grouped, policy, switched_off, tiny_policy

from sim.processes.groups import reorganise
from sim.state import CORE, MEMBER, OUTSIDE, PARTNER

CORE_SCHOOL, MEMBER_SCHOOL, PARTNER_SCHOOL, UPPER_SCHOOL = range(4)
QUALITY = {name: [1.0, 0.0, 0.0, 0.3] for name in ("management", "own_management", "curriculum", "own_curriculum")}


def years(county, rules, count, known=None):
    for _ in range(count):
        county = after(reorganise, county, rules, known)
        county.year += 1
    return county


def test_groups_are_founded_as_named(tiny_county):
    county = after(reorganise, tiny_county(year=1, grouped=False), tiny_policy())
    assert county.groups.core.tolist() == [CORE_SCHOOL]
    assert county.groups.founded_year.tolist() == [1]
    assert county.schools.group.tolist() == [0, 0, 0, -1]
    assert county.schools.role.tolist() == [CORE, MEMBER, PARTNER, OUTSIDE]
    # Links are numbered in the order of the policy: fused 0, joint 1; a core has none.
    assert county.schools.link.tolist() == [-1, 0, 1, -1]
    assert county.schools.joined_year[:3].tolist() == [1, 1, 1]
    again = after(reorganise, county, tiny_policy())
    assert len(again.groups) == 1


def test_groups_wait_for_the_year_in_which_the_policy_starts(tiny_county):
    county = after(reorganise, tiny_county(year=1, grouped=False), tiny_policy(start_year=2022))
    assert (county.school_year, len(county.groups)) == (2021, 0)
    county = after(reorganise, tiny_county(year=1, grouped=False), tiny_policy(start_year=2021))
    assert len(county.groups) == 1


def test_without_groups_nothing_happens(tiny_county):
    county = after(reorganise, tiny_county(grouped=False, schools=QUALITY), policy("none"))
    assert len(county.groups) == 0
    assert county.schools.management.tolist() == [1.0, 0.0, 0.0, 0.3]
    assert set(county.schools.group.tolist()) == {-1}


def test_a_member_moves_half_the_way_in_the_half_life(tiny_county):
    # A head principal reaches 0.5 of the way, a convenor 0.15; the core stands at 1, the members at 0.
    # After two years, the half-life, half of that is done: 0.25 and 0.075; after four three quarters.
    county = years(tiny_county(year=1, schools=QUALITY), tiny_policy(), 2)
    assert county.schools.management == pytest.approx([1.0, 0.25, 0.075, 0.3])
    assert years(county, tiny_policy(), 2).schools.management == pytest.approx([1.0, 0.375, 0.1125, 0.3])
    # One year alone is 1 - 1/sqrt(2) of the way: 0.5 * 0.29289 = 0.14645.
    county = years(tiny_county(year=1, schools=QUALITY), tiny_policy(), 1)
    assert county.schools.management[MEMBER_SCHOOL] == pytest.approx(0.5 * (1 - 1 / np.sqrt(2)))


def test_the_half_life_is_the_evidences(tiny_county):
    known = changed(evidence(), {"management_half_life_years": 4})
    county = years(tiny_county(year=1, schools=QUALITY), tiny_policy(), 4, known)
    assert county.schools.management[MEMBER_SCHOOL] == pytest.approx(0.25)


def test_cadres_who_serve_at_a_member_carry_leadership_further(tiny_county):
    # One cadre adds 0.1 to the reach: (0.5 + 0.1) half done is 0.3.
    county = tiny_county(year=1, schools=QUALITY | {"cadres": [0, 1, 0, 0]})
    assert years(county, tiny_policy(), 2).schools.management[MEMBER_SCHOOL] == pytest.approx(0.3)


def test_a_school_that_left_its_group_returns_to_its_own(tiny_county):
    county = tiny_county(
        year=5, grouped=False, schools={"management": [1.0, 0.5, 0.0, 0.3], "own_management": [1.0, 0.0, 0.0, 0.3]}
    )
    assert years(county, policy("none"), 2).schools.management == pytest.approx([1.0, 0.25, 0.0, 0.3])


def test_a_member_better_than_its_core_is_led_down_but_keeps_its_courses(tiny_county):
    quality = {name: [0.0, 1.0, 0.0, 0.3] for name in QUALITY}
    county = tiny_county(year=1, schools=quality, groups={"sharing_funded": [1.0]})
    schools = years(county, tiny_policy(), 2).schools
    # From 1 half of the way towards 1 - 0.5 * 1: 0.75.
    assert schools.management[MEMBER_SCHOOL] == pytest.approx(0.75)
    assert schools.curriculum[MEMBER_SCHOOL] == 1.0


def test_courses_follow_as_far_as_they_are_shared_and_paid_for(tiny_county):
    # Reach 0.5 * 0.5 of leadership * 0.5 shared * 0.8 paid for = 0.1, half of it after two years.
    county = tiny_county(year=1, schools=QUALITY, groups={"sharing_funded": [0.8]})
    assert years(county, tiny_policy(), 2).schools.curriculum[MEMBER_SCHOOL] == pytest.approx(0.05)
    unpaid = tiny_county(year=1, schools=QUALITY, groups={"sharing_funded": [0.0]})
    assert years(unpaid, tiny_policy(), 2).schools.curriculum[MEMBER_SCHOOL] == 0.0


def test_a_core_that_leads_many_reaches_less_far(tiny_county):
    # The group of two, as if members above one made it too large: a tenth less for the one beyond.
    known = changed(evidence(), {"span_free_members": 1})
    county = years(tiny_county(year=1, schools=QUALITY), tiny_policy(), 2, known)
    assert county.schools.management[MEMBER_SCHOOL] == pytest.approx(0.25 * 0.9)


def test_the_name_lifts_what_is_believed_of_a_school_that_joins(tiny_county):
    believed = {"reputation": [1.0, -0.5, 0.0, 0.0]}
    county = after(reorganise, tiny_county(year=1, grouped=False, schools=believed), tiny_policy())
    # Fused members take 0.3 of the gap at once, joint ones 0.15: 0.3 * 1.5 and 0.15 * 1.
    assert county.schools.brand == pytest.approx([0.0, 0.45, 0.15, 0.0])
    assert county.schools.reputation.tolist() == [1.0, -0.5, 0.0, 0.0]
    county.year += 1
    assert after(reorganise, county, tiny_policy()).schools.brand == pytest.approx([0.0, 0.45, 0.15, 0.0])
    off = switched_off(evidence(), "reputation")
    county = after(reorganise, tiny_county(year=1, grouped=False, schools=believed), tiny_policy(), off)
    assert county.schools.brand.tolist() == [0.0, 0.0, 0.0, 0.0]


def test_a_group_of_a_core_alone_is_legal(tiny_county):
    rules = grouped({"alone": ("实验中学", {"fused": (), "joint": ()})}, {})
    county = after(reorganise, tiny_county(year=1, grouped=False), rules)
    assert county.schools.group.tolist() == [-1, -1, -1, 0]
    assert county.groups.core.tolist() == [UPPER_SCHOOL]
