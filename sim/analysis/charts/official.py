"""The official verdict: seven indicators against threshold and limit, by stage, before and after."""

from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis import style
from sim.analysis.charts.drawing import figure
from sim.analysis.numbers import fixed
from sim.analysis.words import Words
from sim.analysis.worlds import Worlds
from sim.measures.indicators import CV_LIMITS, INDICATORS

STAGES = ("primary", "junior")
PITCH, TOP, BOTTOM, GUTTER = 0.3, 0.5, 0.3, 0.3
KEY = 0.24
COUNTS = ("statistical", "effective")


class Line(NamedTuple):
    """An indicator of a stage in one year under one variant, means of worlds. `counted` is empty for facilities."""

    stage: str
    indicator: str
    counted: str
    threshold: float
    limit: float
    mean: float
    cv: float
    failing: float

    @property
    def reached(self) -> float:
        """The county's mean as a share of the threshold."""
        return self.mean / self.threshold

    @property
    def strain(self) -> float:
        """The difference coefficient as a share of its limit; above 1 fails."""
        return self.cv / self.limit


def lines(worlds: Worlds, variant: str, year: int, stage: str) -> list[Line]:
    """The indicators of a stage; teachers counted by file, then where they teach."""
    number = STAGES.index(stage)
    found = []
    for indicator in INDICATORS:
        for count in COUNTS if indicator.teachers else ("",):
            name = f"{indicator.name}_{count}" if count else indicator.name
            if not worlds.has(f"cv_{name}", stage):
                continue
            mean, cv, failing = (
                float(np.nanmean(worlds.values(f"{kind}_{name}", stage)[variant][:, year]))
                for kind in ("mean", "cv", "failing")
            )
            threshold, limit = indicator.thresholds[number], float(CV_LIMITS[number])
            found.append(Line(stage, indicator.name, count, threshold, limit, mean, cv, failing))
    return found


def binding(found: list[Line]) -> Line:
    """The indicator by file whose difference coefficient is nearest to, or furthest above, its limit."""
    return max((line for line in found if line.counted != "effective"), key=lambda line: line.strain)


def stages(worlds: Worlds) -> list[str]:
    """The stages that have a verdict."""
    return [stage for stage in STAGES if worlds.has("cv_area", stage)]


@figure
def official(worlds: Worlds, words: Words | None = None, width: float = style.PAGE) -> Figure:
    """Draw means against thresholds and difference coefficients against limits.

    Raises ValueError where the study holds no official measures.
    """
    words = words or Words()
    judged = stages(worlds)
    if not judged:
        raise ValueError("yearly: expected the official measures of a stage, found none")
    beside = width > 5
    tall = PITCH * len(INDICATORS)
    block = TOP + tall + BOTTOM
    subtitle = words("official_subtitle", year=worlds.last, worlds=worlds.worlds)
    marks = KEY * _key_lines(_key_items(worlds, words), width)
    height = (block if beside else block * len(judged)) + marks + 0.08
    sheet = style.Sheet(height, finding(worlds, words), subtitle, width)
    names = [words.term("indicators_short", indicator.name) for indicator in INDICATORS]
    label = max(style.text_width(name) for name in names) + 0.12
    side = (width - label) if not beside else (width - label - GUTTER * (len(judged) - 1)) / len(judged)
    wide = (side - 0.34) / 2
    for place, stage in enumerate(judged):
        left = label + place * (side + GUTTER) if beside else label
        top = marks + 0.08 + (0 if beside else place * block) + TOP
        for column, kind in enumerate(("reached", "strain")):
            axes = sheet.axes(left + column * (wide + 0.2), top, wide, tall)
            _panel(axes, worlds, words, stage, kind)
            if column == 0 and (place == 0 or not beside):
                axes.set_yticks(range(len(names)), names, color=style.INK)
        sheet.text(left, top - TOP, words.sentence(words.term("stages", stage)), weight="bold")
        for column, key in enumerate(("official_reached", "official_cv")):
            sheet.text(left + column * (wide + 0.2), top - 0.26, words(key), color=style.SOFT)
    _key(sheet, worlds, words)
    return sheet.figure


