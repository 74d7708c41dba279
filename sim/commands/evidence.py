"""`sim evidence`: every coefficient with its range, its source and how it is known."""

import json as _json
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from sim.commands.terminal import DONE, language

if TYPE_CHECKING:
    from sim.coefficients import Coefficient

WORDS = {
    "first": ("Conclusions lean on these numbers first", "结论首先取决于以下数值"),
    "headings": (
        ("row", "value", "range", "known", "source", "unit"),
        ("编号", "取值", "范围", "依据", "来源", "单位"),
    ),
    "sum": (
        "{every} numbers, {assumed} of them assumed; * estimated in another country, so the range is too narrow here.",
        "共 {every} 个数值，其中 {assumed} 个为假定；* 表示估计值来自其他国家，此处的范围偏窄。",
    ),
}
KNOWN = {
    "F": ("found", "查得"),
    "F-sign": ("found (sign)", "查得（方向）"),
    "M": ("remembered", "记忆"),
    "M-low": ("faintly remembered", "模糊记忆"),
    "D": ("derived", "推算"),
    "A": ("assumed", "假定"),
}
KINDS = {"flow": ("a flow", "年度增量"), "level": ("a level", "水平")}


WIDEST_NAME = 32


def evidence(json: bool, lang: str | None) -> int:
    """Print all coefficients, those that matter first on top."""
    from sim.coefficients import coefficients

    found = coefficients()
    if json:
        print(_json.dumps([item.plain() for item in found], ensure_ascii=False, indent=2))
        return DONE
    _print(found, 1 if language(lang) == "zh" else 0)
    return DONE


def _print(found: "Sequence[Coefficient]", place: int) -> None:
    """One table a topic; sources are numbered and told at the end."""
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    sources: dict[str, int] = {}
    for topic, group in groupby(found, key=lambda item: "" if item.first_rank else item.topic):
        table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
        console.print(topic or WORDS["first"][place], markup=False)
        *narrow, last = (str(heading) for heading in WORDS["headings"][place])
        table.add_column("", overflow="fold", min_width=WIDEST_NAME)
        for heading in narrow:
            table.add_column(heading, no_wrap=True)
        table.add_column(last, overflow="fold")
        for item in group:
            said = "; ".join(text for text in (item.source, item.note) if text)
            number = str(sources.setdefault(said, len(sources) + 1)) if said else ""
            cells = (item.row, f"{item.value:g}", _range(item), _known(item, place), number, _unit(item, place))
            table.add_row(f"  {item.name}", *cells)
        console.print(table, markup=False)
        console.print()
    for said, place_in_list in sources.items():
        console.print(f"{place_in_list:>3} {said}", markup=False)
    assumed = sum(item.known == "A" for item in found)
    console.print()
    console.print(str(WORDS["sum"][place]).format(every=len(found), assumed=assumed), markup=False)


def _range(item: "Coefficient") -> str:
    if item.low is None or item.high is None:
        return item.distribution
    return f"{item.low:g} … {item.high:g}"


def _unit(item: "Coefficient", place: int) -> str:
    return f"{item.unit}; {KINDS[item.kind][place]}" if item.kind else item.unit


def _known(item: "Coefficient", place: int) -> str:
    word = KNOWN[item.known][place] if item.known in KNOWN else ""
    return f"{word}*" if item.transfer else word
