"""Conservation laws, on counties and policies that Hypothesis makes: people, posts, head counts and money."""

from functools import cache

import numpy as np
import pytest
from drawn import counties, lives, policies
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from laws import SEED, check, check_finite
from worlds import (
    JOINT_WORK,
    World,
    changed,
    continued,
    evidence,
    facts,
    founded,
    grouped,
    policy,
    setting,
    switched_off,
    taishan,
)

from sim.columns import NEVER
from sim.state import (
    AT_HOME,
    EXITED,
    RECEIVED,
    SENT,
    SERVING,
    SHORTFALL_CAUSES,
    Schools,
    StageTotals,
    Teachers,
)  # fmt: skip

QUICK = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


@QUICK
@given(st.data())
def test_laws_hold_in_any_county_under_any_policy(data):
    county, seed = data.draw(counties()), data.draw(st.integers(1, 1000))
    groups, rules = data.draw(policies(county))
    check(founded(setting(facts(**county)), seed), grouped(groups, rules))


@settings(QUICK, max_examples=60)
@given(st.data())
def test_laws_hold_while_groups_form_grow_and_end(data):
    county, seed = data.draw(counties()), data.draw(st.integers(1, 1000))
    groups, rules = data.draw(policies(county))
    life = changed(grouped(groups, rules), data.draw(lives(rules)))
    check(founded(setting(facts(**county)), seed), life, 5)


def test_laws_hold_in_taishan_as_written():
    check(taishan(), policy(), 3)


def test_laws_hold_in_taishan_where_groups_work_jointly_in_every_way():
    county = check(taishan(), changed(policy(), JOINT_WORK), 2)
    schools = county.schools
    # Some subject of some school is helped more than another; some lessons are on the screen.
    assert np.ptp(schools.event_gain, axis=1).max() > 0
    assert 0 < schools.shared_lessons.max() < 1


def test_laws_hold_in_taishan_where_everything_happens():
    settings = ("rate=0.5", "honour=null", "years=[1, 2]")
    dear = ("funding.posting_yuan=60000", "funding.core_share_limit=0.8")
    rules = policy("taishan", *(f"rotation.{item}" for item in settings), *dear)
    county = check(taishan(), rules, 4, changed(evidence(), {"exit_rate": 0.05}))
    groups, teachers, schools = county.groups, county.teachers, county.schools
    # The laws were put to work: movers, shortfall, broken exchanges, pairs, drift, vacancies, money of cores.
    assert groups.done.sum() > 10
    short = dict(zip(SHORTFALL_CAUSES, groups.short.sum(0).tolist(), strict=True))
    assert {cause for cause, persons in short.items() if persons} >= {"age", "refusal", "money"}
    away = (teachers.posting == SENT) | (teachers.posting == RECEIVED)
    assert (teachers.status[teachers.partner[away]] != SERVING).sum() > 3
    assert schools.paid_yuan.sum() > 0
    first = taishan().county.teachers
    assert (teachers.home[: len(first)] != first.home).sum() > 3
    assert county.county.unfilled_posts[0] > 0
    assert (schools.posts < schools.usual_posts).any()


# --- edges ------------------------------------------------------------------------------------------------------

HOME = {"seat": (2, 300, 24), "far": (3, 240, 20)}
UPPER = {"seat": (2, 200, 24)}
GROUPS = {
    "first": ("P-seat-1", {"fused": ("P-far-1", "P-far-2"), "joint": ("P-far-3",)}),
    "upper": ("J-seat-1", {"fused": ("J-seat-2",), "joint": ()}),
    "alone": ("P-seat-2", {"fused": (), "joint": ()}),
}
BUSY = {"links.fused.rotation.rules.core.rate": 0.3, "links.fused.rotation.honour": None}


@cache
def small() -> World:
    """Seven schools, five primary and two junior."""
    return founded(setting(facts(HOME, UPPER)))


def without_teachers(world: World, *names: str) -> World:
    """The county after all teachers of some schools have left, and their posts with them."""
    county = world.county.copy()
    rows = [county.names.index(name) for name in names]
    gone = np.isin(county.teachers.home, rows)
    county.teachers.write(Teachers.status, np.where(gone, EXITED, SERVING))
    county.teachers.write(Teachers.left_year, np.where(gone, 0, NEVER))
    for column in (Schools.posts, Schools.usual_posts):
        county.schools.write(column, np.where(np.isin(np.arange(len(county.schools)), rows), 0, county.schools.posts))
    return world._replace(county=county)


