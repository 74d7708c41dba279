"""A table for people: aligned on the decimal, with its units, and the same rows as a file to download."""

import base64
import csv
import io
from collections.abc import Sequence
from typing import NamedTuple

FIGURE_SPACE, POINT_SPACE = "\u2007", "\u2008"
"""Blanks as wide as a digit and as a decimal point."""


class Bar(NamedTuple):
    """A small bar drawn in a cell: its length and that of the mark it is held against, as shares of the cell."""

    length: float
    mark: float | None = None
    bad: bool = False


class Cell(NamedTuple):
    """What stands in a cell; numbers are text that is already rounded."""

    text: str
    number: bool = False
    strong: bool = False
    bar: Bar | None = None
    heading: bool = False
    inner: bool = False
    """Belongs to the row above: set back and paler."""


class Table(NamedTuple):
    """A table. `rows` are shown, `stored` is what the file to download holds (headings first)."""

    name: str
    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    stored: tuple[tuple[str, ...], ...]

    @property
    def file(self) -> str:
        """The rows as a CSV file in a data address, with a mark that lets spreadsheets see UTF-8."""
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(self.stored)
        return "data:text/csv;charset=utf-8;base64," + base64.b64encode(text.getvalue().encode("utf-8-sig")).decode()


def number(text: str, strong: bool = False) -> Cell:
    """A cell with a number."""
    return Cell(text, number=True, strong=strong)


def of_numbers(name: str, caption: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """A table of text whose cells hold numbers where they have digits or a dash, but for the first."""
    cells = [[Cell(text) if place == 0 or not _numeric(text) else number(text) for place, text in enumerate(row)]
             for row in rows]  # fmt: skip
    return table(name, caption, headings, cells)


def _numeric(text: str) -> bool:
    return text.lstrip("+−–")[:1].isdigit() or text == "–"


def table(
    name: str,
    caption: str,
    headings: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    stored: Sequence[Sequence[object]] | None = None,
) -> Table:
    """A table whose columns of numbers line up on the decimal point.

    Args:
        name: of the file to download, without ending.
        caption: what the table shows, with its unit where all cells share one.
        headings: of the columns.
        rows: cells, as many in each row as there are headings; a heading row has one cell.
        stored: rows of the file with their headings; by default what is shown.
    """
    aligned = _aligned(rows, len(headings))
    if stored is None:
        shown = [row for row in rows if len(row) == len(headings)]
        stored = [headings, *([plain(cell.text) for cell in row] for row in shown)]
    return Table(
        name,
        caption,
        tuple(headings),
        tuple(tuple(row) for row in aligned),
        tuple(tuple(str(item) for item in row) for row in stored),
    )


def plain(text: str) -> str:
    """A number as programs read it: a hyphen for minus, no thin spaces, empty where it is not known."""
    bare = text.replace("\u202f", "").replace("−", "-").strip()
    return "" if bare == "–" else bare


def _aligned(rows: Sequence[Sequence[Cell]], columns: int) -> list[list[Cell]]:
    """Numbers of a column padded at the right to the same number of places."""
    places = [0] * columns
    for row in rows:
        for place, cell in enumerate(row):
            if cell.number:
                places[place] = max(places[place], _places(cell.text))
    return [
        [
            cell._replace(text=cell.text + _blank(places[place] - _places(cell.text), _places(cell.text) == 0))
            if cell.number
            else cell
            for place, cell in enumerate(row)
        ]
        for row in rows
    ]


def _places(text: str) -> int:
    """How many characters stand after the decimal point of a number."""
    return len(text.rpartition(".")[2]) if "." in text else 0


def _blank(missing: int, whole: bool) -> str:
    if missing <= 0:
        return ""
    return (POINT_SPACE if whole else "") + FIGURE_SPACE * missing
