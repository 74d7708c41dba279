"""Schools, groups, teachers and pupils as Mesa agents: views of a row that read and never write.

A view costs nothing until it is asked and holds nothing but its place: two views of one row are equal, and
what they say changes as the county does. A pupil's row moves from year to year, so a pupil is found by id;
one who has left school says so. Only `pos` may be set: where an agent is drawn is no part of the county.

    teacher.title            "senior"
    teacher.school.zone      "near"
    teacher.partner          the Teacher exchanged for this one, or None
    school.students          an AgentSet
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

import numpy as np
from mesa.agent import Agent

from sim.agents.attributes import VIEWS, Derived, Identity, Name, Raw, attribute
from sim.agents.sets import READ_ONLY, AgentRows
from sim.columns import NONE, Table
from sim.state import SERVING, County, Groups, Schools, Students, Teachers, open_groups


class View(Agent):
    """A row of a table as a Mesa agent."""

    code: ClassVar[int]
    table: ClassVar[type[Table]]
    unique_id: Any

    def __init_subclass__(cls, table: type[Table] | None = None, code: int = 0, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if table is not None:
            cls.code, cls.table = code, table
            for name, column in table.columns.items():
                setattr(cls, name, attribute(column))
            cls.unique_id = Identity(cls)
            VIEWS[table] = cls

    def __init__(self, model: Any, row: int | None = None) -> None:
        """The view of row `row`. Raises TypeError without a row, IndexError where there is none."""
        kind = type(self).__name__
        if row is None:
            raise TypeError(f"a {kind} is seen by {kind}(model, row); new ones enter the county by processes")
        size = len(model.state.table(self.table))
        if not 0 <= row < size:
            raise IndexError(f"{kind}: expected a row from 0 to {size - 1}, found {row}")
        self.__dict__.update(model=model, key=self.keys(model.state, np.array([row])).item(), at=row)

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    @property
    def row(self) -> int:
        """Place in the table now."""
        return self.at

    @classmethod
    def views(cls, model: Any, rows: Raw) -> Iterator[Any]:
        """A view of each row."""
        for key, row in zip(cls.keys(model.state, rows).tolist(), rows.tolist(), strict=True):
            view = object.__new__(cls)
            view.__dict__.update(model=model, key=key, at=row)
            yield view

    @classmethod
    def keys(cls, county: County, rows: Raw) -> Raw:
        """What tells the agents of these rows apart for good: the rows themselves, where nobody moves."""
        return rows

    @classmethod
    def where(cls, model: Any, mask: Raw) -> AgentRows:
        """The set of agents whose rows are true in `mask`. Shape (rows,)."""
        rows = np.flatnonzero(mask)
        return AgentRows(model, (cls,), np.zeros(rows.size, np.int8), rows)

    @classmethod
    def census(cls, county: County) -> Raw:
        """A column that is replaced whenever agents enter or leave."""
        return county.table(cls.table).read(next(iter(cls.table.columns.values())))

    @classmethod
    def living(cls, county: County) -> Raw:
        """Rows of the agents that are in the county now."""
        return np.arange(len(county.table(cls.table)))

    @classmethod
    def followed(cls, county: County, rows: Raw, census: Raw) -> Raw:
        """The rows where agents are now that were at `rows` when `census` held; -1 for those who left."""
        return rows

    @property
    def pos(self) -> Any:
        """Position in a space that draws agents; None until it is set, as in Mesa."""
        return self.model.positions.get(self.unique_id)

    def __setattr__(self, name: str, value: Any) -> None:
        if name != "pos":
            raise AttributeError(f"{type(self).__name__}.{name} cannot be set: {READ_ONLY}")
        if value is None:
            self.model.positions.pop(self.unique_id, None)
        else:
            self.model.positions[self.unique_id] = value

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__}.{name} cannot be deleted: {READ_ONLY}")

    def remove(self) -> NoReturn:
        """Refused with AttributeError: agents leave by processes."""
        raise AttributeError(f"{self!r} cannot be removed: {READ_ONLY}")

    @classmethod
    def create_agents(cls, model: Any, n: int, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused with AttributeError: agents enter by processes."""
        raise AttributeError(f"{cls.__name__}s cannot be created: {READ_ONLY}")

    from_dataframe = create_agents

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.key == other.key and self.model is other.model

    def __hash__(self) -> int:
        return hash((type(self), self.key))

    def __copy__(self) -> "View":
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> "View":
        """The same agent, of the copied model where the model is being copied."""
        twin = object.__new__(type(self))
        twin.__dict__.update(self.__dict__, model=memo.get(id(self.model), self.model))
        return twin

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.unique_id})"


