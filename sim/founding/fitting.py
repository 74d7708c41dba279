"""Draws that meet a target: deviations made orthogonal, stretched or shrunk until the result fits."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sim.measures.official import coefficient_of_variation

Floats = NDArray[np.float64]
WIDEST = 40.0
"""Largest stretch tried."""
ROUNDS = 24
"""Halvings of the interval of stretches."""


def orthogonal(noise: Floats, weights: Floats, marks: list[NDArray]) -> Floats:
    """`noise` with its weighted projection on the marks (and on 1) removed, scaled to weighted SD 1.

    All arrays (rows,). Where the marks leave nothing over, zeros.
    """
    design = np.column_stack([np.ones(noise.size), *marks]).astype(float)
    root = np.sqrt(weights / weights.sum())
    fitted = np.linalg.lstsq(design * root[:, None], noise * root, rcond=None)[0]
    rest = noise - design @ fitted
    sd = np.sqrt(np.average(rest**2, weights=weights))
    return rest / sd if sd > 1e-9 else np.zeros_like(rest)


def stretched(
    usual: Floats, deviation: Floats, pupils: Floats, target_cv: float, finish: Callable[[Floats], Floats]
) -> Floats:
    """Values per pupil around `usual`, their deviations stretched until the official CV is met.

    `usual`, `deviation`, `pupils`: (schools,); `finish` bounds and rounds values (by school) before the CV
    is taken, so that it holds as a result. The pupil-weighted mean of `usual` is kept before finishing.
    Returns the finished values.
    """
    mean = np.average(usual, weights=pupils)

    def values(stretch: float) -> Floats:
        raw = np.maximum(usual * (1 + stretch * deviation), usual / WIDEST)
        return finish(raw * (mean / np.average(raw, weights=pupils)))

    low, high = 0.0, 1.0
    while coefficient_of_variation(values(high), pupils) < target_cv and high < WIDEST:
        low, high = high, 2 * high
    for _ in range(ROUNDS):
        middle = (low + high) / 2
        if coefficient_of_variation(values(middle), pupils) < target_cv:
            low = middle
        else:
            high = middle
    return min(
        (values(low), values(high)),
        key=lambda found: abs(coefficient_of_variation(found, pupils) - target_cv),
    )
