"""Lessons: which subjects of a school are given by teachers of the subject, its own or visitors."""

import numpy as np
from numpy.typing import NDArray

from sim.classrooms import Classrooms
from sim.evidence import Evidence
from sim.grouped import counts
from sim.itinerant import visits
from sim.policy import Policy
from sim.state import MAIN_SUBJECTS, SERVING, SUBJECTS, County

Floats = NDArray[np.float64]


def lessons_given(county: County, policy: Policy, evidence: Evidence) -> dict[str, Floats]:
    """Lessons and subjects of each school, and those given by teachers of the subject. Each (schools,)."""
    teachers, schools = county.teachers, len(county.schools)
    cell = teachers.school * len(SUBJECTS) + teachers.subject
    cells = schools * len(SUBJECTS)
    staff = counts(cell[teachers.status == SERVING], cells).reshape(schools, len(SUBJECTS))
    owed = Classrooms.of(county).periods_owed
    given = (staff > 0).astype(np.float64)
    visiting = visits(county, policy, evidence, staff)
    if visiting is not None:
        given += visiting.covered(owed)
    main = owed[:, :MAIN_SUBJECTS]
    return {
        "lessons": main.sum(1),
        "out_of_field": (main * (1 - given[:, :MAIN_SUBJECTS])).sum(1),
        "subjects": (owed > 0).sum(1).astype(np.float64),
        "taught": np.where(owed > 0, given, 0).sum(1),
    }
