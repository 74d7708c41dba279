"""Carrying out a design: what is stored already is kept, the rest is run and stored as it finishes."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from sim.runs.design import Design
from sim.runs.fitted import Numbers, Refused, numbers_of_draws
from sim.runs.runner import Job, RunSeed, lost, run_seed
from sim.runs.workers import Workers
from sim.store import Failure, Folder, Part, Run

if TYPE_CHECKING:
    from sim.founding import Calibration, Setting

Progress = Callable[[int, int], None]
"""Told how many worlds, and foundings of draws, of how many are done."""


@dataclass(frozen=True)
class Conducted:
    """What became of a study.

    The runs that failed; how many worlds were run now and how many were kept from before; seconds
    it took; whether anything is stored in the end.
    """

    failed: tuple[Failure, ...]
    run: int
    kept: int
    seconds: float
    stored: bool = True
    refused: tuple[Refused, ...] = ()
    """Draws of which there are no runs, since no county fits them."""


def conduct(
    design: Design,
    folder: Folder,
    workers: Workers | None = None,
    *,
    progress: Progress = lambda done, total: None,
    run: RunSeed = run_seed,
) -> Conducted:
    """Run what `folder` lacks of `design`, store each (county, seed) when it is finished, and merge all."""
    began = time.monotonic()
    wanted = design.runs
    pending = [item for item in wanted if not folder.done(item)]
    kept = len(wanted) - len(pending)
    failed: list[Failure] = []
    solved: Numbers = {}
    refused: tuple[Refused, ...] = ()
    before = 0

    def founded(done: int, total: int) -> None:
        nonlocal before
        before = total
        progress(kept + done, len(wanted) + total)

    if design.draws and pending:
        solved, refused = numbers_of_draws(design, pending, workers, folder.parts / "foundings", founded)
        without = {(item.county, item.draw) for item in refused}
        wanted, pending = ([item for item in some if (item.county, item.draw) not in without]
                           for some in (wanted, pending))  # fmt: skip
    progress(kept + before, len(wanted) + before)
    with folder.merging(wanted, set(wanted) - set(pending)) as merging:
        for count, part in enumerate(parts(jobs(design, pending, solved), workers, run), kept + before + 1):
            folder.add(part)
            merging.add(part.run)
            failed += part.failed
            progress(count, len(wanted) + before)
        stored = merging.finish()
    order = {item: place for place, item in enumerate(wanted)}
    failed.sort(key=lambda item: order[Run(item.county, item.seed, item.draw)])
    return Conducted(tuple(failed), len(pending), kept, time.monotonic() - began, stored, refused)


def jobs(design: Design, pending: Sequence[Run], solved: Numbers | None = None) -> Iterator[Job]:
    """The jobs of `pending`; a county is calibrated when its first job is asked for, unless it is `solved`."""
    calibrations: dict[str, Calibration | Exception] = dict(solved or {})
    for item in pending:
        arms = design.drawn(item.county, item.draw)
        for arm in arms:
            if arm.setting.key not in calibrations:
                calibrations[arm.setting.key] = _calibration(arm.setting)
        needed = {arm.setting.key: calibrations[arm.setting.key] for arm in arms}
        yield Job(item, design.years, arms, needed)


def parts(todo: Iterable[Job], workers: Workers | None, run: RunSeed) -> Iterator[Part]:
    """Finished parts in the order of finishing; about two jobs a worker are handed out at a time."""
    todo = iter(todo)
    if workers is None:
        for job in todo:
            yield attempt(run, job)
        return
    running: dict[Future[Part], Job] = {}
    while True:
        for job in islice(todo, 2 * workers.count - len(running)):
            running[_hand_over(workers, run, job)] = job
        if not running:
            return
        dead: list[Job] = []
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            job = running.pop(future)
            try:
                yield future.result()
            except BrokenExecutor:
                dead.append(job)
            except Exception as error:
                yield lost(job, error)
        if dead:
            dead += running.values()
            running.clear()
            yield from _one_by_one(dead, workers, run)


def attempt(run: RunSeed, job: Job) -> Part:
    """The part of a job, or a part that says why there is none."""
    try:
        return run(job)
    except Exception as error:
        return lost(job, error)


def _hand_over(workers: Workers, run: RunSeed, job: Job) -> "Future[Part]":
    """The job's future; already failed where the workers are found dead."""
    try:
        return workers.submit(run, job)
    except BrokenExecutor as error:
        future: Future[Part] = Future()
        future.set_exception(error)
        return future


def _one_by_one(dead: Sequence[Job], workers: Workers, run: RunSeed) -> Iterator[Part]:
    """Jobs that went down with a worker, each alone, so that the one that kills workers is known."""
    workers.renew()
    for job in dead:
        try:
            yield _hand_over(workers, run, job).result()
        except BrokenExecutor as error:
            yield lost(job, error)
            workers.renew()
        except Exception as error:
            yield lost(job, error)


def _calibration(setting: "Setting") -> "Calibration | Exception":
    """The calibration, or the error it ended in, which every run that needs it will report."""
    from sim.founding import calibrate

    try:
        return calibrate(setting)[0]
    except Exception as error:
        return error
