"""Every school before and after: one row a school, the base and the focus as two dots joined by a line."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from sim.analysis import style
from sim.analysis.charts.drawing import figure
from sim.analysis.words import Words
from sim.analysis.worlds import Array, Worlds, interval

STAGES = ("primary", "junior")
ZONES = ("seat", "near", "far", "village")
ROLES = ("core", "member", "partner", "none")
MARKERS = {"core": "s", "member": "o", "partner": "^", "none": "."}
SIZES = {"core": 30.0, "member": 30.0, "partner": 34.0, "none": 26.0}
PITCH = 0.156
TOP, BOTTOM, GUTTER = 0.5, 0.34, 0.25


class Row(NamedTuple):
    """A school: its place in the county, its measure before, under the base and under the focus."""

    name: str
    stage: str
    zone: str
    role: str
    group: int
    before: float
    base: float
    focus: float
    told_apart: bool


def rows(worlds: Worlds, measure: str) -> list[Row]:
    """Every school by stage and zone, in each zone first the groups and in them core, members, partners."""
    frame = worlds.schools[worlds.schools["year"].isin([0, worlds.last])]
    about = frame.drop_duplicates("name").set_index("name")
    groups = worlds.schools.groupby("name", observed=True)["group"].max()
    place = about.index.get_indexer(pd.Index(frame["name"]))
    seeds, world = np.unique(frame["seed"], return_inverse=True)

    def values(variant: str, year: int) -> Array:
        """(worlds, schools), NaN where a run is missing."""
        found = np.full((seeds.size, len(about)), np.nan)
        chosen = ((frame["variant"] == variant) & (frame["year"] == year)).to_numpy()
        found[world[chosen], place[chosen]] = frame[measure].to_numpy(dtype=np.float64)[chosen]
        return found

    before, base, focus = (
        values(variant, year)
        for variant, year in ((worlds.base, 0), (worlds.base, worlds.last), (worlds.focus, worlds.last))
    )
    change = interval(focus - base)
    told_apart = (change.low > 0) | (change.high < 0)
    means = np.transpose([interval(sample).mean for sample in (before, base, focus)]).tolist()
    found = []
    for (name, school), (start, here, there), told in zip(
        about.astype(str).iterrows(), means, told_apart.tolist(), strict=True
    ):
        english = _capital(short(school["name_en"]))
        group = int(groups[str(name)])
        found.append(Row(english, school["stage"], school["zone"], school["role"], group, start, here, there, told))
    return sorted(found, key=_order)


def _order(row: Row) -> tuple[int, int, bool, int, int, list[str]]:
    digits = [part.zfill(4) if part.isdigit() else part for part in row.name.split(" ")]
    return (
        STAGES.index(row.stage),
        ZONES.index(row.zone),
        row.group < 0,
        row.group,
        ROLES.index(row.role),
        digits,
    )


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def short(name: str) -> str:
    """A school's name without the words that its column already says."""
    for ending in (" Primary School", " Middle School", " School"):
        name = name.removesuffix(ending)
    return name


@figure
def schools(
    worlds: Worlds,
    measure: str = "teacher_quality_mean",
    words: Words | None = None,
    width: float = style.PAGE,
) -> Figure:
    """Draw a measure of every school in year 0 and in the last year under base and focus, means of worlds.

    Raises KeyError where the schools have no such measure.
    """
    words = words or Words()
    found = rows(worlds, measure)
    by_stage = {stage: [row for row in found if row.stage == stage] for stage in STAGES}
    by_stage = {stage: some for stage, some in by_stage.items() if some}
    tall = {stage: PITCH * _lines(some) for stage, some in by_stage.items()}
    beside = width > 5 and len(by_stage) > 1
    key = 0.21 * (8 + len(_groups(found))) + 0.1
    if beside:
        height = TOP + max(max(tall.values()), min(tall.values()) + BOTTOM + key) + BOTTOM
    else:
        height = key + sum(part + TOP + BOTTOM for part in tall.values())
    subtitle = words("schools_subtitle", name=words.meaning(measure).name, unit=words.meaning(measure).unit,
                     worlds=worlds.worlds, stages=_stages(by_stage, words))  # fmt: skip
    sheet = style.Sheet(height, finding(worlds, found, words), subtitle, width)
    name_width = max(style.text_width(row.name, bold=row.role == "core") for row in found) + 0.3
    column = (width - GUTTER) / 2 if beside else width
    values = np.array([[row.before, row.base, row.focus] for row in found])
    margin = 0.05 * np.ptp(values)
    limits = (values.min() - margin, values.max() + margin)
    top, left = (TOP, 0.0) if beside else (key + TOP, 0.0)
    for stage, some in by_stage.items():
        axes = sheet.axes(left + name_width, top, column - name_width - 0.18, tall[stage])
        axes.set_xlim(*limits)
        _stage(axes, some, worlds, words, name_width / (column - name_width - 0.18), tall[stage])
        axes.text(
            -name_width / (column - name_width - 0.18),
            1 + 0.3 / tall[stage],
            words.sentence(words.term("stages", stage)),
            transform=axes.transAxes,
            weight="bold",
        )
        if beside:
            left += column + GUTTER
        else:
            top += tall[stage] + TOP + BOTTOM
    if beside:
        low = TOP + tall[list(by_stage)[-1]] + BOTTOM + 0.1
        _key(sheet, worlds, words, found, column + GUTTER, low)
    else:
        _key(sheet, worlds, words, found, 0.03, 0.0)
    return sheet.figure


