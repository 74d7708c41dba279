"""What the answer hinges on: how far it moves as each coefficient goes over its range."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from sim.analysis import style
from sim.analysis.numbers import decimals, fixed
from sim.analysis.uncertainty import Link

PITCH, BOTTOM = 0.25, 0.35
NORMAL = 1.96
"""Standard errors in half a 95 % interval."""


@style.styled
def tornado(
    links: Sequence[Link], scale: float, title: str, subtitle: str, labels: Mapping[str, str], width: float = style.PAGE
) -> Figure:
    """Draw a bar for each link, with its interval and a mark for what is assumed; `labels` are by path."""
    names = [labels.get(item.path, short(item.path)) for item in links]
    tall = PITCH * len(links)
    sheet = style.Sheet(tall + BOTTOM, title, subtitle, width)
    most = 0.48 * width
    label = min(max(map(style.text_width, names)) + 0.35, most)
    number = 0.6
    axes = sheet.axes(label, 0.0, width - label - number - 0.1, tall)
    axes.set_ylim(len(links), 0)
    style.zero_line(axes, vertical=True)
    places = max(decimals(scale * NORMAL * max(item.error for item in links)), 2)
    for row, item in enumerate(links):
        at, change, half = row + 0.5, scale * item.change, scale * NORMAL * item.error
        colour = style.AS_WRITTEN if item.told_apart else style.paler(style.AS_WRITTEN, 0.6)
        axes.barh(at, change, height=0.55, color=colour, linewidth=0)
        axes.plot([change - half, change + half], [at, at], color=style.INK, linewidth=1.0)
        height = PITCH * (row + 0.5)
        ink = style.INK if item.told_apart or item.first_rank else style.SOFT
        sheet.text(0.2, height, style.clipped(names[row], label - 0.25), va="center", color=ink)
        if item.assumed:
            sheet.text(0.03, height, "●" if item.first_rank else "○", va="center", color=style.BAD)
        sheet.text(width - number, height, fixed(change, places, signed=True), va="center", color=ink)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    axes.locator_params(axis="x", nbins=5)
    axes.xaxis.set_major_formatter(style.plain_ticks)
    return sheet.figure


def short(path: str) -> str:
    """A path without the parts that say nothing to a reader."""
    return path.removeprefix("evidence.").removeprefix("links.")
