"""Schools of the first county: names, zones, sizes, catchments, who feeds whom, management, facilities."""

from collections import Counter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.columns import NONE
from sim.draws import Draws
from sim.facts import Facts, NamedSchool
from sim.founding.fitting import orthogonal, stretched
from sim.founding.setting import Calibration, Setting
from sim.grouped import ratio, sums, whole_shares
from sim.membership import Place, plan
from sim.state import (
    CORE,
    FAR,
    JUNIOR,
    MEMBER,
    OUTSIDE,
    OWNERS,
    PRIMARY,
    STAGES,
    STATUSES,
    ZONES,
    ZONES_ZH,
    Schools,
    urban,
)  # fmt: skip

Floats = NDArray[np.float64]
SMALLEST_SCHOOL = 12
"""Pupils of the smallest school that is drawn."""
PLACE_SEED = 0
"""Seed of the place, the same for every seed of a study."""


class Units(NamedTuple):
    """Stage units in the order of the table: by stage and name. Arrays (schools,)."""

    names: tuple[str, ...]
    names_en: tuple[str, ...]
    stage: NDArray[np.int8]
    zone: NDArray[np.int8]
    owner: NDArray[np.int8]
    status: NDArray[np.int8]
    roster: NDArray[np.int8]
    pupils: NDArray[np.int64]
    """Pupils at year 0."""


def units(setting: Setting) -> Units:
    """The county's stage units with their sizes. Named schools are near their zone's mean size."""
    facts, draw = setting.facts, Draws(PLACE_SEED, "place", 0)
    listed: list[tuple[int, str, str, int, NamedSchool | None]] = []
    for stage_number, stage in enumerate(STAGES):
        if stage not in facts.stages:
            continue
        for zone_number, zone in enumerate(ZONES):
            if zone not in facts.stages[stage].zones:
                continue
            named = [item for item in facts.named_schools if (item.stage, item.zone) == (stage, zone)]
            listed += [(stage_number, item.name, item.en, zone_number, item) for item in named]
            for place in range(facts.stages[stage].zones[zone].schools - len(named)):
                kind = "小学" if stage == "primary" else "初中"
                name = f"{ZONES_ZH[zone_number]}{kind}{place + 1:02d}"
                listed.append((stage_number, name, f"{zone} {stage} {place + 1:02d}", zone_number, None))
    listed.sort(key=lambda item: item[:2])
    stage_of = np.array([item[0] for item in listed], np.int8)
    zone_of = np.array([item[3] for item in listed], np.int8)
    named_as = [item[4] for item in listed]
    is_named = np.array([item is not None for item in named_as])
    names = tuple(item[1] for item in listed)
    pupils = _sizes(setting, draw, stage_of, zone_of, is_named)
    owner, status = _kinds(setting, draw, stage_of, zone_of, named_as)
    drawn = Place(names, stage_of, zone_of, owner, status, pupils)
    roster = plan(drawn, setting.own).role if setting.own is not None else np.full(len(names), OUTSIDE)
    return Units(
        names, tuple(item[2] for item in listed), stage_of, zone_of, owner, status, roster.astype(np.int8), pupils
    )


def town_of(facts: Facts, found: Units) -> NDArray[np.int64]:
    """Town that runs each unit, -1 where none does: the one named, else the units of a zone and stage are
    dealt to its towns in turn.

    Towns of the zone `far` run the village schools too, where no town has the zone `village`.
    """
    names = list(facts.towns)
    town = np.full(len(found.names), NONE)
    named = {school.name: names.index(school.town) for school in facts.named_schools if school.town is not None}
    zones = {zone: [number for number, item in enumerate(facts.towns.values()) if item.zone == zone] for zone in ZONES}
    zones["village"] = zones["village"] or zones["far"]
    dealt = Counter[tuple[int, str]]()
    for row, name in enumerate(found.names):
        zone = ZONES[found.zone[row]]
        if name in named:
            town[row] = named[name]
        elif zones[zone]:
            place = (int(found.stage[row]), zone)
            town[row] = zones[zone][dealt[place] % len(zones[zone])]
            dealt[place] += 1
    return town


def roles(setting: Setting) -> list[tuple[int, str, int]]:
    """Stage, name and role of every school for which the county's own policy plans one."""
    found = units(setting)
    rows = np.flatnonzero(found.roster != OUTSIDE).tolist()
    return [(int(found.stage[row]), found.names[row], int(found.roster[row])) for row in rows]


