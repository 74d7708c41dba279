"""Postings (交流任职): who teaches away from home, until when, in exchange for whom, and who pays.

A posting is written on copies of the year's columns. One that is over brings the teacher back to the old seat
and the old match, unless the policy lets some stay for good: then home and file move, an exchange partner's
too, so that every post stays filled; without a partner the teacher takes a free post, and where none is free the
post goes along. When one of two partners
leaves the service, the other is recalled a year later. Money is paid for every posting of the year: first from
the group's fund, then from the core's public-use money.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.classrooms import Classrooms, load
from sim.columns import NEVER, NONE
from sim.draws import Draws
from sim.evidence import Evidence
from sim.grouped import counts
from sim.policy import Policy
from sim.population import lasting_quality
from sim.process import Changes
from sim.state import (
    AT_HOME,
    CADRE,
    RECEIVED,
    SENT,
    SERVING,
    SUBJECTS,
    County,
    Groups,
    Schools,
    StageTotals,
    Students,
    Teachers,
    urban,
)  # fmt: skip

Floats = NDArray[np.float64]
Ints = NDArray[np.integer]
LAST_SEAT = 255
"""Seat of a teacher who comes without an exchange: behind all others of the subject."""
MOVED = (
    Teachers.school, Teachers.post, Teachers.match, Teachers.posting, Teachers.posting_ends, Teachers.partner,
    Teachers.serves, Teachers.forced_year, Teachers.arrived_year, Teachers.returned_year, Teachers.unwilling,
    Teachers.home, Teachers.home_post, Teachers.home_match, Teachers.years_here, Teachers.rural_years,
    Teachers.posted_by,
)  # fmt: skip
TALLIES = (
    Groups.due, Groups.done, Groups.refused, Groups.short, Groups.unattainable, Groups.movers_quality,
    Groups.postings_yuan, Groups.balance_yuan, Groups.transfers, Groups.core_quality, Groups.cadres_short,
)  # fmt: skip
READS = (
    *MOVED, Teachers.id, Teachers.subject, Teachers.status, Teachers.left_year, Teachers.talent,
    Teachers.years_teaching, Teachers.skill_peer, Teachers.skill_pair,
    Schools.stage, Schools.zone, Schools.group, Schools.link, Schools.posts, Schools.usual_posts, Schools.pupils,
    Schools.public_use_yuan, Schools.granted_yuan, Groups.core, Groups.first_member_year,
    Groups.balance_yuan, Groups.core_quality, Students.school, Students.cohort, Students.classroom,
    StageTotals.periods, StageTotals.periods_per_teacher, StageTotals.spending_yuan,
)  # fmt: skip
"""What keeping postings reads."""
WRITES = (
    *MOVED, *TALLIES, Schools.cadres, Schools.paid_yuan, Schools.spending_change, Schools.posts, Schools.usual_posts,
)  # fmt: skip


@dataclass
class Postings:
    """This year's postings, on copies of the columns that they change."""

    county: County
    policy: Policy
    evidence: Evidence
    draw: Draws
    now: dict[str, NDArray] = field(default_factory=dict)
    tally: dict[str, NDArray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        county = self.county
        for column in MOVED:
            self.now[column.name] = county.teachers.read(column).copy()
        for column in TALLIES:
            shape = column.shape(len(county.groups))
            self.tally[column.name] = np.zeros(shape, column.dtype)
        self.tally["movers_quality"][:] = np.nan
        self.tally["balance_yuan"] = county.groups.balance_yuan.copy()
        self.tally["core_quality"] = county.groups.core_quality.copy()
        self.movers = np.zeros(len(county.groups), np.int64)
        self.posts_come = np.zeros(len(county.schools), county.schools.posts.dtype)
        """Posts that came with teachers who stay for good, less those that went. (schools,)"""
        self.paid = np.zeros(len(county.schools), np.int64)
        self.usual_distance: float | None = None
        self._luck: dict[str, Floats] = {}
        self._present: NDArray[np.int64] | None = None

    def luck(self, purpose: str) -> Floats:
        """Numbers from 0 to 1 for one purpose, one for each teacher."""
        if purpose not in self._luck:
            self._luck[purpose] = self.draw.uniform(purpose, self.county.teachers.id)
        return self._luck[purpose]

    @property
    def new_match(self) -> Floats:
        """The match that a move would give each teacher, in σ a year."""
        if "match" not in self._luck:
            self._luck["match"] = self.evidence.match_sd * self.draw.normal("match", self.county.teachers.id)
        return self._luck["match"]

    def age(self, group: int) -> int:
        """Group year: 1 in the first year in which the group has members."""
        return self.county.year - int(self.county.groups.first_member_year[group]) + 1

    def serving(self, school: int) -> NDArray[np.bool_]:
        """Teachers on file at a school who serve."""
        return (self.now["home"] == school) & (self.county.teachers.status == SERVING)

    def quality(self, rows: Ints) -> Floats:
        """Lasting quality with the match where they teach now. Shape of `rows`, σ a year."""
        return lasting_quality(self.county.teachers, rows, self.evidence, self.now["match"])

    def present_quality(self, school: int) -> tuple[int, float]:
        """Number of teachers present at a school now, and the sum of their quality."""
        rows = np.flatnonzero((self.now["school"] == school) & (self.county.teachers.status == SERVING))
        return rows.size, float(self.quality(rows).sum())

    def mean_present(self, school: int) -> float:
        """Mean quality of the teachers present at a school now, 0 without any."""
        count, total = self.present_quality(school)
        return total / count if count else 0.0

    def free(self, rows: Ints) -> NDArray[np.bool_]:
        """Who is at home and has not come back this year. Shape of `rows`."""
        return (self.now["posting"][rows] == AT_HOME) & (self.now["returned_year"][rows] != self.county.year)

    # --- returns ---------------------------------------------------------------------------------------------------

    def end(self) -> None:
        """Return teachers whose term is over; recall, a year later, the partner of one who left."""
        teachers, now, year = self.county.teachers, self.now, self.county.year
        away = now["posting"] != AT_HOME
        if not away.any():
            return
        partner = now["partner"]
        alone = away & (partner != NONE) & (teachers.status[partner] != SERVING)
        now["posting_ends"][alone] = np.minimum(now["posting_ends"], teachers.left_year[partner] + 1)[alone]
        over = np.flatnonzero(away & ((now["posting_ends"] <= year) | (teachers.status != SERVING)))
        back = over[teachers.status[over] == SERVING]
        moved = back[now["posting"][back] != CADRE]
        if any(link.rotation is not None and link.rotation.transfer_chance for link in self.policy.links.values()):
            moved = np.setdiff1d(moved, self._stay(moved), assume_unique=True)
        now["school"][moved] = now["home"][moved]
        now["post"][moved] = now["home_post"][moved]
        now["match"][moved] = now["home_match"][moved]
        now["forced_year"][moved] = NEVER
        now["arrived_year"][moved] = NEVER
        now["returned_year"][back] = year
        now["posting"][over] = AT_HOME
        now["partner"][over] = now["serves"][over] = now["posted_by"][over] = NONE
        now["posting_ends"][over] = NEVER
        now["unwilling"][over] = False

    def _stay(self, over: Ints) -> Ints:
        """Let some whose posting is over stay for good; returns them and their partners, by row."""
        county, now = self.county, self.now
        teachers, schools = county.teachers, county.schools
        chance = np.array([*(link.rotation.transfer_chance if link.rotation else 0.0
                             for link in self.policy.links.values()), 0.0])  # fmt: skip
        filled = counts(np.where(teachers.status == SERVING, now["home"], NONE), len(schools))
        ending = set(over.tolist())
        stay: list[int] = []
        for row in over[now["posting"][over] == SENT].tolist():
            unit, home, partner = int(now["school"][row]), int(now["home"][row]), int(now["partner"][row])
            link = schools.link[unit] if schools.link[unit] != NONE else schools.link[home]
            joined = schools.group[unit] == schools.group[home] != NONE
            if not joined or self.luck("transfer")[row] >= chance[link]:
                continue
            if partner in ending:
                stay += [row, partner]
            elif partner == NONE:
                stay.append(row)
                free = filled[unit] < schools.posts[unit] + self.posts_come[unit]
                for school, sign in ((unit, 1), (home, -1)):
                    filled[school] += sign
                    self.posts_come[school] += 0 if free else sign
        rows = np.array(sorted(stay), np.int64)
        np.add.at(self.tally["transfers"], schools.group[now["school"][rows]], 1)
        for home_column, column in (("home", "school"), ("home_post", "post"), ("home_match", "match")):
            now[home_column][rows] = now[column][rows]
        now["years_here"][rows] = 0
        return rows

    # --- new postings ----------------------------------------------------------------------------------------------

    def term(self, row: int, years: tuple[int, int]) -> int:
        """Years that a posting lasts, each of the decreed lengths as likely."""
        shortest, longest = years
        return shortest + int(self.luck("term")[row] * (longest - shortest + 1))

    def move(self, row: int, unit: int, partner: int | None, term: int, agreed: tuple[bool, bool]) -> None:
        """Post one teacher, and the exchange partner the other way, for the same term.

        Who has `agreed`, teacher and partner, is not posted against his will.
        """
        now = self.now
        seat = LAST_SEAT if partner is None else int(now["home_post"][partner])
        self._post(row, unit, seat, SENT, term, agreed[0])
        if partner is not None:
            self._post(partner, int(now["home"][row]), int(now["home_post"][row]), RECEIVED, term, agreed[1])
            now["partner"][row], now["partner"][partner] = partner, row

    def _post(self, row: int, unit: int, seat: int, kind: int, term: int, agreed: bool) -> None:
        now, year, evidence = self.now, self.county.year, self.evidence
        if self._present is not None:
            subject = self.county.teachers.subject[row]
            self._present[now["school"][row], subject] -= 1
            self._present[unit, subject] += 1
        now["school"][row], now["post"][row] = unit, seat
        now["posting"][row], now["posting_ends"][row] = kind, year + term
        now["posted_by"][row] = self.county.schools.group[now["home"][row]]
        now["forced_year"][row] = now["arrived_year"][row] = year
        now["unwilling"][row] = not agreed and self.luck("unwilling")[row] < evidence.unwilling_share
        if evidence.switches.match:
            now["match"][row] = self.new_match[row]

    def lend(self, row: int, unit: int, term: int) -> None:
        """Let a cadre lead a member; the lessons at home go on."""
        now = self.now
        now["posting"][row], now["serves"][row] = CADRE, unit
        now["posted_by"][row] = self.county.schools.group[now["home"][row]]
        now["posting_ends"][row] = self.county.year + term

    def book_quality(self, group: int, sent: list[int], on_file: Ints) -> None:
        """Add to the mean quality of a group's movers, against their school's, in σ_T; matches as they were at home."""
        teachers, evidence, fit = self.county.teachers, self.evidence, self.now["home_match"]
        here, gone = (lasting_quality(teachers, rows, evidence, fit).mean() for rows in (on_file, np.array(sent)))
        quality = float((gone - here) / evidence.teacher_effect_sd)
        before, movers = int(self.movers[group]), self.tally["movers_quality"]
        told = 0.0 if not before else movers[group] * before
        self.movers[group] += len(sent)
        movers[group] = (told + quality * len(sent)) / self.movers[group]

    # --- the load of those who stay ----------------------------------------------------------------------------------

    @property
    def present(self) -> NDArray[np.int64]:
        """Teachers present now. (schools, subjects)"""
        if self._present is None:
            teachers, size = self.county.teachers, (len(self.county.schools), len(SUBJECTS))
            here = teachers.status == SERVING
            cell = self.now["school"][here] * size[1] + teachers.subject[here]
            self._present = np.bincount(cell, minlength=size[0] * size[1]).reshape(size)
        return self._present

    def can_spare(self, school: int, subject: int) -> bool:
        """Whether those who stay could carry the lessons of one more teacher who leaves."""
        if not self.evidence.switches.load:
            return True
        stay = self.present.copy()
        stay[school, subject] -= 1
        if stay[school, subject] <= 0:
            return False
        owed = Classrooms.of(self.county).periods_owed
        return bool(load(self.county, owed, stay)[school, subject] <= self.evidence.load_limit)

    # --- money -----------------------------------------------------------------------------------------------------

    def running(self, group: int) -> int:
        """Teachers whom a group has posted, also where their school or the group has left since."""
        return int(((self.now["posted_by"] == group) & (self.county.teachers.status == SERVING)).sum())

    @property
    def price(self) -> int:
        """What a posting costs a year, in yuan: allowance and bonus."""
        return self.policy.funding.posting_yuan + self.policy.incentive.dispatch_bonus_yuan

    def affordable(self, group: int, persons: int) -> int:
        """New moves that the fund and the core's public-use money can pay for, `persons` allowances each."""
        if not self.price:
            return len(self.county.teachers)
        core = self.county.groups.core[group]
        own = int(self.policy.funding.core_share_limit * self.county.schools.public_use_yuan[core])
        left = int(self.county.groups.balance_yuan[group]) + own - self.price * self.running(group)
        return max(left // (self.price * persons), 0)

    def pay(self) -> None:
        """Pay every posting of the year: first from the fund, then from the core's public-use money."""
        for group in range(len(self.county.groups)):
            cost = self.price * self.running(group)
            from_fund = min(cost, int(self.tally["balance_yuan"][group]))
            self.tally["postings_yuan"][group] = from_fund
            self.tally["balance_yuan"][group] -= from_fund
            self.paid[self.county.groups.core[group]] += cost - from_fund

    def changes(self) -> Changes:
        """The year's postings as changes of the county."""
        schools, now = self.county.schools, self.now
        in_country = ~urban(schools.zone)[now["school"]] & (self.county.teachers.status == SERVING)
        now["rural_years"] = now["rural_years"] + in_country
        spending = self.county.stages.spending_yuan[schools.stage] * np.maximum(schools.pupils, 1)
        return Changes(
            write={
                **{column: now[column.name] for column in MOVED},
                **{column: self.tally[column.name] for column in TALLIES},
                Schools.cadres: counts(np.where(now["posting"] == CADRE, now["serves"], NONE), len(schools)),
                Schools.paid_yuan: self.paid,
                Schools.posts: schools.posts + self.posts_come,
                Schools.usual_posts: schools.usual_posts + self.posts_come,
                Schools.spending_change: 100 * (schools.granted_yuan - self.paid) / spending,
            }
        )
