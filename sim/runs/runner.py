"""One world (county, seed, draw): found the county once, run every variant on it, gather what was measured.

A run that fails is kept apart and named; the other variants of the seed go on.
"""

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.runs.design import Arm
from sim.store import Columns, Failure, Part, Run, Words

if TYPE_CHECKING:
    from sim.founding import Calibration


@dataclass(frozen=True)
class Job:
    """All variants of one county under one seed and one draw.

    `calibrations` are by the key of the founding's setting; an error stands where calibrating failed.
    """

    run: Run
    years: int
    arms: tuple[Arm, ...]
    calibrations: "dict[str, Calibration | Exception]"


RunSeed = Callable[[Job], Part]


def run_seed(job: Job) -> Part:
    """Found the county once for each founding that differs, run every variant on it, and gather the rows."""
    from sim.founding import found
    from sim.model import SchoolingModel

    worlds: dict[str, Any] = {}
    models: dict[str, SchoolingModel] = {}
    failed: list[Failure] = []
    for arm in job.arms:
        try:
            key = arm.setting.key
            solved = job.calibrations[key]
            if isinstance(solved, Exception):
                raise solved
            if key not in worlds:
                worlds[key] = found(arm.setting, solved, job.run.seed)
            model = SchoolingModel(job.run.county, resolved=arm.resolved, seed=job.run.seed, founded=worlds[key])
            model.run_for(job.years)
            models[arm.variant] = model
        except Exception as error:
            failed.append(failure(job.run, arm.variant, error))
    yearly = {name: model.yearly for name, model in models.items()}
    schools = {name: model.schools_yearly for name, model in models.items()}
    return part_of(job.run, yearly_columns(yearly), school_columns(schools), tuple(failed))


def lost(job: Job, error: BaseException) -> Part:
    """The part of a job of which nothing came back."""
    return part_of(job.run, {}, {}, tuple(failure(job.run, arm.variant, error) for arm in job.arms))


def part_of(run: Run, yearly: Columns, schools: Columns, failed: tuple[Failure, ...] = ()) -> Part:
    """The part of a run."""
    return Part(run.county, run.seed, yearly, schools, failed, run.draw)


def yearly_columns(models: "dict[str, list[Any]]") -> Columns:
    """Measures of all variants as columns; rows are (year, stage, zone, measure, value)."""
    rows = [(variant, *row) for variant, taken in models.items() for row in taken]
    if not rows:
        return {}
    variant, year, stage, zone, measure, value = zip(*rows, strict=True)
    return {
        "variant": Words.of(variant),
        "year": np.array(year, dtype=np.int32),
        "stage": Words.of(stage),
        "zone": Words.of(zone),
        "measure": Words.of(measure),
        "value": np.array(value, dtype=np.float64),
    }


def school_columns(models: "dict[str, list[dict[str, Any]]]") -> Columns:
    """Schools of all variants and years as columns; each year maps a measure to an array (schools,)."""
    years = [(variant, year, taken) for variant, list_ in models.items() for year, taken in enumerate(list_)]
    if not years:
        return {}
    sizes = [len(next(iter(taken.values()))) for _, _, taken in years]
    columns: dict[str, Words | np.ndarray] = {
        "variant": Words.of(name for (name, _, _), size in zip(years, sizes, strict=True) for _ in range(size)),
        "year": np.repeat(np.array([year for _, year, _ in years], dtype=np.int32), sizes),
    }
    for name in years[0][2]:
        values = np.concatenate([np.asarray(taken[name]) for _, _, taken in years])
        columns[name] = Words.of(values.tolist()) if values.dtype.kind in "UO" else values
    return columns


def failure(run: Run, variant: str, error: BaseException) -> Failure:
    """What is kept of an error: its text, and the innermost place in the program."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return Failure(run.county, variant, run.seed, f"{type(error).__name__}: {error}", place, run.draw)
