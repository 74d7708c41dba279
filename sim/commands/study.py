"""`sim run`, `sim what-if` and `sim report`."""

import json as _json
import math
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from sim.commands.terminal import DONE, INTERRUPTED, SOME_FAILED, WRONG_INPUT, language, progress, tell
from sim.runs.workers import start_loading

if TYPE_CHECKING:
    from sim.store import Failure
    from sim.studies import Answer, Interrupted, Study

OF_DRAWS = ("luck_low", "luck_high", "coefficient_share", "same_sign")
"""What the answer in JSON says more of an outcome where coefficients are drawn."""

WORDS = {
    "worlds": ("paired worlds", "配对世界"),
    "not told apart": ("not told apart from zero", "与零无法区分"),
    "table": (
        "{variant} against {base}, last year and mean of all years",
        "{variant} 与 {base} 相比：末年与历年平均",
    ),
    "rest": ("The other variants: {path}", "其他方案：{path}"),
    "report": ("Report: {path}", "报告：{path}"),
    "chart": ("Chart: {path}", "图：{path}"),
    "settings": ("{setting} set {paths}", "{setting} 设定了 {paths}"),
    "inert": (
        "Nothing in the model acts on {path} yet: the answer is the same without it.",
        "模型中尚无机制使用 {path}：有无此设定，结果相同。",
    ),
    "stopped": (
        "Stopped. {count} finished worlds wait in {path}; the same command goes on from there.",
        "已停止。{path} 中存有 {count} 个已完成的世界；再次运行同一命令即可继续。",
    ),
}


def run(
    experiment: str,
    seeds: int | None,
    years: int | None,
    jobs: int | None,
    scheduler: str | None,
    out: Path | None,
    dry_run: bool,
    lang: str | None,
    draws: int | None = None,
) -> int:
    """Run an experiment file, then say what came out."""
    lang = language(lang)
    if dry_run:
        from sim.commands.estimate import estimate

        print(estimate(experiment, seeds, years, jobs, out, draws))
        return DONE
    _get_ready(jobs, scheduler)
    from sim.studies import Interrupted, NothingRan, run_experiment

    try:
        with progress(_say("worlds", lang)) as told:
            study = run_experiment(
                experiment, seeds, years, jobs, draws=draws, out=out, scheduler=scheduler, progress=told, say=tell
            )
    except Interrupted as error:
        return _stopped(error, lang)
    except NothingRan as error:
        return _failures(error.failed)
    _print_answer(study, lang)
    _tell_inert(study, lang)
    page = study.report(lang)
    print(_say("report", lang, path=page))
    return _failures(study.failed)


def ask(
    county: str,
    settings: Sequence[str],
    against: Sequence[str] | None,
    policy: str | None,
    seeds: int | None,
    years: int | None,
    jobs: int | None,
    scheduler: str | None,
    json: bool,
    lang: str | None,
    draws: int = 0,
) -> int:
    """Answer one question."""
    _get_ready(jobs, scheduler, charts=not json)
    from sim.runs.design import DEFAULT_SEEDS, DEFAULT_YEARS
    from sim.studies import Interrupted, NothingRan, what_if

    lang = language(lang)
    try:
        with progress(_say("worlds", lang)) as told:
            answer = what_if(
                county,
                settings,
                against,
                policy,
                seeds or DEFAULT_SEEDS,
                years or DEFAULT_YEARS,
                jobs,
                draws=draws,
                scheduler=scheduler,
                progress=told,
            )
    except Interrupted as error:
        return _stopped(error, lang)
    except NothingRan as error:
        return _failures(error.failed)
    if json:
        print(_json.dumps(as_json(answer, lang), ensure_ascii=False, indent=2, allow_nan=False))
        return _failures(answer.failed)
    _print_answer(answer, lang)
    for setting, paths in set_paths(answer).items():
        if paths != [setting.partition("=")[0]]:
            print(_say("settings", lang, setting=setting, paths=", ".join(paths)))
    _tell_inert(answer, lang)
    print(_say("chart", lang, path=_chart(answer, lang)))
    return _failures(answer.failed)


def rebuild(results: Path, lang: str | None) -> int:
    """Rebuild charts and report from stored results."""
    if not (results / "manifest.yaml").is_file():
        tell(f"{results}: expected a results folder with manifest.yaml, found none; sim run makes one")
        return WRONG_INPUT
    from sim.store import Results
    from sim.studies import Study

    print(_say("report", language(lang), path=Study(Results(results)).report(language(lang))))
    return DONE


