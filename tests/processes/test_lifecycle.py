"""groups.reorganise over the years: planned schools join, others enter, grow up, leave; groups end."""

import numpy as np
import pytest
from laws import check
from worlds import (
    World,
    after,
    changed,
    continued,
    differences,
    evidence,
    facts,
    founded,
    grouped,
    policy,
    setting,
    switched_off,
    taishan,
)

from sim.measures import take
from sim.processes.groups import reorganise
from sim.state import (
    CORE,
    DISSOLVED,
    EXPELLED,
    GRADUATED,
    MEMBER,
    MERIT,
    NEVER,
    OUTSIDE,
    PARTNER,
    SPAWNED,
    STAYED,
    Groups,
    Schools,
    open_groups,
)

CORE_SCHOOL, FREE = 0, range(3, 7)
GROUP = {"first": ("P-seat-1", {"fused": ("P-near-1", "P-near-2"), "joint": ()})}


@pytest.fixture(scope="module")
def world() -> World:
    """Seven primary schools; four far ones, rows 0 to 3, are free; rows 4 and 5 are near, row 6 is the seat."""
    return founded(setting(facts({"seat": (1, 400, 30), "near": (2, 400, 30), "far": (4, 400, 40)})))


def start(world, year=4, **columns):
    """The county with its group founded in year 1, and columns of schools by name."""
    county = world.county.copy()
    county.year = 1
    rules = grouped(GROUP, {})
    county = after(reorganise, county, rules)
    county.year = year
    for name, values in columns.items():
        column = Schools.columns[name]
        county.schools.write(column, np.array(values, column.dtype))
    return county


def living(**rules):
    formation = rules.pop("formation", {})
    links = {"links.fused.formation": rules.pop("mode", "assigned")}
    return grouped(GROUP, {"lifecycle": rules or None, "formation": formation, **links})


STANDING = [-0.9, -0.4, 0.1, 0.2, 0.3, -0.2, 1.0]
FAR, NEAR, SEAT = range(4), (4, 5), 6


def test_the_small_county_is_as_these_tests_take_it(world):
    county = start(world)
    assert county.names == ("P-far-1", "P-far-2", "P-far-3", "P-far-4", "P-near-1", "P-near-2", "P-seat-1")
    assert county.schools.role.tolist() == [OUTSIDE] * 4 + [MEMBER] * 2 + [CORE]


def test_a_graduate_becomes_independent_a_partner_or_a_core(world):
    county = start(world, standing=STANDING)
    usual = {"growth_years": 3, "graduation_gap": 0.8}
    alone = after(reorganise, county, living(**usual)).schools
    assert (alone.group[4], alone.role[4], alone.departure[4]) == (-1, OUTSIDE, GRADUATED)
    # The gap of the other is 1.2.
    assert alone.departure[5] == STAYED
    partner = after(reorganise, county, living(**usual, graduate_to="partner", graduate_link="joint")).schools
    assert (partner.group[4], partner.role[4], partner.departure[4], partner.left_year[4]) == (0, PARTNER, GRADUATED, 4)
    # Nobody grows up twice: the places that are left are told once, whatever the role of the link.
    for link in ("joint", "fused"):
        rules = living(**usual, graduate_to="partner", graduate_link=link, one_out_one_in=True)
        later = after(reorganise, county, rules)
        for year in (5, 6):
            later.year = year
            later = after(reorganise, later, rules)
        assert (later.schools.left_year[4], (later.schools.group[FAR] == 0).sum()) == (4, 1)
    spawn = living(**usual, graduate_to="spawn", max_members=2, spawn_takes=1)
    later = after(reorganise, county, spawn)
    assert later.groups.core.tolist() == [SEAT, 4]
    assert later.groups.founded_year.tolist() == [1, 4]
    assert later.groups.first_member_year.tolist() == [1, NEVER]
    assert (later.schools.group[4], later.schools.role[4], later.schools.departure[4]) == (1, CORE, SPAWNED)
    # A year later it takes the weakest free school, another year later one more, then it is full.
    later.schools.write(Schools.standing, STANDING)
    for year, expected in ((5, [0]), (6, [0, 1]), (7, [0, 1])):
        later.year = year
        later = after(reorganise, later, spawn)
        inside = (later.schools.group == 1) & (later.schools.role != CORE)
        assert np.flatnonzero(inside).tolist() == expected
    # Its group years count from its first members.
    assert later.groups.first_member_year.tolist() == [1, 5]
    none = after(reorganise, county, living(**usual, graduate_to="spawn", max_members=2, spawn_chance=0.0))
    assert (len(none.groups), none.schools.departure[4]) == (1, GRADUATED)


