"""A study laid out: every variant in every county resolved, which seeds, and what makes two runs the same.

A *run* is one variant of one county under one seed and one draw of the coefficients. The unit of work is one world
(county, seed, draw): the county is founded once and every variant starts from it, so variants are compared within the
same world.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.configs import ConfigError, Problem, Setting, as_settings, content_hash
from sim.runs.drawing import drawn_arms, ranges
from sim.store import Run

if TYPE_CHECKING:
    from sim.founding import Setting as Founding
    from sim.library import Resolved

OUTSIDE_THE_MODEL = frozenset(
    {
        "__init__", "__main__", "agents", "analysis", "commands", "configs", "decomposition", "description",
        "experiment", "library", "store", "studies",
    }
)  # fmt: skip
"""Modules whose code cannot change what a run yields. Runs of another code than all the rest are never mixed in."""

DEFAULT_YEARS = 10
DEFAULT_SEEDS = 50
KEPT_DRAWS = 4


@dataclass(frozen=True)
class Asked:
    """A variant as the user wrote it."""

    policy: str
    settings: tuple[Setting, ...] = ()
    overlays: tuple[str, ...] = ()
    start: str | None = None
    """The variant from whose founded county this one starts; its own where None."""


@dataclass(frozen=True)
class Arm:
    """A variant in one county, resolved. `setting` is what its county's founding rests on."""

    variant: str
    resolved: "Resolved"
    setting: "Founding"


@dataclass(frozen=True)
class Design:
    """A study to be run.

    `arms` holds every variant of every county, by the county's short name; `places` are the counties as
    the user named them; `replay` is the command that runs the study again.
    """

    name: str
    title: Mapping[str, str]
    replay: str
    years: int
    seeds: tuple[int, ...]
    base: str
    outcomes: tuple[str, ...]
    variants: Mapping[str, Asked]
    arms: Mapping[str, tuple[Arm, ...]]
    places: Mapping[str, str]
    draws: int = 0
    closing: Mapping[str, Any] | None = None
    every_variant: tuple[str, ...] = ()

    @property
    def runs(self) -> list[Run]:
        """Every (county, seed, draw), in the order of storage."""
        draws = range(1, self.draws + 1) if self.draws else [0]
        return [Run(county, seed, draw) for county in self.arms for draw in draws for seed in self.seeds]

    def drawn(self, county: str, draw: int) -> tuple[Arm, ...]:
        """Every variant of a county in a draw; the last few are kept."""
        known = self._drawn.get((county, draw))
        if known is None:
            known = self._drawn[county, draw] = drawn_arms(self.arms[county], draw)
            if len(self._drawn) > KEPT_DRAWS:
                del self._drawn[next(iter(self._drawn))]
        return known

    @cached_property
    def _drawn(self) -> dict[tuple[str, int], tuple[Arm, ...]]:
        return {}

    @cached_property
    def keys(self) -> dict[str, str]:
        """For each county a hash of all that its rows depend on: configuration, years, code. Seeds and draws apart."""
        return {
            county: _hash(
                {"county": county, "years": self.years, "code": code_hash(), "arms": _of_arms(arms)}
                | ({"ranges": ranges(arms)} if self.draws else {})
            )
            for county, arms in self.arms.items()
        }

    @property
    def key(self) -> str:
        """A hash of the whole study, seeds included."""
        draws = {"draws": self.draws} if self.draws else {}
        return _hash({"keys": self.keys, "seeds": list(self.seeds)} | draws)

    @property
    def asked_outcomes(self) -> list[str]:
        """Every outcome to be compared: as last year's value and as mean over years, for all and by stage."""
        names = []
        for outcome in self.outcomes:
            staged = outcome.endswith(("_primary", "_junior"))
            for name in [outcome] if staged else [outcome, f"{outcome}_primary", f"{outcome}_junior"]:
                names += [name, f"{name}_mean"]
        return list(dict.fromkeys(names))

    def pupils(self, county: str) -> int:
        """Pupils of a county at year 0, as its file states them."""
        stages = self.arms[county][0].resolved.facts.value.stages.values()
        return sum(zone.pupils for stage in stages for zone in stage.zones.values())


def of_experiment(path: str, seeds: int | None = None, years: int | None = None, draws: int | None = None) -> Design:
    """The design of an experiment file.

    `seeds` (how many, from 1), `years` and `draws` override the file. Raises ConfigError with all mistakes at once.
    """
    from sim.library import check_experiment, load_experiment, variant_settings

    loaded = load_experiment(path)
    problems = check_experiment(loaded)
    if problems:
        raise ConfigError(problems)
    experiment = loaded.value
    variants = {
        name: Asked(variant.policy or "", variant_settings(loaded, name), tuple(variant.overlays), variant.start)
        for name, variant in experiment.variants.items()
    }
    file = loaded.files[0]
    changes = [f"--seeds {seeds}"] * (seeds is not None) + [f"--years {years}"] * (years is not None)
    changes += [f"--draws {draws}"] * (draws is not None)
    return lay_out(
        name=file.stem,
        title=dict(experiment.title),
        replay=" ".join(["sim run", _shown(file), *changes]),
        years=years or experiment.years,
        seeds=tuple(range(1, seeds + 1)) if seeds else tuple(experiment.seeds),
        base=experiment.base,
        outcomes=tuple(experiment.outcomes),
        variants=variants,
        counties=experiment.counties,
        draws=experiment.uncertainty.draws if draws is None else draws,
        closing=experiment.closing.model_dump() if experiment.closing else None,
        every_variant=tuple(experiment.every_variant),
    )


