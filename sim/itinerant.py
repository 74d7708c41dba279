"""Itinerant teaching (走教): a subject that a school cannot teach is taught by teachers of schools nearby.

Where it is decreed, schools of the group or of the county that have teachers of the subject give the lessons,
those with most time first, up to the load at which moves are refused. A lesson elsewhere costs the way
as well. What nobody has time for stays without a teacher of the subject.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.classrooms import Classrooms
from sim.evidence import Evidence
from sim.grouped import ratio
from sim.policy import Policy
from sim.state import SUBJECTS, County

Floats = NDArray[np.float64]
Ints = NDArray[np.integer]


class Visits(NamedTuple):
    """Lessons given at other schools. All arrays (visits,)."""

    taker: Ints
    subject: Ints
    giver: Ints
    periods: Floats

    def covered(self, owed: Floats) -> Floats:
        """Share of a school's periods in a subject that visitors give. (schools, subjects)"""
        return ratio(self._at_takers(self.periods, owed.shape), owed)

    def load(self, owed: Floats, evidence: Evidence) -> Floats:
        """Periods that visits take from the givers' time, the way included. (schools, subjects)"""
        taken = np.zeros(owed.shape)
        np.add.at(taken, (self.giver, self.subject), self.periods * (1 + evidence.itinerant_travel_load))
        return taken

    def quality(self, effect: Floats) -> Floats:
        """Mean effect of a school's visitors, each as good as the giver's teachers are. (schools, subjects)"""
        total = self._at_takers(self.periods * effect[self.giver, self.subject], effect.shape)
        return ratio(total, self._at_takers(self.periods, effect.shape))

    def _at_takers(self, values: Floats, shape: tuple[int, ...]) -> Floats:
        total = np.zeros(shape)
        np.add.at(total, (self.taker, self.subject), values)
        return total


def visits(county: County, policy: Policy, evidence: Evidence, staff: Ints) -> Visits | None:
    """Who gives whose lessons this year; None where nothing is decreed or missing. `staff`: (schools, subjects)."""
    rule = policy.staffing.itinerant
    if rule is None or not evidence.switches.itinerant:
        return None
    owed = Classrooms.of(county).periods_owed
    available = staff * county.stages.periods_per_teacher[county.schools.stage]
    time = np.maximum(evidence.load_limit * available - owed, 0.0)
    asked = np.zeros(len(SUBJECTS), bool)
    asked[[SUBJECTS.index(name) for name in rule.subjects]] = True
    missing = np.argwhere((staff == 0) & (owed > 0) & asked)
    if rule.scope == "group":
        missing = missing[county.schools.group[missing[:, 0]] >= 0]
    found: list[tuple[int, int, int, float]] = []
    # Schools with most lessons to cover are served first.
    for school, subject in missing[np.argsort(-owed[tuple(missing.T)], kind="stable")].tolist():
        left = owed[school, subject]
        for giver in _givers(county, rule.scope, school, staff[:, subject], time[:, subject]):
            given = min(left, time[giver, subject] / (1 + evidence.itinerant_travel_load))
            if given <= 0:
                break
            time[giver, subject] -= given * (1 + evidence.itinerant_travel_load)
            left -= given
            found.append((school, subject, giver, given))
    if not found:
        return None
    takers, subjects, givers, periods = zip(*found, strict=True)
    return Visits(np.array(takers), np.array(subjects), np.array(givers), np.array(periods, np.float64))


def _givers(county: County, scope: str, school: int, staff: Ints, time: Floats) -> list[int]:
    """Schools in scope that have teachers of the subject, most time first."""
    schools = county.schools
    near = (schools.stage == schools.stage[school]) & (staff > 0)
    if scope == "group":
        near &= schools.group == schools.group[school]
    rows = np.flatnonzero(near)
    return rows[np.argsort(-time[rows], kind="stable")].tolist()
