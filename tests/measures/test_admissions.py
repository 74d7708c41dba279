"""Choice, catchments, migrant children, boarders, seats and sizes, and what the two official methods add."""

import numpy as np
import pytest

from sim.state import JUNIOR, NEAR, RECEIVED, RETIRED, SEAT, SENT, VILLAGE, Students
from tests.measures.counties import Unit, build


def test_choice_and_catchment_enrolment_count_where_the_child_has_a_right(measured):
    units = [Unit([0.0] * 3, zone=SEAT), Unit([0.0], zone=NEAR), Unit([0.0], zone=VILLAGE)]
    found = measured(build(units, entrants=[50, 30, 20], asked=[5, 3, 0], granted=[1, 3, 0], elsewhere=[2, 6, 0]))
    assert found["choice_asked"] == pytest.approx(8 / 100)
    assert found["choice_granted"] == pytest.approx(4 / 8)
    assert found["catchment_enrolment"] == pytest.approx(1 - 8 / 100)
    assert found["choice_asked", "primary", "near"] == pytest.approx(0.1)
    assert found["catchment_enrolment", "all", "urban"] == pytest.approx(1 - 8 / 80)
    # Nobody in the villages asked, so nobody can have been granted anything.
    assert ("choice_granted", "primary", "village") not in found
    assert found["choice_asked", "primary", "village"] == 0


def test_seats_and_sizes(measured):
    units = [Unit([0.0] * 2001), Unit([0.0] * 2000), Unit([0.0] * 2001, stage=JUNIOR)]
    found = measured(build(units, over_seats=[7, 0, 2], transferred=[3, 1, 0]))
    assert found["over_seats"] == 9
    assert found["schools_over_seats", "primary"] == 1
    assert found["schools_over_size"] == 2
    assert found["schools_over_size", "primary"] == 1
    assert found["transfers", "primary"] == 4


def test_migrant_children_and_boarders(measured):
    units = [Unit([0.0] * 4, zone=SEAT), Unit([0.0] * 4, zone=NEAR), Unit([0.0] * 2, stage=JUNIOR, zone=SEAT)]
    county = build(units, feeds=[2, 2, -1])
    students = county.students
    # The junior pupils come first; then four at each primary school.
    students.write(Students.catchment, [0, 1, 0, 0, 0, 0, 0, 1, 1, 1])
    students.write(Students.migrant, [True, False, True, True, False, False, True, False, False, False])
    students.write(Students.boarding, [False, True, False, False, False, False, False, False, False, True])
    found = measured(county)
    assert found["migrant_share"] == pytest.approx(4 / 10)
    assert found["migrant_share", "primary", "near"] == pytest.approx(1 / 4)
    # The migrant at the near school lives in the catchment of the other; the junior one is where it belongs.
    assert found["migrants_at_catchment_school"] == pytest.approx(3 / 4)
    assert found["migrants_at_catchment_school", "primary"] == pytest.approx(2 / 3)
    assert found["boarders", "junior"] == 1
    assert found["boarders"] == 2
    assert ("migrants_at_catchment_school", "junior") in found


def test_money_for_boarders_is_a_cost(measured):
    found = measured(build([Unit([0.0] * 10)], boarding_yuan=600))
    assert found["money_boarding_yuan"] == 600
    assert found["cost_yuan_per_pupil"] == pytest.approx(60)


def test_new_movers_for_each_eligible_teacher(measured):
    staff = [{"at": 0, "years_here": years} for years in (6, 20, 5)]
    staff += [{"home": 0, "school": 1, "years_here": 9, "posting": SENT, "forced_year": 1}]
    staff += [{"home": 1, "school": 0, "years_here": 6, "posting": RECEIVED, "forced_year": 1}]
    staff += [{"home": 0, "school": 1, "years_here": 3, "posting": SENT, "forced_year": 0}]
    staff += [{"at": 0, "years_here": 30, "status": RETIRED}]
    found = measured(build([Unit([0.0] * 3), Unit([0.0] * 3)], teachers=staff))
    # Two moved this year; four of those who serve have been at their school for six years.
    assert found["rotation_of_eligible"] == pytest.approx(2 / 4)
    assert ("rotation_of_eligible", "junior") not in found


def test_the_composite_of_2012_is_the_mean_of_six_coefficients(measured):
    units = [Unit([0.0] * 60), Unit([0.0] * 60)]
    staff = [{"at": at, "title": title, "degree": True} for at, title in ((0, 2), (0, 0), (0, 0), (1, 1))]
    county = build(units, teachers=staff, area_m2=[300.0, 900.0], sports_m2=600.0, equipment_yuan=60_000.0)
    # Area 5 and 15 a pupil: mean 10, spread 5, 0.5. Teachers 3 and 1, all above the degree: 0.5 twice.
    # One of a middle or higher title in each, sports and equipment alike: 0. Mean of 0.5, 0, 0, 0.5, 0.5, 0.
    assert measured(county)["cv_composite_2012"] == pytest.approx(1.5 / 6)
    assert measured(county)["cv_composite_2012", "primary"] == pytest.approx(np.mean([0.5, 0, 0, 0.5, 0.5, 0]))
