"""Placebos: what must change nothing changes nothing, exactly, in every column and every year."""

from functools import cache

import numpy as np
import pytest
from worlds import (
    JOINT_WORK,
    TOWN_RULES,
    changed,
    continued,
    differences,
    evidence,
    policy,
    setting,
    solved,
    switched_off,
    taishan,
    with_towns,
)

from sim.configs import freeze
from sim.founding import found
from sim.library import load_facts
from sim.policy import Policy
from sim.state import AT_HOME, Counties, County, Groups, Schools
from sim.validation.placebos import CARRIED, NO_CADRES
from sim.year import advance

SEED = 1
YEARS = 10
FEW = 3


@cache
def as_written() -> tuple[County, ...]:
    """Taishan under its plan in years 0 to 10."""
    years = [taishan(SEED).county]
    for _ in range(YEARS):
        years.append(continued(years[-1], policy(), evidence(), SEED))
    return tuple(years)


def assert_same(one: tuple[Policy, object], other: tuple[Policy, object], years: int = FEW) -> County:
    """Run both from the same start and compare all columns in each year; returns the last."""
    a, b = taishan(SEED).county.copy(), taishan(SEED).county.copy()
    for _ in range(years):
        advance(a, one[0], one[1], SEED)
        advance(b, other[0], other[1], SEED)
        assert differences(a, b) == [], f"year {a.year}"
    return a


def test_the_same_policy_in_both_arms_gives_the_same_ten_years():
    # The other arm is founded anew, and its policy is read again with settings that say what it says already.
    here = taishan(SEED).setting
    county = found(here, solved(here), SEED)
    rules = changed(policy("taishan", "assessment.bundle_weight=0.5"), {})
    assert rules is not policy()
    for year in range(YEARS + 1):
        assert differences(county, as_written()[year]) == [], f"year {year}"
        advance(county, rules, evidence(), SEED)


def test_the_columns_do_differ_where_a_policy_does():
    none = continued(taishan(SEED).county, policy("none"), evidence(), SEED)
    found_columns = differences(as_written()[1], none)
    assert {"Students.score", "Teachers.school", "Schools.group", "Groups.core"} <= set(found_columns)


def test_a_rate_of_zero_equals_no_rotation():
    zero = changed(policy(), NO_CADRES | {"links.fused.rotation.rules.core.rate": 0.0})
    absent = changed(policy(), NO_CADRES | {"links.fused.rotation": None})
    county = assert_same((zero, evidence()), (absent, evidence()))
    assert (county.teachers.posting == AT_HOME).all()


def test_every_rotation_rule_that_is_switched_off_equals_no_rotation():
    # Executive principals, obligations, transfers, bonus: none of them acts where nobody is posted.
    group = {"rate": 0.1, "base": "group_teachers", "direction": "any", "exchange": True, "backbone_share": 0.4}
    more = {
        "rules": {"core": {"rate": 0.1}, "group": group}, "order": "tenure", "transfer_chance": 0.5, "rate_cap": 0.1,
        "must_move": {"years_here": 10, "years_to_retirement": 6.0}, "core_protection": 0.1,
        "backbone_per_subject_new": 1, "matching": "need", "inflow_gate": "selection",
    }  # fmt: skip
    rules = {f"links.fused.rotation.{name}": value for name, value in more.items()}
    rules |= {"links.fused.executive_principals": 1, "links.fused.personnel": "pooled"}
    full = changed(policy(), rules | {"incentive.dispatch_bonus_yuan": 20_000})
    absent = changed(policy(), CARRIED["rotation"].absent)
    county = assert_same((full, switched_off(evidence(), "rotation")), (absent, evidence()))
    assert (county.teachers.posting == AT_HOME).all()
    assert differences(continued(taishan(SEED).county, full, evidence(), SEED), as_written()[1]) != []


# `CARRIED` tells what switches turn off in Taishan's plan. The same for rules that the plan does not have.
RULES = {name: value for name, value in TOWN_RULES.items() if not name.startswith("links")}
MONEY = {"funding.equipment_share": 0.5, "funding.approval_threshold_yuan": 30_000, "links.fused.finance": "supervised"}
OTHER_ABSENCES = {
    "equipment": (MONEY, {}),
    "facilities": (TOWN_RULES, RULES | {"links.fused.finance": "supervised"}),
    "towns": ({name: value for name, value in RULES.items() if "town" in name}, {}),
}


@pytest.mark.parametrize("switch", OTHER_ABSENCES)
def test_a_switch_that_is_off_equals_the_absence_of_a_rule_that_others_have(switch):
    having, lacking = (changed(policy(), rules) for rules in OTHER_ABSENCES[switch])
    off = switched_off(evidence(), switch)
    start = with_towns(taishan(SEED).county)
    one = continued(start, having, off, SEED, FEW)
    assert differences(one, continued(start, lacking, off, SEED, FEW)) == []
    assert differences(one, continued(start, having, evidence(), SEED, FEW)) != []
    if switch == "facilities":
        assert differences(one, continued(start, lacking, evidence(), SEED, FEW)) == []
    if switch == "towns":
        stays = changed(evidence(), {"town_withdrawal": 0.0})
        assert differences(one, continued(start, having, stays, SEED, FEW)) == []


