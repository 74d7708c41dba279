"""Placebos: what must change nothing changes nothing, exactly, in every column and every year."""

from functools import cache

import numpy as np
import pytest
from worlds import changed, continued, differences, evidence, policy, setting, solved, switched_off, taishan

from sim.configs import freeze
from sim.founding import found
from sim.library import load_facts
from sim.policy import Policy
from sim.state import AT_HOME, PRIMARY, SENT, SERVING, County, Groups, Schools, Students, Teachers
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


NO_CADRES = {"links.fused.cadres": None}


def test_a_rate_of_zero_equals_no_rotation():
    zero = changed(policy(), NO_CADRES | {"links.fused.rotation.rules.core.rate": 0.0})
    absent = changed(policy(), NO_CADRES | {"links.fused.rotation": None})
    county = assert_same((zero, evidence()), (absent, evidence()))
    assert (county.teachers.posting == AT_HOME).all()


# What a switch turns off, and the policy that says the same. `none` in a link's rules is the absence of the rule.
ABSENCES = {
    "rotation": NO_CADRES | {"links.fused.rotation": None},
    "fund": {"funding.special_fund_yuan": 0},
    "pairing": {"links.fused.mentoring.pairing_coverage": 0.0},
    "events": {"links.fused.mentoring.events_per_term": {}, "links.joint.mentoring.events_per_term": {}},
    "bundling": {"assessment.bundle_weight": 0.0},
}


@pytest.mark.parametrize("switch", ABSENCES)
def test_a_switch_that_is_off_equals_the_absence_of_what_it_carries(switch):
    county = assert_same(
        (policy(), switched_off(evidence(), switch)), (changed(policy(), ABSENCES[switch]), evidence())
    )
    # The switch matters: what it turns off is there otherwise.
    assert differences(county, as_written()[FEW]) != []


def test_the_order_of_groups_in_the_file_changes_nothing():
    turned = policy().model_copy(update={"groups": freeze(dict(reversed(policy().groups.items())))})
    assert list(turned.groups) == list(reversed(policy().groups))
    county, usual = continued(taishan(SEED).county, turned, evidence(), SEED, FEW), as_written()[FEW]
    assert differences(county, usual, ("students", "teachers", "stages", "county")) == []
    # Only the numbers of the groups are turned round.
    for column in Schools.columns.values():
        mine, other = county.schools.read(column), usual.schools.read(column)
        if column in (Schools.group, Schools.planned_group):
            mine = np.where(mine >= 0, len(county.groups) - 1 - mine, mine)
        assert np.array_equal(mine, other), column
    for column in Groups.columns.values():
        turned_back = county.groups.read(column)[::-1]
        assert np.array_equal(turned_back, usual.groups.read(column), equal_nan=column.dtype.kind == "f"), column


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


# --- one teacher is exempt ---------------------------------------------------------------------------------------


def exempted(before: County, after: County) -> tuple[County, int, np.ndarray]:
    """`before` with the honour taken from one teacher sent in `after`; his row, and the schools of his group."""
    teachers = after.teachers
    # Backbone teachers would win the honour back at once.
    known = slice(len(before.teachers))
    sent = np.flatnonzero((teachers.posting == SENT)[known] & ~teachers.backbone[known] & before.teachers.honour)
    row = int(sent[0])
    group = after.schools.group[teachers.home[row]]
    county = before.copy()
    honour = before.teachers.honour.copy()
    honour[row] = False
    county.teachers.write(Teachers.honour, honour)
    return county, row, np.flatnonzero(after.schools.group == group)


def rows_that_differ(one, other, column) -> np.ndarray:
    """Rows in which a column differs, NaN being equal to NaN."""
    a, b = one.read(column), other.read(column)
    unequal = (a != b) & ~((a != a) & (b != b))
    return np.flatnonzero(unequal.reshape(len(a), -1).any(1))


NORMED = {Schools.standing, Schools.reputation, Schools.value_added, Teachers.skill_peer, Groups.result, Groups.grade}
"""Measured against the county's mean, so that everybody moves a little when anybody does."""


def test_exempting_one_teacher_reaches_only_his_group_in_the_first_year():
    usual = as_written()[1]
    start, row, schools = exempted(as_written()[0], usual.copy())
    county = continued(start, policy(), evidence(), SEED)
    assert usual.teachers.posting[row] == SENT
    assert county.teachers.posting[row] == AT_HOME
    reached = {
        Teachers: np.isin(usual.teachers.home, schools),
        Students: np.isin(usual.students.school, schools),
        Schools: np.isin(np.arange(len(usual.schools)), schools),
        Groups: np.arange(len(usual.groups)) == usual.schools.group[schools[0]],
    }
    for table, inside in reached.items():
        for column in table.columns.values():
            moved = rows_that_differ(usual.table(table), county.table(table), column)
            if column not in NORMED:
                assert inside[moved].all(), column
            elif column is not Groups.grade:
                apart = np.abs(usual.table(table).read(column) - county.table(table).read(column))
                assert apart[~inside].max() < 0.02, column
    # It did matter where it may: a pupil's score, a teacher's school.
    assert rows_that_differ(usual.students, county.students, Students.score).size > 0
    assert rows_that_differ(usual.teachers, county.teachers, Teachers.school).size > 0


def test_exempting_one_teacher_spreads_only_through_teachers_who_move_between_schools():
    # Without what is measured against the county's mean, a primary school is reached only by its teachers: by who they
    # are and by what they bring along.
    known = switched_off(evidence(), "colleagues", "peers", "reputation", "bundling")
    rules = changed(policy(), {"funding.by_grade": False, "funding.activity_share": 0.0, "assessment.quota_tilt": 0.0})
    one = taishan(SEED).county
    other, _, schools = exempted(one, continued(one, rules, known, SEED))
    assert (one.schools.stage[schools] == PRIMARY).all()
    reached = np.zeros(len(one.schools), bool)
    for _ in range(5):
        one, other = (continued(county, rules, known, SEED) for county in (one, other))
        reached |= staff_differs(one, other)
        moved = rows_that_differ(one.students, other.students, Students.lasting)
        school = one.students.school[moved]
        here = one.schools.stage[school] == PRIMARY
        assert reached[school[here]].all()
        assert here.any()
    # First his group, then a few schools beyond it, to which hiring and drift lead.
    assert reached[schools].any()
    assert 0 < reached.sum() - reached[schools].sum() < 12


def staff_differs(one: County, other: County) -> np.ndarray:
    """Schools whose present teachers are not the same in both counties: other people, or other skills. (schools,)"""

    def present(county: County) -> set[tuple[int, int, float, float]]:
        teachers = county.teachers
        here = teachers.status == SERVING
        columns = (teachers.school, teachers.id, teachers.skill_pair, teachers.match)
        return set(zip(*(column[here].tolist() for column in columns), strict=True))

    found_schools = np.zeros(len(one.schools), bool)
    found_schools[[school for school, *_ in present(one) ^ present(other)]] = True
    return found_schools
