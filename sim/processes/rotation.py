"""Rotation (轮岗): teachers are posted to other schools of their group for some years, most of them in exchange.

Postings that are over end first: a teacher returns to the old seat and the old match, or stays for good where the
policy lets him. Then each rule of a link owes a number of *new* movers, a share of its base on file; rules hold
together, the narrower is filled first, and a mover counts for every rule he fits. The pool narrows: who is at
home and has not just returned, is young enough, holds the honour and the rank asked for, does not refuse, is
not needed for the lessons of those who stay, has a partner of the same subject, can be paid for. What the pool
cannot give is shortfall by cause, never clipped. From the pool the principal sends teachers whose mean quality
meets his interest: he protects his own result unless floors and bundled assessment make the members' result
his. Movers draw a new match and dip.
"""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from sim.balancing import BalancingExchanges
from sim.classrooms import Classrooms
from sim.destinations import Destinations
from sim.draws import Draws
from sim.eligibility import READS as ASKED
from sim.eligibility import Pool, Turn
from sim.evidence import Evidence
from sim.grouped import whole_shares
from sim.links import Link, RotationRule
from sim.policy import Policy
from sim.postings import READS, WRITES, Postings
from sim.process import Changes, process
from sim.sending import order_in_strata, sender_target, sending_order
from sim.state import AT_HOME, CADRE, SHORTFALL_CAUSES, County, Schools

Ints = NDArray[np.integer]
ROUNDING = 1e-9
NARROW_FIRST = ("urban_without_rural_service", "urban_backbone", "core_teachers", "group_teachers", "group_staff")
"""Bases from the narrowest to the widest: the order in which rules that hold together are filled."""


@process(reads=(*READS, *ASKED, Schools.joined_year), writes=WRITES)
def rotate(county: County, policy: Policy, evidence: Evidence, draw: Draws) -> Changes:
    """End postings that are over, post new movers and cadres, pay for all.

    Clauses: links.*.rotation, links.*.cadres, links.*.executive_principals, links.*.personnel,
    funding.posting_yuan, funding.core_share_limit, incentive.dispatch_bonus_yuan.
    Evidence: P6-P8, P10, P11, P32-P34, refusal terms, enforcement_decreed, load_limit.
    Keeps: head counts under exchange, but for exchanges broken by an exit this year; nobody is in two
    schools; postings end when they should; posts when teachers stay for good; due = done + shortfall over all causes.
    """
    year = Postings(county, policy, evidence, draw)
    year.end()
    if evidence.switches.rotation:
        schools = county.schools
        for group in range(len(county.groups)):
            for place, link in enumerate(policy.links.values()):
                if link.rotation is None and link.cadres is None and not link.executive_principals:
                    continue
                members = np.flatnonzero(
                    (schools.group == group)
                    & (schools.link == place)
                    & (schools.stage == schools.stage[county.groups.core[group]])
                )
                if not members.size:
                    continue
                _remember_core(year, group)
                _lend_cadres(year, group, members, link)
                if link.rotation is not None:
                    _take_turn(Turn(year, group, members, link, link.rotation))
    year.pay()
    return year.changes()


def _remember_core(year: Postings, group: int) -> None:
    """Keep the quality of a core as it is before the first postings of its group, where any link protects it."""
    quality = year.tally["core_quality"]
    links = year.policy.links.values()
    protected = any(link.rotation is not None and link.rotation.core_protection is not None for link in links)
    if protected and np.isnan(quality[group]):
        quality[group] = year.mean_present(int(year.county.groups.core[group]))


def _take_turn(turn: Turn) -> None:
    """Post this year's new movers of one link of a group."""
    if turn.rules.backbone_per_subject_new:
        _staff_new_schools(turn)
    rules = turn.rules.rules.values()
    for rule in sorted(rules, key=lambda rule: NARROW_FIRST.index(rule.base)) if len(rules) > 1 else rules:
        _post_movers(turn, rule)


