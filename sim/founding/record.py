"""The record of solved foundings: numbers that are the same for every study, solved once and committed.

Solving takes seconds, so what it gave for the counties that come with the package stands in
`solved` beside this file, with its targets and what it reached. A record counts only for exactly what it was solved
from; any other county or coefficient is solved afresh. `python -m sim.founding.record` solves all counties
again; a test compares.
"""

from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from sim.configs import names
from sim.founding.places import roles
from sim.founding.pupils import targets
from sim.founding.setting import Calibration, Reached, Setting, setting_of
from sim.library import resolve

SOLVED = Path(__file__).parent / "solved"
NOT_FOUNDING = (
    "transfer_dip", "dip_recovery", "portable_share", "sender_selection_weak", "sender_selection_strong",
    "pairing_gain", "coaching_gain", "lecture_gain", "lesson_study_gain", "shared_class_gain", "principal_sd",
    "management_half_life_years", "span_penalty", "distance_factor", "bundled_effort_gain", "unwilling_share",
    "exit_factor_unwilling", "refusal_share", "refusal_share_credit", "enforcement_decreed",
    "drift_wish_rate", "drift_wish_rate_core", "hiring_sorting", "leadership_autonomous", "leadership_convenor",
    "leadership_council", "leadership_head_principal", "leadership_single_team", "cadre_leadership",
    "span_free_members", "pairing_scale", "pairing_decay", "event_reach", "event_contacts_scale",
    "event_time_share", "load_limit", "weeks_per_sd", "smallest_effect", "town_withdrawal", "item_median_yuan",
    "item_spread", "joint_sessions", "expert_visits", "shadowing_contacts", "shadowing_time_share",
    "centre_effect", "centre_teachers", "online_relief", "shared_class_time_share", "migration_rate",
    "migrant_papers_share", "residence_year_factor", "second_address_share", "boarding_take_up", "boarding_gain",
    "transfer_wish_rate",
    "refusal_distance", "refusal_family_age", "family_age_from", "family_age_to", "pooled_refusal_factor",
    "bonus_refusal_slope",
    "drift_sorting", "exit_gradient",
    "selection_interest", "selection_accuracy", "gate_pass_share", "itinerant_travel_load", "burnout_loss",
    "willingness_of_gap", "willingness_threshold",
    "mixed_assigned_share", "core_brand_gain",
)  # fmt: skip
"""Coefficients that no replayed year reads, so that changing one leaves the solved numbers as they are (tested)."""
NOT_FOUNDING_FACTS = (
    "births_index", "births_trend", "title", "labour_yuan", "equipment_life_years", "towns", "town_share",
    "town_capital_share", "migration_factor", "migrant_share",
)  # fmt: skip
"""Facts of a county that act after year 0, or on nothing that is solved."""
NOT_FOUNDING_SWITCHES = (
    "fund",
    "equipment",
    "facilities",
    "towns",
    "drift",
    "titles",
    "rotation",
    "refusal",
    "pairing",
    "events",
    "bundling",
    "match",
    "shared_classes",
    "migration",
    "migrants",
    "boarding",
    "privilege",
    "transfers",
    "joint_admission",
    "second_address",
    "seat_rules",
    "hiring_sorting",
    "open_selection",
    "inflow_gate",
    "group_first",
    "post_pooling",
    "special_posts",
    "title_rules",
    "itinerant",
    "backbone_formation",
    "lifecycle",
    "management",
    "curriculum",
    "effort",
    "reputation",
)


def key(setting: Setting) -> str:
    """Content hash of what the solving reads."""
    facts = setting.facts.model_dump(mode="json", exclude={*NOT_FOUNDING_FACTS})
    switches = set(NOT_FOUNDING_SWITCHES)
    evidence = setting.evidence.model_dump(mode="json", exclude={*NOT_FOUNDING, "switches"})
    on = setting.evidence.switches.model_dump(exclude=switches)
    base = setting.base.model_dump(mode="json", include={"admissions", "assessment", "staffing"})
    parts = (
        facts,
        evidence,
        on,
        base,
        setting.stages.model_dump(mode="json"),
        roles(setting),
    )
    return sha256(repr(parts).encode()).hexdigest()


def recall(setting: Setting) -> tuple[Calibration, Reached] | None:
    """The recorded solution of this setting, if there is one."""
    wanted = key(setting)
    for record in _records():
        if record["key"] == wanted:
            return Calibration(**record["solved"]), Reached(**record["reached"])
    return None


@cache
def _records() -> tuple[dict[str, Any], ...]:
    return tuple(YAML(typ="safe").load(path) for path in sorted(SOLVED.glob("*.yaml")))


def _solved_afresh() -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and record of every county that comes with the package."""
    from sim.founding import CALIBRATION_SEEDS, solve

    for name in names("counties"):
        setting = setting_of(name, resolve(name))
        solved, reached = solve(setting)
        yield (
            name,
            {
                "key": key(setting),
                "seeds": list(CALIBRATION_SEEDS),
                "solved": solved._asdict(),
                "targets": targets(setting)._asdict(),
                "reached": reached._asdict(),
            },
        )


def main() -> None:
    """Solve every county again and write the records."""
    for name, record in _solved_afresh():
        path = SOLVED / f"{name}.yaml"
        with path.open("w", encoding="utf-8") as file:
            file.write("# Solved by `python -m sim.founding.record`; not edited by hand.\n")
            YAML().dump(record, file)
        print(f"{path}: largest distance from a target {_distance(record):.3f}")


def _distance(record: dict[str, Any]) -> float:
    return max(abs(record["reached"][name] - goal) for name, goal in record["targets"].items())


if __name__ == "__main__":
    main()