PLAIN = ("rotation", "fund", "pairing", "bundling", "management", "curriculum", "reputation")


@pytest.mark.parametrize("switch", PLAIN)
def test_a_switch_that_is_off_equals_the_absence_of_what_it_carries(switch):
    rules, absent = (changed(policy(), rules) for rules in (CARRIED[switch].rule, CARRIED[switch].absent))
    county = assert_same((rules, switched_off(evidence(), switch)), (absent, evidence()))
    # The switch matters: what it turns off is there otherwise.
    assert differences(county, continued(taishan(SEED).county, rules, evidence(), SEED, FEW)) != []


POLICY_SIDE = ("management", "curriculum", "reputation", "effort", "bundling")


@pytest.mark.parametrize("switch", POLICY_SIDE)
def test_a_switch_of_what_groups_do_changes_nothing_where_there_are_none(switch):
    # What schools do and are believed to be on their own stays.
    assert_same((policy("none"), switched_off(evidence(), switch)), (policy("none"), evidence()))


def test_effort_switched_off_equals_a_bundle_that_moves_nobody():
    idle = changed(evidence(), {"bundled_effort_gain": 0.0})
    county = assert_same((policy(), switched_off(evidence(), "effort")), (policy(), idle))
    assert "Schools.effort" in differences(county, as_written()[FEW])


def test_leadership_switched_off_reads_as_autonomy():
    known = changed(evidence(), {"leadership_autonomous": 0.1})
    rules = changed(policy(), NO_CADRES)
    off = switched_off(known, "management")
    assert_same((rules, off), (changed(rules, CARRIED["management"].absent), known), 2)


NO_JOINT_WORK = {
    f"links.{link}.{path}": value
    for link in ("fused", "joint")
    for path, value in {
        "mentoring.events_per_term": {}, "mentoring.projects": 0, "mentoring.studios": (),
        "mentoring.experts_per_term": 0, "mentoring.shadowing_per_year": 0, "mentoring.centre": False,
        "curriculum.student_events_per_year": 0,
    }.items()
}  # fmt: skip
ABSENCES_OF_JOINT_WORK = {
    "events": NO_JOINT_WORK,
    "shared_classes": {f"links.{link}.curriculum.shared_classes": 0.0 for link in ("fused", "joint")},
    "curriculum": {
        f"links.{link}.curriculum.{name}": 0.0 for link in ("fused", "joint") for name in ("sharing", "sync")
    },
}


@pytest.mark.parametrize("switch", ABSENCES_OF_JOINT_WORK)
def test_joint_work_switched_off_equals_its_absence(switch):
    full = changed(policy(), JOINT_WORK)
    known = evidence()
    absent = changed(full, ABSENCES_OF_JOINT_WORK[switch])
    county = assert_same((full, switched_off(known, switch)), (absent, known))
    assert differences(county, continued(taishan(SEED).county, full, known, SEED, FEW)) != []


def test_rules_without_a_dose_change_nothing():
    few = {"links.fused.mentoring.events_per_term": {"research": 2}, "links.joint.mentoring.events_per_term": {}}
    few |= {"assessment.bundle_weight": 0.0}
    idle = {
        "links.fused.mentoring.matching": "weak_subject",  # no help to aim
        "links.joint.mentoring.effectiveness": 1.5,
        "links.joint.mentoring.centre": False,
        "links.joint.curriculum.online": True,
        "funding.shared_class_yuan": 9_000_000,
        "assessment.bundle": "increment",  # without weight
        "assessment.size_bands": (1_000_000,),  # all in one band
    }
    assert_same((changed(policy(), few), evidence()), (changed(policy(), few | idle), evidence()))


# Rules of entry that Taishan's plan does not have, by the switch that turns them off.
RULES_OF_ENTRY = {
    "joint_admission": {"admissions.unit": "group"},
    "second_address": {"admissions.second_address": True},
    "migrants": {"admissions.migrants": {"rule": "papers", "min_residence_years": 2}},
    "privilege": {"admissions.privilege": 0.05},
    "seat_rules": {"admissions.must_accept": False, "admissions.extra_classes": False},
    "boarding": {"admissions.boarding": {"泰安十三中": 150}, "funding.boarding_yuan": 300},
    "transfers": {"admissions.transfer_allowed": True},
}


@pytest.mark.parametrize("switch", RULES_OF_ENTRY)
def test_a_rule_of_entry_that_is_switched_off_equals_its_absence(switch):
    rules = changed(policy(), RULES_OF_ENTRY[switch])
    county = assert_same((rules, switched_off(evidence(), switch)), (policy(), evidence()), 2)
    # The rule matters: with the switch on it changes who is in which class.
    acting = continued(taishan(SEED).county, rules, evidence(), SEED, 2)
    assert "Students.classroom" in differences(county, acting)


