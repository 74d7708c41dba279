"""Drift and hiring: who fills the open seats of schools.

Teachers of weaker schools wish to move to stronger ones, but only vacancies let them, and only if the match
is no worse. What is left is filled from one county list of applicants a year: stronger schools get the
better ones, as loosely as keeps the spread between schools steady.
"""

from heapq import heapify, heappop, heappush

import numpy as np
from numpy.typing import NDArray

from sim.draws import Draws
from sim.evidence import Evidence
from sim.population import Applicants
from sim.posts import Seats
from sim.state import AT_HOME, CORE, SERVING, SUBJECTS, County

Floats = NDArray[np.float64]
SEAT_LUCK = 16
"""Seats of one subject in a school that have luck of their own; the next share it with the first."""


def drift(
    county: County, evidence: Evidence, draw: Draws, status: NDArray, seats: Seats
) -> tuple[NDArray[np.integer], Seats, Floats, Seats]:
    """Teachers who drift to stronger schools, their new seats and matches, and the seats left open.

    Seats are offered from the strongest school down; among those who wish to move the more talented come
    first, loosely. A seat that a mover leaves is offered in its turn.
    """
    teachers, schools = county.teachers, county.schools
    nobody = np.zeros(0, np.int64), Seats(*(np.zeros(0, np.int64),) * 3), np.zeros(0)
    if not evidence.switches.drift:
        return *nobody, seats
    core = schools.roster[teachers.home] == CORE
    rate = np.where(core, evidence.drift_wish_rate_core, evidence.drift_wish_rate)
    luck = draw.uniform("wish", teachers.id)
    wishing = np.flatnonzero((status == SERVING) & (teachers.posting == AT_HOME) & (luck < rate))
    match = teachers.match[wishing]
    if evidence.switches.match:
        match = evidence.match_sd * draw.normal("drift match", teachers.id[wishing])
    better = match >= teachers.match[wishing]
    waiting: dict[tuple[int, int], list[tuple[float, int, float]]] = {}
    tie, spread = np.sqrt(evidence.teacher_between_school_share), max(float(county.county.talent_sd[0]), 1e-9)
    key = tie * teachers.talent[wishing] / spread
    key = key + np.sqrt(1 - tie * tie) * draw.normal("drift order", teachers.id[wishing])
    able = wishing[better]
    listed = zip(
        teachers.stage[able].tolist(), teachers.subject[able].tolist(), (-key[better]).tolist(), able.tolist(),
        match[better].tolist(), strict=True,
    )  # fmt: skip
    for stage, subject, rank, row, found in listed:
        waiting.setdefault((stage, subject), []).append((rank, row, found))
    for queue in waiting.values():
        queue.sort()
    pull, stage_of = schools.attractiveness.tolist(), schools.stage.tolist()
    home, home_post = teachers.home.tolist(), teachers.home_post.tolist()
    offers = [
        (-pull[school], school, subject, post)
        for school, subject, post in zip(*(column.tolist() for column in seats), strict=True)
    ]
    heapify(offers)
    rows, targets, matches, left = [], [], [], []
    while offers:
        _, school, subject, post = heappop(offers)
        queue = waiting.get((stage_of[school], subject), [])
        chosen = next((item for item in queue if pull[home[item[1]]] < pull[school]), None)
        if chosen is None:
            left.append((school, subject, post))
            continue
        queue.remove(chosen)
        _, row, found = chosen
        rows.append(row)
        targets.append((school, subject, post))
        matches.append(found)
        heappush(offers, (-pull[home[row]], home[row], subject, home_post[row]))
    return np.array(rows, np.int64), _seats(targets), np.array(matches), _seats(left)


def _seats(listed: list[tuple[int, int, int]]) -> Seats:
    return Seats(*np.array(listed, np.int64).reshape(-1, 3).T)


def hire(
    county: County, evidence: Evidence, draw: Draws, listed: Applicants, seats: Seats
) -> tuple[NDArray[np.integer], Seats]:
    """Places of the list that are hired, and the seat each takes.

    As many are called as there are seats, in the order of the list, whatever their quality; among these,
    stronger schools get the more talented, with a correlation that keeps the between-school share of talent
    (P2) steady.
    """
    tie = min(evidence.hiring_sorting * np.sqrt(evidence.teacher_between_school_share), 1.0)
    address = (seats.school * len(SUBJECTS) + seats.subject) * SEAT_LUCK + seats.post % SEAT_LUCK
    noise = draw.normal("seat", address)
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
