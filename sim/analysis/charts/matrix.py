"""A table of bars: a row for every item, a column for every variant, each value written beside its bar."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from sim.analysis import style

PITCH = 0.225


def matrix(
    sheet: style.Sheet,
    values: Mapping[str, Mapping[str, float]],
    *,
    colours: Mapping[str, str],
    names: Mapping[str, str],
    written: Callable[[float], str],
    label: float,
    top: float,
    gap: float = 0.18,
    right: float = 0.0,
    bold: Sequence[str] = (),
    apart: Sequence[str] = (),
) -> float:
    """Draw `values[column][row]` below `top`; rows in `apart` start after a small space. Returns inches used.

    Args:
        sheet: where to draw, over its whole width.
        values: columns of rows, all with the same rows.
        colours: of each column.
        names: of each row in words.
        written: how a value is written.
        label: inches for the words of rows.
        top: inches below the head of the sheet.
        gap: inches between columns.
        right: inches left free at the right.
        bold: rows in bold type, such as totals.
        apart: rows before which a space is left.
    """
    rows = list(next(iter(values.values())))
    places = np.arange(len(rows)) + np.cumsum([0.45 if row in apart else 0.0 for row in rows])
    tall = PITCH * (float(places[-1]) + 1)
    column = (sheet.width - label - right + gap) / len(values) - gap
    widest = max(style.text_width(written(v), bold=True) for some in values.values() for v in some.values())
    most = max((v for some in values.values() for v in some.values() if np.isfinite(v)), default=1.0) or 1.0
    room = column - widest - 0.1
    for place, (name, some) in enumerate(values.items()):
        axes = sheet.axes(label + place * (column + gap), top, column, tall)
        axes.set_axis_off()
        axes.set_xlim(0, column)
        axes.set_ylim(places[-1] + 0.5, -0.5)
        for row, at in zip(rows, places, strict=True):
            value = some[row]
            long = room * max(value, 0.0) / most if np.isfinite(value) else 0.0
            colour = colours[name] if row in bold else style.paler(colours[name], 0.35)
            axes.barh(at, long, height=0.62, color=colour)
            axes.text(
                long + 0.05,
                at,
                written(value),
                va="center",
                weight="bold" if row in bold else "normal",
                color=style.INK,
            )
        axes.plot([0, 0], [-0.5, places[-1] + 0.5], color="#9a9a9a", linewidth=0.6)
    for row, at in zip(rows, places, strict=True):
        sheet.text(
            0.03,
            top + PITCH * (at + 0.5),
            names[row],
            va="center",
            weight="bold" if row in bold else "normal",
        )
    return tall
