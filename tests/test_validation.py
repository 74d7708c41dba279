"""The scorecard: targets that nobody widens, values that can be checked, placebos that notice, numbers for reports."""

import json
from pathlib import Path

import numpy as np
import pytest
import test_placebos

from sim.analysis.report import trust
from sim.analysis.words import Words
from sim.commands import validation as command
from sim.configs import ConfigError
from sim.library import check, load_patterns
from sim.patterns import Pattern
from sim.state import MAIN_SUBJECTS, SERVING
from sim.validation import counties, page, placebos, scorecard, worlds
from sim.validation.looks import loss_of_full_turnover
from sim.validation.measured import MEASURED, REPEATED, Found, measure, over_seeds, ratio_over_seeds
from sim.validation.scorecard import Placebo, Scorecard, Scored
from sim.validation.worlds import Repeated, Runs

ROOT = Path(__file__).parents[1]
PATTERNS = load_patterns().value
TARGETS = {
    "V1": (0.1, 0.2), "V3": (0.12, 0.3), "V4": (None, 0.15), "V5": (0.37, 0.41), "V6": (0.05, 0.2),
    "V7": (0.2, 0.3), "V8": (0.8, 0.9), "V8b": (None, 0.4), "V9": (-0.05, -0.02), "V9b": (-0.1, -0.06),
    "V9c": (0, 0), "V11": (0.043, 0.066), "V13": (-0.02, 0.02), "V14": (-0.01, 0.01), "V14b": (0, None),
    "V14c": (0, None), "V14d": (0, None), "V15": (None, 0), "V16": (0, None), "V16b": (None, 0),
    "V16c": (-0.01, 0.01), "V17": (0, None), "V18": (0.2, 0.4), "V18b": (None, 0), "V18c": (0, None),
    "V19": (None, 0.01), "V21": (0.08, 0.2), "V22": (-4, -1), "V22b": (-0.01, 0.01), "V24": (0, 55),
    "S1": (0.03, 0.1), "S2": (-0.01, 0.01), "SIM-A": (None, 0), "SIM-Ab": (82.5, None), "SIM-Ac": (82.5, None),
    "SIM-Ad": (None, 0), "SIM-Ae": (None, 0), "SIM-B": (None, 0.1), "SIM-Bb": (None, 0.1),
    "SIM-Bc": (0.9, None), "SIM-Bd": (0, None), "SIM-Be": (None, 0.1), "SIM-Bf": (None, 0.1),
}  # fmt: skip
"""The limits as they were fixed before the model was run."""
COUNTED = {"V1", "V3", "V5", "V7", "V8", "V9", "V11", "V13", "V14", "V15", "V16", "V18", "V19", "V21"}


@pytest.fixture(scope="module")
def plan():
    return worlds.plan(PATTERNS)


@pytest.fixture(scope="module")
def seen(plan):
    return worlds.see(plan, 1)


def repeated():
    """Two seeds of the published simulations, made up: ten years of steady differences between variants."""
    years = np.arange(21.0)
    departing = {"none": 1.0, "rotation": 1.4, "departures": 2.2, "burnout": 1.4}
    edu = {
        name: {
            "exit_share_core": np.full(21, share),
            "gap_teacher_quality": np.full(21, 0.05 - 0.02 * (name != "none")),
            "score_member": 0.01 * (name != "none") - 0.001 * years * (name == "burnout"),
        }
        for name, share in departing.items()
    }
    pace = {"as_is": 0.0, "hiring": 0.02, "hiring_mobility": 0.03, "turnover_attrition": 0.0}
    pace |= {"turnover": 0.0, "turnover_hiring": 0.05, "turnover_hiring_mobility": 0.1}
    gold = {name: {"gap_teacher_quality_thirds": 0.2 * (1 - slope * years)} for name, slope in pace.items()}
    return [
        Repeated(name, seed, paths) for name, paths in (("edu_ecosystem", edu), ("goldhaber", gold)) for seed in (1, 2)
    ]


@pytest.fixture(scope="module")
def card(plan, seen):
    held = (Placebo("equal_policies", True, ""),)
    runs = Runs(plan, [seen], repeated(), [counties.judge(plan, range(1, 3))])
    return Scorecard(tuple(scorecard.scored(PATTERNS.patterns, runs)), held, (), 1)


def test_targets_are_as_they_were_fixed():
    limits = {
        name: (item.low, item.high) for name, item in PATTERNS.patterns.items() if (item.low, item.high) != (None,) * 2
    }
    assert limits == TARGETS


def test_every_pattern_is_measured_or_says_why_not():
    for name, pattern in PATTERNS.patterns.items():
        assert name in MEASURED or name in REPEATED or not pattern.tested, name
        assert pattern.source
        assert pattern.measured
    assert set(MEASURED) | set(REPEATED) <= set(PATTERNS.patterns)


def test_the_summing_line_counts_strong_and_fair_evidence(card):
    assert set().union(*card.counted()) == COUNTED


def test_failures_of_record_have_a_written_reason():
    recorded = trust.record()
    assert recorded is not None
    for name in recorded["failing"]:
        parts = [item for part, item in PATTERNS.patterns.items() if part.rstrip("bcdef") == name]
        assert any(item.reason for item in parts), name


