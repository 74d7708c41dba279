"""Shapley's shares on games whose answer is known."""

import numpy as np
import pytest

from sim.analysis.decompose import alone_off, along, sampled, shapley, subsets


def game(names, value):
    return {chosen: np.array(value(chosen)) for chosen in subsets(names)}


def test_what_adds_up_is_shared_as_it_adds():
    effects = game("abc", lambda on: 1.0 * ("a" in on) + 2 * ("b" in on))
    assert {name: float(share) for name, share in shapley("abc", effects).items()} == {"a": 1, "b": 2, "c": 0}


def test_gloves_by_hand():
    # A left glove (a) and two right ones (b, c) are worth 1 a pair. a adds 1 unless it comes first: 4 of 6 orders, 2/3.
    # b adds 1 only where a came first and c did not come between: 1 of 6 orders.
    effects = game("abc", lambda on: float("a" in on and len(on) > 1))
    shares = shapley("abc", effects)
    assert [float(shares[name]) for name in "abc"] == pytest.approx([2 / 3, 1 / 6, 1 / 6])
    lost = alone_off("abc", effects)
    assert [float(lost[name]) for name in "abc"] == [1, 0, 0]


def test_what_works_only_together_is_split_and_the_sum_holds():
    luck = np.random.default_rng(1)
    names = "abcde"
    effects = {chosen: luck.normal(size=4) for chosen in subsets(names)}
    shares = shapley(names, effects)
    total = effects[frozenset(names)] - effects[frozenset()]
    assert sum(shares.values()) == pytest.approx(total)
    both = game("ab", lambda on: float(len(on) == 2))
    assert [float(share) for share in shapley("ab", both).values()] == [0.5, 0.5]


def test_who_never_adds_gets_exactly_nothing():
    luck = np.random.default_rng(2)
    values = {chosen: luck.normal() for chosen in subsets("abc")}
    effects = game("abcd", lambda on: values[on - {"d"}])
    assert float(shapley("abcd", effects)["d"]) == 0.0


def test_all_orders_sampled_are_exact_and_few_orders_still_add_up():
    from itertools import permutations

    luck = np.random.default_rng(3)
    effects = {chosen: luck.normal(size=3) for chosen in subsets("abcd")}
    every = sampled(list(permutations("abcd")), effects)
    exact = shapley("abcd", effects)
    assert all(every[name].share == pytest.approx(exact[name]) for name in "abcd")
    some = [("a", "b", "c", "d"), ("d", "c", "b", "a")]
    few = sampled(some, {chosen: effects[chosen] for chosen in along(some)})
    total = effects[frozenset("abcd")] - effects[frozenset()]
    assert sum(item.share for item in few.values()) == pytest.approx(total)
    assert (few["a"].error > 0).all()
