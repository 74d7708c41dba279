"""Where movers go: which school takes a teacher, and who comes in exchange.

Schools share movers out by their staff. Where the policy matches by need, the school goes first whose load in the
subject is highest; by weak subject, the one where it is taught worst. In an exchange the partner is of the same
subject and has served a year; from country to town, where only selection opens the way, the best partner comes.
"""

import numpy as np
from numpy.typing import NDArray

from sim.classrooms import Classrooms, load
from sim.columns import NONE
from sim.eligibility import Turn
from sim.grouped import counts, whole_shares
from sim.links import RotationRule
from sim.state import SERVING, SUBJECTS

Ints = NDArray[np.integer]


class Destinations:
    """The schools open to the movers of one school, and the partners they can send in exchange."""

    def __init__(self, turn: Turn, rule: RotationRule, origin: int, targets: Ints, most: int) -> None:
        self.turn, self.rule, self.origin = turn, rule, origin
        year = turn.year
        serving = year.county.teachers.status == SERVING
        staff = counts(np.where(serving, year.now["home"], NONE), len(year.county.schools))
        hands = staff[targets] if staff[targets].any() else np.ones(targets.size)
        shares = whole_shares(most, hands) if targets.size else np.zeros(0, int)
        self.quota = dict(zip(targets.tolist(), shares.tolist(), strict=True))
        self.partners = self._partners(targets) if rule.exchange else {}

    def open_to(self, subject: int) -> list[int]:
        """Schools that can take a teacher of a subject now."""
        if self.rule.exchange:
            return [unit for unit in self.quota if self.partners.get((unit, subject))]
        return list(self.quota) if self.turn.year.can_spare(self.origin, subject) else []

    def best(self, open_to: list[int], subject: int) -> int:
        """The school that a teacher of a subject goes to."""
        year, matching = self.turn.year, self.turn.rules.matching
        if matching == "need":
            owed = Classrooms.of(year.county).periods_owed
            urgent = np.where((year.present == 0) & (owed > 0), np.inf, load(year.county, owed, year.present))
            return max(open_to, key=lambda unit: urgent[unit, subject])
        if matching == "weak_subject":
            quality = self.turn.mean_quality()
            return min(open_to, key=lambda unit: quality[unit, subject])
        return max(open_to, key=lambda unit: self.quota[unit])

    def take(self, unit: int, subject: int) -> int | None:
        """The partner who comes for one more teacher sent to a school; none without an exchange."""
        self.quota[unit] -= 1
        return self.partners[unit, subject].pop(0) if self.rule.exchange else None

    def _partners(self, targets: Ints) -> dict[tuple[int, int], list[int]]:
        """Teachers whom schools can send in return, by school and subject, in the order in which they are asked."""
        turn, year = self.turn, self.turn.year
        teachers = year.county.teachers
        asked = np.zeros(len(year.county.schools), bool)
        asked[targets] = True
        rows = np.flatnonzero((teachers.status == SERVING) & asked[year.now["home"]])
        rows = rows[year.free(rows) & (teachers.years_teaching[rows] > 0)]
        if turn.rules.matching == "mutual" and year.evidence.switches.refusal:
            rows = rows[~turn.refuses(rows, np.array([self.origin]))]
        turns = year.luck("partner")[rows]
        if turn.gated and turn.in_town[self.origin]:
            outside = ~turn.in_town[year.now["home"][rows]]
            turns = np.where(outside, -year.quality(rows), turns)
        cell = year.now["home"][rows] * len(SUBJECTS) + teachers.subject[rows]
        order = np.lexsort((turns, cell))
        rows, cell = rows[order], cell[order]
        queues: dict[int, list[int]] = {}
        for row, key in zip(rows.tolist(), cell.tolist(), strict=True):
            queues.setdefault(key, []).append(row)
        return {divmod(key, len(SUBJECTS)): queue for key, queue in queues.items()}
