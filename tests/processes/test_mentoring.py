"""mentoring.pair: who has a mentor, what a pair and an event give, and what the fund pays."""

import math

import numpy as np
import pytest
from worlds import after, changed, evidence, switched_off, tiny_policy

from sim.processes.mentoring import pair
from sim.state import CHINESE, EXITED, MATHS, NEAR, PE, SERVING, VILLAGE, Schools, Teachers

CORE_SCHOOL, MEMBER_SCHOOL, PARTNER_SCHOOL, UPPER_SCHOOL = range(4)
MENTOR_CHINESE, MENTOR_MATHS = 0, 1
MENTEE_CHINESE, MENTEE_MATHS, MEMBER_PE = 3, 4, 5
TALENT = [0.2, 0.2, 0.2, -0.1, 0.1, -0.3, 0, 0, 0, 0, 0, 0]
"""Core teachers are better than Member's; there the teacher of Chinese is weaker than the one of maths."""
RICH = {"balance_yuan": [1_000_000]}


@pytest.fixture
def county(tiny_county):
    return tiny_county(year=1, teachers={"talent": TALENT, "years_teaching": 20}, groups=RICH)


def rules(coverage=0.5, mentees=2, **more):
    mentoring = {
        "links__fused__mentoring__pairing_coverage": coverage,
        "links__fused__mentoring__mentees_per_mentor": mentees,
    }
    return tiny_policy(**mentoring, **more)


def paired(county):
    return np.flatnonzero(county.teachers.paired).tolist()


def test_the_weaker_half_of_a_members_main_subject_teachers_has_a_mentor(county):
    # Member has two main-subject teachers, so the weaker one; half of two is one place.
    assert paired(after(pair, county, rules())) == [MENTEE_CHINESE]
    # PE is no main subject, whoever teaches it; a coverage of all does not reach the stronger half.
    assert paired(after(pair, county, rules(coverage=1.0))) == [MENTEE_CHINESE]
    assert paired(after(pair, county, rules(coverage=0.4))) == []
    assert paired(after(pair, county, rules(), switched_off(evidence(), "pairing"))) == []


def test_a_mentor_is_of_the_same_subject_present_and_better(county):
    county.teachers.write(Teachers.subject, [PE, MATHS, PE, CHINESE, MATHS, PE] + [PE] * 6)
    assert paired(after(pair, county, rules())) == []
    county.teachers.write(Teachers.subject, [CHINESE, MATHS, PE, CHINESE, MATHS, PE] + [PE] * 6)
    county.teachers.write(Teachers.talent, [-0.2, 0.2, 0.2, *TALENT[3:]])
    assert paired(after(pair, county, rules())) == []
    county.teachers.write(Teachers.talent, TALENT)
    away = county.teachers.school.copy()
    away[MENTOR_CHINESE] = MEMBER_SCHOOL
    county.teachers.write(Teachers.school, away)
    assert paired(after(pair, county, rules())) == []
    county.teachers.write(Teachers.school, county.teachers.home)
    county.teachers.write(Teachers.status, [EXITED] + [SERVING] * 11)
    assert paired(after(pair, county, rules())) == []


def test_a_mentor_carries_no_more_than_is_decreed(tiny_county):
    # Six teachers of Chinese at Member, three of them in the weaker half, and one mentor.
    home = [0, 1, 1, 1, 1, 1, 1, 2, 2, 3, 3, 3]
    crowded = {"home": home, "school": home, "subject": [CHINESE] * 12, "talent": [1, *np.arange(11) / 100]}
    county = tiny_county(year=1, teachers=crowded | {"years_teaching": 20}, groups=RICH)
    assert paired(after(pair, county, rules(coverage=1.0, mentees=1))) == [1]
    assert paired(after(pair, county, rules(coverage=1.0, mentees=2))) == [1, 2]
    assert paired(after(pair, county, rules(coverage=1.0, mentees=9))) == [1, 2, 3]
    # Coverage counts the member's staff: a third of six.
    assert paired(after(pair, county, rules(coverage=0.34, mentees=9))) == [1, 2]


def test_a_pair_stays_together_while_it_can(county):
    # The mentee has become the better of the two, and keeps the mentor all the same.
    was = np.zeros(12, bool)
    was[MENTEE_MATHS] = True
    county.teachers.write(Teachers.paired, was)
    assert paired(after(pair, county, rules())) == [MENTEE_MATHS]


def test_what_a_pair_teaches_is_a_stock_that_never_sums(county):
    # 0.08 in the trial, 0.75 of it in practice: 0.06 at once and for as long as the pair holds, however long.
    # Both schools are urban, so that distance takes nothing.
    for _ in range(4):
        county = after(pair, county, rules())
        assert county.teachers.skill_pair[MENTEE_CHINESE] == pytest.approx(0.06)
    # Then a tenth is lost each year: 0.054, 0.0486.
    for left in (0.054, 0.0486):
        county = after(pair, county, rules(coverage=0.0))
        assert county.teachers.skill_pair[MENTEE_CHINESE] == pytest.approx(left)
    assert county.teachers.skill_pair[[MENTOR_CHINESE, MEMBER_PE]].tolist() == [0, 0]


def test_distance_between_town_and_country_takes_its_share(county):
    county.schools.write(Schools.zone, [NEAR, VILLAGE, VILLAGE, NEAR])
    later = after(pair, county, rules())
    assert later.teachers.skill_pair[MENTEE_CHINESE] == pytest.approx(0.06 * 0.6)


