"""Money by purpose, exact to the yuan."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.measures import money
from sim.measures.schools import SchoolYear
from sim.state import RETIRED, Towns
from tests.measures.counties import Unit, build

YUAN = st.integers(0, 10**9)


def test_purposes_and_cost_a_pupil(measured):
    groups = {
        "size": 2,
        "core": [0, 0],
        "allotted_yuan": [600_000, 600_001],
        "equipment_yuan": [30_000, 0],
        "awaiting_yuan": [5_000, 0],
        "postings_yuan": [100_000, 50_000],
        "events_yuan": [8_000, 4_000],
        "pairs_yuan": [1_500, 0],
        "curriculum_yuan": [50_000, 50_000],
        "balance_yuan": [405_500, 496_001],
    }
    county = build(
        [Unit([0.0] * 30), Unit([0.0] * 20)],
        groups=groups,
        county={"leaked_yuan": 7},
        paid_yuan=[15_000, 0],
        public_use_yuan=99_999,
    )
    found = measured(county)
    assert found["money_allotted_yuan"] == 1_200_001
    assert found["money_postings_yuan"] == 150_000
    assert found["money_events_yuan"] == 12_000
    assert found["money_pairs_yuan"] == 1_500
    assert found["money_curriculum_yuan"] == 100_000
    assert found["money_core_paid_yuan"] == 15_000
    assert found["money_equipment_yuan"] == 30_000
    assert found["money_awaiting_yuan"] == 5_000
    assert found["money_unspent_yuan"] == 901_501
    assert found["money_leaked_yuan"] == 7
    # 30,000 + 150,000 + 12,000 + 1,500 + 100,000 from the fund and 15,000 from the core, for 50 pupils.
    assert found["cost_yuan_per_pupil"] == pytest.approx(308_500 / 50)


def test_labour_by_title(measured):
    staff = [{"at": 0, "title": title} for title in (0, 0, 1, 2)] + [{"at": 1, "title": 2}]
    county = build(
        [Unit([0.0] * 40), Unit([0.0] * 20, stage=1)],
        teachers=[*staff, {"at": 0, "title": 2, "status": RETIRED}],
        county={"labour_yuan": [[140_000, 170_000, 210_000]]},
    )
    found = measured(county)
    # 2 × 140,000 + 170,000 + 210,000 for 40 pupils; 210,000 for 20.
    assert found["labour_yuan_per_pupil", "primary"] == pytest.approx(660_000 / 40)
    assert found["labour_yuan_per_pupil", "junior"] == pytest.approx(210_000 / 20)
    assert found["labour_yuan_per_pupil"] == pytest.approx(870_000 / 60)


def test_what_towns_owe(measured):
    county = build([Unit([0.0])])
    county.towns = Towns(2, missing_yuan=[3, 4], deducted_yuan=[10, 0])
    found = measured(county)
    assert (found["money_town_missing_yuan"], found["money_town_deducted_yuan"]) == (7, 10)


def test_without_groups_nothing_is_spent(measured):
    found = measured(build([Unit([0.0] * 3)], year=0, public_use_yuan=1000))
    assert {value for name, value in found.items() if str(name).startswith("money_")} == {0.0}
    assert found["cost_yuan_per_pupil"] == 0


@given(spent=st.lists(st.tuples(YUAN, YUAN, YUAN, YUAN, YUAN), min_size=1, max_size=56))
def test_sums_are_exact(rules, spent):
    postings, events, pairs, curriculum, left = (list(amounts) for amounts in zip(*spent, strict=True))
    groups = {
        "size": len(spent),
        "core": 0,
        "allotted_yuan": [sum(amounts) for amounts in spent],
        "postings_yuan": postings,
        "events_yuan": events,
        "pairs_yuan": pairs,
        "curriculum_yuan": curriculum,
        "balance_yuan": left,
    }
    found = money.take(SchoolYear.of(build([Unit([0.0])], groups=groups), *rules))
    used = sum(int(found[f"money_{purpose}_yuan"]) for purpose in (*money.SPENT, "unspent"))
    assert used == int(found["money_allotted_yuan"]) == sum(map(sum, spent))
