"""Mentoring: core teachers are paired with weaker colleagues of members, and groups hold joint events.

The strongest core teachers take on the weaker half of a member's teachers of their subject, never one who
is better, no more than each can carry and no more of the staff than the policy covers; a pair stays
together while it can. What a pair teaches is a stock that fades when the pair ends, never a sum of yearly
gains. Events reach a few teachers each; what a school's staff gains depends on contacts per teacher. What
the fund cannot pay shrinks to the funded share.
"""

import numpy as np
from numpy.typing import NDArray

from sim.draws import Draws
from sim.evidence import EVENT_ACTS_THROUGH, Evidence, LeadershipKind, leadership_weight
from sim.grouped import counts
from sim.policy import Policy
from sim.population import lasting_quality
from sim.process import Changes, process
from sim.state import (
    CORE,
    MAIN_SUBJECTS,
    SERVING,
    County,
    Groups,
    Schools,
    Teachers,
    open_groups,
    urban,
)  # fmt: skip

Floats = NDArray[np.float64]
TERMS = 2
"""Terms of a school year."""


@process(
    reads=(
        Teachers.school, Teachers.home, Teachers.subject, Teachers.status, Teachers.talent, Teachers.match,
        Teachers.skill_peer, Teachers.skill_pair, Teachers.years_teaching, Teachers.paired,
        Schools.stage, Schools.group, Schools.role, Schools.link, Schools.zone,
        Groups.core, Groups.closed_year, Groups.balance_yuan, Groups.postings_yuan,
    ),
    writes=(
        Teachers.skill_pair, Teachers.paired, Schools.event_gain, Schools.event_load, Groups.balance_yuan,
        Groups.events_yuan, Groups.pairs_yuan, Groups.curriculum_yuan, Groups.sharing_funded, Groups.activity,
    ),
)  # fmt: skip
def pair(county: County, policy: Policy, evidence: Evidence, draw: Draws) -> Changes:
    """Pair mentors, hold events, pay for both and for shared courses.

    Clauses: links.*.mentoring, links.*.curriculum.sharing, funding prices.
    Evidence: P13 × pairing_scale, P14-P16, P23, event_reach, event_contacts_scale.
    Keeps: nobody mentors himself; a mentor has at most the decreed number of mentees; no more is spent than
    there is.
    """
    teachers, schools, groups = county.teachers, county.schools, county.groups
    units = len(schools)
    mentees = np.zeros(len(teachers), bool)
    price = policy.funding
    spent = {name: np.zeros(len(groups), np.int64) for name in ("events", "pairs", "courses")}
    funded = np.zeros(len(groups))
    gain, burden = np.zeros(units), np.zeros(units)
    staff = counts(np.where(teachers.status == SERVING, teachers.school, -1), units)
    links = list(policy.links.values())
    distance = _distance(county, evidence)
    for number in np.flatnonzero(open_groups(groups)):
        core = int(groups.core[number])
        members = np.flatnonzero((schools.group == number) & (schools.role != CORE))
        same = members[schools.stage[members] == schools.stage[core]]
        chosen = _mentees(county, policy, evidence, core, same)
        events = {int(unit): links[schools.link[unit]].mentoring.events_per_term for unit in members}
        sharing = max((links[schools.link[unit]].curriculum.sharing for unit in members), default=0.0)
        cost = {
            "events": _events_held(events) * price.event_yuan if evidence.switches.events else 0,
            "pairs": chosen.size * price.pair_yuan,
            "courses": round(sharing * price.curriculum_yuan) if evidence.switches.curriculum else 0,
        }
        share = min(1.0, groups.balance_yuan[number] / total) if (total := sum(cost.values())) else 1.0
        for name, amount in cost.items():
            spent[name][number] = int(amount * share)
        funded[number] = share if sharing and evidence.switches.curriculum else 0.0
        mentees[chosen[: int(chosen.size * share)]] = True
        if evidence.switches.events:
            for unit, kinds in events.items():
                gain[unit] = share * _event_gain(evidence, links[schools.link[unit]].leadership, kinds, staff[unit])
                gain[unit] *= distance[unit]
            givers = share * _events_held(events) * evidence.event_reach * evidence.event_time_share
            burden[core] = givers / max(staff[core], 1)

    skill = evidence.pairing_decay * teachers.skill_pair
    taught = evidence.pairing_gain * evidence.pairing_scale * distance[teachers.school]
    skill = np.where(mentees, np.maximum(skill, taught), skill)
    total_spent = spent["events"] + spent["pairs"] + spent["courses"]
    return Changes(
        write={
            Teachers.skill_pair: skill,
            Teachers.paired: mentees,
            Schools.event_gain: gain,
            Schools.event_load: burden,
            Groups.balance_yuan: groups.balance_yuan - total_spent,
            Groups.events_yuan: spent["events"],
            Groups.pairs_yuan: spent["pairs"],
            Groups.curriculum_yuan: spent["courses"],
            Groups.sharing_funded: funded,
            Groups.activity: groups.postings_yuan + spent["events"] + spent["pairs"],
        }
    )


