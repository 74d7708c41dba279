"""Mentoring: core teachers are paired with weaker colleagues of members, and groups work together.

The strongest core teachers take on the weaker half of a member's teachers of their subject, never one who
is better, no more than each can carry and no more of the staff than the policy covers; a pair stays
together while it can. What a pair teaches is a stock that fades when the pair ends, never a sum of yearly
gains. Joint work reaches a few teachers at a time; what a school's staff gains depends on contacts per
teacher. Shared classes bring lessons of the core to members on the screen. What the fund cannot pay shrinks
to the funded share.
"""

import numpy as np
from numpy.typing import NDArray

from sim.draws import Draws
from sim.evidence import Evidence
from sim.grouped import counts
from sim.joint_work import Staff, aims_at_subjects, work_of_group
from sim.links import Link
from sim.policy import Policy
from sim.population import lasting_quality
from sim.process import Changes, process
from sim.shared_classes import delivered, giver_time
from sim.state import (
    CORE,
    MAIN_SUBJECTS,
    SERVING,
    County,
    Groups,
    Schools,
    StageTotals,
    Students,
    Teachers,
    open_groups,
    urban,
)  # fmt: skip

Floats = NDArray[np.float64]
PURPOSES = ("events", "pairs", "courses", "shared_classes")
"""What the group's money pays for here."""


@process(
    reads=(
        Teachers.school, Teachers.home, Teachers.subject, Teachers.status, Teachers.talent, Teachers.match,
        Teachers.skill_peer, Teachers.skill_pair, Teachers.years_teaching, Teachers.paired, Teachers.backbone,
        Teachers.posting,
        Students.school, Students.cohort, Students.classroom,
        Schools.group, Schools.role, Schools.link, Schools.zone, Schools.stage,
        StageTotals.score_weight, StageTotals.periods, StageTotals.periods_per_teacher,
        Groups.core, Groups.closed_year, Groups.balance_yuan, Groups.postings_yuan,
    ),
    writes=(
        Teachers.skill_pair, Teachers.paired, Schools.event_gain, Schools.event_load, Schools.shared_lessons,
        Groups.balance_yuan, Groups.events_yuan, Groups.pairs_yuan, Groups.curriculum_yuan,
        Groups.sharing_funded, Groups.activity,
    ),
)  # fmt: skip
def pair(county: County, policy: Policy, evidence: Evidence, draw: Draws) -> Changes:
    """Pair mentors, work together, give shared classes, pay for all of it and for shared courses.

    Clauses: links.*.mentoring, links.*.curriculum, funding prices.
    Evidence: P13 × pairing_scale, P14-P16, P23, event_reach, event_contacts_scale, and for projects, studios,
    experts, shadowing and centres what follows them there; online_relief, shared_class_time_share.
    Keeps: nobody mentors himself; a mentor has at most the decreed number of mentees; no more is spent than
    there is.
    """
    teachers, schools, groups = county.teachers, county.schools, county.groups
    units, on = len(schools), evidence.switches
    mentees = np.zeros(len(teachers), bool)
    price = policy.funding
    spent = {name: np.zeros(len(groups), np.int64) for name in PURPOSES}
    funded = np.zeros(len(groups))
    gain, burden, lessons = np.zeros((units, MAIN_SUBJECTS)), np.zeros(units), np.zeros((units, MAIN_SUBJECTS))
    size = counts(np.where(teachers.status == SERVING, teachers.school, -1), units)
    links = list(policy.links.values())
    sharing_lessons = on.shared_classes and any(link.curriculum.shared_classes for link in links)
    by_subject = sharing_lessons or (on.events and aims_at_subjects(policy))
    staff = Staff.of(county, evidence) if by_subject else None
    distance = _distance(county, evidence)
    carried = _carried(county, evidence, links, distance)
    for number in np.flatnonzero(open_groups(groups)):
        core = int(groups.core[number])
        members = np.flatnonzero((schools.group == number) & (schools.role != CORE))
        same = members[schools.stage[members] == schools.stage[core]]
        chosen = _mentees(county, policy, evidence, core, same)
        work = work_of_group(county, links, evidence, core, members, size, staff) if on.events else None
        sharing = max((links[schools.link[unit]].curriculum.sharing for unit in members), default=0.0)
        screened = _screened(county, links, core, same, staff) if staff and sharing_lessons else {}
        decreed = sum(links[schools.link[unit]].curriculum.shared_classes for unit in screened)
        cost = {
            "events": round(work.priced * price.event_yuan) if work else 0,
            "pairs": chosen.size * price.pair_yuan,
            "courses": round(sharing * price.curriculum_yuan) if on.curriculum else 0,
            "shared_classes": round(decreed * price.shared_class_yuan),
        }
        share = min(1.0, groups.balance_yuan[number] / total) if (total := sum(cost.values())) else 1.0
        for name, amount in cost.items():
            spent[name][number] = int(amount * share)
        funded[number] = share if sharing and on.curriculum else 0.0
        mentees[chosen[: int(chosen.size * share)]] = True
        if work:
            for unit, given in work.gain.items():
                gain[unit] = share * given * carried[unit]
            for unit, away in work.away.items():
                burden[unit] = share * away / max(size[unit], 1)
            burden[core] = share * work.givers / max(size[core], 1)
        for unit, taken in screened.items():
            lessons[unit] = share * taken
            burden[core] += giver_time(county, evidence, unit, lessons[unit]) / max(size[core], 1)

    skill = evidence.pairing_decay * teachers.skill_pair
    taught = evidence.pairing_gain * evidence.pairing_scale * distance[teachers.school]
    skill = np.where(mentees, np.maximum(skill, taught), skill)
    return Changes(
        write={
            Teachers.skill_pair: skill,
            Teachers.paired: mentees,
            Schools.event_gain: gain,
            Schools.event_load: burden,
            Schools.shared_lessons: lessons,
            Groups.balance_yuan: groups.balance_yuan - sum(spent.values()),
            Groups.events_yuan: spent["events"],
            Groups.pairs_yuan: spent["pairs"],
            Groups.curriculum_yuan: spent["courses"] + spent["shared_classes"],
            Groups.sharing_funded: funded,
            Groups.activity: groups.postings_yuan + spent["events"] + spent["pairs"],
        }
    )


def _screened(
    county: County, links: list[Link], core: int, members: NDArray[np.integer], staff: Staff
) -> dict[int, Floats]:
    """Share of the lessons of each main subject that each member takes from the screen, if all is paid."""
    return {
        unit: delivered(county, staff, core, unit, share)
        for unit in members.tolist()
        if (share := links[county.schools.link[unit]].curriculum.shared_classes)
    }


def _carried(county: County, evidence: Evidence, links: list[Link], distance: Floats) -> Floats:
    """What of joint work reaches a school: a platform makes good part of what distance takes. (schools,)"""
    online = np.array([*(link.curriculum.online for link in links), False])
    if not online.any():
        return distance
    return np.where(online[county.schools.link], distance + evidence.online_relief * (1 - distance), distance)


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