def _kinds(
    setting: Setting, draw: Draws, stage: NDArray, zone: NDArray, named_as: list[NamedSchool | None]
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Owner and status of each school: as named, else by lot in the proportions of its zone. Each (schools,)."""
    owner, status = np.full(stage.size, NONE, np.int8), np.full(stage.size, NONE, np.int8)
    for row, school in enumerate(named_as):
        if school is not None and school.owner is not None:
            owner[row] = OWNERS.index(school.owner)
        if school is not None and school.status is not None:
            status[row] = STATUSES.index(school.status)
    rows = np.arange(stage.size)
    for column, purpose, kinds in ((owner, "owner", OWNERS), (status, "status", STATUSES)):
        luck = draw.uniform(purpose, rows)
        for stage_number, zone_number in sorted(set(zip(stage.tolist(), zone.tolist(), strict=True))):
            known = setting.facts.stages[STAGES[stage_number]].zones[ZONES[zone_number]]
            by_status = {str(name): share for name, share in known.status_shares.items()}
            shares = {"town": known.town_run_share} if column is owner else by_status
            open_rows = np.flatnonzero((stage == stage_number) & (zone == zone_number) & (column == NONE))
            open_rows = open_rows[np.argsort(luck[open_rows], kind="stable")]
            usual = max(1 - sum(shares.values()), 0.0)
            parts = whole_shares(
                open_rows.size, np.array([shares.get(kind, usual * (kind == kinds[0])) for kind in kinds])
            )
            column[open_rows] = np.repeat(np.arange(len(kinds)), parts)
    return owner, status


def _sizes(setting: Setting, draw: Draws, stage: NDArray, zone: NDArray, named: NDArray) -> NDArray[np.int64]:
    """Pupils at year 0; each zone has its pupils exactly."""
    facts = setting.facts
    rows = np.arange(stage.size)
    low, high = facts.named_size_range
    near_mean = low + (high - low) * draw.uniform("named size", rows)
    pupils = np.zeros(stage.size, np.int64)
    for stage_number, stage_name in enumerate(STAGES):
        if stage_name not in facts.stages:
            continue
        spread = np.sqrt(np.log1p(facts.stages[stage_name].targets.pupils_within_cv ** 2))
        factor = np.where(named, near_mean, np.exp(spread * draw.normal("size", rows)))
        for zone_number, zone_name in enumerate(ZONES):
            here = (stage == stage_number) & (zone == zone_number)
            if not here.any():
                continue
            total = facts.stages[stage_name].zones[zone_name].pupils
            mean = total / here.sum()
            kept = here & named
            rest = here & ~named
            if rest.any():
                fixed = np.rint(mean * factor[kept]).astype(np.int64)
                free = total - int(fixed.sum())
                pupils[kept] = fixed
                extra = free - SMALLEST_SCHOOL * int(rest.sum())
                pupils[rest] = SMALLEST_SCHOOL + whole_shares(max(extra, 0), factor[rest])
            else:
                pupils[kept] = whole_shares(total, factor[kept])
    return pupils


def feeds(found: Units) -> NDArray[np.int64]:
    """Junior unit of each primary catchment: nearest zone first, where most children are missing. (schools,)

    Junior catchments are unions of primary ones. A primary unit goes to the junior unit of its own zone
    that is shortest of children, and to the next zone when all are full (villages belong to far towns).
    """
    target = np.full(len(found.names), NONE)
    primary = np.flatnonzero(found.stage == PRIMARY)
    junior = np.flatnonzero(found.stage == JUNIOR)
    if not primary.size or not junior.size:
        return target
    scale = found.pupils[primary].sum() / found.pupils[junior].sum()
    missing = found.pupils[junior] * scale
    zone = np.minimum(found.zone, FAR)
    order = np.lexsort((-found.pupils[primary], -zone[primary]))
    for unit in primary[order]:
        steps = np.abs(zone[junior].astype(int) - zone[unit])
        room = missing >= found.pupils[unit] / 2
        chosen = int(np.lexsort((-missing, steps, ~room))[0])
        target[unit] = junior[chosen]
        missing[chosen] -= found.pupils[unit]
    for place in np.flatnonzero(~np.isin(junior, target)):
        shared = np.bincount(target[primary], minlength=len(found.names))
        candidates = primary[shared[target[primary]] > 1]
        if not candidates.size:
            raise ValueError("a county needs at least as many primary as junior units")
        near = candidates[np.argmin(np.abs(zone[candidates].astype(int) - zone[junior[place]]))]
        target[near] = junior[place]
    return target


def entry_ratio(found: Units, target: NDArray) -> Floats:
    """Children entering grade 7 for each leaver of the catchments, so that rolls are steady. (schools,)"""
    years = np.where(found.stage == PRIMARY, 6, 3)
    leavers = sums(target, len(found.names), found.pupils / years)
    return np.where(found.stage == JUNIOR, ratio(found.pupils / years, leavers, 1.0), 1.0)


def catchments(found: Units, target: NDArray, solved: Calibration, draw: Draws) -> tuple[Floats, Floats]:
    """Mean entry ability of catchments (schools,), and their part beyond zone and role with SD 1.

    A part of what lies beyond zone and role is common to the catchments of one junior unit. The gaps
    between zones and between roles are exact in each draw. A junior unit has the mean of the catchments
    that feed it.
    """
    primary = np.flatnonzero(found.stage == PRIMARY)
    weights = found.pupils[primary].astype(float)
    rural = ~urban(found.zone[primary])
    above = np.where(target[primary] >= 0, found.roster[target[primary]], OUTSIDE)
    own = found.roster[primary]
    marks = [rural, *((kind == role) for kind in (own, above) for role in (CORE, MEMBER))]
    shared = draw.normal("neighbourhood", np.maximum(target[primary], 0))
    alone = draw.normal("catchment", primary)
    noise = np.sqrt(solved.nested_share) * shared + np.sqrt(1 - solved.nested_share) * alone
    beyond = orthogonal(noise, weights, marks)
    wanted = (solved.zone_gap, solved.core_gap_primary, solved.core_gap_junior)
    known = [
        (pair, gap)
        for pair, gap in zip(_pairs(rural, own, above), wanted, strict=True)
        if pair[0].any() and pair[1].any()
    ]
    gaps = np.array([gap for _, gap in known])
    value = solved.catchment_sd * beyond + _with_gaps([pair for pair, _ in known], gaps, weights)

    result, free = np.zeros(len(found.names)), np.zeros(len(found.names))
    result[primary], free[primary] = value - np.average(value, weights=weights), beyond
    total = sums(target, result.size, np.where(found.stage == PRIMARY, found.pupils, 0))
    junior = found.stage == JUNIOR
    for column in (result, free):
        fed = sums(target, result.size, np.where(found.stage == PRIMARY, found.pupils, 0) * column)
        column[junior] = ratio(fed, total)[junior]
    return result, free


Pair = tuple[NDArray[np.bool_], NDArray[np.bool_]]


def _pairs(rural: NDArray, own: NDArray, above: NDArray) -> list[Pair]:
    """Catchments on the upper and the lower side of each gap: zone, own role, role of the junior unit."""
    return [(~rural, rural), *((kind == CORE, kind == MEMBER) for kind in (own, above))]


def _with_gaps(pairs: list[Pair], gaps: Floats, weights: Floats) -> Floats:
    """Smallest values whose weighted mean differs by the given gap between the sides of each pair. (rows,)"""
    if not pairs:
        return np.zeros(weights.size)
    contrast = np.array([
        upper * weights / (upper * weights).sum() - lower * weights / (lower * weights).sum()
        for upper, lower in pairs
    ])  # fmt: skip
    return np.linalg.lstsq(contrast / np.sqrt(weights), gaps, rcond=None)[0] / np.sqrt(weights)


def practice(found: Units, free: Floats, draw: Draws, purpose: str, core_mean: float, correlation: float) -> Floats:
    """A school quality with SD 1 in each stage, mean `core_mean` in cores, tied to the catchment. (schools,)"""
    value = np.zeros(len(found.names))
    noise = draw.normal(purpose, np.arange(value.size))
    for stage in (PRIMARY, JUNIOR):
        here = found.stage == stage
        if not here.any():
            continue
        marks = [(found.roster == CORE)[here], (found.roster == MEMBER)[here], (~urban(found.zone))[here]]
        weights = found.pupils[here].astype(float)
        tied = orthogonal(free[here], weights, marks)
        own = orthogonal(noise[here], weights, [*marks, tied])
        mixed = correlation * tied + np.sqrt(1 - correlation**2) * own
        value[here] = mixed + core_mean * (found.roster == CORE)[here]
    return value


def facilities(setting: Setting, schools: Schools, draw: Draws) -> dict[str, Floats]:
    """Areas, equipment and rooms that meet the official means and CVs with the pupils of year 0."""
    rows = np.arange(len(schools))
    made = {name: np.zeros(rows.size) for name in ("area_m2", "sports_m2", "equipment_yuan", "multimedia_rooms")}
    for stage_number, stage in enumerate(STAGES):
        here = np.flatnonzero((schools.stage == stage_number) & (schools.pupils > 0))
        if not here.size:
            continue
        targets = setting.facts.stages[stage].targets
        pupils = schools.pupils[here].astype(float)
        for name, goal, per in (
            ("area_m2", targets.area_m2, 1.0),
            ("sports_m2", targets.sports_m2, 1.0),
            ("equipment_yuan", targets.equipment_yuan, 1.0),
            ("multimedia_rooms", targets.multimedia, 100.0),
        ):
            skew = np.expm1(goal.cv * draw.normal(name, rows)[here])
            rounded = name == "multimedia_rooms"

            def finish(values: Floats, rounded: bool = rounded, per: float = per, pupils: Floats = pupils) -> Floats:
                return np.rint(values * pupils / per) * per / pupils if rounded else values

            fitted = stretched(np.full(here.size, goal.mean), skew, pupils, goal.cv, finish)
            made[name][here] = fitted * pupils / per
    return made
