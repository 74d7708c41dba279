"""`sim check` and `sim describe`."""

import json as _json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.analysis.numbers import fixed
from sim.commands.terminal import DONE, WRONG_INPUT, language, tell

if TYPE_CHECKING:
    from sim.description import Description, Fact

KNOWN = {
    "F": "found",
    "F-sign": "found (sign)",
    "M": "remembered",
    "M-low": "remembered",
    "D": "derived",
    "A": "assumed",
}
HEADINGS = ("file", "founded", "difference", "known", "source")
WIDTHS = (30, 8, 8, 10, 10, 6)
DEFAULT_SEEDS = 3
"""Seeds that are founded for a description."""


def check(paths: Sequence[str]) -> int:
    """Check files and folders; every mistake is told, and every sound path."""
    from sim.library import check as check_path

    wrong = False
    for path in paths:
        problems = check_path(path)
        for problem in problems:
            tell(str(problem))
        wrong |= bool(problems)
        if not problems:
            print(f"{path}: ok")
    return WRONG_INPUT if wrong else DONE


def describe(county: str, seeds: int | None, json: bool, lang: str | None) -> int:
    """Print a county's facts and assumptions beside the founded county."""
    from sim.description import describe as describe_county

    found = describe_county(county, seeds or DEFAULT_SEEDS)
    if json:
        print(_json.dumps(found.plain(), ensure_ascii=False, indent=2))
        return DONE
    _print_description(found, language(lang))
    return DONE


def _print_description(found: "Description", lang: str) -> None:
    """One table a section of the county file; sources are numbered and told at the end."""
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)

    def say(text: str) -> None:
        console.print(text, markup=False)

    assumed = sum(fact.known == "A" for fact in found.facts)
    say(f"{found.title[lang]}, {found.year0}/{(found.year0 + 1) % 100:02d}")
    say(
        f"The founded county is the mean of {found.seeds} seeds at year 0, before any policy. "
        f"{assumed} of {len(found.facts)} values are assumed."
    )
    sources: dict[str, int] = {}
    sections: dict[str, list[tuple[str, Fact]]] = {}
    for fact in found.facts:
        section, name = _divided(fact.path)
        sections.setdefault(section, []).append((name, fact))
    for section, facts in sections.items():
        table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
        for place, (heading, width) in enumerate(zip((section, *HEADINGS), WIDTHS, strict=True)):
            table.add_column(heading, justify="right" if 0 < place < 4 else "left", min_width=width)
        for name, fact in facts:
            said = "; ".join(text for text in (fact.source, fact.note) if text)
            number = sources.setdefault(said, len(sources) + 1) if said else ""
            table.add_row(f"  {name}", *_numbers(fact), KNOWN.get(fact.known, ""), str(number))
        say("")
        console.print(table, markup=False)
    say("")
    for said, number in sources.items():
        say(f"{number:>3} {said}")
    names = ", ".join(school["name" if lang == "zh" else "en"] for school in found.schools)
    if names:
        say(f"\nNamed schools: {names}")


def _divided(path: str) -> tuple[str, str]:
    """The section of the county file that a fact is shown under, and its path in it."""
    parts = path.split(".")
    depth = min(3 if parts[0] == "stages" else 1, len(parts) - 1)
    return ".".join(parts[:depth]) or "county", ".".join(parts[depth:])


def _numbers(fact: "Fact") -> tuple[str, str, str]:
    """File, founded and difference, with as many decimals as the file's value asks for."""
    if fact.founded is None or fact.difference is None:
        return str(fact.value), "", ""
    size = abs(fact.value)
    places = 0 if isinstance(fact.value, int) or size >= 1000 else 1 if size >= 10 else 3
    return (
        fixed(fact.value, places),
        fixed(fact.founded, places),
        fixed(fact.difference, places, signed=True),
    )
