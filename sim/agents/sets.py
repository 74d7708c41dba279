"""Sets of agents as arrays of row numbers, with the methods of Mesa's AgentSet.

The model's own sets are live: they hold whoever is in the county now. A set that was selected, sorted,
shuffled or copied keeps its members over the years; those who leave the county drop out of it, as they do
from a Mesa set. Methods that take a function build a view for each agent; `get`, `agg`, `groupby` by name,
`sort` by name and `select` by column read columns and build none.

Attributes may be dotted (`"school.zone"`). What `select` takes by keyword is a value, a word, a view, None,
or a list of these: `teachers.select(title="senior", subject=["maths", "english"])`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from operator import attrgetter
from random import Random
from typing import Any, NoReturn

import numpy as np
from mesa.agentset import AgentSet, GroupBy
from numpy.typing import NDArray

from sim.agents.attributes import VIEWS, Attribute, Number, Raw

Places = NDArray[np.intp]

READ_ONLY = "only the kernel writes: let a process return Changes, or set a policy, and step the model"


class AgentRows(AgentSet):
    """An AgentSet of views: which kind of agent, and which row, in order."""

    def __init__(self, model: Any, kinds: tuple[Any, ...], which: Raw | None = None, rows: Raw | None = None) -> None:
        """The agents `rows` of the kinds `kinds[which]`, or all who are in the county now.

        `which` and `rows` have the same shape (agents,).
        """
        self.model = model
        self.kinds = kinds
        self._live = rows is None
        self._which = np.empty(0, np.int8) if which is None else which
        self._rows = np.empty(0, np.intp) if rows is None else rows
        self._marks = () if self._live else self._census()
        self._members: frozenset[int] | None = None

    @property
    def random(self) -> Random:
        """The model's random numbers, which no process uses."""
        return self.model.random

    # Who is in the set now.

    def _census(self) -> tuple[Raw, ...]:
        """The columns that change when agents of these kinds enter or leave."""
        return tuple(kind.census(self.model.state) for kind in self.kinds)

    def _now(self) -> tuple[Raw, Raw]:
        """Kinds and rows at this moment. Both (agents,)."""
        census = self._census()
        if len(census) != len(self._marks) or any(new is not old for new, old in zip(census, self._marks, strict=True)):
            if self._live:
                living = [kind.living(self.model.state) for kind in self.kinds]
                self._rows = np.concatenate(living)
                self._which = np.repeat(np.arange(len(living), dtype=np.int8), [rows.size for rows in living])
            else:
                self._follow()
            self._marks = census
            self._members = None
        return self._which, self._rows

    def _follow(self) -> None:
        """Find the members again after rows have moved; drop those who have left."""
        rows = self._rows.copy()
        for place, kind in enumerate(self.kinds):
            mine = self._which == place
            rows[mine] = kind.followed(self.model.state, rows[mine], self._marks[place])
        here = rows >= 0
        self._which, self._rows = self._which[here], rows[here]

    def _pick(self, places: Places) -> "AgentRows":
        """A set of its own with the members at `places`, in that order."""
        which, rows = self._now()
        return AgentRows(self.model, self.kinds, which[places], rows[places])

    def _parts(self) -> list[tuple[Any, Places, Raw]]:
        """For each kind that has members: the kind, their places in the set, their rows."""
        which, rows = self._now()
        if len(self.kinds) == 1:
            return [(self.kinds[0], np.arange(rows.size), rows)]
        found = [(kind, np.flatnonzero(which == place)) for place, kind in enumerate(self.kinds)]
        return [(kind, places, rows[places]) for kind, places in found if places.size]

    def __len__(self) -> int:
        """Number of agents."""
        return self._now()[1].size

    def __iter__(self) -> Iterator[Any]:
        """A view of each agent, those of the moment when the loop begins."""
        parts = self._parts()
        if (np.diff(self._which) >= 0).all():
            return chain.from_iterable(kind.views(self.model, rows) for kind, _, rows in parts)
        views: list[Any] = [None] * len(self)
        for kind, places, rows in parts:
            for place, view in zip(places.tolist(), kind.views(self.model, rows), strict=True):
                views[place] = view
        return iter(views)

    def __contains__(self, agent: object) -> bool:
        """True for a view of this model whose agent is in the set now."""
        if getattr(agent, "model", None) is not self.model or not isinstance(agent, self.kinds):
            return False
        self._now()
        if self._members is None:
            self._members = frozenset(self.get("unique_id"))
        return getattr(agent, "unique_id", None) in self._members

    def __getitem__(self, item: Any) -> Any:
        """The agent at a place, or a list of those in a slice."""
        if isinstance(item, slice):
            return list(self._pick(np.arange(len(self))[item]))
        which, rows = self._now()
        return self.kinds[which[item]](self.model, int(rows[item]))

    def __repr__(self) -> str:
        counted = ", ".join(f"{rows.size} {kind.__name__}" for kind, _, rows in self._parts())
        return f"<AgentRows: {counted or 'empty'}>"

    def to_list(self) -> list[Any]:
        """A view of each agent."""
        return list(self)

    # Reading columns.

    def _raw(self, path: str) -> tuple[Attribute, Raw] | None:
        """The attribute at the end of a path and its stored numbers; None where that is not a column.

        Raises AttributeError where a reference on the way is to no row.
        """
        parts = self._parts()
        if len(parts) != 1:
            return None
        kind, _, rows = parts[0]
        *way, last = path.split(".")
        for name in way:
            step = getattr(kind, name, None)
            if not isinstance(step, Attribute) or step.of is None:
                return None
            rows = step.raw(self.model, rows)
            if rows.size and rows.min() < 0:
                raise AttributeError(f"{path}: some {kind.__name__} here has no {name}; leave such out first")
            kind = VIEWS[step.of]
        found = getattr(kind, last, None)
        return (found, found.raw(self.model, rows)) if isinstance(found, Attribute) else None

    def _values(self, path: str, missing: tuple[Any, ...]) -> list[Any]:
        """The attribute of each agent; `missing` is empty, or holds the value where an agent has none."""
        if not missing or "." not in path:
            raw = self._raw(path)
            if raw is not None:
                return raw[0].say_all(self.model, raw[1])
        parts = self._parts()
        if len(parts) > 1:
            values: list[Any] = [None] * len(self)
            for kind, places, rows in parts:
                part = AgentRows(self.model, (kind,), np.zeros(rows.size, np.int8), rows)
                for place, value in zip(places.tolist(), part._values(path, missing), strict=True):
                    values[place] = value
            return values
        read = attrgetter(path)
        if not missing:
            return [read(agent) for agent in self]
        values = []
        for agent in self:
            try:
                values.append(read(agent))
            except AttributeError:
                values.append(missing[0])
        return values

    def get(self, attr_names: Any, handle_missing: str = "error", default_value: Any = None) -> list[Any]:
        """The named attribute of each agent, or a list of them for a list of names.

        Raises AttributeError where an agent has no such attribute, unless `handle_missing` is "default".
        """
        if handle_missing not in ("error", "default"):
            raise ValueError(f"handle_missing: expected 'error' or 'default', found {handle_missing!r}")
        missing = () if handle_missing == "error" else (default_value,)
        if isinstance(attr_names, str):
            return self._values(attr_names, missing)
        return [list(row) for row in zip(*(self._values(name, missing) for name in attr_names), strict=True)]

    def agg(self, attribute: str, func: Any) -> Any:
        """One function of the attribute's values, or a list of results for several functions.

        NumPy's functions are given an array of numbers, all others a list as in Mesa.
        """
        if not callable(func):
            return [self.agg(attribute, each) for each in func]
        raw = self._raw(attribute)
        of_numpy = (getattr(func, "__module__", None) or "").split(".")[0] == "numpy"
        if of_numpy and raw and isinstance(raw[0], Number):
            wide = {"f": np.float64, "i": np.int64}.get(raw[1].dtype.kind, raw[1].dtype)
            return func(raw[1].astype(wide))
        return func(self.get(attribute))

    def _matching(self, path: str, wanted: Any) -> Places:
        """Places of the agents whose attribute is the wanted value, or one of the wanted values."""
        several = list(wanted) if isinstance(wanted, list | tuple | set | frozenset) else [wanted]
        raw = self._raw(path)
        if raw is None:
            return np.flatnonzero([value in several for value in self.get(path)])
        codes = raw[0].codes(self.model, several)
        if len(codes) == 1:
            return np.flatnonzero(raw[1] == codes[0])
        return np.flatnonzero(np.isin(raw[1], codes))

    # Choosing and ordering.

    def select(
        self,
        filter_func: Any = None,
        at_most: float = float("inf"),
        inplace: bool = False,
        agent_type: Any = None,
        **where: Any,
    ) -> "AgentRows":
        """The agents that meet all conditions, in their order.

        Args:
            filter_func: a function of a view, or an array of truth values, one for each agent of the set.
            at_most: the first so many that meet the conditions; a float up to 1.0 is a share of the set.
            inplace: narrow this set; the model's own sets refuse it.
            agent_type: a kind of agent, or a tuple of kinds.
            where: attribute = value, or = a list of values.
        """
        limit = int(len(self) * at_most) if isinstance(at_most, float) and at_most <= 1 else at_most
        which, rows = self._now()
        places = np.arange(rows.size)
        if filter_func is not None and not callable(filter_func):
            mask = np.asarray(filter_func)
            if mask.dtype != np.bool_ or mask.shape != rows.shape:
                found = f"{mask.dtype} of shape {mask.shape}"
                raise ValueError(f"filter: expected truth values of shape {rows.shape}, found {found}")
            places = places[mask]
        if agent_type is not None:
            fitting = [place for place, kind in enumerate(self.kinds) if issubclass(kind, agent_type)]
            places = places[np.isin(which[places], fitting)]
        for path, wanted in where.items():
            places = places[self._pick(places)._matching(path, wanted)]
        if callable(filter_func):
            chosen: list[int] = []
            for place, agent in zip(places.tolist(), self._pick(places), strict=True):
                if len(chosen) >= limit:
                    break
                if filter_func(agent):
                    chosen.append(place)
            places = np.array(chosen, np.intp)
        return self._take(places if limit == float("inf") else places[: max(int(limit), 0)], inplace)

    def _take(self, places: Places, inplace: bool) -> "AgentRows":
        if not inplace:
            return self._pick(places)
        if self._live:
            raise AttributeError("the model's own sets follow the county; without inplace you get your own")
        self._which, self._rows = self._which[places], self._rows[places]
        self._members = None
        return self

    def shuffle(self, inplace: bool = False) -> "AgentRows":
        """The same agents in random order, from the model's `random`."""
        generator = np.random.default_rng(self.random.getrandbits(64))
        return self._take(generator.permutation(len(self)), inplace)

    def sort(self, key: Any, ascending: bool = False, inplace: bool = False) -> "AgentRows":
        """The same agents ordered by an attribute or a function of a view, highest first."""
        raw = self._raw(key) if isinstance(key, str) else None
        if raw is not None and isinstance(raw[0], Number):
            numbers = raw[1].astype(np.float64)
            return self._take(np.argsort(numbers if ascending else -numbers, kind="stable"), inplace)
        keys = self.get(key) if isinstance(key, str) else [key(agent) for agent in self]
        order = sorted(range(len(keys)), key=keys.__getitem__, reverse=not ascending)
        return self._take(np.array(order, np.intp), inplace)

    def groupby(self, by: Any, result_type: str = "agentset") -> "RowGroups":
        """Groups of agents by an attribute or a function of a view, in order of appearance."""
        raw = self._raw(by) if isinstance(by, str) else None
        groups: dict[Any, Places] = {}
        if raw is not None and raw[1].ndim == 1:
            numbers, first, inverse = np.unique(raw[1], return_index=True, return_inverse=True)
            parts = np.split(np.argsort(inverse, kind="stable"), np.cumsum(np.bincount(inverse))[:-1])
            said = raw[0].say_all(self.model, numbers)
            groups = {said[place]: parts[place] for place in np.argsort(first).tolist()}
        else:
            found: dict[Any, list[int]] = defaultdict(list)
            for place, value in enumerate(self.get(by) if isinstance(by, str) else map(by, self)):
                found[value].append(place)
            groups = {value: np.array(places, np.intp) for value, places in found.items()}
        sets = {value: self._pick(places) for value, places in groups.items()}
        if result_type == "list":
            return RowGroups({value: list(group) for value, group in sets.items()})
        return RowGroups(sets)

    def copy(self) -> "AgentRows":
        """The agents of this moment in a set of their own."""
        return self._pick(np.arange(len(self)))

    __copy__ = copy

    @classmethod
    def _from_iterable(cls, it: Iterable[Any]) -> AgentSet:
        """The set that `&`, `|`, `-` and `^` give."""
        agents: list[Any] = list(dict.fromkeys(it))
        if not agents:
            return AgentSet([], Random())
        known = tuple(VIEWS.values())
        if not all(isinstance(agent, known) and agent.model is agents[0].model for agent in agents):
            raise TypeError("a set of rows holds agents of one model; compare models by their unique ids")
        kinds = tuple(dict.fromkeys(type(agent) for agent in agents))
        which = np.array([kinds.index(type(agent)) for agent in agents], np.int8)
        return cls(agents[0].model, kinds, which, np.array([agent.row for agent in agents], np.intp))

    # Asking each agent.

    def map(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> list[Any]:
        """What a method, or a function of a view, returns for each agent."""
        if isinstance(method, str):
            return [getattr(agent, method)(*args, **kwargs) for agent in self]
        return [method(agent, *args, **kwargs) for agent in self]

    def do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> "AgentRows":
        """Call a method, or a function of a view, for each agent. Gives the set itself."""
        self.map(method, *args, **kwargs)
        return self

    def shuffle_do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> "AgentRows":
        """Call a method, or a function of a view, for each agent in random order."""
        self.shuffle().map(method, *args, **kwargs)
        return self

    # What a set of rows cannot do.

    def set(self, attr_name: str, value: Any) -> NoReturn:
        """Refused with AttributeError: state is written by processes."""
        raise AttributeError(f"{attr_name} cannot be set: {READ_ONLY}")

    def add(self, agent: Any) -> NoReturn:
        """Refused with AttributeError: agents enter by processes; join sets with `|`."""
        raise AttributeError(f"{agent!r} cannot be added: {READ_ONLY}; join sets with |")

    def discard(self, agent: Any) -> NoReturn:
        """Refused with AttributeError: agents leave by processes; take sets apart with `-` or `select`."""
        raise AttributeError(f"{agent!r} cannot be removed: {READ_ONLY}; take sets apart with - or select")

    remove = discard
    _update = add

    def __getstate__(self) -> dict[str, Any]:
        """Everything the set holds."""
        return self.__dict__.copy()

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take back what `__getstate__` gave."""
        self.__dict__.update(state)


class RowGroups(GroupBy):
    """Mesa's GroupBy, reading columns where the groups are sets of rows."""

    def agg(self, attr_name: str, func: Callable[..., Any]) -> dict[Any, Any]:
        """The function of the attribute's values in each group."""
        return {
            value: group.agg(attr_name, func)
            if isinstance(group, AgentRows)
            else func([getattr(agent, attr_name) for agent in group])
            for value, group in self.groups.items()
        }
