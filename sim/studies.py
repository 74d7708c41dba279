"""Asking: a question about a county or an experiment file in; runs, comparisons and an answer out.

answer = what_if("taishan", {"rotation.rate": 0.05}, against={"rotation.rate": 0.15}, seeds=30)
study = run_experiment("experiments/rotation_5_vs_15.yaml")
study.contrast("five", "fifteen", "gap_teacher_quality")
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.analysis import variants
from sim.analysis.compare import Contrast, contrast, contrasts, parse
from sim.configs import Setting
from sim.runs.design import DEFAULT_SEEDS, DEFAULT_YEARS, Design, of_experiment, of_question
from sim.runs.drawing import drawn_values, unsure
from sim.runs.execution import Conducted, Progress, conduct
from sim.runs.manifest import manifest
from sim.runs.runner import RunSeed, run_seed
from sim.runs.workers import workers
from sim.store import MANIFEST, Failure, Folder, Results, frame, write_contrasts, write_manifest, write_table

if TYPE_CHECKING:
    import pandas as pd

RESULTS = Path("results")
DRAW_TABLES = ("draws.csv", "uncertainty.csv", "sensitivity.csv")
Settings = Sequence[Setting | str] | Mapping[str, Any]


class NothingRan(Exception):
    """Every run of a study failed; `failed` says why."""

    def __init__(self, failed: Sequence[Failure]) -> None:
        super().__init__(f"every run failed; the first: {failed[0].error}" if failed else "nothing to run")
        self.failed = tuple(failed)


class Interrupted(KeyboardInterrupt):
    """The user stopped a study; `finished` worlds wait in `path` for the next time."""

    def __init__(self, path: Path, finished: int) -> None:
        super().__init__(f"stopped; {finished} finished worlds in {path}")
        self.path, self.finished = path, finished


@dataclass(frozen=True)
class Study:
    """A finished study: what is stored, and what was run now."""

    results: Results
    """What lies in its folder."""
    failed: tuple[Failure, ...] = ()
    run: int = 0
    """How many (county, seed) were run now; the others were stored already."""

    @property
    def path(self) -> Path:
        """The folder of the results."""
        return self.results.path

    @property
    def manifest(self) -> dict[str, Any]:
        """What was run, on what, and when."""
        return self.results.manifest

    @property
    def yearly(self) -> "pd.DataFrame":
        """Every measure: columns county, variant, seed, draw, year, stage, zone, measure, value."""
        return self.results.yearly

    @property
    def schools(self) -> "pd.DataFrame":
        """Every school in every year."""
        return self.results.schools

    def contrast(self, variant: str, base: str, outcome: str, county: str | None = None) -> Contrast:
        """Paired difference of two variants in an outcome. Raises KeyError for unknown names."""
        return contrast(self.yearly, variant, base, outcome, county)

    def sentences(self, lang: str = "en") -> list[str]:
        """The answer in words; `lang` is en or zh."""
        from sim.analysis.sentences import headline

        return headline(self.results, lang)

    def table(self, lang: str = "en") -> "pd.DataFrame":
        """The answer in numbers, written for reading: one row an outcome and variant."""
        from sim.analysis.tables import table

        return table(self.results, lang)

    def plot(self, outcome: str = "gap_teacher_quality") -> Any:
        """The outcome over the years by variant, as a matplotlib figure."""
        from sim.analysis import charts

        return charts.outcome(self.results, outcome)

    def report(self, lang: str = "en") -> Path:
        """Write charts and `report.html` into the folder; returns the page."""
        from sim.analysis import report

        return report.write(self.path, lang)

    def __str__(self) -> str:
        return "\n".join([*self.sentences(), "", self.table().to_string(index=False)])

    def _repr_html_(self) -> str:
        words = "".join(f"<p>{escape(sentence)}</p>" for sentence in self.sentences())
        return words + self.table().to_html(index=False)


@dataclass(frozen=True)
class Answer(Study):
    """The answer to one question: `variant` against `base` in `county`."""

    county: str = ""
    variant: str = ""
    base: str = ""

    def outcomes(self) -> dict[str, Contrast]:
        """Every outcome, as last year's value and as mean over years, by name."""
        found = (Contrast(*row) for row in self.results.contrasts.itertuples(index=False))
        return {item.outcome: item for item in found if not _staged(item.outcome)}


