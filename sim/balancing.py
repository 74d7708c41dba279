"""Exchanges that bring schools together: the group moves teachers so that its schools become alike.

One school of the exchange is given; from the pairs of the same subject that it could form with the others, the
group takes the pair after which mean quality and backbone share differ least, each time from what is then so.
A pair that would widen the difference is not formed.
"""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from sim.destinations import Destinations
from sim.eligibility import Pool, Turn
from sim.policy import RotationRule
from sim.state import SERVING

Floats = NDArray[np.float64]
Ints = NDArray[np.integer]


class BalancingExchanges:
    """Chooses exchanges between one school and others by what they do to the differences between them."""

    def __init__(self, turn: Turn, rule: RotationRule, origin: int, targets: Ints, pool: Pool) -> None:
        self.turn, self.origin, self.pool = turn, origin, pool
        self.places = Destinations(turn, rule, origin, targets, 0)
        self.free = pool.rows.tolist()

    def send(self, most: int) -> tuple[list[int], Counter[str]]:
        """Exchange teachers while it brings schools closer, at most `most`; who is left is kept back for stability."""
        sent: list[int] = []
        stopped: Counter[str] = Counter()
        teachers = self.turn.year.county.teachers
        while len(sent) < most:
            found = self.best()
            if found is None:
                break
            row, partner = found
            unit = int(self.turn.year.now["home"][partner])
            self.places.partners[unit, int(teachers.subject[row])].remove(partner)
            self.turn.send(row, unit, partner, row in self.pool.pushed)
            self.free.remove(row)
            sent.append(row)
        if len(sent) < most:
            able = [bool(self.places.open_to(int(teachers.subject[row]))) for row in self.free]
            stopped["partner"], stopped["protection"] = able.count(False), able.count(True)
        return sent, stopped

    def best(self) -> tuple[int, int] | None:
        """The pair that leaves the smallest difference, none where every pair would widen it."""
        teachers = self.turn.year.county.teachers
        here, levels = self.level(self.origin), {unit: self.level(unit) for unit in self.places.quota}
        found, least = None, 0.0
        for (unit, subject), partners in self.places.partners.items():
            rows = [row for row in self.free if teachers.subject[row] == subject]
            if not rows or not partners:
                continue
            there = levels[unit]
            moved = self.worth(np.array(rows))[:, None] - self.worth(np.array(partners))[None]
            gap = here[:2] - there[:2]
            after = gap - moved * (1 / here[2] + 1 / there[2])
            gain = (gap**2).sum() - (after**2).sum(-1)
            place = np.unravel_index(int(gain.argmax()), gain.shape)
            if gain[place] > least:
                least, found = float(gain[place]), (rows[place[0]], partners[place[1]])
        return found

    def worth(self, rows: Ints) -> Floats:
        """Quality without match, in σ_T, and backbone status of teachers. (rows, 2)"""
        year = self.turn.year
        quality = (year.quality(rows) - year.now["match"][rows]) / year.evidence.teacher_effect_sd
        return np.stack([quality, year.county.teachers.backbone[rows]], axis=-1)

    def level(self, school: int) -> Floats:
        """Mean quality, backbone share and number of those present. (3,)"""
        year = self.turn.year
        rows = np.flatnonzero((year.county.teachers.status == SERVING) & (year.now["school"] == school))
        if not rows.size:
            return np.array([0.0, 0.0, 1.0])
        return np.r_[self.worth(rows).mean(0), rows.size]
