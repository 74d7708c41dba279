"""What mentoring.pair does beyond pairs and events: help by subject, shared classes, and what they cost."""

import numpy as np
import pytest
from worlds import after, changed, evidence, switched_off, tiny_policy

from sim.joint_work import Staff
from sim.processes.mentoring import pair
from sim.shared_classes import delivered, giver_time
from sim.state import CHINESE, ENGLISH, EXITED, MATHS, NEAR, SERVING, Schools, StageTotals, Teachers

CORE_SCHOOL, MEMBER_SCHOOL, PARTNER_SCHOOL = range(3)
RICH = {"balance_yuan": [10_000_000]}
LINEAR = changed(evidence(), {"event_contacts_scale": 1e9, "coaching_gain": 1.0, "lesson_study_gain": 1.0})
"""So few contacts for the scale that nothing saturates: the gain counts contacts."""


@pytest.fixture
def county(tiny_county):
    """Member has one teacher of Chinese and two weaker ones of maths; the core is weaker still in maths."""
    subject = [CHINESE, MATHS, MATHS, CHINESE, MATHS, MATHS, CHINESE, MATHS, MATHS, CHINESE, MATHS, ENGLISH]
    talent = [0.3, -0.3, -0.3, 0.0, -0.1, -0.1, 0, 0, 0, 0, 0, 0]
    staff = {"subject": subject, "talent": talent, "years_teaching": 20, "backbone": [True] * 3 + [False] * 9}
    return tiny_county(year=1, teachers=staff, groups=RICH, schools={"zone": NEAR})


def rules(**settings):
    """Joint work of the fused link only, and nothing else."""
    fused = {"events_per_term": {}, "pairing_coverage": 0.0}
    quiet = {f"links__fused__mentoring__{name}": value for name, value in fused.items()}
    quiet |= {"links__joint__mentoring__events_per_term": {}, "links__fused__curriculum__sharing": 0.0}
    return tiny_policy(**quiet | {"links__joint__curriculum__sharing": 0.0} | settings)


def mentoring(**settings):
    return rules(**{f"links__fused__mentoring__{name}": value for name, value in settings.items()})


def gain(county, policy, known=None):
    """Gain of Member by main subject."""
    return after(pair, county, policy, known).schools.event_gain[MEMBER_SCHOOL]


def test_matching_moves_contacts_and_makes_none(county):
    events = {"guidance": 1, "help_project": 1}
    teachers_of = np.array([1, 2, 0, 0])
    for matching in ("even", "weak_subject", "demand"):
        found = gain(county, mentoring(events_per_term=events, matching=matching), LINEAR)
        # 2 terms x 2 events x 4 teachers reached, of which a head principal brings half home.
        assert (found * teachers_of).sum() * LINEAR.event_contacts_scale == pytest.approx(16 * 0.5, rel=1e-6)


def test_help_goes_where_a_school_is_weakest_or_where_the_core_is_furthest_ahead(county):
    weak = gain(county, mentoring(events_per_term={"guidance": 1}, matching="weak_subject"))
    assert np.flatnonzero(weak).tolist() == [MATHS]
    demand = gain(county, mentoring(events_per_term={"guidance": 1}, matching="demand"))
    assert np.flatnonzero(demand).tolist() == [CHINESE]
    # Lesson study is for all alike, whatever the matching.
    study = gain(county, mentoring(events_per_term={"research": 1}, matching="weak_subject"))
    assert (study == study[0]).all()


def test_a_core_cannot_help_in_a_subject_that_it_does_not_teach(county):
    status = np.where(np.arange(12) == 0, EXITED, SERVING)
    county.teachers.write(Teachers.status, status)
    demand = gain(county, mentoring(events_per_term={"guidance": 1}, matching="demand"))
    assert np.flatnonzero(demand).tolist() == [MATHS]


def test_aimed_help_saturates_sooner_than_help_for_all(county):
    weights = county.stages.score_weight[0]
    for events in (1, 2, 8):
        even, weak = (
            gain(county, mentoring(events_per_term={"guidance": events}, matching=name)) @ weights
            for name in ("even", "weak_subject")
        )
        assert weak <= 0.5 * evidence().coaching_gain * 0.5 + 1e-12
        assert weak < even  # only half of the score is maths, and its two teachers are two of three


