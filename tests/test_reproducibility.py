"""Luck belongs to the agent: the same seed gives the same county, and no process disturbs the luck of another."""

from collections import defaultdict

import numpy as np
import pytest
from worlds import continued, differences, evidence, facts, founded, grouped, policy, setting, taishan

from sim.draws import Draws
from sim.process import apply
from sim.state import Schools, Teachers
from sim.year import SCHOOL_YEAR, advance

NAMES = [process.name for process in SCHOOL_YEAR]


@pytest.fixture
def noted(monkeypatch):
    """Every number that is drawn: (process and year, purpose, method) to {id: number}."""
    found = defaultdict(dict)
    usual = Draws._gather

    def noting(draws, purpose, ids, method, dtype):
        numbers = usual(draws, purpose, ids, method, dtype)
        known = found[draws.key, purpose, method.__name__, np.dtype(dtype).name]
        known.update(zip(np.asarray(ids).tolist(), numbers.tolist(), strict=True))
        return numbers

    monkeypatch.setattr(Draws, "_gather", noting)
    return found


@pytest.fixture(scope="module")
def small():
    """Seven schools with two groups."""
    world = founded(setting(facts({"seat": (2, 300, 24), "far": (3, 240, 20)}, {"seat": (2, 200, 24)})))
    groups = {
        "first": ("P-seat-1", {"fused": ("P-far-1", "P-far-2"), "joint": ("P-far-3",)}),
        "upper": ("J-seat-1", {"fused": ("J-seat-2",), "joint": ()}),
    }
    return world, grouped(groups, {"links.fused.rotation.honour": None})


def test_the_same_seed_gives_the_same_years_and_another_does_not():
    start = taishan().county
    one, again, other = (continued(start, policy(), evidence(), seed, 2) for seed in (1, 1, 2))
    assert differences(one, again) == []
    assert "Students.score" in differences(one, other)


def test_worlds_that_take_turns_do_not_meet(small):
    world, rules = small
    alone = continued(world.county, rules, world.evidence, 1, 3)
    one, other = world.county.copy(), world.county.copy()
    for _ in range(3):
        advance(other, policy("none"), world.evidence, 5)
        advance(one, rules, world.evidence, 1)
    assert differences(one, alone) == []


def test_a_start_is_not_changed_by_what_follows(small):
    world, rules = small
    before = world.county.copy()
    continued(world.county, rules, world.evidence, 1, 3)
    assert differences(before, world.county) == []
    assert world.county.year == 0


@pytest.mark.parametrize("dropped", NAMES)
def test_dropping_a_process_leaves_the_luck_of_the_others(small, noted, dropped):
    world, rules = small
    kept = tuple(process for process in SCHOOL_YEAR if process.name != dropped)
    continued(world.county, rules, world.evidence, 1)
    whole = dict(noted)
    noted.clear()
    continued(world.county, rules, world.evidence, 1, processes=kept)
    assert noted
    common = 0
    for key, numbers in noted.items():
        assert f"|{dropped}|" not in key[0]
        for agent, number in numbers.items():
            if agent in whole.get(key, {}):
                assert whole[key][agent] == number
                common += 1
    # Almost everybody who draws in one world draws in the other.
    assert common > 0.5 * sum(map(len, noted.values()))


def test_a_purpose_is_asked_for_one_kind_of_number(small, noted):
    # Two kinds for one purpose would come from one stream and go together.
    world, rules = small
    continued(world.county, rules, world.evidence, 1, 2)
    kinds = defaultdict(set)
    for key, purpose, method, dtype in noted:
        kinds[key, purpose].add((method, dtype))
    assert {what: found for what, found in kinds.items() if len(found) > 1} == {}
    # Each process draws under its own name, and in its own year.
    assert {key.split("|")[1] for key, *_ in noted} <= set(NAMES)
    assert {key.split("|")[2] for key, *_ in noted} == {"1", "2"}


def test_no_two_purposes_give_the_same_numbers(small, noted):
    world, rules = small
    continued(world.county, rules, world.evidence, 1)
    shown = [tuple(list(numbers.values())[:4]) for numbers in noted.values() if len(numbers) > 4]
    assert len(set(shown)) == len(shown) > 15


@pytest.mark.parametrize("dropped", ["mentoring.pair", "learning.teach", "assessment.examine"])
def test_what_comes_before_a_dropped_process_is_the_same_year(small, dropped):
    # The August of year 1 does not know what the school year will bring.
    world, rules = small
    whole = continued(world.county, rules, world.evidence, 1)
    part = continued(
        world.county, rules, world.evidence, 1, processes=tuple(each for each in SCHOOL_YEAR if each.name != dropped)
    )
    apart = set(differences(whole, part))
    written = {repr(column) for process in SCHOOL_YEAR[NAMES.index(dropped) :] for column in process.writes}
    assert apart
    assert apart <= written
    assert repr(Teachers.school) not in apart
    assert repr(Schools.posts) not in apart


def test_no_process_touches_the_county_it_is_shown(small):
    # All arrays are the same objects after the changes have been computed.
    world, rules = small
    county = world.county.copy()
    for process in SCHOOL_YEAR:
        if not county.year:
            county.year = 1
        before = {
            (name, column): getattr(county, name).read(item)
            for name in ("schools", "groups", "teachers", "students", "stages", "county")
            for column, item in type(getattr(county, name)).columns.items()
        }
        changes = process.run(county, rules, world.evidence, 1)
        for (name, column), array in before.items():
            table = getattr(county, name)
            assert table.read(type(table).columns[column]) is array
            assert not array.flags.writeable
        apply(county, process, changes)
