"""An outcome over the years: a panel by variant with the median and the middle 50 and 90 % of worlds.

Worlds differ far more from one another than variants do, so bands of several variants in one panel would hide
each other; each panel repeats the base's median in grey instead.
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis import style
from sim.analysis.charts.drawing import figure
from sim.analysis.charts.time import End, ends, x_label, years
from sim.analysis.numbers import fixed
from sim.analysis.words import Words
from sim.analysis.worlds import Array, Worlds, interval

LEFT, TOP, BOTTOM = 0.5, 0.42, 0.28
"""Inches for the ticks at the left, for the words above a panel, for the years below."""


@figure
def outcome(
    worlds: Worlds, measure: str, words: Words | None = None, width: float = style.PAGE, stage: str = "all"
) -> Figure:
    """Draw a measure of the whole county over the years.

    Raises KeyError where the study holds no such measure.
    """
    words = words or Words()
    meaning = words.meaning(measure)
    values = {name: meaning.scale * found for name, found in worlds.values(measure, stage).items()}
    looks = style.looks(worlds.variants, worlds.base)
    columns = min(len(worlds.variants), 4 if width > 5 else 2)
    rows = -(-len(worlds.variants) // columns)
    tall = 2.2 if width > 5 else 1.75
    height = rows * (tall + TOP + BOTTOM) + 0.22
    title = finding(worlds, measure, words, stage)
    subtitle = words(
        "outcome_subtitle", name=meaning.name, unit=meaning.unit, worlds=worlds.worlds,
        stage=words.term("stages", stage), base=words.variant(worlds.base),
    )  # fmt: skip
    sheet = style.Sheet(height, title, subtitle, width)
    medians = {name: np.nanmedian(found, axis=0) for name, found in values.items()}
    last = {name: fixed(median[-1], meaning.decimals) for name, median in medians.items()}
    label = max(style.text_width(text) for text in last.values()) + 0.3
    wide = (width - LEFT - columns * label) / columns
    low, high = _limits(values)
    for place, name in enumerate(worlds.variants):
        row, column = divmod(place, columns)
        axes = sheet.axes(LEFT + column * (wide + label), TOP + row * (tall + TOP + BOTTOM), wide, tall)
        axes.set_ylim(low, high)
        _bands(axes, values[name], looks[name].colour)
        axes.plot(medians[worlds.base], color=style.BASE, linewidth=1.2, zorder=2.5)
        axes.plot(medians[name], color=looks[name].colour, linestyle=looks[name].dashes, zorder=3)
        years(axes, worlds, words, marked=place == 0, label=False, sparse=True)
        axes.grid(axis="y")
        axes.text(
            0,
            1 + 0.23 / tall,
            style.clipped(words.variant(name), wide + label - 0.12, bold=True),
            transform=axes.transAxes,
            color=looks[name].words,
            weight="bold",
        )
        if column:
            axes.tick_params(labelleft=False)
        elif row == 0:
            axes.text(-0.04, 1 + 0.06 / tall, meaning.unit, transform=axes.transAxes, ha="right", color=style.SOFT)
        shown = dict.fromkeys((name, worlds.base))
        found = [End(medians[n][-1], last[n], looks[n].words) for n in shown]
        ends(axes, found, last=worlds.last, inches=tall)
    sheet.text(LEFT, height - 0.2, x_label(worlds, words), color=style.SOFT)
    return sheet.figure


def _limits(values: dict[str, Array]) -> tuple[float, float]:
    ranges = [np.nanpercentile(found, (5, 95), axis=0) for found in values.values()]
    low, high = float(np.nanmin(ranges)), float(np.nanmax(ranges))
    margin = 0.04 * (high - low) or 0.1
    return low - margin, high + margin


def _bands(axes: Axes, values: Array, colour: str) -> None:
    year = np.arange(values.shape[1])
    for ends_of, paleness in (((5, 95), 0.82), ((25, 75), 0.64)):
        low, high = np.nanpercentile(values, ends_of, axis=0)
        axes.fill_between(year, low, high, color=style.paler(colour, paleness), linewidth=0, zorder=1)


def finding(worlds: Worlds, measure: str, words: Words, stage: str = "all") -> str:
    """What the picture shows, in a sentence: focus against base in the last year."""
    meaning = words.meaning(measure)
    focus, base = worlds.focus, worlds.base
    values = worlds.values(measure, stage)
    there, here = (meaning.scale * float(np.nanmedian(values[name][:, -1])) for name in (focus, base))
    change = interval(worlds.difference(focus, measure, stage)[:, -1])
    return words(
        "outcome_differs" if change.told_apart else "outcome_same",
        years=worlds.last, name=meaning.name, unit=meaning.unit, focus=words.variant(focus),
        base=words.variant(base), there=fixed(there, meaning.decimals), here=fixed(here, meaning.decimals),
    )  # fmt: skip