def _panel(axes: Axes, worlds: Worlds, words: Words, stage: str, kind: str) -> None:
    """Marks of every indicator for year 0, the base and the focus; the side that fails is shaded."""
    look = style.looks(worlds.variants, worlds.base)
    shown = [(worlds.base, worlds.last), *([(worlds.focus, worlds.last)] if worlds.others else [])]
    rows = [indicator.name for indicator in INDICATORS]
    before = lines(worlds, worlds.base, 0, stage)
    limit = before[0].limit if kind == "strain" else 1.0
    every = [
        _value(line, kind)
        for variant, year in [(worlds.base, 0), *shown]
        for line in lines(worlds, variant, year, stage)
    ]
    low = 0.0 if kind == "strain" else min(0.6, 0.95 * min(every))
    high = max(1.08 * max(every), 1.15 * limit)
    axes.set_xlim(low, high)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.axvspan(*((limit, high) if kind == "strain" else (low, 1.0)), color="#fbe9df", linewidth=0, zorder=0)
    axes.axvline(limit, color=style.BAD, linewidth=1.0, zorder=1)
    axes.set_yticks([])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xticks(*_ticks(kind, limit, low, high))
    for line in before:
        if line.counted != "effective":
            at = rows.index(line.indicator)
            axes.plot([_value(line, kind)] * 2, [at - 0.3, at + 0.3], color=style.SOFT, linewidth=1.2, zorder=2)
    for order, (variant, year) in enumerate(shown):
        for line in lines(worlds, variant, year, stage):
            at = rows.index(line.indicator)
            effective = line.counted == "effective"
            axes.scatter(
                [_value(line, kind)], [at + (0.17 if effective else -0.17 if line.counted else 0)], zorder=3 + order,
                s=20 if effective else 24, marker="D" if effective else "o", linewidths=1.2,
                facecolors="white" if effective else look[variant].colour, edgecolors=look[variant].colour,
            )  # fmt: skip


def _value(line: Line, kind: str) -> float:
    return line.cv if kind == "strain" else line.reached


def _ticks(kind: str, limit: float, low: float, high: float) -> tuple[list[float], list[str]]:
    if kind == "strain":
        return [0.0, limit], ["0", fixed(limit, 2)]
    top = [2.0] if high > 2.2 else []
    return [1.0, *top], ["100 %", *("200 %" for _ in top)]


def _key_items(worlds: Worlds, words: Words) -> list[tuple[str, str, str]]:
    """Marker, colour and words of every mark."""
    look = style.looks(worlds.variants, worlds.base)
    items = [("|", style.SOFT, words("official_before"))]
    items += [
        ("s", look[name].colour, f"“{style.clipped(words.variant(name), 2.6)}”")
        for name in dict.fromkeys([worlds.base, worlds.focus])
    ]
    return [*items, ("o", style.INK, words("official_file")), ("D", style.INK, words("official_present"))]


def _key_places(items: list[tuple[str, str, str]], width: float) -> list[tuple[int, float]]:
    """Line and inches from the left of every mark."""
    places, line, at = [], 0, 0.1
    for _, _, text in items:
        long = style.text_width(text) + 0.34
        if at + long > width and at > 0.1:
            line, at = line + 1, 0.1
        places.append((line, at))
        at += long
    return places


def _key_lines(items: list[tuple[str, str, str]], width: float) -> int:
    return _key_places(items, width)[-1][0] + 1


def _key(sheet: style.Sheet, worlds: Worlds, words: Words) -> None:
    """What the marks mean."""
    items = _key_items(worlds, words)
    tall = KEY * _key_lines(items, sheet.width)
    axes = sheet.axes(0, 0, sheet.width, tall)
    axes.set_axis_off()
    axes.set_xlim(0, sheet.width)
    axes.set_ylim(tall, 0)
    for (marker, colour, text), (line, at) in zip(items, _key_places(items, sheet.width), strict=True):
        height = KEY * (line + 0.4)
        axes.plot(
            [at], [height], marker=marker, markersize=5.5, markeredgewidth=1.2, clip_on=False,
            linestyle="none", markerfacecolor="white" if marker == "D" else colour, markeredgecolor=colour,
        )  # fmt: skip
        axes.text(at + 0.1, height, text, va="center", color=style.INK)


def finding(worlds: Worlds, words: Words) -> str:
    """Which stages pass under the focus in the last year, and what binds."""
    said = []
    for stage in stages(worlds):
        found = lines(worlds, worlds.focus, worlds.last, stage)
        worst = binding(found)
        over = sum(line.strain > 1 for line in found if line.counted != "effective")
        said.append(
            words(
                "official_over" if over else "official_within",
                stage=words.sentence(words.term("stages", stage)), count=over, cv=fixed(worst.cv, 2),
                name=words.term("indicators_short", worst.indicator), limit=fixed(worst.limit, 2),
            )
        )  # fmt: skip
    return ". ".join(said)
