"""Who can be sent: the pool of a school narrows by stays, age, honour, rank and refusals.

A rule counts its base, and its movers come from schools of that base. Refusals follow P34: fewer where service
counts for promotion, where a bonus is paid, and where the group decides on moves; more between town and
country and among teachers of family age. Both are centred: distance on the cores and members of the county's own
policy, so that its mean share of refusals stays the same, family age within each school. Who refuses is pushed
as far as a decreed floor is enforced.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.links import Link, Rotation, RotationRule
from sim.postings import Postings
from sim.sending import shortfall_by_filter
from sim.state import CORE, MEMBER, SERVING, SUBJECTS, Counties, Schools, Teachers, urban

Floats = NDArray[np.float64]
Ints = NDArray[np.integer]
Mask = NDArray[np.bool_]
READS = (
    Teachers.age, Teachers.female, Teachers.honour, Teachers.backbone, Teachers.years_here, Teachers.rural_years,
    Schools.zone, Schools.roster, Schools.stage, Schools.usual_pupils, Counties.labour_yuan,
)  # fmt: skip
"""What asking for movers reads beside what postings do."""
BONUS_STEP = 0.1
"""The slope of refusals is given for a bonus of a tenth of a junior teacher's labour cost."""


class Pool(NamedTuple):
    """Who can be sent, and what is short already, by cause.

    `refused` are those who say no before enough have agreed, in expectation.
    """

    rows: Ints
    pushed: Ints
    refused: int
    short: dict[str, int]