def test_every_tested_pattern_has_a_value(card):
    for item in card.scored:
        if item.pattern.tested:
            assert item.found is not None
            assert np.isfinite(item.found.value), item.id


def test_values_that_follow_from_the_coefficients(card, plan):
    values = {item.id: item.found.value for item in card.scored if item.found}
    known = plan.arms["none"].evidence
    assert values["V9c"] == 0
    # A half refuse; two steps of a tenth more pay are two slopes fewer; a tenth of the rest outside groups.
    within = 1 - known.refusal_share + 2 * known.bonus_refusal_slope
    assert values["V11"] == pytest.approx(within / 10, abs=0.01)
    # Four years of 1 % more spending are what P18 was measured on; new pupils had less of it.
    assert 0.5 * known.spending_gain < values["V19"] <= known.spending_gain + 1e-6
    # A mover dips by P6 and redraws a match whose mean is 0.
    assert values["V9"] == pytest.approx(known.transfer_dip, abs=0.03)


def test_full_turnover_costs_the_dip_the_team_loss_and_the_old_match(plan):
    known = plan.arms["none"].evidence
    start = placebos._start(plan)
    teachers = start.teachers
    main = (teachers.status == SERVING) & (teachers.subject < MAIN_SUBJECTS)
    expected = known.team_loss + known.transfer_dip - teachers.match[main].mean()
    found = loss_of_full_turnover(start, plan.arms["none"].policy, known, 1)
    assert found == pytest.approx(expected, abs=0.01)
    calm = placebos.changed(known, {"switches.dip": False, "match_sd": 0.0})
    teachers.write(type(teachers).match, 0.0)
    assert loss_of_full_turnover(start, plan.arms["none"].policy, calm, 1) == pytest.approx(0, abs=1e-6)


def test_a_sign_must_be_told_apart_and_a_range_need_not():
    sign = PATTERNS.patterns["V16"]
    assert sign.holds(0.03, margin=0.02)
    assert not sign.holds(0.01, margin=0.02)
    assert not sign.holds(0.0, margin=0.0)
    within = PATTERNS.patterns["V5"]
    assert within.holds(0.41, margin=0.02)
    assert not within.holds(0.42, margin=0.02)


def test_means_and_ratios_over_seeds():
    assert over_seeds(np.array([1.0, 2.0, 3.0])) == pytest.approx((2.0, 1 / np.sqrt(3), 3))
    found = ratio_over_seeds(np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 6.0]))
    assert found == pytest.approx((0.5, 0.0, 3))


def scored(name: str, passed: bool | None, strength: str = "medium") -> Scored:
    pattern = PATTERNS.patterns[name].model_copy(update={"strength": strength})
    return Scored(name, pattern, Found(0.1, 0.01, 9), passed)


def test_a_pattern_passes_with_all_its_parts():
    parts = (scored("V8", True), scored("V8b", False), scored("V1", True), scored("V17", None),
             scored("V22", False, "weak"))  # fmt: skip
    card = Scorecard(parts, (), (), 9)
    assert card.counted() == (["V1"], ["V8"], ["V17"])
    assert card.sound


def test_the_json_has_the_promised_shape(card, monkeypatch, capsys):
    monkeypatch.setattr("sim.validation.validate", lambda seeds, jobs, progress: card)
    assert command.validate(True, None, None, False, "en") == 0
    told = json.loads(capsys.readouterr().out)
    assert list(told) == ["patterns", "placebos"]
    for item in told["patterns"]:
        assert {"id", "target", "low", "high", "value", "error", "seeds", "passed", "reason"} <= set(item)
        assert item["passed"] in (True, False, None)
    assert {item["id"]: item["passed"] for item in told["patterns"]}["V17"] is None
    assert told["placebos"] == [{"id": "equal_policies", "passed": True, "detail": ""}]


@pytest.mark.parametrize(("lang", "words"), [("en", "patterns of high or medium strength"), ("zh", "强度为高或中")])
def test_a_failing_placebo_is_an_error_and_a_failing_pattern_is_not(card, monkeypatch, capsys, lang, words):
    held = (Placebo("zero_dose", False, "year 1: Students.score"),)
    broken = Scorecard(card.scored, held, (), 1)
    monkeypatch.setattr("sim.validation.validate", lambda seeds, jobs, progress: broken)
    assert command.validate(False, None, None, False, lang) == 1
    out = capsys.readouterr().out
    assert "Students.score" in out
    assert words in out
    assert not all(item.passed for item in card.scored)


def test_what_published_simulations_showed(card):
    values = {item.id: item.found.value for item in card.scored if item.found}
    assert values["SIM-A"] == pytest.approx(-0.02)
    assert (values["SIM-Ab"], values["SIM-Ac"]) == pytest.approx((40, 120))
    # Members gain nothing more later; with burn-out 0.001 a year from years 2-4 to years 18-20.
    assert (values["SIM-Ad"], values["SIM-Ae"]) == pytest.approx((0, -0.016))
    assert (values["SIM-B"], values["SIM-Bb"], values["SIM-Bc"]) == pytest.approx((0.5, 0.5, 1))
    # The smallest step: 0.2 × (0.03 − 0.02) × 10 years at the county's own turnover.
    assert values["SIM-Bd"] == pytest.approx(0.02)
    assert (values["SIM-Be"], values["SIM-Bf"]) == pytest.approx((0.85, 0.8))


