"""The scorecard: every pattern with its value and verdict, every placebo, and one line that sums them up."""

import datetime
import math
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from sim.library import load_patterns
from sim.patterns import Pattern
from sim.runs.workers import workers
from sim.validation import counties, placebos, worlds
from sim.validation.measured import Found, measure
from sim.validation.worlds import Judged, Repeated, Runs, Seen

COUNTED = ("high", "medium")
"""Strengths of evidence that the summing line counts."""
UNCERTAIN = 2
"""Standard errors by which a value must be clear of a limit for a sign to be told, and for a verdict to be sure."""
PARTS = "bcdef"
"""Letters that name further parts of a pattern."""


@dataclass(frozen=True)
class Scored:
    """A pattern with what the model shows; `passed` is None where it is contested or cannot be tested."""

    id: str
    pattern: Pattern
    found: Found | None
    passed: bool | None

    @property
    def verdict(self) -> str:
        """In one word."""
        if self.passed is None:
            return "contested" if self.pattern.strength == "contested" else "not tested"
        return "pass" if self.passed else "fail"

    @property
    def close(self) -> bool:
        """Whether more seeds might turn the verdict."""
        if self.passed is None or self.found is None or not self.found.error > 0:
            return False
        limits = [limit for limit in (self.pattern.low, self.pattern.high) if limit is not None]
        return min(abs(self.found.value - limit) for limit in limits) < UNCERTAIN * self.found.error

    def plain(self) -> dict[str, Any]:
        """In plain values, as for JSON."""
        pattern, found = self.pattern, self.found
        return {
            "id": self.id,
            "title": dict(pattern.title),
            "measured": pattern.measured,
            "target": pattern.target,
            "low": pattern.low,
            "high": pattern.high,
            "value": _number(found.value) if found else None,
            "error": _number(found.error) if found else None,
            "seeds": found.seeds if found else None,
            "unit": pattern.unit,
            "passed": self.passed,
            "verdict": self.verdict,
            "close": self.close,
            "strength": pattern.strength,
            "basis": pattern.basis,
            "source": pattern.source,
            "reason": pattern.reason if self.passed is not True else "",
        }


@dataclass(frozen=True)
class Placebo:
    """A placebo, whether it held, and what differed where it did not."""

    id: str
    passed: bool
    detail: str

    def plain(self) -> dict[str, Any]:
        """In plain values, as for JSON."""
        return {"id": self.id, "passed": self.passed, "detail": self.detail}


@dataclass(frozen=True)
class Scorecard:
    """What `sim validate` found. `failed` names runs that came to nothing."""

    scored: tuple[Scored, ...]
    placebos: tuple[Placebo, ...]
    failed: tuple[str, ...]
    seeds: int

    def plain(self) -> dict[str, Any]:
        """In plain values, as for JSON."""
        return {
            "patterns": [item.plain() for item in self.scored],
            "placebos": [item.plain() for item in self.placebos],
        }

    def counted(self) -> tuple[list[str], list[str], list[str]]:
        """Patterns of high or medium strength that pass, fail, and are not tested; parts make up one pattern."""
        whole: dict[str, list[bool | None]] = {}
        for item in self.scored:
            if item.pattern.strength in COUNTED:
                whole.setdefault(item.id.rstrip(PARTS), []).append(item.passed)
        passing = [name for name, parts in whole.items() if all(parts)]
        failing = [name for name, parts in whole.items() if False in parts]
        return passing, failing, [name for name in whole if name not in passing + failing]

    @property
    def sound(self) -> bool:
        """Whether every run came back and every placebo held. Patterns that fail are results."""
        return not self.failed and all(item.passed for item in self.placebos)

    def record(self) -> dict[str, Any]:
        """What reports cite of it."""
        passing, failing, untested = self.counted()
        return {
            "date": datetime.date.today().isoformat(),
            "version": version("collectivized-schooling"),
            "seeds": self.seeds,
            "passing": passing,
            "failing": failing,
            "untested": untested,
            "placebos": len(self.placebos),
            "placebos_held": sum(item.passed for item in self.placebos),
        }


def validate(
    seeds: int | None = None,
    jobs: int | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Scorecard:
    """Run every world and placebo and score the patterns. `seeds`: how many, from 1; by default as the file says."""
    patterns = load_patterns().value
    plan = worlds.plan(patterns)
    wanted = range(1, (seeds or patterns.seeds) + 1)
    tasks: list[tuple[Callable[..., Any], Any]] = [(placebos.check, name) for name in placebos.PLACEBOS]
    for name, asked in patterns.simulations.items():
        tasks += [(worlds.repeat, (name, seed)) for seed in range(1, min(asked.seeds, len(wanted)) + 1)]
    tasks += [(counties.judge, numbers) for numbers in counties.batches(patterns.counties)]
    failed: list[str] = []
    seen: list[Seen] = []
    repeated: list[Repeated] = []
    judged: list[Judged] = []
    held: dict[str, Placebo] = {}
    with workers(jobs) as staff:
        for name, result in worlds.run(plan, wanted, staff, tasks, progress):
            if isinstance(result, Seen):
                seen.append(result)
            elif isinstance(result, Repeated):
                repeated.append(result)
            elif isinstance(result, Judged):
                judged.append(result)
            elif isinstance(result, placebos.Verdict):
                held[name] = Placebo(name, *result)
            else:
                failed.append(f"{name}: {type(result).__name__}: {result}")
    order = [held[name] for name in placebos.PLACEBOS if name in held]
    runs = Runs(plan, seen, repeated, judged)
    return Scorecard(tuple(scored(patterns.patterns, runs)), tuple(order), tuple(failed), len(seen))


def scored(patterns: Any, runs: Runs) -> list[Scored]:
    """Every pattern with its verdict."""
    found = []
    for name, pattern in patterns.items():
        value = measure(name, runs)
        judged = value is not None and pattern.tested and pattern.strength != "contested"
        found.append(Scored(name, pattern, value, _holds(pattern, value) if value and judged else None))
    return found


def _holds(pattern: Pattern, value: Found) -> bool:
    margin = UNCERTAIN * value.error if math.isfinite(value.error) else 0.0
    return math.isfinite(value.value) and pattern.holds(value.value, margin)


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
