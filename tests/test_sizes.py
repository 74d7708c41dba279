"""Sizes: rotation alone with steady rolls, as `experiments/prototype_sizes.yaml` asks, and no drift without it.

The bounds are what a throw-away prototype of the model led to expect; 32 seeds, ten years. They are not fitted: the
test says whether the model still has the size that the evidence and the arithmetic of the equations give it.
"""

import numpy as np
import pytest

from sim.founding import calibrate, found, setting_of
from sim.library import load_experiment, resolve, variant_settings
from sim.model import SchoolingModel

SEEDS = range(1, 33)
YEARS = 10


@pytest.fixture(scope="module")
def worlds():
    """Measures by variant: arrays (seeds, years 0 to 10)."""
    experiment = load_experiment("experiments/prototype_sizes.yaml")
    arms = {
        name: resolve("taishan", variant.policy, variant_settings(experiment, name))
        for name, variant in experiment.value.variants.items()
    }
    setting = setting_of("taishan", arms["none"])
    solved, _ = calibrate(setting)
    names = [(measure, stage) for measure in ("score_mean", "score_core", "score_member") for stage in ("all",)]
    names += [(measure, "all") for measure in ("rotation_due", "rotation_done", "score_sd")]
    names += [("between_school_share", stage) for stage in ("primary", "junior")]
    taken = {name: [] for name in arms}
    for seed in SEEDS:
        county = found(setting, solved, seed)
        for name, resolved in arms.items():
            model = SchoolingModel("taishan", resolved=resolved, founded=county, seed=seed)
            model.run_for(YEARS)
            taken[name].append([list(model.measured(measure, stage).values()) for measure, stage in names])
    return {name: dict(zip(names, np.array(values).transpose(1, 0, 2), strict=True)) for name, values in taken.items()}


def difference(worlds, variant, measure):
    """Mean paired difference to `none` in the last year."""
    return (worlds[variant][measure, "all"] - worlds["none"][measure, "all"])[:, -1].mean()


def met(worlds, variant):
    """Share of the movers due in ten years who were posted."""
    values = worlds[variant]
    return values["rotation_done", "all"][:, 1:].sum() / values["rotation_due", "all"][:, 1:].sum()


def test_members_gain_little(worlds):
    for variant in ("five", "fifteen"):
        assert 0.0 <= difference(worlds, variant, "score_member") <= 0.008


def test_cores_lose_more_than_members_gain(worlds):
    assert -0.035 <= difference(worlds, "five", "score_core") <= -0.015
    assert difference(worlds, "fifteen", "score_core") < difference(worlds, "five", "score_core")


def test_the_county_mean_hardly_moves(worlds):
    for variant in ("five", "fifteen"):
        assert -0.01 <= difference(worlds, variant, "score_mean") <= 0.0


def test_what_can_be_met_of_the_floor(worlds):
    assert 0.7 <= met(worlds, "five") <= 0.9
    assert 0.3 <= met(worlds, "fifteen") <= 0.45


def test_nothing_drifts_without_policy(worlds):
    change = {name: (values[:, -1] - values[:, 0]).mean() for name, values in worlds["none"].items()}
    assert abs(change["score_mean", "all"]) <= 0.015
    assert abs(change["score_sd", "all"]) <= 0.01
    assert abs(change["between_school_share", "primary"]) <= 0.01
    assert abs(change["between_school_share", "junior"]) <= 0.01
