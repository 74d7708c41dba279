"""One (county, seed): the county is founded once, variants run on it, failures stay apart."""

import copy
from types import SimpleNamespace

import numpy as np
import pytest

from sim.runs.design import of_experiment, of_question
from sim.runs.runner import Job, lost, run_seed, school_columns, yearly_columns
from sim.store import Run, Words


class FakeModel:
    """Takes two measures a year; fails in the variant whose rotation rate is 0.05."""

    def __init__(self, county, *, resolved, seed, founded):
        self.county, self.seed, self.founded = county, seed, founded
        link = resolved.policy.value.links.get("fused")
        self.fails = bool(link) and link.rotation.rules["core"].rate.at(2022, 1) == 0.05
        self.yearly, self.schools_yearly = [], []
        self.measure(0)

    def measure(self, year):
        self.yearly += [
            (year, "all", "all", "exits", 1.0 + year),
            (year, "primary", "seat", "exits", self.seed),
        ]
        self.schools_yearly.append({"name": np.array(["甲", "乙"]), "pupils": np.array([3, 4])})

    def run_for(self, years):
        if self.fails:
            raise ArithmeticError("nobody left to post")
        for year in range(1, years + 1):
            self.measure(year)


@pytest.fixture
def founded(monkeypatch):
    """Fake founding and model; the seeds that were founded."""
    calls = []
    monkeypatch.setattr("sim.founding.found", lambda setting, solved, seed: calls.append(seed) or object())
    monkeypatch.setattr("sim.model.SchoolingModel", FakeModel)
    return calls


def job(design, seed=7):
    arms = design.arms["taishan"]
    return Job(Run("taishan", seed), 2, arms, {arm.setting.key: SimpleNamespace() for arm in arms})


def test_variants_of_a_seed_share_one_founding(founded):
    run_seed(job(of_experiment("experiments/rotation_5_vs_15.yaml")))
    assert founded == [7]


def test_variants_with_other_facts_are_founded_apart(founded):
    run_seed(job(of_question("taishan", ["county.births_index=flat"])))
    assert founded == [7, 7]


def test_a_failing_variant_is_named_and_the_others_go_on(founded):
    part = run_seed(job(of_experiment("experiments/rotation_5_vs_15.yaml")))
    assert part.yearly["variant"].words == ("none", "as_written", "fifteen")
    (failed,) = part.failed
    assert (failed.county, failed.variant, failed.seed) == ("taishan", "five", 7)
    assert failed.error == "ArithmeticError: nobody left to post"
    assert failed.place.startswith("test_runner.py:")


def test_a_failed_calibration_fails_every_variant_that_needs_it(founded):
    asked = job(of_question("taishan", ["county.births_index=flat"]))
    keys = list(asked.calibrations)
    asked.calibrations[keys[0]] = ArithmeticError("no solution")
    part = run_seed(asked)
    assert [failure.variant for failure in part.failed] == ["as_written"]
    assert len(founded) == 1


def test_a_job_of_which_nothing_came_back_names_all_its_variants(founded):
    asked = job(of_question("taishan", ["rotation.rate=0.05"]))
    part = lost(asked, MemoryError("killed"))
    assert [failure.variant for failure in part.failed] == ["as_written", "rotation.rate=0.05"]
    assert not part.yearly


def test_rows_become_columns():
    columns = yearly_columns({"b": [(0, "all", "far", "exits", 2.0)], "a": [(0, "all", "seat", "exits", 3.0)]})
    assert columns["variant"] == Words(("b", "a"), columns["variant"].codes)
    assert columns["zone"].words == ("far", "seat")
    assert columns["value"].tolist() == [2.0, 3.0]
    assert yearly_columns({}) == {}


def test_schools_become_rows_of_their_year():
    year = {"name": np.array(["甲", "乙"]), "pupils": np.array([3, 4])}
    later = copy.deepcopy(year) | {"pupils": np.array([5, 6])}
    columns = school_columns({"a": [year, later]})
    assert columns["year"].tolist() == [0, 0, 1, 1]
    assert columns["pupils"].tolist() == [3, 4, 5, 6]
    assert columns["name"].words == ("甲", "乙")
    assert columns["name"].codes.tolist() == [0, 1, 0, 1]
    assert school_columns({}) == {}
