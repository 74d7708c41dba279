"""The shape of a model, read from its type hints: what may stand at a path, and how to say so."""

import types
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.configs.problems import listing
from sim.configs.tree import Node
from sim.configs.values import SCHEDULE_KEYS, Meaning, Schedule, Share

SHARE_WORDS = next(part for part in get_args(Share) if isinstance(part, Meaning))


class Shape:
    """What may stand at one place of a configuration."""

    def __init__(self, hint: Any, metadata: tuple[Any, ...] = (), optional: bool = False):
        self.optional = optional
        while True:
            if get_origin(hint) is Annotated:
                hint, *more = get_args(hint)
                metadata = (*metadata, *more)
            elif get_origin(hint) in (Union, types.UnionType) and type(None) in get_args(hint):
                rest = [part for part in get_args(hint) if part is not type(None)]
                hint = rest[0] if len(rest) == 1 else Union[tuple(rest)]  # noqa: UP007
                self.optional = True
            else:
                break
        self.hint = hint
        unfolded: list[Any] = []
        for part in metadata:
            unfolded += part.metadata if isinstance(part, FieldInfo) else [part]
        self.metadata = tuple(unfolded)

    @property
    def model(self) -> type[BaseModel] | None:
        """The model of a section, or nothing."""
        return self.hint if isinstance(self.hint, type) and issubclass(self.hint, BaseModel) else None

    @property
    def is_schedule(self) -> bool:
        """Whether the value may change from year to year."""
        return get_origin(self.hint) is Schedule

    @property
    def is_table(self) -> bool:
        """Whether keys are free names."""
        return get_origin(self.hint) is dict

    @cached_property
    def item(self) -> "Shape":
        """The shape of a table's or schedule's values."""
        return Shape(get_args(self.hint)[-1] if get_args(self.hint) else Any)

    def child(self, key: Any) -> "Shape":
        """The shape one level down."""
        if self.model:
            field = self.model.model_fields.get(str(key))
            return Shape(field.annotation, tuple(field.metadata)) if field else Shape(Any)
        if self.is_schedule:
            return self._table_of_years(key) if key in SCHEDULE_KEYS else Shape(Any)
        if self.is_table:
            return self.item
        if get_origin(self.hint) is tuple:
            parts = get_args(self.hint)
            if len(parts) == 2 and parts[1] is Ellipsis:
                return Shape(parts[0])
            return Shape(parts[key]) if isinstance(key, int) and key < len(parts) else Shape(Any)
        return Shape(Any)

    def _table_of_years(self, clock: str) -> "Shape":
        """The shape of a schedule's entries."""
        words = "a school year from 1900 to 2300" if clock == "by_year" else "a year of the group, 1 or more"
        year = Annotated[int, Meaning(words)]
        whole = Meaning(f"at least one entry of the form {{{words}: {self.item.words()}}}")
        return Shape(dict[year, get_args(self.hint)[0]], (whole,))  # type: ignore[misc]

    def names(self) -> list[str]:
        """The keys that are allowed, where they are fixed."""
        if self.model:
            return list(self.model.model_fields)
        if self.is_table:
            return [str(choice) for choice in Shape(get_args(self.hint)[0]).choices()]
        if self.is_schedule:
            return list(SCHEDULE_KEYS)
        return []

    def key_words(self) -> str:
        """What a table's keys must be, in words."""
        return f"{Shape(get_args(self.hint)[0]).words()} as key" if self.is_table else "no further keys"

    def choices(self) -> list[str]:
        """The words that are allowed, where they are few."""
        inner = self.item if self.is_schedule else self
        if get_origin(inner.hint) is Literal:
            return [str(choice) for choice in get_args(inner.hint)]
        if get_origin(inner.hint) in (Union, types.UnionType):
            return [choice for part in get_args(inner.hint) for choice in Shape(part).choices()]
        return []

    @property
    def meaning(self) -> str:
        """The words its author gave the kind of value."""
        inner = self.item if self.is_schedule else self
        return next((str(part) for part in reversed(inner.metadata) if isinstance(part, Meaning)), "")

    @property
    def is_share(self) -> bool:
        """Whether it is a share from 0 to 1."""
        return self.meaning == SHARE_WORDS

    @property
    def is_switch(self) -> bool:
        """Whether it is true or false."""
        return self.hint is bool

    @property
    def is_text(self) -> bool:
        """Whether it is text."""
        return self.hint is str

    @property
    def is_number(self) -> bool:
        """Whether it is a number."""
        return (self.item if self.is_schedule else self).hint in (int, float)

    def words(self, node: Node | None = None) -> str:
        """What is expected, in words; a schedule is offered where something compound was found."""
        compound = node is not None and isinstance(node.value, dict | tuple)
        text = self.meaning or self._plain_words(node)
        if self.is_schedule and compound:
            text += ", or a schedule by_year or by_group_year with at least one entry"
        return text + (" (or null)" if self.optional and not compound else "")

    def _plain_words(self, node: Node | None) -> str:
        if self.is_schedule:
            return self.item.words()
        if self.model:
            return f"a section with {listing(self.model.model_fields)}"
        if self.choices():
            words = " or ".join(self.choices()) if len(self.choices()) < 3 else f"one of {listing(self.choices(), 20)}"
            if get_origin(self.hint) is Literal:
                return words
            others = [Shape(part).words() for part in get_args(self.hint) if get_origin(part) is not Literal]
            return " or ".join([words, *others])
        if self.is_table:
            return f"entries of the form {{{Shape(get_args(self.hint)[0]).words()}: {self.item.words()}}}"
        if get_origin(self.hint) is tuple:
            parts = get_args(self.hint)
            if len(parts) == 2 and parts[1] is Ellipsis:
                return f"a list, each {Shape(parts[0]).words()}"
            return f"a list of {len(parts)}, each {Shape(parts[0]).words()}"
        if self.hint is bool:
            return "true or false (on or off)"
        if self.hint is str:
            return "text"
        if self.hint in (int, float):
            return self._number_words()
        return "another value"

    def _number_words(self) -> str:
        bounds = []
        for name, words in (("ge", "from {}"), ("gt", "above {}"), ("le", "up to {}"), ("lt", "below {}")):
            limits = [getattr(part, name) for part in self.metadata if getattr(part, name, None) is not None]
            bounds += [words.format(f"{limit:g}") for limit in limits]
        kind = "a whole number" if self.hint is int else "a number"
        return " ".join([kind, *bounds])


def leaf_paths(shape: Shape, node: Node | None, trail: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every path that holds a value, taking the names of free keys from the tree."""
    children: dict[Any, Node] = node.value if node is not None and node.is_section else {}
    if shape.model:
        for name in shape.model.model_fields:
            below = shape.child(name)
            child = children.get(name)
            absent = child is None or child.value is None
            if below.optional and absent and below.model:
                yield (*trail, name)
                continue
            yield from leaf_paths(below, child, (*trail, name))
    elif shape.is_table:
        choices = [name for name in shape.names() if not shape.item.model]
        for key in children or choices:
            yield from leaf_paths(shape.item, children.get(key), (*trail, key))
        if not children and not choices:
            yield trail
    else:
        yield trail
