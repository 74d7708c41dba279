"""Which schools a policy plans for which group: named lists, and rules of the kind "towns' schools join the county's".

A name means every stage unit of that campus. A core campus with a primary and a junior part heads one group for each
part, since teachers move and mentor within a stage; members join the group of their own stage, or the only one there
is. A rule then makes every free school of its first kind a core, and deals the free schools of its second kind to the
cores of the same stage: how many each takes follows the cores' sizes, who goes where the nearest zone. The plan rests
on what the place is (names, stages, zones, owners, status, size at the founding), so that it is the same in every
seed, year and variant.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.columns import NONE
from sim.policy import FormationRule, Policy, SchoolKind
from sim.state import CORE, OUTSIDE, OWNERS, ROLES, STAGES, STATUSES, ZONES

Ints = NDArray[np.integer]


class Place(NamedTuple):
    """Stage units in the order of the table, by stage and name. Arrays (schools,)."""

    names: tuple[str, ...]
    stage: Ints
    zone: Ints
    owner: Ints
    status: Ints
    pupils: Ints
    """Pupils when the place was drawn."""


class Plan(NamedTuple):
    """Planned groups. Arrays (schools,), but `core`: the core unit of each group."""

    core: Ints
    group: Ints
    role: Ints
    link: Ints
    """Place of the link in the policy's list."""


def plan(place: Place, policy: Policy) -> Plan:
    """Group, role and link that a policy plans for each school."""
    count = len(place.names)
    found = _Planning(
        place, list(policy.links), [], np.full(count, NONE), np.full(count, OUTSIDE), np.full(count, NONE)
    )
    roles = {name: ROLES.index(link.role) for name, link in policy.links.items()}
    for named in policy.groups.values():
        parts = {int(place.stage[row]): found.head(row) for row in _units(place, named.core)}
        only = next(iter(parts.values()))
        for link, members in named.members.items():
            for row in (row for name in members for row in _units(place, name)):
                found.join(row, parts.get(int(place.stage[row]), only), link, roles[link])
    rules = policy.formation.rules.values()
    heads = [_of_kind(place, rule.core) & ((found.group < 0) | (found.role == CORE)) for rule in rules]
    some_head = np.any([*heads, np.zeros(count, bool)], axis=0)
    for rule, cores in zip(rules, heads, strict=True):
        free = _of_kind(place, rule.member) & (found.group < 0) & ~some_head
        for core, school in _dealt(place, rule, cores, free):
            group = int(found.group[core]) if found.group[core] >= 0 else found.head(core)
            if school is not None:
                found.join(school, group, rule.link, roles[rule.link])
    return Plan(np.array(found.core, np.int64), found.group, found.role, found.link)


class _Planning(NamedTuple):
    """A plan in the making."""

    place: Place
    links: list[str]
    core: list[int]
    group: Ints
    role: Ints
    link: Ints

    def head(self, row: int) -> int:
        """Make a school the core of a new group; returns the group's number."""
        self.core.append(row)
        self.group[row], self.role[row] = len(self.core) - 1, CORE
        return len(self.core) - 1

    def join(self, row: int, group: int, link: str, role: int) -> None:
        """Plan a school for a group."""
        self.group[row], self.role[row], self.link[row] = group, role, self.links.index(link)


def _units(place: Place, name: str) -> list[int]:
    """Rows of a campus: one unit, or a primary and a junior one."""
    rows = [row for row, known in enumerate(place.names) if known == name]
    if not rows:
        raise ValueError(f"the county has no school {name}")
    return rows


def _of_kind(place: Place, kind: SchoolKind) -> NDArray[np.bool_]:
    """Schools that a rule means. (schools,)"""
    chosen = np.ones(len(place.names), bool)
    if kind.zone is not None:
        chosen &= np.isin(place.zone, [ZONES.index(name) for name in kind.zone])
    if kind.status is not None:
        chosen &= np.isin(place.status, [STATUSES.index(name) for name in kind.status])
    if kind.owner is not None:
        chosen &= place.owner == OWNERS.index(kind.owner)
    if kind.stage is not None:
        chosen &= place.stage == STAGES.index(kind.stage)
    return chosen


def _dealt(
    place: Place, rule: FormationRule, cores: NDArray[np.bool_], members: NDArray[np.bool_]
) -> Iterator[tuple[int, int | None]]:
    """Cores with the schools dealt to them; with None, a core that heads a group even if it takes nobody.

    Members in rural zones choose first. Where there are too few members for every core to take the fewest, the
    largest cores take them and the others head no group.
    """
    for stage in range(len(STAGES)):
        heads = np.flatnonzero(cores & (place.stage == stage))
        free = np.flatnonzero(members & (place.stage == stage))
        free = free[np.lexsort((free, -place.zone[free].astype(int)))]
        fewest, most = rule.members or (0, max(free.size, 1))
        if fewest:
            heads = np.sort(heads[np.argsort(-place.pupils[heads], kind="stable")][: free.size // fewest])
        if not heads.size:
            continue
        quota = _quotas(place.pupils[heads], free.size, fewest, most)
        yield from ((int(core), None) for core in heads)
        taken = np.zeros(heads.size, np.int64)
        zone = place.zone[heads].astype(int)
        for school in free[: quota.sum()]:
            open_share = (quota - taken) / np.maximum(quota, 1)
            steps = np.abs(zone - int(place.zone[school]))
            chosen = int(np.lexsort((-open_share, steps, taken >= quota))[0])
            taken[chosen] += 1
            yield int(heads[chosen]), int(school)


def _quotas(size: Ints, members: int, fewest: int, most: int) -> Ints:
    """Members for each core, as even by its pupils as the limits allow. Shape of `size`."""
    quota = np.full(size.size, fewest, np.int64)
    for _ in range(min(members, most * size.size) - int(quota.sum())):
        burden = np.where(quota < most, (quota + 1) / np.maximum(size, 1), np.inf)
        quota[int(np.argmin(burden))] += 1
    return quota
