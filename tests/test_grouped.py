"""Sums, ranks and roundings within groups, against the plain way of working them out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.grouped import counts, means, rank_within, ratio, sums, whole_shares

GROUPS = 5
rows = st.lists(st.tuples(st.integers(-1, GROUPS - 1), st.integers(-20, 20)), max_size=60)


def columns(rows):
    group = np.array([group for group, _ in rows], np.int32)
    return group, np.array([value for _, value in rows], np.float64)


@given(rows)
def test_counts_sums_and_means_by_hand(rows):
    group, values = columns(rows)
    members = [[value for at, value in rows if at == each] for each in range(GROUPS)]
    assert counts(group, GROUPS).tolist() == [len(part) for part in members]
    assert sums(group, GROUPS, values).tolist() == [sum(part) for part in members]
    assert means(group, GROUPS, values, empty=-7.0).tolist() == pytest.approx(
        [sum(part) / len(part) if part else -7.0 for part in members]
    )


def test_groups_without_rows_and_rows_without_groups():
    nobody = np.array([-1, -1])
    assert counts(nobody, 3).tolist() == [0, 0, 0]
    assert sums(nobody, 3, np.ones(2)).tolist() == [0, 0, 0]
    assert counts(np.empty(0, np.int32), 2).tolist() == [0, 0]
    assert sums(np.array([0, 2]), 4, np.array([True, True])).tolist() == [1, 0, 1, 0]


def test_single_precision_is_summed_in_double():
    # Added one by one in float32, 1e8 + 1 + 1 stays 1e8.
    values = np.array([1e8, 1, 1], np.float32)
    assert sums(np.zeros(3, np.int32), 1, values).tolist() == [100_000_002]


def test_ratio_where_nothing_is_below():
    assert ratio(np.array([1.0, 2.0]), np.array([0, 4])).tolist() == [0, 0.5]
    assert np.isnan(ratio(np.array([1.0]), np.array([0]), np.nan)[0])


@given(rows)
def test_ranks_count_from_zero_for_the_highest_of_each_group(rows):
    group, score = columns(rows)
    rank = rank_within(group, score)
    for row, (at, value) in enumerate(rows):
        # Ahead are the higher ones of the group, and equals that stand earlier.
        ahead = sum(
            other == at and (its > value or (its == value and place < row)) for place, (other, its) in enumerate(rows)
        )
        assert rank[row] == ahead


def test_ranks_of_a_worked_example():
    group = np.array([1, 0, 1, 1, 0])
    score = np.array([2.0, 5.0, 9.0, 2.0, 6.0])
    assert rank_within(group, score).tolist() == [1, 1, 0, 2, 0]
    assert rank_within(np.empty(0, np.int32), np.empty(0)).tolist() == []


@given(
    total=st.integers(0, 10_000_000),
    weights=st.lists(st.floats(0, 1e6, allow_subnormal=False), min_size=1, max_size=40),
)
def test_whole_shares_add_up_and_each_is_within_one_of_its_exact_share(total, weights):
    weight = sum(weights)
    if weight < 1e-3:
        return
    parts = whole_shares(total, np.array(weights))
    assert parts.sum() == total
    assert (parts >= 0).all()
    exact = np.array(weights) * total / weight
    assert (np.abs(parts - exact) < 1 + 1e-6).all()


def test_whole_shares_give_the_rest_to_the_largest_remainders_and_ties_to_the_first():
    # 10 in proportion 1 : 1 : 1 is 3.33 each; the first of the equal remainders gets the one that is left.
    assert whole_shares(10, np.array([1, 1, 1])).tolist() == [4, 3, 3]
    # 7 in proportion 5 : 3 : 2 is 3.5, 2.1, 1.4.
    assert whole_shares(7, np.array([5, 3, 2])).tolist() == [4, 2, 1]
    assert whole_shares(5, np.array([0, 2, 0])).tolist() == [0, 5, 0]


def test_whole_shares_of_nothing_and_to_nobody():
    assert whole_shares(0, np.array([0, 0])).tolist() == [0, 0]
    assert whole_shares(0, np.empty(0)).tolist() == []
    with pytest.raises(ValueError, match="weights must sum to a positive number"):
        whole_shares(3, np.zeros(2))
