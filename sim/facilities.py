"""Facilities: equipment wears out and is renewed, groups buy it where it is short, hand it on and share it.

A school renews what it had in year 0, for as many pupils as it has now, a part each year; so with steady rolls
the stock is steady, and with falling rolls it follows a few years later. What a group buys beyond that goes first
to members below the official minimum or below the group's mean. Dear items wait a year for the group's
approval, and then go to the neediest. Multimedia rooms are a part of equipment and come with it.
"""

from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from sim.evidence import Evidence
from sim.grouped import ratio, sums, whole_shares
from sim.policy import Policy
from sim.state import CORE, STAGES, County, Schools, urban

Floats = NDArray[np.float64]
Yuan = NDArray[np.int64]

MINIMUM: dict[str, tuple[float, float]] = {
    "area_m2": (4.5, 5.8),
    "sports_m2": (7.5, 10.2),
    "equipment_yuan": (2000.0, 2500.0),
    "multimedia_rooms": (0.023, 0.024),
}
"""What 教督〔2017〕6号 asks for each pupil, primary and junior."""


class Purchases(NamedTuple):
    """Equipment that groups buy from the special fund in a year, whole yuan."""

    bought: Yuan
    """Spent for each school. (schools,)"""
    set_aside: Yuan
    """Taken from this year's fund, to be spent now or after approval. (groups,)"""
    spent: Yuan
    """Spent now, with what waited since last year. (groups,)"""
    awaiting: Yuan
    """Waits for approval until next year. (groups,)"""


def enough(schools: Schools, name: str = "equipment_yuan") -> Floats:
    """What the official minimum asks of a school with its pupils. (schools,)"""
    return np.array(MINIMUM[name])[schools.stage] * schools.pupils


def purchases(county: County, policy: Policy, evidence: Evidence, allotted: Yuan) -> Purchases:
    """Set a share of each group's fund aside for equipment and buy what may be bought this year."""
    schools, groups, rules = county.schools, county.groups, policy.funding
    bought = np.zeros(len(schools), np.int64)
    set_aside, spent, awaiting = (np.zeros_like(groups.awaiting_yuan) for _ in ("aside", "spent", "later"))
    if not (rules.equipment_share and evidence.switches.equipment and evidence.switches.fund):
        return Purchases(bought, set_aside, spent, groups.awaiting_yuan.copy())
    lacking = _lacking(county)
    waits = np.r_[[_needs_approval(policy, name) for name in policy.links], False][schools.link]
    dear = _dear_share(evidence, rules.approval_threshold_yuan)
    wealth = ratio(schools.equipment_yuan, enough(schools))
    for group, money in enumerate(allotted.tolist()):
        rows = np.flatnonzero((schools.group == group) & (schools.pupils > 0))
        if not rows.size:
            awaiting[group] = groups.awaiting_yuan[group]
            continue
        pupils = schools.pupils[rows]
        approved = _neediest_first(int(groups.awaiting_yuan[group]), lacking[rows], wealth[rows], pupils)
        lacking[rows] = np.maximum(lacking[rows] - approved, 0)
        set_aside[group] = int(rules.equipment_share * money)
        parts = _by_need(int(set_aside[group]), lacking[rows], pupils, rules.progressivity)
        later = np.where(waits[rows], np.floor(dear * parts), 0).astype(np.int64)
        bought[rows] = approved + parts - later
        spent[group], awaiting[group] = bought[rows].sum(), later.sum()
    return Purchases(bought, set_aside, spent, awaiting)


def _lacking(county: County) -> Floats:
    """Yuan that each member lacks to the official minimum, or to its group's mean where that is more. (schools,)"""
    schools, groups = county.schools, len(county.groups)
    least, stock = enough(schools), schools.equipment_yuan
    mean = ratio(sums(schools.group, groups, stock), sums(schools.group, groups, least))
    goal = np.maximum(np.r_[mean, 0.0][schools.group], 1) * least
    helped = (schools.group >= 0) & (schools.role != CORE)
    return np.where(helped, np.maximum(goal - stock, 0), 0.0)


def _needs_approval(policy: Policy, link: str) -> bool:
    threshold = policy.funding.approval_threshold_yuan
    return threshold is not None and policy.links[link].finance != "independent"


def _dear_share(evidence: Evidence, threshold: int | None) -> float:
    """Share of equipment money that goes to items above the threshold: prices are lognormal."""
    if threshold is None or threshold <= 0:
        return 1.0
    spread = evidence.item_spread
    return float(ndtr((log(evidence.item_median_yuan) + spread**2 - log(threshold)) / spread))


def _by_need(total: int, lacking: Floats, pupils: NDArray, progressivity: float) -> Yuan:
    """Money divided by need as far as there is any, the rest by pupils. Shape of `lacking`, whole yuan."""
    needed = min(int(progressivity * total), int(lacking.sum()))
    return whole_shares(needed, lacking) + whole_shares(total - needed, pupils)


