"""What was compared: policies where they differ, the county's facts, the coefficients, and what is assumed."""

from collections.abc import Iterator, Mapping
from typing import Any

from sim.analysis.numbers import fixed, significant
from sim.analysis.report.table import Cell, Table, number, table
from sim.analysis.words import Words

Manifest = Mapping[str, Any]
SCHEDULES = ("by_group_year", "by_year")
KNOWN = ("F", "F-sign", "M", "M-low", "D", "A")


def leaves(section: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of nested sections by its dotted path; a schedule is one value."""
    if isinstance(section, Mapping) and section and not set(section) <= set(SCHEDULES):
        for name, value in section.items():
            yield from leaves(value, f"{path}.{name}" if path else str(name))
    else:
        yield path, section


def written(value: Any, words: Words) -> str:
    """A value of a configuration in print."""
    if isinstance(value, Mapping):
        if not value:
            return words("value_none")
        (kind, entries), *_ = value.items()
        years = list(entries)
        return ", ".join(
            words(f"{kind}_{'from' if year == years[-1] else 'in'}", year=year, value=written(entries[year], words))
            for year in years
        )
    if isinstance(value, list | tuple):
        return ", ".join(written(item, words) for item in value)
    if isinstance(value, bool):
        return words("value_yes" if value else "value_no")
    if value is None:
        return words("value_none")
    if isinstance(value, float):
        text = f"{value:.6g}"
        return text.replace("-", "−")
    if isinstance(value, int) and abs(value) >= 10_000:
        return fixed(value, 0)
    return str(value)


def policies(manifest: Manifest, county: str, words: Words) -> Table:
    """Where the variants with groups differ, one row a value, with the clause it rests on."""
    decreed = manifest["policies"][county]
    named = [name for name in manifest["variants"] if name in decreed]
    grouped = [name for name in named if decreed[name].get("groups")] or named
    values = {name: dict(leaves(decreed[name])) for name in grouped}
    paths = list(dict.fromkeys(path for found in values.values() for path in found))
    rows = []
    for path in paths:
        found = [values[name].get(path) for name in grouped]
        if path.startswith(("title", "document")) or all(item == found[0] for item in found):
            continue
        clause, note = _rests_on(manifest, county, path, grouped)
        rows.append([Cell(path), *(Cell(written(item, words)) for item in found), Cell(clause), Cell(note)])
    headings = [
        words("head_setting"),
        *(words.variant(name) for name in grouped),
        words("head_clause"),
        words("head_note"),
    ]
    return table("policies", words("policies_caption"), headings, rows)


def _rests_on(manifest: Manifest, county: str, path: str, variants: list[str]) -> tuple[str, str]:
    """Clause and remark of a value, as written in the policy of any variant."""
    for name in sorted(variants, key=lambda name: name != "as_written"):
        note = manifest["notes"][county]["policies"].get(name, {}).get(path)
        if note:
            return note.get("clause") or note.get("source", ""), note.get("note", "")
    return "", ""


def ungrouped(manifest: Manifest, county: str) -> list[str]:
    """The variants without groups."""
    return [name for name, policy in manifest["policies"][county].items() if not policy.get("groups")]


def decreed(manifest: Manifest, county: str, variant: str, words: Words) -> Table:
    """Every value of a variant's policy with clause, source, and whether it is assumed."""
    notes = manifest["notes"][county]["policies"].get(variant, {})
    found = [
        (path, value)
        for path, value in leaves(manifest["policies"][county][variant])
        if not path.startswith(("title", "document")) and ".title." not in path
    ]
    rows = [_remarked(path, value, notes.get(path, {}), words) for path, value in found]
    return _remarks("policy_" + "".join(c if c.isalnum() else "_" for c in variant),
                    words("decreed_caption", variant=words.variant(variant)), rows, words)  # fmt: skip


def facts(manifest: Manifest, county: str, words: Words) -> Table:
    """Every figure of the county file with its source, and whether it is assumed."""
    notes = manifest["notes"][county]["facts"]
    found = [
        (path, value)
        for path, value in leaves(manifest["facts"][county])
        if not path.startswith(("title", "named_schools"))
    ]
    rows = [_remarked(path, value, notes.get(path, {}), words) for path, value in found]
    return _remarks("facts", words("facts_caption"), rows, words)


def coefficients(manifest: Manifest, county: str, words: Words) -> Table:
    """Every coefficient with range, unit, source and how it is known."""
    notes = manifest["notes"][county]["evidence"]
    rows = []
    for name, value in manifest["evidence"][county].items():
        if isinstance(value, Mapping | bool):
            continue
        note = notes.get(name, {})
        ends = [significant(note[end], 3) if end in note else "" for end in ("low", "high")]
        rows.append(
            [
                Cell(f"{name} ({note['row']})" if "row" in note else name),
                number(significant(value, 3)),
                *(number(end) for end in ends),
                Cell(note.get("unit", "")),
                Cell(_known(note, words)),
                Cell(note.get("source", note.get("note", ""))),
            ]
        )
    keys = ("head_coefficient", "head_value", "head_low", "head_high", "head_unit", "head_known", "head_source")
    return table("evidence", words("evidence_caption"), [words(key) for key in keys], rows)


def assumed(manifest: Manifest, county: str) -> tuple[int, int]:
    """How many coefficients are assumed, and how many there are."""
    values = [name for name, value in manifest["evidence"][county].items() if isinstance(value, int | float)]
    notes = manifest["notes"][county]["evidence"]
    return sum(notes.get(name, {}).get("assumed", False) for name in values), len(values)


def _remarked(path: str, value: Any, note: Mapping[str, Any], words: Words) -> list[Cell]:
    return [
        Cell(path),
        Cell(written(value, words)),
        Cell(note.get("unit", "")),
        Cell(_known(note, words)),
        Cell(note.get("clause") or note.get("source", "")),
        Cell(note.get("note", "")),
    ]


def _known(note: Mapping[str, Any], words: Words) -> str:
    if note.get("assumed"):
        return words("known_assumed")
    return words.term("known", str(note.get("known", ""))) if note.get("known") else ""


def _remarks(name: str, caption: str, rows: list[list[Cell]], words: Words) -> Table:
    keys = ("head_setting", "head_value", "head_unit", "head_known", "head_clause_source", "head_note")
    return table(name, caption, [words(key) for key in keys], rows)
