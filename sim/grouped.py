"""Sums, ranks and roundings within groups of rows.

A group is a number from 0 to `groups` - 1; rows with a negative group belong to none.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.integer]


def counts(group: Ints, groups: int) -> NDArray[np.int64]:
    """Rows in each group. Shape (groups,)."""
    if group.size and group.min() < 0:
        group = group[group >= 0]
    return np.bincount(group, minlength=groups)


def sums(group: Ints, groups: int, values: NDArray) -> Floats:
    """Sum of `values` in each group. Shape (groups,)."""
    if group.size and group.min() < 0:
        inside = group >= 0
        group, values = group[inside], values[inside]
    return np.bincount(group, weights=values, minlength=groups)


def means(group: Ints, groups: int, values: NDArray, empty: float = 0.0) -> Floats:
    """Mean of `values` in each group, `empty` where a group has no rows. Shape (groups,)."""
    return ratio(sums(group, groups, values), counts(group, groups), empty)


def ratio(above: NDArray, below: NDArray, empty: float = 0.0) -> Floats:
    """above / below, and `empty` where below is 0."""
    below = np.asarray(below, dtype=np.float64)
    return np.divide(above, below, out=np.full(np.shape(below), empty), where=below != 0)


def weighted_means(group: Ints, groups: int, values: NDArray, weights: NDArray) -> Floats:
    """Weighted mean of `values` in each group, 0 where the weights are. Shape (groups,)."""
    return ratio(sums(group, groups, values * weights), sums(group, groups, weights))


def rank_within(group: Ints, score: NDArray) -> NDArray[np.int64]:
    """Rank of each row in its group, 0 for the highest score; ties go to the earlier row."""
    order = np.lexsort((-np.asarray(score), group))
    ordered = group[order]
    first = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if order.size else order
    length = np.diff(np.r_[first, order.size])
    rank = np.empty(order.size, np.int64)
    rank[order] = np.arange(order.size) - np.repeat(first, length)
    return rank


def whole_shares(total: int, weights: NDArray) -> NDArray[np.int64]:
    """`total` divided into whole parts in proportion to `weights` by largest remainder.

    Raises ValueError where a positive total meets weights that sum to 0.
    """
    weights = np.asarray(weights, dtype=np.float64)
    weight = weights.sum()
    if total and weight <= 0:
        raise ValueError("weights must sum to a positive number")
    exact = weights * (total / weight) if weight else np.zeros_like(weights)
    parts = np.floor(exact + 1e-9).astype(np.int64)
    rest = np.argsort(-(exact - parts), kind="stable")[: total - int(parts.sum())]
    parts[rest] += 1
    return parts
