"""Drawn coefficients: the same in every variant, within their ranges, apart from what is set."""

import fake_world
import numpy as np
import pytest

from sim.founding import Calibration
from sim.runs import fitted
from sim.runs.design import Design, of_experiment, of_question
from sim.runs.drawing import drawn_arms, drawn_values, quantile, unsure
from sim.runs.fitted import Solved
from sim.store import Folder, Results
from sim.studies import Interrupted, carry_out

RATE = ["rotation.rate=0.05"]


def question(*settings: str, draws: int = 3, **more) -> Design:
    return of_question("taishan", settings or RATE, seeds=2, years=2, draws=draws, **more)


@pytest.fixture
def solved(monkeypatch):
    """Foundings that are solved at once; the draws named in the list have none."""
    refused: list[int] = []

    def solve(setting, start):
        if any(setting.evidence.persistence == persistence(draw) for draw in refused):
            return Solved(None, "no such county")
        return Solved(tuple(start or Calibration(*range(8))))

    monkeypatch.setattr(fitted, "solve_draw", solve)
    return refused


def persistence(draw: int) -> float:
    return drawn_arms(question().arms["taishan"], draw)[0].resolved.evidence.value.persistence


def values(design: Design, draw: int) -> dict[str, float]:
    return drawn_values(unsure(design.arms["taishan"]), draw)


def test_a_draw_is_the_same_in_every_variant_and_in_every_study():
    design = question()
    one, other = design.drawn("taishan", 2)
    assert one.resolved.evidence.value == other.resolved.evidence.value
    assert one.setting.key == other.setting.key, "both start from the same county"
    assert one.resolved.policy.value.funding == other.resolved.policy.value.funding
    assert values(design, 2) == values(question(draws=50), 2)
    assert values(design, 2)["evidence.transfer_dip"] != values(design, 1)["evidence.transfer_dip"]
    assert design.drawn("taishan", 0) == design.arms["taishan"]


def test_every_number_lies_in_its_range_and_spreads_over_it():
    items = unsure(question().arms["taishan"])
    draws = [drawn_values(items, draw) for draw in range(1, 201)]
    for item in items:
        found = np.array([draw[item.path] for draw in draws])
        assert (found >= item.distribution.ends.low).all(), item
        assert (found <= item.distribution.ends.high).all(), item
        middle = item.distribution.quantile(0.5)
        assert 0.35 < (found < middle).mean() < 0.65, item
    assert all(draw["evidence.match_sd"] <= draw["evidence.teacher_effect_sd"] for draw in draws)


def test_quantiles_of_two_coefficients_have_nothing_in_common():
    one, other = ([quantile(path, draw) for draw in range(400)] for path in ("evidence.a", "evidence.b"))
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.12
    assert np.histogram(one, 4, (0, 1))[0].min() > 70


def test_what_a_variant_sets_is_drawn_in_none():
    design = question("evidence.transfer_dip=-0.05", "links.fused.mentoring.pairing_coverage=0.4")
    found = values(design, 1)
    assert "evidence.transfer_dip" not in found
    assert not [path for path in found if path == "links.fused.mentoring.pairing_coverage"]
    base, variant = design.drawn("taishan", 1)
    assert base.resolved.evidence.value.transfer_dip == -0.03
    assert variant.resolved.evidence.value.transfer_dip == -0.05


def test_what_is_assumed_in_a_policy_is_drawn_and_what_is_decreed_is_not():
    found = {item.path: item for item in unsure(question().arms["taishan"])}
    coverage = found["links.fused.mentoring.pairing_coverage"]
    assert coverage.assumed
    assert coverage.first_rank
    assert "funding.special_fund_yuan" in found
    assert not [path for path in found if ".rotation." in path or "switches" in path]
    assert not {"evidence.weeks_per_sd", "evidence.smallest_effect", "evidence.novice_years"} & set(found)
    variant = question().drawn("taishan", 1)[1].resolved.policy.value
    drawn = values(question(), 1)
    assert variant.links["fused"].mentoring.pairing_coverage == pytest.approx(
        drawn["links.fused.mentoring.pairing_coverage"]
    )
    assert variant.funding.special_fund_yuan.at(2022) == round(drawn["funding.special_fund_yuan"])


def test_no_groups_have_nothing_of_the_policy_to_draw():
    design = of_question("taishan", policy="none", seeds=1, years=1, draws=1)
    none = next(arm for arm in design.drawn("taishan", 1) if not arm.resolved.policy.value.groups)
    assert not none.resolved.policy.value.links


def test_runs_are_draws_times_seeds_and_keys_know_the_ranges():
    design = question(draws=3)
    assert [(run.draw, run.seed) for run in design.runs] == [(d, s) for d in (1, 2, 3) for s in (1, 2)]
    assert design.keys == question(draws=9).keys, "more draws keep those that are stored"
    assert design.key != question(draws=9).key
    assert design.keys != question(draws=0).keys


def test_a_study_with_draws_resumes_to_the_same_bytes_and_leaves_refused_draws_out(tmp_path, solved):
    solved.append(2)

    def stop(done: int, total: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    carry_out(question(), tmp_path / "whole", run=fake_world.run_seed)
    with pytest.raises(Interrupted):
        carry_out(question(), tmp_path / "stopped", run=fake_world.run_seed, progress=stop)
    results, done = carry_out(question(), tmp_path / "stopped", run=fake_world.run_seed)
    assert done.kept
    assert done.run
    assert fake_world.bytes_of(tmp_path / "whole") == fake_world.bytes_of(tmp_path / "stopped")
    assert set(results.yearly["draw"]) == {1, 3}
    told = Results(tmp_path / "whole").manifest["uncertainty"]
    assert [(item["draw"], item["reason"]) for item in told["refused"]] == [(2, "no such county")]
    assert set(results.table("draws.csv")["draw"]) == {1, 3}
    for name in ("uncertainty.csv", "sensitivity.csv", "draws.csv"):
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "stopped" / name).read_bytes()


def test_a_study_can_be_given_more_draws(tmp_path, solved):
    carry_out(question(draws=2), tmp_path, run=fake_world.run_seed)
    _, done = carry_out(question(draws=3), tmp_path, run=fake_world.run_seed)
    assert (done.kept, done.run) == (4, 2)
    assert Folder(tmp_path, question(draws=3).keys).done(question(draws=3).runs[-1])


def test_the_experiment_can_ask_for_draws_and_the_command_for_others():
    assert of_experiment("taishan_uncertainty").draws == 40
    assert of_experiment("taishan_uncertainty", draws=0).draws == 0
    assert "--draws 7" in of_experiment("taishan_uncertainty", draws=7).replay


def test_a_drawn_county_meets_its_targets_nearly():
    from sim.founding import found
    from sim.founding.record import recall

    arm = question().drawn("taishan", 3)[0]
    start = recall(question().arms["taishan"][0].setting)[0]
    numbers = fitted.solve_draw(arm.setting, start).numbers
    assert numbers is not None
    county = found(arm.setting, Calibration(*numbers), 1)
    students = county.students
    shown = np.corrcoef(students.ses, students.score)[0, 1]
    assert shown == pytest.approx(arm.resolved.evidence.value.ses_correlation, abs=0.03)
    assert students.score.std() == pytest.approx(1, abs=1e-3)