def _post_movers(turn: Turn, rule: RotationRule) -> None:
    """Post this year's new movers of one rule and book what was short."""
    year, group = turn.year, turn.group
    rate = rule.rate.at(year.county.school_year, year.age(group)) or 0.0
    due = _due(turn, rule, rate)
    left = due - min(turn.counted(rule), due)
    worth = turn.worth(rule)
    moves = -(-left // worth)
    origins = turn.origins(rule)
    short: Counter[str] = Counter()
    sent = 0
    for origin, number in zip(origins, _shares(turn, rule, origins, moves), strict=True):
        found, missing = _send_from(turn, rule, origin, number, rate > 0 and not rule.voluntary)
        sent += found
        short.update(missing)
    if not origins:
        short["rank"] = moves
    year.tally["due"][group] += due
    year.tally["done"][group] += due - left + min(left, worth * sent)
    reached = moves - np.cumsum([0, *(short[cause] for cause in SHORTFALL_CAUSES)])
    year.tally["short"][group] += -np.diff(np.minimum(left, worth * reached))


def _due(turn: Turn, rule: RotationRule, rate: float) -> int:
    """Movers that a rule asks for this year; at least those who must move."""
    if rule.base == "core_teachers":
        base = int(turn.year.serving(turn.core).sum())
    else:
        base = int(turn.of_base(rule, turn.staff).sum())
    due = int(np.ceil(rate * base - ROUNDING))
    if turn.rules.must_move is not None:
        free = turn.staff[turn.of_base(rule, turn.staff) & turn.year.free(turn.staff)]
        free = free[np.isin(turn.year.now["home"][free], turn.origins(rule))]
        due = max(due, int(turn.obliged(free).sum()) if rate else 0)
    return due


def _shares(turn: Turn, rule: RotationRule, origins: list[int], moves: int) -> list[int]:
    """Moves that each school owes: in proportion to its part of the base."""
    if len(origins) == 1:
        return [moves]
    home = turn.year.now["home"][turn.staff[turn.of_base(rule, turn.staff)]]
    hands = np.array([(home == origin).sum() for origin in origins])
    if not hands.any():
        return [moves, *[0] * (len(origins) - 1)][: len(origins)]
    return whole_shares(moves, hands).tolist()


def _send_from(turn: Turn, rule: RotationRule, origin: int, due: int, decreed: bool) -> tuple[int, Counter[str]]:
    """Send a school's movers; returns how many moves were made, and what was short by cause."""
    year, group = turn.year, turn.group
    persons = 1 + rule.exchange
    targets = turn.targets(rule, origin)
    on_file = np.flatnonzero(year.serving(origin))
    pool = turn.pool(rule, origin, on_file, due, decreed)
    most = min(due, year.affordable(group, persons))
    capped = most
    if turn.rules.rate_cap < 1:
        room = int(turn.rules.rate_cap * turn.staff.size + ROUNDING) - len(turn.moved)
        capped = min(most, max(room // persons, 0))
    if turn.rules.objective == "balance":
        sent, stopped = BalancingExchanges(turn, rule, origin, targets, pool).send(capped)
        unattainable = False
    else:
        order, unattainable = _ordered(turn, rule, pool, on_file, origin, capped, decreed)
        sent, stopped = _send(turn, rule, Destinations(turn, rule, origin, targets, capped), order, capped, pool)
    short: Counter[str] = Counter(pool.short)
    left = pool.rows.size if due else 0
    for cause in ("rank", "load", "partner", "protection"):
        short[cause] += min(due, left) - min(due, left - stopped[cause])
        left -= stopped[cause]
    left = min(due, left)
    if capped < most:
        short["protection"] += left - min(left, max(capped, len(sent)))
        left = min(left, max(capped, len(sent)))
    short["money"] += left - len(sent)
    year.tally["refused"][group] += pool.refused
    year.tally["unattainable"][group] |= int(unattainable)
    if sent:
        year.book_quality(group, sent, on_file)
    return len(sent), short


def _ordered(
    turn: Turn, rule: RotationRule, pool: Pool, on_file: Ints, origin: int, most: int, decreed: bool
) -> tuple[Ints, bool]:
    """The pool in the order in which the sender lets go, and whether his target is out of reach.

    His target holds for the mean of those who can be sent, `most` at most.
    """
    year, rows = turn.year, pool.rows
    teachers = year.county.teachers
    if not most or not rows.size:
        return rows[:0], False
    unattainable = False
    order: Ints
    if turn.rules.order == "tenure":
        order = np.lexsort((year.luck("partner")[rows], -year.now["years_here"][rows]))
    else:
        usual = year.quality(on_file).mean()
        quality = (year.quality(rows) - usual) / year.evidence.teacher_effect_sd
        luck = year.draw.normal("sent", teachers.id[rows])
        target = sender_target(year.policy, year.evidence, decreed)
        number = min(most, rows.size)
        if rule.backbone_share:
            backbone = teachers.backbone[rows]
            order, unattainable = order_in_strata(quality, backbone, rule.backbone_share, target, number, luck)
        else:
            order, unattainable = sending_order(quality, target, number, luck)
    if turn.rules.must_move is not None:
        order = order[np.argsort(~turn.obliged(rows[order]), kind="stable")]
    return rows[order], unattainable


def _send(
    turn: Turn, rule: RotationRule, places: Destinations, order: Ints, most: int, pool: Pool
) -> tuple[list[int], Counter[str]]:
    """Post teachers in order until `most` are placed; returns them and how many were stopped by what."""
    teachers = turn.year.county.teachers
    sent: list[int] = []
    stopped: Counter[str] = Counter()
    backbone = 0
    for row in order.tolist():
        if len(sent) >= most:
            break
        subject, strong = int(teachers.subject[row]), bool(teachers.backbone[row])
        if rule.backbone_share and backbone + strong < rule.backbone_share * (len(sent) + 1) - ROUNDING:
            stopped["rank"] += 1
            continue
        open_to = places.open_to(subject)
        if not open_to:
            stopped["partner" if rule.exchange or not places.quota else "load"] += 1
            continue
        unit = places.best(open_to, subject)
        if turn.would_hurt_core(row, unit, places.partners[unit, subject][0] if rule.exchange else None):
            stopped["protection"] += 1
            continue
        turn.send(rule, row, unit, places.take(unit, subject), row in pool.pushed)
        sent.append(row)
        backbone += strong
    return sent, stopped


def _staff_new_schools(turn: Turn) -> None:
    """Send backbone teachers of the core, some of each subject, to schools that join this year."""
    year, county = turn.year, turn.year.county
    rule = next(iter(turn.rules.rules.values()))
    for unit in turn.members[county.schools.joined_year[turn.members] == county.year].tolist():
        taught = np.flatnonzero(Classrooms.of(county).periods_owed[unit] > 0)
        for subject in np.repeat(taught, turn.rules.backbone_per_subject_new).tolist():
            cause = _send_backbone(turn, rule, unit, subject)
            year.tally["due"][turn.group] += 1
            if cause is None:
                year.tally["done"][turn.group] += 1
            else:
                year.tally["short"][turn.group, SHORTFALL_CAUSES.index(cause)] += 1


def _send_backbone(turn: Turn, rule: RotationRule, unit: int, subject: int) -> str | None:
    """Send one backbone teacher of a subject to a new school; returns the cause where nobody can be sent."""
    year, teachers = turn.year, turn.year.county.teachers
    rows = np.flatnonzero(year.serving(turn.core) & teachers.backbone & (teachers.subject == subject))
    if not rows.size:
        return "rank"
    rows = rows[year.free(rows)]
    if not rows.size:
        return "stay"
    if year.evidence.switches.refusal:
        firm = year.luck("yields")[rows] >= year.evidence.enforcement_decreed
        rows = rows[~(turn.refuses(rows, np.array([unit])) & firm)]
    if not rows.size:
        return "refusal"
    places = Destinations(turn, rule, turn.core, np.array([unit]), 1)
    if not places.open_to(subject):
        return "partner" if rule.exchange else "load"
    if year.affordable(turn.group, 1 + rule.exchange) < 1:
        return "money"
    row = int(rows[np.argmin(year.luck("yields")[rows])])
    pushed = year.evidence.switches.refusal and bool(turn.refuses(np.array([row]), np.array([unit]))[0])
    turn.send(rule, row, unit, places.take(unit, subject), pushed)
    year.book_quality(turn.group, [row], np.flatnonzero(year.serving(turn.core)))
    return None


def _lend_cadres(year: Postings, group: int, members: Ints, link: Link) -> None:
    """Lend executive principals and cadres of the core to its members in turn; they lead, and teach at home."""
    core = int(year.county.groups.core[group])
    wanted: list[int] = []
    if link.executive_principals:
        serves = year.now["serves"][year.now["posting"] == CADRE]
        for unit in members.tolist():
            wanted += [unit] * max(link.executive_principals - int((serves == unit).sum()), 0)
    number = (link.cadres.at(year.county.school_year, year.age(group)) or 0) if link.cadres is not None else 0
    number *= members.size if link.cadres_per == "member" else 1
    wanted += [int(members[place % members.size]) for place in range(number)]
    if not wanted:
        return
    able = np.flatnonzero(year.serving(core) & (year.now["posting"] == AT_HOME))
    able = able[np.argsort(year.luck("cadre")[able], kind="stable")]
    years = link.rotation.years if link.rotation is not None else (1, 1)
    for row, unit in zip(able.tolist(), wanted, strict=False):
        year.lend(row, unit, year.term(row, years))
    year.tally["cadres_short"][group] += max(len(wanted) - able.size, 0)
