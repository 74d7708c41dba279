"""Placebos: what must change nothing changes nothing, exactly, in every column of every year.

Quick versions of the placebo tests, run on the county itself: two equal policies, a rate of zero, an order that must
not matter, one exempt teacher, and each mechanism switched off against the policy that never had it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from sim.columns import Column
from sim.configs import Section, freeze
from sim.founding import found
from sim.state import AT_HOME, SENT, County, Students, Teachers
from sim.validation.worlds import Arm, Plan
from sim.year import advance

SEED = 1
YEARS = 3
TABLES = ("schools", "groups", "teachers", "students", "stages", "county")

LINKS = ("fused", "joint")
NO_CADRES: dict[str, Any] = {"links.fused.cadres": None}
ABSENCES: dict[str, dict[str, Any]] = {
    "rotation": NO_CADRES | {"links.fused.rotation": None},
    "fund": {"funding.special_fund_yuan": 0},
    "pairing": {"links.fused.mentoring.pairing_coverage": 0.0},
    "events": {"links.fused.mentoring.events_per_term": {}, "links.joint.mentoring.events_per_term": {}},
    "bundling": {"assessment.bundle_weight": 0.0},
    "management": {f"links.{link}.leadership": "autonomous" for link in LINKS},
    "curriculum": {f"links.{link}.curriculum.{name}": 0.0 for link in LINKS for name in ("sharing", "sync")},
    "reputation": {f"links.{link}.brand_share": 0.0 for link in LINKS},
}
"""Switches that carry a policy, and the policy in which what they carry is absent."""
SHARED: dict[str, dict[str, Any]] = {"management": NO_CADRES}
"""What both policies lack: lent cadres are people as well as leadership."""

NORMED = {Teachers.skill_peer}
"""Measured against the county's mean, so that everybody moves a little when anybody does."""


class Verdict(NamedTuple):
    """Whether a placebo held; `detail` names what differs where it did not."""

    passed: bool
    detail: str


def check(plan: Plan, name: str) -> Verdict:
    """Run one placebo of `PLACEBOS`."""
    return PLACEBOS[name](plan)


def _years(start: County, arm: Arm, years: int = YEARS) -> Iterator[County]:
    county = start.copy()
    for _ in range(years):
        advance(county, arm.policy, arm.evidence, SEED)
        yield county


def _equal(
    one: Iterator[County], other: Iterator[County], tables: tuple[str, ...] = TABLES, but: tuple[Column, ...] = ()
) -> Verdict:
    """Whether two counties are the same in all columns of some tables, `but` for a few, in every year."""
    for mine, yours in zip(one, other, strict=True):
        apart = [name for name in differences(mine, yours, tables) if name not in map(repr, but)]
        if apart:
            return Verdict(False, f"year {mine.year}: {', '.join(apart[:3])}")
    return Verdict(True, "")


def differences(one: County, other: County, tables: tuple[str, ...] = TABLES) -> list[str]:
    """Columns that are not exactly equal, NaN being equal to NaN."""
    apart = []
    for name in tables:
        mine, yours = getattr(one, name), getattr(other, name)
        for column in type(mine).columns.values():
            a, b = mine.read(column), yours.read(column)
            if a.shape != b.shape or not np.array_equal(a, b, equal_nan=a.dtype.kind == "f"):
                apart.append(repr(column))
    return apart


def changed[S: Section](section: S, changes: Mapping[str, Any]) -> S:
    """The section with values replaced by dotted path, validated again."""
    values = section.model_dump()
    for path, value in changes.items():
        *parents, last = path.split(".")
        place = values
        for key in parents:
            place = place[key]
        place[last] = value
    return type(section).model_validate(freeze(values))


def _start(plan: Plan) -> County:
    """The county of the placebos' seed."""
    return found(plan.setting, plan.calibration, SEED)


def equal_policies(plan: Plan) -> Verdict:
    """The same policy on both sides, one of them read again and founded anew."""
    arm = plan.arms["as_written"]
    again = Arm(changed(arm.policy, {}), changed(arm.evidence, {}))
    return _equal(_years(_start(plan), arm), _years(found(plan.setting, plan.calibration, SEED), again))


