"""Validation of a tree by a model, with every mistake told once, in plain English and at its line."""

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from sim.configs.problems import Problem, listing, nearest
from sim.configs.shapes import Shape
from sim.configs.tree import Node, words_of

UNKNOWN = "the unknown key "
ABSENT = "no value"
MEANT = "did you mean "


def translate[M: BaseModel](tree: Node, model: type[M], prefix: str = "") -> M | tuple[Problem, ...]:
    """The model the tree describes, or everything that is wrong with it."""
    try:
        return model.model_validate(tree.plain())
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
    found: dict[str, Problem] = {}
    for detail in details:
        problem = _problem(detail, tree, Shape(model), prefix)
        found.setdefault(problem.path, problem)
    misspelt = {
        f"{problem.path.rpartition('.')[0]}.{problem.hint.removeprefix(MEANT).rstrip('?')}".lstrip(".")
        for problem in found.values()
        if problem.found.startswith(UNKNOWN)
    }
    return tuple(problem for problem in found.values() if problem.found != ABSENT or problem.path not in misspelt)


def _problem(detail: Any, tree: Node, shape: Shape, prefix: str) -> Problem:
    """One problem from one of pydantic's details; its location is followed through the tree."""
    kind, parts = detail["type"], list(detail["loc"])
    named = parts.pop() if kind == "missing" else None
    context = detail.get("ctx", {})
    if kind == "mistake" and context["at"]:
        parts += [int(part) if part.isdigit() else part for part in context["at"].split(".")]
    about_key = bool(parts) and parts[-1] == "[key]"
    node, origin, trail = tree, tree.origin, [prefix] if prefix else []
    parent, parent_shape = tree, shape
    for part in parts:
        below = _child(node, part)
        if below is None:
            continue
        key, child = below
        parent, parent_shape, shape = node, shape, shape.child(key)
        origin = node.keys.get(key, child.origin) if node.is_mapping else child.origin
        trail.append(str(key))
        node = child
    path = ".".join(trail)
    if kind == "missing" and not isinstance(node.value, tuple):
        return Problem.at(origin, ".".join([*trail, str(named)]), shape.child(named).words(), ABSENT)
    if kind == "mistake":
        return Problem.at(origin, path, context["expected"], context["found"], context["hint"])
    if kind in ("extra_forbidden", "invalid_key") or about_key:
        known = parent_shape.names()
        expected = "a known key" if known else parent_shape.key_words()
        found = f"{UNKNOWN}{trail[-1]}" if known else trail[-1]
        free = [name for name in known if name not in parent.value]
        hint = nearest(trail[-1], free) or nearest(trail[-1], known)
        if known and node.value is None and (" " in trail[-1] or not hint):
            hint = "put text that holds a comma in quotes"
        if not hint and known:
            hint = f"known here: {listing(known)}"
        return Problem.at(origin, path, expected, found, hint)
    place = node.origin if not node.is_mapping else origin
    return Problem.at(place, path, shape.words(node), words_of(node), _hint(node, shape))


def _child(node: Node, part: Any) -> tuple[Any, Node] | None:
    """The key and node that a part of pydantic's location leads to, if it leads anywhere."""
    if node.is_mapping:
        if part in node.value:
            return part, node.value[part]
        match = [key for key in node.value if str(key) == str(part)]
        return (match[0], node.value[match[0]]) if match else None
    if isinstance(node.value, tuple) and isinstance(part, int) and part < len(node.value):
        return part, node.value[part]
    return None


def _hint(node: Node, shape: Shape) -> str:
    """What the author probably meant."""
    value = node.value
    choices = shape.choices()
    if isinstance(value, str):
        if choices:
            return nearest(value, choices)
        if shape.is_switch and value.lower() in ("yes", "no", "true", "false"):
            return f"did you mean {'true' if value.lower() in ('yes', 'true') else 'false'}?"
        number = _number(value)
        if number is not None and shape.is_number:
            plain = value.strip().lstrip("+-").replace(".", "", 1).isdigit()
            return "remove the quotation marks" if plain else f"did you mean {number:.12g}?"
    if isinstance(value, int | float) and not isinstance(value, bool):
        if shape.is_share and 1 < value <= 100:
            return f"did you mean {value / 100:g}?"
        if shape.is_text:
            return "put it in quotes"
    return ""


def _number(text: str) -> float | None:
    try:
        cleaned = text.replace(",", "").replace("，", "").strip()
        if cleaned.endswith(("%", "％")):
            return float(cleaned[:-1]) / 100
        return float(cleaned)
    except ValueError:
        return None


def drop_missing(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems that are not about absent values."""
    return tuple(problem for problem in problems if problem.found != ABSENT)


def told_once(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """The problems without repeats: a setting that reaches several places is one mistake."""
    kept: dict[Any, Problem] = {}
    for problem in problems:
        by_hand = problem.file.startswith("setting ")
        key = (problem.file, problem.expected, problem.found) if by_hand else problem
        kept.setdefault(key, problem)
    return tuple(kept.values())
