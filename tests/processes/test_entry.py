"""Rules of entry: migration, migrant children, joint admission, seats, privilege, boarding, transfers."""

from functools import cache

import numpy as np
import pytest
from worlds import World, after, changed, evidence, facts, founded, grouped, policy, setting, switched_off

from sim.processes.admissions import place
from sim.processes.groups import reorganise
from sim.state import FAR, JUNIOR, NEAR, SEAT, Counties, Schools, StageTotals, Students, urban

NO_CHOICE = switched_off(evidence(), "choice")
CORE_SCHOOL, MEMBER_SCHOOL, PARTNER_SCHOOL, UPPER_SCHOOL = range(4)


def august(county, years=1, rules=None, known=None, seed=1):
    """The county after the admissions of a later school year."""
    county = county.copy()
    county.year += years
    return after(place, county, rules or policy("none"), known or NO_CHOICE, seed)


def entering(county, grade=1):
    return np.flatnonzero(county.school_year - county.students.cohort + 1 == grade)


@cache
def town() -> World:
    """Six primary and two junior schools in three zones; a third of the town's children are migrants."""
    primary = {"seat": (2, 600, 36), "near": (2, 400, 28), "far": (2, 240, 18)}
    return founded(setting(facts(primary, {"seat": (2, 500, 48)}, migrant_share=0.3)))


def with_rules(**settings):
    return changed(policy("none"), {f"admissions.{path.replace('__', '.')}": value for path, value in settings.items()})


@pytest.fixture
def many(tiny_county):
    """The tiny county with 60,000 children a year and no end of seats."""
    county = tiny_county(stages={"planned_class_size": [40.0, 40.0]}, schools={"seats": 1_000_000})
    county.stages.write(StageTotals.cohort_pupils, [60_000, 6])
    county.county.write(Counties.ses_within_sd, [0.9])
    return county


# --- migration ---------------------------------------------------------------------------------------------------


@pytest.mark.statistical
@pytest.mark.parametrize(("years", "factor"), [(1, 1.0), (10, 1.0), (10, 0.5)])
def test_a_share_of_the_rural_families_moves_to_town_each_year(many, years, factor):
    many.county.write(Counties.migration_factor, factor)
    later = august(many, years)
    lives = np.bincount(later.students.catchment[entering(later)], minlength=3)[:3]
    stayed = (1 - 0.02 * factor) ** years
    # Partner lies in the far zone; of 20,000 families one in two has a standard error of 71 at most.
    assert lives[PARTNER_SCHOOL] == pytest.approx(20_000 * stayed, abs=280)
    # Core and Member have as many children and take in as many.
    assert lives[CORE_SCHOOL] == pytest.approx(lives[MEMBER_SCHOOL], abs=560)
    assert lives.sum() == 60_000


def test_who_moves_keeps_its_family_and_is_the_same_in_every_policy(many):
    still, moved = august(many, 10, known=switched_off(NO_CHOICE, "migration")), august(many, 10)
    other = august(many, 10, changed(policy("none"), {"admissions.class_size_cap.primary": 20}))

    def by_id(county, column):
        return county.students.read(column)[np.argsort(county.students.id)]

    for column in (Students.id, Students.ses, Students.ability, Students.shock, Students.migrant):
        assert (by_id(still, column) == by_id(moved, column)).all()
    was, now = by_id(still, Students.catchment), by_id(moved, Students.catchment)
    assert (by_id(other, Students.catchment) == now).all()
    assert (was[was != now] == PARTNER_SCHOOL).all()
    assert urban(many.schools.zone)[now[was != now]].all()
    # A child enters where it lives now.
    new = entering(moved)
    assert (moved.students.school == moved.students.catchment)[new].all()