def without_pupils(world: World, name: str) -> World:
    """The county after a primary school's pupils, and all families of its catchment, have gone."""
    county = world.county.copy()
    students, row = county.students, county.names.index(name)
    births = county.schools.births_share.copy()
    births[row] = 0
    county.schools.write(Schools.births_share, births / births.sum())
    students.resize(np.flatnonzero((students.school != row) & (students.catchment != row)), None)
    county.schools.write(Schools.pupils, np.bincount(students.school, minlength=births.size))
    return world._replace(county=county)


@pytest.mark.parametrize("exchange", [True, False], ids=["exchange", "one way"])
@pytest.mark.parametrize(
    "lost",
    [(), ("P-far-1",), ("P-far-1", "P-far-2"), ("P-seat-1",)],
    ids=["nobody", "one member", "all members", "the core"],
)
def test_schools_without_teachers_are_legal(lost, exchange):
    rules = grouped(GROUPS, BUSY | {"links.fused.rotation.rules.core.exchange": exchange})
    county = check(without_teachers(small(), *lost), rules)
    first = county.groups.due[0], county.groups.done[0]
    if lost == ("P-seat-1",):
        assert first == (0, 0)
    elif exchange and len(lost) == 2:
        assert first[1] == 0 < county.groups.short[0, SHORTFALL_CAUSES.index("partner")]


def test_posts_stay_where_teachers_took_them():
    one_way = {f"links.fused.rotation.rules.core.{key}": value for key, value in (("rate", 0.3), ("exchange", False))}
    stay = {"links.fused.rotation.transfer_chance": 1.0, "links.fused.rotation.years": [1, 1]}
    rules = grouped(GROUPS, one_way | stay | {"links.fused.rotation.honour": None, "funding.posting_yuan": 0})
    known = changed(switched_off(evidence(), "load"), {"exit_rate": 0.0})
    county = check(small(), rules, 5, known)
    before, after = small().county.schools, county.schools
    core, members = county.groups.core[0], np.flatnonzero(after.link == 0)
    # Every year some go for good. Posts and their year-0 number go with them, and staffing does not bring them back.
    came = after.usual_posts - before.usual_posts
    assert came[core] <= -3
    assert came.sum() == 0
    assert came[members].sum() == -came[county.groups.core].sum()
    assert after.posts[core] <= before.posts[core] + came[core]


@pytest.mark.parametrize("name", ["P-far-1", "P-seat-1"], ids=["a member", "the core"])
def test_a_school_without_pupils_is_legal(name):
    county = continued(without_pupils(small(), name).county, grouped(GROUPS, BUSY), evidence(), SEED, 3)
    check_finite(county)
    # Only families who choose it enter it now; the first three cohorts hold a handful.
    assert county.schools.pupils[county.names.index(name)] < 10


def test_a_county_without_pupils_is_legal():
    county = small().county.copy()
    county.students.resize(np.zeros(0, int), None)
    county.schools.write(Schools.pupils, 0)
    county.stages.write(StageTotals.cohort_pupils, 0)
    county = continued(county, grouped(GROUPS, BUSY), evidence(), SEED, 3)
    check_finite(county)
    assert (len(county.students), county.schools.pupils.sum()) == (0, 0)


def test_a_county_without_junior_schools_is_legal():
    county = check(founded(setting(facts(HOME))), grouped({"first": GROUPS["first"]}, BUSY))
    assert (county.school_year - county.students.cohort + 1).max() == 6


def test_a_county_without_groups_is_legal():
    county = check(small(), grouped({}, {}))
    assert len(county.groups) == 0
    assert (county.teachers.posting == AT_HOME).all()
    assert county.county.special_fund_yuan[0] == 0


def test_a_core_without_members_owes_and_sends_nobody():
    county = check(small(), grouped({"alone": GROUPS["alone"]}, BUSY))
    assert (county.groups.due[0], county.groups.done[0], county.groups.events_yuan[0]) == (0, 0, 0)
    assert (county.groups.balance_yuan[0], county.county.special_fund_yuan[0]) == (0, 0)


@pytest.mark.parametrize("rate", [0.4, 1.0])
def test_laws_hold_when_most_teachers_leave(rate):
    check(small(), grouped(GROUPS, BUSY), known=changed(evidence(), {"exit_rate": rate}))


def test_laws_hold_with_every_mechanism_switched_off():
    known = switched_off(evidence(), *type(evidence().switches).model_fields)
    county = check(small(), grouped(GROUPS, BUSY), known=known)
    assert (county.groups.done.sum(), county.groups.events_yuan.sum()) == (0, 0)