@dataclass
class Turn:
    """One link of one group in a year: the core, the link's schools, and what the link decrees."""

    year: Postings
    group: int
    members: Ints
    link: Link
    rules: Rotation

    def __post_init__(self) -> None:
        self.core = int(self.year.county.groups.core[self.group])
        self.scope = np.r_[self.core, self.members]
        self.moved: list[tuple[int, int]] = []
        """Teachers newly posted, exchange partners too, and where to."""

    @property
    def gated(self) -> bool:
        """Whether teachers of the country come to town only by selection."""
        return self.rules.inflow_gate == "selection" and self.year.evidence.switches.inflow_gate

    @cached_property
    def in_town(self) -> Mask:
        """Schools that count as urban. (schools,)"""
        return urban(self.year.county.schools.zone)

    @cached_property
    def served(self) -> Mask:
        """Teachers who had taught in the country before this year. (teachers,)"""
        return self.year.county.teachers.rural_years > 0

    def origins(self, rule: RotationRule) -> list[int]:
        """Schools whose teachers a rule sends; in an exchange up and down it is the core's move."""
        both_ways = rule.direction == "bidirectional" and rule.exchange
        if rule.base == "core_teachers" or rule.direction == "core_to_member" or both_ways:
            found = [self.core]
        else:
            found = self.scope.tolist()
        if rule.base.startswith("urban") or rule.direction == "urban_to_rural":
            found = [school for school in found if self.in_town[school]]
        return found

    def targets(self, rule: RotationRule, origin: int) -> Ints:
        """Schools to which a rule sends teachers of `origin`."""
        if rule.direction in ("core_to_member", "bidirectional") and origin != self.core:
            found = np.array([self.core])
        elif rule.direction == "any":
            found = self.scope[self.scope != origin]
        else:
            found = self.members
        if rule.direction == "urban_to_rural":
            found = found[~self.in_town[found]]
        if self.gated and not rule.exchange and not self.in_town[origin]:
            found = found[~self.in_town[found]]
        return found

    def of_base(self, rule: RotationRule, rows: Ints) -> Mask:
        """Whether teachers belong to a rule's base. Shape of `rows`."""
        teachers = self.year.county.teachers
        home = self.year.now["home"][rows]
        if rule.base == "core_teachers":
            return home == self.core
        inside = np.isin(home, self.scope)
        if rule.base == "urban_backbone":
            return inside & self.in_town[home] & teachers.backbone[rows]
        if rule.base == "urban_without_rural_service":
            return inside & self.in_town[home] & ~self.served[rows]
        return inside

    @cached_property
    def staff(self) -> Ints:
        """Teachers on file at the core and the link's schools who serve. Rows, in order of school."""
        return np.concatenate([np.flatnonzero(self.year.serving(int(school))) for school in self.scope])

    def counted(self, rule: RotationRule) -> int:
        """Persons newly posted this year who count for a rule."""
        if not self.moved:
            return 0
        rows, units = (np.array(column) for column in zip(*self.moved, strict=True))
        home = self.year.now["home"][rows]
        fits = self.of_base(rule, rows)
        if rule.direction == "core_to_member":
            fits &= home == self.core
        elif rule.direction == "bidirectional":
            fits &= (home == self.core) | (units == self.core)
        elif rule.direction == "urban_to_rural":
            fits &= self.in_town[home] & ~self.in_town[units]
        return int(fits.sum())

    def worth(self, rule: RotationRule) -> int:
        """Persons who count for each move: the exchange partner does where the whole group is the base."""
        both = rule.base in ("group_teachers", "group_staff") and rule.direction in ("bidirectional", "any")
        return 2 if rule.exchange and both else 1

    def send(self, rule: RotationRule, row: int, unit: int, partner: int | None, pushed: bool) -> None:
        """Post one teacher for the decreed term, and the partner in return.

        An offer posts nobody against his will, nor is a partner who was asked; who is pushed always is.
        """
        year, rules = self.year, self.rules
        term = year.term(row, rules.years)
        home = year.now["home"][row]
        if (
            rules.rural_service_years is not None
            and self.in_town[home]
            and not self.in_town[unit]
            and not self.served[row]
        ):
            term = rules.rural_service_years
        year.move(row, unit, partner, term, (rule.voluntary, rule.voluntary or rules.matching == "mutual"))
        if pushed:
            year.now["unwilling"][row] = True
        self.moved.append((row, unit))
        if partner is not None:
            self.moved.append((partner, int(home)))

    def would_hurt_core(self, row: int, unit: int, partner: int | None) -> bool:
        """Whether a move would bring the core below the quality that protects it; a partner's match is unknown."""
        year, slack = self.year, self.rules.core_protection
        if slack is None:
            return False
        leaves, comes = (
            (row, partner) if year.now["home"][row] == self.core else (partner, row if unit == self.core else None)
        )
        count, total = year.present_quality(self.core)
        for teacher, sign in ((leaves, -1), (comes, 1)):
            if teacher is not None:
                known = year.quality(np.array([teacher]))[0] - (year.now["match"][teacher] if sign > 0 else 0.0)
                count, total = count + sign, total + sign * known
        return count > 0 and total / count < self._least_core_mean(slack)

    def pairs_hurt_core(self, leave: Ints, come: Ints) -> Mask:
        """Whether exchanges of the core's teachers for others would hurt it. (those who leave, those who come)"""
        year, slack = self.year, self.rules.core_protection
        if slack is None:
            return np.zeros((leave.size, come.size), bool)
        count, total = year.present_quality(self.core)
        gain = (year.quality(come) - year.now["match"][come])[None] - year.quality(leave)[:, None]
        return (total + gain) / max(count, 1) < self._least_core_mean(slack)

    def _least_core_mean(self, slack: float) -> float:
        """Mean quality below which no move may bring the core; if it is lower already, its present one."""
        year = self.year
        floor = year.tally["core_quality"][self.group] - slack * year.evidence.teacher_effect_sd
        return min(float(floor), year.mean_present(self.core))

    # --- the pool of a school -----------------------------------------------------------------------------------------

    def near_retirement(self, rows: Ints, years: float) -> Mask:
        """Who has less than some years to the statutory age. Shape of `rows`."""
        teachers, ages = self.year.county.teachers, self.year.policy.staffing.retirement
        limit = np.array(
            [ages.men.at(self.year.county.school_year), ages.women.at(self.year.county.school_year)], float
        )
        return limit[teachers.female[rows].astype(int)] - teachers.age[rows] < years

    def obliged(self, rows: Ints) -> Mask:
        """Who must move by length of service and nearness to retirement, read literally. Shape of `rows`."""
        rule = self.rules.must_move
        if rule is None or rule.reading == "exempt":
            return np.zeros(rows.size, bool)
        long = self.year.county.teachers.years_here[rows] >= rule.years_here
        return long & self.near_retirement(rows, rule.years_to_retirement)

    def pool(self, rule: RotationRule, origin: int, on_file: Ints, due: int, decreed: bool) -> Pool:
        """Narrow a school's teachers on file to those who can be sent."""
        year, rules = self.year, self.rules
        teachers = year.county.teachers
        home = on_file if rule.base == "core_teachers" else on_file[self.of_base(rule, on_file)]
        filters: dict[str, Mask] = {"stay": year.free(home), "age": np.ones(home.size, bool)}
        if rules.max_age is not None:
            filters["age"] = np.floor(teachers.age[home]) <= rules.max_age
        filters["honour"] = teachers.honour[home] if rules.honour is not None else np.ones(home.size, bool)
        if rule.only == "backbone" or rules.min_skill_percentile:
            filters["rank"] = self._ranked(rule, home, on_file)
        if rules.must_move is not None and rules.must_move.reading == "exempt":
            filters["age"] = filters["age"] & ~self.near_retirement(home, rules.must_move.years_to_retirement)
        must = self.obliged(home)
        for cause in filters.keys() - {"stay"}:
            filters[cause] = filters[cause] | must
        refuses = np.zeros(home.size, bool)
        if year.evidence.switches.refusal:
            refuses = self.refuses(home, self.targets(rule, origin)) & ~must
        yields = refuses & decreed & (year.luck("yields")[home] < year.evidence.enforcement_decreed)
        can = np.logical_and.reduce(list(filters.values()))
        willing, refusing = can & ~refuses, can & refuses
        pushed = home[can & yields]
        pushed = pushed[np.argsort(year.luck("yields")[pushed], kind="stable")][: max(due - int(willing.sum()), 0)]
        filters["refusal"] = ~refuses | yields
        short = shortfall_by_filter(list(filters.values()), due)
        asked = min(due / max(int(willing.sum()), 1), 1.0)
        causes = dict(zip(filters, short.tolist(), strict=True))
        return Pool(np.union1d(home[willing], pushed), pushed, round(asked * int(refusing.sum())), causes)

    def _ranked(self, rule: RotationRule, home: Ints, on_file: Ints) -> Mask:
        """Who is good enough: a backbone teacher, above the percentile of the school. Shape of `home`."""
        fit = self.year.county.teachers.backbone[home] if rule.only == "backbone" else np.ones(home.size, bool)
        if self.rules.min_skill_percentile:
            quality = self.year.quality(on_file)
            limit = np.percentile(quality, self.rules.min_skill_percentile) if quality.size else 0.0
            fit = fit & (self.year.quality(home) >= limit)
        return fit

    # --- refusals -----------------------------------------------------------------------------------------------------

    def refuses(self, rows: Ints, targets: Ints) -> Mask:
        """Who says no to a posting to one of `targets`. Shape of `rows`."""
        return self.year.luck("refuses")[rows] < self.refusal_shares(rows, targets)

    def refusal_shares(self, rows: Ints, targets: Ints) -> Floats:
        """Chance that each of some teachers says no. Shape of `rows`."""
        year, evidence = self.year, self.year.evidence
        share = evidence.refusal_share_credit if self.rules.credit else evidence.refusal_share
        if self.link.personnel in ("pooled", "unified"):
            share *= evidence.pooled_refusal_factor
        bonus, labour = year.policy.incentive.dispatch_bonus_yuan, int(year.county.county.labour_yuan[0, 0])
        if bonus and labour:
            share -= evidence.bonus_refusal_slope * bonus / labour / BONUS_STEP
        home = year.now["home"][rows]
        far = _apart(self.in_town, home, targets) - usual_distance(year)
        family = _of_family_age(year, rows)
        for school in set(home.tolist()):
            staff = np.flatnonzero(year.serving(school))
            family[home == school] -= _of_family_age(year, staff).mean()
        return np.asarray(share + evidence.refusal_distance * far + evidence.refusal_family_age * family, float)

    # --- subjects -----------------------------------------------------------------------------------------------------

    def mean_quality(self) -> Floats:
        """Mean quality of those present, by school and subject, without end below where nobody is."""
        year, shape = self.year, (len(self.year.county.schools), len(SUBJECTS))
        teachers = year.county.teachers
        rows = np.flatnonzero((teachers.status == SERVING) & np.isin(year.now["school"], self.scope))
        cell = year.now["school"][rows] * shape[1] + teachers.subject[rows]
        size = np.bincount(cell, minlength=shape[0] * shape[1])
        total = np.bincount(cell, weights=year.quality(rows), minlength=size.size)
        return np.where(size > 0, total / np.maximum(size, 1), -np.inf).reshape(shape)