def test_a_judgement_counts_once_in_a_cycle(world):
    # Founded in year 1 and judged at the ends of years 3 and 6: dissolved on the second judgement, in year 7.
    rules = changed(living(dissolve_years=2, dissolve_result=0.0), {"assessment.cycle_years": 3})
    county = start(world, 1)
    poor = []
    for year in range(2, 8):
        county.year = year
        county.groups.write(Groups.result, -0.5)
        county = after(reorganise, county, rules)
        poor.append(int(county.groups.poor_years[0]))
    assert poor == [0, 0, 1, 1, 1, 2]
    assert county.groups.closed_year.tolist() == [7]


def test_nobody_grows_up_before_the_growth_years(world):
    rules = living(growth_years=3, graduation_gap=9.0)
    assert (after(reorganise, start(world, 3, standing=STANDING), rules).schools.group[4:] == 0).all()
    assert (after(reorganise, start(world, 4, standing=STANDING), rules).schools.group[4:6] == -1).all()


def test_schools_leave_on_merit_and_do_not_come_back(world):
    rules = living(exit_standing=0.3, entry=True)
    county = after(reorganise, start(world, standing=STANDING), rules)
    assert county.schools.departure.tolist()[4:] == [MERIT, STAYED, STAYED]
    county.year += 1
    eager = changed(evidence(), {"willingness_threshold": -100.0})
    later = after(reorganise, county, rules, eager).schools
    assert later.group.tolist() == [0, 0, 0, 0, -1, 0, 0]


def test_entry_is_for_those_who_wish_the_weakest_first_while_there_is_room(world):
    eager, none = (changed(evidence(), {"willingness_threshold": limit}) for limit in (-100.0, 100.0))
    county = start(world, standing=STANDING)
    rules = living(entry=True, max_members=4, entry_link="joint")
    later = after(reorganise, county, rules, eager).schools
    assert later.group.tolist() == [0, 0, -1, -1, 0, 0, 0]
    assert later.role.tolist()[:2] == [PARTNER, PARTNER]
    assert after(reorganise, county, rules, none).schools.group.tolist() == [-1] * 4 + [0] * 3
    # The others applied too and wait; no more than one a year joins where the county says so.
    assert later.applied_year.tolist()[2:4] == [4, 4]
    slow = living(entry=True, formation={"max_new_members_per_year": 1})
    assert (after(reorganise, county, slow, eager).schools.group >= 0).sum() == 3 + 1


def test_who_applies_enters_after_the_lag(world):
    eager = changed(evidence(), {"willingness_threshold": -100.0})
    rules = living(entry=True, entry_lag_years=2)
    county = start(world, standing=STANDING)
    joined = []
    for year in (4, 5, 6):
        county.year = year
        county = after(reorganise, county, rules, eager)
        joined.append(int((county.schools.group >= 0).sum()) - 3)
    assert joined == [0, 0, 4]
    assert set(county.schools.joined_year[FAR].tolist()) == {6}