def as_json(answer: "Answer", lang: str = "en") -> dict[str, Any]:
    """The answer in the form that programs read; numbers that are not defined are null."""
    asked = answer.manifest["variants"]
    outcomes: dict[str, Any] = {}
    for name, item in answer.outcomes().items():
        outcomes[name] = {
            "base": _number(item.base_mean),
            "variant": _number(item.variant_mean),
            "difference": _number(item.difference),
            "low": _number(item.low),
            "high": _number(item.high),
            "share_positive": _number(item.share_positive),
        }
        if not item.told_apart:
            outcomes[name]["note"] = _say("not told apart", lang)
    drawn = (answer.manifest.get("uncertainty") or {}).get("draws")
    if drawn:
        for row in answer.results.table("uncertainty.csv").to_dict("records"):
            if row["outcome"] in outcomes:
                outcomes[row["outcome"]] |= {name: _number(row[name]) for name in OF_DRAWS}
    return ({"draws": drawn} if drawn else {}) | {
        "county": answer.county,
        "variant": _asked(asked[answer.variant], answer.county),
        "against": _asked(asked[answer.base], answer.county),
        "seeds": len(answer.manifest["seeds"]),
        "years": answer.manifest["years"],
        "outcomes": outcomes,
        "settings": set_paths(answer),
    }


def _tell_inert(study: "Study", lang: str) -> None:
    """Say which settings nothing acts on."""
    from sim.library import inert

    for path in inert(path for paths in set_paths(study).values() for path in paths):
        print(_say("inert", lang, path=path))


def set_paths(answer: "Study") -> dict[str, list[str]]:
    """Every setting of a study with the full paths it has set."""
    found: dict[str, list[str]] = {}
    for variants in answer.manifest["settings"].values():
        for settings in variants.values():
            found.update(settings)
    return found


def _get_ready(jobs: int | None, scheduler: str | None, charts: bool = True) -> None:
    """Load at once what is needed later: the model in the workers' server, packages for the answer here."""
    if jobs != 1 and scheduler is None:
        start_loading()
    packages = ["pandas", "pyarrow.parquet", "scipy.special"]
    if charts:
        packages += ["matplotlib.figure", "matplotlib.textpath", "matplotlib.backends.backend_agg"]
    Thread(target=lambda: [import_module(name) for name in packages], daemon=True).start()


def _asked(asked: dict[str, Any], county: str) -> dict[str, Any]:
    """What a variant was asked to be: its settings, and its policy where that is not the county's own."""
    policy = {} if asked["policy"] == county else {"policy": asked["policy"]}
    return {**policy, **asked["settings"]}


def _print_answer(study: "Study", lang: str) -> None:
    """Sentences, then one table at the width of the terminal."""
    from rich.console import Console
    from rich.table import Table

    from sim.analysis.sentences import focus

    console = Console(highlight=False, soft_wrap=False)
    for sentence in study.sentences(lang):
        console.print(sentence, markup=False, soft_wrap=lang == "zh")
        console.print()
    variants, base = list(study.manifest["variants"]), study.manifest["base"]
    variant = focus(variants, base)
    if variant is None:
        return
    rows = study.table(lang)
    console.print(_say("table", lang, variant=variant, base=base), markup=False)
    grid = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    for place, heading in enumerate(rows.columns):
        grid.add_column(heading, justify="left" if place == 0 else "right", no_wrap=place > 0)
    for row in rows.itertuples(index=False):
        grid.add_row(*row)
    console.print(grid, markup=False)
    console.print()
    _print_variants(study, console, lang)
    if len(variants) > 2:
        print(_say("rest", lang, path=study.path / "contrasts.csv"))


def _print_variants(study: "Study", console: Any, lang: str) -> None:
    """Tables of all variants, where the experiment asks for them."""
    from rich.table import Table

    from sim.analysis.variants import shown

    for county in study.manifest["counties"]:
        for table in shown(study.yearly, study.manifest, county, lang):
            console.print(table.caption, markup=False)
            grid = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
            for place, heading in enumerate(table.headings):
                grid.add_column(heading, justify="right" if place else "left", no_wrap=place < 2, overflow="fold")
            for row in table.rows:
                grid.add_row(*row)
            console.print(grid, markup=False)
            console.print()


def _chart(answer: "Answer", lang: str) -> Path:
    """Draw the chart of an answer into its folder."""
    from sim.analysis import charts
    from sim.analysis.words import Words

    figure = charts.what_if(answer.results, words=Words(lang))
    path = answer.path / "charts" / "answer.png"
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=150, metadata={"Software": None})
    return path


def _failures(failed: "Sequence[Failure]") -> int:
    """Name the runs that failed; exit code 0 where there is none."""
    for item in failed:
        tell(f"failed: {item.county}, {item.variant}, seed {item.seed}: {item.error} ({item.place})")
    return SOME_FAILED if failed else DONE


def _stopped(error: "Interrupted", lang: str) -> int:
    tell(_say("stopped", lang, count=error.finished, path=error.path))
    return INTERRUPTED


def _say(what: str, lang: str, **values: object) -> str:
    return WORDS[what][1 if lang == "zh" else 0].format(**values)


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
