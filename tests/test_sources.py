"""Each decreed value has a clause or is marked assumed; each coefficient has a unit, a range and a source."""

import re
from pathlib import Path

import pytest

from sim.configs import Note, find, names, parse_file
from sim.evidence import Evidence
from sim.library import load_evidence, load_facts, load_policy, load_stages

REPOSITORY = Path(__file__).parents[1]
EVIDENCE = load_evidence()
COEFFICIENTS = [name for name in Evidence.model_fields if name != "switches"]
UNDECREED = re.compile(r"(title|document)(\.|$)|.*\.title\.")
POLICIES = [name for name in names("policies") if "document" in parse_file(find("policies", name)).node.value]


def own_notes(policy: str) -> dict[str, Note]:
    """The values that a policy's own file states, without its names and titles."""
    loaded = load_policy(policy)
    own = loaded.place("").file
    return {path: note for path, note in loaded.notes.items() if note.file == own and not UNDECREED.match(path)}


def is_zero_dose(path: str, policy: str) -> bool:
    return path == "assessment.bundle_weight" and policy == "none"


@pytest.mark.parametrize("policy", POLICIES)
def test_each_decreed_value_has_a_clause(policy: str) -> None:
    missing = [path for path, note in own_notes(policy).items() if not note.clause]
    assert missing == []


@pytest.mark.parametrize("policy", POLICIES)
def test_clauses_stand_in_the_register(policy: str) -> None:
    register = REPOSITORY / "configs" / "clauses" / f"{policy}.yaml"
    clauses = {note.clause for note in own_notes(policy).values() if note.clause}
    assert all(re.fullmatch(rf"{policy}(\.[a-z0-9_]+){{2,}}", clause) for clause in clauses)
    if register.is_file():
        entries = parse_file(register).node.value["clauses"].value
        assert clauses <= {entry.value["id"].value for entry in entries}


def test_the_national_rules_have_a_source_or_are_assumed() -> None:
    missing = [
        path
        for path, note in own_notes("none").items()
        if not (note.source or note.assumed or is_zero_dose(path, "none"))
    ]
    assert missing == []


def test_numbers_the_text_does_not_give_are_marked() -> None:
    assumed = set(load_policy("taishan").notes.assumed)
    for path in (
        "funding.special_fund_yuan",
        "assessment.bundle_weight",
        "links.fused.mentoring.pairing_coverage",
    ):
        assert path in assumed
    for path in (
        "links.fused.rotation.rules.core.rate",
        "links.fused.rotation.max_age",
        "links.fused.cadres",
    ):
        assert path not in assumed


@pytest.mark.parametrize("name", COEFFICIENTS)
def test_each_coefficient_is_documented(name: str) -> None:
    note = EVIDENCE.notes[name]
    value = getattr(EVIDENCE.value, name)
    assert note.unit, "no unit"
    assert note.known, "not said how it is known"
    assert note.source or note.assumed, "neither a source nor assumed"
    assert note.assumed == (note.known == "A")
    numbered = note.row is not None
    if numbered:
        assert note.low is not None
        assert note.high is not None
    if note.low is not None and note.high is not None:
        assert note.low <= value <= note.high
        assert note.low < note.high


def test_the_numbered_rows_are_complete() -> None:
    rows = {EVIDENCE.notes[name].row for name in COEFFICIENTS}
    assert {f"P{number}" for number in range(1, 37)} <= rows


def test_flows_and_levels_are_told_apart() -> None:
    rows = {note.row: note.kind for note in EVIDENCE.notes.values() if note.row}
    levels = {"P18", "P19", "P20", "P31"}
    flows = {f"P{n}" for n in (1, *range(4, 9), *range(12, 18), 26, 27, 35, 36)}
    assert {row for row, kind in rows.items() if kind == "level"} == levels
    assert {row for row, kind in rows.items() if kind == "flow"} == flows


def test_each_figure_of_the_county_says_how_it_is_known() -> None:
    facts = load_facts("taishan")
    silent = ("title", "named_schools", "year0")
    missing = [path for path, note in facts.notes.items() if not note.known and not path.startswith(silent)]
    assert missing == []
    zones = facts.notes.below("stages.primary.zones")
    assert all(note.assumed for note in zones.values())


def test_each_switch_exists_and_starts_on() -> None:
    assert all(load_evidence().value.switches.model_dump().values())
    assert load_stages().primary.subjects["chinese"].score_weight == 1


def test_fields_and_rows_answer_each_other_one_to_one() -> None:
    rows = [key for path in find_all() for key in parse_file(path).node.value if key != "switches"]
    assert sorted(rows) == sorted(COEFFICIENTS)


def find_all() -> list[Path]:
    return sorted((REPOSITORY / "configs" / "evidence").glob("*.yaml"))


@pytest.mark.parametrize("name", COEFFICIENTS)
def test_each_coefficient_has_a_range_unless_it_defines_a_curve(name: str) -> None:
    note = EVIDENCE.notes[name]
    assert name in DEFINE_A_CURVE or note.distribution or (note.low is not None and note.high is not None)


DEFINE_A_CURVE = ("novice_years", "experience_years")
"""Years at which published curves were read off."""


def test_numbers_of_the_first_rank_are_flagged_and_wide() -> None:
    leading = {name for name in COEFFICIENTS if EVIDENCE.notes[name].first_rank}
    assert leading >= {
        "event_reach", "leadership_head_principal", "management_gain", "teacher_between_school_share",
        "exit_factor_unwilling",
    }  # fmt: skip
    for name in leading:
        note, value = EVIDENCE.notes[name], getattr(EVIDENCE.value, name)
        assert note.low is not None
        assert note.high is not None
        assert note.high - note.low >= 0.5 * abs(value)
    coverage = load_policy("taishan").notes["links.fused.mentoring.pairing_coverage"]
    assert coverage.first_rank
    assert coverage.assumed
