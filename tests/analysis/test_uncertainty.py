"""Luck and ignorance: numbers made up so that the answer is known."""

import numpy as np
import pandas as pd
import pytest

from sim.analysis.certainty import sentence
from sim.analysis.compare import contrasts
from sim.analysis.uncertainty import links, split


def worlds(draws: int, seeds: int, ignorance: float, luck: float, effect: float = 1.0, seed: int = 1):
    """Differences of draws × seeds worlds and the draw of each."""
    luck_of = np.random.default_rng(seed)
    true = effect + ignorance * luck_of.normal(size=draws)
    found = true[:, None] + luck * luck_of.normal(size=(draws, seeds))
    return found.ravel(), np.repeat(np.arange(1, draws + 1), seeds)


def test_variances_by_hand():
    # Draw 1: 1 and 3, mean 2; draw 2: 5 and 7, mean 6. Within: (1 + 1 + 1 + 1) / (4 − 2) = 2.
    # Between the means: (2 − 4)² + (6 − 4)² = 8, less the 2 / 2 that two seeds leave in a mean: 7.
    found = split(np.array([1.0, 3, 5, 7]), np.array([1, 1, 2, 2]))
    assert found.difference == 4
    assert found.luck_variance == pytest.approx(2)
    assert found.coefficient_variance == pytest.approx(7)
    assert found.coefficient_share == pytest.approx(7 / 9)
    assert found.same_sign == 1
    assert (found.draws, found.worlds) == (2, 4)
    # What is unknown: 7 + 2 / 4 = 7.5 in place of the 8 between the means, so 2 becomes 2 √(7.5/8); the 2.5th and
    # 97.5th percentiles of two numbers lie at 0.95 of the way between them: 1.84. Luck alone reaches further:
    # t(0.975, 2) √(1 / 2) = 4.3027 · 0.7071 = 3.0425.
    assert 0.95 * 2 * np.sqrt(7.5 / 8) < 3.0425
    assert found.high - 4 == pytest.approx(3.0425, abs=1e-4)
    assert 4 - found.low == pytest.approx(found.high - 4)


@pytest.mark.statistical
def test_luck_and_ignorance_are_told_apart():
    found = split(*worlds(4000, 5, ignorance=0.3, luck=0.6))
    assert found.luck_variance == pytest.approx(0.36, rel=0.05)
    assert found.coefficient_variance == pytest.approx(0.09, rel=0.15)
    # 95 % of a normal of spread 0.3.
    assert found.high - found.low == pytest.approx(2 * 1.96 * 0.3, rel=0.07)
    assert found.luck_high - found.luck_low == pytest.approx(2 * 1.96 * 0.6 / np.sqrt(20_000), rel=0.05)


@pytest.mark.statistical
def test_without_ignorance_the_interval_is_that_of_luck():
    widths = np.array([
        (found.high - found.low, found.luck_high - found.luck_low)
        for found in (split(*worlds(40, 5, 0.0, 0.6, seed=seed)) for seed in range(200))
    ])  # fmt: skip
    both, luck = widths.mean(axis=0)
    # Noise in the draws' means is taken for ignorance in half of the studies, so it is wider, but not twice as wide.
    assert luck < both < 2 * luck


def test_one_seed_a_draw_tells_no_luck():
    found = split(np.array([1.0, 2, 4]), np.array([1, 2, 3]))
    assert np.isnan(found.luck_variance)
    assert np.isnan(found.coefficient_share)
    assert 1 <= found.low < found.high <= 4


def test_no_difference_is_exactly_none():
    found = split(np.zeros(6), np.array([1, 1, 2, 2, 3, 3]))
    assert (found.difference, found.low, found.high, found.luck_low, found.luck_high) == (0, 0, 0, 0, 0)
    assert found.coefficient_share == 0


def names(count: int) -> pd.Index:
    return pd.Index([(f"evidence.c{place}", place == 3, True) for place in range(count)], tupleize_cols=False)


def test_the_coefficient_that_decides_is_found_and_its_slope_too():
    luck = np.random.default_rng(3)
    values = luck.uniform(size=(60, 30))
    means = 2.0 * values[:, 7] + 0.1 * luck.normal(size=60)
    found = links(means, pd.DataFrame(values, columns=names(30)))
    assert [item.path for item in found[:2]] == ["evidence.c3", "evidence.c7"], "first rank, then the strongest"
    strongest = found[1]
    assert strongest.told_apart
    assert strongest.importance > 0.9
    # From the 5th to the 95th percentile a uniform number goes 0.9, so the answer goes 1.8.
    assert strongest.change == pytest.approx(1.8, abs=0.15)
    assert sum(item.told_apart for item in found) == 1
    assert {item.path for item in found} == {f"evidence.c{place}" for place in range(30)}


def test_luck_alone_rarely_makes_a_link():
    told = 0
    for seed in range(20):
        luck = np.random.default_rng(seed)
        found = links(luck.normal(size=30), pd.DataFrame(luck.uniform(size=(30, 40)), columns=names(40)))
        told += any(item.told_apart for item in found)
    assert told <= 4


def study(draws: int, seeds: int) -> pd.DataFrame:
    """Two variants whose difference is 0.1 times the draw, in each seed the same."""
    rows = [
        ("here", variant, seed, draw, year, "all", "all", "score_mean", seed + (0.1 * draw if variant == "b" else 0.0))
        for variant in "ab"
        for seed in range(1, seeds + 1)
        for draw in range(1, draws + 1)
        for year in range(3)
    ]
    columns = ["county", "variant", "seed", "draw", "year", "stage", "zone", "measure", "value"]
    return pd.DataFrame(rows, columns=columns)


def test_contrasts_take_worlds_of_one_draw_as_alike():
    few, many = (contrasts(study(5, seeds), "a", ["score_mean"]).iloc[0] for seeds in (2, 200))
    # 0.1 to 0.5 by draw, no luck: more seeds make nothing surer.
    assert few["difference"] == pytest.approx(0.3)
    assert (many["low"], many["high"]) == (pytest.approx(few["low"]), pytest.approx(few["high"]))
    assert 0.1 <= few["low"] < 0.15
    assert 0.45 < few["high"] <= 0.5


def test_the_sentence_says_what_decides():
    from sim.analysis.compare import outcomes

    values = outcomes(study(5, 3), ["score_mean"])
    manifest = {
        "uncertainty": {"draws": 6, "refused": [{"county": "here", "draw": 6, "reason": "none"}]},
        "outcomes": ["score_mean"],
    }
    text = sentence(manifest, values, "here", "b", "a")
    assert "between +0.11" in text
    assert "over 5 draws" in text.lower()
    assert "most of the uncertainty is about coefficients, not luck (100 %" in text
    assert "1 of 6 draws are left out" in text
    assert "系数" in sentence(manifest, values, "here", "b", "a", "zh")
    assert sentence({"uncertainty": {"draws": 0}, "outcomes": []}, values, "here", "b", "a") == ""
