"""Paired comparisons: arithmetic by hand, outcomes by name, and what cannot be known."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.analysis.compare import contrast, contrasts, outcomes, over_years, parse, runs_needed

COLUMNS = ["county", "variant", "seed", "draw", "year", "stage", "zone", "measure", "value"]
WORDS = ("county", "variant", "stage", "zone", "measure")


def tidy(rows) -> pd.DataFrame:
    """Rows of (variant, seed, year, stage, measure, value)."""
    full = [("taishan", v, s, 0, y, stage, "all", m, value) for v, s, y, stage, m, value in rows]
    return pd.DataFrame(full, columns=COLUMNS).astype(dict.fromkeys(WORDS, "category"))


def study(differences, measure="score_mean", years=(0, 1, 2)) -> pd.DataFrame:
    """The variant `a` differs from `b` by `differences`, a seed each, in the last year only."""
    rows = []
    for seed, difference in enumerate(differences, 1):
        for year in years:
            rows += [
                ("b", seed, year, "all", measure, seed / 10 + year),
                ("a", seed, year, "all", measure, seed / 10 + year + difference * (year == years[-1])),
            ]
    return tidy(rows)


def test_the_interval_is_students_over_paired_differences():
    differences = [0.1, 0.2, 0.4]
    found = contrast(study(differences), "a", "b", "score_mean")
    # mean 0.2333, SD 0.1528, half = 4.303 · 0.1528 / √3 = 0.3795
    assert found.difference == pytest.approx(0.7 / 3)
    assert found.sd == pytest.approx(np.std(differences, ddof=1))
    expected = stats.t.interval(0.95, 2, loc=0.7 / 3, scale=stats.sem(differences))
    assert (found.low, found.high) == pytest.approx(expected)
    assert found.share_positive == 1
    assert found.effect_size == pytest.approx(found.difference / found.sd)
    assert not found.told_apart
    assert found.base_mean == pytest.approx(2.2)
    assert found.variant_mean == pytest.approx(2.2 + 0.7 / 3)


def test_a_clear_difference_is_told_apart_and_has_its_sign():
    found = contrast(study([-0.10, -0.11, -0.12, -0.09]), "a", "b", "score_mean")
    assert found.told_apart
    assert found.high < 0
    assert found.share_positive == 0


def test_equal_variants_differ_by_exactly_nothing():
    for seeds in (1, 2, 5):
        found = contrast(study([0.0] * seeds), "a", "b", "score_mean")
        assert (found.difference, found.low, found.high, found.sd) == (0.0, 0.0, 0.0, 0.0)
        assert (found.effect_size, found.share_positive) == (0.0, 0.0)
        assert not found.told_apart
        assert math.isinf(found.runs_needed)


def test_one_pair_gives_a_difference_without_interval():
    found = contrast(study([0.3]), "a", "b", "score_mean")
    assert found.difference == pytest.approx(0.3)
    assert math.isnan(found.low)
    assert math.isnan(found.high)
    assert not found.told_apart


def test_the_same_difference_in_every_seed_needs_no_width():
    rows = [(v, seed, 1, "all", "exits", 5.0 + 2 * (v == "a")) for v in "ab" for seed in (1, 2, 3)]
    found = contrast(tidy(rows), "a", "b", "exits")
    assert (found.difference, found.low, found.high) == (2.0, 2.0, 2.0)
    assert found.told_apart
    assert math.isinf(found.effect_size)


def test_pairs_that_lack_a_value_are_left_out():
    rows = study([0.1, 0.2, 0.4])
    rows = rows[~((rows["seed"] == 3) & (rows["variant"] == "a"))]
    found = contrast(rows, "a", "b", "score_mean")
    assert found.pairs == 2
    assert found.difference == pytest.approx(0.15)
    assert found.base_mean == pytest.approx(2.15)


def test_last_year_and_mean_over_the_years_after_year_0():
    rows = study([0.3, 0.3])
    values = outcomes(rows, ["score_mean", "score_mean_mean"])
    run = values.loc[("taishan", "a", 1, 0)]
    assert run["score_mean"] == pytest.approx(2.4)  # 0.1 + 2 + 0.3
    assert run["score_mean_mean"] == pytest.approx((1.1 + 2.4) / 2)


def test_the_mean_shortfall_weighs_years_by_what_was_due():
    rows = []
    for year, due, done in ((0, 0, 0), (1, 90, 90), (2, 10, 0)):
        shortfall = 1 - done / due if due else 0
        for name, value in (("due", due), ("done", done), ("shortfall", shortfall)):
            rows += [(v, 1, year, "all", f"rotation_{name}", value) for v in "ab"]
    values = outcomes(tidy(rows), ["rotation_shortfall", "rotation_shortfall_mean"])
    assert values["rotation_shortfall"].tolist() == [1.0, 1.0]
    assert values["rotation_shortfall_mean"].tolist() == pytest.approx([0.1, 0.1])  # 1 − 90/100, not (0 + 1)/2


def test_the_mean_shortfall_is_nothing_where_nothing_is_due():
    rows = [(v, 1, y, "all", f"rotation_{n}", 0) for v in "ab" for y in (0, 1) for n in ("due", "done", "shortfall")]
    assert outcomes(tidy(rows), ["rotation_shortfall_mean"])["rotation_shortfall_mean"].tolist() == [0, 0]


def test_a_suffix_selects_the_stage():
    rows = [
        (v, 1, year, stage, "exits", value * (1 + year))
        for v in "ab"
        for year in (0, 1, 2)
        for stage, value in (("all", 5), ("primary", 3), ("junior", 2))
    ]
    values = outcomes(tidy(rows), ["exits", "exits_primary", "exits_junior", "exits_junior_mean"])
    assert values.iloc[0].tolist() == [15, 9, 6, 5]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("score_mean", ("score_mean", "all", False)),
        ("score_mean_mean", ("score_mean", "all", True)),
        ("score_mean_primary", ("score_mean", "primary", False)),
        ("score_mean_junior_mean", ("score_mean", "junior", True)),
        ("exits_mean", ("exits", "all", True)),
        ("score", None),
        ("exits_mean_primary", None),
    ],
)
def test_names_of_outcomes(name, expected):
    assert parse(name, {"score_mean", "exits"}) == expected


def test_unknown_names_are_told_with_what_there_is():
    rows = study([0.1])
    with pytest.raises(KeyError, match="scores"):
        contrast(rows, "a", "b", "scores")
    with pytest.raises(KeyError, match=r"variant of this study \(b, a\)"):
        contrast(rows, "c", "b", "score_mean")


def test_a_county_must_be_named_where_there_are_two():
    first = study([0.1])
    both = pd.concat([first, first.assign(county="xinping")], ignore_index=True)
    with pytest.raises(ValueError, match="taishan, xinping"):
        contrast(both, "a", "b", "score_mean")
    assert contrast(both, "a", "b", "score_mean", "xinping").county == "xinping"
    assert contrasts(both, "b", ["score_mean"])["county"].tolist() == ["taishan", "xinping"]


def test_every_variant_is_put_against_the_base():
    rows = study([0.1, 0.2])
    third = rows[rows["variant"] == "a"].astype({"variant": "object"}).assign(variant="c")
    table = contrasts(pd.concat([rows, third]), "b", ["score_mean", "score_mean_mean"])
    assert table[["variant", "outcome"]].to_numpy().tolist() == [
        ["a", "score_mean"], ["a", "score_mean_mean"], ["c", "score_mean"], ["c", "score_mean_mean"]
    ]  # fmt: skip
    assert set(table["base"]) == {"b"}


def test_differences_over_the_years_start_at_nothing():
    path = over_years(study([0.1, 0.3]), "a", "b", "score_mean")
    assert path["year"].tolist() == [0, 1, 2]
    assert path["difference"].tolist() == pytest.approx([0, 0, 0.2])
    assert path.loc[0, ["low", "high"]].tolist() == [0, 0]
    assert path.loc[2, "low"] < 0.2 < path.loc[2, "high"]


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=30))
def test_swapping_the_sides_turns_the_interval_round(differences):
    rows = study(differences)
    there, back = contrast(rows, "a", "b", "score_mean"), contrast(rows, "b", "a", "score_mean")
    assert back.difference == -there.difference
    assert (back.low, back.high) == pytest.approx((-there.high, -there.low))
    assert back.told_apart == there.told_apart
    assert there.low <= there.difference <= there.high


@given(st.floats(0.001, 1), st.floats(0.001, 1))
def test_as_many_runs_as_needed_make_the_interval_half_as_wide_as_the_difference(difference, sd):
    pairs = runs_needed(difference, sd)
    width = 2 * stats.t.ppf(0.975, pairs - 1) * sd / math.sqrt(pairs)
    assert pairs >= 2
    assert width <= difference / 2 * 1.05 or pairs == 2
