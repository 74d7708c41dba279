"""Worlds whose coefficients are drawn: what is not known is varied, the same in every variant of a draw.

Draw d of a coefficient is the quantile u of its distribution, and u is a function of d and the coefficient's name
alone: more draws leave the earlier ones as they are, and so does another study. Beside the coefficients, values of a
policy that are marked as assumed and have a range are drawn, since no text decrees them. What any variant sets stays as
it is set, in all variants: the question is then about that value.

Not drawn: `weeks_per_sd` and `smallest_effect`, which only translate answers; switches; whole numbers of years; a
schedule with several years. `match_sd` is drawn from the part of its distribution below the `teacher_effect_sd` of the
same draw, of which it is a part.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.configs import Loaded, Schedule, Section, freeze
from sim.distributions import Distribution, distribution_of
from sim.draws import Draws

if TYPE_CHECKING:
    from sim.runs.design import Arm

DRAWS_SEED = 0
"""Seed of the quantiles, the same in every study."""
ONLY_WORDS = ("evidence.weeks_per_sd", "evidence.smallest_effect")
"""Coefficients that only turn answers into words."""
PART_OF = {"evidence.match_sd": "evidence.teacher_effect_sd"}
"""Coefficients that may not exceed another."""


class Unsure(NamedTuple):
    """A number that is drawn: its path as a user would set it, its value and how unsure it is."""

    path: str
    value: float
    distribution: Distribution
    assumed: bool
    first_rank: bool

    def drawn(self, draw: int, most: float | None = None) -> float:
        """The number in draw `draw`, at most `most`."""
        spread = self.distribution if most is None else self.distribution.cut(high=most)
        return spread.quantile(quantile(self.path, draw))


def quantile(path: str, draw: int) -> float:
    """The share of its distribution below which the number at `path` lies in a draw."""
    return float(Draws(DRAWS_SEED, "coefficients", draw).uniform(path, np.zeros(1, np.int64))[0])


def unsure(arms: Sequence["Arm"]) -> tuple[Unsure, ...]:
    """Every number of a county's variants that is drawn: coefficients in the order of the files, then policy values."""
    kept = asked(arms)
    found: dict[str, Unsure] = {}
    for arm in arms:
        for item in _unsure(arm.resolved.evidence, "evidence.", kept):
            found.setdefault(item.path, item)
    for arm in arms:
        for item in _unsure(arm.resolved.policy, "", kept):
            found.setdefault(item.path, item)
    return tuple(found.values())


def asked(arms: Iterable["Arm"]) -> frozenset[str]:
    """Full paths that some variant sets."""
    return frozenset(path for arm in arms for loaded in arm.resolved for made in loaded.applied for path in made.paths)


def drawn_arms(arms: Sequence["Arm"], draw: int) -> tuple["Arm", ...]:
    """The variants of a county in a draw; those of draw 0 as they are."""
    if not draw:
        return tuple(arms)
    from sim.library import load_policy

    kept = asked(arms)
    base = drawn(load_policy("none"), "", draw, kept).value
    found = []
    for arm in arms:
        evidence = drawn(arm.resolved.evidence, "evidence.", draw, kept)
        policy = drawn(arm.resolved.policy, "", draw, kept)
        setting = replace(arm.setting, evidence=evidence.value, base=base)
        found.append(replace(arm, resolved=arm.resolved._replace(evidence=evidence, policy=policy), setting=setting))
    return tuple(found)


def drawn[S: Section](loaded: Loaded[S], prefix: str, draw: int, kept: frozenset[str]) -> Loaded[S]:
    """A configuration with its unsure numbers drawn, checked as any other."""
    values = drawn_values(_unsure(loaded, prefix, kept), draw)
    table = loaded.value.model_dump()
    for path, value in values.items():
        *parents, last = path.removeprefix(prefix).split(".")
        place = table
        for name in parents:
            place = place[name]
        place[last] = _written(place[last], value)
    return replace(loaded, value=type(loaded.value).model_validate(freeze(table)))


def drawn_values(items: Iterable[Unsure], draw: int) -> dict[str, float]:
    """Numbers of a draw by path."""
    found: dict[str, float] = {}
    for item in items:
        found[item.path] = item.drawn(draw)
    limits = {item.path: found[PART_OF[item.path]] for item in items if PART_OF.get(item.path) in found}
    return found | {item.path: item.drawn(draw, limits[item.path]) for item in items if item.path in limits}


def ranges(arms: Sequence["Arm"]) -> list[list[str]]:
    """What the draws of a county depend on, as text."""
    kept = asked(arms)
    return [
        [
            f"{item.path}: {item.distribution}"
            for loaded, prefix in _parts(arm)
            for item in _unsure(loaded, prefix, kept)
        ]
        for arm in arms
    ]


def _parts(arm: "Arm") -> Iterator[tuple[Loaded[Any], str]]:
    yield arm.resolved.evidence, "evidence."
    yield arm.resolved.policy, ""


def _unsure(loaded: Loaded[Any], prefix: str, kept: frozenset[str]) -> tuple[Unsure, ...]:
    """The unsure numbers of one configuration."""
    found = []
    for path, note in loaded.notes.items():
        full = f"{prefix}{path}"
        if full in ONLY_WORDS or full in kept or (not prefix and not note.assumed):
            continue
        value = _number(loaded.value, path)
        spread = None if value is None else distribution_of(value, note)
        if value is not None and spread is not None:
            found.append(Unsure(full, value, spread, note.assumed, note.first_rank))
    return tuple(found)


def _number(section: Any, path: str) -> float | None:
    """The number at a path; None where there is no single one."""
    for name in path.split("."):
        section = section.get(name) if isinstance(section, Mapping) else getattr(section, name, None)
    if isinstance(section, Schedule):
        section = section.first if len(section.entries) == 1 else None
    return float(section) if isinstance(section, int | float) and not isinstance(section, bool) else None


def _written(before: Any, value: float) -> Any:
    """A drawn value in the plain form of the one it replaces; a schedule has one entry."""
    if isinstance(before, Mapping):
        ((clock, entries),) = before.items()
        return {clock: {year: _written(first, value) for year, first in entries.items()}}
    return round(value) if isinstance(before, int) else value
