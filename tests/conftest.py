"""A county small enough to work out by hand.

Four schools: the primary schools Core (seat), Member (near) and Partner (far) form group 0; the junior school
Upper (seat) takes all their leavers. Each primary school has three teachers and a class of two children in
every grade; Upper has three teachers and a class of four in grades 7 and 9 only. School year 2021 is year 0.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sim.agents import School, Student, Teacher
from sim.population import cohort_ids
from sim.state import (
    CHINESE,
    CORE,
    ENGLISH,
    FAR,
    JUNIOR,
    MATHS,
    MEMBER,
    NEAR,
    OUTSIDE,
    PARTNER,
    PE,
    PRIMARY,
    SEAT,
    Counties,
    County,
    Groups,
    Schools,
    StageTotals,
    Students,
    Teachers,
)

SCHOOL_YEAR = 2021
CORE_SCHOOL, MEMBER_SCHOOL, PARTNER_SCHOOL, UPPER_SCHOOL = range(4)

Columns = dict[str, Any]


def make_schools(given: Columns) -> Schools:
    """Four stage units."""
    columns: Columns = {
        "stage": [PRIMARY, PRIMARY, PRIMARY, JUNIOR],
        "zone": [SEAT, NEAR, FAR, SEAT],
        "group": [0, 0, 0, -1],
        "role": [CORE, MEMBER, PARTNER, OUTSIDE],
        "roster": [CORE, MEMBER, PARTNER, OUTSIDE],
        "link": [-1, 0, 1, -1],
        "joined_year": [1, 1, 1, -1],
        "feeds": [3, 3, 3, -1],
        "births_share": [1 / 3, 1 / 3, 1 / 3, 0],
        "seats": [4, 4, 4, 8],
        "pupils": [12, 12, 12, 8],
        "usual_pupils": [12, 12, 12, 8],
        "posts": 3,
        "usual_posts": 3,
        "senior_posts": 1,
        "intermediate_posts": 1,
        "area_m2": 100.0,
        "sports_m2": 200.0,
        "equipment_yuan": 40_000.0,
        "multimedia_rooms": 2.0,
        "usual_equipment_yuan": 40_000.0,
        "usual_rooms": 2.0,
    }
    return Schools(4, **columns | given)


def make_groups(given: Columns) -> Groups:
    """One group, whose core is the first school."""
    return Groups(1, **{"core": [CORE_SCHOOL], "founded_year": [1], "first_member_year": [1]} | given)


def make_teachers(given: Columns) -> Teachers:
    """Three teachers a school: at primary schools Chinese, maths and PE, at Upper Chinese, maths, English."""
    school = np.repeat(np.arange(4), 3)
    columns: Columns = {
        "id": np.arange(12),
        "home": school,
        "school": school,
        "stage": np.repeat([PRIMARY, JUNIOR], [9, 3]),
        "subject": [CHINESE, MATHS, PE] * 3 + [CHINESE, MATHS, ENGLISH],
        "age": [52.0, 38.5, 27.0] * 4,
        "female": [True, False, True] * 4,
        "years_teaching": [29, 15, 4] * 4,
        "years_here": [20, 6, 4] * 4,
        "title": [2, 1, 0] * 4,
        "degree": [False, True, True] * 4,
        "backbone": [True, False, False] * 2 + [False] * 3 + [True, False, False],
    }
    return Teachers(12, **columns | given)


def make_students(given: Columns) -> Students:
    """Two children a cohort in each primary school, four in grades 9 and 7; oldest first, then by school."""
    upper = [(cohort, UPPER_SCHOOL, 4) for cohort in (SCHOOL_YEAR - 8, SCHOOL_YEAR - 6)]
    lower = [(cohort, school, 2) for cohort in range(SCHOOL_YEAR - 5, SCHOOL_YEAR + 1) for school in range(3)]
    ids, cohort, school, catchment = [], [], [], []
    seen: dict[int, int] = {}
    for year, place, count in upper + lower:
        first = seen.get(year, 0)
        seen[year] = first + count
        ids.append(cohort_ids(year, first, count))
        cohort += [year] * count
        school += [place] * count
        catchment += [place] * count if place < UPPER_SCHOOL else [0, 1, 2, 0]
    size = len(school)
    columns: Columns = {
        "id": np.concatenate(ids),
        "cohort": cohort,
        "school": school,
        "catchment": catchment,
        "ses": np.linspace(-1, 1, size),
        "score": np.linspace(-2, 2, size),
    }
    return Students(size, **columns | given)


def make_stages(given: Columns) -> StageTotals:
    """Primary grades 1 to 6, junior grades 7 to 9; five periods of each subject a week in every grade."""
    columns: Columns = {
        "first_grade": [1, 7],
        "last_grade": [6, 9],
        "usual_class_size": [2.0, 4.0],
        "level_years": [1.67, 1.28],
        "score_weight": [[0.5, 0.5, 0, 0], [0.4, 0.3, 0.3, 0]],
        "taught_from": [[1, 1, 1, 1], [7, 7, 7, 7]],
        "periods": 5.0,
        "periods_per_teacher": 15.0,
        "staff_share": [[1 / 3, 1 / 3, 0, 0, 0, 1 / 3, 0, 0], [1 / 3, 1 / 3, 1 / 3, 0, 0, 0, 0, 0]],
        "applicants": 3,
        "cohort_pupils": [6, 4],
        "spending_yuan": [15_000.0, 20_000.0],
        "applicant_shares": 0.5,
    }
    return StageTotals(2, **columns | given)


def make_county(
    *,
    year: int = 0,
    grouped: bool = True,
    schools: Columns | None = None,
    groups: Columns | None = None,
    teachers: Columns | None = None,
    students: Columns | None = None,
    stages: Columns | None = None,
    county: Columns | None = None,
) -> County:
    """The small county; each table's keyword is a mapping from column to one value or one for each row.

    Without `grouped` there is no group yet, as in year 0 of a run; the roster stays.
    """
    apart = {} if grouped else {"group": -1, "role": OUTSIDE, "link": -1, "joined_year": -1}
    return County(
        year=year,
        school_year0=SCHOOL_YEAR - year,
        names=("中心小学", "近郊小学", "远镇小学", "实验中学"),
        names_en=("Core", "Member", "Partner", "Upper"),
        cohort_index=(),
        schools=make_schools(apart | (schools or {})),
        groups=make_groups(groups or {}) if grouped else Groups(0),
        teachers=make_teachers(teachers or {}),
        students=make_students(students or {}),
        stages=make_stages(stages or {}),
        county=Counties(1, **{"next_applicant": 1000, "talent_sd": 0.13} | (county or {})),
    )


@pytest.fixture(scope="session")
def tiny_county() -> Callable[..., County]:
    """`tiny_county(year=1, teachers={"age": 40}, schools={"zone": [0, 1, 2, 3]})` makes the small county."""
    return make_county


@pytest.fixture
def host(tiny_county):
    """A Mesa model around the tiny county."""
    from model_host import Host

    return Host(tiny_county())


@pytest.fixture
def schools(host):
    return host.agents_by_type[School]


@pytest.fixture
def teachers(host):
    return host.agents_by_type[Teacher]


@pytest.fixture
def students(host):
    return host.agents_by_type[Student]
