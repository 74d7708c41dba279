"""Counties for measures: schools given by the scores of their pupils, teachers by what matters of them."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from sim.state import JUNIOR, Counties, County, Groups, Schools, StageTotals, Students, Teachers

SCHOOL_YEAR0 = 2021


class Unit(NamedTuple):
    """A stage unit with its pupils, in classes of `room`; `ses` and `exam` one for all or one for each."""

    scores: Sequence[float]
    stage: int = 0
    zone: int = 0
    roster: int = 0
    ses: float | Sequence[float] = 0.0
    exam: float | Sequence[float] = 0.0
    room: int = 40


def build(
    units: Sequence[Unit],
    *,
    year: int = 1,
    teachers: Sequence[Mapping[str, Any]] = (),
    groups: Mapping[str, Any] | None = None,
    county: Mapping[str, Any] | None = None,
    **columns: Any,
) -> County:
    """A county of these units; `columns` are columns of its schools, `teachers` one mapping a teacher.

    A teacher's `at` is both home and school. Primary pupils are in grade 1, junior pupils in grade 7.
    """
    schools = {name: [getattr(unit, name) for unit in units] for name in ("stage", "zone", "roster")}
    return County(
        year=year,
        school_year0=SCHOOL_YEAR0,
        names=tuple(f"学校{number}" for number in range(len(units))),
        names_en=tuple(f"School {number}" for number in range(len(units))),
        cohort_index=(),
        schools=Schools(len(units), **schools, pupils=[len(unit.scores) for unit in units], **columns),
        groups=Groups(**{"size": 0} | dict(groups or {})),
        teachers=_teachers(teachers),
        students=_students(units, SCHOOL_YEAR0 + year),
        stages=StageTotals(2, periods=5.0),
        county=Counties(1, **(county or {})),
    )


def _teachers(given: Sequence[Mapping[str, Any]]) -> Teachers:
    staff = [{"home": one.get("at"), "school": one.get("at"), **one} for one in given]
    names = {name for one in staff for name in one} - {"at"}
    start = {name: Teachers.columns[name].start for name in names}
    return Teachers(len(staff), **{name: [one.get(name, start[name]) for one in staff] for name in names})


def _students(units: Sequence[Unit], school_year: int) -> Students:
    """Rows in the order that the table promises: by cohort, then school, then class."""
    rows = []
    for school, unit in sorted(enumerate(units), key=lambda item: (item[1].stage != JUNIOR, item[0])):
        pupils = np.arange(len(unit.scores))
        rows.append(
            {
                "school": np.full(pupils.size, school),
                "cohort": np.full(pupils.size, school_year - (6 if unit.stage == JUNIOR else 0)),
                "classroom": pupils // unit.room,
                "score": np.array(unit.scores, float),
                "ses": np.broadcast_to(unit.ses, pupils.size),
                "exam": np.broadcast_to(unit.exam, pupils.size),
            }
        )
    return Students(
        sum(len(unit.scores) for unit in units),
        **{name: np.concatenate([one[name] for one in rows]) for name in rows[0]},
    )
