"""The numbers of one small county over ten years, recorded so that no change of results goes unnoticed.

`uv run python tests/baseline.py` records them anew. It refuses where numbers changed and the section "Results change"
of the changelog did not: whoever changes results says so there first.
"""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from worlds import evidence, facts, founded, grouped, setting

from sim.measures import observe
from sim.year import advance

ROOT = Path(__file__).parents[1]
RECORD = Path(__file__).with_name("baseline.yaml")
SEEDS, YEARS = (1, 2), 10
MEASURES = (
    "score_mean", "score_core", "score_member", "score_sd", "between_school_share", "gap_teacher_quality",
    "teacher_quality_mean", "cv_backbone_effective", "cv_backbone_statistical", "rotation_due", "rotation_new_movers",
    "rotation_away", "rotation_shortfall", "exits", "retirements", "hires", "teachers_file", "pupils", "class_size",
    "management_gap", "cost_yuan_per_pupil",
)  # fmt: skip
"""Measures of the whole county in the last year."""
DIGITS = 10


class Unsaid(Exception):
    """Results changed and the changelog does not say so."""


def numbers() -> dict[str, dict[str, float]]:
    """Measures of the last year by seed and name, to ten digits."""
    names = {"seat": (3, 1800, 105), "near": (2, 900, 55), "far": (2, 500, 34)}
    rules = grouped(
        {
            "first": ("P-seat-1", {"fused": ("P-near-1", "P-far-1"), "joint": ("P-seat-2",)}),
            "second": ("J-seat-1", {"fused": ("J-near-1",)}),
        },
        {"funding.special_fund_yuan": 300_000},
    )
    here = setting(facts(names, {"seat": (1, 900, 72), "near": (1, 500, 42)}), rules)
    found = {}
    for seed in SEEDS:
        county = founded(here, seed).county.copy()
        for _ in range(YEARS):
            advance(county, rules, evidence(), seed)
        rows, _ = observe(county, rules, evidence())
        taken = {measure: value for stage, zone, measure, value in rows if (stage, zone) == ("all", "all")}
        found[f"seed {seed}"] = {name: rounded(taken[name]) for name in MEASURES}
    return found


def rounded(value: float) -> float:
    """The number to ten significant digits."""
    return float(f"{value:.{DIGITS}g}")


def said(changelog: str) -> str:
    """A hash of what the newest release says under "Results change"."""
    _, _, rest = changelog.partition("### Results change\n")
    return sha256(rest.partition("\n### ")[0].strip().encode()).hexdigest()[:16]


def record(found: Mapping[str, Any], before: Mapping[str, Any] | None, changelog: str) -> dict[str, Any]:
    """What is to be stored. Raises Unsaid where numbers differ from `before` and the changelog says nothing new."""
    now = said(changelog)
    if before is not None and before["numbers"] != found and before["changelog"] == now:
        raise Unsaid('numbers changed: say which and why under "Results change" in CHANGELOG.md, then record again')
    return {"changelog": now, "numbers": dict(found)}


def recorded() -> dict[str, Any] | None:
    """What is stored."""
    return YAML(typ="safe").load(RECORD.read_text(encoding="utf-8")) if RECORD.is_file() else None


def main() -> None:
    """Record the numbers."""
    stored = record(numbers(), recorded(), (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    yaml = YAML(typ="safe")
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    with RECORD.open("w", encoding="utf-8") as file:
        file.write("# Recorded by `uv run python tests/baseline.py`; not edited by hand.\n")
        yaml.dump(stored, file)


if __name__ == "__main__":
    main()
