"""Money by purpose: what group work costs a pupil and a year, and who pays."""

import numpy as np
from matplotlib.figure import Figure

from sim.analysis import style
from sim.analysis.charts.drawing import figure
from sim.analysis.charts.matrix import PITCH, matrix
from sim.analysis.numbers import fixed, significant
from sim.analysis.words import Words
from sim.analysis.worlds import Worlds

SPENT = ("postings", "core_paid", "events", "pairs", "curriculum", "equipment")
FUND = ("allotted", "leaked", "unspent", "awaiting")
HELD = ("unspent", "awaiting")
"""What is held at the end, while the others flow year by year."""
RARE = ("equipment", "awaiting")
"""Shown only where some variant has any."""
TOP = 0.32


def spending(worlds: Worlds) -> tuple[str, ...]:
    """The variants under which money is allotted or spent on groups."""
    if not worlds.has("money_allotted_yuan"):
        return ()
    return tuple(name for name in worlds.variants if any(value > 0 for value in a_pupil(worlds, name).values()))


def a_pupil(worlds: Worlds, variant: str) -> dict[str, float]:
    """Yuan a pupil a year by purpose, mean of years 1 to N and of worlds; `HELD` is what is held at the end."""
    pupils = worlds.values("pupils")[variant]
    found: dict[str, float] = {}
    for purpose in (*SPENT, *FUND):
        name = f"money_{purpose}_yuan"
        if not worlds.has(name) or (purpose in RARE and not any(np.any(of > 0) for of in worlds.values(name).values())):
            continue
        each = worlds.values(name)[variant] / pupils
        found[purpose] = float(np.nanmean(each[:, -1] if purpose in HELD else each[:, 1:]))
    return {"total": sum(found.get(purpose, 0.0) for purpose in SPENT), **found}


@figure
def money(worlds: Worlds, words: Words | None = None, width: float = style.PAGE) -> Figure:
    """Draw yuan a pupil a year by purpose and variant.

    Raises ValueError where no variant spends on groups.
    """
    words = words or Words()
    variants = spending(worlds)
    if not variants:
        raise ValueError("yearly: expected money for groups in some variant, found none")
    looks = style.looks(worlds.variants, worlds.base)
    flows = [row for row in a_pupil(worlds, variants[0]) if row not in HELD]
    values = {name: {row: a_pupil(worlds, name)[row] for row in flows} for name in variants}
    rows = list(next(iter(values.values())))
    names = {row: words.term("purposes", row) for row in rows}
    label = max(style.text_width(name, bold=row == "total") for row, name in names.items()) + 0.15
    height = TOP + PITCH * (len(rows) + 0.9) + 0.08
    subtitle = words("money_subtitle", years=worlds.last, worlds=worlds.worlds)
    sheet = style.Sheet(height, finding(worlds, words), subtitle, width)
    gap = 0.18
    column = (width - label + gap) / len(variants) - gap
    for place, name in enumerate(variants):
        heading = style.clipped(
            words.variant(name), column + (gap - 0.06 if place < len(variants) - 1 else 0), bold=True
        )
        sheet.text(label + place * (column + gap), 0.0, heading, color=looks[name].words, weight="bold")
    matrix(
        sheet, values, colours={name: looks[name].colour for name in variants}, names=names,
        written=lambda value: fixed(value, 1), label=label, top=TOP, gap=gap, bold=("total",),
        apart=("postings", "allotted"),
    )  # fmt: skip
    return sheet.figure


def finding(worlds: Worlds, words: Words) -> str:
    """What group work costs under focus and base, and what of it the cores pay."""
    said = []
    for name in dict.fromkeys((worlds.focus, worlds.base)):
        if name in spending(worlds):
            values = a_pupil(worlds, name)
            cores = values.get("core_paid", 0.0)
            said.append(
                words(
                    "money_said" if cores > 0 else "money_said_free", variant=words.variant(name),
                    total=fixed(values["total"], 1), cores=significant(cores),
                )
            )  # fmt: skip
    return words("money_finding", said="; ".join(said))