def what_if(
    county: str,
    settings: Settings = (),
    against: Settings | None = None,
    policy: str | None = None,
    seeds: int = DEFAULT_SEEDS,
    years: int = DEFAULT_YEARS,
    jobs: int | None = None,
    *,
    draws: int = 0,
    scheduler: Executor | str | Any = None,
    progress: Progress = lambda done, total: None,
) -> Answer:
    """What changes in a county under `settings`, against the policy as written or against other settings.

    Args:
        county: name or path of a county file.
        settings: dotted paths to values, as a mapping or as texts like "rotation.rate=0.05".
        against: the same for the base; without it the base is the policy as written.
        policy: name or path of a policy other than the one named like the county.
        seeds: how many paired worlds.
        years: school years after year 0.
        jobs: processes, by default one a processor.
        draws: how many draws of the coefficients from their ranges; without, all stay at their values.
        scheduler: an executor or a Dask client or address to use in place of processes.
        progress: told how many worlds of how many are done.

    Raises ConfigError where a name, path or value is wrong, and NothingRan where every run fails.
    """
    with workers(jobs, scheduler) as staff:
        design = of_question(county, settings, against, policy, seeds, years, draws)
        path = RESULTS / design.name
        results, done = carry_out(design, path, staff, progress)
    (name,) = design.arms
    variant = next(name for name in design.variants if name != design.base)
    return Answer(results, done.failed, done.run, county=name, variant=variant, base=design.base)


def run_experiment(
    path: str | Path,
    seeds: int | None = None,
    years: int | None = None,
    jobs: int | None = None,
    *,
    draws: int | None = None,
    out: str | Path | None = None,
    scheduler: Executor | str | Any = None,
    progress: Progress = lambda done, total: None,
    say: Callable[[str], None] = lambda text: None,
) -> Study:
    """Run an experiment file, or what of it is not stored yet, into `results/<name>/` or `out`.

    `seeds` (how many, from 1), `years` and `draws` override the file; the rest is as in `what_if`.
    """
    with workers(jobs, scheduler) as staff:
        design = of_experiment(str(path), seeds, years, draws)
        folder = Path(out) if out else RESULTS / design.name
        results, done = carry_out(design, folder, staff, progress, say)
    return Study(results, done.failed, done.run)


def carry_out(
    design: Design,
    path: Path,
    staff: Any = None,
    progress: Progress = lambda done, total: None,
    say: Callable[[str], None] = lambda text: None,
    run: RunSeed | None = None,
) -> tuple[Results, Conducted]:
    """Run what the folder `path` lacks of a design and finish it. Raises NothingRan and Interrupted."""
    folder = Folder(path, design.keys)
    if folder.stale():
        say(f"{path} holds runs of another configuration or program; they are not used")
    try:
        done = conduct(design, folder, staff, progress=progress, run=run or run_seed)
    except KeyboardInterrupt:
        finished = sum(folder.done(item) for item in design.runs)
        raise Interrupted(folder.parts, finished) from None
    if not done.stored:
        raise NothingRan(done.failed)
    before = Results(path).manifest if (path / MANIFEST).is_file() else None
    yearly = frame(path / "yearly.parquet")
    known = set(yearly["measure"].unique())
    names = [name for name in design.asked_outcomes if parse(name, known)]
    compared = contrasts(yearly, design.base, names)
    said = manifest(design, done, staff.count if staff else 1, before)
    write_contrasts(path, compared)
    _write_draws(design, done, path, yearly, names, said)
    _write_variants(path, yearly, said)
    write_manifest(path, said)
    folder.clear()
    return Results(path).hold(manifest=said, yearly=yearly, contrasts=compared), done


def _write_draws(
    design: Design, done: Conducted, path: Path, yearly: "pd.DataFrame", names: Sequence[str], said: Mapping[str, Any]
) -> None:
    """What was drawn, luck against ignorance, and which coefficients matter; no tables where nothing was drawn."""
    if not design.draws:
        for name in DRAW_TABLES:
            (path / name).unlink(missing_ok=True)
        return
    from sim.analysis.draws import tables

    drawn = drawn_numbers(design, done)
    found = tables(yearly, design.base, names, drawn, said["uncertainty"]["drawn"])
    for name, table in zip(DRAW_TABLES, (drawn, *found), strict=True):
        write_table(path, name, table)


def _write_variants(path: Path, yearly: "pd.DataFrame", said: Mapping[str, Any]) -> None:
    """How soon a gap closes and what every variant changes, where the study asks for it."""
    found = variants.tables(yearly, said)
    for name in (variants.CLOSING, variants.EVERY):
        if name in found:
            write_table(path, name, found[name])
        else:
            (path / name).unlink(missing_ok=True)


def drawn_numbers(design: Design, done: Conducted) -> "pd.DataFrame":
    """Every drawn number: columns county, draw, path, value. Refused draws are left out."""
    import pandas as pd

    refused = {(item.county, item.draw) for item in done.refused}
    rows = []
    for county, arms in design.arms.items():
        items = unsure(arms)
        for draw in range(1, design.draws + 1):
            if (county, draw) not in refused:
                rows += [(county, draw, path, value) for path, value in drawn_values(items, draw).items()]
    return pd.DataFrame(rows, columns=["county", "draw", "path", "value"])


def _staged(outcome: str) -> bool:
    return outcome.removesuffix("_mean").endswith(("_primary", "_junior"))
