"""The paired difference to the base over the years: the picture that answers the question."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis import style
from sim.analysis.charts.drawing import figure
from sim.analysis.charts.time import End, ends, x_label, years
from sim.analysis.numbers import decimals, fixed
from sim.analysis.words import Words
from sim.analysis.worlds import Interval, Worlds, interval

LEFT, TOP, BOTTOM = 0.56, 0.5, 0.28
NAME = 1.05
"""Inches for the name of a variant at the end of its line."""
SCORES = ("score_core", "score_member", "score_mean")


def chosen(worlds: Worlds) -> tuple[str, ...]:
    """The measures a study is asked for first: its first outcome, then cores, members and all pupils."""
    first = [name for name in worlds.outcomes if worlds.has(name)][:1]
    wanted = dict.fromkeys([*first, *SCORES, "score_gap_core_member"])
    return tuple([name for name in wanted if worlds.has(name)][:4])


@figure
def difference(
    worlds: Worlds,
    measures: Sequence[str] | None = None,
    words: Words | None = None,
    width: float = style.PAGE,
    variants: Sequence[str] | None = None,
) -> Figure:
    """Draw variant − base of each measure over the years, mean of worlds with its 95 % interval.

    Drawn are the variants named, by default all but no groups, whose differences have another size.

    Raises KeyError where the study holds no such measure.
    """
    words = words or Words()
    measures = tuple(measures or chosen(worlds))
    variants = tuple(variants or worlds.near)
    columns = min(len(measures), 2 if width > 5 else 1)
    rows = -(-len(measures) // columns)
    tall = 1.75
    height = rows * (tall + TOP + BOTTOM) + 0.22
    subtitle = words("difference_subtitle", base=words.variant(worlds.base), worlds=worlds.worlds)
    sheet = style.Sheet(
        height, finding(worlds, words, worlds.focus if worlds.focus in variants else variants[0]), subtitle, width
    )
    changes = {
        name: {variant: interval(words.meaning(name).scale * worlds.difference(variant, name)) for variant in variants}
        for name in measures
    }
    texts = {name: {v: end_text(v, found, words) for v, found in changes[name].items()} for name in measures}
    label = 0.26 + max(style.text_width(text) for found in texts.values() for text in found.values())
    wide = (width - columns * (LEFT + label)) / columns
    for place, name in enumerate(measures):
        row, column = divmod(place, columns)
        left = LEFT + column * (LEFT + wide + label)
        axes = sheet.axes(left, TOP + row * (tall + TOP + BOTTOM), wide, tall)
        axes.set_ylim(*limits(name, changes))
        panel(axes, worlds, words, name, changes[name], texts[name], tall, marked=place == 0)
    sheet.text(LEFT, height - 0.2, x_label(worlds, words), color=style.SOFT)
    return sheet.figure


def panel(
    axes: Axes,
    worlds: Worlds,
    words: Words,
    measure: str,
    found: dict[str, Interval],
    texts: dict[str, str],
    tall: float,
    *,
    marked: bool,
    base_label: str | None = None,
) -> None:
    """One measure: a line by variant with its interval, words at the right end, the base as the zero line."""
    meaning = words.meaning(measure)
    looks = style.looks(worlds.variants, worlds.base)
    year = np.arange(worlds.last + 1)
    style.zero_line(axes)
    for variant in found:
        change, look = found[variant], looks[variant]
        axes.fill_between(year, change.low, change.high, color=look.colour, alpha=0.18, linewidth=0, zorder=2)
        axes.plot(year, change.mean, color=look.colour, linestyle=look.dashes, zorder=3)
    years(axes, worlds, words, marked=marked, label=False)
    axes.grid(axis="y")
    axes.locator_params(axis="y", nbins=5)
    axes.text(
        0,
        1 + 0.24 / tall,
        words.sentence(meaning.name),
        transform=axes.transAxes,
        weight="bold",
        va="baseline",
    )
    axes.text(-0.02, 1 + 0.06 / tall, meaning.change_unit, transform=axes.transAxes, ha="right", color=style.SOFT)
    last = worlds.last
    labels = [End(float(found[v].mean[last]), texts[v], looks[v].words) for v in found]
    labels.append(
        End(
            0.0,
            base_label or words("base_label", base=style.clipped(words.variant(worlds.base), NAME)),
            looks[worlds.base].words,
        )
    )
    ends(axes, labels, last=last, inches=tall)


def end_text(variant: str, change: Interval, words: Words) -> str:
    """A variant's name with its difference in the last year."""
    last = float(change.mean[-1])
    half = float(change.high[-1] - change.low[-1]) / 2
    return (
        f"{style.clipped(words.variant(variant), NAME)}  {fixed(last, decimals(half) if half > 0 else 3, signed=True)}"
    )


def limits(measure: str, changes: dict[str, dict[str, Interval]]) -> tuple[float, float]:
    """Limits that hold every interval and zero; the mean scores of groups of schools share theirs."""
    together = [name for name in changes if name in SCORES] if measure in SCORES else [measure]
    every = [
        end for name in together for found in changes[name].values() for end in (found.low, found.high, found.mean)
    ]
    ends_of = np.concatenate([np.ravel(end) for end in every])
    ends_of = ends_of[np.isfinite(ends_of)]
    low, high = min(0.0, ends_of.min(initial=0)), max(0.0, ends_of.max(initial=0))
    margin = 0.06 * (high - low) or 1.0
    return low - margin, high + margin


def finding(worlds: Worlds, words: Words, variant: str) -> str:
    """What cores and members gain or lose under a variant: in the last year, else over the years."""
    who = [(name, who) for name, who in (("score_core", "cores"), ("score_member", "members")) if worlds.has(name)]
    names = who or [(chosen(worlds)[0], "")]
    said = [gain(worlds, words, variant, name, subject) for name, subject in names]
    if all(clause is None for clause in said):
        subjects = words.listed([subject(words, name, who) for name, who in names])
        said = [words("not_told_apart", who=subjects)]
    else:
        said = [
            clause or words("not_told_apart", who=subject(words, name, who))
            for clause, (name, who) in zip(said, names, strict=True)
        ]
    opening = words("finding_opening", focus=words.variant(variant), base=words.variant(worlds.base))
    return opening + " " + "; ".join(str(clause) for clause in said)


def subject(words: Words, measure: str, who: str) -> str:
    """Who gains or loses: a set of schools, or the measure itself."""
    return words.term("subjects", who) if who else words.meaning(measure).name


def gain(worlds: Worlds, words: Words, variant: str, measure: str, who: str) -> str | None:
    """A clause: somebody gains or loses so much; None where that cannot be told from zero."""
    meaning = words.meaning(measure)
    changes = meaning.scale * worlds.difference(variant, measure)
    final, mean = interval(changes[:, -1]), interval(np.nanmean(changes[:, 1:], axis=1))
    if not np.nan_to_num(changes).any():
        return words("exactly_same", who=subject(words, measure, who))
    found = final if final.told_apart else mean
    if not found.told_apart:
        return None
    size = fixed(abs(float(found.mean)), max(decimals(float(found.high - found.low) / 2) - 1, 0))
    up, down = ("gains", "loses") if who else ("rises", "falls")
    said = words(up if found.mean > 0 else down, who=subject(words, measure, who), size=size, unit=meaning.change_unit)
    return said if final.told_apart else words("on_average", said=said, year=worlds.last)
