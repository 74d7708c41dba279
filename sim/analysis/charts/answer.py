"""The picture of one question: the paired difference over the years, and every outcome's final difference."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from sim.analysis import style
from sim.analysis.charts.difference import BOTTOM, LEFT, TOP, chosen, finding, limits, panel
from sim.analysis.charts.drawing import figure
from sim.analysis.charts.time import x_label
from sim.analysis.numbers import fixed, with_interval
from sim.analysis.words import Words
from sim.analysis.worlds import Worlds, interval

TALL, PITCH = 1.75, 0.235


@figure
def what_if(
    worlds: Worlds,
    outcomes: Sequence[str] | None = None,
    words: Words | None = None,
    width: float = style.PAGE,
) -> Figure:
    """Draw the focus against the base: two outcomes over the years, and the differences in the last year.

    Raises KeyError where the study holds no such outcome.
    """
    words = words or Words()
    focus = worlds.focus
    named = outcomes or [*worlds.outcomes, *chosen(worlds)]
    listed = [name for name in dict.fromkeys(named) if worlds.has(name)]
    columns = 2 if width > 5 else 1
    shown = [*dict.fromkeys([*listed[:1], *chosen(worlds)])][:columns]
    height = TOP + TALL + BOTTOM + 0.5 + PITCH * (len(listed) + 1)
    title = finding(worlds, words, focus)
    subtitle = words("difference_subtitle", base=words.variant(worlds.base), worlds=worlds.worlds)
    sheet = style.Sheet(height, title, subtitle, width)
    scaled = {name: {focus: interval(words.meaning(name).scale * worlds.difference(focus, name))} for name in shown}
    texts = {
        name: fixed(float(scaled[name][focus].mean[-1]), words.meaning(name).decimals, signed=True) for name in shown
    }
    label = 0.26 + max(style.text_width(text) for text in texts.values())
    wide = (width - columns * (LEFT + label)) / columns
    for place, name in enumerate(shown):
        axes = sheet.axes(LEFT + place * (LEFT + wide + label), TOP, wide, TALL)
        axes.set_ylim(*limits(name, scaled))
        panel(
            axes,
            worlds,
            words,
            name,
            scaled[name],
            {focus: texts[name]},
            TALL,
            marked=place == 0,
            base_label="0",
        )
    sheet.text(LEFT, TOP + TALL + 0.27, x_label(worlds, words), color=style.SOFT)
    _rows(sheet, worlds, words, listed, TOP + TALL + BOTTOM + 0.42)
    return sheet.figure


def _rows(sheet: style.Sheet, worlds: Worlds, words: Words, names: Sequence[str], top: float) -> None:
    """Every outcome's difference in the last year: its interval drawn to its own scale, and in numbers."""
    width = sheet.width
    look = style.looks(worlds.variants, worlds.base)[worlds.focus]
    titles = [words.sentence(words.meaning(name).name) for name in names]
    found = [interval(words.meaning(name).scale * worlds.difference(worlds.focus, name)[:, -1]) for name in names]
    numbers = [
        f"{with_interval(*change)} {words.meaning(name).change_unit}".rstrip()
        for name, change in zip(names, found, strict=True)
    ]
    narrow = width < 5
    right = 0.0 if narrow else max(style.text_width(number) for number in numbers) + 0.1
    left = max(style.text_width(title) for title in titles) + 0.15
    if left + right > width - 0.6:
        left = width - right - 0.6
    axes = sheet.axes(left, top + PITCH, width - left - right - 0.05, PITCH * len(names))
    axes.set_axis_off()
    axes.set_xlim(-1, 1)
    axes.set_ylim(len(names), 0)
    style.zero_line(axes, vertical=True)
    sheet.text(0.03, top + PITCH * 0.5, words("final_heading", year=worlds.last), va="center", weight="bold")
    for row, (change, title, number) in enumerate(zip(found, titles, numbers, strict=True)):
        reach = float(np.nanmax(np.abs([change.mean, change.low, change.high]))) * 1.05 or 1.0
        colour = look.colour if change.told_apart else style.paler(look.colour, 0.5)
        axes.plot([change.low / reach, change.high / reach], [row + 0.5] * 2, color=colour, linewidth=2.0)
        axes.scatter([change.mean / reach], [row + 0.5], color=colour, s=22, zorder=3)
        height = top + PITCH * (row + 1.5)
        sheet.text(0.03, height, title, va="center", color=style.INK if change.told_apart else style.SOFT)
        if not narrow:
            sheet.text(
                width - right,
                height,
                number,
                va="center",
                color=look.words if change.told_apart else style.SOFT,
            )