def zero_dose(plan: Plan) -> Verdict:
    """A rotation rate of zero against no rotation."""
    policy, evidence = plan.arms["as_written"]
    zero = changed(policy, NO_CADRES | {"links.fused.rotation.rules.core.rate": 0.0})
    absent = changed(policy, NO_CADRES | {"links.fused.rotation": None})
    return _equal(_years(_start(plan), Arm(zero, evidence)), _years(_start(plan), Arm(absent, evidence)))


def order_of_groups(plan: Plan) -> Verdict:
    """The groups of the policy in the opposite order; who bears which number is all that may change."""
    policy, evidence = plan.arms["as_written"]
    turned = policy.model_copy(update={"groups": freeze(dict(reversed(policy.groups.items())))})
    tables = ("students", "teachers", "stages", "county")
    usual, other = _years(_start(plan), Arm(policy, evidence)), _years(_start(plan), Arm(turned, evidence))
    return _equal(usual, other, tables, (Teachers.posted_by,))


def order_of_schools(plan: Plan) -> Verdict:
    """The schools of the county file in another order."""
    facts, arm = plan.setting.facts, plan.arms["as_written"]
    turned = facts.model_copy(update={"named_schools": tuple(reversed(facts.named_schools))})
    moved = type(plan.setting)(**{**vars(plan.setting), "facts": turned})
    return _equal(_years(_start(plan), arm, 1), _years(found(moved, plan.calibration, SEED), arm, 1))


def one_exempt_teacher(plan: Plan) -> Verdict:
    """One teacher of those sent is exempt: in the first year only his or her group may notice."""
    arm, start = plan.arms["as_written"], _start(plan)
    usual = next(_years(start, arm, 1))
    known = slice(len(start.teachers))
    teachers = usual.teachers
    sent = (teachers.posting == SENT)[known] & ~teachers.backbone[known] & start.teachers.honour
    if not sent.any():
        return Verdict(False, "nobody was sent who could be exempt")
    row = int(np.flatnonzero(sent)[0])
    exempt = start.copy()
    honour = start.teachers.honour.copy()
    honour[row] = False
    exempt.teachers.write(Teachers.honour, honour)
    other = next(_years(exempt, arm, 1))
    if other.teachers.posting[row] != AT_HOME or not differences(usual, other, ("students",)):
        return Verdict(False, "the exemption had no effect")
    schools = np.flatnonzero(usual.schools.group == usual.schools.group[teachers.home[row]])
    inside = {
        Teachers: np.isin(usual.teachers.home, schools),
        Students: np.isin(usual.students.school, schools),
    }
    for table, reached in inside.items():
        for column in table.columns.values():
            a, b = usual.table(table).read(column), other.table(table).read(column)
            apart = ((a != b) & ~((a != a) & (b != b))).reshape(len(a), -1).any(1)
            if column not in NORMED and (apart & ~reached).any():
                return Verdict(False, f"{column!r} changed outside the group")
    return Verdict(True, "")


def _switched_off(plan: Plan, switch: str) -> Verdict:
    """A mechanism off, against the policy without what it carries."""
    policy, evidence = plan.arms["as_written"]
    policy = changed(policy, SHARED.get(switch, {}))
    off = changed(evidence, {f"switches.{switch}": False})
    absent = changed(policy, ABSENCES[switch])
    return _equal(_years(_start(plan), Arm(policy, off)), _years(_start(plan), Arm(absent, evidence)))


def _off(switch: str) -> Callable[[Plan], Verdict]:
    return lambda plan: _switched_off(plan, switch)


PLACEBOS: dict[str, Callable[[Plan], Verdict]] = {
    "equal_policies": equal_policies,
    "zero_dose": zero_dose,
    "order_of_groups": order_of_groups,
    "order_of_schools": order_of_schools,
    "one_exempt_teacher": one_exempt_teacher,
    **{f"off_{switch}": _off(switch) for switch in ABSENCES},
}
"""Every placebo by its name."""
