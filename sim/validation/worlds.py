"""Worlds: each needed policy run once a seed from the same founded county, and what is kept of each run."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.configs import freeze
from sim.evidence import Evidence
from sim.founding import Calibration, Setting, calibrate, found, setting_of
from sim.library import Resolved, resolve
from sim.measures import observe
from sim.patterns import DrawnCounties, Patterns
from sim.policy import Group, Policy
from sim.processes import learning
from sim.runs.design import of_experiment
from sim.runs.workers import Workers
from sim.state import CORE, MEMBER, OUTSIDE, PRIMARY, County
from sim.validation import looks
from sim.year import SCHOOL_YEAR, advance

Floats = NDArray[np.float64]
LARGE_GROUP = 16
"""Members of one group from which on English trusts do worse."""
MORE_MONEY = tuple(
    step for process in SCHOOL_YEAR
    for step in ((looks.spend_one_per_cent_more, process) if process is learning.teach else (process,))
)  # fmt: skip
"""The year with one per cent more spent on every pupil before lessons begin."""


class Arm(NamedTuple):
    """The rules of one world."""

    policy: Policy
    evidence: Evidence


@dataclass(frozen=True)
class Simulation:
    """A published simulation repeated: its arms, and the founding from which each starts."""

    arms: Mapping[str, Arm]
    settings: Mapping[str, Setting]
    years: int


@dataclass(frozen=True)
class Plan:
    """All that the runs of a seed rest on."""

    county: str
    setting: Setting
    calibration: Calibration
    arms: Mapping[str, Arm]
    years: int
    offer: Arm
    counties: DrawnCounties
    simulations: Mapping[str, Simulation]
    group_factor: float


@dataclass(frozen=True)
class Seen:
    """What is kept of a seed.

    `measures`: world to (measure, stage) to (years + 1,); `schools`: world to name to (years + 1, schools).
    """

    seed: int
    measures: Mapping[str, Mapping[tuple[str, str], Floats]]
    schools: Mapping[str, Mapping[str, Floats]]
    looks: Mapping[str, Any]


Path = dict[str, dict[str, Floats]]
"""Variant to measure to (years + 1,)."""


@dataclass(frozen=True)
class Repeated:
    """One seed of a published simulation."""

    name: str
    seed: int
    variants: Path


@dataclass(frozen=True)
class Judged:
    """Drawn counties, as the official rule judges them. All (counties,)."""

    passed: Floats
    even: Floats
    """1 where no difference coefficient is above its limit."""
    schools: Floats
    """Share of schools that pass."""


class Runs:
    """All seeds side by side."""

    def __init__(
        self, plan: Plan, seen: Sequence[Seen], repeated: Sequence[Repeated] = (), judged: Sequence[Judged] = ()
    ) -> None:
        """Put the seeds in order."""
        self.plan = plan
        self.seen = sorted(seen, key=lambda one: one.seed)
        self.repeated = sorted(repeated, key=lambda one: one.seed)
        self.judged = judged

    def simulated(self, name: str, variant: str, measure: str) -> Floats:
        """A measure of a published simulation. Shape (seeds, years + 1)."""
        return np.array([one.variants[variant][measure] for one in self.repeated if one.name == name])

    def measure(self, world: str, name: str, stage: str = "all") -> Floats:
        """A measure of the whole county. Shape (seeds, years + 1)."""
        return np.array([one.measures[world][name, stage] for one in self.seen])

    def effect(self, world: str, name: str, base: str = "none", stage: str = "all") -> Floats:
        """Paired difference of two worlds in a measure. Shape (seeds, years + 1)."""
        return self.measure(world, name, stage) - self.measure(base, name, stage)

    def schools(self, world: str, name: str) -> Floats:
        """A number of every school. Shape (seeds, years + 1, schools)."""
        return np.array([one.schools[world][name] for one in self.seen])

    def look(self, name: str) -> Floats:
        """A look at each seed. Shape (seeds, …)."""
        return np.array([one.looks[name] for one in self.seen])

    @property
    def evidence(self) -> Evidence:
        """The coefficients of every world."""
        return self.plan.arms["none"].evidence


def plan(patterns: Patterns) -> Plan:
    """Read the policies of all worlds; the county is calibrated."""
    resolved = {name: resolve(patterns.county, world.policy, world.set) for name, world in patterns.worlds.items()}
    setting = setting_of(patterns.county, resolved["none"])
    arms = {name: _arm(one) for name, one in resolved.items()}
    return Plan(
        county=patterns.county,
        setting=setting,
        calibration=calibrate(setting)[0],
        arms=arms,
        years=patterns.years,
        offer=_arm(resolve(patterns.county, patterns.offer.policy, patterns.offer.set)),
        counties=patterns.counties,
        simulations={name: _simulation(name, asked.variants) for name, asked in patterns.simulations.items()},
        group_factor=patterns.offer.group_factor,
    )


def _arm(resolved: Resolved) -> Arm:
    return Arm(resolved.policy.value, resolved.evidence.value)


def _simulation(name: str, variants: Sequence[str]) -> Simulation:
    """Some variants of an experiment file."""
    design = of_experiment(name)
    (laid_out,) = design.arms.values()
    arms = {arm.variant: arm for arm in laid_out if arm.variant in variants}
    return Simulation(
        arms={variant: _arm(arm.resolved) for variant, arm in arms.items()},
        settings={variant: arm.setting for variant, arm in arms.items()},
        years=design.years,
    )


_solved: dict[str, Calibration] = {}
"""Numbers of foundings that this worker has solved, by the key of their setting: no record holds them."""


def repeat(plan: Plan, task: tuple[str, int]) -> Repeated:
    """Run one seed of a published simulation; a county is founded once for each founding that differs."""
    name, seed = task
    simulation = plan.simulations[name]
    founded: dict[str, County] = {}
    variants: Path = {}
    for variant, arm in simulation.arms.items():
        setting = simulation.settings[variant]
        key = setting.key
        if key not in _solved:
            _solved[key] = calibrate(setting)[0]
        if key not in founded:
            founded[key] = found(setting, _solved[key], seed)
        measures, _ = _run(arm, founded[key], seed, simulation.years, {})
        variants[variant] = {measure: values for (measure, stage), values in measures.items() if stage == "all"}
    return Repeated(name, seed, variants)


def see(plan: Plan, seed: int) -> Seen:
    """Run every world of one seed."""
    start = found(plan.setting, plan.calibration, seed)
    sized, members = _sized(plan.arms["group"], start)
    arms = {**plan.arms, **sized}
    measures: dict[str, dict[tuple[str, str], Floats]] = {}
    schools: dict[str, dict[str, Floats]] = {}
    looked: dict[str, Any] = {**_looks_at_start(plan, start, seed), "members_of_both": members}
    for world, arm in arms.items():
        measures[world], schools[world] = _run(arm, start, seed, plan.years, looked if world in LOOKED_AT else {})
    measures["more_money"], schools["more_money"] = _run(arms["none"], start, seed, plan.years, {}, MORE_MONEY)
    return Seen(seed, measures, schools, looked)


LOOKED_AT = ("none", "as_written")
"""Worlds at whose people the patterns look."""


def _run(
    arm: Arm, start: County, seed: int, years: int, looked: dict[str, Any], processes: Any = SCHOOL_YEAR
) -> tuple[dict[tuple[str, str], Floats], dict[str, Floats]]:
    """One world year by year: measures of the whole county, and numbers of schools."""
    county = start.copy()
    taken: dict[tuple[str, str], list[float]] = {}
    by_school: dict[str, list[Floats]] = {}
    for year in range(years + 1):
        before = county.copy()
        if year:
            advance(county, arm.policy, arm.evidence, seed, processes)
        rows, columns = observe(county, arm.policy, arm.evidence)
        for stage, zone, measure, value in rows:
            if zone == "all":
                taken.setdefault((measure, stage), [np.nan] * (years + 1))[year] = value
        kept = {name: columns[name] for name in ("score_mean", "pupils", "teachers_file", "teacher_quality_mean")}
        for name, values in {**kept, "belief": looks.belief(county), **looks.title_counts(county)}.items():
            by_school.setdefault(name, []).append(values)
        _look(arm, before, county, year == years, looked)
    return (
        {name: np.array(values) for name, values in taken.items()},
        {name: np.array(values) for name, values in by_school.items()},
    )


def _looks_at_start(plan: Plan, start: County, seed: int) -> dict[str, Any]:
    """What the founded county shows of its people, and two trials on copies of it."""
    written, none = plan.arms["as_written"], plan.arms["none"]
    return {
        "teacher_effect_sd": looks.teacher_effect_sd(start, none.evidence),
        "full_turnover": looks.loss_of_full_turnover(start, none.policy, none.evidence, seed),
        "premium_of_joining": looks.premium_of_joining(start, written.policy, written.evidence, seed),
        "agreed": looks.agreed(start, plan.offer.policy, plan.offer.evidence, seed),
        "roster": start.schools.roster,
        "level_years": start.stages.level_years,
        "mover_loss": 0.0,
        "movers": 0,
        "movers_without_policy": 0,
    }


def _look(arm: Arm, before: County, county: County, last: bool, looked: dict[str, Any]) -> None:
    """Add what one year of a world shows of its people."""
    if not looked:
        return
    if len(county.groups):
        loss, movers = looks.mover_loss(county, arm.evidence)
        looked["mover_loss"] += loss
        looked["movers"] += movers
        return
    looked["movers_without_policy"] += looks.mover_loss(county, arm.evidence)[1]
    if last:
        looked["leaving_share"] = looks.leaving_share(county)
        looked["ses_correlation"] = looks.ses_correlation(county)
        looked["stability"] = looks.stability(before, county)
        looked["value_added_stability"] = looks.value_added_stability(county)


def _sized(written: Arm, county: County) -> tuple[dict[str, Arm], NDArray[np.integer]]:
    """One group of the plan's own primary members, and one of these and many others; rows of the former.

    Both have the first primary core of the plan and its first kind of link.
    """
    schools = county.schools
    cores, own, others = (
        [county.names[row] for row in np.flatnonzero((schools.stage == PRIMARY) & (schools.roster == role))]
        for role in (CORE, MEMBER, OUTSIDE)
    )
    title = next(iter(written.policy.groups.values())).title
    link = next(iter(written.policy.links))

    def arm(members: list[str]) -> Arm:
        group = Group(title=title, core=cores[0], members={link: tuple(members)})
        policy = written.policy.model_copy(update={"groups": freeze({"one": group})})
        return Arm(policy, written.evidence)

    rows = np.array([county.names.index(name) for name in own])
    return {"small_group": arm(own), "large_group": arm((own + others)[:LARGE_GROUP])}, rows


def run(
    plan: Plan,
    seeds: Sequence[int],
    workers: Workers | None,
    tasks: Sequence[tuple[Callable[..., Any], Any]] = (),
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Iterator[tuple[Any, Any]]:
    """(seed or task, result or error) as they finish: every seed seen, then every further task done."""
    todo: list[tuple[Any, Callable[..., Any]]] = [(seed, see) for seed in seeds]
    todo += [(name, function) for function, name in tasks]
    done = 0
    progress(done, len(todo))
    if workers is None:
        for name, function in todo:
            yield name, _attempt(function, plan, name)
            progress(done := done + 1, len(todo))
        return
    futures = {workers.submit(function, plan, name): name for name, function in todo}
    for future in as_completed(futures):
        yield futures[future], _attempt(future.result)
        progress(done := done + 1, len(todo))


def _attempt(function: Callable[..., Any], *arguments: Any) -> Any:
    """What a call gives, or the error it ends in."""
    try:
        return function(*arguments)
    except Exception as error:
        return error
