"""Joint work of a group: events, projects, studios, experts and job-shadowing, by the contacts they make.

Teachers learn from joint work by contact. Each kind of work makes a number of contacts in a school, shared by
the teachers it is meant for: all of them, or those of one main subject. What a teacher gains saturates in
contacts, so that help aimed at a few reaches them deeply and the others not at all. All is reckoned as if it
were paid for; the time of those who give it is counted with it.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.evidence import EVENT_ACTS_THROUGH, Evidence, leadership_weight
from sim.grouped import counts, ratio, sums
from sim.links import Link, Mentoring
from sim.policy import Policy
from sim.population import lasting_quality
from sim.state import AT_HOME, MAIN_SUBJECTS, SERVING, SUBJECTS, County

Floats = NDArray[np.float64]
TERMS = 2
"""Terms of a school year."""
HELP = "coaching_gain"
"""Help of one teacher by another: what `matching` can aim at a subject."""
STUDY = "lesson_study_gain"
"""Lesson study: what projects and studios act through."""


class Staff(NamedTuple):
    """Teachers where they teach, by main subject. Shape (schools, main subjects)."""

    number: NDArray[np.int64]
    quality: Floats
    """Sum of their lasting quality."""
    weight: Floats
    """Weight of the subject in the score of the school's stage."""

    @classmethod
    def of(cls, county: County, evidence: Evidence) -> "Staff":
        """The teachers of a county by school and main subject."""
        teachers, units = county.teachers, len(county.schools)
        rows = np.flatnonzero((teachers.status == SERVING) & (teachers.subject < MAIN_SUBJECTS))
        cell = teachers.school[rows].astype(np.int64) * MAIN_SUBJECTS + teachers.subject[rows]
        size = units * MAIN_SUBJECTS
        weight = county.stages.score_weight[county.schools.stage]
        quality = sums(cell, size, lasting_quality(teachers, rows, evidence)).reshape(units, MAIN_SUBJECTS)
        return cls(counts(cell, size).reshape(units, MAIN_SUBJECTS), quality, weight)

    def weakest(self, schools: Sequence[int], core: int | None = None) -> int | None:
        """The main subject in which the teachers of some schools are weakest on average, None without any.

        With a `core`, the subject in which its teachers are furthest ahead of them.
        """
        number, weight = self.number[schools].sum(0), self.weight[schools].sum(0)
        mean = ratio(self.quality[schools].sum(0), number)
        known = (number > 0) & (weight > 0)
        if core is not None:
            known &= self.number[core] > 0
            mean = mean - ratio(self.quality[core], self.number[core])
        return int(np.argmin(np.where(known, mean, np.inf))) if known.any() else None


class Work(NamedTuple):
    """A group's joint work of one year, if all of it is paid for."""

    priced: float
    """Events to be paid."""
    givers: float
    """Teacher-years that the core gives."""
    gain: dict[int, Floats | float]
    """Gain of each school helped, σ a year: one number, or one for each main subject."""
    away: dict[int, float]
    """Teacher-years that a school's own teachers spend at the core."""


def aims_at_subjects(policy: Policy) -> bool:
    """Whether a policy aims any joint work at single subjects."""
    rules = [link.mentoring for link in policy.links.values()]
    return any(rule.matching != "even" or rule.projects or rule.studios for rule in rules)


def experts(county: County, core: int, links: Sequence[Link]) -> float:
    """Share of the experts decreed by some links whom the core has: its backbone teachers at home."""
    teachers = county.teachers
    wanted = sum(link.mentoring.experts_per_term for link in links)
    here = (teachers.school == core) & (teachers.home == core) & (teachers.status == SERVING)
    found = int((here & (teachers.posting == AT_HOME) & teachers.backbone).sum())
    return min(1.0, found / wanted)


def led_studios(county: County, core: int, links: Sequence[Link]) -> set[int]:
    """Main subjects of the studios decreed by some links in which the core has a backbone teacher."""
    teachers = county.teachers
    here = (teachers.school == core) & (teachers.status == SERVING) & teachers.backbone
    present = set(teachers.subject[here].tolist())
    return {SUBJECTS.index(subject) for link in links for subject in link.mentoring.studios} & present


