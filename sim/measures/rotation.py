"""Rotation: decreed, done, short and why, who is away, and how good the movers are.

What groups report counts for the stage of their core. Shares of core teachers count the cores of the fixed
roster. Cadres sent to lead a member are counted in none of these. Without groups everything is 0.
"""

import numpy as np

from sim.measures.measure import QUALITY_BALANCE, Measure
from sim.measures.places import ALL, WITH_ROLE, Floats
from sim.measures.schools import SchoolYear
from sim.state import RECEIVED, SENT, SERVING, SHORTFALL_CAUSES, STAGES, County

_CAUSE = {
    "stay": "already posted, or just returned",
    "age": "above the age limit",
    "honour": "without the required honour",
    "refusal": "refused",
    "load": "those who stay could not carry the lessons",
    "partner": "no partner of the subject to exchange, or no school in that direction",
    "money": "not paid for",
    "rank": "not backbone or not good enough, or too few backbone teachers for their decreed share",
    "protection": "kept back: the core is protected, the staff kept stable, or the schools are alike already",
}

ELIGIBLE_YEARS = 6
"""Years at one school after which a teacher is to move."""

MEASURES = (
    Measure("rotation_due", "persons a year", "new movers decreed"),
    Measure("rotation_done", "persons a year", "new movers posted"),
    Measure(
        "rotation_new_movers",
        "persons a year",
        "teachers newly posted this year, exchange partners and cadres apart; each once, whatever rules they fit",
    ),
    Measure("rotation_refused", "persons a year", "eligible teachers who refused", better="lower"),
    Measure("rotation_shortfall", "share", "1 − done / due; 0 where nothing is due", better="lower"),
    *(
        Measure(f"rotation_short_{cause}", "persons a year", f"due, not posted: {why}", better="lower")
        for cause, why in _CAUSE.items()
    ),
    Measure(
        "rotation_away",
        "share",
        "core teachers on file who are posted to teach elsewhere at the examination / core teachers on file; "
        "cadre postings are not counted",
    ),
    Measure("rotation_transfers", "persons a year", "posted teachers who stayed for good, exchange partners too"),
    Measure("cadres_short", "persons a year", "cadres decreed, not lent: the core had nobody at home", better="lower"),
    Measure("movers_quality", "σ_T", "mean quality of new movers against the mean of their school"),
    Measure(
        "selection_unattainable",
        "groups",
        "groups where the decreed quality of movers could not be reached",
        better="lower",
    ),
    Measure(
        "rotation_of_eligible",
        "share",
        "teachers newly sent or received in exchange this year / teachers who have served at their school for "
        f"{ELIGIBLE_YEARS} years or more",
        f"{QUALITY_BALANCE}, assurance 11: at least 0.10; eligible after 教师〔2014〕4号",
        better="higher",
    ),
    Measure(
        "rotation_backbone_share",
        "share",
        "share of backbone teachers among this year's new movers",
        f"{QUALITY_BALANCE}, assurance 11: at least 0.20",
        better="higher",
    ),
)


def take(year: SchoolYear) -> dict[str, Floats]:
    """The measures of rotation of a year. Shape (3 stage cuts,); NaN for the movers of a year without any."""
    county, staff = year.county, year.staff_in_places
    groups = county.groups
    stage = county.schools.stage[groups.core]
    counted = np.concatenate([np.ones((1, len(groups)), bool), stage == np.arange(len(STAGES))[:, None]])
    quality = np.where(groups.done > 0, groups.movers_quality, 0) * groups.done
    people = [groups.due, groups.done, groups.refused, groups.unattainable, groups.transfers]
    people += [groups.cadres_short, *groups.short.T]
    reported = np.array([quality, *people])
    quality, due, done, refused, unattainable, transfers, cadres_short, *short = np.einsum(
        "cg,sg->cs", reported, counted
    )
    core = WITH_ROLE["core"]
    return {
        "rotation_due": due,
        "rotation_done": done,
        "rotation_new_movers": staff.movers[:, ALL],
        "rotation_refused": refused,
        "rotation_shortfall": np.where(due > 0, 1 - done / due, 0),
        **{f"rotation_short_{cause}": missing for cause, missing in zip(SHORTFALL_CAUSES, short, strict=True)},
        "rotation_away": np.where(staff.file[:, core] > 0, staff.away[:, core] / staff.file[:, core], 0),
        "rotation_transfers": transfers,
        "cadres_short": cadres_short,
        "movers_quality": quality / done,
        "selection_unattainable": unattainable,
        "rotation_of_eligible": _of_eligible(county),
        "rotation_backbone_share": staff.backbone_movers[:, ALL] / staff.movers[:, ALL],
    }


def _of_eligible(county: County) -> Floats:
    """New movers for each eligible teacher. Shape (3 stage cuts,); NaN where nobody is eligible."""
    teachers = county.teachers
    stage = county.schools.stage[teachers.home]
    away = (teachers.posting == SENT) | (teachers.posting == RECEIVED)
    moved = stage[away & (teachers.forced_year == county.year)]
    eligible = stage[(teachers.status == SERVING) & (teachers.years_here >= ELIGIBLE_YEARS)]
    new, old = (np.bincount(found, minlength=len(STAGES)) for found in (moved, eligible))
    return np.r_[new.sum(), new] / np.r_[old.sum(), old]
