"""Counties and policies to test on: Taishan, small counties made in code, rules changed by path.

No targets are solved here: a founding without recorded numbers is made at the first guess, else as ever.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from sim.configs import freeze
from sim.evidence import Evidence
from sim.facts import Facts
from sim.founding import Calibration, Setting, found
from sim.founding.pupils import first_guess
from sim.founding.record import recall
from sim.library import load_births, load_evidence, load_facts, load_policy, load_stages
from sim.policy import Policy
from sim.process import Process, apply
from sim.state import County
from sim.validation.placebos import changed, differences, with_towns  # noqa: F401
from sim.year import SCHOOL_YEAR, advance

TOWN_RULES = {
    "funding.need_share": 0.25, "funding.equipment_share": 0.5, "funding.progressivity": 0.75,
    "funding.approval_threshold_yuan": 30_000, "funding.town_floor_ratio": 1.0, "funding.town_compliance": 0.5,
    "funding.town_enforced": True, "links.fused.finance": "supervised",
    "links.fused.facilities": {"ownership": "group", "allocation": "need", "sharing": 0.5, "transfer_rate": 0.2},
}  # fmt: skip
"""Every rule of money and facilities that the plan of Taishan does not have."""


class World(NamedTuple):
    """A founded county with what it was founded on, ready for a policy."""

    county: County
    setting: Setting
    evidence: Evidence


def switched_off(evidence: Evidence, *names: str) -> Evidence:
    """The evidence with mechanisms switched off."""
    return changed(evidence, {f"switches.{name}": False for name in names})


@cache
def evidence() -> Evidence:
    """Every coefficient at its value."""
    return load_evidence().value


@cache
def policy(name: str = "taishan", *settings: str) -> Policy:
    """A policy by name with settings."""
    return load_policy(name, settings).value


def setting(facts: Facts, own: Policy | None = None, known: Evidence | None = None) -> Setting:
    """A county's setting under the national rules."""
    return Setting(facts, load_stages(), load_births(), known or evidence(), policy("none"), own)


def solved(here: Setting) -> Calibration:
    """The recorded numbers of a founding, its first guess where none are recorded."""
    recorded = recall(here)
    return recorded[0] if recorded else first_guess(here)


@cache
def taishan(seed: int = 1, years: int = 0, policy_name: str = "taishan") -> World:
    """Taishan after some years under a policy. Not to be advanced: take `county.copy()`."""
    if years:
        before = taishan(seed, years - 1, policy_name)
        county = before.county.copy()
        advance(county, policy(policy_name), evidence(), seed)
        return before._replace(county=county)
    here = setting(load_facts("taishan").value, policy("taishan"))
    return World(found(here, solved(here), seed), here, evidence())


def continued(
    start: County,
    rules: Policy,
    known: Evidence,
    seed: int,
    years: int = 1,
    processes: tuple[Process, ...] = SCHOOL_YEAR,
) -> County:
    """The county some years on; `start` stays as it is."""
    county = start.copy()
    for _ in range(years):
        advance(county, rules, known, seed, processes)
    return county


def after(process: Process, county: County, rules: Policy, known: Evidence | None = None, seed: int = 1) -> County:
    """A copy of the county after one process of its year."""
    later = county.copy()
    apply(later, process, process.run(later, rules, known or evidence(), seed))
    return later


TINY_GROUP = {"first": ("中心小学", {"fused": ("近郊小学",), "joint": ("远镇小学",)})}
"""The group of `tiny_county`: core, fused member and joint partner."""


def tiny_policy(**settings: Any) -> Policy:
    """Taishan's rules for the group of `tiny_county`; settings by path, `__` standing for a dot."""
    return grouped(TINY_GROUP, {path.replace("__", "."): value for path, value in settings.items()})


