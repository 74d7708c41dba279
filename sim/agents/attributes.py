"""What a view says of a column: a number, the word of an enumeration, or the row that is referred to.

Every attribute reads one row for a view and many rows for a set, so both say the same. The numbers as stored
are called raw; `say` turns them into what a reader is told.
"""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.columns import NONE, Column, Table
from sim.state import (
    DEPARTURES,
    GRADES,
    OWNERS,
    ROLES,
    STAGES,
    SUBJECTS,
    TITLES,
    ZONES,
    Groups,
    Schools,
    Students,
    Teachers,
)
from sim.state import STATUSES as SCHOOL_STATUSES

POSTINGS = ("home", "sent", "received", "cadre")
STATUSES = ("serving", "retired", "exited")

WORDS: dict[Column, tuple[str, ...]] = {
    Schools.stage: STAGES,
    Schools.zone: ZONES,
    Schools.role: ROLES,
    Schools.roster: ROLES,
    Schools.owner: OWNERS,
    Schools.status: SCHOOL_STATUSES,
    Schools.departure: DEPARTURES,
    Groups.grade: GRADES,
    Teachers.stage: STAGES,
    Teachers.subject: SUBJECTS,
    Teachers.title: TITLES,
    Teachers.posting: POSTINGS,
    Teachers.status: STATUSES,
}
"""Columns that hold an enumeration."""

REFERENCES: dict[Column, type[Table]] = {Schools.feeds: Schools, Teachers.partner: Teachers}
"""Columns that refer to rows of their own table, which `of` cannot name while the table is being written."""

TABLES = {Schools: "schools", Groups: "groups", Teachers: "teachers", Students: "students"}
"""Where a county keeps the tables that have views."""

VIEWS: dict[type[Table], Any] = {}
"""The view of each table's rows."""

ID_SPAN = 10**10
"""A unique id is the code of the kind of agent times this, plus the key of the agent."""

Raw = NDArray[Any]


class Attribute:
    """A column as an attribute of views: plain numbers, as Python's own types."""

    of: type[Table] | None = None

    def __init__(self, column: Column) -> None:
        self.column = column
        self.place = TABLES[column.table]
        unit = f" ({column.unit})" if column.unit else ""
        self.__doc__ = f"{column.meaning[:1].upper()}{column.meaning[1:]}{unit}"

    def __get__(self, view: Any, owner: type) -> Any:
        """The attribute itself when asked of a class, its value when asked of a view."""
        if view is None:
            return self
        return self.say(view.model, self.raw(view.model, view.row).tolist())

    def raw(self, model: Any, rows: Any) -> Raw:
        """Numbers as stored, at one row or at many. Shape of `rows`."""
        return getattr(model.state, self.place).read(self.column)[rows]

    def say(self, model: Any, number: Any) -> Any:
        """What a reader is told of one stored number."""
        return tuple(number) if self.column.width else number

    def say_all(self, model: Any, numbers: Raw) -> list[Any]:
        """What a reader is told of many stored numbers."""
        said = numbers.tolist()
        return [tuple(row) for row in said] if self.column.width else said

    def code(self, model: Any, value: Any) -> Any:
        """The stored number that `say` turns into `value`."""
        return value

    def codes(self, model: Any, values: Iterable[Any]) -> list[Any]:
        """The stored numbers of several values."""
        return [self.code(model, value) for value in values]


class Number(Attribute):
    """A plain number that can be averaged."""


class Word(Attribute):
    """An enumeration, said by its word; None where it is not set."""

    def __init__(self, column: Column, words: Callable[[Any], tuple[str, ...]]) -> None:
        super().__init__(column)
        self.words = words

    def say(self, model: Any, number: Any) -> Any:
        """The word, or None for NONE."""
        return None if number == NONE else self.words(model)[number]

    def say_all(self, model: Any, numbers: Raw) -> list[Any]:
        """The words."""
        # NONE is -1 and finds the last place.
        words = (*self.words(model), None)
        return [words[number] for number in numbers.tolist()]

    def code(self, model: Any, value: Any) -> int:
        """The place of a word. Raises ValueError where there is no such word."""
        words = self.words(model)
        if value is None:
            return NONE
        if value not in words:
            raise ValueError(f"{self.column}: expected one of {', '.join(words)}, found {value!r}")
        return words.index(value)


