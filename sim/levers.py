"""Levers: which mechanisms a policy sets to work, against the same county's policy without groups.

A lever is a place in the policy. It is set where its value differs from that of the policy without groups or, for a
link, from what a link has that says nothing. Every lever here has a switch that takes away what it does.
"""

from collections.abc import Mapping
from typing import Any

from sim.configs import Section
from sim.policy import Policy

LEVERS: Mapping[str, tuple[str, ...]] = {
    "rotation": ("links.rotation", "links.cadres", "links.executive_principals"),
    "pairing": ("links.mentoring.pairing_coverage",),
    "events": tuple(
        f"links.{path}"
        for path in (
            "mentoring.events_per_term", "mentoring.projects", "mentoring.studios", "mentoring.experts_per_term",
            "mentoring.shadowing_per_year", "mentoring.centre", "curriculum.student_events_per_year",
        )
    ),
    "management": ("links.leadership", "links.cadres", "links.executive_principals"),
    "curriculum": ("links.curriculum.sharing", "links.curriculum.sync"),
    "bundling": ("assessment.bundle_weight",),
    "fund": ("funding.special_fund_yuan",),
    "shared_classes": ("links.curriculum.shared_classes",),
    "lifecycle": ("lifecycle",),
    "equipment": ("funding.equipment_share",),
    "facilities": ("links.facilities",),
    "towns": ("funding.town_floor_ratio",),
    "open_selection": ("staffing.recruitment",),
    "inflow_gate": ("links.rotation.inflow_gate",),
    "group_first": ("links.rotation.group_first",),
    "post_pooling": ("staffing.pool_scope", "staffing.post_total_fixed"),
    "special_posts": ("staffing.group_special_posts",),
    "title_rules": ("staffing.senior_post_uplift", "incentive.title_unit"),
    "itinerant": ("staffing.itinerant",),
    "backbone_formation": ("staffing.backbone_formation",),
    "joint_admission": ("admissions.unit",),
    "second_address": ("admissions.second_address",),
    "migrants": ("admissions.migrants",),
    "boarding": ("admissions.boarding",),
    "privilege": ("admissions.privilege",),
    "transfers": ("admissions.transfer_allowed",),
    "seat_rules": ("admissions.must_accept", "admissions.extra_classes"),
}  # fmt: skip
"""Mechanisms and the levers that set them to work."""


def set_by(policy: Policy, without: Policy) -> tuple[str, ...]:
    """Mechanisms that a policy sets to work."""
    return tuple(name for name, paths in LEVERS.items() if any(_is_set(policy, without, path) for path in paths))


def _is_set(policy: Policy, without: Policy, path: str) -> bool:
    if path.startswith("links."):
        return any(_says(link, path.removeprefix("links.")) for link in policy.links.values())
    return bool(_at(policy, path) != _at(without, path))


def _at(section: Section, path: str) -> Any:
    value: Any = section
    for key in path.split("."):
        value = getattr(value, key)
    return value


def _says(section: Section, path: str) -> bool:
    """Whether a section has another value at a path than one that says nothing."""
    *parents, last = path.split(".")
    for key in parents:
        if (inner := getattr(section, key)) is None:
            return False
        section = inner
    usual = type(section).model_fields[last].get_default(call_default_factory=True)
    return bool(getattr(section, last) != usual)