class School(View, table=Schools, code=1):
    """A stage unit: the primary or the junior part of a school."""

    name = Name("names", "Name of the school")
    name_en = Name("names_en", "Name of the school in Latin letters")

    @property
    def teachers(self) -> AgentRows:
        """The teachers who teach here now, wherever their file is."""
        teachers = self.model.state.teachers
        return Teacher.where(self.model, (teachers.school == self.row) & (teachers.status == SERVING))

    @property
    def teachers_on_file(self) -> AgentRows:
        """The serving teachers whose file is here, wherever they teach."""
        teachers = self.model.state.teachers
        return Teacher.where(self.model, (teachers.home == self.row) & (teachers.status == SERVING))

    @property
    def students(self) -> AgentRows:
        """The pupils enrolled."""
        return Student.where(self.model, self.model.state.students.school == self.row)


class Group(View, table=Groups, code=2):
    """An education group: a core school and those linked to it."""

    @property
    def name(self) -> str:
        """The policy's name for the group of this core, or the core's own name."""
        core = self.core.name
        return next((name for name, group in self.model.policy.groups.items() if group.core == core), core)

    @property
    def schools(self) -> AgentRows:
        """The core and the schools linked to it."""
        return School.where(self.model, self.model.state.schools.group == self.row)

    @classmethod
    def census(cls, county: County) -> Raw:
        """Which groups stand."""
        return county.groups.closed_year

    @classmethod
    def living(cls, county: County) -> Raw:
        """Rows of groups that have not been dissolved."""
        return np.flatnonzero(open_groups(county.groups))

    @classmethod
    def followed(cls, county: County, rows: Raw, census: Raw) -> Raw:
        """The same rows; -1 for groups that have been dissolved."""
        return np.where(open_groups(county.groups)[rows], rows, NONE)


class Teacher(View, table=Teachers, code=3):
    """A teacher. Retired teachers and those who left may be seen, but are in no set."""

    @classmethod
    def keys(cls, county: County, rows: Raw) -> Raw:
        """Teachers' ids, the same for a person in every variant of a seed."""
        return county.teachers.id[rows]

    @classmethod
    def census(cls, county: County) -> Raw:
        """Who serves."""
        return county.teachers.status

    @classmethod
    def living(cls, county: County) -> Raw:
        """Rows of serving teachers."""
        return np.flatnonzero(county.teachers.status == SERVING)

    @classmethod
    def followed(cls, county: County, rows: Raw, census: Raw) -> Raw:
        """The same rows; -1 for those who no longer serve."""
        return np.where(county.teachers.status[rows] == SERVING, rows, NONE)


class Student(View, table=Students, code=4):
    """A child at school. One who has left raises AttributeError for every column."""

    grade = Derived(lambda county, rows: county.school_year - county.students.cohort[rows] + 1, "Grade")

    @property
    def row(self) -> int:
        """Place in the table now. Raises AttributeError where the child has left school."""
        ids = self.model.state.students.id
        if self.at >= ids.size or ids[self.at] != self.key:
            found = np.flatnonzero(ids == self.key)
            if not found.size:
                raise AttributeError(f"{self!r} has left school")
            self.__dict__["at"] = int(found[0])
        return self.at

    @classmethod
    def keys(cls, county: County, rows: Raw) -> Raw:
        """Children's ids, the same for a child in every variant of a seed."""
        return county.students.id[rows]

    @classmethod
    def census(cls, county: County) -> Raw:
        """Who is at school."""
        return county.students.id

    @classmethod
    def followed(cls, county: County, rows: Raw, census: Raw) -> Raw:
        """The rows where the children are now; -1 for those who have left."""
        ids, sought = county.students.id, census[rows]
        if not ids.size:
            return np.full(rows.shape, NONE)
        order = np.argsort(ids)
        place = np.searchsorted(ids, sought, sorter=order)
        found = order[np.minimum(place, ids.size - 1)]
        return np.where(ids[found] == sought, found, NONE)