def test_nobody_moves_up_to_year_0_or_where_there_is_no_town(many, tiny_county):
    many.year, many.school_year0 = -1, many.school_year0 + 1
    assert (np.bincount(august(many).students.catchment[-60_000:], minlength=3)[:3] == 20_000).all()
    rural = tiny_county(stages={"planned_class_size": [2.0, 4.0]}, schools={"zone": FAR})
    later = august(rural, 10)
    assert later.students.catchment[entering(later)].tolist() == [0, 0, 1, 1, 2, 2]


# --- migrant children --------------------------------------------------------------------------------------------


@pytest.mark.statistical
def test_migrant_children_live_in_town_and_their_papers_decide(many):
    many.county.write(Counties.migrant_share, 0.5)
    asks_two_years = with_rules(migrants={"rule": "papers", "min_residence_years": 2})
    # Core is full: who is not placed by right goes where the seats are, and in its zone that is Core itself.
    many.schools.write(Schools.zone, [SEAT, SEAT, FAR, SEAT])
    many.schools.write(Schools.seats, [0, 1_000_000, 1_000_000, 1_000_000])
    later = august(many, 1, asks_two_years, switched_off(NO_CHOICE, "migration"))
    students, new = later.students, entering(later)
    migrant, lives = students.migrant[new], students.catchment[new]
    assert not migrant[lives == PARTNER_SCHOOL].any()
    core = lives == CORE_SCHOOL
    assert migrant[core].mean() == pytest.approx(0.5, abs=0.014)
    # 0.85 have papers, and 0.9 of these for each of the two years: 0.6885.
    assert (students.school[new] == CORE_SCHOOL)[core & migrant].mean() == pytest.approx(0.6885, abs=0.02)
    assert (students.school[new] == CORE_SCHOOL)[core & ~migrant].all()


def test_without_any_right_all_migrants_are_placed_and_nobody_else_moves():
    plain, none = august(town().county), august(town().county, rules=with_rules(migrants={"rule": "none"}))
    assert (none.students.id[np.argsort(none.students.id)] == plain.students.id[np.argsort(plain.students.id)]).all()
    new = entering(none)
    moved = none.students.school[new] != none.students.catchment[new]
    assert none.students.migrant[new][moved].all()
    assert moved.any()
    # They stay in the zone in which they live.
    zone = none.schools.zone
    assert (zone[none.students.school[new]] == zone[none.students.catchment[new]]).all()


# --- seats, lots and groups --------------------------------------------------------------------------------------


def test_selection_by_lot_does_not_look_at_the_examination():
    """With 20 seats for 400 leavers of another catchment the exam takes the best 20, the lot takes anybody."""
    world = founded(setting(facts({"seat": (2, 4800, 200)}, {"seat": (2, 2400, 200)})))
    county = world.county
    best, other = np.flatnonzero(county.schools.stage == JUNIOR)
    county.schools.write(Schools.reputation, np.where(np.arange(4) == best, 1.0, 0.0))
    own = np.bincount(county.schools.feeds[county.students.catchment], minlength=4)[best] / 9
    county.schools.write(Schools.seats, np.where(np.arange(4) == best, int(own) + 150, 5000))
    wild = changed(evidence(), {
        "choice_consider_junior": 1.0, "choice_reputation": 1000.0, "choice_distance": 0.0, "choice_ses": 0.0,
    })  # fmt: skip
    gaps = {}
    for selection in ("exam", "none"):
        later = august(county, rules=with_rules(selection=selection), known=wild)
        new = entering(later, 7)
        home = later.schools.feeds[later.students.catchment[new]]
        exam, took = later.students.exam[new], later.students.school[new] == best
        gaps[selection] = exam[(home == other) & took].mean() - exam[(home == other) & ~took].mean()
        assert later.schools.asked[other] > later.schools.granted[other] > 30
    assert gaps["exam"] > 1.0
    # Some hundred children of SD 1 taken by lot.
    assert abs(gaps["none"]) < 0.3


