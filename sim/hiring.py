"""Hiring: open seats are filled from one county list of applicants a year.

Stronger schools get the better ones, as loosely as keeps the spread between schools steady.
"""

import numpy as np
from numpy.typing import NDArray

from sim.draws import Draws
from sim.evidence import Evidence
from sim.population import Applicants
from sim.posts import Seats, seat_address
from sim.state import SUBJECTS, County

Floats = NDArray[np.float64]


def hire(
    county: County, evidence: Evidence, draw: Draws, listed: Applicants, seats: Seats
) -> tuple[NDArray[np.integer], Seats]:
    """Places of the list that are hired, and the seat each takes.

    As many are called as there are seats, in the order of the list, whatever their quality; among these,
    stronger schools get the more talented, with a correlation that keeps the between-school share of talent
    (P2) steady.
    """
    sorting = evidence.hiring_sorting if evidence.switches.hiring_sorting else 0.0
    tie = min(sorting * np.sqrt(evidence.teacher_between_school_share), 1.0)
    noise = draw.normal("seat", seat_address(seats.school, seats.subject, seats.post))
    rank = tie * county.schools.attractiveness[seats.school] + np.sqrt(1 - tie * tie) * noise
    stage = county.schools.stage[seats.school]
    hired, taken = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for cell in np.unique(stage * len(SUBJECTS) + seats.subject):
        wanted = np.flatnonzero(stage * len(SUBJECTS) + seats.subject == cell)
        able = np.flatnonzero(listed.stage * len(SUBJECTS) + listed.subject == cell)
        number = min(wanted.size, able.size)
        strongest = wanted[np.argsort(-rank[wanted], kind="stable")][:number]
        called = able[:number]
        hired.append(called[np.argsort(-listed.talent[called], kind="stable")])
        taken.append(strongest)
    rows, place = np.concatenate(hired), np.concatenate(taken)
    order = np.argsort(rows)
    place = place[order]
    return rows[order], Seats(seats.school[place], seats.subject[place], seats.post[place])
