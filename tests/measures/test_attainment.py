"""Means, gaps and spread of scores."""

import math
from dataclasses import replace

import numpy as np
import pytest

from sim.state import CORE, FAR, JUNIOR, MEMBER, NEAR, SEAT, VILLAGE, Students
from tests.measures.counties import Unit, build


def test_means_weigh_pupils_and_count_both_stages(measured):
    county = build(
        [
            Unit([1.0, 2.0, 3.0], zone=SEAT),  # sum 6
            Unit([-1.0], zone=VILLAGE),  # sum -1
            Unit([0.5, 0.5], stage=JUNIOR, zone=NEAR),  # sum 1
        ]
    )
    found = measured(county)
    assert found["score_mean"] == pytest.approx(6 / 6)  # (6 - 1 + 1) / (3 + 1 + 2)
    assert found["score_mean", "primary"] == pytest.approx(5 / 4)
    assert found["score_mean", "junior"] == pytest.approx(0.5)
    assert found["score_mean", "all", "urban"] == pytest.approx(7 / 5)  # seat and near
    assert found["score_mean", "primary", "rural"] == pytest.approx(-1.0)
    assert found["score_gap_urban_rural"] == pytest.approx(7 / 5 + 1)
    assert ("score_mean", "all", "far") not in found
    assert ("score_gap_urban_rural", "junior") not in found


def test_roles_are_those_of_the_roster(measured):
    units = [Unit([0.5, 0.7], roster=CORE), Unit([-0.2], roster=MEMBER), Unit([0.0])]
    # Whatever the present roles are: here the member has been made a core.
    found = measured(build(units, role=[CORE, CORE, 0]))
    assert found["score_core"] == pytest.approx(0.6)
    assert found["score_member"] == pytest.approx(-0.2)
    assert found["score_none"] == pytest.approx(0.0)
    assert found["score_gap_core_member"] == pytest.approx(0.8)
    assert "score_partner" not in found


def test_a_years_learning_is_told_apart_from_scores(measured):
    units = [Unit([0.5] * 3, roster=CORE), Unit([-0.2], roster=MEMBER), Unit([0.0] * 2, stage=JUNIOR)]
    found = measured(build(units, schooling=[0.02, -0.02, 0.05]))
    assert found["learning_mean"] == pytest.approx((3 * 0.02 - 0.02 + 2 * 0.05) / 6)
    assert found["learning_mean", "primary"] == pytest.approx((3 * 0.02 - 0.02) / 4)
    assert found["learning_core"] == pytest.approx(0.02)
    assert found["learning_member"] == pytest.approx(-0.02)
    assert ("learning_core", "junior") not in found


def test_spread_and_share_between_schools(measured):
    # Primary: mean 1; squares about it 4 + 0 + 1 + 1 = 6; school means 2 and 0, so 2·1 + 2·1 = 4 between.
    # Junior: mean 10 in one school; squares 1 + 1 = 2, none between. The level of a stage counts for nothing.
    units = [Unit([3.0, 1.0]), Unit([0.0, 0.0]), Unit([9.0, 11.0], stage=JUNIOR)]
    found = measured(build(units))
    assert found["score_sd", "primary"] == pytest.approx(math.sqrt(6 / 4))
    assert found["between_school_share", "primary"] == pytest.approx(4 / 6)
    assert found["score_sd", "junior"] == pytest.approx(1.0)
    assert found["between_school_share", "junior"] == pytest.approx(0.0)
    assert found["score_sd"] == pytest.approx(math.sqrt(8 / 6))
    assert found["between_school_share"] == pytest.approx(4 / 8)


def test_fifths_of_ses_have_fixed_limits(measured):
    # Limits ±0.8416 and ±0.2533: -2 and -1 are in the first fifth, 0 in the third, 0.3 in the fourth.
    primary = Unit([-1.0, -0.5, 0.0, 0.25], ses=[-2.0, -1.0, 0.0, 0.3])
    junior = Unit([0.5, 2.5], stage=JUNIOR, ses=[0.1, 2.0])
    found = measured(build([primary, junior]))
    assert found["score_ses1"] == pytest.approx(-0.75)
    assert found["score_ses3"] == pytest.approx(0.25)
    assert found["score_ses3", "primary"] == pytest.approx(0.0)
    assert found["score_ses4"] == pytest.approx(0.25)
    assert found["score_ses5", "junior"] == pytest.approx(2.5)
    assert "score_ses2" not in found
    assert ("score_ses5", "primary") not in found


def test_fifths_find_pupils_of_a_stage_wherever_they_stand(measured):
    # A primary cohort behind, between and before junior cohorts: each row counts for its own stage.
    units = [Unit(np.linspace(0, 1, 7), stage=number % 2) for number in range(4)]
    county = build(units)
    rows = np.r_[0:7, 14:21, 7:14, 21:28]
    columns = {name: county.students.read(column)[rows] for name, column in Students.columns.items()}
    found = measured(replace(county, students=Students(28, **columns)))
    assert found["score_ses3", "primary"] == found["score_ses3", "junior"] == pytest.approx(0.5)
    assert found["score_sd", "primary"] == pytest.approx(np.linspace(0, 1, 7).std())
    assert found["pupils", "primary"] == 14


def test_examination_counts_those_who_sat_it(measured):
    county = build([Unit([0.0] * 3, exam=[0.3, np.nan, 0.5]), Unit([0.0], zone=FAR, exam=np.nan)])
    found = measured(county)
    assert found["exam_mean"] == pytest.approx(0.4)
    assert ("exam_mean", "all", "far") not in found
    assert found["score_mean", "all", "far"] == 0


def test_sums_are_taken_in_double_precision(measured):
    # 200,000 scores of 0.1 add up to more than single precision can hold in one sum.
    found = measured(build([Unit(np.full(200_000, np.float32(0.1)))]))
    assert found["score_mean"] == pytest.approx(float(np.float32(0.1)), abs=1e-12)
