"""A number depends on seed, process, purpose, year and id, and on nothing else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.draws import PLACES, Draws

METHODS = ("normal", "normal32", "uniform")

ids_of_people = st.lists(
    st.tuples(st.integers(0, 80), st.integers(0, 5000)).map(lambda pair: pair[0] * PLACES + pair[1]),
    min_size=1,
    max_size=150,
    unique=True,
)


def draws(**changed) -> Draws:
    return Draws(**({"seed": 1, "process": "staffing.appoint", "year": 3} | changed))


def numbers(ids, method="normal", purpose="talent", **changed):
    return getattr(draws(**changed), method)(purpose, np.asarray(ids, np.int32))


@pytest.mark.parametrize("method", METHODS)
@given(ids=ids_of_people, data=st.data())
def test_a_number_is_the_same_whoever_else_is_drawn_and_in_whatever_order(method, ids, data):
    together = dict(zip(ids, numbers(ids, method).tolist(), strict=True))
    some = data.draw(st.lists(st.sampled_from(ids), min_size=1))
    assert numbers(some, method).tolist() == [together[each] for each in some]


@pytest.mark.parametrize("method", METHODS)
def test_many_scattered_blocks_give_the_same_numbers_as_sorted_ones(method):
    # Above 64 changes of block another way of gathering is taken.
    ids = np.add.outer(np.arange(40) * PLACES, np.arange(9)).ravel().astype(np.int32)
    mixed = np.random.default_rng(0).permutation(ids.size)
    assert (numbers(ids[mixed], method) == numbers(ids, method)[mixed]).all()
    assert numbers(ids[:3], method).tolist() == numbers(ids, method)[:3].tolist()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("changed", [{"seed": 2}, {"process": "rotation.rotate"}, {"year": 4}, {"purpose": "age"}])
def test_another_seed_process_year_or_purpose_gives_other_numbers(method, changed):
    ids = np.arange(200)
    assert not np.isin(numbers(ids, method, **changed), numbers(ids, method)).any()


def test_blocks_have_numbers_of_their_own():
    assert not np.isin(numbers(np.arange(200) + PLACES), numbers(np.arange(200))).any()


def test_the_same_call_again_gives_the_same_numbers():
    draw = draws()
    ids = np.arange(50)
    assert (draw.normal("talent", ids) == draw.normal("talent", ids)).all()


def test_types_and_shapes():
    ids = np.arange(6)
    assert numbers(ids, "normal").dtype == np.float64
    assert numbers(ids, "normal32").dtype == np.float32
    assert numbers(ids, "uniform").shape == (6,)
    assert numbers(np.empty(0)).shape == (0,)


def test_normals_and_uniforms_have_their_laws():
    ids = np.arange(40_000)
    for method in ("normal", "normal32"):
        normal = numbers(ids, method)
        # Four standard errors: 4 / sqrt(40,000) = 0.02 for the mean, 0.014 for the SD.
        assert abs(normal.mean()) < 0.02
        assert abs(normal.std() - 1) < 0.014
    uniform = numbers(ids, "uniform")
    assert uniform.min() >= 0
    assert uniform.max() < 1
    assert abs(uniform.mean() - 0.5) < 0.006
    # Neighbouring ids are no more alike than strangers.
    assert abs(np.corrcoef(uniform[:-1], uniform[1:])[0, 1]) < 0.02


def test_a_number_is_pinned_so_that_stored_studies_can_be_verified():
    draw = Draws(1, "staffing.appoint", 1)
    ids = np.array([0, 1, PLACES + 5])
    assert draw.normal("talent", ids).tolist() == [
        0.17600875608744107,
        1.6227811047555274,
        0.3553104742162208,
    ]
    assert draw.uniform("talent", ids).tolist() == [
        0.6404087827630034,
        0.3542855951488767,
        0.026873905757778815,
    ]
