"""Drift: teachers who change schools of their own will take open seats, and leave theirs to others.

Those who wish to move go up: the strongest schools fill their seats first, the more talented are taken
first, loosely, and nobody goes for a worse match. Where new teachers of groups come by open selection
(公开选调), schools of groups choose first among applicants from schools outside groups. Where a group fills
its own vacancies first, its own teachers are asked before others. Where the way into town is gated, rural
teachers pass only if they are among the best.
"""

from collections.abc import Callable
from heapq import heapify, heappop, heappush
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.draws import Draws
from sim.evidence import Evidence
from sim.links import Rotation
from sim.policy import Policy
from sim.posts import SEAT_LUCK, Seats, seat_address
from sim.state import AT_HOME, CORE, SERVING, SUBJECTS, County, urban

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.integer]


class Moves(NamedTuple):
    """Teachers who move, the seats they take, and their match there."""

    rows: Ints
    seats: Seats
    match: Floats


class _Mover(NamedTuple):
    """A teacher who would move; the lowest rank is asked first."""

    rank: float
    row: int
    match: float


May = Callable[[int, int], bool]
"""Whether the teacher of a row may take a seat of a school."""
Queues = dict[tuple[int, int], list[_Mover]]
"""Those who would move by stage and subject, in the order in which they are asked."""


def movers(
    county: County, policy: Policy, evidence: Evidence, draw: Draws, status: NDArray, seats: Seats
) -> tuple[Moves, Seats]:
    """Who moves of his own will, and the seats left open."""
    market = _Market(county, evidence, draw, status, seats)
    grouped = county.schools.group >= 0
    on = evidence.switches
    if policy.staffing.recruitment == "open_selection" and on.open_selection and grouped.any():
        market.select(grouped)
    if on.drift:
        market.drift(_groups_first(county, policy, evidence), _gated(county, policy, evidence))
    return market.result()


def _groups_with(county: County, policy: Policy, wanted: Callable[[Rotation], bool]) -> Flags:
    """Schools of groups that have a link whose rotation section fulfils something. (schools,)"""
    schools, links = county.schools, list(policy.links.values())
    told = [number for number, link in enumerate(links) if link.rotation is not None and wanted(link.rotation)]
    if not told:
        return np.zeros(len(schools), bool)
    groups = np.unique(schools.group[np.isin(schools.link, told)])
    return np.isin(schools.group, groups[groups >= 0])


def _groups_first(county: County, policy: Policy, evidence: Evidence) -> Flags:
    """Schools whose vacancies are offered to their own group first. (schools,)"""
    if not (evidence.switches.group_first and evidence.switches.rotation):
        return np.zeros(len(county.schools), bool)
    return _groups_with(county, policy, lambda rules: rules.group_first)


def _gated(county: County, policy: Policy, evidence: Evidence) -> Flags:
    """Town schools into which rural teachers come only by open selection. (schools,)"""
    if not (evidence.switches.inflow_gate and evidence.switches.rotation):
        return np.zeros(len(county.schools), bool)
    gated = _groups_with(county, policy, lambda rules: rules.inflow_gate == "selection")
    return gated & urban(county.schools.zone)


