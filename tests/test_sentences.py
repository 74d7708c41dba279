"""The answer in words: what is said when something is sure, unsure, small, or exactly nothing."""

import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sim.analysis.answers import CHINESE, ENGLISH
from sim.analysis.outcomes import in_sentence, in_table
from sim.analysis.sentences import focus, headline
from sim.analysis.tables import table

MEASURES = {
    "gap_teacher_quality": 0.01,
    "score_mean": 0.001,
    "score_core": -0.03,
    "score_member": 0.0,
    "rotation_due": 0.0,
    "rotation_done": 0.0,
    "cost_yuan_per_pupil": 5.0,
    "money_core_paid_yuan": 20_000.0,
    "rotation_short_honour": 0.0,
    "rotation_short_age": 0.0,
}
LEVELS = {"rotation_due": 100, "rotation_done": 40, "rotation_short_honour": 45, "rotation_short_age": 15}


def results(effects=None, variants=("fifteen", "five"), seeds=12, noise=0.002, years=2):
    """A study in which `five` differs from the others by `effects` in every year after year 0."""
    effects = MEASURES | (effects or {})
    random = np.random.default_rng(1)
    rows = []
    for seed in range(1, seeds + 1):
        luck = {name: random.normal(0, noise) if noise else 0.0 for name in effects}
        for variant in variants:
            for year in range(years + 1):
                for name, effect in effects.items():
                    on = (variant == "five") * (year > 0)
                    level = LEVELS.get(name, 1.0) * (0 if variant == "none" and name in LEVELS else 1)
                    unit = abs(effect) or 1.0
                    shift = on * (effect + (luck[name] * unit / 0.01 if noise else 0))
                    rows.append(("taishan", variant, seed, 0, year, "all", "all", name, level + shift))
    columns = ["county", "variant", "seed", "draw", "year", "stage", "zone", "measure", "value"]
    asked = {
        "none": {"policy": "none", "settings": {}},
        "five": {"policy": "taishan", "settings": {"rotation.rate": 0.05}},
        "fifteen": {"policy": "taishan", "settings": {"rotation.rate": 0.15}},
    }
    manifest = {
        "counties": ["taishan"],
        "variants": {name: asked[name] for name in variants},
        "base": "fifteen",
        "years": years,
        "outcomes": ["gap_teacher_quality", "score_mean"],
        "facts": {"taishan": {"title": {"en": "Taishan", "zh": "泰山区"}}},
        "evidence": {"taishan": {"weeks_per_sd": 100.0, "smallest_effect": 0.01}},
    }
    return SimpleNamespace(manifest=manifest, yearly=pd.DataFrame(rows, columns=columns))


def test_at_most_four_sentences_with_year_worlds_and_settings():
    told = headline(results())
    assert len(told) == 4
    assert told[0].startswith("Taishan, year 2, 12 paired worlds: with five (rotation.rate=0.05) instead of fifteen")
    assert all(sentence.endswith(".") for sentence in told)


def test_a_sure_difference_has_sign_unit_interval_and_weeks():
    told = headline(results())[0]
    found = re.search(r"cores and members changes by \+0\.0(\d+) σ \(95 % interval \+\S+ to \+\S+; above zero in", told)
    assert found
    assert re.search(r"about (0\.9|1\.0|1\.1)\d* weeks of learning \(one σ is about 100 weeks\)", told)
    assert "less than a tenth of a week of learning" in headline(results({"score_mean": 0.0005}))[0]


def test_a_small_sure_difference_is_said_to_be_small():
    told = headline(results())[0]
    assert "which is smaller than the smallest effect that matters (0.01 σ)" in told


def test_an_unsure_difference_is_said_to_be_unsure():
    told = headline(results({"score_mean": 0.00005}, noise=0.1))[0]
    assert "the change in the mean score of all pupils is not told apart from zero" in told


def test_no_difference_at_all_is_said_to_be_none():
    told = headline(results(dict.fromkeys(MEASURES, 0.0), noise=0))
    assert "the mean score of all pupils is exactly the same in every world" in told[0]
    assert "changes by exactly 0" in told[2]


def test_one_world_gives_no_interval():
    told = headline(results(seeds=1))[0]
    assert "one world" in told
    assert "no interval" in told
    assert "nan" not in told


def test_negative_numbers_carry_a_minus_sign_and_no_hyphen():
    told = " ".join(headline(results()))
    assert "−0.0" in told
    assert not re.search(r"[ (]-\d", told)


def test_floors_are_met_in_part_and_the_largest_cause_comes_first():
    told = headline(results())[1]
    assert "40 % under fifteen" in told
    assert "mainly because of the honour required (75 % of the shortfall) and the age limit (25 %)" in told


