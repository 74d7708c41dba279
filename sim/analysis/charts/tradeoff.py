"""The trade-off: change of the mean against change of the gap, a point by variant with its worlds."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis import style
from sim.analysis.charts.drawing import figure
from sim.analysis.numbers import decimals, fixed
from sim.analysis.words import Words
from sim.analysis.worlds import Worlds, interval

LEFT, TOP, BOTTOM = 0.68, 0.5, 0.5


class Point(NamedTuple):
    """A named point: where its arms end and its height, as shares of the axes; its words, their colour."""

    left: float
    right: float
    up: float
    words: str
    colour: str


@figure
def tradeoff(
    worlds: Worlds,
    gap: str = "score_gap_core_member",
    mean: str = "score_mean",
    words: Words | None = None,
    width: float = style.PAGE,
) -> Figure:
    """Draw both paired differences in the last year; the base stands at the crossing of the zero lines.

    Where no groups is a variant among others, a first panel shows all and a second enlarges the rest.
    Raises KeyError where the study holds no such measure.
    """
    words = words or Words()
    panels = [("tradeoff_all", worlds.others)]
    if worlds.far:
        panels.append(("tradeoff_near", worlds.near))
    columns = len(panels) if width > 5 else 1
    tall = 2.9 if width > 5 else 2.7
    height = len(panels) // columns * (TOP + tall + BOTTOM)
    across, upward = words.meaning(gap), words.meaning(mean)
    subtitle = words("tradeoff_subtitle", year=worlds.last, base=words.variant(worlds.base), worlds=worlds.worlds)
    sheet = style.Sheet(height, finding(worlds, gap, mean, words), subtitle, width)
    wide = width / columns - LEFT - 0.12
    for place, (key, variants) in enumerate(panels):
        row, column = divmod(place, columns)
        left, top = column * width / columns, row * (TOP + tall + BOTTOM)
        axes = sheet.axes(left + LEFT, top + TOP, wide, tall)
        _panel(axes, worlds, words, gap, mean, variants, wide, tall)
        axes.set_xlabel(words("tradeoff_x", name=across.name, unit=across.change_unit))
        if len(panels) > 1:
            sheet.text(left + 0.03, top, words(key), weight="bold")
        sheet.text(
            left + 0.03, top + 0.2, words("tradeoff_y", name=upward.name, unit=upward.change_unit), color=style.SOFT
        )
    return sheet.figure


def _panel(
    axes: Axes, worlds: Worlds, words: Words, gap: str, mean: str, variants: Sequence[str], wide: float, tall: float
) -> None:
    """The clouds of some variants, their means with intervals, and the base."""
    looks = style.looks(worlds.variants, worlds.base)
    style.zero_line(axes)
    style.zero_line(axes, vertical=True)
    ends = {worlds.base: (0.0, 0.0, 0.0)}
    for name in variants:
        x = words.meaning(gap).scale * worlds.difference(name, gap)[:, -1]
        y = words.meaning(mean).scale * worlds.difference(name, mean)[:, -1]
        look, h, v = looks[name], interval(x), interval(y)
        axes.scatter(x, y, s=10, color=style.paler(look.colour, 0.45), linewidths=0, zorder=2, alpha=0.8)
        axes.plot([h.low, h.high], [v.mean, v.mean], color=look.words, linewidth=1.4, zorder=4)
        axes.plot([h.mean, h.mean], [v.low, v.high], color=look.words, linewidth=1.4, zorder=4)
        axes.scatter([h.mean], [v.mean], s=42, color=look.colour, edgecolors="white", linewidths=1.0, zorder=5)
        first, second = (float(np.nan_to_num(arm, nan=float(h.mean))) for arm in (h.low, h.high))
        ends[name] = (first, second, float(v.mean))
    axes.scatter([0], [0], s=46, marker="s", color=style.BASE, edgecolors="white", linewidths=1.0, zorder=5)
    axes.margins(0.08)
    axes.locator_params(nbins=5)
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    axes.set_xlim(left, right)
    axes.set_ylim(low, high)
    _name_points(
        axes,
        [
            Point(
                (first - left) / (right - left),
                (second - left) / (right - left),
                (y - low) / (high - low),
                style.clipped(words.variant(name), wide * 0.55, bold=True),
                looks[name].words,
            )
            for name, (first, second, y) in ends.items()
        ],
        wide,
        tall,
    )
    for across, up, key in ((0.01, 0.99, "corner_better"), (0.99, 0.01, "corner_worse")):
        axes.text(
            across, up, words(key), transform=axes.transAxes, color=style.SOFT, style="italic",
            ha="left" if across < 0.5 else "right", va="top" if up > 0.5 else "bottom", zorder=1.5,
        )  # fmt: skip


def _name_points(axes: Axes, points: Sequence[Point], wide: float, tall: float) -> None:
    """Names beside the points, moved up or down where they would lie on one another."""
    placed = style.spread([point.up for point in points], style.TEXT_SIZE * 1.35 / 72 / tall, 0.1, 0.9)
    for point, put in zip(points, placed, strict=True):
        room = style.text_width(point.words, bold=True) / wide + 0.2 / wide
        look: dict[str, Any] = {"transform": axes.transAxes, "color": point.colour, "zorder": 6}
        said = {"weight": "bold", "va": "center", "path_effects": list(style.HALO), **look}
        if point.right + room >= 1 and point.left - room <= 0:
            axes.text(0.99, min(point.up + 0.13 / tall, 0.95), point.words, ha="right", **said)
            continue
        side = 1 if point.right + room < 1 else -1
        end = point.right if side > 0 else point.left
        start, stop = end + side * 0.06 / wide, end + side * 0.16 / wide
        axes.plot([start, stop], [point.up, put], linewidth=0.8, **look)
        axes.text(stop + side * 0.03 / wide, put, point.words, ha="left" if side > 0 else "right", **said)


def finding(worlds: Worlds, gap: str, mean: str, words: Words) -> str:
    """What the focus does to gap and mean, against the base."""
    opening = words("finding_opening", focus=words.variant(worlds.focus), base=words.variant(worlds.base))
    said, told = [], False
    for measure, up, down, same in (
        (gap, "gap_wider", "gap_narrower", "gap_same"),
        (mean, "mean_higher", "mean_lower", "mean_same"),
    ):
        meaning = words.meaning(measure)
        found = interval(meaning.scale * worlds.difference(worlds.focus, measure)[:, -1])
        told |= found.told_apart
        places = max(decimals(float(found.high - found.low) / 2) - 1, 2)
        size = fixed(abs(float(found.mean)), places)
        key = same if not found.told_apart else up if found.mean > 0 else down
        said.append(words(key, size=size, unit=meaning.change_unit))
    return f"{opening} {', '.join(said) if told else words('tradeoff_same')}"
