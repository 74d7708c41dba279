"""rotation.rotate: the rules of the five documents: bases, directions, ranks, obligations, matching, staying."""

import numpy as np
import pytest
from worlds import after, changed, evidence, switched_off, tiny_policy

from sim.population import experience
from sim.processes.rotation import rotate
from sim.sending import order_in_strata
from sim.state import (
    AT_HOME,
    CHINESE,
    MATHS,
    RECEIVED,
    SENT,
    SHORTFALL_CAUSES,
    Schools,
)

WILLING = changed(switched_off(evidence(), "refusal", "match"), {"unwilling_share": 0.0})
"""Nobody refuses, nobody minds, the match stays as it is."""
LIGHT = switched_off(WILLING, "load")
"""Nor does anybody ask about lessons."""
BOTH = {"base": "group_teachers", "direction": "bidirectional"}
STRONG = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5]
"""Talents of six teachers, the weakest first."""


def rules(*decreed, incentive=None, link=None, **rotation):
    """Rules for the fused members, by what they say beyond the defaults; free of charge, without cadres or filters."""
    named = {("core", "second", "third")[place]: {"rate": 0.5} | rule for place, rule in enumerate(decreed)}
    settings = {"rules": named, "honour": None, "max_age": None} | rotation
    return changed(
        tiny_policy(funding__posting_yuan=0),
        {"links.fused.cadres": None}
        | {f"links.fused.rotation.{name}": value for name, value in settings.items()}
        | {f"links.fused.{name}": value for name, value in (link or {}).items()}
        | {f"incentive.{name}": value for name, value in (incentive or {}).items()},
    )


def tally(county):
    """Due, done, and shortfall by cause where there is any."""
    groups = county.groups
    short = dict(zip(SHORTFALL_CAUSES, groups.short[0].tolist(), strict=True))
    return int(groups.due[0]), int(groups.done[0]), {cause: count for cause, count in short.items() if count}


def rows(county, kind):
    """Rows of teachers of a kind of posting."""
    return np.flatnonzero(county.teachers.posting == kind).tolist()


# --- bases and directions ------------------------------------------------------------------------------------------


def test_where_the_group_is_the_base_both_sides_of_an_exchange_count(staffed):
    # Twelve teachers, half are due: six persons in three exchanges. Of five (0.4) the third exchange serves one.
    for rate, due in ((0.5, 6), (0.4, 5)):
        later = after(rotate, staffed(), rules({"rate": rate} | BOTH), WILLING)
        assert tally(later) == (due, due, {})
        assert len(rows(later, SENT)) == len(rows(later, RECEIVED)) == 3
    # All staff of the model teach.
    staff = after(rotate, staffed(), rules({"base": "group_staff", "direction": "bidirectional"}), WILLING)
    assert rows(staff, SENT) == rows(after(rotate, staffed(), rules(BOTH), WILLING), SENT)


def test_floors_hold_together_and_the_narrower_is_filled_first(staffed):
    # The core owes a third of six: two. The group owes a third of twelve: four, and the two exchanges are four persons.
    group, core = {"rate": 1 / 3} | BOTH, {"rate": 1 / 3}
    for decreed in ((group, core), (core, group)):
        later = after(rotate, staffed(), rules(*decreed), WILLING)
        assert tally(later) == (6, 6, {})
        assert len(rows(later, SENT)) == 2
    # A wider floor of a half asks for two persons more: one exchange.
    later = after(rotate, staffed(), rules(core, {"rate": 0.5} | BOTH), WILLING)
    assert tally(later) == (8, 8, {})
    assert len(rows(later, SENT)) == 3


def test_one_way_in_both_directions_sends_from_either_side(staffed):
    later = after(rotate, staffed(), rules({"exchange": False} | BOTH), LIGHT)
    homes = later.teachers.home[rows(later, SENT)]
    assert tally(later) == (6, 6, {})
    assert np.bincount(homes, minlength=2).tolist() == [3, 3]
    assert (later.teachers.school[rows(later, SENT)][homes == 1] == 0).all()


