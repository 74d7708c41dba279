"""Whom a school lets go: the sender's choice among those who can be sent.

A principal who must send k of n teachers would like their mean quality to meet a target: below the school's
mean when he protects his own result, above it when floors are enforced and the members' result is his. He
orders the pool by quality and luck, mixed with the correlation that gives the target on average; where none
does, the target is out of reach and said to be so.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from sim.evidence import Evidence
from sim.policy import Policy

Floats = NDArray[np.float64]
BLOM_SHIFT = 0.375
"""Blom's constants for expected normal scores (1958)."""
BLOM_SPREAD = 0.25
STRONGEST_TIE = 0.95
"""Largest correlation between quality and being sent; beyond it the target is unattainable."""


def expected_score(pool: int, sent: int) -> float:
    """Expected mean of the `sent` highest of `pool` normal numbers."""
    ranks = np.arange(pool - sent + 1, pool + 1)
    return float(ndtri((ranks - BLOM_SHIFT) / (pool + BLOM_SPREAD)).mean())


def sender_target(policy: Policy, evidence: Evidence) -> float:
    """Quality of movers that a sender aims at under a decreed floor, against the school's mean, in σ_T (P10, P11)."""
    bundle = policy.assessment.bundle_weight if evidence.switches.bundling else 0.0
    lean = (evidence.enforcement_decreed + bundle) / 2
    weak, strong = evidence.sender_selection_weak, evidence.sender_selection_strong
    return weak + lean * (strong - weak)


def sending_order(quality: Floats, target: float, sent: int, luck: Floats) -> tuple[NDArray[np.integer], bool]:
    """Order in which a pool is let go, and whether the target is out of reach.

    `quality` (pool,) against the school's mean in σ_T, `luck` (pool,) standard normal. A pool that is sent
    whole leaves no choice, so that the target is out of reach.
    """
    spread = float(quality.std()) if quality.size else 0.0
    tie, key = 0.0, luck
    if sent >= quality.size:
        return np.argsort(-key, kind="stable"), True
    if spread > 0 and sent > 0:
        wanted = (target - quality.mean()) / (spread * expected_score(quality.size, sent))
        tie = float(np.clip(wanted, -STRONGEST_TIE, STRONGEST_TIE))
        key = tie * (quality - quality.mean()) / spread + np.sqrt(1 - tie * tie) * luck
    return np.argsort(-key, kind="stable"), abs(tie) >= STRONGEST_TIE
