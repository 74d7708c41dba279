"""Conservation laws, on counties and policies that Hypothesis makes: people, posts, head counts and money."""

from functools import cache

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from laws import SEED, check, check_finite
from worlds import (
    World,
    changed,
    continued,
    evidence,
    facts,
    founded,
    grouped,
    names_of,
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


# --- random counties and policies ---------------------------------------------------------------------------


@st.composite
def zones(draw, names, most_schools, pupils_each, teachers_each):
    """Zones of a stage: name to (schools, pupils, teachers)."""
    chosen = draw(st.lists(st.sampled_from(names), min_size=1, max_size=len(names), unique=True))
    left, found = most_schools, {}
    for name in chosen:
        schools = draw(st.integers(1, max(1, left - len(chosen) + len(found) + 1)))
        left -= schools
        pupils = schools * draw(st.integers(*pupils_each))
        found[name] = (schools, pupils, schools * draw(st.integers(*teachers_each)))
    return found


@st.composite
def counties(draw):
    """What describes a county of 4 to 12 schools."""
    primary = draw(zones(("seat", "near", "far", "village"), 8, (12, 150), (3, 14)))
    while sum(schools for schools, _, _ in primary.values()) < 4:
        zone = next(iter(primary))
        schools, pupils, teachers = primary[zone]
        primary[zone] = (schools + 1, pupils + 40, teachers + 5)
    junior = draw(st.one_of(st.none(), zones(("seat", "far"), 4, (12, 150), (4, 16))))
    births = draw(st.sampled_from(("national", "flat", {2022: 0.2, 2023: 1.6, 2024: 0.5})))
    return {
        "primary": primary,
        "junior": junior,
        "births_index": births,
        "burn_in_years": draw(st.integers(0, 1)),
    }


@st.composite
def policies(draw, county):
    """Groups among a county's schools, each school in one at most, and rules of every size."""
    groups = {}
    for number, stage in enumerate(("primary", "junior")):
        free = draw(st.permutations(names_of(stage, county[stage] or {})))
        while free and draw(st.integers(0, 3)):
            core, *free = free
            size = draw(st.integers(0, min(3, len(free))))
            members, free = free[:size], free[size:]
            split = draw(st.integers(0, size))
            links = {"fused": tuple(members[:split]), "joint": tuple(members[split:])}
            groups[f"group {number}-{len(groups)}"] = (core, links)
    share, money = st.sampled_from((0.0, 0.05, 0.15, 0.5, 1.0)), st.integers(0, 20_000)
    shortest = draw(st.integers(1, 3))
    fund = st.one_of(st.just(0), st.integers(0, 300_000), st.just({"by_year": {2023: 100_001}}))
    rule = "links.fused.rotation."
    return groups, {
        rule + "rules.core.rate": draw(st.one_of(share, st.just({"by_group_year": {1: 0.5, 2: 0.1}}))),
        rule + "rules.core.exchange": draw(st.booleans()),
        rule + "years": (shortest, shortest + draw(st.integers(0, 3))),
        rule + "max_age": draw(st.sampled_from((None, 45.0))),
        rule + "honour": draw(st.sampled_from((None, "district"))),
        rule + "credit": draw(st.booleans()),
        "links.fused.mentoring.pairing_coverage": draw(share),
        "links.fused.mentoring.mentees_per_mentor": draw(st.integers(1, 4)),
        "links.joint.mentoring.pairing_coverage": draw(share),
        "funding.special_fund_yuan": draw(fund),
        "funding.activity_share": draw(share),
        "funding.by_grade": draw(st.booleans()),
        "funding.leakage": draw(st.sampled_from((0.0, 0.137))),
        "funding.posting_yuan": draw(money),
        "funding.event_yuan": draw(money),
        "funding.pair_yuan": draw(money),
        "funding.curriculum_yuan": draw(money),
        "funding.core_share_limit": draw(share),
        "admissions.class_size_cap": {"primary": draw(st.integers(5, 45)), "junior": 50},
        "staffing.unreplaced_share": draw(share),
    }


@QUICK
@given(st.data())
def test_laws_hold_in_any_county_under_any_policy(data):
    county, seed = data.draw(counties()), data.draw(st.integers(1, 1000))
    groups, rules = data.draw(policies(county))
    check(founded(setting(facts(**county)), seed), grouped(groups, rules))


@st.composite
def lives(draw, rules):
    """Formation by rules and paths, and every rule of life, beside named groups or without them."""
    few, maybe = st.integers(1, 3), lambda kind: draw(st.one_of(st.none(), kind))
    zone, owner = st.sampled_from((("seat",), ("far", "village"), ("near", "far"))), st.sampled_from(("county", "town"))
    kinds = [{"zone": maybe(zone), "owner": maybe(owner)} for _ in range(2)]
    least = draw(st.integers(0, 2))
    rule = {"core": kinds[0], "member": kinds[1], "link": draw(st.sampled_from(("fused", "joint")))}
    limits = {"members": maybe(st.just((least, least + draw(st.integers(1, 2)))))}
    path = st.sampled_from((0.5, 1.0, {"by_group_year": {1: 0.3, 2: 0.6, 3: 1.0}}))
    return {
        "formation.rules": {"rule": rule | limits} if draw(st.booleans()) else {},
        "formation.coverage": maybe(path),
        "formation.target": draw(st.sampled_from(("plan", "weak_first"))),
        "formation.max_new_members_per_year": maybe(few),
        "links.fused.formation": draw(st.sampled_from(("assigned", "mixed", "voluntary"))),
        "lifecycle": {
            "max_members": draw(few), "entry": draw(st.booleans()), "entry_lag_years": draw(st.integers(0, 1)),
            "entry_link": maybe(st.sampled_from(("fused", "joint"))), "growth_years": draw(st.integers(1, 2)),
            "graduation_gap": draw(st.floats(0, 3)), "graduation_value_added": maybe(st.just(0.0)),
            "graduate_to": draw(st.sampled_from(("independent", "partner", "spawn"))), "graduate_link": "joint",
            "spawn_chance": draw(st.sampled_from((0.5, 1.0))), "one_out_one_in": draw(st.booleans()),
            "exit_standing": maybe(st.floats(0.5, 2)), "expel_years": maybe(st.just(1)), "expel_fulfilment": 1.0,
            "dissolve_years": maybe(st.integers(2, 3)), "dissolve_result": draw(st.floats(-1, 0.5)),
        },
    }  # fmt: skip


@settings(QUICK, max_examples=60)
@given(st.data())
def test_laws_hold_while_groups_form_grow_and_end(data):
    county, seed = data.draw(counties()), data.draw(st.integers(1, 1000))
    groups, rules = data.draw(policies(county))
    life = changed(grouped(groups, rules), data.draw(lives(rules)))
    check(founded(setting(facts(**county)), seed), life, 5)


def test_laws_hold_in_taishan_as_written():
    check(taishan(), policy(), 3)


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
    assert county.groups.balance_yuan[0] == 3 * 2_400_000


@pytest.mark.parametrize("rate", [0.4, 1.0])
def test_laws_hold_when_most_teachers_leave(rate):
    check(small(), grouped(GROUPS, BUSY), known=changed(evidence(), {"exit_rate": rate}))


def test_laws_hold_with_every_mechanism_switched_off():
    known = switched_off(evidence(), *type(evidence().switches).model_fields)
    county = check(small(), grouped(GROUPS, BUSY), known=known)
    assert (county.groups.done.sum(), county.groups.events_yuan.sum()) == (0, 0)
