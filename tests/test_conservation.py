"""Conservation laws, on counties and policies that Hypothesis makes: people, posts, head counts and money."""

from functools import cache

import numpy as np
import pytest
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
        "migrant_share": draw(st.sampled_from((0.0, 0.3))),
        **draw(towns(primary, junior or {})),
    }


@st.composite
def towns(draw, primary, junior):
    """Towns in some of the zones that have schools, and what they pay."""
    zones = draw(st.lists(st.sampled_from(sorted({*primary, *junior})), max_size=3))
    share = st.sampled_from((0.0, 0.07, 0.3, 1.0))
    return {
        "towns": {f"town {k}": {"title": {"en": "Town", "zh": "镇"}, "zone": zone} for k, zone in enumerate(zones)},
        "town_share": draw(share),
        "town_capital_share": draw(share),
        "equipment_life_years": draw(st.sampled_from((1.0, 3.7, 8.0))),
    }


@st.composite
def rotations(draw):
    """Rotation rules of every kind that a policy may decree for fused members, one to three together."""
    balance = draw(st.sampled_from((False, False, True)))
    rate = st.one_of(st.sampled_from((0.0, 0.05, 0.15, 0.5, 1.0)), st.just({"by_group_year": {1: 0.5, 2: 0.1}}))
    bases = ("core_teachers", "core_teachers", "group_teachers", "urban_backbone", "urban_without_rural_service")
    one = st.fixed_dictionaries(
        {
            "rate": rate,
            "base": st.sampled_from(bases),
            "direction": st.sampled_from(("core_to_member", "bidirectional", "any", "urban_to_rural")),
            "exchange": st.just(True) if balance else st.booleans(),
            "backbone_share": st.sampled_from((0.0, 0.0, 0.4)),
            "only": st.sampled_from(("all", "all", "backbone")),
            "voluntary": st.booleans(),
        }
    )
    rules = draw(st.lists(one, min_size=1, max_size=3))
    long_service = {"years_here": 5, "years_to_retirement": 12.0}
    return {
        "links.fused.rotation.rules": {("core", "second", "third")[place]: rule for place, rule in enumerate(rules)},
        "links.fused.personnel": draw(st.sampled_from(("exchange", "pooled", "unified"))),
        "links.fused.cadres_per": draw(st.sampled_from(("group", "member"))),
        "links.fused.executive_principals": draw(st.sampled_from((0, 0, 1))),
        "incentive.dispatch_bonus_yuan": draw(st.sampled_from((0, 0, 28_000))),
        **{
            f"links.fused.rotation.{name}": draw(st.sampled_from(values))
            for name, values in {
                "order": ("sender", "tenure"),
                "min_skill_percentile": (0.0, 50.0),
                "must_move": (None, None, long_service, long_service | {"reading": "exempt"}),
                "inflow_gate": ("open", "selection"),
                "core_protection": (None, 0.1),
                "rate_cap": (1.0, 1.0, 0.1),
                "transfer_chance": (0.0, 0.5, 1.0),
                "matching": ("even", "need", "weak_subject", "mutual"),
                "objective": ("balance" if balance else "sender",),
                "backbone_per_subject_new": (0, 0, 1),
            }.items()
        },
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
    names = [name for stage in ("primary", "junior") for name in names_of(stage, county[stage] or {})]
    share, money = st.sampled_from((0.0, 0.05, 0.15, 0.5, 1.0)), st.integers(0, 20_000)
    shortest = draw(st.integers(1, 3))
    fund = st.one_of(st.just(0), st.integers(0, 300_000), st.just({"by_year": {2023: 100_001}}))
    rule = "links.fused.rotation."
    return groups, draw(rotations()) | {
        rule + "years": (shortest, shortest + draw(st.integers(0, 3))),
        rule + "max_age": draw(st.sampled_from((None, 45.0))),
        rule + "honour": draw(st.sampled_from((None, "district"))),
        rule + "credit": draw(st.booleans()),
        "links.fused.mentoring.pairing_coverage": draw(share),
        "links.fused.mentoring.mentees_per_mentor": draw(st.integers(1, 4)),
        "links.joint.mentoring.pairing_coverage": draw(share),
        "links.fused.mentoring.matching": draw(st.sampled_from(("even", "weak_subject", "demand"))),
        "links.fused.mentoring.projects": draw(st.integers(0, 2)),
        "links.joint.mentoring.studios": draw(st.sampled_from(((), ("maths", "science")))),
        "links.joint.mentoring.experts_per_term": draw(st.integers(0, 5)),
        "links.fused.mentoring.shadowing_per_year": draw(st.integers(0, 30)),
        "links.fused.curriculum.shared_classes": draw(share),
        "links.joint.curriculum.sync": draw(share),
        "funding.shared_class_yuan": draw(money),
        "assessment.cycle_years": draw(st.integers(1, 3)),
        "assessment.bundle": draw(st.sampled_from(("level", "increment"))),
        "assessment.size_bands": draw(st.sampled_from(((), (100,)))),
        "funding.special_fund_yuan": draw(fund),
        "funding.by_grade": draw(st.booleans()),
        "funding.leakage": draw(st.sampled_from((0.0, 0.137))),
        "funding.posting_yuan": draw(money),
        "funding.event_yuan": draw(money),
        "funding.pair_yuan": draw(money),
        "funding.curriculum_yuan": draw(money),
        "funding.core_share_limit": draw(share),
        **draw(money_rules()),
        "admissions.class_size_cap": {"primary": draw(st.integers(5, 45)), "junior": 50},
        "admissions.unit": draw(st.sampled_from(("school", "group"))),
        "admissions.second_address": draw(st.booleans()),
        "admissions.must_accept": draw(st.booleans()),
        "admissions.extra_classes": draw(st.booleans()),
        "admissions.selection": draw(st.sampled_from(("exam", "none"))),
        "admissions.privilege": draw(st.sampled_from((0.0, 0.1))),
        "admissions.transfer_allowed": draw(st.booleans()),
        "admissions.migrants": {"rule": draw(st.sampled_from(("equal", "papers", "none")))},
        "admissions.boarding": draw(st.dictionaries(st.sampled_from(names), st.integers(0, 90), max_size=3)),
        "funding.boarding_yuan": draw(money),
        "staffing.unreplaced_share": draw(share),
        rule + "inflow_gate": draw(st.sampled_from(("open", "selection"))),
        rule + "group_first": draw(st.booleans()),
        "incentive.title_priority": draw(st.sampled_from(("all", "volunteers", "none"))),
        "incentive.title_unit": draw(st.sampled_from(("school", "group"))),
        "staffing.post_total_fixed": draw(st.booleans()),
        "staffing.pool_scope": draw(st.sampled_from(("school", "group"))),
        "staffing.post_formula": draw(st.sampled_from(("lessons", "pupils"))),
        "staffing.group_special_posts": draw(st.integers(0, 3)),
        "staffing.senior_post_uplift": draw(share),
        "staffing.recruitment": draw(st.sampled_from(("list", "open_selection"))),
        "staffing.itinerant": draw(st.sampled_from((None, {"subjects": ("maths", "arts"), "scope": "county"}))),
    }


@st.composite
def money_rules(draw):
    """Rules of dividing, equipment, approval, towns and facilities of every size."""
    share = st.sampled_from((0.0, 0.05, 0.33, 1.0))
    active = draw(share)
    rules = {
        "funding.activity_share": active,
        "funding.need_share": draw(share) * (1 - active),
        "funding.equipment_share": draw(share),
        "funding.progressivity": draw(share),
        "funding.approval_threshold_yuan": draw(st.sampled_from((None, 0, 30_000))),
        "funding.town_floor_ratio": draw(st.sampled_from((None, 0.5, 1.0))),
        "funding.town_compliance": draw(share),
        "funding.town_enforced": draw(st.booleans()),
    }
    for link in ("fused", "joint"):
        rules[f"links.{link}.finance"] = draw(st.sampled_from(("independent", "supervised", "unified_approval")))
        rules[f"links.{link}.facilities"] = {
            "ownership": draw(st.sampled_from(("school", "group"))),
            "allocation": draw(st.sampled_from(("school", "group", "need"))),
            "sharing": draw(share),
            "transfer_rate": draw(share),
        }
    return rules


@QUICK
@given(st.data())
def test_laws_hold_in_any_county_under_any_policy(data):
    county, seed = data.draw(counties()), data.draw(st.integers(1, 1000))
    groups, rules = data.draw(policies(county))
    check(founded(setting(facts(**county)), seed), grouped(groups, rules))


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