class _Market:
    """Open seats and those who would take them."""

    def __init__(self, county: County, evidence: Evidence, draw: Draws, status: NDArray, seats: Seats) -> None:
        self.county, self.evidence, self.draw = county, evidence, draw
        self.free = (status == SERVING) & (county.teachers.posting == AT_HOME)
        self.open = list(zip(*(column.tolist() for column in seats), strict=True))
        self.moved: list[tuple[int, tuple[int, int, int], float]] = []
        self.pull = county.schools.attractiveness.tolist()
        self.home = county.teachers.home.tolist()
        self.luck: list[float] | None = None

    def talent(self, rows: Ints, tie: float, purpose: str) -> Floats:
        """Standing of teachers among those who would move: talent as far as it tells, and luck."""
        teachers, spread = self.county.teachers, max(float(self.county.county.talent_sd[0]), 1e-9)
        luck = self.draw.normal(purpose, teachers.id[rows])
        return tie * teachers.talent[rows] / spread + np.sqrt(1 - tie * tie) * luck

    def queues(self, rows: Ints, standing: Floats) -> Queues:
        """Those of `rows` whose match would be no worse, best standing first."""
        teachers = self.county.teachers
        match = teachers.match[rows]
        if self.evidence.switches.match:
            match = self.evidence.match_sd * self.draw.normal("drift match", teachers.id[rows])
        better = match >= teachers.match[rows]
        able = rows[better]
        listed = zip(
            teachers.stage[able].tolist(), teachers.subject[able].tolist(), (-standing[better]).tolist(),
            able.tolist(), match[better].tolist(), strict=True,
        )  # fmt: skip
        found: Queues = {}
        for stage, subject, *mover in listed:
            found.setdefault((stage, subject), []).append(_Mover(*mover))
        for queue in found.values():
            queue.sort()
        return found

    def fill(self, queues: Queues, may: May) -> None:
        """Offer seats from the strongest school down; a seat that a mover leaves is offered in its turn."""
        stage, posts = self.county.schools.stage.tolist(), self.county.teachers.home_post.tolist()
        offers = [(self.rank(seat), seat) for seat in self.open]
        heapify(offers)
        self.open = []
        while offers:
            _, seat = heappop(offers)
            school, subject, _ = seat
            queue = queues.get((stage[school], subject), [])
            chosen = next((mover for mover in queue if may(mover.row, school)), None)
            if chosen is None:
                self.open.append(seat)
                continue
            queue.remove(chosen)
            self.moved.append((chosen.row, seat, chosen.match))
            left = (self.home[chosen.row], subject, posts[chosen.row])
            heappush(offers, (self.rank(left), left))

    def rank(self, seat: tuple[int, int, int]) -> float:
        """Place of a seat in the order of offers: stronger schools first, as far as moves are sorted."""
        sorting = self.evidence.drift_sorting
        if sorting == 1:
            return -self.pull[seat[0]]
        if self.luck is None:
            cells = np.arange(len(self.pull) * len(SUBJECTS) * SEAT_LUCK)
            self.luck = self.draw.normal("offer", cells).tolist()
        luck = self.luck[int(seat_address(*seat))]
        return -(sorting * self.pull[seat[0]] + float(np.sqrt(1 - sorting * sorting)) * luck)

    def select(self, grouped: Flags) -> None:
        """Schools of groups choose among applicants from schools outside groups."""
        teachers, evidence = self.county.teachers, self.evidence
        interested = self.draw.uniform("interest", teachers.id) < evidence.selection_interest
        rows = np.flatnonzero(self.free & interested & ~grouped[teachers.home])
        standing = self.talent(rows, evidence.selection_accuracy, "selection")
        inside = grouped.tolist()
        self.fill(self.queues(rows, standing), lambda row, school: inside[school])
        self.free[[row for row, *_ in self.moved]] = False

    def drift(self, own_first: Flags, gated: Flags) -> None:
        """Those who wish to move take what is open: own group first where it says so, then anywhere stronger."""
        teachers, schools, evidence = self.county.teachers, self.county.schools, self.evidence
        sorting = evidence.drift_sorting
        core_rate = sorting * evidence.drift_wish_rate_core + (1 - sorting) * evidence.drift_wish_rate
        core = schools.roster[teachers.home] == CORE
        luck = self.draw.uniform("wish", teachers.id)
        rows = np.flatnonzero(self.free & (luck < np.where(core, core_rate, evidence.drift_wish_rate)))
        tie = sorting * np.sqrt(evidence.teacher_between_school_share)
        queues = self.queues(rows, self.talent(rows, tie, "drift order"))
        pull, home = self.pull, self.home
        anywhere: set[int] = set()
        if sorting < 1:
            anywhere = set(rows[self.draw.uniform("direction", teachers.id[rows]) >= sorting].tolist())
        barred: set[int] = set()
        if gated.any():
            countryside = rows[~urban(schools.zone)[teachers.home[rows]]]
            standing = self.talent(countryside, evidence.selection_accuracy, "selection")
            barred = set(countryside[standing < self.standing_wanted()].tolist())
        closed = gated.tolist()

        def may(row: int, school: int) -> bool:
            if closed[school] and row in barred:
                return False
            return pull[home[row]] < pull[school] or (row in anywhere and home[row] != school)

        if own_first.any():
            group, first = schools.group.tolist(), own_first.tolist()
            self.fill(
                queues, lambda row, school: first[school] and group[home[row]] == group[school] and may(row, school)
            )
        self.fill(queues, may)

    def standing_wanted(self) -> float:
        """Standing that passes the gate: what the decreed best share of all the county's teachers has."""
        rows = np.flatnonzero(self.free)
        standing = self.talent(rows, self.evidence.selection_accuracy, "selection")
        return float(np.quantile(standing, 1 - self.evidence.gate_pass_share))

    def result(self) -> tuple[Moves, Seats]:
        """The moves made and the seats left open."""
        moves = Moves(
            np.array([row for row, *_ in self.moved], np.int64),
            _seats([seat for _, seat, _ in self.moved]),
            np.array([match for *_, match in self.moved], np.float64),
        )
        return moves, _seats(self.open)


def _seats(listed: list[tuple[int, int, int]]) -> Seats:
    return Seats(*np.array(listed, np.int64).reshape(-1, 3).T)
