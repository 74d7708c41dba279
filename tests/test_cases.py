"""Stories for headteachers: a small county is given, something happens, and the file says what must follow.

A case is a YAML file in `tests/cases`: a title; what is given; settings of policy and evidence, by dotted path,
where they differ from Taishan's plan and the usual coefficients; what happens (processes of the year, or whole
years); and what follows, with the arithmetic as comments beside the numbers. Columns bear their names in
`sim/state.py`; people and schools are called by name, terms by their word.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ruamel.yaml import YAML
from worlds import after, changed, continued, evidence, grouped, policy

from sim.columns import NONE, Column, Table
from sim.population import cohort_ids
from sim.state import (
    GRADES,
    ROLES,
    SERVING,
    SHORTFALL_CAUSES,
    STAGES,
    SUBJECTS,
    TITLES,
    ZONES,
    Counties,
    County,
    Groups,
    Schools,
    StageTotals,
    Students,
    Teachers,
    Towns,
)
from sim.year import SCHOOL_YEAR

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
KEYS = {"title", "given", "policy", "evidence", "happens", "then", "within"}
PROCESSES = {process.name: process for process in SCHOOL_YEAR}
WORDS = {
    "stage": STAGES, "zone": ZONES, "role": ROLES, "roster": ROLES, "subject": SUBJECTS, "title": TITLES,
    "grade": GRADES, "posting": ("home", "sent", "received", "cadre"), "status": ("serving", "retired", "left"),
    "link": ("fused", "joint"),
}  # fmt: skip
LINKS = ("fused", "joint")
DEFAULTS: dict[type[Table], dict[str, Any]] = {
    Schools: {"seats": 1000, "zone": "seat", "stage": "primary"},
    Teachers: {"age": 40.0, "years_teaching": 15, "subject": "chinese", "honour": True},
    Groups: {},
    Towns: {},
    Counties: {"next_applicant": 1000, "talent_sd": 0.13, "honour_years": 6},
    StageTotals: {
        "first_grade": [1, 7], "last_grade": [6, 9], "usual_class_size": 40.0, "planned_class_size": 40.0,
        "level_years": [1.67, 1.28], "score_weight": [[0.5, 0.5, 0, 0], [0.4, 0.3, 0.3, 0]],
        "taught_from": [[1, 1, 1, 1], [7, 7, 7, 7]], "periods": 5.0, "periods_per_teacher": 1000.0,
        "staff_share": [[0.5, 0.5, 0, 0, 0, 0, 0, 0]] * 2, "applicants": 20, "spending_yuan": [15_000.0, 20_000.0],
        "applicant_shares": 0.5,
    },
}  # fmt: skip


class Names:
    """Names of schools, groups and teachers, in the order in which the case gives them."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.of = {
            Schools: list(given["schools"]), Groups: list(given.get("groups", {})),
            Teachers: list(given.get("teachers", {})), Towns: list(given.get("towns", {})),
        }  # fmt: skip

    def number(self, column: Column, value: Any) -> Any:
        """What a column holds for a word or a name; other values stay as they are."""
        if isinstance(value, list):
            return [self.number(column, item) for item in value]
        if value == "nobody":
            return NONE
        if not isinstance(value, str):
            return value
        if column.name in WORDS:
            return WORDS[column.name].index(value)
        table = {"partner": Teachers, "group": Groups, "posted_by": Groups, "town": Towns}.get(column.name, Schools)
        return self.of[table].index(value)

    def table(self, kind: type[Table], rows: list[dict[str, Any]]) -> Table:
        """A table of rows, each a mapping from column to value."""
        unknown = {name for row in rows for name in row} - kind.columns.keys()
        assert not unknown, f"{kind.__name__} has no {unknown}"
        columns = {}
        for name, column in kind.columns.items() if rows else ():
            usual = DEFAULTS[kind].get(name, column.start)
            values = [self.number(column, row.get(name, usual)) for row in rows]
            columns[name] = wide(values, column) if column.width else values
        return kind(len(rows), **columns)


def wide(values: list[Any], column: Column) -> np.ndarray:
    """Values of a column that gives every row several numbers; one number fills them all."""
    return np.array([np.broadcast_to(value, column.width) for value in values])


def pupils(given: list[dict[str, Any]], names: Names, school_year: int) -> Students:
    """Classes of pupils, each `number` alike; oldest first, then by school and class."""
    listed = []
    for row in given:
        school = names.number(Students.school, row["school"])
        cohort = school_year - row["grade"] + 1
        more = {key: value for key, value in row.items() if key not in ("school", "grade", "number")}
        home = names.number(Students.catchment, more.pop("catchment", row["school"]))
        listed.append((cohort, school, more.get("classroom", 0), row["number"], {"catchment": home} | more))
    listed.sort(key=lambda item: item[:3])
    columns: dict[str, list[Any]] = {name: [] for name in Students.columns}
    seen: dict[int, int] = {}
    for cohort, school, _, number, more in listed:
        first = seen.get(cohort, 0)
        seen[cohort] = first + number
        values = {"id": cohort_ids(cohort, first, number), "cohort": cohort, "school": school} | more
        for name, column in Students.columns.items():
            columns[name] += np.broadcast_to(values.get(name, column.start), number).tolist()
    return Students(len(columns["id"]), **columns)


