"""How far to trust the answer: luck against ignorance, and which numbers it hinges on."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from markupsafe import Markup

from sim.analysis import style
from sim.analysis.charts.tornado import short, tornado
from sim.analysis.draws import shown
from sim.analysis.numbers import decimals, fixed, significant
from sim.analysis.report.table import Cell, Table, number, table
from sim.analysis.uncertainty import Link, Split
from sim.analysis.words import Words
from sim.analysis.worlds import Worlds
from sim.store import Results

STRONGEST = 12
"""Numbers shown beside those of first rank."""


class Drawing(NamedTuple):
    """The picture for the page and for the phone, and how to read it."""

    name: str
    page: Markup
    phone: Markup
    reading: str


class Trust(NamedTuple):
    """What the section on trust shows where coefficients were drawn."""

    split: Table
    links: Table | None
    pictures: list[Drawing]


def trust(results: Results, worlds: Worlds, folder: Path, prefix: str, words: Words) -> Trust | None:
    """Tables and picture of a county; None where nothing was drawn."""
    told: Mapping[str, Any] = results.manifest.get("uncertainty") or {}
    splits = results.table("uncertainty.csv") if told.get("draws") else None
    if splits is None or splits.empty or not worlds.others:
        return None
    here = splits[(splits["county"] == worlds.county) & (splits["variant"] == worlds.focus)]
    found = {str(row.outcome): Split(*row[4:]) for row in here.itertuples(index=False)}
    table_of = _split_table(found, worlds, words)
    sensitivity = results.table("sensitivity.csv")
    outcome = next((name for name in worlds.outcomes if name in found), None)
    if outcome is None or sensitivity.empty:
        return Trust(table_of, None, [])
    links = shown(sensitivity[sensitivity["county"] == worlds.county], worlds.focus, outcome, STRONGEST)
    if not links:
        return Trust(table_of, None, [])
    kinds = _kinds(results.manifest, worlds.county)
    return Trust(
        table_of,
        _links_table(links, kinds, outcome, words),
        [_picture(links, kinds, outcome, worlds, folder, prefix, words)],
    )


def _split_table(found: Mapping[str, Split], worlds: Worlds, words: Words) -> Table:
    rows: list[list[Cell]] = []
    draws = 0
    for measure in worlds.outcomes:
        for name in (measure, f"{measure}_mean"):
            item = found.get(name)
            if item is None or not item.worlds:
                continue
            draws = max(draws, item.draws)
            meaning = words.meaning(measure)
            places = decimals(meaning.scale * (item.high - item.low) / 2) or meaning.decimals
            period = words("in_year", year=worlds.last) if name == measure else words("all_years")
            inner = name != measure
            numbers = [item.difference, item.low, item.high, item.luck_low, item.luck_high]
            rows.append(
                [
                    Cell(period, inner=True) if inner else Cell(f"{words.sentence(meaning.name)}, {period}"),
                    Cell("" if inner else meaning.unit),
                    *(number(fixed(meaning.scale * value, places, signed=True)) for value in numbers),
                    number(fixed(100 * item.coefficient_share, 0)),
                    number(fixed(100 * item.same_sign, 0)),
                ]
            )
    headings = [
        words("head_outcome"), words("head_unit"), words("head_difference"), words("head_low"), words("head_high"),
        words("head_luck", end=words("head_low_end")), words("head_luck", end=words("head_high_end")),
        words("head_share_coefficients"), words("head_same_sign"),
    ]  # fmt: skip
    caption = words("split_caption", base=words.variant(worlds.base), draws=draws)
    return table("uncertainty", caption, headings, rows)


def _kinds(manifest: Mapping[str, Any], county: str) -> dict[str, str]:
    """Whether a coefficient is a flow or a level, by path."""
    notes = manifest["notes"][county]["evidence"]
    return {f"evidence.{name}": str(note["kind"]) for name, note in notes.items() if "kind" in note}


def _links_table(links: list[Link], kinds: Mapping[str, str], outcome: str, words: Words) -> Table:
    meaning = words.meaning(outcome)
    rows = []
    for item in links:
        places = decimals(meaning.scale * item.error)
        marks = [words("mark_first_rank")] * item.first_rank + [words("mark_assumed")] * item.assumed
        marks += [words.term("kinds", kinds[item.path])] if item.path in kinds else []
        marks += [words("mark_noise")] * (not item.told_apart)
        rows.append(
            [
                Cell(item.path.removeprefix("evidence."), strong=item.first_rank),
                number(fixed(item.importance, 2)),
                number(fixed(meaning.scale * item.change, places, signed=True)),
                number(fixed(meaning.scale * item.error, places)),
                Cell(f"{significant(item.low)} … {significant(item.high)}"),
                Cell(", ".join(marks)),
            ]
        )
    headings = [
        words("head_coefficient"), words("head_importance"), f"{words('head_change')}, {meaning.change_unit}",
        words("head_error"), words("head_range"), words("head_mark"),
    ]  # fmt: skip
    caption = words("links_caption", outcome=meaning.name, noise=fixed(links[0].noise, 2))
    return table("sensitivity", caption, headings, rows)


def _picture(
    links: list[Link], kinds: Mapping[str, str], outcome: str, worlds: Worlds, folder: Path, prefix: str, words: Words
) -> Drawing:
    meaning = words.meaning(outcome)
    strongest = max(links, key=lambda item: item.importance)
    title = (
        words("tornado_finding", outcome=meaning.name, path=short(strongest.path))
        if strongest.told_apart
        else words("tornado_nothing", outcome=meaning.name)
    )
    subtitle = words("tornado_subtitle", unit=meaning.change_unit, base=words.variant(worlds.base))
    name = f"{prefix}hinges"
    labels = {path: f"{short(path)} ({words.term('kinds', kind)})" for path, kind in kinds.items()}

    def draw(width: float) -> Any:
        return tornado(links, meaning.scale, title, subtitle, labels, width)

    page = style.save(draw(style.PAGE), folder, name).read_text(encoding="utf-8")
    return Drawing(
        name,
        Markup(page[page.index("<svg") :]),
        Markup(style.svg(draw(style.PHONE), f"{name}-phone")),
        words("tornado_reading"),
    )
