"""Towns: what they pay and withdraw, the floor for branches, who makes up what is missing, and what it does."""

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
    tiny_policy,
    with_towns,
)

from sim.processes.funding import allot
from sim.state import Schools, Towns
from sim.towns import town_money

PUPILS = [12, 100, 300, 8]


@pytest.fixture
def towned(tiny_county):
    """The small county; one town runs Member and Partner and pays a fifth of 15,000 yuan a pupil, 3,000."""
    county = tiny_county(schools={"town": [-1, 0, 0, -1], "pupils": PUPILS, "usual_pupils": PUPILS})
    county.towns = Towns(1)
    county.county.write(type(county.county).town_share, 0.2)
    return county


def money(county, known=None, **rules):
    plan = tiny_policy(**{f"funding__{name}": value for name, value in rules.items()})
    return town_money(county, plan, known or changed(evidence(), {"town_withdrawal": 0.3}))


def alone(county):
    """The county where only Member is in the group."""
    county.schools.write(Schools.group, [0, 0, -1, -1])
    return county


def test_a_town_withdraws_from_schools_that_a_core_from_elsewhere_leads(towned):
    assert money(towned).paid.tolist() == [0, 210_000, 630_000, 0]
    assert money(alone(towned)).paid.tolist() == [0, 210_000, 900_000, 0]
    towned.schools.write(Schools.town, [0, 0, 0, -1])  # now the core is the town's own
    assert money(towned).withdrawn.sum() == 0


@pytest.mark.parametrize(
    ("ratio", "floor"),
    # Others get 900,000 for 300 pupils. At a ratio r the mean m of all 400 pupils obeys 400 m = 900,000 + 100 r m,
    # and the branch gets r m: at 1.0 3,000; at 0.8 0.8 · 2,812.5 = 2,250; at 0.5 1,286, less than the 2,100 it has.
    [(1.0, 3_000), (0.8, 2_250), (0.5, 2_100)],
)
def test_the_floor_is_measured_against_a_mean_that_holds_the_branch_itself(towned, ratio, floor):
    found = money(alone(towned), town_floor_ratio=ratio, town_compliance=1.0)
    branch = int(found.paid[1])
    assert branch == pytest.approx(floor * 100, abs=1)
    mean = (branch + 900_000) / 400
    assert branch / 100 >= ratio * mean - 0.02


def test_where_all_schools_are_branches_there_is_no_mean_to_hold(towned):
    found = money(towned, town_floor_ratio=1.0, town_enforced=True)
    assert (found.missing.sum(), found.deducted.sum()) == (0, 0)


def test_a_town_makes_up_a_part_and_the_county_may_take_the_rest(towned):
    county = alone(towned)
    weak = money(county, town_floor_ratio=1.0, town_compliance=0.25)
    assert (weak.complied[1], weak.deducted[1], weak.missing[1]) == (22_500, 0, 67_500)
    strong = money(county, town_floor_ratio=1.0, town_compliance=0.25, town_enforced=True)
    assert (strong.complied[1], strong.deducted[1], strong.missing[1]) == (22_500, 67_500, 0)
    assert strong.change.tolist() == [0, 0, 0, 0]
    off = money(county, switched_off(evidence(), "towns"), town_floor_ratio=1.0)
    assert (off.paid == off.usual).all()


def test_the_accounts_of_town_and_schools_agree(towned):
    plan = tiny_policy(funding__town_floor_ratio=1.0, funding__town_compliance=0.1)
    later = after(allot, alone(towned), plan, changed(evidence(), {"town_withdrawal": 1 / 3}))
    # 300,000 less 100,000; a tenth of the 100,000 that are missing comes back.
    assert later.schools.town_yuan.tolist() == [0, 210_000, 900_000, 0]
    assert later.schools.granted_yuan.tolist() == [0, -90_000, 0, 0]
    assert later.towns.paid_yuan.tolist() == [1_110_000]
    assert (later.towns.withdrawn_yuan[0], later.towns.missing_yuan[0]) == (100_000, 90_000)


