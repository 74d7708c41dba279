"""Exchanges that bring schools together: the group moves teachers so that its schools become alike.

One school of the exchange is given; from the pairs of the same subject that it could form with the others, the
group takes the pair after which mean quality and backbone share differ least, each time from what is then so.
A pair that would widen the difference is not formed, nor one that would bring a protected core below its floor.
"""

from collections import Counter
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.destinations import Destinations
from sim.eligibility import Pool, Turn
from sim.links import RotationRule
from sim.state import SERVING

Floats = NDArray[np.float64]
Ints = NDArray[np.integer]
ROUNDING = 1e-9
"""Smaller gains are none."""


class BalancingExchanges:
    """Chooses exchanges between one school and others by what they do to the differences between them."""

    def __init__(self, turn: Turn, rule: RotationRule, origin: int, targets: Ints, pool: Pool) -> None:
        self.turn, self.rule, self.origin, self.pool = turn, rule, origin, pool
        self.places = Destinations(turn, rule, origin, targets, 0)
        self.subject = turn.year.county.teachers.subject
        self.free: dict[int, list[int]] = {}
        for row in pool.rows.tolist():
            self.free.setdefault(int(self.subject[row]), []).append(row)
        self.level = {school: self._level(school) for school in (origin, *self.places.quota)}

    def send(self, most: int) -> tuple[list[int], Counter[str]]:
        """Exchange teachers while it brings schools closer, at most `most`; who is left is kept back."""
        sent: list[int] = []
        stopped: Counter[str] = Counter()
        while len(sent) < most:
            found = self._best()
            if found is None:
                break
            row, partner, unit = found
            self.places.partners[unit, int(self.subject[row])].remove(partner)
            self.free[int(self.subject[row])].remove(row)
            moved = self._worth(np.array([row]))[0] - self._worth(np.array([partner]))[0]
            for school, sign in ((self.origin, -1), (unit, 1)):
                mean, size = self.level[school]
                self.level[school] = (mean + sign * moved / size, size)
            self.turn.send(self.rule, row, unit, partner, row in self.pool.pushed)
            sent.append(row)
        if len(sent) < most:
            for subject, rows in self.free.items():
                cause = "protection" if self.places.open_to(subject) else "partner"
                stopped[cause] += len(rows)
        return sent, stopped

    def _best(self) -> tuple[int, int, int] | None:
        """The pair, and its other school, that leaves the smallest difference; none where every pair would widen it."""
        found, least = None, ROUNDING
        mean, size = self.level[self.origin]
        for (unit, subject), partners in self.places.partners.items():
            rows = self.free.get(subject)
            if not rows or not partners:
                continue
            other, there = self.level[unit]
            moved = self._worth(np.array(rows))[:, None] - self._worth(np.array(partners))[None]
            gap = mean - other
            after = gap - moved * (1 / size + 1 / there)
            gain = (gap**2).sum() - (after**2).sum(-1)
            gain[self._hurts_core(unit, np.array(rows), np.array(partners))] = -np.inf
            place = int(gain.argmax())
            if gain.flat[place] > least:
                least = float(gain.flat[place])
                found = rows[place // len(partners)], partners[place % len(partners)], unit
        return found

    def _hurts_core(self, unit: int, rows: Ints, partners: Ints) -> NDArray[np.bool_]:
        """Which pairs of the given school's teachers and another's are kept from a protected core. (rows, partners)"""
        if self.origin == self.turn.core:
            return self.turn.pairs_hurt_core(rows, partners)
        if unit == self.turn.core:
            return self.turn.pairs_hurt_core(partners, rows).T
        return np.zeros((rows.size, partners.size), bool)

    def _worth(self, rows: Ints) -> Floats:
        """Quality without match, in σ_T, and backbone status of teachers. (rows, 2)"""
        return self._worths[rows]

    @cached_property
    def _worths(self) -> Floats:
        year, rows = self.turn.year, np.arange(len(self.turn.year.county.teachers))
        quality = (year.quality(rows) - year.now["match"]) / year.evidence.teacher_effect_sd
        return np.stack([quality, year.county.teachers.backbone], axis=-1)

    def _level(self, school: int) -> tuple[Floats, int]:
        """Mean worth of those present at a school, and how many they are."""
        year = self.turn.year
        rows = np.flatnonzero((year.county.teachers.status == SERVING) & (year.now["school"] == school))
        return (self._worth(rows).mean(0), rows.size) if rows.size else (np.zeros(2), 1)