def test_a_better_name_attracts():
    # 45 primary schools of Taishan are asked under one link, once where the core is believed to be 3 SD better than
    # they are and once where it is as they are.
    county = taishan().county.copy()
    county.year = 1
    link = {"links.fused.formation": "voluntary"}
    free = [name for name, stage in zip(county.names, county.schools.stage, strict=True) if not stage][:40]
    core = free.pop()
    rules = grouped({"all": (core, {"fused": tuple(free), "joint": ()})}, link)
    members = []
    for gap in (0.0, 3.0):
        believed = np.where(np.arange(len(county.names)) == county.names.index(core), gap, 0.0)
        county.schools.write(Schools.reputation, believed)
        members.append(int((after(reorganise, county, rules).schools.role == MEMBER).sum()))
    # A half, and all whose luck is above -1.5 SD: 0.93 of 39, within what 39 tosses allow.
    assert 12 <= members[0] <= 27
    assert 32 <= members[1] <= 39


def test_a_school_that_is_not_willing_is_asked_again_and_mixed_lies_between(world):
    def joined(mode, years):
        rules = living(mode=mode)
        total = 0
        for seed in range(1, 40):
            county = world.county.copy()
            for year in range(1, years + 1):
                county.year = year
                county = after(reorganise, county, rules, seed=seed)
            total += int((county.schools.role == MEMBER).sum())
        return total

    assert joined("assigned", 1) == 2 * 39
    assert joined("voluntary", 1) < joined("mixed", 1) < 2 * 39
    assert joined("voluntary", 1) < joined("voluntary", 3)


def test_coverage_rises_along_its_path_and_takes_the_weakest_later(world):
    # Row 6 is core and five schools are planned; of seven, 0.4 are 2.8, so three; 0.7 are 4.9, so five; then six.
    plan = {"first": ("P-seat-1", {"fused": ("P-near-1", "P-near-2", "P-far-1", "P-far-2", "P-far-3"), "joint": ()})}
    path = {"coverage": {"by_group_year": {1: 0.4, 2: 0.7, 3: 1.0}}, "target": "weak_first"}
    rules = grouped(plan, {"formation": path})
    county = world.county.copy()
    members = []
    for year in (1, 2, 3):
        county.year = year
        county.schools.write(Schools.standing, [0.0, 0.0, -0.1, 0.0, -0.5, 0.4, 1.0])
        county = after(reorganise, county, rules)
        members.append(np.flatnonzero(county.schools.role == MEMBER).tolist())
    # First the far ones by name; then the weakest of those left, rows 4 and 2.
    assert members == [[0, 1], [0, 1, 2, 4], [0, 1, 2, 4, 5]]
    assert county.schools.joined_year.tolist() == [1, 1, 2, -9999, 2, 3, 1]


def test_approval_in_two_stages_delays_the_start(world):
    rules = grouped(GROUP, {"start_year": 2022, "formation": {"start_lag_years": 1}})
    county = continued(world.county, rules, evidence(), 1, 1)
    assert (county.school_year, len(county.groups)) == (2022, 0)
    assert len(continued(county, rules, evidence(), 1, 1).groups) == 1


def test_off_equals_absent_exactly():
    life = {
        "lifecycle": {
            "entry": True, "max_members": 8, "growth_years": 1, "graduation_gap": 1.0, "graduate_to": "spawn",
            "one_out_one_in": True, "exit_standing": 1.5,
        }
    }  # fmt: skip
    one = other = on = taishan().county
    for _ in range(3):
        one = continued(one, changed(policy(), life), switched_off(evidence(), "lifecycle"), 1)
        other = continued(other, policy(), evidence(), 1)
        on = continued(on, changed(policy(), life), evidence(), 1)
        assert differences(one, other) == []
    assert differences(on, other) != []