JOINT_WORK: dict[str, Any] = {
    "links.fused.mentoring.matching": "weak_subject", "links.joint.mentoring.matching": "demand",
    "links.joint.mentoring.events_per_term": {"help_project": 2, "showcase": 1},
    "links.fused.mentoring.projects": 1, "links.fused.mentoring.studios": ("chinese", "maths"),
    "links.fused.mentoring.experts_per_term": 5, "links.joint.mentoring.experts_per_term": 2,
    "links.fused.mentoring.shadowing_per_year": 2, "links.fused.mentoring.centre": True,
    "links.fused.mentoring.effectiveness": 1.2, "links.joint.curriculum.online": True,
    "links.fused.curriculum.sync": 0.5, "links.fused.curriculum.shared_classes": 0.1,
    "links.joint.curriculum.shared_classes": 0.2, "links.fused.curriculum.student_events_per_year": 2,
    "funding.shared_class_yuan": 100_000, "funding.special_fund_yuan": 6_000_000,
}  # fmt: skip
"""Every kind of joint work at once, for Taishan's two links: settings by path, beyond its own plan."""


TARGETS: dict[str, Any] = {
    "backbone_cv": 0.4, "degree": {"mean": 4.5, "cv": 0.3}, "pe_arts": {"mean": 0.9, "cv": 0.4},
    "area_m2": {"mean": 5.0, "cv": 0.4}, "sports_m2": {"mean": 8.0, "cv": 0.5},
    "equipment_yuan": {"mean": 2300, "cv": 0.4}, "multimedia": {"mean": 2.6, "cv": 0.4},
    "teachers_within_cv": 0.2, "pupils_within_cv": 0.3, "class_size": 30, "age_mean": 40, "age_sd": 9,
    "female_share": 0.6, "between_school_share": 0.15,
}  # fmt: skip


def names_of(stage: str, zones: Mapping[str, tuple[int, int, int]]) -> list[str]:
    """Names of a stage's schools: P or J, the zone and a number, as `P-seat-1`."""
    return [f"{stage[0].upper()}-{zone}-{k}" for zone, (schools, *_) in zones.items() for k in range(1, schools + 1)]


def facts(
    primary: Mapping[str, tuple[int, int, int]],
    junior: Mapping[str, tuple[int, int, int]] | None = None,
    **changes: Any,
) -> Facts:
    """A county: zones of each stage as (schools, pupils, teachers); all schools are named by `names_of`."""
    targets = TARGETS | changes.pop("targets", {})
    stages: dict[str, Any] = {}
    named = []
    for stage, zones in (("primary", primary), ("junior", junior or {})):
        if not zones:
            continue
        stages[stage] = {
            "zones": {
                zone: {"schools": schools, "pupils": pupils, "teachers": teachers, "backbone_per_100": 0.8}
                for zone, (schools, pupils, teachers) in zones.items()
            },
            "targets": targets,
            "spending_yuan": 16_000,
        }
        for name in names_of(stage, zones):
            named.append({"name": name, "en": name, "stage": stage, "zone": name.split("-")[1]})
    values: dict[str, Any] = {
        "title": {"en": "A small county", "zh": "小县"}, "year0": 2021, "burn_in_years": 1,
        "births_index": "national", "births_trend": 0.0, "stages": stages,
        "scores": {"urban_rural_gap": 0.2, "core_member_gap": 0.2},
        "honour_other_share": 0.3, "honour_min_years": 6,
        "labour_yuan": {"junior": 140_000, "intermediate": 170_000, "senior": 210_000},
        "named_schools": named, "equipment_life_years": 8,
    }  # fmt: skip
    return Facts.model_validate(freeze(values | changes))


def founded(here: Setting, seed: int = 1) -> World:
    """A county founded at its first guess."""
    return World(found(here, first_guess(here), seed), here, here.evidence)


def grouped(groups: Mapping[str, tuple[str, Mapping[str, tuple[str, ...]]]], settings: Mapping[str, Any]) -> Policy:
    """Taishan's rules for other groups: name to (core, {link: members}), and settings by dotted path."""
    named = {
        name: {"title": {"en": name, "zh": name}, "core": core, "members": dict(members)}
        for name, (core, members) in groups.items()
    }
    return changed(policy("taishan"), {"groups": named, "start_year": None, **settings})
