"""Designs: what is laid out, what makes runs the same, and what the user is told when it cannot be."""

import pickle
from pathlib import Path

import pytest

import sim
from sim.configs import ConfigError
from sim.runs.design import OUTSIDE_THE_MODEL, _sources, of_experiment, of_question

EXPERIMENT = "experiments/rotation_5_vs_15.yaml"
FIVE, FIFTEEN = ["rotation.rate=0.05"], ["rotation.rate=0.15"]


def test_an_experiment_lays_out_every_variant_and_seed():
    design = of_experiment(EXPERIMENT)
    assert design.name == "rotation_5_vs_15"
    assert design.base == "fifteen"
    assert [arm.variant for arm in design.arms["taishan"]] == ["none", "as_written", "five", "fifteen"]
    assert [run.seed for run in design.runs] == list(range(1, 51))
    assert design.replay == f"sim run {EXPERIMENT}"


def test_seeds_and_years_override_the_file():
    design = of_experiment(EXPERIMENT, seeds=3, years=2)
    assert design.seeds == (1, 2, 3)
    assert design.years == 2
    assert design.replay.endswith("--seeds 3 --years 2")


def test_the_hash_of_a_county_is_that_of_its_configuration_not_of_its_seeds():
    design = of_experiment(EXPERIMENT, seeds=3)
    assert design.keys == of_experiment(EXPERIMENT, seeds=9).keys
    assert design.key != of_experiment(EXPERIMENT, seeds=9).key
    assert design.keys != of_experiment(EXPERIMENT, seeds=3, years=4).keys
    assert of_question("taishan", FIVE).keys != of_question("taishan", FIFTEEN).keys


def test_the_hash_follows_the_program(monkeypatch):
    before = of_question("taishan", FIVE).keys
    monkeypatch.setattr("sim.runs.design.code_hash", lambda: "another program")
    assert of_question("taishan", FIVE).keys != before


def test_the_program_is_hashed_but_for_what_cannot_change_a_run():
    package = Path(sim.__file__).parent
    hashed = {file.relative_to(package).with_suffix("").parts[0] for file in _sources(package)}
    assert {"processes", "measures", "founding", "draws", "year", "model"} <= hashed
    assert not hashed & OUTSIDE_THE_MODEL
    there = {item.stem for item in package.iterdir()}
    assert there >= OUTSIDE_THE_MODEL


def test_variants_that_differ_only_in_policy_share_their_founding():
    arms = of_experiment(EXPERIMENT).arms["taishan"]
    assert len({arm.setting.key for arm in arms}) == 1
    arms = of_question("taishan", ["county.births_index=flat"]).arms["taishan"]
    assert len({arm.setting.key for arm in arms}) == 2


STARTS = """title: {en: a, zh: 甲}
counties: [taishan]
variants:
  own: {policy: none, set: {evidence.exit_gradient: 0}}
  base: {policy: none}
  late: {policy: none, start: base, set: {evidence.exit_gradient: 0}}
base: base
"""


def test_a_variant_may_start_from_the_county_of_another(tmp_path):
    file = tmp_path / "starts.yaml"
    file.write_text(STARTS)
    arms = {arm.variant: arm for arm in of_experiment(str(file)).arms["taishan"]}
    assert arms["late"].setting.key == arms["base"].setting.key != arms["own"].setting.key
    # From year 1 on its own coefficients act.
    gradients = {name: arm.resolved.evidence.value.exit_gradient for name, arm in arms.items()}
    assert gradients["late"] == gradients["own"] == 0 != gradients["base"]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("start: base", "start: bas", "did you mean base"),
        ("own: {policy: none,", "own: {policy: none, start: late,", "a variant that starts from its own county"),
        ("start: base, set: {", "start: base, set: {county.births_index: flat, ", "no setting of the county"),
    ],
)
def test_a_start_that_cannot_be_is_told(tmp_path, before, after, expected):
    file = tmp_path / "starts.yaml"
    assert before in STARTS
    file.write_text(STARTS.replace(before, after))
    with pytest.raises(ConfigError, match=expected):
        of_experiment(str(file))


def test_arms_travel_to_workers():
    design = of_question("taishan", FIVE)
    arms = pickle.loads(pickle.dumps(design.arms["taishan"]))
    assert [arm.setting.key for arm in arms] == [arm.setting.key for arm in design.arms["taishan"]]


def test_a_question_is_put_against_the_policy_as_written():
    design = of_question("taishan", FIVE)
    assert list(design.variants) == ["as_written", "rotation.rate=0.05"]
    assert design.base == "as_written"
    assert design.name.startswith("what-if/")


def test_a_question_may_name_its_base_and_take_mappings():
    texts, mappings = (
        of_question("taishan", FIVE, FIFTEEN),
        of_question("taishan", {"rotation.rate": 0.05}, {"rotation.rate": 0.15}),
    )
    assert texts.base == mappings.base == "rotation.rate=0.15"
    assert texts.name == mappings.name


def test_equal_sides_are_told_apart_by_name_only():
    design = of_question("taishan", FIVE, FIVE)
    assert list(design.variants) == ["rotation.rate=0.05 (base)", "rotation.rate=0.05"]
    first, second = design.arms["taishan"]
    assert first.resolved.policy.value == second.resolved.policy.value


def test_another_policy_alone_is_put_against_the_countys_own():
    design = of_question("taishan", policy="none")
    assert {name: asked.policy for name, asked in design.variants.items()} == {
        "as_written": "taishan",
        "none": "none",
    }


def test_outcomes_are_asked_for_all_and_by_stage_each_also_as_mean():
    asked = of_question("taishan", FIVE).asked_outcomes
    for name in ("exits", "exits_mean", "exits_primary", "exits_primary_mean", "exits_junior_mean"):
        assert name in asked


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ({}, "at least one SETTING"),
        ({"settings": ["rotation.rate"]}, "path=value"),
        ({"settings": ["rotation.rat=0.05"]}, "rotation.rat"),
        ({"settings": [*FIVE, *FIFTEEN]}, "found 0.05 and 0.15"),
        ({"settings": FIVE, "against": [*FIVE, *FIFTEEN]}, "put the variant's before it"),
        ({"settings": FIVE, "policy": "nowhere"}, "nowhere"),
    ],
)
def test_mistakes_in_a_question_are_the_users(question, expected):
    with pytest.raises(ConfigError, match=expected):
        of_question("taishan", **question)


def test_mistakes_on_both_sides_are_told_at_once():
    with pytest.raises(ConfigError) as error:
        of_question("taishan", ["rotation.rate"], ["rotation.years"])
    assert len(error.value.problems) == 2


def test_mistakes_of_all_variants_are_told_at_once(tmp_path):
    file = tmp_path / "wrong.yaml"
    file.write_text(
        "title: {en: A, zh: A}\ncounties: [taishan]\nbase: one\n"
        "variants:\n  one: {policy: taishan, set: {rotation.rat: 0.1}}\n  two: {policy: tayshan}\n",
        encoding="utf-8",
    )
    with pytest.raises(ConfigError) as error:
        of_experiment(str(file))
    assert {problem.line for problem in error.value.problems} == {5, 6}