def test_any_direction_moves_teachers_between_members_too(staffed):
    home = [0] * 2 + [1] * 5 + [2] * 5
    wide = {"rate": 1.0, "base": "group_teachers", "direction": "any"}
    later = after(rotate, staffed(home=home, subject=CHINESE), rules(wide), WILLING)
    moved = later.teachers.posting != AT_HOME
    pairs = set(zip(later.teachers.home[moved].tolist(), later.teachers.school[moved].tolist(), strict=True))
    assert {(1, 2), (2, 1)} & pairs
    assert tally(later)[0] == 12
    assert (later.teachers.school[moved] != later.teachers.home[moved]).all()


def test_from_town_to_country_only(staffed):
    # Core and Near are in town, Far is not: backbone teachers of both go there and nowhere else.
    county = staffed(home=[0] * 4 + [1] * 4 + [2] * 4, subject=CHINESE, backbone=[True, True, False, False] * 3)
    down = {"rate": 1.0, "base": "urban_backbone", "direction": "urban_to_rural"}
    later = after(rotate, county, rules(down), WILLING)
    assert tally(later) == (4, 4, {})
    assert rows(later, SENT) == [0, 1, 4, 5]
    assert (later.teachers.school[rows(later, SENT)] == 2).all()


def test_town_teachers_without_rural_service_owe_three_years(staffed):
    # Of six town teachers two have served in the country; four owe it. Years there are counted from then on.
    home = [0] * 3 + [1] * 3 + [2] * 6
    county = staffed(home=home, subject=CHINESE, rural_years=[2, 0, 0, 1, 0, 0] + [9] * 6)
    owed = {"rate": 1.0, "base": "urban_without_rural_service", "direction": "urban_to_rural"}
    plan = rules(owed, rural_service_years=3, years=[1, 1])
    later = after(rotate, county, plan, WILLING)
    assert tally(later) == (4, 4, {})
    assert rows(later, SENT) == [1, 2, 4, 5]
    assert (later.teachers.posting_ends[[1, 2, 4, 5]] == 4).all()
    assert later.teachers.rural_years[[0, 1, 2, 3, 4, 5]].tolist() == [2, 1, 1, 1, 1, 1]
    later.year = 4
    home_again = after(rotate, later, plan, WILLING)
    assert tally(home_again) == (0, 0, {})


# --- ranks ---------------------------------------------------------------------------------------------------------


def test_a_backbone_floor_lets_no_more_others_go_than_it_allows(staffed):
    # One of six is backbone, and two of five movers must be: with one there can be two movers, four are short.
    county = staffed(backbone=[True] + [False] * 11)
    later = after(rotate, county, rules({"rate": 1.0, "backbone_share": 0.4}), WILLING)
    assert tally(later) == (6, 2, {"rank": 4})
    assert 0 in rows(later, SENT)
    later = after(rotate, county, rules({"rate": 1.0, "only": "backbone"}), WILLING)
    assert tally(later) == (6, 1, {"rank": 5})


def test_only_those_above_a_percentile_of_their_school_go(staffed):
    later = after(rotate, staffed(talent=STRONG + [0.0] * 6), rules({"rate": 1.0}, min_skill_percentile=50.0), WILLING)
    assert tally(later) == (6, 3, {"rank": 3})
    assert rows(later, SENT) == [3, 4, 5]


@pytest.mark.statistical
@pytest.mark.parametrize("target", [-0.2, 0.0, 0.3])
def test_a_sender_with_a_backbone_floor_gets_the_quality_he_asks_for(target):
    rng, got = np.random.default_rng(5), []
    for _ in range(3000):
        backbone = np.arange(40) < 16
        quality = rng.normal(size=40) + 0.3 * backbone
        order, _ = order_in_strata(quality, backbone, 0.4, target, 10, rng.normal(size=40))
        assert backbone[order[:10]].sum() == 4
        got.append(quality[order[:10]].mean())
    # The standard error is 0.005; small strata overshoot a little, as a single pool does.
    assert np.mean(got) == pytest.approx(target, abs=0.03)