def test_a_group_shares_the_children_of_its_joint_catchments_at_both_stages():
    names = town().county.names
    rules = grouped(
        {"a": ("P-seat-1", {"fused": ("P-seat-2", "P-far-1"), "joint": ("P-near-1",)}),
         "b": ("J-seat-1", {"fused": ("J-seat-2",), "joint": ()})},
        {"admissions.unit": "group"},
    )  # fmt: skip
    county = town().county.copy()
    county.year = 1
    county = after(reorganise, county, rules)
    county.year = 0
    apart = august(county, rules=changed(rules, {"admissions.unit": "school"}))
    joint = august(county, rules=rules)
    seats = joint.schools.seats
    for members, grade in ((("P-seat-1", "P-seat-2", "P-far-1"), 1), (("J-seat-1", "J-seat-2"), 7)):
        units = [names.index(name) for name in members]
        plain, shared = (np.bincount(c.students.school[entering(c, grade)], minlength=8)[units] for c in (apart, joint))
        assert plain.sum() == shared.sum()
        assert shared == pytest.approx(seats[units] / seats[units].sum() * shared.sum(), abs=1)
    alone = names.index("P-near-1")
    assert joint.schools.elsewhere[alone] == 0


def test_classes_grow_beyond_the_cap_only_where_no_more_may_be_opened(tiny_county):
    county = tiny_county(stages={"planned_class_size": [40.0, 40.0]}, schools={"seats": [40, 1000, 1000, 1000]})
    county.stages.write(StageTotals.cohort_pupils, [300, 6])
    for extra, rooms in ((True, 3), (False, 1)):
        later = august(county, rules=with_rules(extra_classes=extra), known=switched_off(NO_CHOICE, "migration"))
        here = later.students.school[entering(later)] == CORE_SCHOOL
        assert np.unique(later.students.classroom[entering(later)][here]).size == rooms
        # 100 children for 40 seats, in three classes of 45 at most or in one.
        assert later.schools.over_seats.tolist() == [60, 0, 0, 0]


def test_privilege_takes_the_families_of_the_highest_standing(many):
    rules = with_rules(privilege=0.1)
    later = august(many, rules=rules, known=switched_off(NO_CHOICE, "migration"))
    students, new = later.students, entering(later)
    placed = new[students.school[new] != students.catchment[new]]
    assert (students.school[placed] == CORE_SCHOOL).all()
    limit = np.sort(students.ses[new])[-6000]
    assert students.ses[placed].min() >= limit
    # The rest of the 6,000 live in Core's catchment already.
    assert placed.size + (students.catchment[new][students.ses[new] >= limit] == CORE_SCHOOL).sum() == 6000


@pytest.mark.statistical
def test_families_with_two_addresses_take_the_better_believed_school(many):
    many.schools.write(Schools.zone, [SEAT, SEAT, FAR, SEAT])
    many.schools.write(Schools.reputation, [1.0, 0.0, 0.0, 0.0])
    rules = with_rules(second_address=True)
    later = august(many, rules=rules, known=switched_off(NO_CHOICE, "migration"))
    # A twentieth of Member's 20,000 families have a second address, half of them with Core; nobody leaves Core.
    assert later.schools.elsewhere[:3].tolist() == [0, pytest.approx(500, abs=90), 0]
    assert later.schools.pupils[CORE_SCHOOL] > 20_000


# --- boarding ----------------------------------------------------------------------------------------------------


@pytest.mark.statistical
def test_a_share_of_those_farther_out_boards_and_stays_a_boarder(many):
    many.schools.write(Schools.zone, [NEAR, SEAT, FAR, SEAT])
    bed_name = many.names[CORE_SCHOOL]
    rules = changed(with_rules(boarding={bed_name: 600_000}), {"funding.boarding_yuan": 300})
    later = august(many, rules=rules, known=switched_off(NO_CHOICE, "migration"))
    students, new = later.students, entering(later)
    boards, lives = students.boarding[new], students.catchment[new]
    assert boards[lives == PARTNER_SCHOOL].mean() == pytest.approx(0.3, abs=0.014)
    assert not boards[lives != PARTNER_SCHOOL].any()
    assert (students.school[new][boards] == CORE_SCHOOL).all()
    assert later.schools.boarding_yuan[CORE_SCHOOL] == 300 * boards.sum()
    again = august(later, rules=rules, known=switched_off(NO_CHOICE, "migration"))
    kept = np.isin(again.students.id, students.id[new][boards])
    assert again.students.boarding[kept].all()


