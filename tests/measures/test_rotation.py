"""Rotation: decreed, done, short, and who is away."""

import numpy as np
import pytest

from sim.state import CADRE, CORE, EXITED, JUNIOR, MEMBER, RECEIVED, SENT, SHORTFALL_CAUSES
from tests.measures.counties import Unit, build

UNITS = [
    Unit([0.0], roster=CORE),
    Unit([0.0], roster=MEMBER),
    Unit([0.0], stage=JUNIOR, roster=CORE),
    Unit([0.0], stage=JUNIOR, roster=MEMBER),
]
GROUPS = {
    "size": 2,
    "core": [0, 2],
    "due": [10, 6],
    "done": [7, 3],
    "refused": [2, 4],
    "unattainable": [1, 0],
    "transfers": [0, 2],
    "movers_quality": [0.1, -0.2],
    "short": [[0, 1, 2, 0, 0, 0, 0, 0, 0], [1, 0, 1, 1, 0, 0, 0, 0, 0]],
}


def test_groups_count_for_the_stage_of_their_core(measured):
    found = measured(build(UNITS, groups=GROUPS))
    assert found["rotation_due"] == 16
    assert found["rotation_done"] == 10
    assert found["rotation_transfers", "junior"] == 2
    assert found["rotation_done", "junior"] == 3
    assert found["rotation_refused", "primary"] == 2
    assert found["rotation_shortfall"] == pytest.approx(1 - 10 / 16)
    assert found["rotation_shortfall", "junior"] == pytest.approx(0.5)
    assert found["rotation_short_honour"] == 3
    assert found["rotation_short_stay", "primary"] == 0
    assert found["selection_unattainable"] == 1
    # Weighted by persons: (7·0.1 - 3·0.2) / 10.
    assert found["movers_quality"] == pytest.approx(0.01)


def test_shortfall_by_cause_adds_up_to_what_was_not_done(measured):
    found = measured(build(UNITS, groups=GROUPS))
    for stage in ("all", "primary", "junior"):
        short = sum(found[f"rotation_short_{cause}", stage] for cause in SHORTFALL_CAUSES)
        assert short == found["rotation_due", stage] - found["rotation_done", stage]


def test_nothing_due_is_no_shortfall_and_nobody_has_no_quality(measured):
    found = measured(build(UNITS, groups=GROUPS | {"due": 0, "done": 0, "movers_quality": np.nan, "short": 0}))
    assert found["rotation_shortfall"] == 0
    assert "movers_quality" not in found
    one = measured(build(UNITS, groups=GROUPS | {"done": [7, 0], "movers_quality": [0.1, np.nan]}))
    assert one["movers_quality"] == pytest.approx(0.1)
    assert ("movers_quality", "junior") not in one


def test_away_are_sent_core_teachers_on_file(measured):
    year = 2
    staff = [
        *[{"at": 0}] * 5,
        {"home": 0, "school": 1, "posting": SENT, "forced_year": year, "backbone": True},
        {"home": 0, "school": 1, "posting": SENT, "forced_year": year},
        {"home": 0, "school": 1, "posting": SENT, "forced_year": year - 1, "backbone": True},
        {"home": 0, "school": 1, "posting": SENT, "forced_year": year, "status": EXITED, "left_year": year},
        {"at": 0, "posting": CADRE},  # leads a member, is not counted as away
        {"home": 1, "school": 0, "posting": RECEIVED, "forced_year": year, "backbone": True},
        {"at": 2},
    ]
    found = measured(build(UNITS, year=year, teachers=staff, groups=GROUPS))
    assert found["rotation_away", "primary"] == pytest.approx(3 / 9)
    assert found["rotation_away", "junior"] == 0
    assert found["rotation_away"] == pytest.approx(3 / 10)
    # Two new movers, one of them backbone; last year's and the exchange partner do not count.
    assert found["rotation_backbone_share"] == pytest.approx(0.5)
    assert found["rotation_new_movers"] == 2


def test_before_the_policy_rotation_is_nothing(measured):
    found = measured(build(UNITS, year=0, teachers=[{"at": 0}]))
    names = ["due", "done", "new_movers", "refused", "shortfall", "away"]
    names += [f"short_{cause}" for cause in SHORTFALL_CAUSES]
    assert {found[f"rotation_{name}"] for name in names} == {0.0}
    assert found["selection_unattainable"] == 0
    assert "movers_quality" not in found
    assert "rotation_backbone_share" not in found
    without_cores = measured(build([Unit([0.0])]))
    assert without_cores["rotation_away"] == 0


def test_core_teachers_drawn_into_an_exchange_are_away_too(measured):
    # Where any school may send to any, the core's teacher may be the partner, and a member's teacher the one sent.
    staff = [
        *[{"at": 0}] * 3,
        {"home": 0, "school": 1, "posting": RECEIVED, "forced_year": 1},
        {"home": 1, "school": 0, "posting": SENT, "forced_year": 1},
    ]
    found = measured(build(UNITS, year=2, teachers=staff, groups=GROUPS))
    assert found["rotation_away"] == pytest.approx(1 / 4)
    # The member's teacher is no own teacher of the core's four present.
    assert found["core_dilution"] == pytest.approx(1 / 4)
