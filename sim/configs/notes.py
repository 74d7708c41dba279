"""What a file says about its values: clause, source, range, how known.

Any value may be written plainly, or as a mapping with `value` and remarks beside it; a schedule carries its
remarks beside `by_group_year` or `by_year`; a section may hold a `_note` that goes for everything below it.
The remarks are taken off here, so that models see plain values only.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from sim.configs.checking import UNKNOWN, translate
from sim.configs.problems import Origin, Problem, listing, nearest
from sim.configs.tree import Key, Node
from sim.configs.values import SCHEDULE_KEYS, Section, freeze

Known = Literal["F", "F-sign", "M", "M-low", "D", "A"]
"""How a number is known: found, found as a direction, remembered (or faintly), derived, assumed."""


class Annotation(Section):
    """The remarks a value may carry."""

    clause: str | None = None
    source: str | None = None
    known: Known | None = None
    assumed: bool = False
    unit: str | None = None
    low: float | None = None
    high: float | None = None
    distribution: str | None = None
    kind: Literal["flow", "level"] | None = None
    note: str | None = None
    row: str | None = None
    transfer: bool = False
    """Whether the estimate comes from a country unlike the one modelled."""
    first_rank: bool = False
    """Whether conclusions hinge on this value, so that reports name it first."""


ANNOTATIONS = tuple(Annotation.model_fields)
SECTION_NOTE = "_note"
LASTING = ("unit", "low", "high", "distribution", "kind", "row", "first_rank")
"""Remarks that describe what is measured, and so outlive a change of the value."""


@dataclass(frozen=True, slots=True)
class Note:
    """A value's place in the files and what is said about it."""

    file: str
    line: int | None = None
    clause: str | None = None
    source: str | None = None
    known: str | None = None
    assumed: bool = False
    unit: str | None = None
    low: float | None = None
    high: float | None = None
    distribution: str | None = None
    kind: str | None = None
    note: str | None = None
    row: str | None = None
    transfer: bool = False
    first_rank: bool = False


class Notes(Mapping[str, Note]):
    """Notes by the dotted path of the value."""

    def __init__(self, notes: Mapping[str, Note]):
        self._notes = freeze(dict(notes))

    def __getitem__(self, path: str) -> Note:
        return self._notes[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._notes)

    def __len__(self) -> int:
        return len(self._notes)

    def __repr__(self) -> str:
        return f"Notes({len(self)} values)"

    def below(self, path: str) -> "Notes":
        """The notes of one section, by paths within it."""
        start = f"{path}."
        return Notes({name.removeprefix(start): note for name, note in self.items() if name.startswith(start)})

    @property
    def assumed(self) -> "Notes":
        """The values that no text or study gives."""
        return Notes({path: note for path, note in self.items() if note.assumed})


def strip(node: Node, problems: list[Problem]) -> Node:
    """The tree without its remarks, which now hang on the nodes they go for."""
    return _strip(node, "", {}, problems)


def _strip(node: Node, path: str, inherited: dict[str, Any], problems: list[Problem]) -> Node:
    if isinstance(node.value, tuple):
        items = tuple(_strip(item, _join(path, place), inherited, problems) for place, item in enumerate(node.value))
        return Node(items, node.origin, annotation=inherited)
    if not node.is_mapping:
        return Node(node.value, node.origin, annotation=inherited)
    children: dict[Key, Node] = node.value
    if "value" in children:
        return _annotated(node, "value", path, inherited, problems)
    clock = next((key for key in SCHEDULE_KEYS if key in children), None)
    if clock:
        return _annotated(node, clock, path, inherited, problems)
    if path and children and all(key in ANNOTATIONS for key in children):
        expected = f"`value:` beside {listing(children)}"
        problems.append(Problem.at(node.origin, path, expected, "remarks without a value"))
        return Node(None, node.origin, annotation={"broken": True})
    if SECTION_NOTE in children:
        own = _read_annotation(children[SECTION_NOTE], _join(path, SECTION_NOTE), problems)
        inherited = {**inherited, **own}
    kept = {
        key: _strip(child, _join(path, key), inherited, problems)
        for key, child in children.items()
        if key != SECTION_NOTE
    }
    return Node(kept, node.origin, node.keys)


def _annotated(node: Node, main: str, path: str, inherited: dict[str, Any], problems: list[Problem]) -> Node:
    """A value, or a schedule, with remarks beside it."""
    children: dict[Key, Node] = node.value
    clash = [key for key in ("value", *SCHEDULE_KEYS) if key in children and key != main]
    if clash:
        place = node.keys[clash[0]]
        problems.append(Problem.at(place, path, f"either {main} or {clash[0]}", "both"))
    remarks = {key: child for key, child in children.items() if key != main and key not in clash}
    keys = {key: node.keys[key] for key in remarks}
    annotation = {**inherited, **_read_annotation(Node(remarks, node.origin, keys), path, problems)}
    child = children[main]
    if main == "value":
        return _strip(child, path, annotation, problems)
    table = Node({main: _strip(child, _join(path, main), {}, problems)}, node.origin, {main: node.keys[main]})
    return Node(table.value, node.origin, table.keys, annotation, whole=True)


def _read_annotation(node: Node, path: str, problems: list[Problem]) -> dict[str, Any]:
    found = translate(node, Annotation, path)
    if isinstance(found, tuple):
        known = ("value", *SCHEDULE_KEYS, *ANNOTATIONS)
        for problem in found:
            key = problem.path.rsplit(".", 1)[-1]
            if problem.found.startswith(UNKNOWN) and not problem.hint.startswith("put text"):
                hint = nearest(key, known) or f"beside a value stand {listing(ANNOTATIONS, 20)}"
                problem = replace(problem, hint=hint)
            problems.append(problem)
        return {}
    given: dict[str, Any] = {name: getattr(found, name) for name in found.model_fields_set}
    if given.get("known") == "A":
        given["assumed"] = True
    return given


def collect(tree: Node) -> tuple[Notes, Mapping[str, Origin]]:
    """The notes of all values, and the places of all values, sections and list items."""
    notes: dict[str, Note] = {}
    places: dict[str, Origin] = {"": tree.origin}
    allowed = {field.name for field in fields(Note)}

    def walk(node: Node, path: str, origin: Origin) -> None:
        places[path] = origin
        holds_sections = isinstance(node.value, tuple) and any(item.is_mapping for item in node.value)
        if path and not node.is_section and not holds_sections:
            said = {name: value for name, value in node.annotation.items() if name in allowed}
            notes[path] = Note(node.origin.file, node.origin.line, **said)
        if node.is_mapping:
            for key, child in node.value.items():
                below = _join(path, key)
                if node.whole:
                    places[below] = node.keys.get(key, child.origin)
                else:
                    walk(child, below, node.keys.get(key, child.origin))
        elif isinstance(node.value, tuple):
            for place, item in enumerate(node.value):
                if holds_sections:
                    walk(item, _join(path, place), item.origin)
                else:
                    places[_join(path, place)] = item.origin

    walk(tree, "", tree.origin)
    return Notes(notes), freeze(places)


def _join(path: str, key: object) -> str:
    return f"{path}.{key}" if path else str(key)
