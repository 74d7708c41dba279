"""funding.allot: the public-use quota of schools, and the special fund divided among groups to the yuan."""

import numpy as np
import pytest
from worlds import after, evidence, grouped, policy, switched_off, tiny_policy

from sim.columns import NEVER
from sim.processes.funding import allot
from sim.state import AT_HOME, CADRE, MEMBER, OUTSIDE, Groups, Schools, Teachers

GRADES = {"A": 1.3, "B": 1.1, "C": 0.9, "D": 0.7}


def with_groups(county, **columns):
    """The county with as many groups as a column has values, each with one member."""
    size = len(next(iter(columns.values())))
    county.groups = Groups(size, **columns)
    row = np.arange(len(county.schools))
    county.schools.write(Schools.group, np.where(row < size, row, -1))
    county.schools.write(Schools.role, np.where(row < size, MEMBER, OUTSIDE))
    return county


def rules(**settings):
    return grouped({}, {f"funding.{name}": value for name, value in settings.items()})


def test_small_schools_are_paid_as_if_they_had_a_hundred_pupils(tiny_county):
    # School year 2021: 650 yuan a pupil at primary, 850 at junior schools; 12 pupils count as 100, none as none.
    pupils = {"pupils": [12, 250, 0, 100]}
    county = after(allot, tiny_county(schools=pupils), policy("none"))
    assert county.schools.public_use_yuan.tolist() == [65_000, 162_500, 0, 85_000]


def test_the_quota_rises_by_school_year(tiny_county):
    county = tiny_county(schools={"pupils": 200})
    county.school_year0 += 2  # 2023: 720 and 940
    assert after(allot, county, policy("none")).schools.public_use_yuan.tolist() == [144_000] * 3 + [188_000]


def test_the_fund_is_divided_evenly_before_there_was_any_activity(tiny_county):
    county = with_groups(tiny_county(), activity=[0, 0, 0], balance_yuan=[5, 0, 0])
    county = after(allot, county, rules(special_fund_yuan=1_000_000, by_grade=False))
    # A third each; the yuan that is left goes to the first.
    assert county.groups.allotted_yuan.tolist() == [333_334, 333_333, 333_333]
    assert county.groups.balance_yuan.tolist() == [333_339, 333_333, 333_333]
    assert county.county.special_fund_yuan[0] == 1_000_000


def test_a_share_follows_last_years_activity(tiny_county):
    # Half evenly: 100,000 each; half by activity 3 : 1: 150,000 and 50,000.
    county = with_groups(tiny_county(), activity=[300.0, 100.0])
    county = after(allot, county, rules(special_fund_yuan=400_000, activity_share=0.5, by_grade=False))
    assert county.groups.allotted_yuan.tolist() == [250_000, 150_000]


def test_grades_weigh_the_shares_and_the_sum_stays(tiny_county):
    # Even shares weighed 1.3 : 1.1 : 0.9 : 0.7 sum to 4; grade -1 (not judged yet) weighs 1.
    county = with_groups(tiny_county(), grade=[3, 0, 1, 2])
    county = after(allot, county, rules(special_fund_yuan=400_000, activity_share=0, by_grade=True, grades=GRADES))
    assert county.groups.allotted_yuan.tolist() == [70_000, 130_000, 110_000, 90_000]
    county = with_groups(tiny_county(), grade=[-1, 0])
    county = after(allot, county, rules(special_fund_yuan=230_000, activity_share=0, by_grade=True, grades=GRADES))
    assert county.groups.allotted_yuan.tolist() == [100_000, 130_000]


def test_what_leaks_reaches_nobody(tiny_county):
    county = with_groups(tiny_county(), activity=[0.0, 0.0])
    county = after(allot, county, rules(special_fund_yuan=1_001, leakage=0.1, by_grade=False))
    # 100.1 yuan are rounded to 100.
    assert county.county.leaked_yuan[0] == 100
    assert county.groups.allotted_yuan.tolist() == [451, 450]


def test_the_fund_may_begin_in_a_later_year(tiny_county):
    later = tiny_policy(funding__special_fund_yuan={"by_year": {2022: 7}}, funding__by_grade=False)
    county = tiny_county(year=1)
    assert after(allot, county, later).groups.allotted_yuan.tolist() == [0]
    county.school_year0 += 1
    assert after(allot, county, later).groups.allotted_yuan.tolist() == [7]


@pytest.mark.parametrize("grouped_county", [True, False])
def test_without_groups_or_with_the_fund_off_there_is_no_fund(tiny_county, grouped_county):
    known = switched_off(evidence(), "fund") if grouped_county else evidence()
    county = after(allot, tiny_county(grouped=grouped_county), rules(special_fund_yuan=100), known)
    assert county.county.special_fund_yuan[0] == 0
    assert county.groups.allotted_yuan.sum() == 0
    assert county.schools.public_use_yuan.sum() > 0


def test_a_group_without_members_is_paid_nothing(tiny_county):
    county = with_groups(tiny_county(), activity=[300.0, 100.0, 0.0])
    county.schools.write(Schools.group, [0, -1, 2, -1])
    half = {"special_fund_yuan": 400_000, "activity_share": 0.5, "by_grade": False}
    later = after(allot, county, rules(**half))
    # Two groups have members: 100,000 each evenly; of these two only the first was active: 200,000.
    assert later.groups.allotted_yuan.tolist() == [300_000, 0, 100_000]
    county.schools.write(Schools.group, -1)
    later = after(allot, county, rules(**half))
    assert (later.county.special_fund_yuan[0], later.groups.allotted_yuan.tolist()) == (0, [0, 0, 0])


def test_a_grade_that_is_paid_nothing_alone_leaves_the_fund_unpaid(tiny_county):
    county = with_groups(tiny_county(), grade=[0])
    unpaid = rules(special_fund_yuan=400_000, by_grade=True, grades=GRADES | {"A": 0.0}, leakage=0.1)
    later = after(allot, county, unpaid)
    assert (later.county.special_fund_yuan[0], later.county.leaked_yuan[0]) == (0, 0)
    assert later.groups.allotted_yuan.tolist() == [0]


def test_a_dissolved_groups_money_goes_back_once_its_postings_are_over(tiny_county):
    county = with_groups(tiny_county(), closed_year=[0, NEVER], balance_yuan=[700, 0], awaiting_yuan=[300, 0])
    county.schools.write(Schools.group, [-1, 1, -1, -1])
    fund = rules(special_fund_yuan=2_000, leakage=0.5, by_grade=False)
    running = county.copy()
    posting = running.teachers.posting.copy()
    posting[0] = CADRE
    running.teachers.write(Teachers.posting, posting)
    running.teachers.write(Teachers.posted_by, np.where(posting == AT_HOME, -1, 0))
    waits = after(allot, running, fund)
    assert (waits.groups.balance_yuan.tolist(), waits.groups.awaiting_yuan.tolist()) == ([700, 1_000], [300, 0])
    assert waits.groups.returned_yuan.tolist() == [0, 0]
    # Half of the county's 2,000 leaks; the 1,000 that come back do not.
    later = after(allot, county, fund)
    assert later.groups.returned_yuan.tolist() == [1_000, 0]
    assert (later.groups.balance_yuan.tolist(), later.groups.awaiting_yuan.tolist()) == ([0, 2_000], [0, 0])
    assert (later.county.special_fund_yuan[0], later.county.leaked_yuan[0]) == (3_000, 1_000)
