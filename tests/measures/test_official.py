"""The difference coefficient, the seven indicators, and who passes."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.measures.official import coefficient_of_variation
from sim.state import ARTS, JUNIOR, PE
from tests.measures.counties import Unit, build

AMOUNT = st.floats(0.01, 1e4)
PUPILS = st.integers(1, 5000)
SCHOOLS = st.lists(st.tuples(AMOUNT, PUPILS), min_size=1, max_size=12)


def test_worked_example():
    # x̄ = (300·2 + 100·6) / 400 = 3; variance = 0.75·1 + 0.25·9 = 3; CV = √3 / 3.
    assert coefficient_of_variation([2, 6], [300, 100]) == pytest.approx(math.sqrt(3) / 3)


def test_schools_without_pupils_are_left_out():
    assert coefficient_of_variation([2, np.nan, 6], [300, 0, 100]) == pytest.approx(math.sqrt(3) / 3)
    assert math.isnan(coefficient_of_variation([], []))
    assert math.isnan(coefficient_of_variation([1.0, 2.0], [0, 0]))


@pytest.mark.parametrize(
    ("values", "pupils", "message"),
    [
        ([1, 2], [1, -1], "at least 0"),
        ([1, 2], [1, np.nan], "at least 0"),
        ([1, 2], [1, np.inf], "finite"),
        ([1, 2], [1, 2, 3], r"\(2,\) \(3,\)"),
        ([[1, 2]], [[1, 2]], "schools"),
        (1.0, 1.0, "schools"),
    ],
)
def test_wrong_input_is_refused(values, pupils, message):
    with pytest.raises(ValueError, match=message):
        coefficient_of_variation(values, pupils)


@given(SCHOOLS, st.floats(0.001, 1000), st.floats(0.001, 1000))
def test_units_do_not_matter(schools, scale, crowd):
    values, pupils = np.array(schools, float).T
    cv = coefficient_of_variation(values, pupils)
    assert coefficient_of_variation(values * scale, pupils) == pytest.approx(cv, rel=1e-6, abs=1e-9)
    assert coefficient_of_variation(values, pupils * crowd) == pytest.approx(cv, rel=1e-6, abs=1e-9)


@given(AMOUNT, st.lists(PUPILS, min_size=1, max_size=12))
def test_equal_schools_have_exactly_no_difference(amount, pupils):
    assert coefficient_of_variation([amount] * len(pupils), pupils) == 0.0


@given(SCHOOLS, st.randoms(use_true_random=False))
def test_each_pupil_counts_once(schools, shuffle):
    values, pupils = np.array(schools, float).T
    cv = coefficient_of_variation(values, pupils)
    # A school in two halves, and schools in another order, are the same county.
    halves = coefficient_of_variation(np.repeat(values, 2), np.repeat(pupils / 2, 2))
    assert halves == pytest.approx(cv, rel=1e-6, abs=1e-9)
    shuffle.shuffle(schools)
    assert coefficient_of_variation(*np.array(schools, float).T) == pytest.approx(cv, rel=1e-6, abs=1e-9)


@given(SCHOOLS)
def test_the_mean_is_the_countys_total_over_its_pupils(schools):
    values, pupils = np.array(schools, float).T
    each = np.repeat(values, pupils.astype(int))
    assert coefficient_of_variation(values, pupils) == pytest.approx(each.std() / each.mean(), rel=1e-5, abs=1e-9)


@given(SCHOOLS)
def test_a_richer_richest_school_widens_the_difference(schools):
    values, pupils = np.array(schools, float).T
    richer = values.copy()
    richer[values.argmax()] *= 1.5
    assert coefficient_of_variation(richer, pupils) > coefficient_of_variation(values, pupils) - 1e-12


FULL = {"area_m2": 900.0, "sports_m2": 1500.0, "equipment_yuan": 400_000.0, "multimedia_rooms": 4.0}
"""Facilities of a school of 100 pupils above every threshold: 9 m², 15 m², 4,000 yuan, 4 rooms per 100."""


def teachers(at, *, degree=0, backbone=0, pe=0, arts=0, **more):
    """So many teachers of each kind at a school."""
    return (
        [{"at": at, "degree": True, **more}] * degree
        + [{"at": at, "backbone": True, **more}] * backbone
        + [{"at": at, "subject": PE, **more}] * pe
        + [{"at": at, "subject": ARTS, **more}] * arts
    )


def test_means_and_coefficients_of_facilities(measured):
    units = [Unit([0.0] * 100), Unit([0.0] * 300), Unit([0.0] * 100, stage=JUNIOR)]
    county = build(units, area_m2=[900, 900, 500], multimedia_rooms=[4, 6, 3])
    found = measured(county)
    # Primary: 9 and 3 m²; 1800 / 400 = 4.5; variance 0.25·4.5² + 0.75·1.5² = 6.75.
    assert found["mean_area", "primary"] == pytest.approx(4.5)
    assert found["cv_area", "primary"] == pytest.approx(math.sqrt(6.75) / 4.5)
    assert found["cv_area", "junior"] == 0.0
    # Both stages: total over pupils, and the pupil-weighted mean of the two coefficients.
    assert found["mean_area"] == pytest.approx(2300 / 500)
    assert found["cv_area"] == pytest.approx(0.8 * math.sqrt(6.75) / 4.5)
    assert found["mean_multimedia", "primary"] == pytest.approx(2.5)  # 10 rooms for 400 pupils
    # Thresholds 4.5 m² primary, 5.8 m² junior: 3 m² and 5 m² fall short.
    assert found["failing_area", "primary"] == 1
    assert found["failing_area", "junior"] == 1
    assert found["failing_area"] == 2


def test_teachers_count_by_file_or_where_they_teach(measured):
    units = [Unit([0.0] * 100), Unit([0.0] * 200)]
    staff = [
        *teachers(0, backbone=2, pe=1),
        {"home": 0, "school": 1, "backbone": True},
        *teachers(1, arts=3, degree=4),
    ]
    found = measured(build(units, teachers=staff))
    # By file 3 and 0 per 100: mean 1, variance (1·4 + 2·1) / 3 = 2. Where they teach 2 and 0.5: mean 1,
    # variance (1·1 + 2·0.25) / 3 = 0.5.
    assert found["mean_backbone_statistical"] == pytest.approx(1.0)
    assert found["mean_backbone_effective"] == pytest.approx(1.0)
    assert found["cv_backbone_statistical"] == pytest.approx(math.sqrt(2))
    assert found["cv_backbone_effective"] == pytest.approx(math.sqrt(0.5))
    assert found["failing_backbone_statistical"] == 1
    assert found["failing_backbone_effective"] == 1
    assert found["mean_pe_arts_statistical"] == pytest.approx(100 * 4 / 300)
    assert found["mean_degree_effective"] == pytest.approx(100 * 4 / 300)
    # The largest of the seven is that of backbone teachers; effective, that of degrees (0 and 2) is as large.
    assert found["cv_worst_statistical"] == pytest.approx(math.sqrt(2))
    assert found["cv_worst_effective"] == pytest.approx(math.sqrt(0.5), rel=1e-9)


def test_teachers_who_left_count_nowhere(measured):
    staff = [*teachers(0, backbone=1), *teachers(0, backbone=5, status=1, left_year=0)]
    assert measured(build([Unit([0.0] * 100)], teachers=staff))["mean_backbone_statistical"] == 1.0


def test_small_teaching_points_are_left_out(measured):
    units = [Unit([0.0] * 100), Unit([0.0] * 49), Unit([0.0] * 50)]
    county = build(units, area_m2=[500, 0, 250], equipment_yuan=[0, 0, 200_000])
    found = measured(county)
    assert found["mean_area"] == pytest.approx(5.0)  # 750 m² for 150 pupils
    assert found["cv_area"] == 0.0
    assert found["failing_area"] == 0
    assert found["failing_equipment"] == 1
    assert found["pupils"] == 199
    only_small = measured(build([Unit([0.0] * 49)]))
    assert "cv_area" not in only_small
    assert "schools_passing_statistical" not in only_small
    assert "official_pass_effective" not in only_small
    assert only_small["failing_area"] == 0


def passing(**change):
    """A primary school of 1,000 pupils that meets each threshold exactly, but for `change`."""
    resources = {
        "degree": 42, "backbone": 10, "pe": 9, "area_m2": 4500.0, "sports_m2": 7500.0,
        "equipment_yuan": 2_000_000.0, "multimedia_rooms": 23.0,
    } | change  # fmt: skip
    staff = teachers(0, **{name: int(resources.pop(name)) for name in ("degree", "backbone", "pe")})
    return build([Unit([0.0] * 1000)], teachers=staff, **resources)


@pytest.mark.parametrize(
    ("change", "passes"),
    [
        ({}, True),
        ({"backbone": 9}, True),  # 0.9: missed, but at least 0.85
        ({"backbone": 8}, False),  # 0.8: below 85 % of 1
        ({"area_m2": 3825.0}, True),  # exactly 85 % of 4.5
        ({"area_m2": 3824.0}, False),
        ({"backbone": 9, "multimedia_rooms": 22.0}, False),  # two missed
    ],
)
def test_a_school_passes_with_six_and_nearly_the_seventh(measured, change, passes):
    found = measured(passing(**change))
    for count in ("statistical", "effective"):
        assert found[f"schools_passing_{count}"] == passes
        assert found[f"official_pass_{count}"] == passes


def test_a_county_passes_where_all_schools_and_coefficients_do(measured):
    def county(sports, stage):
        units = [Unit([0.0] * 100, stage=stage), Unit([0.0] * 100, stage=stage)]
        staff = [one for at in (0, 1) for one in teachers(at, degree=6, backbone=1, pe=1)]
        return build(units, teachers=staff, **FULL | {"sports_m2": sports})

    # 11 and 31 m²: mean 21, deviation 10, CV 0.476: within 0.50 but above 0.45. Every school passes.
    within, above = measured(county([1100, 3100], 0)), measured(county([1100, 3100], JUNIOR))
    assert within["cv_sports"] == above["cv_sports"] == pytest.approx(10 / 21)
    assert within["cv_worst_statistical"] == pytest.approx(10 / 21)
    assert within["schools_passing_statistical"] == above["schools_passing_statistical"] == 1.0
    assert (within["official_pass_statistical"], above["official_pass_statistical"]) == (1.0, 0.0)


def test_both_stages_must_pass_and_the_worse_coefficient_counts(measured):
    units = [Unit([0.0] * 100), Unit([0.0] * 100, stage=JUNIOR), Unit([0.0] * 100, stage=JUNIOR)]
    staff = [one for at in range(3) for one in teachers(at, degree=6, backbone=1, pe=1)]
    found = measured(build(units, teachers=staff, **FULL | {"sports_m2": [1500, 1100, 3100]}))
    assert found["official_pass_statistical", "primary"] == 1.0
    assert found["official_pass_statistical", "junior"] == 0.0
    assert found["official_pass_statistical"] == 0.0
    assert found["cv_worst_statistical"] == pytest.approx(10 / 21)
    assert found["schools_passing_statistical"] == 1.0


def test_sending_a_backbone_teacher_changes_only_what_is_effective(measured):
    def county(school):
        staff = [*teachers(0, backbone=1), {"home": 0, "school": school, "backbone": True}]
        return build([Unit([0.0] * 100), Unit([0.0] * 100)], teachers=staff)

    before, after = measured(county(0)), measured(county(1))
    assert before["cv_backbone_statistical"] == after["cv_backbone_statistical"] == 1.0
    assert before["cv_backbone_effective"] == 1.0
    assert after["cv_backbone_effective"] == 0.0