def test_capital_that_is_withdrawn_is_not_bought(towned):
    county = alone(towned)
    county.county.write(type(county.county).town_capital_share, 0.02)
    county.county.write(type(county.county).equipment_life_years, 8)
    later = after(allot, county, tiny_policy(), changed(evidence(), {"town_withdrawal": 0.3}))
    # Of 90,000 withdrawn 1,800 would have bought equipment.
    assert later.schools.equipment_yuan.tolist() == [40_000, 38_200, 40_000, 40_000]


def test_withdrawing_costs_branches_little_and_the_floor_gives_it_back():
    start = with_towns(taishan().county, share=0.15)
    known = changed(evidence(), {"town_withdrawal": 0.5})
    rules = {"funding.town_floor_ratio": 1.0, "funding.town_enforced": True}
    free, held, kept = (
        continued(start, plan, coefficients, 1, 4)
        for plan, coefficients in ((policy(), known), (changed(policy(), rules), known), (policy(), evidence()))
    )
    plain = continued(start, policy(), changed(evidence(), {"town_withdrawal": 0.0}), 1, 4)
    branch = (plain.schools.link >= 0) & (plain.schools.town >= 0)

    def mean(county):
        return county.students.score[branch[county.students.school]].mean(dtype=float)

    # Half of 15 % of spending for four years: 7.5 times 0.004 σ.
    assert mean(free) - mean(plain) == pytest.approx(-7.5 * evidence().spending_gain, rel=0.35)
    assert mean(free) < mean(kept) < mean(plain)
    assert mean(held) == pytest.approx(mean(plain), abs=1e-6)
    assert held.towns.deducted_yuan.sum() > 0 == held.towns.missing_yuan.sum()


def test_towns_are_drawn_from_the_county_file():
    zones = {"seat": (2, 300, 24), "near": (2, 200, 16), "far": (3, 240, 20), "village": (2, 60, 8)}
    towns = {name: {"title": {"en": name, "zh": name}, "zone": zone} for name, zone in TOWNS.items()}
    described = facts(zones, {"seat": (1, 120, 14), "far": (2, 160, 18)}, towns=towns, town_share=0.1)
    world = founded(setting(changed(described, {"named_schools": moved(described)})))
    county = world.county
    runs = {name: int(town) for name, town in zip(county.names, county.schools.town, strict=True)}
    assert county.town_names == ("Guoli", "Tangshan", "Qifeng")
    assert county.towns.zone.tolist() == [1, 2, 2]
    assert (runs["P-seat-1"], runs["P-near-1"], runs["P-near-2"]) == (-1, 0, 0)
    # Dealt in turn within zone and stage; the third far school is given to Guoli by name; villages go with far towns.
    assert [runs[f"P-far-{k}"] for k in (1, 2, 3)] == [1, 2, 0]
    assert [runs[f"P-village-{k}"] for k in (1, 2)] == [1, 2]
    assert [runs[f"J-far-{k}"] for k in (1, 2)] == [1, 2]
    plan = grouped({"one": ("P-seat-1", {"fused": ("P-far-1", "P-village-2"), "joint": ()})}, {})
    check(World(county, world.setting, world.evidence), plan)


TOWNS = {"Guoli": "near", "Tangshan": "far", "Qifeng": "far"}


def moved(described):
    """The named schools, of which P-far-3 is run by Guoli."""
    return [
        school.model_dump() | ({"town": "Guoli"} if school.name == "P-far-3" else {})
        for school in described.named_schools
    ]


def test_without_towns_nothing_is_read_or_paid():
    county = continued(taishan().county, policy(), evidence(), 1)
    assert not county.schools.town_yuan.any()
    assert len(county.towns) == 0
    plan = changed(policy(), {"funding.town_floor_ratio": 1.0, "funding.town_enforced": True})
    assert differences(county, continued(taishan().county, plan, evidence(), 1)) == []
    assert np.isfinite(county.county.town_share[0])