def test_every_event_of_life_happens_lawfully_and_is_measured():
    rules = changed(
        policy("taishan", "rotation.rate=0.4", "rotation.years=[3, 3]"),
        {
            "funding.special_fund_yuan": 3_000_000,
            "lifecycle": {
                "entry": True, "max_members": 5, "growth_years": 2, "graduation_gap": 1.2, "graduate_to": "spawn",
                "spawn_chance": 0.5, "one_out_one_in": True, "exit_standing": 0.7, "expel_years": 2,
                "expel_fulfilment": 0.9, "dissolve_years": 2, "dissolve_result": -0.1,
            },
        },
    )  # fmt: skip
    county = taishan().county
    told: dict[str, float] = {}
    events: dict[str, int] = {}
    away_abroad = 0
    for _ in range(7):
        county = check(World(county, *taishan()[1:]), rules, 1)
        schools, now = county.schools, county.schools.left_year == county.year
        for name, kinds in (
            ("schools_grown_up", (GRADUATED, SPAWNED)), ("schools_left_on_merit", (MERIT,)),
            ("schools_expelled", (EXPELLED,)), ("groups_spawned", (SPAWNED,)),
        ):  # fmt: skip
            events[name] = events.get(name, 0) + int((now & np.isin(schools.departure, kinds)).sum())
        events["groups_dissolved"] = int((~open_groups(county.groups)).sum())
        for stage, zone, measure, value in take(county, rules, evidence()):
            if (stage, zone) == ("all", "all") and (measure in events or measure == "schools_joined"):
                told[measure] = told.get(measure, 0) + value
        teachers = county.teachers
        away_abroad += int(
            ((teachers.posting > 0) & (schools.group[teachers.school] != schools.group[teachers.home])).sum()
        )
        latest = {m: v for s, z, m, v in take(county, rules, evidence()) if s == z == "all"}
        assert latest["schools_in_groups"] == pytest.approx((schools.group >= 0).mean())
        assert latest["groups_open"] == open_groups(county.groups).sum()
    assert {name: value for name, value in told.items() if name in events} == events
    assert all(told.values()), told
    # Postings outlasted the membership of their schools, and money was paid for them (the laws count it).
    assert away_abroad > 0
    assert (county.schools.departure == DISSOLVED).any()


def test_before_and_after_flatters_the_weakest_and_the_paired_difference_does_not():
    # Members taken for their last standing by groups that do nothing: no name, no leadership, no movers, no money.
    nothing = {
        "links.fused.leadership": "autonomous", "links.fused.brand_share": 0.0, "links.fused.rotation": None,
        "links.fused.cadres": None, "links.fused.mentoring": {}, "links.fused.curriculum": {},
        "assessment.bundle_weight": 0.0, "assessment.quota_tilt": 0.0, "funding.special_fund_yuan": 0,
    }  # fmt: skip
    judged = {"assessment.value_added_weight": 1.0}
    nothing |= judged
    idle = {"entry": True, "max_members": 5}
    eager = changed(evidence(), {"willingness_threshold": -100.0})
    here = setting(facts({"seat": (1, 300, 20), "village": (20, 1000, 80)}))
    gains, paired = [], []
    for seed in range(1, 11):
        rules = grouped({"one": ("P-seat-1", {"fused": (), "joint": ()})}, nothing | {"lifecycle": idle})
        year1 = continued(founded(here, seed).county, rules, eager, seed)
        grown, without = (continued(year1, arm, eager, seed, 3) for arm in (rules, changed(policy("none"), judged)))
        chosen = np.flatnonzero(grown.schools.joined_year == 2)
        assert chosen.size == 5
        gains.append(float((grown.schools.standing - year1.schools.standing)[chosen].mean()))
        paired += differences(grown, without, ("students", "teachers"))
        believed = (Schools.standing, Schools.value_added, Schools.reputation)
        paired += [str(each) for each in believed if (grown.schools.read(each) != without.schools.read(each)).any()]
    # Nothing helped them, and yet they rose; the paired difference is nothing.
    assert np.mean(gains) - 2 * np.std(gains) / np.sqrt(len(gains)) > 0
    assert paired == []
