"""The library: names, kinds of file, and what the committed files say."""

import json
import pickle
import time
from pathlib import Path

import pytest

from sim.configs import (
    ConfigError,
    Schedule,
    content_hash,
    find,
    folders,
)
from sim.library import (
    kind_of,
    load_births,
    load_facts,
    load_policy,
    load_stages,
    resolve,
)
from sim.library.schemas import FOLDER, schema_texts, schemas
from sim.policy import Policy

REPOSITORY = Path(__file__).parents[1]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path: str, text: str) -> Path:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


# Names


def test_names_are_found_here_first_then_where_installed(folder: Path) -> None:
    assert find("policies", "none") == REPOSITORY / "configs/policies/none.yaml"
    write("configs/policies/none.yaml", "extends: taishan\n")
    assert find("policies", "none") == Path("configs/policies/none.yaml")
    assert find("counties", "taishan").is_absolute()
    assert find("policies", "configs/policies/none.yaml") == Path("configs/policies/none.yaml")
    with pytest.raises(ConfigError, match="did you mean taishan"):
        find("policies", "taishn")
    assert len(folders()) == 2


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("configs/policies/none.yaml", "policy"),
        ("configs/counties/taishan.yaml", "county"),
        ("configs/evidence/rotation.yaml", "evidence"),
        ("configs/stages.yaml", "stages"),
        ("experiments/rotation_5_vs_15.yaml", "experiment"),
    ],
)
def test_the_kind_of_a_file(path: str, kind: str) -> None:
    assert kind_of(REPOSITORY / path) == kind


# What is committed


def test_taishan_is_as_its_plan_says() -> None:
    policy = load_policy("taishan").value
    assert [len(group.members["fused"]) for group in policy.groups.values()] == [2, 2, 3, 2]
    assert sum(len(group.members.get("joint", ())) for group in policy.groups.values()) == 5
    rotation = policy.links["fused"].rotation
    assert rotation is not None
    assert [rotation.rules["core"].rate.at(2022, year) for year in (1, 2, 9)] == [0.15, 0.05, 0.05]
    assert policy.links["fused"].cadres == Schedule("by_group_year", ((1, 2), (2, 0)))
    assert policy.links["joint"].rotation is None
    assert policy.funding.special_fund_yuan.at(2021) is None
    assert policy.funding.special_fund_yuan.at(2030) == 2_400_000


def test_none_holds_the_national_rules() -> None:
    policy = load_policy("none").value
    assert not policy.links
    assert not policy.groups
    assert [policy.funding.public_use_yuan.junior.at(year) for year in (2018, 2022, 2023)] == [850, 850, 940]
    assert [policy.staffing.retirement.women.at(year) for year in (2018, 2025, 2036, 2050)] == [
        55,
        55.25,
        58,
        58,
    ]
    assert policy.funding.special_fund_yuan.at(2022) == 0
    assert (policy.admissions.class_size_cap.primary, policy.admissions.class_size_cap.junior) == (45, 50)


def test_taishan_adds_up() -> None:
    stages = load_facts("taishan").value.stages
    totals = {
        name: [sum(getattr(zone, what) for zone in stage.zones.values()) for what in ("schools", "pupils", "teachers")]
        for name, stage in stages.items()
    }
    assert totals == {"primary": [45, 53000, 3120], "junior": [20, 28000, 2330]}


def test_weekly_periods_add_up() -> None:
    stages = load_stages()
    for stage in (stages.primary, stages.junior):
        for grade in range(stage.first_grade, stage.last_grade + 1):
            total = sum(subject.periods.get(grade, 0) for subject in stage.subjects.values())
            assert total == (26 if grade < 3 else 30 if grade < 7 else 34)


def test_births_cover_the_years() -> None:
    births = load_births()
    assert list(births) == list(range(2012, 2026))
    assert births[2016] == max(births.values())


def test_the_schemas_for_editors_are_current() -> None:
    for name, text in schema_texts().items():
        committed = (FOLDER / name).read_text(encoding="utf-8")
        assert committed == text, f"{name} is stale; run: uv run python -m sim.library.schemas"
        assert json.loads(text)["$schema"].startswith("http://json-schema.org/")


def test_the_schemas_allow_remarks() -> None:
    link = schemas()["policy"]["definitions"]["Link"]["properties"]
    forms = link["brand_share"]["anyOf"]
    assert {"value"} in [set(form.get("required", ())) for form in forms]
    assert {"by_year"} in [set(form.get("required", ())) for form in link["cadres"]["anyOf"]]
    assert "extends" in schemas()["policy"]["properties"]


def test_files_name_their_schema() -> None:
    for path in [*(REPOSITORY / "configs").rglob("*.yaml"), REPOSITORY / "experiments/rotation_5_vs_15.yaml"]:
        if path.parent.name in ("clauses", "validation"):
            continue
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith("# yaml-language-server: $schema="), path
        assert (path.parent / first.partition("=")[2]).resolve().is_file(), path


def test_everything_loaded_can_be_sent_to_another_process() -> None:
    resolved = resolve("taishan", settings=["rotation.rate=0.05"])
    again = pickle.loads(pickle.dumps(resolved))
    assert again.policy.value == resolved.policy.value
    assert content_hash(again.facts.value) == content_hash(resolved.facts.value)
    assert again.evidence.notes["transfer_dip"] == resolved.evidence.notes["transfer_dip"]
    assert isinstance(hash(again.policy.value), int)
    assert Policy.model_validate(resolved.policy.value) == resolved.policy.value


def test_loading_again_is_quick() -> None:
    resolve("taishan")
    start = time.perf_counter()
    resolve("taishan", settings=["rotation.rate=0.05"])
    assert time.perf_counter() - start < 0.15