def work_of_group(
    county: County,
    links: Sequence[Link],
    evidence: Evidence,
    core: int,
    members: NDArray[np.integer],
    size: NDArray[np.integer],
    staff: Staff | None,
) -> Work:
    """The joint work of one group. `members`: rows of schools; `size` (schools,): teachers present.

    `staff` is needed where `aims_at_subjects`.
    """
    units = members.tolist()
    numbers = county.schools.link[members].tolist()
    link = dict(zip(units, (links[number] for number in numbers), strict=True))
    kinds = [links[number] for number in dict.fromkeys(numbers)]
    rules = [kind.mentoring for kind in kinds]
    own = TERMS * sum(sum(link[unit].mentoring.events_per_term.values()) for unit in units)
    own += max((kind.curriculum.student_events_per_year for kind in kinds), default=0)
    present = experts(county, core, kinds) if any(rule.experts_per_term for rule in rules) else 0.0
    visits = TERMS * evidence.expert_visits * present
    studios = led_studios(county, core, kinds) if any(rule.studios for rule in rules) else set()
    sessions = evidence.joint_sessions * (max((rule.projects for rule in rules), default=0) + len(studios))
    visited = sum(visits * rule.experts_per_term for rule in rules)
    givers = (own + sessions) * evidence.event_reach * evidence.event_time_share + visited * evidence.event_time_share
    givers += evidence.centre_teachers if any(rule.centre for rule in rules) else 0
    joining = [unit for unit in units if link[unit].mentoring.projects]
    project = staff.weakest(joining) if staff and joining else None
    shadowing = {unit: min(link[unit].mentoring.shadowing_per_year, int(size[unit])) for unit in units}
    gain: dict[int, Floats | float] = {}
    for unit in units:
        rule = link[unit].mentoring
        helped = sum(link[other] is link[unit] for other in units)
        given = _Contacts(evidence, int(size[unit]), staff.number[unit] if staff else None)
        aim = _aim(rule, staff, unit, core)
        for kind, count in rule.events_per_term.items():
            if through := EVENT_ACTS_THROUGH[kind]:
                given.add(through, TERMS * count * evidence.event_reach, aim if through == HELP else None)
        if rule.experts_per_term:
            given.add(HELP, visits * rule.experts_per_term * evidence.event_reach / helped, aim)
        if rule.projects and project is not None:
            given.add_sessions(STUDY, rule.projects * evidence.joint_sessions, project)
        for subject in rule.studios:
            if SUBJECTS.index(subject) in studios:
                given.add_sessions(STUDY, evidence.joint_sessions, SUBJECTS.index(subject))
        strength = leadership_weight(evidence, link[unit].leadership)
        if rule.effectiveness != 1 or rule.centre:
            strength *= rule.effectiveness * (evidence.centre_effect if rule.centre else 1)
        gain[unit] = given.gain(shadowing[unit]) * strength
    away = {unit: number * evidence.shadowing_time_share for unit, number in shadowing.items() if number}
    return Work(own + sessions + visited + sum(shadowing.values()), givers, gain, away)


def _aim(rule: Mentoring, staff: Staff | None, unit: int, core: int) -> int | None:
    """The main subject to which help for a school goes; None where it goes to all."""
    if rule.matching == "even" or staff is None:
        return None
    return staff.weakest([unit], core if rule.matching == "demand" else None)


class _Contacts:
    """Contacts a teacher of one school, by the coefficient through which they act."""

    def __init__(self, evidence: Evidence, size: int, number: NDArray[np.int64] | None) -> None:
        self.evidence, self.size, self.number = evidence, size, number
        self.even: dict[str, float] = {}
        self.aimed: dict[str, Floats] = {}

    def add(self, through: str, contacts: float, subject: int | None) -> None:
        """Divide contacts among all teachers, or among those of a subject."""
        if subject is None or self.number is None:
            self.even[through] = self.even.get(through, 0.0) + contacts / max(self.size, 1)
        else:
            aimed = self.aimed.setdefault(through, np.zeros(MAIN_SUBJECTS))
            aimed[subject] += contacts / max(int(self.number[subject]), 1)

    def add_sessions(self, through: str, sessions: float, subject: int) -> None:
        """Sessions of one subject, which reach no more teachers than there are of it."""
        if self.number is not None and self.number[subject]:
            reached = min(self.evidence.event_reach, int(self.number[subject]))
            self.add(through, sessions * reached, subject)

    def gain(self, shadowing: int) -> Floats | float:
        """Gain of the school, σ a year: one number, or (main subjects,) where anything is aimed at one.

        The dose of a coefficient is 1 − the mean over teachers of exp(−contacts / event_contacts_scale);
        `shadowing` teachers have contacts of their own besides.
        """
        evidence, scale = self.evidence, self.evidence.event_contacts_scale
        if shadowing:
            self.even.setdefault(HELP, 0.0)
        total: Floats | float = 0.0
        for through in dict.fromkeys((*self.even, *self.aimed)):
            contacts = self.even.get(through, 0.0) + self.aimed.get(through, 0.0)
            left = np.exp(-contacts / scale)
            if shadowing and through == HELP:
                left = left * (1 - shadowing / self.size * (1 - np.exp(-evidence.shadowing_contacts / scale)))
            total = total + getattr(evidence, through) * (1 - left)
        return total
