"""Reading of configurations: values, schedules, remarks, bases, overlays, settings, names, fingerprints."""
# ruff: noqa: E501 (the settings and what they set are a table)

import copy
import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, ValidationError

from sim.configs import (
    Frozen,
    Loaded,
    Note,
    Schedule,
    Scheduled,
    Section,
    Share,
    content_hash,
    make_setting,
    parse_setting,
    read,
)
from sim.library import (
    load_evidence,
    load_experiment,
    load_policy,
    resolve,
    variant_settings,
)

REPOSITORY = Path(__file__).parents[1]


class Rates(Section):
    rate: Scheduled[Share]
    cap: Scheduled[Share] | None = None
    strict: bool = False


class Box(Section):
    size: int = 1
    parts: dict[str, int] = Field(default_factory=dict)
    rates: Rates | None = None


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path: str, text: str) -> Path:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def read_rates(text: str, folder: Path) -> Loaded[Rates]:
    (folder / "rates.yaml").write_text(text, encoding="utf-8")
    return read(Path("rates.yaml"), Rates)


# Schedules


@given(st.dictionaries(st.integers(1950, 2200), st.floats(0, 1), min_size=1), st.integers(1900, 2300))
def test_a_schedule_holds_its_last_entry(entries: dict[int, float], year: int) -> None:
    schedule = Rates.model_validate({"rate": {"by_year": entries}}).rate
    begun = [start for start in entries if start <= year]
    assert schedule.at(year) == (entries[max(begun)] if begun else None)
    assert schedule.at(year, group_year=1) == schedule.at(year)
    assert schedule.plain == {"by_year": dict(sorted(entries.items()))}
    assert schedule.first == entries[min(entries)]


@given(
    st.dictionaries(st.integers(1, 30), st.floats(0, 1), min_size=1),
    st.integers(1, 60),
    st.integers(1990, 2090),
)
def test_a_schedule_by_group_year_counts_the_years_of_the_group(
    entries: dict[int, float], group_year: int, year: int
) -> None:
    schedule = Rates.model_validate({"rate": {"by_group_year": entries}}).rate
    begun = [start for start in entries if start <= group_year]
    assert schedule.at(year, group_year) == (entries[max(begun)] if begun else None)
    assert schedule.at(year) is None


@given(st.floats(0, 1), st.integers(), st.none() | st.integers(1))
def test_a_plain_value_holds_always(value: float, year: int, group_year: int | None) -> None:
    schedule = Rates.model_validate({"rate": value}).rate
    assert schedule.is_constant
    assert schedule.at(year, group_year) == value
    assert schedule == Schedule.constant(value)


def test_schedules_cannot_be_changed_and_can_be_copied() -> None:
    schedule = Schedule("by_group_year", ((2, 0.05), (1, 0.15)))
    assert schedule.entries == ((1, 0.15), (2, 0.05))
    assert schedule.values == (0.15, 0.05)
    assert str(schedule) == "year 1: 0.15, year 2: 0.05"
    assert pickle.loads(pickle.dumps(schedule)) == copy.deepcopy(schedule) == schedule
    assert len({schedule, copy.copy(schedule)}) == 1
    with pytest.raises(AttributeError, match="cannot be changed"):
        schedule.clock = "by_year"
    with pytest.raises(ValueError, match="at least one entry"):
        Schedule("by_year", ())


def test_a_schedule_may_be_given_ready_made() -> None:
    schedule = Schedule("by_year", ((2022, 0.1),))
    assert Rates(rate=schedule).rate is schedule
    assert Rates(rate=0.1).rate == Schedule.constant(0.1)  # type: ignore[arg-type]


# Sections