def of_question(
    county: str,
    settings: Sequence[Setting | str] | Mapping[str, Any] = (),
    against: Sequence[Setting | str] | Mapping[str, Any] | None = None,
    policy: str | None = None,
    seeds: int = DEFAULT_SEEDS,
    years: int = DEFAULT_YEARS,
    draws: int = 0,
) -> Design:
    """The design of one question: a county under `settings` against the policy as written, or `against`.

    `policy` takes the place of the policy named like the county on both sides; without any settings it is
    compared with that policy as written. Raises ConfigError with all mistakes at once.
    """
    from sim.experiment import OUTCOMES

    problems: list[Problem] = []
    mine, theirs = _settings(settings, "SETTING", problems), _settings(against or (), "--against", problems)
    if problems:
        raise ConfigError(problems)
    if not mine and not theirs and policy is None:
        hint = "say what should differ, as in: sim what-if taishan rotation.rate=0.05"
        raise ConfigError([Problem("what-if", None, "", "at least one SETTING", "none", hint)])
    alone = policy is not None and not mine and not theirs
    own = Path(county).stem if alone else policy or Path(county).stem
    here, there = _named(mine, policy if alone else None), _named(theirs, None)
    if here == there:
        there += " (base)"
    variants = {there: Asked(own, theirs), here: Asked(policy or own, mine)}
    replay = ["sim what-if", county, *map(str, mine)]
    replay += ["--against", *map(str, theirs)] if theirs else []
    replay += ["--policy", policy] if policy else []
    replay += ["--draws", str(draws)] if draws else []
    design = lay_out(
        name="",
        title={"en": f"{here} against {there}", "zh": f"{here} 与 {there} 之比较"},
        replay=" ".join([*replay, "--seeds", str(seeds), "--years", str(years)]),
        years=years,
        seeds=tuple(range(1, seeds + 1)),
        base=there,
        outcomes=OUTCOMES,
        variants=variants,
        counties=(county,),
        draws=draws,
    )
    return replace(design, name=f"what-if/{_hash(design.keys)[:12]}")


def lay_out(*, variants: Mapping[str, Asked], counties: Sequence[str], **rest: Any) -> Design:
    """Resolve every variant in every county. Raises ConfigError with all mistakes at once."""
    from sim.founding import setting_of
    from sim.library import resolve

    problems: list[Problem] = []
    arms: dict[str, tuple[Arm, ...]] = {}
    for county in counties:
        found = []
        for name, asked in variants.items():
            try:
                resolved = resolve(county, asked.policy or Path(county).stem, asked.settings, asked.overlays)
            except ConfigError as error:
                problems += error.problems
                continue
            found.append(Arm(name, resolved, setting_of(county, resolved)))
        settings = {arm.variant: arm.setting for arm in found}
        arms[Path(county).stem] = tuple(
            replace(arm, setting=settings.get(variants[arm.variant].start or arm.variant, arm.setting)) for arm in found
        )
    if problems:
        raise ConfigError(problems)
    places = {Path(county).stem: county for county in counties}
    return Design(variants=variants, arms=arms, places=places, **rest)


@cache
def code_hash() -> str:
    """A hash of the program text that decides what a run yields."""
    here = Path(__file__).parents[1]
    digest = sha256()
    for file in _sources(here):
        digest.update(file.relative_to(here).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _sources(here: Path) -> Iterator[Path]:
    """The model's source files, in a fixed order."""
    for file in sorted(here.rglob("*.py")):
        if file.relative_to(here).with_suffix("").parts[0] not in OUTSIDE_THE_MODEL:
            yield file


def _of_arms(arms: Sequence[Arm]) -> list[list[str]]:
    return [
        [
            arm.variant,
            arm.setting.key,
            content_hash(arm.resolved.policy.value),
            content_hash(arm.resolved.evidence.value),
        ]
        for arm in arms
    ]


def _settings(
    settings: Sequence[Setting | str] | Mapping[str, Any], place: str, problems: list[Problem]
) -> tuple[Setting, ...]:
    """Settings from any form; the same path twice is a mistake. Mistakes go to `problems`."""
    try:
        read = as_settings(settings)
    except ConfigError as error:
        problems += error.problems
        return ()
    paths = [setting.path for setting in read]
    hint = "settings after --against belong to the base; put the variant's before it"
    problems += [
        Problem(place, None, path, "one value", " and ".join(_values(read, path)), hint)
        for path in dict.fromkeys(paths)
        if paths.count(path) > 1
    ]
    return read


def _values(settings: Sequence[Setting], path: str) -> list[str]:
    return [str(setting.value) for setting in settings if setting.path == path]


def _named(settings: Sequence[Setting], policy: str | None) -> str:
    """The name of a variant that a question asks for."""
    if settings:
        return ", ".join(map(str, settings))
    return Path(policy).stem if policy else "as_written"


def _shown(file: Path) -> str:
    """A path as the user would type it from here."""
    return str(file.relative_to(Path.cwd())) if file.is_relative_to(Path.cwd()) else str(file)


def _hash(content: Any) -> str:
    return sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
