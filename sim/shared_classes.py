"""Shared classes (双师课堂): lessons of a school that a teacher of its core gives at the same time on the screen.

A school takes a share of its main-subject lessons so. Lessons of a subject that nobody there can teach come
first; what is left is spread evenly over the others. Only subjects that the core teaches can be given. A
teacher of the class is in the room, so that no load is taken from the school.
"""

import numpy as np
from numpy.typing import NDArray

from sim.classrooms import Classrooms
from sim.evidence import Evidence
from sim.grouped import ratio
from sim.joint_work import Staff
from sim.state import MAIN_SUBJECTS, County

Floats = NDArray[np.float64]


def delivered(county: County, staff: Staff, core: int, unit: int, share: float) -> Floats:
    """Share of the lessons of each main subject given as shared classes. Shape (main subjects,).

    `share` is that of all main-subject lessons of the school `unit`; their sum over periods keeps it, unless
    the core teaches too little of them.
    """
    owed = Classrooms.of(county).periods_owed[unit, :MAIN_SUBJECTS] * (staff.weight[unit] > 0)
    wanted = share * owed.sum()
    offered = np.where(staff.number[core] > 0, owed, 0.0)
    alone = np.where(staff.number[unit] == 0, offered, 0.0)
    first = alone * min(1.0, float(ratio(wanted, alone.sum())))
    others = offered - alone
    rest = others * min(1.0, float(ratio(wanted - first.sum(), others.sum())))
    return ratio(first + rest, owed)


def giver_time(county: County, evidence: Evidence, unit: int, lessons: Floats) -> float:
    """Teacher-years that the core gives for the shared classes of a school."""
    owed = Classrooms.of(county).periods_owed[unit, :MAIN_SUBJECTS]
    available = county.stages.periods_per_teacher[county.schools.stage[unit], :MAIN_SUBJECTS]
    return evidence.shared_class_time_share * float(ratio(lessons * owed, available).sum())
