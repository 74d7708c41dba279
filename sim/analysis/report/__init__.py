"""A results folder becomes one self-contained page: pictures, tables, policies side by side, how to run it again.

The page needs no network, no script and no other file; its pictures lie beside it in `charts/` as well.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from sim.analysis import charts, style
from sim.analysis.report import answer, compared, trust, uncertainty, verdict
from sim.analysis.report.table import Table, of_numbers
from sim.analysis.sentences import headline
from sim.analysis.variants import shown
from sim.analysis.words import Words
from sim.analysis.worlds import Worlds
from sim.store import Results

PAGE = "report.html"


class Picture(NamedTuple):
    """A figure for the page and for the phone, how to read it, and how to draw it again."""

    name: str
    page: Markup
    phone: Markup
    reading: str
    replay: str


class County(NamedTuple):
    """Everything the page says of one county."""

    key: str
    title: str
    question: str
    pictures: dict[str, Picture]
    tables: dict[str, Table]
    verdicts: list[tuple[Table, list[str]]]
    variants: list[Table]
    decreed: list[Table]
    doubts: list[str]
    trust: uncertainty.Trust | None
    settings: list[tuple[str, str]]


def write(results_dir: Path, lang: str = "en") -> Path:
    """Draw the pictures of a results folder and write its `report.html`; returns the path of the page.

    Raises FileNotFoundError where the folder holds no results.
    """
    folder = Path(results_dir)
    results = Results(folder)
    page = render(results, folder / "charts", lang)
    temporary = folder / f".{PAGE}.{os.getpid()}"
    temporary.write_text(page, encoding="utf-8")
    temporary.replace(folder / PAGE)
    return folder / PAGE


def render(results: Results, folder: Path, lang: str = "en") -> str:
    """The page as text; pictures are written into `folder` on the way."""
    words, manifest = Words(lang), results.manifest
    counties = [_county(results, county, folder, words) for county in manifest["counties"]]
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    template = environment.get_template("report.html.j2")
    return template.render(
        words=words,
        manifest=manifest,
        title=_titled(manifest["title"], words),
        sentences=headline(results, lang),
        sentences_lang=lang,
        counties=counties,
        variants=_variants(manifest, words),
        facts=_run(manifest, words),
    )


def _county(results: Results, county: str, folder: Path, words: Words) -> County:
    manifest, worlds = results.manifest, Worlds.of(results, county)
    several = len(manifest["counties"]) > 1
    pictures = _pictures(worlds, manifest, folder, f"{county}-" if several else "", words)
    tables: dict[str, Table] = {}
    if worlds.others:
        tables["outcomes"] = answer.outcomes(worlds, results.contrasts, words)
    if "rotation" in pictures:
        tables["rotation"] = answer.rotations(worlds, words)
    if "money" in pictures:
        tables["money"] = answer.moneys(worlds, words)
    if "winners" in pictures:
        tables["winners"] = answer.winners(worlds, words)
    if "schools" in pictures:
        tables["schools"] = answer.every_school(worlds, charts.school_measure(worlds), words)
    tables["policies"] = compared.policies(manifest, county, words)
    tables["facts"] = compared.facts(manifest, county, words)
    tables["evidence"] = compared.coefficients(manifest, county, words)
    return County(
        key=county,
        title=_titled(manifest["facts"][county]["title"], words),
        question=_question(worlds, manifest, words),
        pictures=pictures,
        tables=tables,
        verdicts=verdict.verdicts(worlds, words),
        variants=[
            of_numbers(item.name, item.caption, item.headings, item.rows)
            for item in shown(results.yearly, manifest, county, words.language)
        ],
        decreed=[
            compared.decreed(manifest, county, name, words)
            for name in dict.fromkeys((worlds.base, *compared.ungrouped(manifest, county)))
        ],
        doubts=_doubts(worlds, manifest, words),
        trust=uncertainty.trust(results, worlds, folder, f"{county}-" if several else "", words),
        settings=_settings(manifest, county, words),
    )


def _pictures(
    worlds: Worlds, manifest: Mapping[str, Any], folder: Path, prefix: str, words: Words
) -> dict[str, Picture]:
    found = {}
    for name, draw in charts.figures(worlds, words.language).items():
        file = f"{prefix}{name}"
        path = style.save(draw(style.PAGE), folder, file)
        page = path.read_text(encoding="utf-8")
        found[name] = Picture(
            name=file,
            page=Markup(page[page.index("<svg") :]),
            phone=Markup(style.svg(draw(style.PHONE), f"{file}-phone")),
            reading=words(f"read_{name}", base=words.variant(worlds.base), schools=_number_of_schools(worlds)),
            replay=words(
                "replay", command=f"uv run {manifest['replay']}", file=f"charts/{file}.svg",
                key=manifest["hashes"]["study"][:12], measures=", ".join(_measures(name, worlds)),
            ),
        )  # fmt: skip
    return found


def _measures(picture: str, worlds: Worlds) -> list[str]:
    """The columns and measures that a picture is drawn from."""
    known = {
        "schools": [charts.school_measure(worlds)],
        "tradeoff": ["score_gap_core_member", "score_mean"],
        "official": ["mean_*", "cv_*", "failing_*"],
        "rotation": ["rotation_due", "rotation_done", "rotation_short_*"],
        "money": ["money_*_yuan", "pupils"],
        "winners": ["score_*"],
    }
    shown = charts.chosen(worlds)
    return known.get(picture) or list(shown[:1] if picture == "outcome" else shown)


def _number_of_schools(worlds: Worlds) -> int:
    return int(worlds.schools["name"].nunique()) if len(worlds.schools) else 0


def _titled(title: Mapping[str, str], words: Words) -> str:
    return title.get(words.language) or next(iter(title.values()))


def _question(worlds: Worlds, manifest: Mapping[str, Any], words: Words) -> str:
    """The question in one sentence: county, years, focus and base."""
    return words(
        "question" if worlds.others else "question_alone",
        county=_titled(manifest["facts"][worlds.county]["title"], words),
        years=worlds.last,
        span=words("span", first=_school_year(worlds, 1), last=_school_year(worlds, worlds.last)),
        focus=words.variant(worlds.focus),
        base=words.variant(worlds.base),
    )


def _school_year(worlds: Worlds, year: int) -> str:
    start = (worlds.year0 or 0) + year
    return f"{start}/{(start + 1) % 100:02d}"


def _variants(manifest: Mapping[str, Any], words: Words) -> list[tuple[str, str, str]]:
    """Name, colour and description of every variant."""
    looks = style.looks(tuple(manifest["variants"]), manifest["base"])
    found = []
    for name, asked in manifest["variants"].items():
        settings = "; ".join(f"{path} = {compared.written(value, words)}" for path, value in asked["settings"].items())
        parts = (
            [words("variant_policy", policy=asked["policy"])] if asked["policy"] != "none" else [words("variant_none")]
        )
        parts += [settings] if settings else []
        parts += [words("variant_base")] if name == manifest["base"] else []
        found.append((words.variant(name), looks[name].words, ", ".join(parts)))
    return found


def _doubts(worlds: Worlds, manifest: Mapping[str, Any], words: Words) -> list[str]:
    """What the intervals do not hold, and how far to trust the rest."""
    unsure, every = compared.assumed(manifest, worlds.county)
    drawn = bool((manifest.get("uncertainty") or {}).get("draws"))
    return [
        words("doubt_county"),
        words("doubt_intervals_drawn" if drawn else "doubt_intervals", worlds=worlds.worlds),
        words("doubt_assumed", unsure=unsure, every=every),
        *trust.lines(manifest, worlds.county, words),
    ]


def _settings(manifest: Mapping[str, Any], county: str, words: Words) -> list[tuple[str, str]]:
    """What each short setting stood for, and what else than the policy a variant changed."""
    found = []
    for variant, settings in manifest["settings"][county].items():
        for setting, paths in settings.items():
            found.append((words.variant(variant), f"{setting} → {', '.join(paths)}"))
    for variant, changed in manifest["changes"][county].items():
        for path, value in changed.items():
            found.append((words.variant(variant), f"{path} = {compared.written(value, words)}"))
    return found


def _run(manifest: Mapping[str, Any], words: Words) -> list[tuple[str, str]]:
    """Seeds, versions, hashes and the rest that tells one study from another."""
    seeds = manifest["seeds"]
    plain = seeds == list(range(seeds[0], seeds[-1] + 1))
    rows = [
        (words("run_replay"), f"uv run {manifest['replay']}"),
        (words("run_seeds"), f"{seeds[0]}–{seeds[-1]} ({len(seeds)})" if plain else ", ".join(map(str, seeds))),
        (words("run_years"), str(manifest["years"])),
    ]
    rows += [(words("run_hash", name=name), value[:16]) for name, value in manifest["hashes"].items()]
    rows.append(
        (words("run_versions"), ", ".join(f"{name} {version}" for name, version in manifest["versions"].items()))
    )
    rows += [
        (
            words("run_failed"),
            f"{item['county']}, {words.variant(item['variant'])}, seed {item['seed']}: {item['error']}",
        )
        for item in manifest["failed"]
    ]
    return rows