def test_what_was_not_run_has_no_value(plan):
    runs = Runs(plan, [])
    assert all(measure(name, runs) is None for name in PATTERNS.patterns)


def test_drawn_counties_differ_in_how_even_they_are(plan):
    cv = plan.counties.cv["junior"]
    facts = [counties._uneven(plan.setting.facts, plan.counties, number) for number in (1, 2)]
    found = [one.stages["junior"].targets for one in facts]
    assert found[0].backbone_cv != found[1].backbone_cv
    # One factor a county: all its resources are more even, or less, together.
    for targets in found:
        assert targets.backbone_cv / cv["backbone"] == pytest.approx(targets.degree.cv / cv["degree"])
    own = counties._uneven(plan.setting.facts, plan.counties.model_copy(update={"factor": "indicator"}), 1)
    targets = own.stages["junior"].targets
    assert targets.backbone_cv / cv["backbone"] != pytest.approx(targets.degree.cv / cv["degree"])
    assert [len(batch) for batch in counties.batches(plan.counties)] == [25] * 8


@pytest.mark.parametrize(
    "name", ["order_of_groups", "one_exempt_teacher", "off_bundling", "off_equipment", "off_towns"]
)
def test_placebos_hold(plan, name):
    assert placebos.check(plan, name) == (True, "")


def test_a_placebo_notices_a_mechanism_that_is_not_off(plan, monkeypatch):
    monkeypatch.setitem(placebos.CARRIED, "bundling", placebos.Carried({}, {"assessment.bundle_weight": 0.4}))
    verdict = placebos.check(plan, "off_bundling")
    assert not verdict.passed
    assert "year 1" in verdict.detail


def test_a_placebo_of_a_rule_that_does_nothing_tells_nothing(plan, monkeypatch):
    monkeypatch.setitem(placebos.CARRIED, "bundling", placebos.Carried({}, {}))
    monkeypatch.setattr(placebos, "changed", lambda section, changes: section)
    assert placebos.check(plan, "off_bundling") == (False, "the rule itself changes nothing")


def test_no_absence_of_the_placebo_tests_is_forgotten():
    tested = (
        test_placebos.PLAIN, test_placebos.OTHER_ABSENCES, test_placebos.ABSENCES_OF_JOINT_WORK,
        test_placebos.RULES_OF_ENTRY, test_placebos.RULES,
    )  # fmt: skip
    assert set().union(*tested) <= set(placebos.CARRIED)


def test_a_run_that_fails_is_named_and_the_rest_goes_on(plan, seen):
    def see(given, seed):
        if seed == 2:
            raise ValueError("no luck")
        return seen

    found = dict(worlds.run(plan, [], None, [(see, 1), (see, 2)]))
    assert found[1] is seen
    assert str(found[2]) == "no luck"


def test_what_is_recorded_is_what_reports_cite(card, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    page.write(card)
    recorded = trust.record()
    assert recorded == card.record()
    assert recorded["placebos_held"] == recorded["placebos"] == 1
    manifest = {
        "base": "as_written",
        "notes": {"here": {"evidence": {"event_reach": {"first_rank": True, "low": 2, "high": 10}, "exit_rate": {}},
                           "policies": {}}},
    }  # fmt: skip
    said = " ".join(trust.lines(manifest, "here", Words()))
    assert "1 of 1 changes that must have no effect had none" in said
    assert f"reproduces {len(recorded['passing'])} of {len(COUNTED)} published patterns" in said
    assert "event_reach (2.0 … 10)" in said
    assert "exit_rate" not in said
    text = (tmp_path / "docs" / "validation.md").read_text(encoding="utf-8")
    assert all(f"| {name} |" in text for name in PATTERNS.patterns)
    assert f"{len(recorded['passing'])} of {len(COUNTED)} patterns" in text


BAD = [
    ("    low: 0.10\n    high: 0.20\n    unit: σ\n    strength: high", "    unit: σ\n    strength: high", "neither"),
    ("    low: 0.10\n    high: 0.20", "    low: 0.30\n    high: 0.20", "0.3 above 0.2"),
    ("    strength: high", "    strength: strong", "strong"),
]


@pytest.mark.parametrize(("old", "new", "found"), BAD)
def test_a_mistake_among_the_patterns_is_told(old, new, found, tmp_path):
    text = (ROOT / "configs" / "patterns.yaml").read_text(encoding="utf-8")
    path = tmp_path / "patterns.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    (problem,) = check(path)
    assert found in problem.found
    assert problem.line


def test_a_pattern_that_is_not_tested_needs_a_reason():
    values = PATTERNS.patterns["V11"].model_dump() | {"tested": False, "reason": ""}
    with pytest.raises((ConfigError, ValueError)):
        Pattern.model_validate(values)
