"""What a policy's effect is made of: mechanisms switched on and off in the same counties, with the policy and without.

The effect is policy less no groups, both under the same switches, from the same founded county. Mechanisms are those
that a policy sets to work; switches of the world itself (peers, colleagues, class size, drift, …) act without groups as
well, so they are told apart as amplifiers: the effect with each of them off.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import batched
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.compare import Outcome, parse
from sim.analysis.decompose import Subset, alone_off, along, sampled, shapley, subsets
from sim.analysis.pieces import STORED, Amplifier, Decomposition, Parts, Piece, read, write
from sim.analysis.worlds import interval
from sim.configs import ConfigError, Problem, content_hash, listing, nearest
from sim.draws import Draws
from sim.evidence import Switches
from sim.levers import set_by
from sim.runs.design import code_hash
from sim.runs.workers import Workers, workers

if TYPE_CHECKING:
    from sim.founding import Calibration, Setting
    from sim.library import Resolved

MECHANISMS: Mapping[str, tuple[str, ...]] = {
    "rotation": ("rotation", "dip"),
    "pairing": ("pairing",),
    "events": ("events",),
    "management": ("management",),
    "curriculum": ("curriculum",),
    "bundling": ("bundling", "effort"),
    "fund": ("fund",),
    "shared_classes": ("shared_classes",),
    "lifecycle": ("lifecycle",),
}
"""Mechanisms that take more than one switch or belong to most groups, with the switches that take them away. The other
levers of a policy have one switch each, of the same name."""
AMPLIFIERS = (
    "choice", "reputation", "drift", "titles", "match", "refusal", "load", "colleagues", "peers", "class_size",
)  # fmt: skip
"""Switches of the world itself, and the name of groups, which acts through choice alone."""
OUTCOMES = ("score_member", "score_core", "score_mean")
DEFAULT_SEEDS, DEFAULT_YEARS = 10, 10
MOST_EXACT = 7
"""Mechanisms up to which every subset is run."""
ORDERS, QUICK_ORDERS = 48, 8
"""Orders sampled beyond that, and for a quick answer; half of them are the others read backwards."""
RUNS_A_JOB = 16
REST = "rest"
"""What is left of the effect with every mechanism off."""
RESULTS = Path("results") / "decompose"
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Run:
    """One run: with the policy or without; `off` holds switches that are off."""

    grouped: bool
    off: frozenset[str]


@dataclass(frozen=True)
class _Job:
    """Some runs of one seed."""

    seed: int
    runs: tuple[Run, ...]
    county: str
    years: int
    outcomes: tuple[str, ...]
    grouped: "Resolved"
    without: "Resolved"
    setting: "Setting"
    solved: "Calibration"


def decompose(
    county: str,
    policy: str | None = None,
    outcomes: Sequence[str] = OUTCOMES,
    mechanisms: Sequence[str] = (),
    seeds: int = DEFAULT_SEEDS,
    years: int = DEFAULT_YEARS,
    quick: bool = False,
    jobs: int | None = None,
    *,
    out: Path | None = None,
    progress: Progress = lambda done, total: None,
) -> Decomposition:
    """Divide a policy's effect among its mechanisms; what is stored already is read again.

    `mechanisms` are names of `MECHANISMS` or of switches, by default those that the policy sets to work; what it sets
    beyond them stays in the rest, and is named. `quick` runs some orders of switching on in place of all subsets.
    Raises ConfigError where a name is wrong.
    """
    from sim.founding import calibrate, setting_of
    from sim.library import resolve

    _chosen(mechanisms)
    _check(outcomes)
    with_policy, without = resolve(county, policy), resolve(county, "none")
    sets = set_by(with_policy.policy.value, without.policy.value)
    chosen = _chosen(mechanisms or sets)
    taken = {switch for switches in chosen.values() for switch in switches}
    beyond = tuple(name for name in sets if name not in chosen and name not in taken)
    setting = setting_of(county, with_policy)
    exact = len(chosen) <= MOST_EXACT and not quick
    orders = () if exact else _orders(tuple(chosen), QUICK_ORDERS if quick else ORDERS)
    wanted = subsets(tuple(chosen)) if exact else list(dict.fromkeys([*along(orders), *_one_off(chosen)]))
    amplifiers = tuple(name for name in AMPLIFIERS if not any(name in switches for switches in chosen.values()))
    asked = (county, sorted((k, v) for k, v in chosen.items()), list(outcomes), seeds, years, orders, code_hash(),
             setting.key, content_hash(with_policy.policy.value))  # fmt: skip
    path = out or RESULTS / sha256(repr(asked).encode()).hexdigest()[:12]
    title = Path(policy or county).stem
    if (path / STORED).is_file() and out is None:
        return read(path)
    common = {"county": county, "years": years, "outcomes": tuple(outcomes), "without": without,
              "grouped": with_policy, "setting": setting, "solved": calibrate(setting)[0]}  # fmt: skip
    everything = frozenset(switch for switches in chosen.values() for switch in switches)
    acting = _acting(_Job(1, (), **common), chosen)  # type: ignore[arg-type]

    def pair(off: frozenset[str]) -> tuple[Run, Run]:
        idle = frozenset(switch for name in chosen if name not in acting for switch in chosen[name])
        return Run(True, off), Run(False, off - idle)

    def off(on: Subset) -> frozenset[str]:
        return everything - {switch for name in on for switch in chosen[name]}

    pairs = {on: pair(off(on)) for on in wanted}
    world = {name: pair(frozenset({name})) for name in amplifiers}
    todo = tuple(dict.fromkeys(run for two in (*pairs.values(), *world.values()) for run in two))
    tasks = [
        _Job(seed, part, **common)  # type: ignore[arg-type]
        for seed in range(1, seeds + 1)
        for part in batched(todo, RUNS_A_JOB)
    ]
    with workers(jobs) as staff:
        values = _carry_out(tasks, staff, progress)

    def effect(two: tuple[Run, Run], place: int) -> np.ndarray:
        return np.array([values[seed, two[0]][place] - values[seed, two[1]][place] for seed in range(1, seeds + 1)])

    parts = []
    for place, outcome in enumerate(outcomes):
        effects = {on: effect(two, place) for on, two in pairs.items()}
        without_it = {name: effect(two, place) for name, two in world.items()}
        parts.append(_parts(outcome, tuple(chosen), effects, without_it, orders))
    found = Decomposition(Path(county).stem, title, years, seeds, exact, len(todo) * seeds, tuple(parts), path, beyond)
    write(found)
    return found


def _parts(
    outcome: str,
    names: tuple[str, ...],
    effects: Mapping[Subset, np.ndarray],
    without_it: Mapping[str, np.ndarray],
    orders: Sequence[Sequence[str]],
) -> Parts:
    """One outcome: shares by mechanism, what is left with all of them off, and the amplifiers. Effects are (seeds,)."""
    total, rest = effects[frozenset(names)], effects[frozenset()]
    lost = alone_off(names, effects)
    errors = dict.fromkeys(names, 0.0)
    if orders:
        some = sampled(orders, effects)
        shares = {name: some[name].share for name in names}
        means = sampled(orders, {on: value.mean(keepdims=True) for on, value in effects.items()})
        errors = {name: float(means[name].error[0]) for name in names}
    else:
        shares = shapley(names, effects)
    if not np.allclose(sum(shares.values()) + rest, total, rtol=0, atol=1e-9):
        raise AssertionError(f"shares of {outcome} do not add up to the effect")
    effect = float(total.mean())
    pieces = []
    for name, value in {**shares, REST: rest}.items():
        mean, low, high = map(float, interval(value))
        alone = float(lost[name].mean()) if name in lost else mean
        share = mean / effect if effect else 0.0
        pieces.append(Piece(name, alone, mean, low, high, share, errors.get(name, 0.0)))
    amplifiers = []
    for name, value in without_it.items():
        mean, low, high = map(float, interval(total - value))
        amplifiers.append(Amplifier(name, float(value.mean()), mean, low, high))
    mean, low, high = map(float, interval(total))
    return Parts(outcome, mean, low, high, tuple(pieces), tuple(amplifiers))


def _chosen(names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Mechanisms by name with their switches; a switch may be named as well."""
    switches = {name: (name,) for name in Switches.model_fields if name not in MECHANISMS}
    known = {**MECHANISMS, **switches}
    problems = [
        Problem("--mechanisms", None, name, "a mechanism or a switch", name, nearest(name, known) or listing(known, 30))
        for name in names
        if name not in known
    ]
    chosen = {name: known[name] for name in names or MECHANISMS if name in known}
    taken = [switch for switches in chosen.values() for switch in switches]
    problems += [
        Problem("--mechanisms", None, switch, "each switch in one mechanism", f"{switch} twice")
        for switch in dict.fromkeys(taken)
        if taken.count(switch) > 1
    ]
    if problems:
        raise ConfigError(problems)
    return chosen


