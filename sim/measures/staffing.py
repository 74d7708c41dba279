"""Staffing: the quality of the teachers whom pupils meet, turnover, posts, titles, and management.

Quality q = talent + experience + match + skill of a teacher of a main subject, counted where he or she
teaches (present). A school's q is the mean of its teachers; schools are weighed by their pupils.
"""

import numpy as np

from sim.measures.measure import QUALITY_BALANCE, Measure
from sim.measures.places import ALL, ROLE_SCHOOLS, RURAL, URBAN, WITH_ROLE, ZONED, Floats
from sim.measures.schools import SchoolYear
from sim.state import ROLES, TITLES

CLASS_SIZE_RULE = f"{QUALITY_BALANCE}, assurance 5: at most 45 in primary and 50 in junior classes"

MEASURES = (
    Measure("gap_teacher_quality", "σ a year", "teacher_quality_core − teacher_quality_member", better="lower"),
    Measure(
        "teacher_quality_mean",
        "σ a year",
        "pupil-weighted mean quality of present teachers of main subjects",
        better="higher",
        cut="zone",
    ),
    Measure("teacher_quality_sd", "σ a year", "spread of teacher quality over schools", better="lower"),
    *(
        Measure(f"teacher_quality_{role}", "σ a year", f"teacher_quality_mean of {who}", better="higher")
        for role, who in ROLE_SCHOOLS.items()
    ),
    Measure("gap_teacher_quality_urban_rural", "σ a year", "urban − rural teacher quality", better="lower"),
    Measure("pupils", "pupils", "pupils enrolled", cut="zone"),
    Measure("class_size", "pupils", "pupils a class", CLASS_SIZE_RULE, "lower", "zone"),
    Measure("classes_over_cap", "share", "share of classes above the policy's cap", CLASS_SIZE_RULE, "lower"),
    Measure("teachers_file", "persons", "teachers counted where their file is", cut="zone"),
    Measure("teachers_present", "persons", "teachers counted where they teach", cut="zone"),
    Measure("pupils_per_teacher", "pupils", "pupils for each teacher on file", cut="zone"),
    Measure(
        "exits",
        "persons a year",
        "teachers who left the county's service, retirement apart",
        better="lower",
        cut="zone",
    ),
    Measure(
        "exits_posted",
        "persons a year",
        "exits of teachers who were posted to another school",
        better="lower",
    ),
    Measure("retirements", "persons a year", "teachers who retired"),
    Measure("hires", "persons a year", "teachers in their first year of service", cut="zone"),
    Measure("vacancies", "posts", "posts − teachers on file", better="lower", cut="zone"),
    Measure("turnover", "share", "share of present teachers new to the school this year", cut="zone"),
    *(
        Measure(f"title_{title}_share", "share", f"share of teachers on file with {meaning} title")
        for title, meaning in zip(TITLES, ("a junior or no", "an intermediate", "a senior"), strict=True)
    ),
    Measure(
        "core_dilution",
        "share",
        "share of teachers present in cores who are received from members or arrived this year",
        better="lower",
    ),
    Measure("management_gap", "SD over schools", "pupil-weighted management of cores − of members", better="lower"),
    Measure("management_member", "SD over schools", "pupil-weighted management of members", better="higher"),
)


def take(year: SchoolYear) -> dict[str, Floats]:
    """The measures of staffing of a year; shapes as their cuts say, NaN where a place has no teachers."""
    pupils, staff, weighted = year.pupils_in_places, year.staff_in_places, year.weighted_in_places
    core, member = WITH_ROLE["core"], WITH_ROLE["member"]
    quality = weighted.quality / weighted.judged
    variance = weighted.quality_squares[:, ALL] / weighted.judged[:, ALL] - quality[:, ALL] ** 2
    management = weighted.management / pupils.pupils
    titled = np.array([staff.title_junior, staff.title_intermediate, staff.title_senior])
    titles = (titled / staff.file)[..., ALL]
    return {
        "gap_teacher_quality": quality[:, core] - quality[:, member],
        "teacher_quality_mean": quality[:, ZONED],
        "teacher_quality_sd": np.sqrt(np.maximum(variance, 0)),
        **{f"teacher_quality_{role}": quality[:, WITH_ROLE[role]] for role in ROLES},
        "gap_teacher_quality_urban_rural": quality[:, URBAN] - quality[:, RURAL],
        "pupils": pupils.pupils[:, ZONED],
        "class_size": (pupils.pupils / pupils.classes)[:, ZONED],
        "classes_over_cap": (pupils.crowded / pupils.classes)[:, ALL],
        "teachers_file": staff.file[:, ZONED],
        "teachers_present": staff.present[:, ZONED],
        "pupils_per_teacher": (pupils.pupils / staff.file)[:, ZONED],
        "exits": staff.exits[:, ZONED],
        "exits_posted": staff.exits_posted[:, ALL],
        "retirements": staff.retirements[:, ALL],
        "hires": staff.hires[:, ZONED],
        "vacancies": (weighted.posts - staff.file)[:, ZONED],
        "turnover": (staff.arrived / staff.present)[:, ZONED],
        "title_junior_share": titles[0],
        "title_intermediate_share": titles[1],
        "title_senior_share": titles[2],
        "core_dilution": staff.fresh[:, core] / staff.present[:, core],
        "management_gap": management[:, core] - management[:, member],
        "management_member": management[:, member],
    }
