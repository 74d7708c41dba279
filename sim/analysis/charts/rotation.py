"""Rotation: postings due and done each year, and why the rest was not done."""

import math

import numpy as np
from matplotlib.figure import Figure

from sim.analysis import style
from sim.analysis.charts.drawing import figure
from sim.analysis.charts.matrix import PITCH, matrix
from sim.analysis.charts.time import x_label, years
from sim.analysis.numbers import fixed, share
from sim.analysis.words import Words
from sim.analysis.worlds import Worlds

CAUSES = ("stay", "age", "honour", "refusal", "load", "partner", "money")
TOP, TALL, BOTTOM, GAP, RIGHT = 0.3, 1.3, 0.62, 0.28, 0.08


def rotating(worlds: Worlds) -> tuple[str, ...]:
    """The variants that decree postings."""
    if not worlds.has("rotation_due"):
        return ()
    due = worlds.values("rotation_due")
    return tuple(name for name in worlds.variants if np.nansum(due[name]) > 0)


def shares(worlds: Worlds, variant: str) -> dict[str, float]:
    """Of all postings due over the years and worlds: the share done, and the share short by cause."""
    due = np.nansum(worlds.values("rotation_due")[variant])
    measures = {"done": "rotation_done", **{cause: f"rotation_short_{cause}" for cause in CAUSES}}
    return {
        name: float(np.nansum(worlds.values(measure)[variant]) / due) if worlds.has(measure) else math.nan
        for name, measure in measures.items()
    }


@figure
def rotation(worlds: Worlds, words: Words | None = None, width: float = style.PAGE) -> Figure:
    """Draw due and done by year, and what became of all postings due.

    Raises ValueError where no variant decrees postings.
    """
    words = words or Words()
    variants = rotating(worlds)
    if not variants:
        raise ValueError("yearly: expected rotation_due above 0 in some variant, found none")
    looks = style.looks(worlds.variants, worlds.base)
    names = {"done": words("rotation_done"), **{cause: words.term("causes", cause) for cause in CAUSES}}
    label = 0.15 + max(
        *(style.text_width(name, bold=name == names["done"]) for name in names.values()),
        style.text_width(words("rotation_unit")) + 0.33,
    )
    height = TOP + TALL + BOTTOM + PITCH * (len(names) + 0.45) + 0.1
    subtitle = words("rotation_subtitle", worlds=worlds.worlds, years=worlds.last)
    sheet = style.Sheet(height, finding(worlds, words), subtitle, width)
    column = (width - label + GAP - RIGHT) / len(variants) - GAP
    due, done = worlds.values("rotation_due"), worlds.values("rotation_done")
    most = max(float(np.nanmean(due[name], axis=0).max()) for name in variants) * 1.15
    year = np.arange(worlds.last + 1)
    for place, name in enumerate(variants):
        axes = sheet.axes(label + place * (column + GAP), TOP, column, TALL)
        asked, made = np.nanmean(due[name], axis=0), np.nanmean(done[name], axis=0)
        axes.bar(year[1:], asked[1:], width=0.8, color=style.paler(looks[name].colour, 0.75), zorder=2)
        axes.bar(year[1:], made[1:], width=0.8, color=looks[name].colour, zorder=3)
        years(axes, worlds, words, marked=False, label=False, sparse=True)
        axes.set_xlim(-0.15, worlds.last + 0.55)
        axes.set_ylim(0, most)
        axes.locator_params(axis="y", nbins=4)
        if place:
            axes.tick_params(labelleft=False)
        axes.text(
            0,
            1 + 0.1 / TALL,
            style.clipped(
                words.variant(name), column + (GAP - 0.06 if place < len(variants) - 1 else RIGHT), bold=True
            ),
            transform=axes.transAxes,
            color=looks[name].words,
            weight="bold",
        )
    for line, key in enumerate(("rotation_unit", "rotation_due_key", "rotation_done_key")):
        sheet.text(0.03, TOP + 0.02 + line * 0.2, words(key), color=style.SOFT)
    below = x_label(worlds, words)
    sheet.text(min(label, width - style.text_width(below) - 0.05), TOP + TALL + 0.27, below, color=style.SOFT)
    matrix(
        sheet, {name: shares(worlds, name) for name in variants}, colours={n: looks[n].colour for n in variants},
        names=names, written=share, label=label, top=TOP + TALL + BOTTOM, gap=GAP, right=RIGHT,
        bold=("done",), apart=("stay",),
    )  # fmt: skip
    return sheet.figure


def finding(worlds: Worlds, words: Words) -> str:
    """What share of the postings due could be done, by variant."""
    parts = [
        words("rotation_share", share=fixed(100 * shares(worlds, name)["done"], 0), variant=words.variant(name))
        for name in rotating(worlds)
    ]
    return words("rotation_finding", shares=words.listed(parts), years=worlds.last)
