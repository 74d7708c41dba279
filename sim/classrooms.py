"""Classes: runs of pupils' rows, and the periods that their lessons need.

Pupils are ordered by cohort, school and class, so a class is a run of rows. A class stays together and keeps
its place among the classes of its school from year to year: it is ordered by the remainder of its cohort
when divided by the number of grades, so that an entering class takes the place of the one that left.
"""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.grouped import sums
from sim.state import SUBJECTS, County

Ints = NDArray[np.integer]


class Classrooms:
    """The classes of a county in one year. All arrays have shape (classes,) unless said otherwise."""

    def __init__(self, county: County) -> None:
        self.county = county
        students = county.students
        school, cohort, classroom = students.school, students.cohort, students.classroom
        self.made_of = (school, cohort, classroom)
        self.year = county.year
        new = np.empty(len(students), bool)
        new[:1] = True
        new[1:] = (school[1:] != school[:-1]) | (classroom[1:] != classroom[:-1])
        new[1:] |= cohort[1:] != cohort[:-1]
        self.starts = np.flatnonzero(new)
        self.school = school[self.starts]
        self.cohort = cohort[self.starts]
        self.classroom = classroom[self.starts]
        self.size = np.diff(np.r_[self.starts, len(students)])
        self.grade = county.school_year - self.cohort + 1

    @classmethod
    def of(cls, county: County) -> "Classrooms":
        """The county's classes; formed once a year, since columns are replaced and never changed."""
        students, known = county.students, county.rooms
        columns = (students.school, students.cohort, students.classroom)
        if (
            not isinstance(known, cls)
            or known.year != county.year
            or any(new is not old for new, old in zip(columns, known.made_of, strict=True))
        ):
            known = county.rooms = cls(county)
        return known

    def __len__(self) -> int:
        return self.starts.size

    @cached_property
    def stage(self) -> Ints:
        """Stage of each class."""
        return self.county.schools.stage[self.school]

    def total(self, values: NDArray) -> NDArray[np.float64]:
        """Sum of a pupils' column in each class."""
        if not len(self):
            return np.empty(0)
        return np.add.reduceat(values, self.starts, dtype=np.float64)

    def mean(self, values: NDArray) -> NDArray[np.float64]:
        """Mean of a pupils' column in each class."""
        return self.total(values) / self.size

    def spread(self, values: NDArray) -> NDArray:
        """A value of each class given to each of its pupils. Shape (pupils,)."""
        return np.repeat(values, self.size)

    @cached_property
    def periods(self) -> NDArray[np.float64]:
        """Weekly periods each class needs; who stays beyond grade 9 has its lessons. Shape (classes, subjects)."""
        by_grade = self.county.stages.periods[self.stage].reshape(-1, 9, len(SUBJECTS))
        return by_grade[np.arange(len(self)), np.minimum(self.grade, 9) - 1]

    @cached_property
    def periods_owed(self) -> NDArray[np.float64]:
        """Weekly periods that the classes of a school need. Shape (schools, subjects)."""
        schools = len(self.county.schools)
        owed = np.empty((schools, len(SUBJECTS)))
        for subject in range(len(SUBJECTS)):
            owed[:, subject] = sums(self.school, schools, self.periods[:, subject])
        return owed

    def taught(self, subject: int) -> NDArray[np.bool_]:
        """Classes that have lessons in a main subject."""
        return self.grade >= self.county.stages.taught_from[self.stage, subject]

    def ordered(self, subject: int) -> Ints:
        """Classes with lessons in `subject`, by school and place in it. Shape (taught classes,)."""
        rows = np.flatnonzero(self.taught(subject))
        grades = self.county.stages.last_grade - self.county.stages.taught_from[:, subject] + 1
        turn = self.cohort[rows] % grades[self.stage[rows]]
        return rows[np.lexsort((self.classroom[rows], turn, self.school[rows]))]


def load(county: County, owed: NDArray[np.float64], teachers: NDArray) -> NDArray[np.float64]:
    """Periods owed over periods available. All arrays (schools, subjects); 0 where nobody teaches."""
    available = teachers * county.stages.periods_per_teacher[county.schools.stage]
    return np.divide(owed, available, out=np.zeros_like(owed), where=available > 0)