def _distance(county: County, evidence: Evidence) -> Floats:
    """What reaches a school of what its core gives: less between town and country (P23). (schools,)"""
    schools = county.schools
    core = np.r_[county.groups.core, -1][schools.group]
    apart = urban(schools.zone[core]) != urban(schools.zone)
    return np.where((schools.group >= 0) & apart, evidence.distance_factor, 1.0)


def _mentees(
    county: County, policy: Policy, evidence: Evidence, core: int, members: NDArray[np.integer]
) -> NDArray[np.integer]:
    """Teachers of the members who have a mentor this year, those of last year first. Rows of teachers."""
    teachers, schools = county.teachers, county.schools
    if not evidence.switches.pairing:
        return np.zeros(0, np.int64)
    links = list(policy.links.values())
    chosen: list[tuple[int, int]] = []
    serving = teachers.status == SERVING
    mentors = np.flatnonzero(serving & (teachers.school == core) & (teachers.home == core))
    strongest = _strongest(county, evidence, mentors)
    taken = [0] * MAIN_SUBJECTS
    for unit in members:
        rules = links[schools.link[unit]].mentoring
        here = np.flatnonzero(serving & (teachers.school == unit) & (teachers.home == unit))
        here = here[teachers.subject[here] < MAIN_SUBJECTS]
        places = int(rules.pairing_coverage * here.size)
        if not places:
            continue
        quality = lasting_quality(teachers, here, evidence)
        wanted = (quality <= np.median(quality)) | teachers.paired[here]
        order = np.lexsort((quality, ~teachers.paired[here]))
        found = 0
        rows = here[order[wanted[order]]]
        own = quality[order[wanted[order]]]
        for row, subject, level in zip(rows.tolist(), teachers.subject[rows].tolist(), own.tolist(), strict=True):
            mentor = taken[subject] // rules.mentees_per_mentor
            able = mentor < len(strongest[subject]) and strongest[subject][mentor] > level
            if found < places and able:
                taken[subject] += 1
                chosen.append((found, row))
                found += 1
    return np.array([row for _, row in sorted(chosen)], np.int64)


def _strongest(county: County, evidence: Evidence, mentors: NDArray[np.integer]) -> list[list[float]]:
    """Quality of a core's teachers in each main subject, the strongest first."""
    quality, subject = lasting_quality(county.teachers, mentors, evidence), county.teachers.subject[mentors]
    return [sorted(quality[subject == number].tolist(), reverse=True) for number in range(MAIN_SUBJECTS)]


def _events_held(events: dict[int, dict]) -> int:
    """Events paid for in a year: each member has its own."""
    return TERMS * sum(sum(kinds.values()) for kinds in events.values())


def _event_gain(evidence: Evidence, leadership: LeadershipKind, kinds: dict, staff: int) -> float:
    """Gain of a school from its events, σ a year.

    Kinds that act through one coefficient share a dose, which saturates in contacts per teacher.
    """
    contacts: dict[str, float] = {}
    for kind, count in kinds.items():
        through = EVENT_ACTS_THROUGH[kind]
        if through:
            reached = TERMS * count * evidence.event_reach / max(staff, 1)
            contacts[through] = contacts.get(through, 0.0) + reached
    dose = {name: 1 - np.exp(-number / evidence.event_contacts_scale) for name, number in contacts.items()}
    gain = sum(getattr(evidence, name) * amount for name, amount in dose.items())
    return float(gain * leadership_weight(evidence, leadership))
