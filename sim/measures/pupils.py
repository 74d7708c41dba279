"""Pupils added up to their schools: how many, in how many classes, with which scores."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.classrooms import Classrooms
from sim.policy import Policy
from sim.state import STAGES, County

Floats = NDArray[np.float64]

SES_CUTS = (-0.8416, -0.2533, 0.2533, 0.8416)
"""Fifths of a standard normal: SES has SD 1, so a pupil stays in the same fifth in every variant and year."""
FIFTHS = len(SES_CUTS) + 1
POINTS_OF_MEAN, POINTS_OF_SIGMA = 500, 100
"""Points of a score of 0 and for each σ, as large examinations report standard scores."""
MOST_POINTS = 2000
"""No score is worth more points: 15 σ."""


class PupilSums(NamedTuple):
    """Sums over pupils. Arrays (schools,), or (3, places) when added up over places."""

    pupils: Floats
    classes: Floats
    crowded: Floats
    """Classes above the policy's cap."""
    score: Floats
    score_between: Floats
    """(sum of scores)² / pupils of each school."""
    exam: Floats
    examined: Floats
    """Pupils who have sat an examination."""
    migrants: Floats
    migrants_at_home: Floats
    """Migrant children at the school of their catchment."""
    boarders: Floats


class StageSums(NamedTuple):
    """Sums over the pupils of each stage."""

    score_squares: Floats
    """Shape (2 stages,)."""
    fifth_pupils: Floats
    """Pupils by fifth of SES, the poorest first. Shape (2 stages, 5)."""
    fifth_score: Floats
    """Shape (2 stages, 5)."""
    points: Floats
    """Pupils by whole points of their true score. Shape (2 stages, MOST_POINTS + 1)."""


def pupil_sums(county: County, policy: Policy) -> tuple[PupilSums, StageSums]:
    """The sums by school and by stage."""
    students, schools = county.students, len(county.schools)
    rooms = Classrooms(county)
    scores = students.score.astype(np.float64)
    if not len(rooms):
        nothing = np.zeros(schools)
        return PupilSums(*[nothing] * len(PupilSums._fields)), _by_stage(students.ses, scores, rooms)

    def by_school(of_class: NDArray) -> Floats:
        return np.bincount(rooms.school, weights=of_class, minlength=schools)

    cap = np.array([policy.admissions.class_size_cap.primary, policy.admissions.class_size_cap.junior])
    pupils = by_school(rooms.size)
    score = by_school(np.add.reduceat(scores, rooms.starts))
    exam = np.add.reduceat(students.exam, rooms.starts, dtype=np.float64)
    examined = rooms.size
    if np.isnan(exam).any():
        sat = ~np.isnan(students.exam)
        exam = np.add.reduceat(np.where(sat, students.exam, 0), rooms.starts, dtype=np.float64)
        examined = np.add.reduceat(sat, rooms.starts, dtype=np.int64)
    sums = PupilSums(
        pupils=pupils,
        classes=np.bincount(rooms.school, minlength=schools).astype(np.float64),
        crowded=by_school(rooms.size > cap[rooms.stage]),
        score=score,
        score_between=score * score / np.maximum(pupils, 1),
        exam=by_school(exam),
        examined=by_school(examined),
        **_marked(county),
    )
    return sums, _by_stage(students.ses, scores, rooms)


def _marked(county: County) -> dict[str, Floats]:
    """Migrant children and boarders of each school."""
    students, schools = county.students, county.schools
    migrants, boarders = np.flatnonzero(students.migrant), np.flatnonzero(students.boarding)
    school, lives = students.school[migrants], students.catchment[migrants]
    rows = {
        "migrants": school,
        "migrants_at_home": school[(school == lives) | (school == schools.feeds[lives])],
        "boarders": students.school[boarders],
    }
    return {name: np.bincount(found, minlength=len(schools)).astype(np.float64) for name, found in rows.items()}


def whole_points(scores: NDArray) -> NDArray[np.int16]:
    """Scores in points of an examination, rounded; none below 0 or above `MOST_POINTS`. Shape of `scores`."""
    points = scores.astype(np.float32)
    points *= POINTS_OF_SIGMA
    points += POINTS_OF_MEAN
    np.rint(points, out=points)
    return np.minimum(np.maximum(points, 0, out=points), MOST_POINTS, out=points).astype(np.int16)


def _by_stage(ses: NDArray, scores: Floats, rooms: Classrooms) -> StageSums:
    """The sums by stage; a stage is one run of rows or a few, since cohorts stand together."""
    above = [ses > np.float32(cut) for cut in SES_CUTS]
    fifth = above[0].astype(np.int8)
    for passed in above[1:]:
        fifth += passed
    squares, pupils, score = (np.zeros((len(STAGES), *shape)) for shape in ((), (FIFTHS,), (FIFTHS,)))
    counted = np.zeros((len(STAGES), MOST_POINTS + 1))
    points = whole_points(scores)
    first = np.flatnonzero(np.diff(rooms.stage, prepend=np.int8(-1)))
    edges = [*rooms.starts[first].tolist(), ses.size]
    for stage, start, stop in zip(rooms.stage[first].tolist(), edges[:-1], edges[1:], strict=True):
        here = slice(start, stop)
        reached = [stop - start, *(np.count_nonzero(passed[here]) for passed in above), 0]
        pupils[stage] -= np.diff(reached)
        score[stage] += np.bincount(fifth[here], weights=scores[here], minlength=FIFTHS)
        squares[stage] += np.einsum("i,i->", scores[here], scores[here])
        counted[stage] += np.bincount(points[here], minlength=MOST_POINTS + 1)
    return StageSums(squares, pupils, score, counted)
