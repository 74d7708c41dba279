"""The pieces that an effect is made of, as they are given back and stored."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

STORED = "decomposition.json"


@dataclass(frozen=True)
class Piece:
    """One mechanism's part of an outcome's effect: numbers in the outcome's unit, intervals over seeds.

    `alone_off` is what is lost when it alone is switched off; `share` is the Shapley share as a part of the effect;
    `order_error` is the standard error of orders left out, 0 where all subsets were run.
    """

    mechanism: str
    alone_off: float
    shapley: float
    low: float
    high: float
    share: float
    order_error: float = 0.0


@dataclass(frozen=True)
class Amplifier:
    """The effect with a switch of the world off, and how much of the effect goes with it."""

    switch: str
    effect_without: float
    change: float
    low: float
    high: float


@dataclass(frozen=True)
class Parts:
    """The effect of one outcome and its pieces, which add up to it."""

    outcome: str
    effect: float
    low: float
    high: float
    pieces: tuple[Piece, ...]
    amplifiers: tuple[Amplifier, ...]


@dataclass(frozen=True)
class Decomposition:
    """What became of a decomposition; `path` is the folder where it lies."""

    county: str
    policy: str
    years: int
    seeds: int
    exact: bool
    runs: int
    outcomes: tuple[Parts, ...]
    path: Path
    beyond: tuple[str, ...] = ()
    """Mechanisms that the policy sets to work and that nobody asked for: they are in the rest."""

    def plain(self) -> dict[str, Any]:
        """As JSON holds it; numbers that are not known are null."""
        return _nulled({**asdict(self), "path": str(self.path)})


def write(found: "Decomposition") -> None:
    """Store a decomposition in its folder, whole or not at all."""
    found.path.mkdir(parents=True, exist_ok=True)
    temporary = found.path / f".{STORED}"
    text = json.dumps(found.plain(), ensure_ascii=False, indent=1, allow_nan=False)
    temporary.write_text(text + "\n", encoding="utf-8")
    temporary.replace(found.path / STORED)


def _nulled(value: Any) -> Any:
    """The same with None for what is not a number."""
    if isinstance(value, dict):
        return {key: _nulled(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_nulled(item) for item in value]
    return None if isinstance(value, float) and value != value else value


def _known(told: Mapping[str, Any]) -> dict[str, Any]:
    """The same with NaN for None."""
    return {name: float("nan") if value is None else value for name, value in told.items()}


def read(path: Path) -> Decomposition:
    """A stored decomposition."""
    told = json.loads((path / STORED).read_text(encoding="utf-8"))
    outcomes = tuple(
        Parts(
            **{
                **_known(part),
                "pieces": tuple(Piece(**_known(item)) for item in part["pieces"]),
                "amplifiers": tuple(Amplifier(**_known(item)) for item in part["amplifiers"]),
            }
        )
        for part in told["outcomes"]
    )
    return Decomposition(**{**told, "outcomes": outcomes, "path": path, "beyond": tuple(told["beyond"])})
