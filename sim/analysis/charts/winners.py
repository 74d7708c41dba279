"""Winners and losers: the paired difference in score by zone, role, family background and stage."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis import style
from sim.analysis.charts.drawing import figure
from sim.analysis.numbers import decimals, fixed
from sim.analysis.words import Words
from sim.analysis.worlds import Interval, Worlds, interval

PITCH, TOP, BOTTOM, GAP = 0.25, 0.66, 0.3, 0.3


class Pupils(NamedTuple):
    """A set of pupils: the heading it stands under, what it is called, and where its mean score is stored."""

    heading: str
    name: str
    measure: str
    stage: str = "all"
    zone: str = "all"


def sets(worlds: Worlds, words: Words) -> list[Pupils]:
    """The sets of pupils whose scores were stored."""
    found = [Pupils("", words("everyone"), "score_mean")]
    found += [Pupils("by_stage", words.term("stages", s), "score_mean", s) for s in ("primary", "junior")]
    found += [
        Pupils("by_role", words.term("roles", role), f"score_{role}") for role in ("core", "member", "partner", "none")
    ]
    found += [
        Pupils("by_zone", words.term("zones", zone), "score_mean", "all", zone)
        for zone in ("seat", "near", "far", "village")
    ]
    found += [Pupils("by_ses", words.term("fifths", str(fifth)), f"score_ses{fifth}") for fifth in range(1, 6)]
    return [pupils for pupils in found if worlds.has(*pupils[2:])]


def changes(worlds: Worlds, variant: str, words: Words) -> list[tuple[Pupils, Interval]]:
    """Difference to the base in the last year for every set of pupils."""
    return [(pupils, interval(worlds.difference(variant, *pupils[2:])[:, -1])) for pupils in sets(worlds, words)]


@figure
def winners(worlds: Worlds, words: Words | None = None, width: float = style.PAGE) -> Figure:
    """Draw each variant's difference to the base with its interval, no groups apart from the others.

    Raises ValueError where no scores were stored or the base stands alone.
    """
    words = words or Words()
    pupils = sets(worlds, words)
    if not pupils or not worlds.others:
        raise ValueError("yearly: expected mean scores under a variant besides the base, found none")
    starts = [place > 0 and item.heading != pupils[place - 1].heading for place, item in enumerate(pupils)]
    places = np.arange(len(pupils)) + 0.9 * np.cumsum(starts)
    tall = PITCH * float(places[-1] + 1)
    subtitle = words("winners_subtitle", base=words.variant(worlds.base), year=worlds.last, worlds=worlds.worlds)
    sheet = style.Sheet(TOP + tall + BOTTOM, finding(worlds, words), subtitle, width)
    label = max(
        *(style.text_width(item.name) + 0.3 for item in pupils),
        *(style.text_width(words(item.heading)) + 0.1 for item in pupils if item.heading),
    )
    panels = [(worlds.near, 1.0)] if not worlds.far else [(worlds.near, 0.56), (worlds.far, 0.44)]
    room, left = width - label - 0.12 - GAP * (len(panels) - 1), label
    looks = style.looks(worlds.variants, worlds.base)
    for variants, part in panels:
        axes = sheet.axes(left, TOP, room * part, tall)
        axes.set_ylim(places[-1] + 0.5, -0.5)
        _panel(axes, worlds, words, variants, places, bins=5 if width > 5 else 3)
        at = left
        names = [style.text_width(words.variant(name), bold=True) + 0.2 for name in variants]
        fair = (room * part + GAP) / len(variants) - 0.2
        limit = fair if sum(names) - 0.2 > room * part + GAP - 0.06 else max(names)
        for name in _ordered(worlds, variants):
            heading = style.clipped(words.variant(name), limit, bold=True)
            sheet.text(at, 0.0, heading, color=looks[name].words, weight="bold")
            at += style.text_width(heading, bold=True) + 0.2
        if len(panels) > 1 and variants == worlds.far:
            sheet.text(left, 0.17, words("own_scale"), color=style.SOFT)
        left += room * part + GAP
    above = ""
    for item, place in zip(pupils, places, strict=True):
        if item.heading != above:
            above = item.heading
            sheet.text(0.03, TOP + PITCH * (place - 0.42), words(above), va="center", color=style.SOFT, style="italic")
        sheet.text(0.14 if item.heading else 0.03, TOP + PITCH * (place + 0.5), item.name, va="center")
    return sheet.figure


def _ordered(worlds: Worlds, variants: Sequence[str]) -> list[str]:
    """The focus first."""
    return sorted(variants, key=lambda name: name != worlds.focus)


def _panel(axes: Axes, worlds: Worlds, words: Words, variants: Sequence[str], places: np.ndarray, bins: int) -> None:
    """Means with intervals of some variants, the focus on top and strongest."""
    looks = style.looks(worlds.variants, worlds.base)
    style.zero_line(axes, vertical=True)
    order = _ordered(worlds, variants)
    offsets = np.linspace(-0.2, 0.2, len(order)) if len(order) > 1 else np.zeros(1)
    for name, offset in zip(order, offsets, strict=True):
        look, main = looks[name], name == order[0]
        for (_, (mean, low, high)), place in zip(changes(worlds, name, words), places, strict=True):
            at = place + offset
            axes.plot([low, high], [at, at], color=look.colour, linewidth=1.8 if main else 1.2, zorder=3)
            axes.scatter([mean], [at], s=22 if main else 12, color=look.colour, linewidths=0, zorder=4)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.tick_params(top=True, labeltop=True)
    axes.spines["top"].set_visible(True)
    axes.grid(axis="x")
    axes.locator_params(axis="x", nbins=bins)
    axes.xaxis.set_major_formatter(style.plain_ticks)


def finding(worlds: Worlds, words: Words) -> str:
    """Who gains most and who loses most under the focus, among what can be told from zero."""
    found = [item for item in changes(worlds, worlds.focus, words) if item[0].heading]
    sure = sorted((item for item in found if item[1].told_apart), key=lambda item: float(item[1].mean))
    opening = words("finding_opening", focus=words.variant(worlds.focus), base=words.variant(worlds.base))
    if not sure:
        return f"{opening} {words('no_winners', count=len(found))}"
    said = []
    for key, extreme, sign in (("gain", sure[-1], 1), ("loss", sure[0], -1)):
        pupils, change = extreme
        if sign * change.mean <= 0:
            said.append(words(f"no_{key}"))
            continue
        places = max(decimals(float(change.high - change.low) / 2) - 1, 2)
        size = fixed(float(change.mean), places, signed=True)
        said.append(words(f"largest_{key}", name=words(f"of_{pupils.heading}", name=pupils.name), size=size))
    return f"{opening} {', '.join(said)}"