def _check(outcomes: Sequence[str]) -> None:
    from sim.experiment import known_outcomes

    known = [*known_outcomes(), *(f"{name}_mean" for name in known_outcomes())]
    problems = [
        Problem("--outcome", None, name, "the name of an outcome", name, nearest(name, known) or "")
        for name in outcomes
        if name not in known
    ]
    if problems:
        raise ConfigError(problems)


def _orders(names: tuple[str, ...], count: int) -> tuple[tuple[str, ...], ...]:
    """Orders of switching on, the same for the same names; every other is the one before read backwards."""
    found: list[tuple[str, ...]] = []
    for number in range(count // 2):
        luck = Draws(0, "decomposition", number).uniform("order", np.arange(len(names)))
        order = tuple(names[place] for place in np.argsort(luck))
        found += [order, order[::-1]]
    return tuple(found)


def _one_off(chosen: Mapping[str, Any]) -> list[Subset]:
    return [frozenset(chosen), *(frozenset(chosen) - {name} for name in chosen)]


def _acting(job: _Job, chosen: Mapping[str, tuple[str, ...]]) -> set[str]:
    """Mechanisms whose switches change a county without groups; the others need no run of their own there."""
    worlds = _World(job)
    usual = worlds.rows(Run(False, frozenset()))
    return {name for name, off in chosen.items() if worlds.rows(Run(False, frozenset(off))) != usual}


def _carry_out(tasks: Sequence[_Job], staff: Workers | None, progress: Progress) -> dict[tuple[int, Run], list[float]]:
    from concurrent.futures import as_completed

    total, done = sum(len(task.runs) for task in tasks), 0
    progress(0, total)
    found: dict[tuple[int, Run], list[float]] = {}
    futures = {staff.submit(_values, task): task for task in tasks} if staff else {}
    finished = (
        ((futures[item], item.result()) for item in as_completed(futures))
        if staff
        else ((task, _values(task)) for task in tasks)
    )
    for task, values in finished:
        found.update({(task.seed, run): value for run, value in zip(task.runs, values, strict=True)})
        done += len(task.runs)
        progress(done, total)
    return found


class _World:
    """The founded county of a seed, to be run under any switches."""

    def __init__(self, job: _Job) -> None:
        from sim.founding import found

        self.job, self.county = job, found(job.setting, job.solved, job.seed)

    def rows(self, run: Run) -> list[Any]:
        """The yearly measures of one run."""
        from sim.model import SchoolingModel

        job = self.job
        resolved = job.grouped if run.grouped else job.without
        evidence = resolved.evidence
        switches = evidence.value.switches.model_copy(update=dict.fromkeys(run.off, False))
        switched = replace(evidence, value=evidence.value.model_copy(update={"switches": switches}))
        model = SchoolingModel(
            job.county, resolved=resolved._replace(evidence=switched), seed=job.seed, founded=self.county
        )
        model.run_for(job.years)
        # NaN is equal to nothing, itself included.
        return [row if row.value == row.value else row._replace(value=None) for row in model.yearly]  # type: ignore[arg-type]


def _values(job: _Job) -> list[list[float]]:
    """The outcomes of every run of a job."""
    world = _World(job)
    return [[_outcome(rows, name, job.years) for name in job.outcomes] for rows in map(world.rows, job.runs)]


def _outcome(rows: Sequence[Any], name: str, last: int) -> float:
    """One outcome of a run."""
    known = {row.measure for row in rows}
    outcome = parse(name, known) or Outcome(name)
    values = _series(rows, outcome.measure, outcome.stage)
    if not outcome.mean:
        return values.get(last, float("nan"))
    if outcome.measure == "rotation_shortfall":
        due, done = (sum(_series(rows, f"rotation_{what}", outcome.stage).values()) for what in ("due", "done"))
        return 1 - done / due if due else 0.0
    return float(np.mean([value for year, value in values.items() if year >= 1]))


def _series(rows: Sequence[Any], measure: str, stage: str) -> dict[int, float]:
    return {
        row.year: row.value
        for row in rows
        if row.measure == measure and row.stage == stage and row.zone == "all" and row.value is not None
    }
