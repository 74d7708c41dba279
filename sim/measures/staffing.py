"""Staffing: the quality of the teachers whom pupils meet, turnover, posts, titles, and management.

Quality q = talent + experience + match + skill of a teacher of a main subject, counted where he or she
teaches (present). A school's q is the mean of its teachers; schools are weighed by their pupils.
"""

import numpy as np

from sim.measures.measure import QUALITY_BALANCE, Measure
from sim.measures.places import ALL, ROLE_SCHOOLS, RURAL, STRONGEST, URBAN, WEAKEST, WITH_ROLE, ZONED, Floats
from sim.measures.schools import SchoolYear
from sim.state import ROLES, TITLES

CLASS_SIZE_RULE = f"{QUALITY_BALANCE}, assurance 5: at most 45 in primary and 50 in junior classes"

SHOWN_ROLES = ("core", "member")
"""Roles for which turnover and titles are shown."""

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
    Measure(
        "gap_teacher_quality_thirds",
        "σ a year",
        "teacher quality of the most attractive third of schools − of the least attractive, as ranked at founding",
        better="lower",
    ),
    Measure(
        "novice_share",
        "share",
        "share of present teachers in the years in which the novice deficit closes",
        better="lower",
        cut="zone",
    ),
    *(
        Measure(f"novice_share_{role}", "share", f"novice_share of {ROLE_SCHOOLS[role]}", better="lower")
        for role in SHOWN_ROLES
    ),
    Measure(
        "gap_novice_share_thirds",
        "share",
        "novice_share of the least attractive third of schools − of the most attractive, as ranked at founding",
        better="lower",
    ),
    *(
        Measure(
            f"exit_share_{role}", "share", f"exits for each teacher on file in {ROLE_SCHOOLS[role]}", better="lower"
        )
        for role in SHOWN_ROLES
    ),
    Measure("drift_in", "persons a year", "teachers who came from another school of their own will", cut="zone"),
    *(
        Measure(f"title_{title}_{role}", "share", f"title_{title}_share of {ROLE_SCHOOLS[role]}")
        for title in TITLES[1:]
        for role in SHOWN_ROLES
    ),
    Measure("special_posts", "posts", "posts that stand in for core teachers sent out"),
    Measure(
        "out_of_field_share",
        "share",
        "share of the weekly periods of main subjects that no teacher of the subject gives, visitors included",
        better="lower",
        cut="zone",
    ),
    Measure(
        "subject_coverage",
        "share",
        "share of the subjects of all schools that teachers of the subject give, visitors included",
        better="higher",
        cut="zone",
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
    novices = staff.novices / staff.present
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
        "gap_teacher_quality_thirds": quality[:, STRONGEST] - quality[:, WEAKEST],
        "novice_share": novices[:, ZONED],
        **{f"novice_share_{role}": novices[:, WITH_ROLE[role]] for role in SHOWN_ROLES},
        "gap_novice_share_thirds": novices[:, WEAKEST] - novices[:, STRONGEST],
        **{f"exit_share_{role}": (staff.exits / staff.file)[:, WITH_ROLE[role]] for role in SHOWN_ROLES},
        "drift_in": staff.drifted[:, ZONED],
        **{
            f"title_{title}_{role}": (titled[rank] / staff.file)[:, WITH_ROLE[role]]
            for rank, title in enumerate(TITLES)
            if rank
            for role in SHOWN_ROLES
        },
        "special_posts": weighted.special_posts[:, ALL],
        "out_of_field_share": (weighted.out_of_field / weighted.lessons)[:, ZONED],
        "subject_coverage": (weighted.taught / weighted.subjects)[:, ZONED],
        "management_gap": management[:, core] - management[:, member],
        "management_member": management[:, member],
    }