@pytest.mark.parametrize(
    "wrong",
    [{"size": "5"}, {"size": 5.5}, {"size": True}, {"parts": {"a": "1"}}, {"colour": 1}, {"size": None}],
)
def test_sections_do_not_guess(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Box.model_validate(wrong)


@pytest.mark.parametrize(("word", "meant"), [("on", True), ("off", False), (True, True), (False, False)])
def test_switches_take_on_and_off(word: object, meant: bool) -> None:
    assert Rates.model_validate({"rate": 0, "strict": word}).strict is meant


def test_sections_are_frozen_all_the_way_down() -> None:
    box = Box.model_validate({"parts": {"a": 1}})
    assert isinstance(box.parts, Frozen)
    for change in (
        lambda: box.parts.update(a=2),
        lambda: box.parts.__setitem__("b", 2),
        lambda: box.parts.pop("a"),
    ):
        with pytest.raises(TypeError, match="cannot be changed"):
            change()
    with pytest.raises(ValidationError):
        box.size = 2  # type: ignore[misc]
    assert hash(box) == hash(Box(parts={"a": 1}))
    assert pickle.loads(pickle.dumps(box)) == box


def test_the_fingerprint_is_of_the_content() -> None:
    first = Box.model_validate({"size": 2, "parts": {"a": 1, "b": 2}})
    second = Box.model_validate({"parts": {"b": 2, "a": 1}, "size": 2})
    assert content_hash(first) == content_hash(second)
    assert content_hash(first) != content_hash(Box(size=3))
    assert len(content_hash(first)) == 64


# Remarks


def test_remarks_are_taken_off_and_kept_as_notes(folder: Path) -> None:
    text = """
_note: {source: whole file, unit: share}
rate:
  by_year: {2022: 0.1, 2023: 0.2}
  clause: a.b
  known: A
cap: {value: 0.5, low: 0.2, high: 0.8, known: D, source: its own, row: P1, transfer: true}
strict: on
"""
    loaded = read_rates(text, folder)
    assert loaded.value == Rates.model_validate(
        {"rate": {"by_year": {2022: 0.1, 2023: 0.2}}, "cap": 0.5, "strict": True}
    )
    assert loaded.notes["rate"] == Note(
        "rates.yaml", 4, clause="a.b", source="whole file", known="A", assumed=True, unit="share"
    )
    cap = loaded.notes["cap"]
    assert (cap.line, cap.source, cap.low, cap.high, cap.known, cap.assumed) == (
        7,
        "its own",
        0.2,
        0.8,
        "D",
        False,
    )
    assert (cap.row, cap.transfer, cap.unit) == ("P1", True, "share")
    assert set(loaded.notes) == {"rate", "cap", "strict"}
    assert set(loaded.notes.assumed) == {"rate"}
    assert loaded.place("rate.by_year").line == 4
    assert loaded.place("cap.nowhere").line == 7


def test_every_value_of_a_policy_has_a_place() -> None:
    policy = load_policy("taishan")
    note = policy.notes["links.fused.rotation.max_age"]
    assert note.clause == "taishan.rotation.eligibility_age"
    text = (REPOSITORY / note.file).read_text(encoding="utf-8").splitlines()
    assert note.line is not None
    assert "max_age" in text[note.line - 1]
    assert policy.notes["staffing.unreplaced_share"].file.endswith("none.yaml")
    member = policy.place("groups.no6.members.fused.1")
    assert "泮河中学" in text[(member.line or 0) - 1]
    below = policy.notes.below("links.fused.rotation")
    assert below["max_age"] == note


# Bases and overlays


def test_a_file_says_only_what_differs(folder: Path) -> None:
    write("configs/policies/grand.yaml", "extends: taishan\nlinks: {fused: {rotation: {max_age: 50}}}\n")
    write(
        "configs/policies/child.yaml",
        "extends: grand\nlinks: {fused: {rotation: {rules: {core: {rate: 0.2}}}}}\n",
    )
    child, written = load_policy("child"), load_policy("taishan")
    rotation = child.value.links["fused"].rotation
    assert rotation is not None
    assert rotation.max_age == 50
    assert rotation.rules["core"].rate == Schedule.constant(0.2)
    assert rotation.years == (2, 5)
    assert [path.stem for path in child.files] == ["child", "grand", "taishan", "none"]
    assert child.value.groups == written.value.groups
    assert child.name == "child"


def test_a_schedule_replaces_a_schedule_whole(folder: Path) -> None:
    write(
        "configs/policies/child.yaml",
        "extends: taishan\nlinks: {fused: {rotation: {rules: {core: {rate: {by_group_year: {3: 0.1}}}}}}}\n",
    )
    rotation = load_policy("child").value.links["fused"].rotation
    assert rotation is not None
    assert rotation.rules["core"].rate.plain == {"by_group_year": {3: 0.1}}


def test_overlays_are_stacked(folder: Path) -> None:
    write("configs/policies/rich.yaml", "funding: {special_fund_yuan: 9000000}\n")
    write(
        "mine/young.yaml",
        "links: {fused: {rotation: {max_age: 35}}}\nfunding: {special_fund_yuan: 9000000}\n",
    )
    policy = load_policy("taishan", overlays=["rich", "mine/young.yaml"]).value
    assert policy.funding.special_fund_yuan.at(2021) == 9_000_000
    assert policy.links["fused"].rotation is not None
    assert policy.links["fused"].rotation.max_age == 35


# Settings


def test_a_short_form_sets_every_rule() -> None:
    policy = load_policy("taishan", ["rotation.rate=0.05"])
    rotation = policy.value.links["fused"].rotation
    assert rotation is not None
    assert rotation.rules["core"].rate == Schedule.constant(0.05)
    assert [applied.paths for applied in policy.applied] == [("links.fused.rotation.rules.core.rate",)]
    note = policy.notes["links.fused.rotation.rules.core.rate"]
    assert (note.file, note.line, note.clause) == ("setting rotation.rate=0.05", None, None)


@pytest.mark.parametrize(
    ("setting", "paths"),
    [
        ("mentoring.pairing_coverage=0", ["links.fused.mentoring.pairing_coverage", "links.joint.mentoring.pairing_coverage"]),
        ("links.*.brand_share=0", ["links.fused.brand_share", "links.joint.brand_share"]),
        ("rotation.max_age=50", ["links.fused.rotation.max_age"]),
        ("rotation.exchange=off", ["links.fused.rotation.rules.core.exchange"]),
        ("links.fused.rotation=null", ["links.fused.rotation"]),
        ("mentoring.events_per_term.*=0", [f"links.fused.mentoring.events_per_term.{kind}" for kind in ("research", "guidance", "training")] + ["links.joint.mentoring.events_per_term.research"]),
        ("links.joint.mentoring.events_per_term.open_day=2", ["links.joint.mentoring.events_per_term.open_day"]),
        ("admissions.class_size_cap.*=40", ["admissions.class_size_cap.primary", "admissions.class_size_cap.junior"]),
        ("rotation.rate={by_group_year: {1: 0.3}}", ["links.fused.rotation.rules.core.rate"]),
        ("policy.start_year=2023", ["policy.start_year"]),
        ("evidence.switches.*=off", None),
        ("evidence.transfer_dip=-0.05", ["evidence.transfer_dip"]),
        ("county.births_index=flat", ["county.births_index"]),
        ("county.births_index={2022: 0.9}", ["county.births_index"]),
        ("county.stages.*.targets.class_size=40", ["county.stages.primary.targets.class_size", "county.stages.junior.targets.class_size"]),
        ("county.stages.junior.zones.seat.schools=9", ["county.stages.junior.zones.seat.schools"]),
    ],
)  # fmt: skip
def test_what_a_setting_sets(setting: str, paths: list[str] | None) -> None:
    resolved = resolve("taishan", settings=[setting])
    applied = [path for loaded in resolved for made in loaded.applied for path in made.paths]
    if paths is None:
        assert len(applied) > 10
        assert not any(resolved.evidence.value.switches.model_dump().values())
    else:
        assert applied == paths


def test_a_coefficient_keeps_its_unit_and_range_under_a_setting() -> None:
    evidence = load_evidence([parse_setting("transfer_dip=-0.05")])
    note = evidence.notes["transfer_dip"]
    assert evidence.value.transfer_dip == -0.05
    assert (note.low, note.high, note.kind, note.row) == (-0.08, 0.0, "flow", "P6")
    assert note.source is None


def test_settings_come_in_any_form() -> None:
    as_text = resolve("taishan", settings=["rotation.rate=0.05", "rotation.max_age=50"])
    as_table = resolve("taishan", settings={"rotation.rate": 0.05, "rotation.max_age": 50})
    ready = resolve("taishan", settings=[make_setting("rotation.rate", 0.05), parse_setting("rotation.max_age=50")])
    assert as_text.policy.value == as_table.policy.value == ready.policy.value
    later = resolve("taishan", settings=["rotation.rate=0.05", "rotation.rate=0.07"])
    rotation = later.policy.value.links["fused"].rotation
    assert rotation is not None
    assert rotation.rules["core"].rate.at(2022, 1) == 0.07


def test_an_experiment_sets_what_it_says(folder: Path) -> None:
    text = (REPOSITORY / "experiments/rotation_5_vs_15.yaml").read_text(encoding="utf-8")
    text = text.replace("years: 10", "set: {county.births_index: flat, rotation.max_age: 40, rotation.rate: 0.2}")
    experiment = load_experiment(write("experiments/mine.yaml", text))
    assert experiment.value.seeds == tuple(range(1, 51))
    assert experiment.value.years == 10
    five = resolve("taishan", "taishan", variant_settings(experiment, "five"))
    rotation = five.policy.value.links["fused"].rotation
    assert rotation is not None
    assert (rotation.max_age, rotation.rules["core"].rate.plain) == (40, 0.05)
    assert five.facts.value.births_index == "flat"
    none = resolve("taishan", "none", variant_settings(experiment, "none"))
    assert none.policy.value == load_policy("none").value
    assert five.policy.notes["links.fused.rotation.max_age"].file == "experiments/mine.yaml"


def test_a_file_is_read_again_when_it_changes(folder: Path) -> None:
    assert read_rates("rate: 0.1\n", folder).value.rate.first == 0.1
    assert read_rates("rate: 0.25\n", folder).value.rate.first == 0.25