def usual_distance(year: Postings) -> float:
    """Share of the roster's members across the line from the cores of their stage, by the cores' pupils of year 0.

    The roster is that of the county's own policy, so that a policy which sends farther meets more refusals.
    """
    if year.usual_distance is None:
        schools, in_town = year.county.schools, urban(year.county.schools.zone)
        far = pupils = 0.0
        for core in np.flatnonzero(schools.roster == CORE):
            members = in_town[(schools.roster == MEMBER) & (schools.stage == schools.stage[core])]
            if members.size:
                far += schools.usual_pupils[core] * (members != in_town[core]).mean()
                pupils += schools.usual_pupils[core]
        year.usual_distance = float(far / pupils) if pupils else 0.0
    return year.usual_distance


def _apart(in_town: Mask, home: Ints, targets: Ints) -> Floats:
    """Share of `targets` that lie across the line between town and country. Shape of `home`."""
    share = in_town[targets].mean() if targets.size else 0.0
    return np.where(in_town[home], 1 - share, share) * (targets.size > 0)


def _of_family_age(year: Postings, rows: Ints) -> Floats:
    completed, evidence = np.floor(year.county.teachers.age[rows]), year.evidence
    return ((completed >= evidence.family_age_from) & (completed < evidence.family_age_to)).astype(float)
