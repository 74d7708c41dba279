"""Loading by name: policies, counties, evidence, stages, births and experiments.

Files that did not change are read once a process.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from sim.configs import (
    ConfigError,
    Loaded,
    Origin,
    Problem,
    Section,
    Setting,
    Settings,
    Shortcuts,
    as_settings,
    files,
    find,
    make_setting,
    read,
)
from sim.evidence import Evidence
from sim.experiment import Experiment
from sim.facts import BirthsTable, Facts, Stages
from sim.library.consistency import (
    evidence_problems,
    facts_problems,
    policy_problems,
    roster_problems,
    stages_problems,
)
from sim.patterns import Patterns
from sim.policy import Policy

POLICY_SHORTCUTS = Shortcuts(
    forms={
        f"rotation.{name}": f"links.*.rotation.rules.*.{name}" for name in ("rate", "base", "direction", "exchange")
    },
    below="links.*",
)
"""`rotation.rate` is every rule that has a rate; a path that no policy starts with is tried in every link."""


class Resolved(NamedTuple):
    """All that a run rests on."""

    facts: Loaded[Facts]
    policy: Loaded[Policy]
    evidence: Loaded[Evidence]


class _Divided(NamedTuple):
    """Settings by the configuration they belong to."""

    county: tuple[Setting, ...]
    policy: tuple[Setting, ...]
    evidence: tuple[Setting, ...]


def divide_settings(settings: Settings) -> _Divided:
    """Settings sorted by their first word: `county.…`, `evidence.…`, and the policy's own."""
    county, policy, evidence = [], [], []
    for setting in as_settings(settings):
        if setting.path.startswith("county."):
            county.append(setting.below("county"))
        elif setting.path.startswith("evidence."):
            evidence.append(setting.below("evidence"))
        else:
            policy.append(setting.below("policy"))
    return _Divided(tuple(county), tuple(policy), tuple(evidence))


def find_policy(name: str, origin: Origin | None = None, path: str = "") -> Path:
    """The file of a policy."""
    return find("policies", name, origin, path)


def load_policy(name: str = "none", settings: Settings = (), overlays: Sequence[str] = ()) -> Loaded[Policy]:
    """A policy by name or path, with overlays stacked on it and settings made in it."""
    problems: list[Problem] = []
    paths = []
    for wanted in (name, *overlays):
        try:
            paths.append(find_policy(wanted))
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    policy = read(paths[0], Policy, overlays=paths[1:], settings=settings, shortcuts=POLICY_SHORTCUTS, find=find_policy)
    return fitting(policy, policy_problems(policy))


def load_facts(county: str, settings: Settings = ()) -> Loaded[Facts]:
    """A county by name or path."""
    facts = read(find("counties", county), Facts, settings=settings)
    return fitting(facts, facts_problems(facts))


def load_evidence(settings: Settings = (), extra: Sequence[Path] = ()) -> Loaded[Evidence]:
    """Every coefficient, from all files of configs/evidence; local files override installed ones."""
    installed, local = files("evidence")
    beneath, above = (installed, local) if not extra else ((*installed, *local), tuple(extra))
    evidence = read(None, Evidence, beneath=beneath, overlays=above, settings=settings, name="evidence")
    return fitting(evidence, evidence_problems(evidence))


def fitting[M: Section](loaded: Loaded[M], problems: Iterable[Problem]) -> Loaded[M]:
    """What was loaded, where its parts fit each other."""
    found = tuple(problems)
    if found:
        raise ConfigError(found)
    return loaded


def load_stages() -> Stages:
    """Grades and subjects."""
    stages = read(find("", "stages"), Stages)
    return fitting(stages, stages_problems(stages)).value


def load_births() -> dict[int, float]:
    """National births by calendar year."""
    return dict(read(find("", "births"), BirthsTable).value.by_year)


def load_patterns() -> Loaded[Patterns]:
    """What the model is held against."""
    return read(find("", "patterns"), Patterns)


def load_experiment(path: str | Path) -> Loaded[Experiment]:
    """An experiment by path, or by its name in `experiments`."""
    return read(find("", str(path), root="experiments"), Experiment)


def variant_settings(experiment: Loaded[Experiment], variant: str) -> tuple[Setting, ...]:
    """What one variant sets: what the experiment sets for all, then its own.

    A setting for all may find no place in some variant, as a rotation rate does under no policy.
    """
    shared = _placed(experiment, "set", experiment.value.set, optional=True)
    own = _placed(experiment, f"variants.{variant}.set", experiment.value.variants[variant].set)
    return (*shared, *own)


def _placed(
    loaded: Loaded[Any], section: str, table: Mapping[str, Any], *, optional: bool = False
) -> tuple[Setting, ...]:
    return tuple(
        make_setting(
            path,
            thaw(value),
            replace(loaded.place(f"{section}.{path}"), path=f"{section}.{path}"),
            optional=optional and not path.startswith(("county.", "evidence.")),
        )
        for path, value in table.items()
    )


def thaw(value: Any) -> Any:
    """A frozen value as plain mappings again."""
    return {key: thaw(item) for key, item in value.items()} if isinstance(value, Mapping) else value


def resolve(
    county: str,
    policy: str | None = None,
    settings: Settings = (),
    overlays: Sequence[str] = (),
) -> Resolved:
    """A county, a policy and the evidence, checked each and against each other; all mistakes at once.

    Without `policy` the policy named like the county is taken.
    """
    problems: list[Problem] = []
    divided = _Divided((), (), ())
    try:
        divided = divide_settings(settings)
    except ConfigError as error:
        problems += error.problems
    facts = _try(problems, load_facts, county, divided.county)
    decreed = _try(problems, load_policy, policy or county, divided.policy, overlays)
    evidence = _try(problems, load_evidence, divided.evidence)
    if facts and decreed:
        problems += roster_problems(decreed, facts)
    if problems or not (facts and decreed and evidence):
        raise ConfigError(problems)
    return Resolved(facts, decreed, evidence)


def _try(problems: list[Problem], load: Any, *arguments: Any) -> Any:
    try:
        return load(*arguments)
    except ConfigError as error:
        problems += error.problems
        return None
