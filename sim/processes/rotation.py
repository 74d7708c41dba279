"""Rotation (轮岗): core teachers are posted to members for some years; in exchange member teachers come up.

Postings that are over end first: a teacher returns to the old seat and the old match. Then each group owes
a number of *new* movers, a share of the core's teachers on file. The pool narrows: who is at home and has
not just returned, is young enough, holds the honour asked for, does not refuse, is not needed for the
lessons of those who stay, has a partner of the same subject, can be paid for. What the pool cannot give is
shortfall by cause, never clipped. From the pool the principal sends teachers whose mean quality meets his
interest: he protects his own result unless floors and bundled assessment make the members' result his.
Movers, forced, draw a new match and dip.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.classrooms import Classrooms, load
from sim.columns import NEVER, NONE
from sim.draws import Draws
from sim.evidence import Evidence
from sim.grouped import counts, whole_shares
from sim.policy import Policy, Rotation, RotationRule
from sim.population import lasting_quality
from sim.process import Changes, process
from sim.sending import sender_target, sending_order, shortfall_by_filter
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
)  # fmt: skip

Floats = NDArray[np.float64]
Ints = NDArray[np.integer]
LAST_SEAT = 255
"""Seat of a teacher who comes without an exchange: behind all others of the subject."""
ROUNDING = 1e-9
MOVED = (
    Teachers.school, Teachers.post, Teachers.match, Teachers.posting, Teachers.posting_ends, Teachers.partner,
    Teachers.serves, Teachers.forced_year, Teachers.arrived_year, Teachers.returned_year, Teachers.unwilling,
)  # fmt: skip
TALLIES = (
    Groups.due, Groups.done, Groups.refused, Groups.short, Groups.unattainable, Groups.movers_quality,
    Groups.postings_yuan, Groups.balance_yuan,
)  # fmt: skip


@process(
    reads=(
        *MOVED, Teachers.id, Teachers.home, Teachers.home_post, Teachers.home_match, Teachers.subject,
        Teachers.status, Teachers.left_year, Teachers.age, Teachers.honour, Teachers.talent,
        Teachers.years_teaching, Teachers.skill_peer, Teachers.skill_pair,
        Schools.stage, Schools.group, Schools.link, Schools.pupils, Schools.public_use_yuan,
        Groups.core, Groups.founded_year, Groups.balance_yuan,
        Students.school, Students.cohort, Students.classroom,
        StageTotals.periods, StageTotals.periods_per_teacher, StageTotals.spending_yuan,
    ),
    writes=(*MOVED, *TALLIES, Schools.cadres, Schools.paid_yuan, Schools.spending_change),
)  # fmt: skip
def rotate(county: County, policy: Policy, evidence: Evidence, draw: Draws) -> Changes:
    """End postings that are over, post new movers and cadres, pay for all.

    Clauses: links.*.rotation, links.*.cadres, funding.posting_yuan, funding.core_share_limit.
    Evidence: P6-P8, P10, P11, P32-P34, enforcement_decreed, load_limit; prototype corrections C13-C17.
    Keeps: head counts under exchange, but for exchanges broken by an exit this year; nobody is in two
    schools; postings end when they should; due = done + shortfall over all causes.
    """
    year = _Year(county, policy, evidence, draw)
    year.end_postings()
    if evidence.switches.rotation:
        schools = county.schools
        for number in range(len(county.groups)):
            for place, link in enumerate(policy.links.values()):
                members = np.flatnonzero(
                    (schools.group == number)
                    & (schools.link == place)
                    & (schools.stage == schools.stage[county.groups.core[number]])
                )
                if not members.size:
                    continue
                if link.cadres is not None:
                    year.post_cadres(number, members, link.cadres.at(county.school_year, year.age(number)) or 0)
                if link.rotation is not None:
                    for rule in link.rotation.rules.values():
                        year.post_teachers(number, members, link.rotation, rule)
    year.pay_what_is_left()
    return year.changes()


class _Pool(NamedTuple):
    """Who can be sent, and what is short already because of stays, age, honour and refusals.

    `refused` are those who say no before enough have agreed, in expectation.
    """

    rows: Ints
    pushed: Ints
    refused: int
    short: NDArray[np.int64]


@dataclass
class _Year:
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
        self.paid = np.zeros(len(county.schools), np.int64)
        self.heads = np.full(len(county.schools), NONE)
        self.heads[county.groups.core] = np.arange(len(county.groups))
        self.owed: Floats | None = None
        self.luck: dict[str, Floats] = {}
        if len(county.groups):
            purposes = ("partner", "refuses", "yields", "unwilling", "term", "cadre")
            self.luck = {name: self.draw.uniform(name, county.teachers.id) for name in purposes}
            self.match = self.evidence.match_sd * self.draw.normal("match", county.teachers.id)

    def age(self, group: int) -> int:
        """Group year: 1 in its first year."""
        return self.county.year - int(self.county.groups.founded_year[group]) + 1

    def serving(self, school: int) -> NDArray[np.bool_]:
        """Teachers on file at a school who serve."""
        teachers = self.county.teachers
        return (teachers.home == school) & (teachers.status == SERVING)

    def quality(self, rows: Ints) -> Floats:
        """Lasting quality with the match where they teach now. Shape of `rows`, σ a year."""
        return lasting_quality(self.county.teachers, rows, self.evidence, self.now["match"])

    def end_postings(self) -> None:
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
        now["school"][moved] = teachers.home[moved]
        now["post"][moved] = teachers.home_post[moved]
        now["match"][moved] = teachers.home_match[moved]
        now["forced_year"][moved] = NEVER
        now["arrived_year"][moved] = NEVER
        now["returned_year"][back] = year
        now["posting"][over] = AT_HOME
        now["partner"][over] = now["serves"][over] = NONE
        now["posting_ends"][over] = NEVER
        now["unwilling"][over] = False

    def post_teachers(self, group: int, members: Ints, rules: Rotation, rule: RotationRule) -> None:
        """Post this year's new movers of one rule and book what was short."""
        core = int(self.county.groups.core[group])
        on_file = self.serving(core)
        rate = rule.rate.at(self.county.school_year, self.age(group)) or 0.0
        due = int(np.ceil(rate * on_file.sum() - ROUNDING))
        pool = self.pool(on_file, due, rules, rate > 0)
        affordable = self.affordable(group, core, 2 if rule.exchange else 1)
        order, unattainable = self.chosen(pool.rows, on_file, due)
        sent, stopped = self.send(core, members, order, min(due, affordable), rules, rule, pool.pushed)
        left = np.minimum(due, [order.size, *self.reachable(order.size, sent, stopped)])
        short = np.r_[pool.short, -np.diff(left)]
        tally = self.tally
        tally["due"][group] += due
        tally["done"][group] += len(sent)
        tally["refused"][group] += pool.refused
        tally["short"][group] += short
        tally["unattainable"][group] |= int(unattainable)
        if sent:
            quality, earlier = (
                self.sent_quality(np.array(sent), np.flatnonzero(on_file)),
                tally["done"][group],
            )
            before = 0.0 if earlier == len(sent) else tally["movers_quality"][group] * (earlier - len(sent))
            tally["movers_quality"][group] = (before + quality * len(sent)) / earlier

    def pool(self, on_file: NDArray[np.bool_], due: int, rules: Rotation, decreed: bool) -> _Pool:
        """Narrow the core's teachers to those who can be sent."""
        teachers, now, evidence = self.county.teachers, self.now, self.evidence
        home = np.flatnonzero(on_file)
        free = (now["posting"][home] == AT_HOME) & (now["returned_year"][home] != self.county.year)
        young = np.ones(home.size, bool)
        if rules.max_age is not None:
            young = np.floor(teachers.age[home]) <= rules.max_age
        able = teachers.honour[home] if rules.honour is not None else np.ones(home.size, bool)
        refuses = np.zeros(home.size, bool)
        if evidence.switches.refusal:
            share = evidence.refusal_share_credit if rules.credit else evidence.refusal_share
            refuses = self.luck["refuses"][home] < share
        yields = refuses & decreed & (self.luck["yields"][home] < evidence.enforcement_decreed)
        can = free & young & able
        willing, refusing = can & ~refuses, can & refuses
        pushed = home[can & yields]
        pushed = pushed[np.argsort(self.luck["yields"][pushed], kind="stable")][: max(due - int(willing.sum()), 0)]
        short = shortfall_by_filter([free, young, able, ~refuses | yields], due)
        asked = min(due / max(int(willing.sum()), 1), 1.0)
        return _Pool(np.union1d(home[willing], pushed), pushed, round(asked * int(refusing.sum())), short)

    def chosen(self, rows: Ints, on_file: NDArray[np.bool_], due: int) -> tuple[Ints, bool]:
        """The pool in the order in which the sender lets go, and whether his target is out of reach."""
        if not due or not rows.size:
            return rows[:0], False
        usual = self.quality(np.flatnonzero(on_file)).mean()
        quality = (self.quality(rows) - usual) / self.evidence.teacher_effect_sd
        luck = self.draw.normal("sent", self.county.teachers.id[rows])
        target = sender_target(self.policy, self.evidence)
        order, unattainable = sending_order(quality, target, min(due, rows.size), luck)
        return rows[order], unattainable

    def send(
        self,
        core: int,
        members: Ints,
        order: Ints,
        most: int,
        rules: Rotation,
        rule: RotationRule,
        pushed: Ints,
    ) -> tuple[list[int], dict[str, int]]:
        """Post teachers in order until `most` are placed; returns them and how many were stopped by what."""
        teachers = self.county.teachers
        staff = counts(np.where(teachers.status == SERVING, teachers.home, NONE), len(self.county.schools))
        hands = staff[members] if staff[members].any() else np.ones(members.size)
        quota = dict(zip(members.tolist(), whole_shares(most, hands).tolist(), strict=True))
        partners = self.partners(members) if rule.exchange else {}
        sent: list[int] = []
        stopped = {"load": 0, "partner": 0}
        for row in order.tolist():
            if len(sent) >= most:
                break
            subject = int(teachers.subject[row])
            if rule.exchange:
                open_to = [unit for unit in quota if partners.get((unit, subject))]
            else:
                open_to = list(quota) if self.can_spare(core, subject) else []
            if not open_to:
                stopped["partner" if rule.exchange else "load"] += 1
                continue
            unit = max(open_to, key=lambda item: quota[item])
            quota[unit] -= 1
            self.move(row, unit, partners[unit, subject].pop(0) if rule.exchange else None, rules, pushed)
            sent.append(row)
        return sent, stopped

    @staticmethod
    def reachable(asked: int, sent: list[int], stopped: dict[str, int]) -> tuple[int, int, int]:
        """Size of the pool after load, after partners, and after money: the last equals what was done."""
        after_load = asked - stopped["load"]
        return after_load, after_load - stopped["partner"], len(sent)

    def partners(self, members: Ints) -> dict[tuple[int, int], list[int]]:
        """Teachers whom members can send up, by member and subject, in the order of their luck."""
        teachers, now = self.county.teachers, self.now
        free = (teachers.status == SERVING) & (now["posting"] == AT_HOME)
        free &= (now["returned_year"] != self.county.year) & np.isin(teachers.home, members)
        free &= teachers.years_teaching > 0
        rows = np.flatnonzero(free)
        cell = teachers.home[rows] * len(SUBJECTS) + teachers.subject[rows]
        order = np.lexsort((self.luck["partner"][rows], cell))
        rows, cell = rows[order], cell[order]
        first = np.flatnonzero(np.diff(cell, prepend=NONE))
        queues = np.split(rows, first[1:]) if rows.size else []
        keys = cell[first].tolist()
        return {divmod(key, len(SUBJECTS)): queue.tolist() for key, queue in zip(keys, queues, strict=True)}

    def move(self, row: int, unit: int, partner: int | None, rules: Rotation, pushed: Ints) -> None:
        """Post one teacher, and the exchange partner the other way, for the same term."""
        teachers, now = self.county.teachers, self.now
        shortest, longest = rules.years
        term = shortest + int(self.luck["term"][row] * (longest - shortest + 1))
        core = int(teachers.home[row])
        self.post(row, unit, LAST_SEAT if partner is None else int(teachers.home_post[partner]), SENT, term)
        if row in pushed:
            now["unwilling"][row] = True
        if partner is not None:
            self.post(partner, core, int(teachers.home_post[row]), RECEIVED, term)
            now["partner"][row], now["partner"][partner] = partner, row

    def post(self, row: int, unit: int, seat: int, kind: int, term: int) -> None:
        """Write one posting."""
        now, year, evidence = self.now, self.county.year, self.evidence
        now["school"][row], now["post"][row] = unit, seat
        now["posting"][row], now["posting_ends"][row] = kind, year + term
        now["forced_year"][row] = now["arrived_year"][row] = year
        now["unwilling"][row] = self.luck["unwilling"][row] < evidence.unwilling_share
        if evidence.switches.match:
            now["match"][row] = self.match[row]

    def can_spare(self, core: int, subject: int) -> bool:
        """Whether those who stay could carry the lessons of one more teacher who leaves."""
        if not self.evidence.switches.load:
            return True
        county, now = self.county, self.now
        if self.owed is None:
            self.owed = Classrooms.of(county).periods_owed
        here = (county.teachers.status == SERVING) & (now["school"] == core)
        staff = np.zeros_like(self.owed)
        staff[core] = np.bincount(county.teachers.subject[here], minlength=len(SUBJECTS))
        staff[core, subject] -= 1
        return bool(
            staff[core, subject] > 0 and load(county, self.owed, staff)[core, subject] <= self.evidence.load_limit
        )

    def sent_quality(self, sent: Ints, home: Ints) -> float:
        """Mean quality of those sent against their school, in σ_T; matches as they were at home."""
        teachers, evidence = self.county.teachers, self.evidence
        here, gone = (lasting_quality(teachers, rows, evidence, teachers.home_match).mean() for rows in (home, sent))
        return float((gone - here) / evidence.teacher_effect_sd)

    def post_cadres(self, group: int, members: Ints, number: int) -> None:
        """Lend cadres of the core to its members in turn; they move management, not lessons."""
        core = int(self.county.groups.core[group])
        now = self.now
        able = np.flatnonzero(self.serving(core) & (now["posting"] == AT_HOME))
        rules = next(link.rotation for link in self.policy.links.values() if link.cadres is not None)
        shortest, longest = rules.years if rules is not None else (1, 1)
        for place, row in enumerate(able[np.argsort(self.luck["cadre"][able], kind="stable")][:number].tolist()):
            now["posting"][row], now["serves"][row] = CADRE, members[place % members.size]
            now["posting_ends"][row] = (
                self.county.year + shortest + int(self.luck["term"][row] * (longest - shortest + 1))
            )

    def postings(self, group: int) -> int:
        """Teachers who are posted this year in exchange with a group's core, also where a school has left since."""
        teachers, now = self.county.teachers, self.now
        away = np.flatnonzero((teachers.status == SERVING) & (now["posting"] != AT_HOME))
        at_core = np.where(now["posting"][away] == RECEIVED, now["school"][away], teachers.home[away])
        return int((self.heads[at_core] == group).sum())

    def affordable(self, group: int, core: int, persons: int) -> int:
        """New movers that the fund and the core's public-use money can pay for, `persons` allowances each."""
        price, rules = self.policy.funding.posting_yuan, self.policy.funding
        if not price:
            return len(self.county.teachers)
        own = int(rules.core_share_limit * self.county.schools.public_use_yuan[core])
        left = int(self.county.groups.balance_yuan[group]) + own - price * self.postings(group)
        return max(left // (price * persons), 0)

    def pay_what_is_left(self) -> None:
        """Pay every posting of the year: first from the fund, then from the core's public-use money."""
        for group in range(len(self.county.groups)):
            cost = self.policy.funding.posting_yuan * self.postings(group)
            from_fund = min(cost, int(self.tally["balance_yuan"][group]))
            self.tally["postings_yuan"][group] = from_fund
            self.tally["balance_yuan"][group] -= from_fund
            self.paid[self.county.groups.core[group]] += cost - from_fund

    def changes(self) -> Changes:
        """The year's postings as changes of the county."""
        schools, now = self.county.schools, self.now
        spending = self.county.stages.spending_yuan[schools.stage] * np.maximum(schools.pupils, 1)
        return Changes(
            write={
                **{column: now[column.name] for column in MOVED},
                **{column: self.tally[column.name] for column in TALLIES},
                Schools.cadres: counts(np.where(now["posting"] == CADRE, now["serves"], NONE), len(schools)),
                Schools.paid_yuan: self.paid,
                Schools.spending_change: -100 * self.paid / spending,
            }
        )