def test_what_the_fund_cannot_pay_shrinks_all_alike(tiny_county):
    # Events: fused 2 + 2 + 1 a term and joint 1, two terms: 12 at 2,000 = 24,000. Pairs: 1 at 1,500.
    # Courses: half shared (the greater of 0.5 and 0.25) of 50,000 = 25,000. Together 50,500 yuan.
    teachers = {"talent": TALENT, "years_teaching": 20}
    rich = after(pair, tiny_county(year=1, teachers=teachers, groups={"balance_yuan": [50_500]}), rules())
    assert spent(rich) == (24_000, 1_500, 25_000, 0)
    assert rich.groups.sharing_funded[0] == 1.0
    assert rich.groups.activity[0] == 25_500
    # With a fifth of the money: 4,800 for events, 300 for pairs (and none of the one pair), 5,000 for courses.
    poor = after(pair, tiny_county(year=1, teachers=teachers, groups={"balance_yuan": [10_100]}), rules())
    assert spent(poor) == (4_800, 300, 5_000, 0)
    assert paired(poor) == []
    assert poor.groups.sharing_funded[0] == pytest.approx(0.2)
    assert poor.schools.event_gain == pytest.approx(0.2 * rich.schools.event_gain)
    none = after(pair, tiny_county(year=1, teachers=teachers, groups={"balance_yuan": [0]}), rules())
    assert spent(none) == (0, 0, 0, 0)
    assert not none.schools.event_gain.any()


def spent(county):
    groups = county.groups
    columns = (groups.events_yuan, groups.pairs_yuan, groups.curriculum_yuan, groups.balance_yuan)
    return tuple(int(column[0]) for column in columns)


def test_what_costs_nothing_is_not_left_undone(tiny_county):
    free = {f"funding__{item}_yuan": 0 for item in ("event", "pair", "curriculum")}
    county = tiny_county(year=1, teachers={"talent": TALENT, "years_teaching": 20})
    later = after(pair, county, rules(**free))
    assert later.groups.sharing_funded[0] == 1.0
    assert paired(later) == [MENTEE_CHINESE]
    assert (later.schools.event_gain[MEMBER_SCHOOL] > 0).all()


def test_an_event_reaches_a_few_teachers_and_saturates(county):
    county.schools.write(Schools.zone, [NEAR, NEAR, NEAR, NEAR])
    later = after(pair, county, rules())
    # Member has 3 teachers. Coaching: 2 terms x 2 guidance x 4 reached / 3 = 16/3 contacts a teacher, a dose of
    # 1 - exp(-16/3/8) = 0.4866, times 0.07; lesson study the same dose times 0.03; lectures give nothing.
    # A head principal brings half of it home.
    dose = 1 - math.exp(-16 / 3 / 8)
    assert later.schools.event_gain[MEMBER_SCHOOL] == pytest.approx(0.5 * dose * (0.07 + 0.03))
    # Partner: one research event a term under a convenor (0.15): contacts 2 x 1 x 4 / 3.
    assert later.schools.event_gain[PARTNER_SCHOOL] == pytest.approx(0.15 * (1 - math.exp(-8 / 3 / 8)) * 0.03)
    assert not later.schools.event_gain[[CORE_SCHOOL, UPPER_SCHOOL]].any()
    # The core gives 12 events for 4 teachers each at 0.005 of a teacher's year: 0.24 of 3 teachers' time.
    assert later.schools.event_load == pytest.approx([0.08, 0, 0, 0])


def test_kinds_that_act_through_one_coefficient_share_one_dose(county):
    events = "links__fused__mentoring__events_per_term"
    both = after(pair, county, rules(**{events: {"guidance": 1, "exchange": 1}}))
    one = after(pair, county, rules(**{events: {"guidance": 2}}))
    assert both.schools.event_gain[MEMBER_SCHOOL] == pytest.approx(one.schools.event_gain[MEMBER_SCHOOL])
    # Meetings, joint tests and inspections cost money and time, and teach nothing.
    idle = after(pair, county, rules(**{events: {"meeting": 3, "inspection": 1, "joint_test": 1}}))
    assert not idle.schools.event_gain[MEMBER_SCHOOL].any()
    assert idle.schools.event_load[CORE_SCHOOL] > one.schools.event_load[CORE_SCHOOL]


def test_a_group_without_members_and_a_member_without_teachers_are_legal(tiny_county):
    nobody = {"status": [SERVING] * 3 + [EXITED] * 3 + [SERVING] * 6}
    county = after(pair, tiny_county(year=1, teachers=nobody, groups=RICH), rules(coverage=1.0))
    assert paired(county) == []
    assert np.isfinite(county.schools.event_gain).all()
    alone = tiny_county(year=1, groups=RICH, schools={"group": [0, -1, -1, -1], "role": [1, 0, 0, 0], "link": -1})
    assert spent(after(pair, alone, rules())) == (0, 0, 0, 1_000_000)


def test_skill_counts_when_the_weaker_half_is_sought(county):
    # Skill learned from a mentor is part of quality: with 0.3 of it the teacher of Chinese is the better one.
    skill = np.zeros(12)
    skill[MENTEE_CHINESE] = 0.3
    county.teachers.write(Teachers.skill_pair, skill)
    county.teachers.write(Teachers.talent, [0.5, 0.5, 0.5, *TALENT[3:]])
    assert paired(after(pair, county, rules(), changed(evidence(), {"pairing_decay": 1.0}))) == [MENTEE_MATHS]
