"""How every picture looks: one width, one palette, one way to place a title.

Sizes are inches on paper, so that text of 9 points is 9 points in print. The base of a comparison is always
grey, the policy as written always blue, a county without groups always black and dotted; other variants take
the remaining colours of Okabe and Ito in the order of the experiment. Nothing here knows what is drawn.
"""

import io
import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import cache, wraps
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patheffects import Normal, Stroke
from matplotlib.textpath import text_to_path

from sim.analysis.numbers import MINUS

PAGE = 7.1
"""Width of a picture on an A4 page, inches."""
PHONE = 3.75
"""Width of a picture on a phone, inches."""

INK = "#222222"
SOFT = "#6b6b6b"
"""Text that stands behind: subtitles, axis labels, notes."""
LINE = "#d4d4d4"
BASE = "#808080"
AS_WRITTEN = "#0072B2"
NO_GROUPS = "#000000"
OTHERS = ("#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
GOOD = "#009E73"
BAD = "#D55E00"

HALO = (Stroke(linewidth=2.5, foreground="white"), Normal())
"""Makes words readable on top of dots."""

TITLE_SIZE = 12.0
TEXT_SIZE = 9.0
LINE_HEIGHT = 1.3

RC: dict[str, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": TEXT_SIZE,
    "axes.titlesize": TEXT_SIZE,
    "axes.labelsize": TEXT_SIZE,
    "xtick.labelsize": TEXT_SIZE,
    "ytick.labelsize": TEXT_SIZE,
    "text.color": INK,
    "text.parse_math": False,
    "text.hinting": "none",
    "axes.labelcolor": SOFT,
    "axes.edgecolor": "#9a9a9a",
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "axes.axisbelow": True,
    "axes.grid": False,
    "grid.color": LINE,
    "grid.linewidth": 0.5,
    "xtick.color": "#9a9a9a",
    "ytick.color": "#9a9a9a",
    "xtick.labelcolor": SOFT,
    "ytick.labelcolor": SOFT,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 3.0,
    "ytick.major.size": 3.0,
    "lines.linewidth": 1.8,
    "lines.solid_capstyle": "round",
    "lines.dash_capstyle": "round",
    "patch.linewidth": 0.0,
    "hatch.linewidth": 0.6,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "svg.fonttype": "path",
    "svg.hashsalt": "sim",
    "path.simplify": True,
}


class Look(NamedTuple):
    """How a variant is drawn: its colour, a darker shade for its words, its dashes."""

    colour: str
    words: str
    dashes: str | tuple[float, tuple[float, ...]]


def looks(variants: Sequence[str], base: str) -> dict[str, Look]:
    """A look for every variant of a study, by name."""
    rest = iter(OTHERS * (1 + len(variants) // len(OTHERS)))
    found: dict[str, Look] = {}
    for name in variants:
        if name == base:
            look = Look(BASE, darker(BASE), "solid")
        elif name == "as_written":
            look = Look(AS_WRITTEN, darker(AS_WRITTEN), "solid")
        elif name == "none":
            look = Look(NO_GROUPS, INK, (0, (1.0, 1.6)))
        else:
            colour = next(rest)
            look = Look(colour, darker(colour), "solid")
        found[name] = look
    return found


def darker(colour: str, contrast: float = 5.0) -> str:
    """The colour mixed with black until its contrast with white is enough for small text."""
    red, green, blue = to_rgb(colour)
    for step in range(0, 100, 4):
        left = 1 - step / 100
        mixed = (red * left, green * left, blue * left)
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in mixed]
        luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        if 1.05 / (luminance + 0.05) >= contrast:
            return to_hex(mixed)
    return INK


def paler(colour: str, share: float) -> str:
    """The colour mixed with white; share 1 is white. Needs no transparency, so it prints as it looks."""
    red, green, blue = to_rgb(colour)
    return to_hex((red + (1 - red) * share, green + (1 - green) * share, blue + (1 - blue) * share))


def _context(more: dict[str, Any] | None = None) -> AbstractContextManager[None]:
    """Matplotlib under this style, and as it was afterwards."""
    settings: Any = {**RC, **(more or {})}
    return mpl.rc_context(settings)


def styled[**P, R](draw: Callable[P, R]) -> Callable[P, R]:
    """Draw under this style, leaving the caller's matplotlib as it was."""

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> R:
        with _context():
            return draw(*args, **kwargs)

    return drawn


@cache
def text_width(text: str, size: float = TEXT_SIZE, bold: bool = False) -> float:
    """Width of a line of text in inches."""
    font = FontProperties(family="DejaVu Sans", size=size, weight="bold" if bold else "normal")
    width, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return float(width) / 72


def wrapped(text: str, width: float, size: float = TEXT_SIZE, bold: bool = False) -> list[str]:
    """The text broken at spaces into lines no wider than so many inches."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if line and text_width(longer, size, bold) > width:
                lines.append(line)
                line = word
            else:
                line = longer
        lines.append(line)
    return lines


def clipped(text: str, width: float, size: float = TEXT_SIZE, bold: bool = False) -> str:
    """The text, or as much of its start as fits into so many inches, with an ellipsis."""
    if text_width(text, size, bold) <= width:
        return text
    while len(text) > 1 and text_width(text + "…", size, bold) > width:
        text = text[:-1]
    return text.rstrip(" ,") + "…"


class Sheet:
    """A figure under a title (the finding) and a subtitle (measure and unit); axes are placed in inches.

    Positions count from the left edge and from the top of the space below the subtitle.
    """

    def __init__(self, height: float, title: str, subtitle: str, width: float = PAGE) -> None:
        self.width = width
        self.height = height
        size = TITLE_SIZE if width > 5 else TITLE_SIZE - 1
        finding = wrapped(title, width - 0.2, size, bold=True)
        measure = wrapped(subtitle, width - 0.2)
        step, small = size * LINE_HEIGHT / 72, TEXT_SIZE * LINE_HEIGHT / 72
        self.head = 0.04 + step * len(finding) + small * len(measure) + 0.16
        self.total = self.head + height
        self.figure = Figure(figsize=(width, self.total))
        self.figure.set_label(title)
        top = 0.04
        for line in finding:
            self._line(top, line, size=size, weight="bold")
            top += step
        top += 0.02
        for line in measure:
            self._line(top, line, color=SOFT)
            top += small

    def _line(self, top: float, text: str, **look: Any) -> None:
        self.figure.text(0.03 / self.width, 1 - top / self.total, text, va="top", ha="left", **look)

    def axes(self, left: float, top: float, width: float, height: float, **kind: Any) -> Axes:
        """Axes whose frame starts so many inches from the left and below the head."""
        bottom = self.total - self.head - top - height
        box = (left / self.width, bottom / self.total, width / self.width, height / self.total)
        return self.figure.add_axes(box, **kind)

    def text(self, left: float, top: float, text: str, **look: Any) -> None:
        """Words at a place below the head, hanging from it."""
        look = {"va": "top", "ha": "left", **look}
        self.figure.text(left / self.width, 1 - (self.head + top) / self.total, text, **look)


def inches(axes: Axes) -> float:
    """Width of axes in inches."""
    figure = axes.get_figure(root=True)
    assert figure is not None, "axes of a sheet have a figure"
    return float(axes.get_position().width * figure.get_figwidth())


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Positions as near to those wanted as possible, in the same order, at least a gap apart, within bounds."""
    order = sorted(range(len(wanted)), key=lambda place: (wanted[place], place))
    blocks: list[list[float]] = []  # sum of wanted starts, number of labels
    for rank, place in enumerate(order):
        blocks.append([wanted[place] - rank * gap, 1.0])
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] >= blocks[-1][0] / blocks[-1][1]:
            total, count = blocks.pop()
            blocks[-1][0] += total
            blocks[-1][1] += count
    starts = [total / count for total, count in blocks for _ in range(int(count))]
    top = high - (len(order) - 1) * gap
    placed = [0.0] * len(wanted)
    for rank, place in enumerate(order):
        placed[place] = min(max(starts[rank], low), max(top, low)) + rank * gap
    return placed


def plain_ticks(value: float, place: float = 0) -> str:
    """A tick without needless zeros, with a true minus sign."""
    return f"{value:.6g}".replace("-", MINUS)


def zero_line(axes: Axes, *, vertical: bool = False) -> None:
    """A line that says: no difference."""
    (axes.axvline if vertical else axes.axhline)(0, color=INK, linewidth=0.9, zorder=1.5)


def _salted(name: str) -> AbstractContextManager[None]:
    """This style with ids that depend on the figure's name alone."""
    return _context({"svg.hashsalt": f"sim-{name}"})


def svg(figure: Figure, name: str) -> str:
    """The figure as an `<svg>` element: no clock time, ids that no other figure of the page has."""
    buffer = io.StringIO()
    with _salted(name):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
    text = text.replace("<svg ", f'<svg role="img" aria-label="{escape(str(figure.get_label()))}" ', 1)
    text = re.sub(r'\bid="', f'id="{name}-', text)
    text = re.sub(r'href="#', f'href="#{name}-', text)
    return re.sub(r"url\(#", f"url(#{name}-", text)


def save(figure: Figure, folder: Path, name: str, dots_per_inch: int = 150) -> Path:
    """Write name.svg and name.png into the folder; returns the path of the SVG."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.svg"
    path.write_text('<?xml version="1.0" encoding="utf-8"?>\n' + svg(figure, name), encoding="utf-8")
    with _salted(name):
        figure.savefig(folder / f"{name}.png", dpi=dots_per_inch, metadata={"Software": None})
    return path
