"""Every variant side by side: years until a gap has closed, and differences early and late."""

import numpy as np
import pandas as pd
import pytest

from sim.analysis.variants import CLOSING, EVERY, sentences, shown, tables

MANIFEST = {
    "counties": ["tiny"], "base": "none", "years": 10, "variants": {"none": {}, "slow": {}, "fast": {}},
    "closing": {"outcome": "gap_teacher_quality_thirds", "shares": [0.5, 0.1]},
    "every_variant": ["exits", "score_member"],
}  # fmt: skip


def yearly():
    """Two worlds of ten years: a gap that stays, falls slowly or fast; exits and scores that differ."""
    years = np.arange(11)
    paths = {
        ("none", "gap_teacher_quality_thirds"): 0.2 + 0 * years,
        ("slow", "gap_teacher_quality_thirds"): 0.2 - 0.011 * years,
        ("fast", "gap_teacher_quality_thirds"): 0.2 - 0.0206 * years,
        ("none", "exits"): 50.0 + 0 * years,
        ("slow", "exits"): 55.0 + 0 * years,
        ("fast", "exits"): 91.0 + 0 * years,
        ("none", "score_member"): 0.0 * years,
        ("slow", "score_member"): 0.01 + 0 * years,
        ("fast", "score_member"): 0.002 * years,
    }
    rows = [
        ("tiny", variant, seed, 0, year, "all", "all", measure, value + (seed - 1) * 0.001 * (measure[0] == "s"))
        for (variant, measure), values in paths.items()
        for seed in (1, 2)
        for year, value in enumerate(values)
    ]
    # The second world is 0.001 higher in all scores, and in those of `fast` by 0.002.
    rows = [
        (*row[:-1], row[-1] + 0.001 * (row[1] == "fast" and row[2] == 2 and row[7] == "score_member")) for row in rows
    ]
    columns = ["county", "variant", "seed", "draw", "year", "stage", "zone", "measure", "value"]
    return pd.DataFrame(rows, columns=columns)


def test_years_until_little_is_left_under_every_variant():
    found = tables(yearly(), MANIFEST)[CLOSING].set_index(["variant", "share"])["years"]
    assert np.isnan(found["none", 0.5])
    # 0.1 is left after 10 years of 0.011 and 5 of 0.0206; 0.02 after 9 of these.
    assert found["slow", 0.5] == 10
    assert np.isnan(found["slow", 0.1])
    assert found["fast"].tolist() == [5, 9]


def test_differences_to_the_base_early_and_late():
    found = tables(yearly(), MANIFEST)[EVERY].set_index(["outcome", "variant"])
    fast = found.loc[("score_member", "fast")]
    # 0.002 a year: 0.006 in years 2 to 4, 0.018 in years 8 to 10; 0.0005 more on the mean of both worlds.
    assert (fast["early"], fast["late"], fast["change"]) == pytest.approx((0.0065, 0.0185, 0.012))
    assert fast["change_error"] == pytest.approx(0, abs=1e-12)
    assert fast["difference_error"] == pytest.approx(0.0005)
    assert found.loc[("exits", "slow"), "difference"] == pytest.approx(5)
    assert "none" not in found.index.get_level_values("variant")


def test_what_is_told_of_every_variant():
    english = " ".join(sentences(yearly(), MANIFEST, "tiny"))
    assert "No more than 50 % of the gap in teacher quality" in english
    assert "after 5 years under fast, 10 years under slow; more is left after 10 years under no groups." in english
    assert "+10 % under slow; +82 % under fast" in english
    assert "+0.0065 σ in years 2 to 4 and +0.0185 σ in the last three (change +0.0120 ± 0.0000) under fast" in english
    chinese = sentences(yearly(), MANIFEST, "tiny", "zh")
    assert len(chinese) == 4
    assert "fast下5年" in chinese[0]


def test_tables_for_reading():
    closing, every = shown(yearly(), MANIFEST, "tiny")
    assert closing.rows[0] == ("no groups", "over 10", "over 10", "100")
    assert closing.rows[2] == ("fast", "5", "9", "−3")
    assert every.rows[1][:2] == ("exits, persons", "fast")
    assert every.rows[1][3] == "+82"
    assert len(every.headings) == len(every.rows[0])


def test_a_study_that_asks_for_nothing_gets_nothing():
    plain = {name: MANIFEST[name] for name in ("counties", "base", "years", "variants")}
    assert tables(yearly(), plain) == {}
    assert sentences(yearly(), plain, "tiny") == []
    assert shown(yearly(), plain, "tiny") == []