def test_sessions_reach_no_more_teachers_than_there_are(county):
    # A project of maths: four sessions for two teachers are four contacts each, though an event reaches four.
    found = gain(county, mentoring(projects=1), LINEAR) * LINEAR.event_contacts_scale
    assert found == pytest.approx([0, 4 * 0.5, 0, 0], rel=1e-6)
    few = changed(LINEAR, {"event_reach": 1.0})
    assert gain(county, mentoring(projects=1), few)[MATHS] * 1e9 == pytest.approx(2 * 0.5, rel=1e-6)


def test_effectiveness_is_a_factor_on_all_of_it(county):
    settings = {"events_per_term": {"guidance": 1}, "projects": 1, "shadowing_per_year": 1}
    usual, better = (gain(county, mentoring(**settings, effectiveness=factor)) for factor in (1.0, 1.2))
    assert better == pytest.approx(1.2 * usual)


def test_shadowing_takes_no_more_teachers_than_there_are(county):
    all_three, more = (gain(county, mentoring(shadowing_per_year=number)) for number in (3, 9))
    assert more.tolist() == all_three.tolist()
    assert all_three[0] == pytest.approx(0.5 * 0.07 * (1 - np.exp(-10 / 8)))


# --- shared classes ----------------------------------------------------------------------------------------------


def shared(share, **settings):
    return rules(links__fused__curriculum__shared_classes=share, funding__shared_class_yuan=100_000, **settings)


def test_a_share_of_all_lessons_is_delivered_and_spread_evenly(county):
    later = after(pair, county, shared(0.3))
    assert later.schools.shared_lessons[MEMBER_SCHOOL] == pytest.approx([0.3, 0.3, 0, 0])
    assert not later.schools.shared_lessons[[CORE_SCHOOL, PARTNER_SCHOOL]].any()
    assert later.groups.curriculum_yuan.tolist() == [30_000]
    off = after(pair, county, shared(0.3), switched_off(evidence(), "shared_classes"))
    assert not off.schools.shared_lessons.any()
    assert off.groups.curriculum_yuan.tolist() == [0]


def test_what_the_fund_cannot_pay_is_not_delivered(tiny_county):
    county = tiny_county(year=1, teachers={"years_teaching": 20}, groups={"balance_yuan": [12_000]})
    later = after(pair, county, shared(0.3))
    assert later.schools.shared_lessons[MEMBER_SCHOOL] == pytest.approx([0.12, 0.12, 0, 0])
    assert later.groups.balance_yuan.tolist() == [0]


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.8, 1.0])
def test_lessons_that_nobody_can_give_come_first_and_the_sum_is_kept(county, share):
    staff = Staff.of(county, evidence())
    alone = staff._replace(number=np.array([[1, 1, 0, 0], [1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0]]))
    lessons = delivered(county, alone, CORE_SCHOOL, MEMBER_SCHOOL, share)
    # Chinese and maths have as many lessons each.
    assert lessons[:2].sum() / 2 == pytest.approx(share)
    assert lessons.tolist() == pytest.approx([max(0, 2 * share - 1), min(1, 2 * share), 0, 0])


def test_a_core_gives_only_what_it_teaches(county):
    staff = Staff.of(county, evidence())
    one = staff._replace(number=np.array([[1, 0, 0, 0], [1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0]]))
    lessons = delivered(county, one, CORE_SCHOOL, MEMBER_SCHOOL, 0.7)
    assert lessons.tolist() == [1.0, 0, 0, 0]


def test_the_givers_time_is_a_part_of_the_lessons(county):
    # Six classes of five lessons: thirty of Chinese, of which a fifth. A teacher has fifteen; a tenth is his time.
    assert county.stages.read(StageTotals.periods_per_teacher)[0, CHINESE] == 15
    time = giver_time(county, evidence(), MEMBER_SCHOOL, np.array([0.2, 0, 0, 0]))
    assert time == pytest.approx(0.1 * 6 / 15)
    later = after(pair, county, shared(0.2))
    assert later.schools.read(Schools.event_load)[CORE_SCHOOL] == pytest.approx(0.1 * 12 / 15 / 3)