class Reference(Attribute):
    """A row of a table, said by the view of that row; None where there is none."""

    of: type[Table]

    def __init__(self, column: Column, of: type[Table]) -> None:
        super().__init__(column)
        self.of = of

    def say(self, model: Any, number: Any) -> Any:
        """The view of the row."""
        return None if number == NONE else VIEWS[self.of](model, number)

    def say_all(self, model: Any, numbers: Raw) -> list[Any]:
        """The views of the rows, one view for each different row."""
        views = {number: self.say(model, number) for number in np.unique(numbers).tolist()}
        return [views[number] for number in numbers.tolist()]

    def code(self, model: Any, value: Any) -> int:
        """The row that a view sees. Raises ValueError for anything else."""
        if value is None:
            return NONE
        if not isinstance(value, VIEWS[self.of]) or value.model is not model:
            kind = VIEWS[self.of].__name__
            raise ValueError(f"{self.column}: expected a {kind} of this model, found {value!r}")
        return int(value.row)


class Derived(Number):
    """A number that is worked out: `function(county, rows)` gives it in the shape of `rows`."""

    def __init__(self, function: Callable[[Any, Any], Any], meaning: str) -> None:
        self.function = function
        self.__doc__ = meaning

    def raw(self, model: Any, rows: Any) -> Raw:
        """The numbers worked out."""
        return np.asarray(self.function(model.state, rows))

    def say(self, model: Any, number: Any) -> Any:
        """The number itself."""
        return number

    def say_all(self, model: Any, numbers: Raw) -> list[Any]:
        """The numbers themselves."""
        return numbers.tolist()


class Identity(Derived):
    """A number that no other agent of the model has, the same in every year, also for one who has left."""

    def __init__(self, kind: Any) -> None:
        super().__init__(lambda county, rows: kind.code * ID_SPAN + np.int64(kind.keys(county, rows)), "Unique id")

    def __get__(self, view: Any, owner: type) -> Any:
        """The attribute itself when asked of a class, the number when asked of a view."""
        return self if view is None else view.code * ID_SPAN + view.key


class Name(Attribute):
    """A name that the county keeps for each row of its schools."""

    def __init__(self, place: str, meaning: str) -> None:
        self.place = place
        self.__doc__ = meaning

    def __get__(self, view: Any, owner: type) -> Any:
        """The attribute itself when asked of a class, the name when asked of a view."""
        return self if view is None else getattr(view.model.state, self.place)[view.row]

    def raw(self, model: Any, rows: Any) -> Raw:
        """The first row that has the same name: the stage units of a school share theirs."""
        names = getattr(model.state, self.place)
        first = {name: row for row, name in reversed(list(enumerate(names)))}
        return np.array([first[name] for name in names])[rows]

    def say_all(self, model: Any, numbers: Raw) -> list[Any]:
        """The names."""
        names = getattr(model.state, self.place)
        return [names[number] for number in numbers.tolist()]

    def codes(self, model: Any, values: Iterable[Any]) -> list[Any]:
        """First rows of the names that the county has; others are no row."""
        names = getattr(model.state, self.place)
        return [names.index(value) for value in values if value in names]


def attribute(column: Column) -> Attribute:
    """The attribute that says a column."""
    if column in WORDS:
        words = WORDS[column]
        return Word(column, lambda model: words)
    if column in (Schools.link, Schools.planned_link):
        return Word(column, lambda model: tuple(model.policy.links))
    of = column.of or REFERENCES.get(column)
    if of is not None:
        return Reference(column, of)
    return Attribute(column) if column.width else Number(column)
