"""rotation.rotate: who refuses, what is paid for going, who leads elsewhere, and what is carried home."""

import numpy as np
import pytest
from worlds import after, changed, evidence, policy, taishan

from sim.draws import Draws
from sim.eligibility import Turn
from sim.postings import Postings
from sim.processes.learning import teach
from sim.processes.rotation import rotate
from sim.state import CADRE, CORE, MEMBER, OUTSIDE, RECEIVED, SENT
from tests.processes.test_rotation_rules import WILLING, rows, rules, tally

NO_TERMS = {"refusal_distance": 0.0, "refusal_family_age": 0.0}


def shares(county, plan, known, members=(1, 2), targets=(1, 2), staff=range(6)):
    """Chance of each of the core's teachers to refuse."""
    year = Postings(county, plan, known, Draws(1, "rotation.rotate", county.year))
    link = plan.links["fused"]
    turn = Turn(year, 0, np.array(members), link, link.rotation)
    return turn.refusal_shares(np.array(staff), np.array(targets))


def test_fewer_refuse_where_the_group_decides_on_moves(staffed):
    known = changed(evidence(), NO_TERMS)
    for personnel, expected in (("exchange", 0.3), ("pooled", 0.24), ("unified", 0.24)):
        plan = rules({}, link={"personnel": personnel})
        assert shares(staffed(), plan, known) == pytest.approx([expected] * 6)


def test_a_bonus_lowers_refusals_and_is_paid_like_the_allowance(staffed):
    # 28,000 of 140,000 are 20 %: two steps of 0.05 below a half. So about 0.6 agree, ten times the 5 % outside groups.
    known = changed(evidence(), NO_TERMS)
    plan = rules({}, credit=False, incentive={"dispatch_bonus_yuan": 28_000})
    assert shares(staffed(), plan, known) == pytest.approx([0.4] * 6)
    later = after(rotate, staffed(groups={"balance_yuan": [1_000_000]}), plan, WILLING)
    assert tally(later) == (3, 3, {})
    assert later.groups.postings_yuan[0] == 6 * 28_000


def test_distance_and_family_age_shift_refusals_and_leave_the_mean(staffed):
    known = changed(evidence(), {"refusal_distance": 0.2, "refusal_family_age": 0.3})
    roster = [CORE, MEMBER, MEMBER, OUTSIDE]
    county = staffed(age=[35.0, 35.0, 45.0, 45.0, 45.0, 45.0] + [40.0] * 6, schools={"roster": roster})
    found = shares(county, rules({}), known)
    # Two of six are 30 to 39: 0.3 × (1 − 1/3) more, the others 0.1 fewer. Half of the schools lie across the line.
    assert found == pytest.approx([0.5, 0.5, 0.2, 0.2, 0.2, 0.2])
    assert found.mean() == pytest.approx(0.3)
    # A posting to the country alone is 0.2 × (1 − 1/2) less welcome, to a school in town as much more so.
    assert shares(county, rules({}), known, targets=(2,)) - found == pytest.approx([0.1] * 6)
    assert shares(county, rules({}), known, targets=(1,)) - found == pytest.approx([-0.1] * 6)


def test_a_policy_that_sends_farther_meets_more_refusals(staffed):
    # The county's own policy links Near alone; one that sends to Far as well has half of its schools across the line.
    known = changed(evidence(), {"refusal_distance": 0.2, "refusal_family_age": 0.0})
    county = staffed(schools={"roster": [CORE, MEMBER, OUTSIDE, OUTSIDE]})
    assert shares(county, rules({}), known, members=(1,), targets=(1,)) == pytest.approx([0.3] * 6)
    assert shares(county, rules({}), known) == pytest.approx([0.4] * 6)


def test_over_the_county_the_terms_leave_the_mean_refusal():
    county, plan = taishan(years=1).county, policy()
    year = Postings(county, plan, evidence(), Draws(1, "rotation.rotate", county.year))
    link, told = plan.links["fused"], []
    for group, core in enumerate(county.groups.core.tolist()):
        members = np.flatnonzero((county.schools.group == group) & (county.schools.link == 0))
        turn = Turn(year, group, members, link, link.rotation)
        told.append(turn.refusal_shares(np.flatnonzero(year.serving(core)), members))
    assert np.concatenate(told).mean() == pytest.approx(evidence().refusal_share_credit, abs=0.005)


