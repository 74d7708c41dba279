"""`sim run --dry-run`: what a study would take."""

import os
from pathlib import Path

from sim.runs.design import Design, of_experiment
from sim.store import Folder
from sim.studies import RESULTS

PUPIL_YEARS_A_SECOND = 4_000_000
"""What one processor runs and measures; founding a county takes about as long as ten of its years."""
FOUNDING_YEARS = 10
CALIBRATION_SECONDS = 1.0
DRAW_SECONDS = 2.5
"""Solving the founding of one draw."""
START_SECONDS = 4.0
WORKER_BYTES = 180e6
PUPIL_BYTES = 900
"""Memory of a pupil with the founded county, one variant and working arrays."""
ROW_BYTES = 4.6
SCHOOL_ROW_BYTES = 105
MEASURES_A_YEAR = 620
PUPILS_A_SCHOOL = 1_250


def estimate(
    experiment: str, seeds: int | None, years: int | None, jobs: int | None, out: Path | None, draws: int | None = None
) -> str:
    """Runs, time, memory and disk of a study in plain lines; nothing is run."""
    design = of_experiment(experiment, seeds, years, draws)
    path = out or RESULTS / design.name
    folder = Folder(path, design.keys)
    stored = sum(folder.done(run) for run in design.runs)
    todo = len(design.runs) - stored
    workers = min(jobs or os.cpu_count() or 1, max(todo, 1))
    seconds, disk = _seconds(design, folder, workers), _bytes(design)
    largest = max(design.pupils(county) for county in design.arms)
    memory = workers * (WORKER_BYTES + PUPIL_BYTES * largest) + WORKER_BYTES
    runs = len(design.runs) * len(design.variants)
    return "\n".join(
        [
            f"{design.name}: {', '.join(design.arms)}; "
            f"{len(design.variants)} variants, {len(design.seeds)} seeds, "
            + (f"{design.draws} draws, " if design.draws else "")
            + f"{design.years} years",
            f"runs    {runs} ({stored * len(design.variants)} stored already in {path})",
            f"time    about {_duration(seconds)} on {workers} workers",
            f"memory  about {memory / 1e6:,.0f} MB",
            f"disk    about {disk / 1e6:,.1f} MB in {path}",
        ]
    )


def _seconds(design: Design, folder: Folder, workers: int) -> float:
    total = 0.0
    for county, arms in design.arms.items():
        todo = sum(run.county == county and not folder.done(run) for run in design.runs)
        foundings = len({arm.setting.key for arm in arms})
        years = FOUNDING_YEARS * foundings + design.years * len(arms)
        total += todo * years * design.pupils(county) / PUPIL_YEARS_A_SECOND / workers
        drawn = len({run.draw for run in design.runs if run.draw and run.county == county and not folder.done(run)})
        total += CALIBRATION_SECONDS * foundings * bool(todo) if not drawn else DRAW_SECONDS * drawn / workers
    return total + START_SECONDS


def _bytes(design: Design) -> float:
    total = 0.0
    for county, arms in design.arms.items():
        years = len(design.seeds) * max(design.draws, 1) * len(arms) * (design.years + 1)
        total += years * (MEASURES_A_YEAR * ROW_BYTES + design.pupils(county) / PUPILS_A_SCHOOL * SCHOOL_ROW_BYTES)
    return total


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"
