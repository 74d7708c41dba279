"""Admissions: who attends the school of the catchment, who asked for another, migrant children, boarders, seats.

What schools report of the entry counts for the school that the child has a right to; pupils count where they are.
"""

import numpy as np

from sim.measures.measure import QUALITY_BALANCE, Measure
from sim.measures.places import ALL, ZONED, Floats
from sim.measures.schools import SchoolYear
from sim.state import STAGES

LARGEST_SCHOOL = 2000
"""Most pupils of a primary or junior school by the official rule."""

MEASURES = (
    Measure(
        "choice_asked", "share", "entrants whose family asked for another school (择校)", better="lower", cut="zone"
    ),
    Measure("choice_granted", "share", "of those who asked, taken at the school they asked for", cut="zone"),
    Measure(
        "catchment_enrolment",
        "share",
        "entrants who attend the school of their catchment (就近入学)",
        f"{QUALITY_BALANCE}, assurance 13: 1.00 primary, at least 0.95 junior",
        "higher",
        "zone",
    ),
    Measure("over_seats", "pupils a year", "entrants taken beyond the seats of their school", better="lower"),
    Measure("schools_over_seats", "schools", "schools that took entrants beyond their seats", better="lower"),
    Measure(
        "schools_over_size",
        "schools",
        f"schools with more than {LARGEST_SCHOOL:,} pupils",
        f"{QUALITY_BALANCE}, assurance 4: at most 2,000 in primary and junior schools",
        "lower",
    ),
    Measure("transfers", "pupils a year", "pupils who changed school above the entering grade"),
    Measure("migrant_share", "share", "migrant children (随迁子女) among pupils", cut="zone"),
    Measure(
        "migrants_at_catchment_school",
        "share",
        "migrant children who attend the school of their catchment",
        better="higher",
    ),
    Measure("boarders", "pupils", "pupils who board (寄宿)"),
)


def take(year: SchoolYear) -> dict[str, Floats]:
    """The measures of admissions of a year; shapes as their cuts say, NaN where nobody is."""
    sums, schools = year.pupils_in_places, year.county.schools
    stage = np.concatenate([np.ones((1, len(schools)), bool), schools.stage == np.arange(len(STAGES))[:, None]])
    entry = year.weighted_in_places
    return {
        "choice_asked": (entry.asked / entry.entrants)[:, ZONED],
        "choice_granted": (entry.granted / entry.asked)[:, ZONED],
        "catchment_enrolment": (1 - entry.elsewhere / entry.entrants)[:, ZONED],
        "over_seats": stage @ schools.over_seats,
        "schools_over_seats": stage @ (schools.over_seats > 0).astype(np.int64),
        "schools_over_size": stage @ (year.pupils.pupils > LARGEST_SCHOOL).astype(np.int64),
        "transfers": stage @ schools.transferred,
        "migrant_share": (sums.migrants / sums.pupils)[:, ZONED],
        "migrants_at_catchment_school": (sums.migrants_at_home / sums.migrants)[:, ALL],
        "boarders": sums.boarders[:, ALL],
    }
