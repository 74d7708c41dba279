"""Processes: functions from county, policy and evidence to changes, with declared reads and writes.

A process never touches the county. It returns `Changes`, and the kernel applies them: first the new values
of columns, then rows that enter, then which rows stay and in what order. What a process writes
without having declared it is refused; that it reads only what it declares is proved by a test.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sim.columns import Array, Column, Table
from sim.draws import Draws
from sim.evidence import Evidence
from sim.policy import Policy
from sim.state import County


class DeclarationError(Exception):
    """A process did something that it does not declare."""


@dataclass(frozen=True)
class Changes:
    """What one process wants of the county."""

    write: Mapping[Column, Any] = field(default_factory=dict)
    enter: Mapping[type[Table], Mapping[Column, Any]] = field(default_factory=dict)
    rows: Mapping[type[Table], Array] = field(default_factory=dict)
    """Rows that stay, in their new order; numbers from the table's old size on are entering rows."""


Mechanism = Callable[[County, Policy, Evidence, Draws], Changes]


class Process(NamedTuple):
    """A mechanism with its declarations."""

    name: str
    mechanism: Mechanism
    reads: frozenset[Column]
    writes: frozenset[Column]
    resizes: frozenset[type[Table]]

    def run(self, county: County, policy: Policy, evidence: Evidence, seed: int) -> Changes:
        """Compute the changes of this year; the county stays as it is."""
        draws = Draws(seed, self.name, county.year)
        return self.mechanism(county, policy, evidence, draws)


def process(
    *,
    reads: tuple[Column, ...],
    writes: tuple[Column, ...],
    resizes: tuple[type[Table], ...] = (),
) -> Callable[[Mechanism], Process]:
    """Declare what a mechanism reads, which columns it writes, and which tables it lets rows enter or leave."""

    def declare(mechanism: Mechanism) -> Process:
        name = f"{mechanism.__module__.rsplit('.', 1)[-1]}.{mechanism.__name__}"
        return Process(name, mechanism, frozenset(reads), frozenset(writes), frozenset(resizes))

    return declare


def apply(county: County, process: Process, changes: Changes) -> None:
    """Write the changes into the county.

    Raises DeclarationError where they go beyond what the process declares.
    """
    undeclared = changes.write.keys() - process.writes
    moved = (changes.enter.keys() | changes.rows.keys()) - process.resizes
    if undeclared or moved:
        names = ", ".join(sorted([repr(item) for item in undeclared] + [item.__name__ for item in moved]))
        declared = ", ".join(
            sorted([repr(item) for item in process.writes] + [item.__name__ for item in process.resizes])
        )
        raise DeclarationError(f"{process.name} wrote {names}, which it does not declare; it declares {declared}")
    for column, values in changes.write.items():
        county.table(column.table).write(column, values)
    for table in changes.enter.keys() | changes.rows.keys():
        county.table(table).resize(changes.rows.get(table), changes.enter.get(table))