def county_of(given: dict[str, Any], names: Names) -> County:
    """The county that a case describes."""
    groups, schools = given.get("groups", {}), given["schools"]
    belongs: dict[str, dict[str, Any]] = {name: {} for name in schools}
    for number, group in enumerate(groups.values()):
        belongs[group["core"]] = {"group": number, "role": "core", "joined_year": 0}
        for kind, role in zip(LINKS, ("member", "partner"), strict=True):
            for member in group.get(kind, ()):
                belongs[member] = {"group": number, "role": role, "link": kind, "joined_year": 0}
    staff = [{"home": row["school"], **row} for row in given.get("teachers", {}).values()]
    year, school_year = given.get("year", 1), given.get("school_year", 2022)
    children = pupils(given.get("pupils", []), names, school_year)
    serving = [row["home"] for row in staff if row.get("status", "serving") == "serving"]
    rolls = np.bincount(children.school, minlength=len(schools)).tolist()
    counted = [
        {"posts": serving.count(name), "usual_posts": serving.count(name), "pupils": roll, "usual_pupils": roll}
        for name, roll in zip(schools, rolls, strict=True)
    ]
    rows = [
        number | {"roster": belongs[name].get("role", "none")} | belongs[name] | columns
        for number, (name, columns) in zip(counted, schools.items(), strict=True)
    ]
    group_rows = [
        {"founded_year": 1, "first_member_year": 1} | {key: value for key, value in group.items() if key not in LINKS}
        for group in groups.values()
    ]
    stages = DEFAULTS[StageTotals] | given.get("stages", {})
    return County(
        year=year,
        school_year0=school_year - year,
        names=tuple(schools),
        names_en=tuple(schools),
        cohort_index=(),
        schools=names.table(Schools, rows),
        groups=names.table(Groups, group_rows),
        teachers=names.table(Teachers, [dict(row, id=place) for place, row in enumerate(staff)]),
        students=children,
        stages=StageTotals(2, **stages),
        county=names.table(Counties, [given.get("county", {})]),
        towns=names.table(Towns, list(given.get("towns", {}).values())),
        town_names=tuple(given.get("towns", {})),
    )


def policy_of(case: dict[str, Any]) -> Any:
    """Taishan's rules for the groups given, with the case's settings; the national rules without groups."""
    groups = {
        name: (group["core"], {kind: tuple(group.get(kind, ())) for kind in LINKS})
        for name, group in case["given"].get("groups", {}).items()
    }
    settings = case.get("policy", {})
    return grouped(groups, settings) if groups else changed(policy("none"), settings)


def happen(case: dict[str, Any], county: County) -> County:
    """The county after what happens: processes by name in turn, or a number of whole years."""
    rules, known = policy_of(case), changed(evidence(), case.get("evidence", {}))
    happens = case["happens"]
    if isinstance(happens, dict):
        return continued(county, rules, known, 1, happens["years"])
    for name in [happens] if isinstance(happens, str) else happens:
        county = after(PROCESSES[name], county, rules, known)
    return county


def told(table: Table, row: int, name: str) -> Any:
    """The value of a column for a row; causes of shortfall by name."""
    value = table.read(type(table).columns[name])[row]
    return dict(zip(SHORTFALL_CAUSES, value.tolist(), strict=True)) if name == "short" else value


def check_rows(found: Table, kind: type[Table], expected: dict[str, Any], names: Names, margin: float) -> None:
    for name, columns in expected.items():
        row = names.of[kind].index(name)
        for column, value in columns.items():
            shown = told(found, row, column)
            if column == "short":
                assert {cause: count for cause, count in shown.items() if count} == value, f"{name}: {column}"
                continue
            wanted = names.number(kind.columns[column], value)
            assert shown == pytest.approx(wanted, abs=margin), f"{name}: {column}"


def check_classes(county: County, expected: list[dict[str, Any]], names: Names, margin: float) -> None:
    students = county.students
    grades = county.school_year - students.cohort + 1
    for row in expected:
        here = (grades == row["grade"]) & (students.school == names.number(Students.school, row["school"]))
        if "classroom" in row:
            here &= students.classroom == row["classroom"]
        if "number" in row:
            assert here.sum() == row["number"], row
        for name in row.keys() & (Students.columns.keys() - {"school", "classroom"}):
            assert here.any(), row
            wanted = names.number(Students.columns[name], row[name])
            assert students.read(Students.columns[name])[here] == pytest.approx(wanted, abs=margin), (name, row)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path):
    case = YAML(typ="safe").load(path)
    assert case.keys() <= KEYS, case.keys() - KEYS
    assert case["title"].endswith("."), "a title is a sentence"
    names, margin = Names(case["given"]), case.get("within", 1e-6)
    start = county_of(case["given"], names)
    later = happen(case, start)
    then = dict(case["then"])
    for key, kind, found in (
        ("schools", Schools, later.schools), ("groups", Groups, later.groups), ("teachers", Teachers, later.teachers),
        ("towns", Towns, later.towns),
    ):  # fmt: skip
        check_rows(found, kind, then.pop(key, {}), names, margin)
    check_classes(later, then.pop("pupils", []), names, margin)
    for column, value in then.pop("county", {}).items():
        assert told(later.county, 0, column) == pytest.approx(value, abs=margin), column
    hired = then.pop("hired", None)
    if hired is not None:
        assert len(later.teachers) - len(start.teachers) == hired
        assert (later.teachers.status[len(start.teachers) :] == SERVING).all()
    assert then == {}, f"nothing checks {list(then)}"


def test_every_process_has_a_case():
    told_of = set()
    for path in CASES:
        happens = YAML(typ="safe").load(path)["happens"]
        told_of |= {happens} if isinstance(happens, str) else set(happens) if isinstance(happens, list) else set()
    assert told_of == set(PROCESSES)
    assert len(CASES) >= 12
