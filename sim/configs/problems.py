"""Mistakes in the user's files, said in plain words: place, expected, found, hint."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic_core import PydanticCustomError


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value was written: a file and a line, or a setting given by hand."""

    file: str
    line: int | None = None
    path: str = ""
    """The path at which it was written, where that is not the path it sets (as in an experiment)."""

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in the user's input."""

    file: str
    line: int | None
    path: str
    expected: str
    found: str
    hint: str = ""

    @classmethod
    def at(cls, origin: Origin, path: str, expected: str, found: str, hint: str = "") -> "Problem":
        """A problem at a place."""
        return cls(origin.file, origin.line, origin.path or path, expected, found, hint)

    def __str__(self) -> str:
        place = str(Origin(self.file, self.line))
        where = f"{place}: {self.path}: " if self.path else f"{place}: "
        hint = f"; {self.hint}" if self.hint else ""
        return f"{where}expected {self.expected}, found {self.found}{hint}"


class ConfigError(Exception):
    """Everything that is wrong in the user's input, found at once."""

    def __init__(self, problems: Iterable[Problem]):
        self.problems = tuple(dict.fromkeys(problems))
        super().__init__(self.problems)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.problems,)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


def fail(origin: Origin, path: str, expected: str, found: str, hint: str = "") -> ConfigError:
    """An error with one problem."""
    return ConfigError([Problem.at(origin, path, expected, found, hint)])


def nearest(name: str, names: Iterable[str], prefix: str = "") -> str:
    """A hint naming the likeliest of `names`, with `prefix` before it, or nothing where none is near."""
    known = sorted(set(names))
    folded = {word.lower(): word for word in reversed(known)}
    close = get_close_matches(name.lower(), list(folded), n=1, cutoff=0.6)
    if not close:
        close = [word for word in folded if len(name) > 2 and (name.lower() in word or word in name.lower())][:1]
    return f"did you mean {prefix}{folded[close[0]]}?" if close else ""


def listing(names: Iterable[object], most: int = 12) -> str:
    """Names in a row, cut where the row grows long."""
    words = [str(name) for name in names]
    return ", ".join(words[:most]) + (", …" if len(words) > most else "")


def mistake(expected: str, found: str, hint: str = "", at: str = "") -> PydanticCustomError:
    """The error a model's own validator raises; `at` is a dotted path below the section."""
    words = {"expected": expected, "found": found, "hint": hint, "at": at}
    return PydanticCustomError("mistake", "expected {expected}, found {found}", words)
