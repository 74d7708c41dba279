"""Whom a school lets go: the sender's choice among those who can be sent.

A principal who must send k of n teachers would like their mean quality to meet a target: below the school's
mean when he protects his own result, above it when floors are enforced and the members' result is his. He
orders the pool by quality and luck, mixed with the correlation that gives the target on average; where none
does, the target is out of reach and said to be so.
"""

from itertools import combinations
from math import ceil, factorial

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from sim.evidence import Evidence
from sim.grouped import whole_shares
from sim.policy import Policy

Floats = NDArray[np.float64]
BLOM_SHIFT = 0.375
"""Blom's constants for expected normal scores (1958)."""
BLOM_SPREAD = 0.25
ROUNDING = 1e-9
STRONGEST_TIE = 0.95
"""Largest correlation between quality and being sent; beyond it the target is unattainable."""


def shortfall_by_filter(filters: list[NDArray[np.bool_]], due: int) -> NDArray[np.int64]:
    """Persons short because of each filter of a pool; their sum is what the filters leave missing of `due`.

    Each filter (teachers,) says who passes. Filters act together (few are young *and* honoured *and* at home), so
    their shares are Shapley's: the mean of what a filter takes away over all orders, in whole persons.
    """
    count = len(filters)
    signs = sum(passing.astype(np.int64) << number for number, passing in enumerate(filters))
    people = np.bincount(signs, minlength=1 << count)
    groups = np.arange(1 << count)
    missing = [due - min(due, int(people[(groups & chosen) == chosen].sum())) for chosen in groups.tolist()]
    if not missing[-1]:
        return np.zeros(count, np.int64)
    shares = np.zeros(count)
    for number in range(count):
        others = [1 << other for other in range(count) if other != number]
        for size in range(count):
            weight = factorial(size) * factorial(count - size - 1) / factorial(count)
            for before in map(sum, combinations(others, size)):
                shares[number] += weight * (missing[before | 1 << number] - missing[before])
    return whole_shares(missing[-1], np.maximum(shares, 0.0))


def expected_score(pool: int, sent: int) -> float:
    """Expected mean of the `sent` highest of `pool` normal numbers."""
    ranks = np.arange(pool - sent + 1, pool + 1)
    return float(ndtri((ranks - BLOM_SHIFT) / (pool + BLOM_SPREAD)).mean())


def sender_target(policy: Policy, evidence: Evidence, decreed: bool = True) -> float:
    """Quality of movers that a sender aims at, against the school's mean, in σ_T (P10, P11); a floor is `decreed`."""
    bundle = policy.assessment.bundle_weight if evidence.switches.bundling else 0.0
    lean = (evidence.enforcement_decreed * decreed + bundle) / 2
    weak, strong = evidence.sender_selection_weak, evidence.sender_selection_strong
    return weak + lean * (strong - weak)


def sending_order(quality: Floats, target: float, sent: int, luck: Floats) -> tuple[NDArray[np.integer], bool]:
    """Order in which a pool is let go, and whether the target is out of reach.

    `quality` (pool,) against the school's mean in σ_T, `luck` (pool,) standard normal. A pool that is sent
    whole leaves no choice, so that the target is out of reach.
    """
    spread = float(quality.std(ddof=1)) if quality.size > 1 else 0.0
    tie, key = 0.0, luck
    if sent >= quality.size:
        return np.argsort(-key, kind="stable"), True
    if spread > 0 and sent > 0:
        wanted = (target - quality.mean()) / (spread * expected_score(quality.size, sent))
        tie = float(np.clip(wanted, -STRONGEST_TIE, STRONGEST_TIE))
        key = tie * (quality - quality.mean()) / spread + np.sqrt(1 - tie * tie) * luck
    return np.argsort(-key, kind="stable"), abs(tie) >= STRONGEST_TIE


def order_in_strata(
    quality: Floats, backbone: NDArray[np.bool_], floor: float, target: float, sent: int, luck: Floats
) -> tuple[NDArray[np.integer], bool]:
    """As `sending_order` where at least the share `floor` of those sent must be backbone teachers.

    Two strata, one correlation: the pool's mean and spread are weighted by what each stratum must give. First
    come the backbone teachers whom the floor asks for, then the others, then the rest of the backbone.
    """
    wanted = min(ceil(floor * sent - ROUNDING), int(backbone.sum()))
    parts = [(np.flatnonzero(backbone), wanted), (np.flatnonzero(~backbone), sent - wanted)]
    mean = spread = 0.0
    for rows, number in parts:
        number = min(number, rows.size)
        if number:
            mean += number / sent * float(quality[rows].mean())
            if rows.size > 1 and number < rows.size:
                score = expected_score(rows.size, number)
                spread += number / sent * float(quality[rows].std(ddof=1)) * score
    tie = float(np.clip((target - mean) / spread, -STRONGEST_TIE, STRONGEST_TIE)) if spread > 0 else 0.0
    ordered = []
    for rows, _ in parts:
        own = quality[rows].std(ddof=1) if rows.size > 1 else 0.0
        z = (quality[rows] - quality[rows].mean()) / own if own > 0 else np.zeros(rows.size)
        ordered.append(rows[np.argsort(-(tie * z + np.sqrt(1 - tie * tie) * luck[rows]), kind="stable")])
    first, others = ordered
    return np.r_[first[:wanted], others, first[wanted:]], spread <= 0 or abs(tie) >= STRONGEST_TIE
