"""Columns and tables: read-only, one length, replaced whole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.columns import NONE, Column, Table


class Houses(Table):
    """A table to test with."""

    rooms = Column("int32", "rooms", start=3)
    rent = Column("float64", "rent", unit="yuan")
    floors = Column("int8", "rooms on each floor", width=2)


class People(Table):
    """A table that refers to another."""

    house = Column("int32", "where they live", of=Houses)
    born = Column("int32", "year of birth", start=NONE)


def test_a_column_is_its_declaration_on_the_class_and_an_array_on_the_table():
    houses = Houses(2, rooms=[4, 5])
    assert Houses.rooms.meaning == "rooms"
    assert repr(Houses.rent) == "Houses.rent"
    assert Houses.rent.unit == "yuan"
    assert houses.rooms.tolist() == [4, 5]
    assert houses.rooms.dtype == np.int32
    assert list(Houses.columns) == ["rooms", "rent", "floors"]
    assert People.house.of is Houses


def test_columns_that_are_not_given_hold_their_start_value():
    houses = Houses(2)
    assert houses.rooms.tolist() == [3, 3]
    assert houses.rent.tolist() == [0, 0]
    assert houses.floors.tolist() == [[0, 0], [0, 0]]
    assert People(1).house.tolist() == [NONE]


def test_one_value_fills_a_column_and_a_wide_column():
    houses = Houses(3, rooms=7, floors=1)
    assert houses.rooms.tolist() == [7, 7, 7]
    assert houses.floors.shape == (3, 2)
    assert houses.floors.sum() == 6


def test_unknown_columns_and_wrong_shapes_are_refused():
    with pytest.raises(ValueError, match="Houses has no column garden, pool"):
        Houses(1, pool=1, garden=1)
    with pytest.raises(ValueError, match=r"Houses.rooms: expected shape \(2,\), found \(3,\)"):
        Houses(2, rooms=[1, 2, 3])
    with pytest.raises(ValueError, match=r"Houses.floors: expected shape \(2, 2\), found \(2,\)"):
        Houses(2, floors=[1, 2])
    with pytest.raises(ValueError, match="expected shape"):
        Houses(2).write(Houses.rent, [1.0])


def test_arrays_refuse_assignment_however_they_came_in():
    houses = Houses(2, rooms=np.array([1, 2], np.int32), rent=[1.0, 2.0], floors=np.int8(1))
    houses.write(Houses.rent, np.array([1.0, 2.0, 3.0, 4.0])[::2])
    for column in Houses.columns.values():
        with pytest.raises(ValueError, match="read-only"):
            houses.read(column)[0] = 9


def test_the_array_that_was_given_stays_writable_for_its_owner():
    mine = np.array([1, 2], np.int32)
    Houses(2, rooms=mine)
    mine[0] = 9
    assert mine.tolist() == [9, 2]


def test_write_replaces_a_column_and_leaves_the_old_array_alone():
    houses = Houses(2, rooms=[4, 5])
    before = houses.rooms
    houses.write(Houses.rooms, before + 1)
    assert before.tolist() == [4, 5]
    assert houses.rooms.tolist() == [5, 6]
    houses.write(Houses.rooms, 0)
    assert houses.rooms.tolist() == [0, 0]


def test_resize_appends_then_keeps_rows_in_the_given_order():
    houses = Houses(3, rooms=[1, 2, 3], floors=[[1, 0], [2, 0], [3, 0]])
    houses.resize(np.array([4, 2, 0]), {Houses.rooms: [10, 11], Houses.floors: [[10, 1], [11, 1]]})
    assert len(houses) == houses.size == 3
    assert houses.rooms.tolist() == [11, 3, 1]
    assert houses.floors.tolist() == [[11, 1], [3, 0], [1, 0]]


def test_resize_gives_entering_rows_the_start_value_of_columns_left_out():
    people = People(1, house=[0], born=[1990])
    people.resize(None, {People.born: [2010, 2011]})
    assert people.born.tolist() == [1990, 2010, 2011]
    assert people.house.tolist() == [0, NONE, NONE]


def test_resize_to_nothing_and_from_nothing():
    people = People(2, born=[1990, 1991])
    people.resize(np.empty(0, np.intp), None)
    assert len(people) == 0
    assert people.born.shape == (0,)
    people.resize(None, {People.born: [2000]})
    assert people.born.tolist() == [2000]


def test_resize_leaves_read_only_arrays():
    houses = Houses(2)
    houses.resize(np.array([1, 0]), {Houses.rooms: [1]})
    with pytest.raises(ValueError, match="read-only"):
        houses.rooms[0] = 1


def test_a_copy_shares_arrays_until_one_of_them_is_written():
    houses = Houses(2, rooms=[4, 5])
    twin = houses.copy()
    assert twin.rooms is houses.rooms
    twin.write(Houses.rooms, [0, 0])
    twin.resize(None, {Houses.rooms: [1]})
    assert houses.rooms.tolist() == [4, 5]
    assert (len(houses), len(twin)) == (2, 3)


@given(
    values=arrays(np.int32, st.integers(1, 20), elements=st.integers(-99, 99)),
    added=st.lists(st.integers(-99, 99), max_size=5),
    data=st.data(),
)
def test_resize_is_concatenate_then_take(values, added, data):
    size = values.size + len(added)
    rows = np.array(data.draw(st.lists(st.integers(0, size - 1), max_size=size, unique=True)), np.intp)
    houses = Houses(values.size, rooms=values)
    houses.resize(rows, {Houses.rooms: added} if added else None)
    assert houses.rooms.tolist() == [[*values.tolist(), *added][row] for row in rows]
    assert len(houses) == rows.size