def test_longest_at_the_school_goes_first(staffed):
    county = staffed(years_here=[3, 20, 5, 9, 1, 12] + [30] * 6)
    assert rows(after(rotate, county, rules({}, order="tenure"), WILLING), SENT) == [1, 3, 5]


@pytest.mark.parametrize(("reading", "sent", "short"), [("literal", [0, 3], {}), ("exempt", [1, 2, 4, 5], {"age": 2})])
def test_long_service_near_retirement_read_in_two_ways(staffed, reading, sent, short):
    # Women retire at 55.25 in 2025. Two are 52 and have served twelve years here; one is due, or all six.
    county = staffed(age=[52.0, 40, 40, 52.0] + [40.0] * 8, years_here=[12, 12, 3, 12] + [12] * 8)
    near = {"years_here": 10, "years_to_retirement": 6.0, "reading": reading}
    plan = rules({"rate": 0.1 if reading == "literal" else 1.0}, must_move=near, max_age=45.0)
    later = after(rotate, county, plan, WILLING)
    assert rows(later, SENT) == sent
    assert tally(later)[2] == short


# --- limits --------------------------------------------------------------------------------------------------------


def test_from_the_country_the_best_come_up_and_nobody_is_posted_one_way(staffed):
    home = [0] * 6 + [2] * 6
    county = staffed(home=home, talent=[0.0] * 6 + STRONG, subject=CHINESE)
    later = after(rotate, county, rules({"rate": 0.2}, inflow_gate="selection"), WILLING)
    assert rows(later, RECEIVED) == [10, 11]
    one_way = {"rate": 1.0, "exchange": False} | BOTH
    later = after(rotate, county, rules(one_way, inflow_gate="selection"), LIGHT)
    assert set(later.teachers.home[rows(later, SENT)].tolist()) == {0}
    later = after(rotate, county, rules(one_way), LIGHT)
    assert set(later.teachers.home[rows(later, SENT)].tolist()) == {0, 2}


def test_a_protected_core_keeps_its_quality(staffed):
    # The core's teachers are 0.15 (one σ_T) better. Each exchange of one of six costs a sixth: half a σ_T is three.
    county = staffed(talent=[0.15] * 6 + [0.0] * 6)
    later = after(rotate, county, rules({"rate": 1.0}, core_protection=0.51), WILLING)
    assert tally(later) == (6, 3, {"protection": 3})
    assert later.groups.core_quality[0] == pytest.approx(0.15 + experience(15, evidence()))
    # Who comes is as good: nothing is to be protected.
    assert tally(after(rotate, staffed(), rules({"rate": 1.0}, core_protection=0.0), WILLING)) == (6, 6, {})


def test_what_protects_a_core_is_its_quality_before_the_first_postings(staffed):
    # The group is founded in year 1. Its schools join in year 3, first by a link that protects nobody.
    before = 0.15 + experience(15, evidence())
    protected = rules({"rate": 1.0}, core_protection=0.51)
    free = rules({"rate": 0.1}).links["fused"].rotation
    plan = changed(protected, {"links.loose": {"title": {"zh": "松散", "en": "loose"}, "personnel": "exchange"}})
    plan = changed(plan, {"links.loose.rotation": free.model_dump()})
    place = {name: number for number, name in enumerate(plan.links)}
    talent = [0.15] * 6 + [0.0] * 6
    county = after(rotate, staffed(talent=talent, schools={"link": [-1] * 4}), plan, WILLING)
    assert np.isnan(county.groups.core_quality[0])
    county.year = 3
    county.schools.write(Schools.link, np.array([-1, place["loose"], -1, -1]))
    county = after(rotate, county, plan, WILLING)
    assert tally(county) == (1, 1, {})
    assert county.groups.core_quality[0] == pytest.approx(before)
    # A year later the other link starts. One of the three exchanges that the core can bear is made already.
    county.year = 4
    county.schools.write(Schools.link, np.array([-1, place["fused"], -1, -1]))
    county = after(rotate, county, plan, WILLING)
    assert county.groups.core_quality[0] == pytest.approx(before)
    assert tally(county)[1] == 2


