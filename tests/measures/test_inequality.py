"""Gini, Theil and percentiles of attainment in points, checked against their definitions."""

import math

import numpy as np
import pytest

from sim.state import JUNIOR, Students
from tests.measures.counties import Unit, build


def gini(points):
    """Mean absolute difference over twice the mean."""
    return np.abs(points[:, None] - points).mean() / (2 * points.mean())


def theil(points):
    """Mean of x/μ · ln(x/μ)."""
    share = points / points.mean()
    return (share * np.log(share)).mean()


def test_two_pupils_by_hand(measured):
    # 400 and 600 points. Differences 0, 200, 200, 0: mean 100, over twice 500: 0.1.
    found = measured(build([Unit([-1.0, 1.0])]))
    assert found["gini_points"] == pytest.approx(0.1)
    assert found["theil_points"] == pytest.approx((0.8 * math.log(0.8) + 1.2 * math.log(1.2)) / 2)
    assert found["points_p90_p10"] == pytest.approx(600 / 400)
    # One school: nothing lies between schools.
    assert found["theil_between_schools"] == pytest.approx(0, abs=1e-12)
    assert found["theil_within_schools"] == pytest.approx(found["theil_points"])


def test_equal_pupils_and_equal_schools(measured):
    found = measured(build([Unit([0.3] * 5), Unit([0.3] * 2)]))
    assert found["gini_points"] == pytest.approx(0)
    assert found["theil_points"] == pytest.approx(0, abs=1e-12)
    assert found["points_p90_p10"] == 1
    # 400 in one school and 600 in the other: everything lies between.
    found = measured(build([Unit([-1.0] * 2), Unit([1.0] * 2)]))
    assert found["theil_between_schools"] == pytest.approx(found["theil_points"])
    assert found["theil_within_schools"] == pytest.approx(0, abs=1e-12)


def test_many_pupils_by_definition(measured):
    luck = np.random.default_rng(5)
    schools = [luck.normal(mean, 0.9, size) for mean, size in ((0.3, 300), (-0.4, 150), (0.1, 50))]
    upper = luck.normal(0.2, 1.1, 200)
    found = measured(build([Unit(scores) for scores in schools] + [Unit(upper, stage=JUNIOR)]))
    primary = np.rint(500 + 100 * np.concatenate(schools).astype(np.float32).astype(float))
    every = np.concatenate([primary, np.rint(500 + 100 * upper)])
    for points, stage in ((primary, "primary"), (every, "all")):
        assert found["gini_points", stage] == pytest.approx(gini(points), abs=1e-6)
        assert found["theil_points", stage] == pytest.approx(theil(points), abs=1e-6)
        low, high = (np.sort(points)[math.ceil(share * points.size) - 1] for share in (0.1, 0.9))
        assert found["points_p90_p10", stage] == high / low
    means = np.repeat([500 + 100 * scores.mean() for scores in schools], [300, 150, 50])
    assert found["theil_between_schools", "primary"] == pytest.approx(theil(means), abs=1e-6)
    parts = found["theil_between_schools", "primary"] + found["theil_within_schools", "primary"]
    assert parts == pytest.approx(found["theil_points", "primary"])


def test_nobody_has_fewer_points_than_none(measured):
    # 7 σ below the mean would be −200 points.
    found = measured(build([Unit([-7.0, 1.0])]))
    assert found["gini_points"] == pytest.approx(0.5)
    assert found["theil_points"] == pytest.approx(math.log(2))


def test_a_stage_without_pupils_has_none(measured):
    found = measured(build([Unit([0.5, 0.2])]))
    assert ("gini_points", "junior") not in found
    assert ("theil_between_schools", "junior") not in found


def test_scores_are_true_ones_and_not_examinations(measured):
    county = build([Unit([-1.0, 1.0], exam=[9.0, 9.0])])
    county.students.write(Students.exam, [0.0, 0.0])
    assert measured(county)["gini_points"] == pytest.approx(0.1)
