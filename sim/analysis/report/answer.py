"""The tables of the answer: every outcome, rotation, money, winners and losers, every school."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.charts.money import HELD, SPENT, a_pupil, spending
from sim.analysis.charts.rotation import CAUSES, rotating
from sim.analysis.charts.schools import rows as school_rows
from sim.analysis.charts.winners import changes
from sim.analysis.numbers import decimals, fixed
from sim.analysis.report.table import Cell, Table, number, table
from sim.analysis.words import Words
from sim.analysis.worlds import Interval, Worlds, interval


def outcomes(worlds: Worlds, contrasts: pd.DataFrame, words: Words) -> Table:
    """The focus against the base in every outcome; the file holds the contrasts of all variants and stages."""
    here = contrasts[(contrasts["county"] == worlds.county) & (contrasts["variant"] == worlds.focus)]
    by_name = {str(row["outcome"]): row for _, row in here.iterrows()}
    rows: list[list[Cell]] = []
    for measure in worlds.outcomes:
        known = [name for name in (measure, f"{measure}_mean") if name in by_name and by_name[name]["pairs"] > 0]
        for name in known:
            period = words("in_year", year=worlds.last) if name == measure else words("all_years")
            rows.append(_outcome(by_name[name], measure, period, words, inner=name != known[0]))
    headings = [
        words("head_outcome"), words("head_unit"), words.variant(worlds.base), words.variant(worlds.focus),
        words("head_difference"), words("head_low"), words("head_high"), words("head_above"),
    ]  # fmt: skip
    stored = [list(contrasts.columns), *contrasts.astype(object).to_numpy().tolist()]
    return table("contrasts", words("outcomes_caption", worlds=worlds.worlds), headings, rows, stored)


def _outcome(row: "pd.Series[Any]", measure: str, period: str, words: Words, inner: bool) -> list[Cell]:
    meaning = words.meaning(measure)
    low, high = (meaning.scale * float(row[name]) for name in ("low", "high"))
    half = (high - low) / 2
    places = decimals(half) if math.isfinite(half) and half > 0 else meaning.decimals
    told = bool(row["told_apart"])

    def written(name: str, signed: bool) -> Cell:
        return number(fixed(meaning.scale * float(row[name]), places, signed=signed), strong=told and signed)

    return [
        Cell(period, inner=True) if inner else Cell(f"{words.sentence(meaning.name)}, {period}"),
        Cell("" if inner else meaning.unit),
        written("base_mean", False),
        written("variant_mean", False),
        *(written(name, True) for name in ("difference", "low", "high")),
        number(fixed(100 * float(row["share_positive"]), 0)),
    ]


def rotations(worlds: Worlds, words: Words) -> Table:
    """Postings a year by variant, mean of years 1 to N and of worlds."""
    variants = rotating(worlds)

    def mean(name: str, measure: str) -> float:
        if not worlds.has(measure):
            return math.nan
        years = worlds.values(measure)[name][:, 1:]
        return float(np.nanmean(years)) if np.isfinite(years).any() else math.nan

    persons: list[tuple[str, str]] = [("rotation_due", words("row_due")), ("rotation_done", words("row_done"))]
    persons += [(f"rotation_short_{cause}", words("row_short", cause=words.term("causes", cause))) for cause in CAUSES]
    persons += [("rotation_refused", words("row_refused"))]
    lines: list[tuple[str, str, str, Callable[[float], str]]] = [
        (measure, name, words("persons_a_year"), lambda value: fixed(value, 1)) for measure, name in persons
    ]
    lines += [
        ("rotation_away", words("row_away"), "%", lambda value: fixed(100 * value, 1)),
        ("movers_quality", words("row_quality"), "σ_T", lambda value: fixed(value, 2, signed=True)),
        ("rotation_backbone_share", words("row_backbone"), "%", lambda value: fixed(100 * value, 1)),
        ("selection_unattainable", words("row_unattainable"), words("groups_a_year"), lambda value: fixed(value, 2)),
    ]
    rows = [
        [Cell(name), Cell(unit), *(number(written(mean(variant, measure))) for variant in variants)]
        for measure, name, unit, written in lines
        if worlds.has(measure)
    ]
    headings = [words("head_item"), words("head_unit"), *(words.variant(name) for name in variants)]
    return table("rotation", words("rotation_caption", years=worlds.last), headings, rows)


def moneys(worlds: Worlds, words: Words) -> Table:
    """Yuan a pupil a year by purpose and variant, and the same in thousand yuan a year."""
    variants = spending(worlds)
    each = {name: a_pupil(worlds, name) for name in variants}
    thousands = {name: _thousands(worlds, name) for name in variants}
    rows = [
        [
            Cell(words.sentence(words.term("purposes", purpose)), strong=purpose == "total"),
            *(number(fixed(each[name][purpose], 2), strong=purpose == "total") for name in variants),
            *(number(fixed(thousands[name][purpose], 0), strong=purpose == "total") for name in variants),
        ]
        for purpose in each[variants[0]]
    ]
    headings = [
        words("head_purpose"),
        *(words("head_a_pupil", variant=words.variant(name)) for name in variants),
        *(words("head_thousand", variant=words.variant(name)) for name in variants),
    ]
    return table("money", words("money_caption", years=worlds.last), headings, rows)


def _thousands(worlds: Worlds, variant: str) -> dict[str, float]:
    """Thousand yuan a year by purpose; what is unspent as held at the end."""
    found = {}
    for purpose in a_pupil(worlds, variant):
        if purpose != "total":
            values = worlds.values(f"money_{purpose}_yuan")[variant]
            found[purpose] = float(np.nanmean(values[:, -1] if purpose in HELD else values[:, 1:])) / 1000
    return {"total": sum(found.get(purpose, 0.0) for purpose in SPENT), **found}


def winners(worlds: Worlds, words: Words) -> Table:
    """Difference in mean score by set of pupils, every variant against the base."""
    found = {name: changes(worlds, name, words) for name in worlds.others}
    rows: list[list[Cell]] = []
    above = ""
    for place, (pupils, _) in enumerate(found[worlds.others[0]]):
        if pupils.heading != above:
            above = pupils.heading
            rows.append([Cell(words.sentence(words(above)), heading=True)])
        cells = [Cell(words.sentence(pupils.name))]
        for name in _first(worlds):
            cells += _interval(found[name][place][1])
        rows.append(cells)
    headings = [words("head_pupils")]
    for name in _first(worlds):
        headings += [words.variant(name), words("head_low"), words("head_high")]
    caption = words("winners_caption", base=words.variant(worlds.base), year=worlds.last)
    return table("winners", caption, headings, rows)


def _first(worlds: Worlds) -> list[str]:
    """The variants besides the base, the focus first."""
    return sorted(worlds.others, key=lambda name: name != worlds.focus)


def _interval(found: Interval) -> list[Cell]:
    low, high = float(found.low), float(found.high)
    places = decimals((high - low) / 2) or 3
    return [number(fixed(float(value), places, signed=True), found.told_apart) for value in (found.mean, low, high)]


def every_school(worlds: Worlds, measure: str, words: Words) -> Table:
    """A measure of every school in year 0 and in the last year under base and focus."""
    rows = [
        [
            Cell(row.name), Cell(words.term("stages", row.stage)), Cell(words.term("zones", row.zone)),
            Cell(words.term("roles", row.role)),
            *(number(fixed(value, 3)) for value in (row.before, row.base, row.focus)),
            number(fixed(row.focus - row.base, 4, signed=True), row.told_apart),
        ]
        for row in school_rows(worlds, measure)
    ]  # fmt: skip
    headings = [
        words("head_school"), words("head_stage"), words("head_zone"), words("head_role"),
        words("head_before"), words.variant(worlds.base), words.variant(worlds.focus), words("head_difference"),
    ]  # fmt: skip
    meaning = words.meaning(measure)
    caption = words("schools_caption", name=words.sentence(meaning.name), unit=meaning.unit, year=worlds.last)
    return table("schools", caption, headings, rows)


def passing(worlds: Worlds, count: str, stage: str, variant: str, year: int) -> tuple[float, float]:
    """Share of schools that pass, and share of worlds whose county passes, in a year."""
    shares = (f"schools_passing_{count}", f"official_pass_{count}")
    found = [
        float(interval(worlds.values(name, stage)[variant][:, year]).mean) if worlds.has(name, stage) else math.nan
        for name in shares
    ]
    return found[0], found[1]
