"""Placebos: what must change nothing changes nothing, exactly, in every column of every year.

Quick versions of the placebo tests, run on the county itself: two equal policies, a rate of zero, an order that must
not matter, one exempt teacher, and each mechanism switched off against the policy that never had it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from sim.columns import NONE
from sim.configs import Section, freeze
from sim.founding import found
from sim.state import AT_HOME, SENT, Counties, County, Schools, Students, Teachers, Towns
from sim.validation.worlds import Arm, Plan
from sim.year import advance

SEED = 1
YEARS = 3
TOWN_SHARE, TOWN_CAPITAL_SHARE = 0.15, 0.1
"""What towns that run schools pay of spending and of facilities."""
TABLES = ("schools", "groups", "teachers", "students", "stages", "county", "towns")

BOARDERS = "泰安十三中"
"""A school of the county that can be given beds."""
NO_CADRES: dict[str, Any] = {"links.fused.cadres": None}


class Carried(NamedTuple):
    """What a switch carries, as changes to the plan as written: with the rule, and in its absence."""

    rule: Mapping[str, Any]
    absent: Mapping[str, Any]
    towns: bool = False
    """Whether the county is one whose towns run schools."""
    both: bool = False
    """Whether the switch also turns off what no policy decrees, as wear: then it is off on both sides."""


def _joint(rules: Mapping[str, Any]) -> dict[str, Any]:
    return {f"links.{link}.{path}": value for link in ("fused", "joint") for path, value in rules.items()}


JOINT = {
    "mentoring.projects": 1, "mentoring.studios": ("chinese",), "mentoring.experts_per_term": 2,
    "mentoring.shadowing_per_year": 1, "mentoring.centre": True, "mentoring.effectiveness": 1.2,
    "curriculum.sync": 0.5, "curriculum.online": True, "curriculum.shared_classes": 0.1,
    "curriculum.student_events_per_year": 2,
}  # fmt: skip
NO_JOINT_WORK = {
    "mentoring.events_per_term": {}, "mentoring.projects": 0, "mentoring.studios": (), "mentoring.experts_per_term": 0,
    "mentoring.shadowing_per_year": 0, "mentoring.centre": False, "curriculum.student_events_per_year": 0,
}  # fmt: skip
TOWN_MONEY: dict[str, Any] = {
    "funding.need_share": 0.25, "funding.equipment_share": 0.5, "funding.progressivity": 0.75,
    "funding.approval_threshold_yuan": 30_000, "funding.town_floor_ratio": 1.0, "funding.town_compliance": 0.5,
    "funding.town_enforced": True, "links.fused.finance": "supervised",
}  # fmt: skip
SHARED = {"ownership": "group", "allocation": "need", "sharing": 0.5, "transfer_rate": 0.2}
MONEY = {"funding.equipment_share": 0.5, "funding.approval_threshold_yuan": 30_000, "links.fused.finance": "supervised"}
ONE_WAY = {"links.fused.rotation.rules.core.exchange": False, "links.fused.rotation.honour": None}
CARRIED: dict[str, Carried] = {
    "rotation": Carried({}, NO_CADRES | {"links.fused.rotation": None}),
    "fund": Carried({}, {"funding.special_fund_yuan": 0}),
    "pairing": Carried({}, {"links.fused.mentoring.pairing_coverage": 0.0}),
    "bundling": Carried({}, {"assessment.bundle_weight": 0.0}),
    "events": Carried(_joint(JOINT), _joint(JOINT | NO_JOINT_WORK)),
    "shared_classes": Carried(_joint(JOINT), _joint(JOINT | {"curriculum.shared_classes": 0.0})),
    "curriculum": Carried(_joint(JOINT), _joint(JOINT | {"curriculum.sharing": 0.0, "curriculum.sync": 0.0})),
    # Lent cadres are people as well as leadership, so neither side has any.
    "management": Carried(NO_CADRES, NO_CADRES | _joint({"leadership": "autonomous"})),
    "reputation": Carried({}, _joint({"brand_share": 0.0})),
    "equipment": Carried(MONEY, {}, towns=True, both=True),
    "facilities": Carried(TOWN_MONEY | {"links.fused.facilities": SHARED}, TOWN_MONEY, towns=True),
    "towns": Carried({name: value for name, value in TOWN_MONEY.items() if "town" in name}, {}, towns=True, both=True),
    "choice": Carried({"admissions.cross_catchment": True}, {"admissions.cross_catchment": False}),
    "joint_admission": Carried({"admissions.unit": "group"}, {}),
    "second_address": Carried({"admissions.second_address": True}, {}),
    "migrants": Carried({"admissions.migrants": {"rule": "papers", "min_residence_years": 2}}, {}),
    "privilege": Carried({"admissions.privilege": 0.05}, {}),
    "seat_rules": Carried({"admissions.must_accept": False, "admissions.extra_classes": False}, {}),
    "boarding": Carried({"admissions.boarding": {BOARDERS: 150}, "funding.boarding_yuan": 300}, {}),
    "transfers": Carried({"admissions.transfer_allowed": True}, {}),
    "open_selection": Carried({"staffing.recruitment": "open_selection"}, {}),
    "inflow_gate": Carried({"links.fused.rotation.inflow_gate": "selection"}, {}),
    "group_first": Carried({"links.fused.rotation.group_first": True}, {}),
    "post_pooling": Carried({"staffing.pool_scope": "group", "staffing.post_total_fixed": True}, {}),
    "special_posts": Carried(ONE_WAY | {"staffing.group_special_posts": 3}, ONE_WAY),
    "title_rules": Carried({"staffing.senior_post_uplift": 0.1, "incentive.title_unit": "group"}, {}),
    "backbone_formation": Carried({"staffing.backbone_formation": 0.1}, {}),
}
"""Every switch that carries a rule of a policy. Where the plan as written lacks the rule, both sides start from it."""

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


def _equal(one: Iterator[County], other: Iterator[County], tables: tuple[str, ...] = TABLES) -> Verdict:
    """Whether two counties are the same in all columns of some tables in every year."""
    for mine, yours in zip(one, other, strict=True):
        if apart := differences(mine, yours, tables):
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
    return _equal(usual, map(_numbered_backwards, other), tables)


def _numbered_backwards(county: County) -> County:
    """The county with the numbers of its groups turned round, where teachers bear them."""
    county = county.copy()
    posted_by = county.teachers.posted_by
    county.teachers.write(Teachers.posted_by, np.where(posted_by >= 0, len(county.groups) - 1 - posted_by, posted_by))
    return county


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
    """A mechanism off, against the policy without what it carries; and on, where it must show."""
    policy, evidence = plan.arms["as_written"]
    carried = CARRIED[switch]
    off = changed(evidence, {f"switches.{switch}": False})
    ruled, absent = changed(policy, carried.rule), changed(policy, carried.absent)
    start = with_towns(_start(plan)) if carried.towns else _start(plan)
    without = Arm(absent, off if carried.both else evidence)
    same = _equal(_years(start, Arm(ruled, off)), _years(start, without))
    if same.passed and _equal(_years(start, Arm(ruled, evidence)), _years(start, Arm(absent, evidence))).passed:
        return Verdict(False, "the rule itself changes nothing")
    return same


def with_towns(county: County, share: float = TOWN_SHARE, capital: float = TOWN_CAPITAL_SHARE) -> County:
    """The county with two towns that run its schools outside the seat, in turn."""
    county = county.copy()
    outside = np.flatnonzero(county.schools.zone > 0)
    town = np.full(len(county.schools), NONE)
    town[outside] = np.arange(outside.size) % 2
    county.towns, county.town_names = Towns(2), ("North", "South")
    county.schools.write(Schools.town, town)
    county.county.write(Counties.town_share, share)
    county.county.write(Counties.town_capital_share, capital)
    return county


def _off(switch: str) -> Callable[[Plan], Verdict]:
    return lambda plan: _switched_off(plan, switch)


PLACEBOS: dict[str, Callable[[Plan], Verdict]] = {
    "equal_policies": equal_policies,
    "zero_dose": zero_dose,
    "order_of_groups": order_of_groups,
    "order_of_schools": order_of_schools,
    "one_exempt_teacher": one_exempt_teacher,
    **{f"off_{switch}": _off(switch) for switch in CARRIED},
}
"""Every placebo by its name."""