def test_who_can_be_sent_is_chosen_as_if_no_more_were_due(staffed):
    # Six are due and two can go, as the cap or the money lets them: the sender picks the two whom he would pick of two.
    county = staffed(talent=STRONG + [0.0] * 6, groups={"balance_yuan": [40_000]})
    two = rows(after(rotate, county, rules({"rate": 1 / 3}), WILLING), SENT)
    capped = after(rotate, county, rules({"rate": 1.0}, rate_cap=1 / 3), WILLING)
    assert tally(capped) == (6, 2, {"protection": 4})
    assert rows(capped, SENT) == two
    dear = changed(rules({"rate": 1.0}), {"funding.posting_yuan": 10_000, "funding.core_share_limit": 0.0})
    paid = after(rotate, county, dear, WILLING)
    assert tally(paid) == (6, 2, {"money": 4})
    assert rows(paid, SENT) == two


def test_no_more_move_than_keep_the_staff_stable(staffed):
    # A third of twelve may move: four persons, two exchanges of the six that are due.
    later = after(rotate, staffed(), rules({"rate": 1.0}, rate_cap=1 / 3), WILLING)
    assert tally(later) == (6, 2, {"protection": 4})


# --- staying for good ----------------------------------------------------------------------------------------------


def test_who_stays_for_good_takes_home_and_file_and_so_does_the_partner(staffed):
    plan = rules({"rate": 0.1}, transfer_chance=1.0, years=[2, 2])
    first = after(rotate, staffed(), plan, switched_off(evidence(), "refusal"))
    (sent,), (received,) = rows(first, SENT), rows(first, RECEIVED)
    first.year = 3
    later = after(rotate, first, changed(plan, {"links.fused.rotation.rules.core.rate": 0.0}), WILLING)
    teachers = later.teachers
    assert teachers.home[[sent, received]].tolist() == teachers.school[[sent, received]].tolist() == [1, 0]
    assert teachers.posting[[sent, received]].tolist() == [AT_HOME, AT_HOME]
    assert teachers.home_post[sent] == first.teachers.home_post[received]
    assert teachers.home_match[sent] == teachers.match[sent] == first.teachers.match[sent]
    assert teachers.years_here[[sent, received]].tolist() == [0, 0]
    assert later.groups.transfers[0] == 2
    assert np.bincount(teachers.home).tolist() == [6, 6]


@pytest.mark.parametrize(("posts", "expected"), [(6, [5, 7]), (7, [6, 7])])
def test_without_a_partner_one_takes_a_free_post_or_the_post_goes_along(staffed, posts, expected):
    plan = rules({"rate": 0.1, "exchange": False}, transfer_chance=1.0, years=[1, 1])
    place = {"link": [-1, 0, -1, -1], "posts": [6, posts, 0, 0], "usual_posts": [6, posts, 0, 0]}
    first = after(rotate, staffed(schools=place), plan, WILLING)
    (sent,) = rows(first, SENT)
    first.year = 2
    later = after(rotate, first, changed(plan, {"links.fused.rotation.rules.core.rate": 0.0}), WILLING)
    assert later.teachers.home[sent] == later.teachers.school[sent] == 1
    assert later.groups.transfers[0] == 1
    assert later.schools.posts[:2].tolist() == later.schools.usual_posts[:2].tolist() == expected


# --- who goes where --------------------------------------------------------------------------------------------------


def test_need_sends_teachers_where_lessons_want_hands(staffed):
    # Near has three teachers of Chinese for six classes (load 30 / 45), Far has one (load 2), but far fewer staff.
    home = [0] * 5 + [1] * 6 + [2]
    county = staffed(home=home, subject=[CHINESE] * 8 + [MATHS] * 3 + [CHINESE])
    one_way = {"rate": 0.2, "exchange": False}
    for matching, unit in (("even", 1), ("need", 2)):
        later = after(rotate, county, rules(one_way, matching=matching), LIGHT)
        assert later.teachers.school[rows(later, SENT)].tolist() == [unit]