def test_nearby_enrolment_without_exception_equals_no_choice():
    strict = changed(policy(), {"admissions.cross_catchment": False})
    county = assert_same((strict, evidence()), (policy(), switched_off(evidence(), "choice")), 2)
    assert (county.schools.asked == 0).all()
    assert (county.schools.elsewhere == 0).all()


def test_migration_off_equals_a_county_from_which_nobody_moves():
    start = taishan(SEED).county.copy()
    start.county.write(Counties.migration_factor, 0.0)
    still, off = (
        continued(county, policy(), known, SEED, 2)
        for county, known in (
            (start, evidence()),
            (taishan(SEED).county, switched_off(evidence(), "migration")),
        )
    )
    assert differences(still, off) == ["Counties.migration_factor"]
    assert (off.students.catchment != as_written()[2].students.catchment[: len(off.students)]).any()


ONE_WAY = {"links.fused.rotation.rules.core.exchange": False, "links.fused.rotation.honour": None}
# What a switch turns off where a policy has the rule: what both policies share, and the rule.
RULES: dict[str, tuple[dict[str, object], dict[str, object]]] = {
    "open_selection": ({}, {"staffing.recruitment": "open_selection"}),
    "inflow_gate": ({}, {"links.fused.rotation.inflow_gate": "selection"}),
    "group_first": ({}, {"links.fused.rotation.group_first": True}),
    "post_pooling": ({}, {"staffing.pool_scope": "group", "staffing.post_total_fixed": True}),
    "special_posts": (ONE_WAY, {"staffing.group_special_posts": 3}),
    "title_rules": ({}, {"staffing.senior_post_uplift": 0.1, "incentive.title_unit": "group"}),
    "backbone_formation": ({}, {"staffing.backbone_formation": 0.1}),
}


@pytest.mark.parametrize("switch", RULES)
def test_a_rule_that_is_switched_off_equals_the_policy_without_it(switch):
    shared, rule = RULES[switch]
    without, ruled = changed(policy(), shared), changed(policy(), shared | rule)
    off = assert_same((ruled, switched_off(evidence(), switch)), (without, evidence()))
    assert differences(continued(taishan(SEED).county, ruled, evidence(), SEED, FEW), off) != []


def test_hiring_without_sorting_is_the_switch_that_is_off():
    loose = changed(evidence(), {"hiring_sorting": 0.0})
    assert_same((policy("none"), switched_off(evidence(), "hiring_sorting")), (policy("none"), loose))


def test_the_order_of_groups_in_the_file_changes_nothing():
    turned = policy().model_copy(update={"groups": freeze(dict(reversed(policy().groups.items())))})
    assert list(turned.groups) == list(reversed(policy().groups))
    county, usual = continued(taishan(SEED).county, turned, evidence(), SEED, FEW), as_written()[FEW]
    assert differences(county, usual, ("students", "teachers", "stages", "county")) == ["Teachers.posted_by"]
    # Only the numbers of the groups are turned round.
    for column in Schools.columns.values():
        mine, other = county.schools.read(column), usual.schools.read(column)
        if column in (Schools.group, Schools.planned_group):
            mine = np.where(mine >= 0, len(county.groups) - 1 - mine, mine)
        assert np.array_equal(mine, other), column
    for column in Groups.columns.values():
        turned_back = county.groups.read(column)[::-1]
        assert np.array_equal(turned_back, usual.groups.read(column), equal_nan=column.dtype.kind == "f"), column


@pytest.mark.parametrize("table", ["groups", "links"])
def test_order_in_the_file_changes_nothing_of_joint_work(table):
    full = changed(policy(), JOINT_WORK)
    turned = full.model_copy(update={table: freeze(dict(reversed(getattr(full, table).items())))})
    one, other = (continued(taishan(SEED).county, rules, evidence(), SEED, 2) for rules in (full, turned))
    assert set(differences(one, other, ("students", "teachers", "stages", "county"))) <= {"Teachers.posted_by"}
    for column in (Schools.event_gain, Schools.event_load, Schools.shared_lessons, Schools.schooling):
        assert np.array_equal(one.schools.read(column), other.schools.read(column)), column


def test_the_order_of_links_in_the_file_changes_nothing():
    turned = policy().model_copy(update={"links": freeze(dict(reversed(policy().links.items())))})
    county, usual = continued(taishan(SEED).county, turned, evidence(), SEED, FEW), as_written()[FEW]
    assert differences(county, usual) == ["Schools.link", "Schools.planned_link"]
    linked = usual.schools.link >= 0
    assert np.array_equal(county.schools.link[linked], 1 - usual.schools.link[linked])


def test_the_order_of_schools_in_the_county_file_changes_nothing():
    facts = load_facts("taishan").value
    shuffled = np.random.default_rng(4).permutation(len(facts.named_schools))
    moved = facts.model_copy(update={"named_schools": tuple(facts.named_schools[row] for row in shuffled)})
    assert moved.named_schools != facts.named_schools
    county = found(setting(moved, policy()), solved(taishan(SEED).setting), SEED)
    assert county.names == as_written()[0].names
    assert differences(county, as_written()[0]) == []
    assert differences(continued(county, policy(), evidence(), SEED), as_written()[1]) == []
