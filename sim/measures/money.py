"""Money by purpose: the special fund of the groups, what cores and towns pay besides, and labour. Whole yuan, exact.

Salaries and the public-use quota of every school are no group purposes and are not in the cost. What is allotted
and not spent stays with the groups as their balance.
"""

import numpy as np

from sim.grouped import ratio
from sim.measures.measure import Measure
from sim.measures.places import ALL, Floats
from sim.measures.schools import SchoolYear

SPENT = ("equipment", "postings", "events", "pairs", "curriculum")
"""What the special fund pays for."""

MEASURES = (
    Measure(
        "cost_yuan_per_pupil",
        "yuan of the base year a pupil a year",
        "special fund spent on equipment, postings, events, pairs and courses, and public-use money of cores spent on "
        "decreed postings, and money spent on boarders, for each pupil of the county",
        better="lower",
        cut="county",
    ),
    *(
        Measure(f"money_{purpose}_yuan", "yuan a year", meaning, cut="county")
        for purpose, meaning in (
            ("allotted", "special fund allotted to groups this year"),
            ("equipment", "special fund spent on equipment"),
            ("postings", "special fund spent on postings"),
            ("core_paid", "public-use money of cores spent on decreed postings that the fund could not pay"),
            ("events", "special fund spent on joint events"),
            ("pairs", "special fund spent on mentoring pairs"),
            ("curriculum", "special fund spent on shared courses and shared classes"),
            ("boarding", "spent on boarders"),
            ("unspent", "special fund that groups hold unspent at the end of the year"),
            ("leaked", "special fund lost on the way"),
            ("awaiting", "special fund that waits for approval at the end of the year"),
            ("town_missing", "town money missing to the floor for branches"),
            ("town_deducted", "taken by the county from towns below the floor, and paid to their branches"),
        )
    ),
    Measure(
        "labour_yuan_per_pupil",
        "yuan of the base year a pupil a year",
        "labour cost of the teachers on file by their titles, for each pupil",
    ),
)


def take(year: SchoolYear) -> dict[str, Floats]:
    """The money of a year. Numbers without dimension, labour (3 stage cuts,); 0 without groups."""
    county, groups, staff = year.county, year.county.groups, year.staff_in_places
    yuan = {
        "allotted": groups.allotted_yuan,
        "equipment": groups.equipment_yuan,
        "postings": groups.postings_yuan,
        "core_paid": county.schools.paid_yuan,
        "events": groups.events_yuan,
        "pairs": groups.pairs_yuan,
        "curriculum": groups.curriculum_yuan,
        "boarding": county.schools.boarding_yuan,
        "unspent": groups.balance_yuan,
        "leaked": county.county.leaked_yuan,
        "awaiting": groups.awaiting_yuan,
        "town_missing": county.towns.missing_yuan,
        "town_deducted": county.towns.deducted_yuan,
    }
    total = {purpose: values.sum() for purpose, values in yuan.items()}
    cost = sum(total[purpose] for purpose in SPENT) + total["core_paid"] + total["boarding"]
    titles = np.array([staff.title_junior, staff.title_intermediate, staff.title_senior])[:, :, ALL]
    labour = county.county.labour_yuan[0] @ titles
    return {
        "cost_yuan_per_pupil": np.divide(cost, year.pupils_in_places.pupils[ALL, ALL]),
        **{f"money_{purpose}_yuan": value for purpose, value in total.items()},
        "labour_yuan_per_pupil": ratio(labour, year.pupils_in_places.pupils[:, ALL], np.nan),
    }
