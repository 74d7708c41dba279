"""The axis of years that pictures share: year 0, the start of the policy, words at the right end."""

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes

from sim.analysis import style
from sim.analysis.words import Words
from sim.analysis.worlds import Worlds

START = 0.12
"""Where the policy starts: the summer after the examination of year 0."""


class End(NamedTuple):
    """Words beside the right end of a line."""

    height: float
    words: str
    colour: str


def years(
    axes: Axes, worlds: Worlds, words: Words, *, marked: bool = True, label: bool = True, sparse: bool = False
) -> None:
    """Ticks at years 0 to N; a line where the policy starts."""
    last = worlds.last
    step = max(1, -(-last // (2 if sparse else 6)))
    axes.set_xlim(-0.15, last + 0.05)
    axes.set_xticks(range(0, last + 1, step))
    if label:
        axes.set_xlabel(x_label(worlds, words))
    axes.axvline(START, color=style.SOFT, linewidth=0.8, linestyle=(0, (3, 2)), zorder=1.2)
    if marked:
        axes.annotate(
            words("policy_starts"), (START, 1), xycoords=("data", "axes fraction"), xytext=(3, 0),
            textcoords="offset points", va="bottom", ha="left", color=style.SOFT,
        )  # fmt: skip


def x_label(worlds: Worlds, words: Words) -> str:
    """What the years count."""
    if worlds.year0 is None:
        return words("years_plain")
    start = worlds.year0 + 1
    return words("years_from", start=f"{start}/{(start + 1) % 100:02d}")


def ends(axes: Axes, found: Sequence[End], *, last: float, inches: float, lines: int = 1) -> None:
    """Words at the right end of lines, moved apart where they would touch and joined to their line.

    Args:
        axes: with its limits set.
        found: one an end, heights in data units.
        last: where the lines end.
        inches: height of the axes.
        lines: lines of text each takes.
    """
    low, high = axes.get_ylim()
    gap = lines * style.TEXT_SIZE * 1.25 / 72 / inches
    wanted = [(end.height - low) / (high - low) for end in found]
    margin = gap * 0.35
    placed = style.spread(wanted, gap, -margin, 1 + margin)
    transform = axes.get_yaxis_transform()
    right = (last - axes.get_xlim()[0]) / (axes.get_xlim()[1] - axes.get_xlim()[0])
    width = style.inches(axes)
    for end, at, put in zip(found, wanted, placed, strict=True):
        start, stop = right + 0.03 / width, right + 0.13 / width
        axes.plot(
            [start, stop], [low + at * (high - low), low + put * (high - low)], transform=transform,
            color=end.colour, linewidth=0.7, clip_on=False, solid_capstyle="butt",
        )  # fmt: skip
        axes.text(
            stop + 0.03 / width, low + put * (high - low), end.words, transform=transform, color=end.colour,
            va="center", ha="left", linespacing=1.1, clip_on=False,
        )  # fmt: skip
