"""The numbers that make each county meet its targets: recorded, or solved once for each draw of the coefficients.

A draw changes what the founding rests on, so its numbers are solved anew, from the recorded ones and on fewer random
counties than the record: a draw need not meet its targets more closely than coefficients are known. A draw whose
targets no county meets is refused: its coefficients contradict what is known of the county.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.store import Run

if TYPE_CHECKING:
    from sim.founding import Calibration, Setting
    from sim.runs.design import Design
    from sim.runs.workers import Workers

DRAW_SEEDS = (0, -1, -2, -3)
"""Random counties on which the targets of a draw are solved."""
CLOSE = 0.01
"""Largest distance from a target at which the solving of a draw ends."""
FITS = 0.05
"""Largest distance from a target at which a draw is not refused."""


class NoSuchCounty(ValueError):
    """No county meets the targets of a draw."""


@dataclass(frozen=True)
class Refused:
    """A draw that no county fits."""

    county: str
    draw: int
    reason: str


class Solved(NamedTuple):
    """Solved numbers as they are kept, or why there are none."""

    numbers: tuple[float, ...] | None
    reason: str = ""


Numbers = Mapping[str, "Calibration | Exception"]
"""By the key of a founding's setting."""


def solve_draw(setting: "Setting", start: "Calibration | None") -> Solved:
    """The numbers of a drawn county; the work of one worker."""
    from sim.founding import solve
    from sim.founding.pupils import targets

    try:
        solved, reached = solve(setting, DRAW_SEEDS, start, CLOSE)
    except ValueError as error:
        return Solved(None, str(error))
    miss = np.abs(np.nan_to_num(np.array(targets(setting)) - np.array(reached)))
    if miss.max() > FITS:
        name = reached._fields[int(miss.argmax())]
        return Solved(None, f"no county has {name} nearer to its target than {miss.max():.2f}")
    return Solved(tuple(solved))


def numbers_of_draws(
    design: "Design", pending: Sequence[Run], workers: "Workers | None", kept: Path, told: Callable[[int, int], None]
) -> tuple[Numbers, tuple[Refused, ...]]:
    """Numbers of every founding that the drawn runs of `pending` need, and the draws that are refused.

    What was solved before an interruption waits in the folder `kept`.
    """
    worlds = list(dict.fromkeys((run.county, run.draw) for run in pending if run.draw))
    wanted: dict[str, tuple[Setting, Calibration | None]] = {}
    for county, draw in worlds:
        start = _start(design, county)
        for arm in design.drawn(county, draw):
            wanted.setdefault(arm.setting.key, (arm.setting, start))
    found = {key: solved for key in wanted if (solved := _recall(kept, key))}
    told(len(found), len(wanted))
    todo = {key: given for key, given in wanted.items() if key not in found}
    for key, solved in _solve_all(todo, workers):
        _keep(kept, key, solved)
        found[key] = solved
        told(len(found), len(wanted))
    numbers = {key: _numbers(solved) for key, solved in found.items()}
    refused = []
    for county, draw in worlds:
        reasons = [found[arm.setting.key].reason for arm in design.drawn(county, draw)]
        refused += [Refused(county, draw, reason) for reason in dict.fromkeys(filter(None, reasons))][:1]
    return numbers, tuple(refused)


def _solve_all(
    todo: Mapping[str, tuple["Setting", "Calibration | None"]], workers: "Workers | None"
) -> Iterable[tuple[str, Solved]]:
    if workers is None:
        for key, given in todo.items():
            yield key, solve_draw(*given)
        return
    running = {workers.submit(solve_draw, *given): key for key, given in todo.items()}
    for future in as_completed(running):
        yield running[future], future.result()


def _start(design: "Design", county: str) -> "Calibration | None":
    """The recorded numbers of the county with all coefficients at their values."""
    from sim.founding.record import recall

    recorded = (recall(arm.setting) for arm in design.arms[county])
    return next((record[0] for record in recorded if record), None)


def _numbers(solved: Solved) -> "Calibration | Exception":
    from sim.founding import Calibration

    return NoSuchCounty(solved.reason) if solved.numbers is None else Calibration(*solved.numbers)


def _recall(folder: Path, key: str) -> Solved | None:
    file = folder / f"{key}.json"
    if not file.is_file():
        return None
    numbers, reason = json.loads(file.read_text(encoding="utf-8"))
    return Solved(None if numbers is None else tuple(numbers), reason)


def _keep(folder: Path, key: str, solved: Solved) -> None:
    """Store solved numbers, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{key}.new"
    temporary.write_text(json.dumps(solved), encoding="utf-8")
    temporary.replace(folder / f"{key}.json")


def told_refusals(refused: Sequence[Refused]) -> list[dict[str, object]]:
    """Refused draws as the manifest keeps them."""
    return [asdict(item) for item in sorted(refused, key=lambda item: (item.county, item.draw))]
