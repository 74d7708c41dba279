"""What is declared is taken, what is taken is declared, and taking changes nothing."""

import numpy as np
import pytest

from sim.columns import Table
from sim.measures import MEASURES, by_school, observe, take
from sim.measures.places import CUTS
from sim.state import CORE, EXITED, FAR, JUNIOR, MEMBER, NEAR, PARTNER, RETIRED, SEAT, SENT, VILLAGE, Students
from tests.measures.counties import Unit, build

PLACES = [(SEAT, CORE), (NEAR, MEMBER), (FAR, PARTNER), (VILLAGE, 0)]


@pytest.fixture
def whole():
    """A county with every stage, zone and role, in which something of every kind happened."""
    luck = np.random.default_rng(7)
    units = [
        Unit(luck.normal(size=60), stage=stage, zone=zone, roster=role, ses=luck.normal(size=60), exam=0.1)
        for stage in (0, JUNIOR)
        for zone, role in PLACES
    ]
    staff = [{"at": at, "talent": at / 10, "backbone": True, "years_here": 7} for at in range(8) for _ in range(4)]
    staff += [
        {"home": home, "school": home + 1, "posting": SENT, "forced_year": 1, "arrived_year": 1} for home in (0, 4)
    ]
    staff += [{"at": 1, "status": status, "left_year": 1} for status in (EXITED, RETIRED)]
    groups = {
        "size": 2,
        "core": [0, 4],
        "due": 2,
        "done": 1,
        "movers_quality": 0.3,
        "short": [[1, 0, 0, 0, 0, 0, 0, 0, 0]] * 2,
    }
    entry = {"entrants": 60, "asked": 2, "granted": 1, "elsewhere": 1}
    county = build(units, teachers=staff, groups=groups, posts=5, area_m2=300, paid_yuan=10, **entry)
    county.students.write(Students.migrant, luck.random(len(county.students)) < 0.5)
    return county


def test_every_measure_is_declared_and_taken_where_it_is_cut(whole, rules):
    rows = take(whole, *rules)
    taken = {(measure, stage, zone) for stage, zone, measure, _ in rows}
    declared = {(name, *place) for name, measure in MEASURES.items() for place in CUTS[measure.cut]}
    assert taken == declared
    assert len(rows) == len(taken)
    assert [measure for _, _, measure, _ in rows] == sorted(
        (measure for _, _, measure, _ in rows), key=list(MEASURES).index
    )


def test_declarations_say_what_a_reader_needs():
    for name, measure in MEASURES.items():
        assert measure.name == name
        assert measure.unit
        assert measure.meaning
        assert measure.better in ("higher", "lower", None)
    official = {name for name, measure in MEASURES.items() if "教督" in measure.source}
    assert {name for name in MEASURES if name.startswith(("cv_", "failing_", "mean_"))} < official


def test_values_are_plain_finite_numbers(whole, rules):
    for stage, zone, measure, value in take(whole, *rules):
        assert type(value) is float
        assert np.isfinite(value)
        assert {type(stage), type(zone), type(measure)} == {str}


def test_taking_changes_nothing_and_gives_the_same_again(whole, rules):
    tables = (whole.schools, whole.groups, whole.teachers, whole.students, whole.stages, whole.county)

    def arrays(table: Table):
        return {name: table.read(column) for name, column in table.columns.items()}

    before = [arrays(table) for table in tables]
    assert take(whole, *rules) == take(whole, *rules)
    for table, kept in zip(tables, before, strict=True):
        assert all(arrays(table)[name] is array for name, array in kept.items())


def test_observing_gives_both_at_once(whole, rules):
    rows, schools = observe(whole, *rules)
    assert rows == take(whole, *rules)
    apart = by_school(whole, *rules)
    assert schools.keys() == apart.keys()
    for name, column in schools.items():
        np.testing.assert_array_equal(column, apart[name])


def test_schools_have_one_row_each_and_add_up(whole, rules):
    schools = by_school(whole, *rules)
    assert {column.shape for column in schools.values()} == {(8,)}
    found = {measure: value for stage, zone, measure, value in take(whole, *rules) if (stage, zone) == ("all", "all")}
    assert schools["pupils"].sum() == found["pupils"]
    assert schools["teachers_present"].sum() == found["teachers_present"]
    assert np.average(schools["score_mean"], weights=schools["pupils"]) == pytest.approx(found["score_mean"])
    assert np.average(schools["mean_area"], weights=schools["pupils"]) == pytest.approx(found["mean_area"])
    assert schools["away"].sum() == 2
    assert schools["exits"].sum() == found["exits"]
    assert schools["role"].tolist() == ["core", "member", "partner", "none"] * 2
    assert schools["stage"].tolist() == ["primary"] * 4 + ["junior"] * 4
    assert schools["zone"].tolist() == ["seat", "near", "far", "village"] * 2
    assert schools["name"][0] == "学校0"
    assert schools["passing_effective"].dtype == bool


def test_an_empty_school_and_an_empty_county_are_legal(rules):
    schools = by_school(build([Unit([0.2] * 3), Unit([])]), *rules)
    assert np.isnan(schools["score_mean"][1])
    assert np.isnan(schools["class_size"][1])
    assert schools["pupils"].tolist() == [3, 0]
    empty = {measure: value for *_, measure, value in take(build([Unit([])]), *rules)}
    assert empty["pupils"] == 0
    assert "score_mean" not in empty
