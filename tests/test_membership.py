"""Planned membership: by name and by rule, the same in every seed, each school in one group at most."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import changed, facts, policy, setting

from sim.founding.places import roles, units
from sim.membership import Place, plan
from sim.policy import Policy
from sim.state import CORE, JUNIOR, MEMBER, OUTSIDE, PARTNER, PRIMARY

LINKS = {
    "tight": {"title": {"en": "Tight", "zh": "紧密型"}},
    "loose": {"title": {"en": "Loose", "zh": "协作型"}, "role": "partner"},
}
SEAT, NEAR, FAR, VILLAGE = range(4)
COUNTY, TOWN = range(2)
POTENTIAL, NEW, WEAK, QUALITY = range(4)


def decreed(rules, groups=None) -> Policy:
    return changed(policy("none"), {"links": LINKS, "groups": groups or {}, "formation": {"rules": rules}})


def place(zone, stage=PRIMARY, owner=COUNTY, status=POTENTIAL, pupils=100, names=None) -> Place:
    size = len(zone)
    wide = (np.broadcast_to(np.array(column), size) for column in (stage, zone, owner, status, pupils))
    return Place(names or tuple(f"school {row}" for row in range(size)), *wide)


def group(core, **members):
    return {"one": {"title": {"en": "One", "zh": "一"}, "core": core, "members": members}}


def test_both_parts_of_a_campus_join_each_the_group_of_its_stage():
    both = [PRIMARY, PRIMARY, PRIMARY, JUNIOR, JUNIOR, JUNIOR]
    county = place([0] * 6, stage=both, names=("A", "B", "C", "A", "B", "D"))
    found = plan(county, decreed({}, group("A", tight=("B",), loose=("C", "D"))))
    assert found.core.tolist() == [0, 3]
    assert found.group.tolist() == [0, 0, 0, 1, 1, 1]
    assert found.role.tolist() == [CORE, MEMBER, PARTNER, CORE, MEMBER, PARTNER]
    assert found.link.tolist() == [-1, 0, 1, -1, 0, 1]


def test_a_part_of_a_stage_that_the_core_does_not_have_joins_its_only_group():
    county = place([0] * 3, stage=[PRIMARY, JUNIOR, JUNIOR], names=("B", "A", "B"))
    found = plan(county, decreed({}, group("A", tight=("B",))))
    assert (found.core.tolist(), found.group.tolist()) == ([1], [0, 0, 0])


def test_a_school_that_the_county_does_not_have_is_told():
    with pytest.raises(ValueError, match="no school X"):
        plan(place([0]), decreed({}, group("X")))


def test_near_towns_and_far_towns_join_one_core_by_different_links():
    # Huantai's shape: each county-run school heads a group.
    rules = {
        "near": {"core": {"owner": "county"}, "member": {"owner": "town", "zone": ("near",)}, "link": "tight"},
        "far": {"core": {"owner": "county"}, "member": {"owner": "town", "zone": ("far",)}, "link": "loose"},
    }
    county = place([SEAT, SEAT, NEAR, NEAR, FAR, FAR, VILLAGE], owner=[COUNTY, COUNTY, *[TOWN] * 5])
    found = plan(county, decreed(rules))
    assert found.core.tolist() == [0, 1]
    # One near and one far school for each of two cores of one size; the village is in no rule.
    assert found.group.tolist() == [0, 1, 0, 1, 0, 1, -1]
    assert found.role.tolist() == [CORE, CORE, MEMBER, MEMBER, PARTNER, PARTNER, OUTSIDE]


def test_cores_that_find_too_few_members_head_no_group_and_the_largest_come_first():
    rules = {
        "weak": {
            "core": {"status": ("quality",)}, "member": {"status": ("weak", "new")}, "link": "tight", "members": (2, 3),
        }
    }  # fmt: skip
    county = place(
        [SEAT] * 3 + [FAR] * 5, status=[QUALITY] * 3 + [WEAK, NEW, WEAK, WEAK, WEAK], pupils=[100, 300, 200] + [10] * 5
    )
    found = plan(county, decreed(rules))
    # Five members are enough for two cores with two each; the fifth goes to the larger: 3 / 300 < 3 / 200.
    assert found.core.tolist() == [1, 2]
    assert np.bincount(found.group[3:]).tolist() == [3, 2]
    assert found.group[0] == -1


def test_what_exceeds_the_most_stays_outside_and_named_schools_are_not_dealt_again():
    rules = {"all": {"core": {"zone": ("seat",)}, "member": {"zone": ("far",)}, "link": "loose", "members": (0, 1)}}
    county = place([SEAT, SEAT, FAR, FAR, FAR])
    found = plan(county, decreed(rules, group("school 0", tight=("school 4",))))
    assert found.group.tolist() == [0, 1, 0, 1, 0]
    assert found.role.tolist() == [CORE, CORE, PARTNER, PARTNER, MEMBER]
    alone = plan(county, decreed(rules | {"all": rules["all"] | {"core": {"zone": ("near",)}}}))
    assert (alone.core.size, set(alone.group.tolist())) == (0, {-1})


def test_the_nearest_zone_comes_first():
    rules = {"all": {"core": {"status": ("quality",)}, "member": {"status": ("weak",)}, "link": "tight"}}
    county = place([SEAT, FAR, SEAT, VILLAGE], status=[QUALITY, QUALITY, WEAK, WEAK])
    assert plan(county, decreed(rules)).group.tolist() == [0, 1, 0, 1]


@st.composite
def kinds(draw):
    """What a rule asks of schools."""
    maybe = lambda kind: draw(st.one_of(st.none(), kind))  # noqa: E731
    some = lambda words: maybe(st.lists(st.sampled_from(words), min_size=1, max_size=2, unique=True).map(tuple))  # noqa: E731
    return {
        "zone": some(("seat", "near", "far", "village")), "owner": maybe(st.sampled_from(("county", "town"))),
        "stage": maybe(st.sampled_from(("primary", "junior"))), "status": some(("new", "weak", "potential", "quality")),
    }  # fmt: skip


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.data())
def test_any_rules_put_a_school_in_one_group_and_give_a_group_one_core(data):
    size = data.draw(st.integers(1, 12))
    stage = sorted(data.draw(st.lists(st.integers(0, 1), min_size=size, max_size=size)))
    columns = [data.draw(st.lists(st.integers(0, most), min_size=size, max_size=size)) for most in (3, 1, 3, 500)]
    rules = {}
    for number in range(data.draw(st.integers(1, 3))):
        fewest = data.draw(st.integers(0, 2))
        limits = data.draw(st.sampled_from((None, (fewest, fewest + 1))))
        link = data.draw(st.sampled_from(("tight", "loose")))
        rules[f"rule {number}"] = {
            "core": data.draw(kinds()), "member": data.draw(kinds()), "link": link, "members": limits,
        }  # fmt: skip
    county = place(columns[0], stage, *columns[1:])
    found = plan(county, decreed(rules))
    assert found.group[found.core].tolist() == list(range(found.core.size))
    assert np.flatnonzero(found.role == CORE).tolist() == sorted(found.core.tolist())
    assert ((found.group >= 0) == (found.role != OUTSIDE)).all()
    assert ((found.link >= 0) == (found.role > CORE)).all()
    inside = found.group >= 0
    assert (county.stage[found.core[found.group[inside]]] == county.stage[inside]).all()
    for number, rule in enumerate(rules.values()):
        if rule["members"] and len(rules) == 1:
            members = np.bincount(found.group[found.role > CORE], minlength=found.core.size)
            assert (members >= rule["members"][0]).all(), number
            assert (members <= rule["members"][1]).all(), number


def test_owner_and_status_are_drawn_in_the_zones_proportions_and_named_ones_kept():
    described = facts({"seat": (4, 900, 60), "far": (10, 900, 90)})
    values = described.model_dump()
    values["stages"]["primary"]["zones"]["far"] |= {"town_run_share": 0.6, "status_shares": {"weak": 0.3, "new": 0.1}}
    values["named_schools"] = [
        {"name": "P-far-1", "en": "P-far-1", "stage": "primary", "zone": "far", "owner": "town", "status": "quality"},
    ]
    here = setting(changed(described, {"stages": values["stages"], "named_schools": values["named_schools"]}))
    found = units(here)
    far = found.zone == FAR
    named = found.names.index("P-far-1")
    assert (found.owner[named], found.status[named]) == (TOWN, QUALITY)
    # Of nine others 0.6 are 5.4, so five by largest remainder; 0.3 are 2.7, so three; 0.1 are 0.9, so one.
    assert (found.owner[far] == TOWN).sum() == 1 + 5
    assert np.bincount(found.status[far], minlength=4).tolist() == [5, 1, 3, 1]
    assert set(found.owner[~far].tolist()) == {COUNTY}
    again = units(here)
    assert (again.owner == found.owner).all()
    assert (again.status == found.status).all()


def test_the_roster_of_a_county_follows_its_rules():
    here = setting(facts({"seat": (2, 300, 24), "far": (3, 240, 20)}))
    rules = {"all": {"core": {"zone": ("seat",)}, "member": {"zone": ("far",)}, "link": "tight"}}
    own = here.__class__(here.facts, here.stages, here.births, here.evidence, here.base, decreed(rules))
    assert sorted(role for _, _, role in roles(own)) == [CORE, CORE, MEMBER, MEMBER, MEMBER]
    assert units(own).roster.tolist() == [MEMBER, MEMBER, MEMBER, CORE, CORE]
