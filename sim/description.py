"""A county described: each fact and assumption of its file beside what the founded county shows.

The founded county is the mean of a few seeds at year 0, before any policy. Facts that only drive the
founding, such as the burn-in, have no counterpart and are listed without one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from sim.configs import Notes
from sim.facts import Facts
from sim.founding import calibrate, found, setting_of
from sim.library import resolve
from sim.measures import take
from sim.state import SERVING, STAGES, ZONES, County

INDICATORS = {
    "degree": "degree_statistical",
    "pe_arts": "pe_arts_statistical",
    "area_m2": "area",
    "sports_m2": "sports",
    "equipment_yuan": "equipment",
    "multimedia": "multimedia",
}
"""Indicators of the county file and what the measures call them."""
SHOWN = ("title", "named_schools")
"""What stands in the heading and is no fact to compare."""


@dataclass(frozen=True)
class Fact:
    """A value of the county file by its path, and what the founded county shows; None where it shows nothing.

    `known` is F found, M remembered, D derived, A assumed.
    """

    path: str
    value: Any
    founded: float | None = None
    difference: float | None = None
    unit: str = ""
    known: str = ""
    source: str = ""
    note: str = ""


@dataclass(frozen=True)
class Description:
    """A county: its title in both languages, the seeds that were founded, and its facts."""

    county: str
    title: Mapping[str, str]
    year0: int
    schools: tuple[Mapping[str, str], ...]
    seeds: int
    facts: tuple[Fact, ...]

    def plain(self) -> dict[str, Any]:
        """The description in plain values, as for JSON."""
        return asdict(self)


def describe(county: str, seeds: int = 3) -> Description:
    """Describe a county by name or path. Raises ConfigError where its file is wrong."""
    resolved = resolve(county, "none")
    facts: Facts = resolved.facts.value
    setting = setting_of(county, resolved)
    solved, _ = calibrate(setting)
    shown = [observed(found(setting, solved, seed), setting) for seed in range(1, seeds + 1)]
    founded = {path: float(np.mean([world[path] for world in shown])) for path in shown[0]}
    return Description(
        county=resolved.facts.name,
        title=dict(facts.title),
        year0=facts.year0,
        schools=tuple({"name": school.name, "en": school.en} for school in facts.named_schools),
        seeds=seeds,
        facts=tuple(_facts(facts.model_dump(mode="json"), founded, resolved.facts.notes)),
    )


def observed(county: County, setting: Any) -> dict[str, float]:
    """What a founded county shows, by the path of the fact it answers."""
    rows = take(county, setting.base, setting.evidence)
    measures = {(stage, zone, name): value for stage, zone, name, value in rows}
    shown = {
        "scores.urban_rural_gap": measures["all", "all", "score_gap_urban_rural"],
        "scores.core_member_gap": measures.get(("all", "all", "score_gap_core_member"), np.nan),
        "honour_other_share": _share(county, county.teachers.honour, ~county.teachers.backbone),
    }
    for number, stage in enumerate(STAGES):
        if stage in setting.facts.stages:
            shown |= {f"stages.{stage}.{path}": value for path, value in _of_stage(county, number, measures).items()}
    return shown


def _of_stage(county: County, number: int, measures: Mapping[tuple[str, str, str], float]) -> dict[str, float]:
    stage = STAGES[number]
    schools, teachers = county.schools, county.teachers
    serving = teachers.status == SERVING
    shown: dict[str, float] = {}
    for place, zone in enumerate(ZONES):
        here = (schools.stage == number) & (schools.zone == place)
        if not here.any():
            continue
        staff = serving & here[teachers.home]
        pupils = float(schools.pupils[here].sum())
        shown |= {
            f"zones.{zone}.schools": float(here.sum()),
            f"zones.{zone}.pupils": pupils,
            f"zones.{zone}.teachers": float(staff.sum()),
            f"zones.{zone}.backbone_per_100": 100 * float(teachers.backbone[staff].sum()) / pupils,
        }
    for name, measure in INDICATORS.items():
        shown[f"targets.{name}.mean"] = measures[stage, "all", f"mean_{measure}"]
        shown[f"targets.{name}.cv"] = measures[stage, "all", f"cv_{measure}"]
    staff = serving & (teachers.stage == number)
    return shown | {
        "targets.backbone_cv": measures[stage, "all", "cv_backbone_statistical"],
        "targets.class_size": measures[stage, "all", "class_size"],
        "targets.between_school_share": measures[stage, "all", "between_school_share"],
        "targets.age_mean": float(teachers.age[staff].mean()),
        "targets.age_sd": float(teachers.age[staff].std()),
        "targets.female_share": float(teachers.female[staff].mean()),
    }


def _share(county: County, of: np.ndarray, among: np.ndarray) -> float:
    rows = among & (county.teachers.status == SERVING)
    return float(of[rows].mean()) if rows.any() else np.nan


def _facts(tree: Mapping[str, Any], founded: Mapping[str, float], notes: Notes) -> Iterable[Fact]:
    for path, value in _leaves(tree):
        note = notes.get(path)
        shown = founded.get(path)
        known = shown is not None and np.isfinite(shown)
        yield Fact(
            path,
            value,
            shown if known else None,
            shown - value if known and shown is not None else None,
            *([note.unit or "", note.known or "", note.source or "", note.note or ""] if note else []),
        )


def _leaves(tree: Mapping[str, Any], path: str = "") -> Iterable[tuple[str, Any]]:
    for name, value in tree.items():
        if not path and name in SHOWN:
            continue
        here = f"{path}.{name}" if path else name
        if isinstance(value, Mapping):
            yield from _leaves(value, here)
        else:
            yield here, value
