"""What an effect is made of: a bar for every mechanism, the total below, a panel an outcome."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from sim.analysis import style
from sim.analysis.numbers import decimals, fixed

PITCH, TOP, GAP = 0.25, 0.3, 0.35
Bar = tuple[str, float, float, float]
"""Name, size, and the ends of its interval."""


@style.styled
def bars(panels: Sequence[tuple[str, Sequence[Bar]]], title: str, subtitle: str, width: float = style.PAGE) -> Figure:
    """Draw bars with intervals; the last of each panel is the total and stands apart."""
    heights = [PITCH * (len(rows) + 0.5) for _, rows in panels]
    sheet = style.Sheet(sum(heights) + len(panels) * (TOP + GAP), title, subtitle, width)
    label = max(style.text_width(name) for _, rows in panels for name, *_ in rows) + 0.2
    number = 0.6
    above = 0.0
    for (name, rows), tall in zip(panels, heights, strict=True):
        sheet.text(0.03, above, name, weight="bold")
        axes = sheet.axes(label, above + TOP, width - label - number - 0.1, tall)
        axes.set_ylim(len(rows) + 0.5, 0)
        style.zero_line(axes, vertical=True)
        places = decimals((rows[-1][3] - rows[-1][2]) / 2) or 3
        for row, (mechanism, size, low, high) in enumerate(rows):
            last = row == len(rows) - 1
            at = row + 0.5 + (0.5 if last else 0.0)
            colour = style.INK if last else style.AS_WRITTEN
            axes.barh(at, size, height=0.55, color=style.paler(colour, 0.35), linewidth=0)
            axes.plot([low, high], [at, at], color=colour, linewidth=1.6)
            height = above + TOP + tall * at / (len(rows) + 0.5)
            sheet.text(0.03, height, mechanism, va="center", weight="bold" if last else "normal")
            sheet.text(width - number, height, fixed(size, places, signed=True), va="center",
                       color=colour, weight="bold" if last else "normal")  # fmt: skip
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x")
        axes.locator_params(axis="x", nbins=5)
        axes.xaxis.set_major_formatter(style.plain_ticks)
        above += TOP + tall + GAP
    return sheet.figure
