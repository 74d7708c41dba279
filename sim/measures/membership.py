"""Membership: how many schools are in groups, and the events in the life of groups, as of June's roster.

The roles are those of the year, not those of the fixed roster. A school that grew up to be a partner stays in its
group and counts as grown up in that year. Without groups everything is 0.
"""

import numpy as np

from sim.measures.measure import Measure
from sim.measures.places import Floats
from sim.measures.schools import SchoolYear
from sim.state import CORE, EXPELLED, GRADUATED, MERIT, SPAWNED, STAGES, open_groups

MEASURES = (
    Measure("schools_in_groups", "share", "share of schools that are in a group, cores included"),
    Measure("schools_joined", "schools a year", "schools that joined a group this year, cores apart"),
    Measure("schools_grown_up", "schools a year", "members that grew up: independent, partner or core of a new group"),
    Measure("schools_left_on_merit", "schools a year", "schools that left a group because of their standing"),
    Measure("schools_expelled", "schools a year", "schools sent away from a group that posted too few teachers"),
    Measure("groups_open", "groups", "groups that stand", cut="county"),
    Measure("groups_spawned", "groups a year", "groups founded this year by a school that grew up", cut="county"),
    Measure("groups_dissolved", "groups a year", "groups dissolved this year", cut="county"),
)


def take(year: SchoolYear) -> dict[str, Floats]:
    """The measures of membership of a year. Shape (3 stage cuts,), or without dimension for the county."""
    county = year.county
    schools, groups = county.schools, county.groups
    inside, now = schools.group >= 0, schools.left_year == county.year
    grown = (schools.departure == GRADUATED) | (schools.departure == SPAWNED)
    counted = np.array([
        np.ones(len(schools), bool),
        inside,
        (schools.joined_year == county.year) & inside & (schools.role != CORE),
        now & grown,
        now & (schools.departure == MERIT),
        now & (schools.departure == EXPELLED),
    ], float)  # fmt: skip
    stages = np.concatenate([np.ones((1, len(schools)), bool), schools.stage == np.arange(len(STAGES))[:, None]])
    total, grouped, joined, grown_up, merit, expelled = np.einsum("cs,ts->ct", counted, stages.astype(float))
    return {
        "schools_in_groups": grouped / total,
        "schools_joined": joined,
        "schools_grown_up": grown_up,
        "schools_left_on_merit": merit,
        "schools_expelled": expelled,
        "groups_open": np.float64(open_groups(groups).sum()),
        "groups_spawned": np.float64((now & (schools.departure == SPAWNED)).sum()),
        "groups_dissolved": np.float64((groups.closed_year == county.year).sum()),
    }
