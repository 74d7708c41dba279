"""A world that costs nothing: runs whose numbers are plain functions of variant, seed and year.

In variant `name` of seed s the measure m in year t is offset(name) · t + s / 7, so that differences between
variants are the same in every seed, apart from `score_core`, whose difference grows with
the seed; in draw d all differences are 1 + d times as large.
"""

import os
from pathlib import Path

import numpy as np

from sim.runs.runner import Job, failure, part_of, school_columns, yearly_columns
from sim.store import Failure, Part

MEASURES = (
    "gap_teacher_quality", "score_mean", "score_core", "score_member", "score_gap_core_member",
    "rotation_new_movers", "rotation_away", "rotation_shortfall", "rotation_due", "rotation_done",
    "rotation_short_age", "exits", "cost_yuan_per_pupil", "money_core_paid_yuan",
)  # fmt: skip
SCHOOLS = 3


def offset(variant: str) -> float:
    """A number for a variant that depends on its name alone; the base of two equal sides has the same."""
    return sum(variant.removesuffix(" (base)").encode()) % 17 / 100


def rows(variant: str, seed: int, years: int, draw: int = 0) -> list[tuple[int, str, str, str, float]]:
    """Measures of one run."""
    taken = []
    for year in range(years + 1):
        for stage in ("all", "primary", "junior"):
            for measure in MEASURES:
                slope = offset(variant) * (seed if measure == "score_core" else 1) * (1 + draw)
                taken.append((year, stage, "all", measure, slope * year + seed / 7))
    return taken


def run_seed(job: Job) -> Part:
    """All variants of a job."""
    yearly = {arm.variant: rows(arm.variant, job.run.seed, job.years, job.run.draw) for arm in job.arms}
    school = {"name": np.array(["甲", "乙", "丙"]), "score_mean": np.arange(SCHOOLS) / (1 + job.run.seed)}
    schools = {arm.variant: [school] * (job.years + 1) for arm in job.arms}
    return part_of(job.run, yearly_columns(yearly), school_columns(schools))


def fail_at_two(job: Job) -> Part:
    """Like `run_seed`, but the last variant of seed 2 fails."""
    part = run_seed(job)
    if job.run.seed != 2:
        return part
    *kept, lost = job.arms
    whole = run_seed(Job(job.run, job.years, tuple(kept), job.calibrations))
    failed: Failure = failure(job.run, lost.variant, ZeroDivisionError("no such luck"))
    return part_of(job.run, whole.yearly, whole.schools, (failed,))


def die_at_two(job: Job) -> Part:
    """Like `run_seed`, but seed 2 takes its worker down."""
    if job.run.seed == 2:
        os._exit(3)
    return run_seed(job)


def bytes_of(folder: Path) -> dict[str, bytes]:
    """The files of a results folder that must not depend on how it was made."""
    return {name: (folder / name).read_bytes() for name in ("yearly.parquet", "schools.parquet", "contrasts.csv")}