def test_an_offer_pushes_nobody(staffed):
    everybody = {"refusal_share": 1.0, "refusal_share_credit": 1.0, "enforcement_decreed": 1.0} | NO_TERMS
    later = after(rotate, staffed(), rules({"voluntary": True}), changed(evidence(), everybody))
    assert tally(later) == (3, 0, {"refusal": 3})
    assert tally(after(rotate, staffed(), rules({}), changed(evidence(), everybody)))[1] == 3


def test_whoever_agreed_is_not_posted_against_his_will(staffed):
    # Everybody minds being decreed away. An offer is taken freely by both sides; a mutual partner was asked.
    minds = changed(evidence(), NO_TERMS | {"refusal_share_credit": 0.0, "unwilling_share": 1.0})
    for rule, matching, sent, received in (
        ({}, "even", True, True), ({"voluntary": True}, "even", False, False), ({}, "mutual", True, False),
    ):  # fmt: skip
        later = after(rotate, staffed(), rules(rule, matching=matching), minds)
        assert tally(later) == (3, 3, {})
        assert later.teachers.unwilling[rows(later, SENT)].tolist() == [sent] * 3
        assert later.teachers.unwilling[rows(later, RECEIVED)].tolist() == [received] * 3


def test_cadres_whom_the_core_cannot_lend_are_counted(staffed):
    # Eight are decreed, six teach at the core.
    later = after(rotate, staffed(), rules({"rate": 0.0}, link={"cadres": 8}), WILLING)
    assert later.schools.cadres.sum() == 6
    assert later.groups.cadres_short[0] == 2


def test_cadres_for_each_member_and_an_executive_principal_at_any_time(staffed):
    led = {"cadres": {"by_group_year": {1: 1, 2: 0}}, "cadres_per": "member", "executive_principals": 1}
    plan = rules({"rate": 0.0}, link=led, years=[2, 2])
    later = after(rotate, staffed(), plan, WILLING)
    # One executive principal and one cadre each for Near and Far.
    assert later.schools.cadres.tolist() == [0, 2, 2, 0]
    assert (later.teachers.school[rows(later, CADRE)] == 0).all()
    later.year = 3
    # All four come home; the executive principals are replaced at once.
    later = after(rotate, later, plan, WILLING)
    assert later.schools.cadres.tolist() == [0, 1, 1, 0]


def test_a_member_teacher_learns_at_the_core_and_carries_it_home(staffed):
    plan = rules({"rate": 0.1}, years=[2, 2])
    county = staffed(talent=[0.3] * 6 + [-0.1] * 6)
    first = after(rotate, county, plan, WILLING)
    (received,) = rows(first, RECEIVED)
    stayed = next(row for row in range(6, 12) if row != received)
    for year in (1, 2):
        first.year = year
        first = after(teach, first, plan, WILLING)
    learned = first.teachers.skill_peer
    assert learned[received] > learned[stayed] + 0.001
    first.year = 3
    home = after(rotate, first, changed(plan, {"links.fused.rotation.rules.core.rate": 0.0}), WILLING)
    assert home.teachers.school[received] == 1
    assert home.teachers.skill_peer[received] == learned[received]


def test_who_is_pushed_goes_unwillingly_and_leaves_more_often(staffed):
    # All refuse and all yield: each mover is unwilling, whose exits staffing multiplies by 1 + P33.
    everybody = {"refusal_share_credit": 1.0, "enforcement_decreed": 1.0, "unwilling_share": 0.0} | NO_TERMS
    later = after(rotate, staffed(), rules({"rate": 1.0}), changed(evidence(), everybody))
    assert later.teachers.unwilling[rows(later, SENT)].all()
    assert not later.teachers.unwilling[rows(later, RECEIVED)].any()