def test_weak_subjects_are_helped_first(staffed):
    home, subject = [0] * 4 + [1] * 4 + [2] * 4, [CHINESE] * 12
    county = staffed(home=home, subject=subject, talent=[0.2] * 4 + [0.1] * 4 + [-0.1] * 4)
    later = after(rotate, county, rules({"rate": 0.5}, matching="weak_subject"), WILLING)
    # Far teaches worst. After one good teacher has come for a weak one its mean is -0.025, and still the worst.
    assert later.teachers.school[rows(later, SENT)].tolist() == [2, 2]


def test_mutual_dispatch_asks_the_partner_too(staffed):
    everybody = {"refusal_share": 1.0, "refusal_share_credit": 1.0, "unwilling_share": 0.0, "enforcement_decreed": 1.0}
    known = changed(evidence(), everybody)
    assert tally(after(rotate, staffed(), rules({"rate": 0.5}), known)) == (3, 3, {})
    assert tally(after(rotate, staffed(), rules({"rate": 0.5}, matching="mutual"), known)) == (3, 0, {"partner": 3})


def test_balancing_exchanges_close_the_gap_and_then_stop(staffed):
    # The core's six are 0.3 better each, in Chinese only. Three exchanges bring the means together; a fourth would not.
    county = staffed(subject=CHINESE, talent=[0.3] * 6 + [0.0] * 6)
    later = after(rotate, county, rules({"rate": 1.0}, objective="balance"), WILLING)
    assert tally(later) == (6, 3, {"protection": 3})
    means = [later.teachers.talent[later.teachers.school == unit].mean() for unit in (0, 1)]
    assert means == pytest.approx([0.15, 0.15])
    # Where quality is equal, backbone teachers are shared out.
    county = staffed(subject=CHINESE, backbone=[True] * 4 + [False] * 8)
    later = after(rotate, county, rules({"rate": 1.0}, objective="balance"), WILLING)
    assert np.bincount(later.teachers.school[later.teachers.backbone]).tolist() == [2, 2]


def test_balancing_exchanges_stop_where_the_core_is_protected(staffed):
    # Each exchange costs the core 0.3 / 6 = 0.05, a third of σ_T: with 0.34 σ_T to lose it can bear one of three.
    county = staffed(subject=CHINESE, talent=[0.3] * 6 + [0.0] * 6)
    later = after(rotate, county, rules({"rate": 1.0}, objective="balance", core_protection=0.34), WILLING)
    assert tally(later) == (6, 1, {"protection": 5})
    # Where members are the better ones, nothing is to be protected.
    county = staffed(subject=CHINESE, talent=[0.0] * 6 + [0.3] * 6)
    assert tally(after(rotate, county, rules({"rate": 1.0}, objective="balance", core_protection=0.0), WILLING))[1] == 3


def test_a_school_that_joins_gets_a_backbone_teacher_of_each_subject(staffed):
    # All eight subjects have lessons; the core has backbone teachers of two, and Far has nobody to send in return.
    county = staffed(backbone=[True, False, False, True] + [False] * 8, schools={"joined_year": [1, 0, 1, -1]})
    new = {"backbone_per_subject_new": 1}
    later = after(rotate, county, rules({"rate": 0.0, "exchange": False}, **new), LIGHT)
    assert tally(later) == (8, 2, {"rank": 6})
    assert rows(later, SENT) == [0, 3]
    assert (later.teachers.school[[0, 3]] == 2).all()
    # They count for the core's floor as well: a third of six is met.
    later = after(rotate, county, rules({"rate": 1 / 3, "exchange": False}, **new), LIGHT)
    assert tally(later) == (10, 4, {"rank": 6})
    later.year = 2
    assert tally(after(rotate, later, rules({"rate": 0.0, "exchange": False}, **new), LIGHT)) == (0, 0, {})