# --- transfers ---------------------------------------------------------------------------------------------------


def test_transfers_fill_room_in_classes_of_better_schools_and_no_more():
    county = town().county.copy()
    better = int(np.flatnonzero(county.schools.stage == 0)[0])
    county.schools.write(Schools.reputation, np.where(np.arange(len(county.schools)) == better, 1.0, 0.0))
    wild = changed(NO_CHOICE, {
        "transfer_wish_rate": 1.0, "choice_reputation": 1000.0, "choice_distance": 0.0, "choice_ses": 0.0,
    })  # fmt: skip
    rules = with_rules(transfer_allowed=True)
    plain, moved = august(county, known=wild), august(county, rules=rules, known=wild)

    def classes(of):
        students = of.students
        keys = np.c_[students.cohort, students.school, students.classroom][students.school == better]
        return np.unique(keys, axis=0, return_counts=True)

    (before, _), (keys, size) = classes(plain), classes(moved)
    # No class is opened; those above grade 1 are filled up to the cap of 45, or to the seats of the grade.
    assert (before == keys).all()
    upper = keys[:, 0] < moved.school_year
    assert (size[upper] <= 45).all()
    for cohort in np.unique(keys[upper, 0]):
        here = keys[:, 0] == cohort
        assert size[here].sum() == min(45 * here.sum(), moved.schools.seats[better])
    assert moved.schools.transferred[better] == size.sum() - (plain.students.school == better).sum()
    order = np.lexsort((moved.students.classroom, moved.students.school, moved.students.cohort))
    assert (order == np.arange(len(moved.students))).all()


@pytest.mark.statistical
def test_few_ask_for_a_transfer():
    later = august(town().county, rules=with_rules(transfer_allowed=True))
    stayed = len(later.students) - entering(later).size - entering(later, 7).size
    # One in a hundred asks, some of them for their own school, some in vain.
    assert 0 < later.schools.transferred.sum() < 0.02 * stayed


# --- people ------------------------------------------------------------------------------------------------------

EVERYTHING = {
    "unit": "group", "second_address": True, "must_accept": False, "privilege": 0.05, "transfer_allowed": True,
    "migrants": {"rule": "papers"}, "boarding": {"P-seat-1": 60}, "selection": "none",
}  # fmt: skip


def test_the_same_children_live_in_the_same_places_under_all_rules():
    plain, ruled = august(town().county, 3), august(town().county, 3, with_rules(**EVERYTHING), evidence())
    for column in (Students.id, Students.catchment, Students.ses, Students.ability, Students.shock, Students.migrant):
        one, other = (county.students.read(column)[np.argsort(county.students.id)] for county in (plain, ruled))
        assert (one == other).all(), column


def test_the_order_of_pupils_within_their_classes_changes_nothing():
    county = town().county
    students = county.students
    luck = np.random.default_rng(3).random(len(students))
    order = np.lexsort((luck, students.classroom, students.school, students.cohort))
    turned = county.copy()
    turned.students.resize(order, None)
    rules = with_rules(**EVERYTHING)
    one, other = (august(start, rules=rules, known=evidence()) for start in (county, turned))
    for column in (Students.id, Students.school, Students.boarding, Students.catchment):
        mine, yours = (c.students.read(column)[np.argsort(c.students.id)] for c in (one, other))
        assert (mine == yours).all(), column
    for column in (Schools.asked, Schools.granted, Schools.elsewhere, Schools.transferred):
        assert (one.schools.read(column) == other.schools.read(column)).all(), column