def _neediest_first(total: int, lacking: Floats, wealth: Floats, pupils: NDArray) -> Yuan:
    """Money for the poorest school until it lacks nothing, then for the next; what is over goes by pupils."""
    parts = np.zeros(lacking.size, np.int64)
    left = total
    for row in np.argsort(wealth, kind="stable").tolist():
        parts[row] = min(left, int(np.ceil(lacking[row])))
        left -= int(parts[row])
    return parts + whole_shares(left, pupils)


def renewed(county: County, beyond: NDArray) -> tuple[Floats, Floats]:
    """Equipment and multimedia rooms after a year in which `beyond` was spent besides the usual renewal.

    Stock moves to its level of year 0 for today's pupils, 1 / life a year. Money that is missing (`beyond` below 0)
    cannot shrink renewal below nothing. Each (schools,).
    """
    schools, life = county.schools, float(county.county.equipment_life_years[0])
    rolls = ratio(schools.pupils, schools.usual_pupils)
    usual = schools.usual_equipment_yuan
    stages = len(STAGES)
    rooms_a_yuan = ratio(sums(schools.stage, stages, schools.usual_rooms), sums(schools.stage, stages, usual))
    found = []
    for stock, first, price in (
        (schools.equipment_yuan, usual, np.ones(stages)),
        (schools.multimedia_rooms, schools.usual_rooms, rooms_a_yuan),
    ):
        renewal = first * rolls / life
        found.append(stock + (first * rolls - stock) / life + np.maximum(beyond * price[schools.stage], -renewal))
    return found[0], found[1]


def reallocated(county: County, policy: Policy) -> Yuan:
    """Renewal money that groups direct to other schools than those it was meant for; sums to 0. (schools,)

    By pupils, or by what each lacks to the common level that all could reach together this year.
    """
    schools, life = county.schools, float(county.county.equipment_life_years[0])
    moved = np.zeros(len(schools), np.int64)
    ways = [*(link.facilities.allocation for link in policy.links.values()), "school"]
    if set(ways) == {"school"}:
        return moved
    least, way = enough(schools), np.array(ways)[schools.link]
    pooled = (way != "school") | (schools.role == CORE)
    renewal = schools.usual_equipment_yuan * ratio(schools.pupils, schools.usual_pupils) / life
    worn = schools.equipment_yuan * (1 - 1 / life)
    for group in range(len(county.groups)):
        rows = np.flatnonzero((schools.group == group) & pooled & (least > 0))
        pool = int(renewal[rows].sum())
        if not pool or (way[rows] == "school").all():
            continue
        level = (worn[rows].sum() + pool) / least[rows].sum()
        lacking = np.maximum(level * least[rows] - worn[rows], 0)
        weights = lacking if "need" in way[rows] else least[rows]
        moved[rows] = whole_shares(pool, weights) - whole_shares(pool, renewal[rows])
    return moved


def handed_on(county: County, policy: Policy, stock: Floats) -> Floats:
    """Equipment after each group has handed some on from its richest to its poorest school; the sum stays. (schools,)

    Only schools whose equipment the group owns take part, and their core.
    """
    schools = county.schools
    rates = [link.facilities.transfer_rate * (link.facilities.ownership == "group") for link in policy.links.values()]
    if not any(rates) or not len(county.groups):
        return stock
    rate, least, moved = np.r_[rates, 0.0][schools.link], enough(schools), stock.copy()
    for group in range(len(county.groups)):
        inside = (schools.group == group) & ((rate > 0) | (schools.role == CORE)) & (least > 0)
        rows = np.flatnonzero(inside)
        if rows.size <= 1 or not rate[rows].any():
            continue
        wealth = moved[rows] / least[rows]
        rich, poor = rows[wealth.argmax()], rows[wealth.argmin()]
        equal = (wealth.max() - wealth.min()) / (1 / least[rich] + 1 / least[poor])
        flow = equal * (rate[poor] if schools.role[poor] != CORE else rate[rich])
        moved[rich] -= flow
        moved[poor] += flow
    return moved


def effective(county: County, policy: Policy, evidence: Evidence) -> Floats:
    """Areas, equipment and rooms that pupils can use: a member's own, and a share of what its group has beyond.

    A member below its group's mean comes nearer to it, less far between town and country; so no more is shared
    than richer schools have beyond the mean. Shape (4, schools), in the order of `MINIMUM`.
    """
    schools = county.schools
    own = np.array([schools.read(Schools.columns[name]) for name in MINIMUM])
    sharing = [link.facilities.sharing for link in policy.links.values()]
    if not (any(sharing) and len(county.groups) and evidence.switches.facilities):
        return own
    core = np.r_[county.groups.core, -1][schools.group]
    apart = urban(schools.zone[core]) != urban(schools.zone)
    reach = np.r_[sharing, 0.0][schools.link] * np.where(apart, evidence.distance_factor, 1.0)
    for number, name in enumerate(MINIMUM):
        least = enough(schools, name)
        above, below = (sums(schools.group, len(county.groups), values) for values in (own[number], least))
        mean = np.r_[ratio(above, below), 0.0][schools.group] * least
        own[number] += reach * np.maximum(mean - own[number], 0)
    return own