def _lines(some: list[Row]) -> int:
    return len(some) + len({row.zone for row in some})


def _stage(axes: Axes, some: list[Row], worlds: Worlds, words: Words, names: float, tall: float) -> None:
    """The rows of a stage under a heading for every zone."""
    focus = style.looks(worlds.variants, worlds.base)[worlds.focus]
    wide = style.inches(axes)
    axes.set_ylim(_lines(some) - 0.5, -0.5)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.tick_params(top=True, labeltop=True)
    axes.spines["top"].set_visible(True)
    axes.xaxis.set_major_formatter(style.plain_ticks)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=max(2, int(wide / 0.6)), steps=[1, 2, 5, 10]))
    axes.grid(axis="x")
    line, zone = 0, ""
    for row in some:
        if row.zone != zone:
            zone = row.zone
            axes.add_patch(
                Rectangle(
                    (-names, line - 0.5), 1 + names, 1, transform=axes.get_yaxis_transform(), color="#f1f1f1",
                    linewidth=0, zorder=0.5, clip_on=False,
                )
            )  # fmt: skip
            axes.text(
                -names, line, words.term("zones", zone), transform=axes.get_yaxis_transform(), va="center",
                color=style.SOFT, style="italic", clip_on=False,
            )  # fmt: skip
            line += 1
        if row.group >= 0:
            axes.text(
                -0.08 / wide, line, _letter(row.group), transform=axes.get_yaxis_transform(), va="center", ha="center",
                color=style.SOFT, clip_on=False,
            )  # fmt: skip
        axes.plot([row.before] * 2, [line - 0.33, line + 0.33], color=style.SOFT, linewidth=1.0, zorder=2)
        axes.plot(
            [row.base, row.focus],
            [line, line],
            color=focus.colour if row.told_apart else style.LINE,
            linewidth=1.6,
            zorder=3,
        )
        for value, colour in ((row.base, style.BASE), (row.focus, focus.colour)):
            axes.scatter(
                [value], [line], color=colour, marker=MARKERS[row.role], s=SIZES[row.role], linewidths=0, zorder=4
            )
        axes.text(
            -names, line, row.name, transform=axes.get_yaxis_transform(), va="center", clip_on=False,
            weight="bold" if row.role == "core" else "normal", color=style.SOFT if row.role == "none" else style.INK,
        )  # fmt: skip
        line += 1


def _letter(group: int) -> str:
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[group % 26]


def _groups(found: list[Row]) -> dict[int, str]:
    """The core of every group."""
    return {row.group: row.name for row in sorted(found, key=lambda row: row.group) if row.role == "core"}


def _key(sheet: style.Sheet, worlds: Worlds, words: Words, found: list[Row], left: float, top: float) -> None:
    """What the marks mean, drawn with the marks."""
    looks = style.looks(worlds.variants, worlds.base)
    step = 0.21
    axes = sheet.axes(left, top, 0.5, 8 * step)
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(8, 0)
    focus = looks[worlds.focus].colour
    axes.plot([0.5, 0.5], [0.2, 0.8], color=style.SOFT, linewidth=1.0)
    axes.scatter([0.5], [1.5], color=style.BASE, s=30)
    axes.scatter([0.5], [2.5], color=focus, s=30)
    axes.plot([0.15, 0.85], [3.5, 3.5], color=focus, linewidth=1.6)
    for line, role in enumerate(ROLES, start=4):
        axes.scatter([0.5], [line + 0.5], color=style.INK, marker=MARKERS[role], s=SIZES[role], linewidths=0)
    said = [
        words("key_before"),
        words("key_variant", variant=style.clipped(words.variant(worlds.base), 1.6), year=worlds.last),
        words("key_variant", variant=style.clipped(words.variant(worlds.focus), 1.6), year=worlds.last),
        words("key_told_apart"),
        *(words("key_role", role=words.term("roles", role)) for role in ROLES),
    ]
    for line, group in enumerate(_groups(found), start=len(said)):
        sheet.text(left + 0.25, top + (line + 0.5) * step, _letter(group), va="center", ha="center", color=style.SOFT)
    said += [words("key_group", core=core) for core in _groups(found).values()]
    for line, text in enumerate(said):
        sheet.text(left + 0.58, top + (line + 0.5) * step, text, va="center", color=style.INK)


def _stages(by_stage: dict[str, list[Row]], words: Words) -> str:
    return ", ".join(f"{len(some)} {words.term('stages', stage)}" for stage, some in by_stage.items())


def finding(worlds: Worlds, found: list[Row], words: Words) -> str:
    """In how many cores and members the measure ends surely higher or lower under the focus."""
    said = []
    for role in ("core", "member"):
        some = [row for row in found if row.role == role]
        if some:
            up = sum(row.told_apart and row.focus > row.base for row in some)
            down = sum(row.told_apart and row.focus < row.base for row in some)
            key = "schools_counts" if up or down else "schools_none"
            said.append(words(key, count=len(some), roles=words.term("plural_roles", role), up=up, down=down))
    opening = words("schools_finding", focus=words.variant(worlds.focus), base=words.variant(worlds.base))
    return f"{opening} {'; '.join(said)}"