def test_without_decreed_postings_nothing_is_said_of_floors():
    told = headline(results({"rotation_due": -100.0}, variants=("fifteen", "five")))
    study = results()
    study.yearly = study.yearly[~study.yearly["measure"].str.startswith("rotation")]
    assert len(headline(study)) == len(told) - 1


def test_what_cores_pay_is_told_against_no_groups_where_they_are_in_the_study():
    told = headline(results(variants=("none", "fifteen", "five")))[2]
    assert told.startswith("Against no groups, the mean score in the cores changes by")
    assert "under five" in told
    assert "under fifteen" in told
    assert re.search(r"the cores pay a year \d\d\.\d thousand yuan under five and 1 yuan under fifteen", told)


def test_cores_that_pay_nothing():
    study = results()
    study.yearly.loc[study.yearly["measure"] == "money_core_paid_yuan", "value"] = 0.0
    assert "the cores pay nothing of their own public-use money" in headline(study)[2]


def test_costs_are_told_side_by_side():
    assert (
        headline(results(noise=0))[3] == "Group purposes cost 6.0 yuan a pupil a year under five and 1.0 under fifteen."
    )


def test_what_a_closing_gap_costs_is_told_where_it_surely_closes():
    # Five costs 6 − 1 yuan a year more than no groups, over two years 10; the gap closes by 0.02 σ: 5 yuan for 0.01 σ.
    variants = ("none", "fifteen", "five")
    told = headline(results({"score_gap_core_member": -0.02}, variants=variants, noise=0))[3]
    assert told.endswith(
        "1.0 under fifteen; each 0.01 σ by which the score gap between cores and members closes costs a pupil over the "
        "2 years 5 yuan under five."
    )
    for effects, asked in (
        ({"score_gap_core_member": 0.02}, variants),
        ({"score_gap_core_member": -0.02}, variants[1:]),
    ):
        assert headline(results(effects, variants=asked, noise=0))[3].endswith("1.0 under fifteen.")


def test_a_study_of_the_base_alone_has_nothing_to_say():
    assert headline(results(variants=("fifteen",))) == []


def test_chinese_says_the_same_numbers_with_chinese_marks():
    english, chinese = headline(results()), headline(results(), "zh")
    assert len(english) == len(chinese)
    for one, other in zip(english[:3], chinese[:3], strict=True):
        numbers = [re.findall(r"[+−]0\.\d+", text) for text in (one, other)]
        assert numbers[0] == numbers[1]
    text = "".join(chinese)
    assert "泰山区第2年，12个配对世界：" in text
    assert not re.search(r"[,;:()]", text)
    assert not re.search(r"[A-Za-z]{3,}", re.sub(r"five|fifteen|rotation\.rate", "", text))


def test_both_languages_have_the_same_phrases_with_the_same_places():
    assert ENGLISH.keys() == CHINESE.keys()
    for key, phrase in ENGLISH.items():
        places = [set(re.findall(r"{(\w+)", words)) for words in (phrase, CHINESE[key])]
        assert places[0] == places[1], key


@pytest.mark.parametrize(
    ("variants", "base", "expected"),
    [
        (["none", "as_written", "five", "fifteen"], "fifteen", "five"),
        (["none", "as_written"], "none", "as_written"),
        (["none", "as_written"], "as_written", "none"),
        (["fifteen"], "fifteen", None),
    ],
)
def test_the_focus_is_the_variant_that_was_thought_up(variants, base, expected):
    assert focus(variants, base) == expected


def test_outcomes_have_words_in_sentences_and_tables():
    assert in_sentence("exits_junior_mean") == (
        "the number of teachers who leave the service in the year (junior), mean of all years"
    )
    assert in_sentence("score_mean_primary", "zh") == "小学全体学生的平均成绩"
    assert in_table("score_mean_primary") == "score, all pupils, primary"
    assert in_table("score_mean_mean").strip() == "mean of all years"
    assert in_sentence("brand_new_measure") == "brand_new_measure"


def test_the_table_is_written_for_reading():
    written = table(results())
    assert list(written.columns) == ["outcome", "base", "variant", "difference", "95 % interval", "above 0"]
    assert written["outcome"].str.strip().tolist() == [
        "quality gap, core − member", "mean of all years", "score, all pupils", "mean of all years"
    ]  # fmt: skip
    row = written.iloc[0]
    assert row["difference"].startswith("+0.0")
    assert re.fullmatch(r"\+0\.0\d+ to \+0\.0\d+", row["95 % interval"])
    assert row["above 0"] == "100 %"


def test_the_table_of_equal_variants_shows_zeros_and_levels():
    written = table(results(dict.fromkeys(MEASURES, 0.0), noise=0))
    assert written.iloc[0].tolist()[1:] == ["1.000", "1.000", "0.000", "0.000 to 0.000", "0 %"]
