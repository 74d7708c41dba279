"""rotation.rotate: who is due, who is short and why, who goes where, for how long, and who pays."""

import numpy as np
import pytest
from worlds import after, changed, evidence, switched_off, tiny_policy

from sim.processes.rotation import rotate
from sim.sending import expected_score, sender_target, sending_order, shortfall_by_filter
from sim.state import (
    AT_HOME,
    CADRE,
    CHINESE,
    ENGLISH,
    MATHS,
    PE,
    RECEIVED,
    SENT,
    SHORTFALL_CAUSES,
    Schools,
)

CORE_SCHOOL, MEMBER_SCHOOL = 0, 1
CORE_STAFF, MEMBER_STAFF = range(6), range(6, 12)
HOME = [CORE_SCHOOL] * 6 + [MEMBER_SCHOOL] * 6
WILLING = changed(switched_off(evidence(), "refusal", "match"), {"unwilling_share": 0.0})
"""Nobody refuses, nobody minds, the match stays as it is."""


@pytest.fixture
def make(tiny_county):
    """A core and a member with six teachers each, honoured and forty; keywords are columns of teachers."""

    def make_county(year=1, groups=None, **columns):
        usual = {
            "home": HOME, "school": HOME, "subject": [CHINESE, CHINESE, CHINESE, MATHS, MATHS, MATHS] * 2,
            "home_post": [0, 1, 2] * 4, "post": [0, 1, 2] * 4, "age": 40.0, "honour": True, "years_teaching": 15,
            "backbone": False, "stage": 0,
        }  # fmt: skip
        return tiny_county(
            year=year, teachers=usual | columns,
            groups={"founded_year": [1], "first_member_year": [1]} | (groups or {}),
            schools={"public_use_yuan": [65_000, 65_000, 65_000, 0]},
        )  # fmt: skip

    return make_county


def rules(rate=0.5, **more):
    """One rule for the fused member, without cadres and free of charge, unless `more` says otherwise."""
    usual = {
        "links__fused__rotation__rules__core__rate": rate, "links__fused__cadres": None, "funding__posting_yuan": 0,
    }  # fmt: skip
    return tiny_policy(**(usual | more))


ONE_WAY = {"links__fused__rotation__rules__core__exchange": False}


def tally(county):
    """Due, done, and shortfall by cause where there is any."""
    groups = county.groups
    short = dict(zip(SHORTFALL_CAUSES, groups.short[0].tolist(), strict=True))
    return int(groups.due[0]), int(groups.done[0]), {cause: count for cause, count in short.items() if count}


@pytest.mark.parametrize(("rate", "due"), [(0.0, 0), (0.15, 1), (1 / 6, 1), (0.17, 2), (1 / 3, 2), (0.34, 3), (1.0, 6)])
def test_due_is_the_rate_times_the_cores_file_rounded_up(make, rate, due):
    assert tally(after(rotate, make(), rules(rate), WILLING)) == (due, due, {})


def test_the_rate_may_change_with_the_year_of_the_group(make):
    plan = rules({"by_group_year": {1: 0.5, 2: 0.15}})
    assert tally(after(rotate, make(year=1), plan, WILLING))[0] == 3
    assert tally(after(rotate, make(year=2), plan, WILLING))[0] == 1
    assert tally(after(rotate, make(year=9), plan, WILLING))[0] == 1


def test_every_cause_of_shortfall_takes_its_own(make):
    # All six are due. One has just returned (stay), one is 46 (age), one has no honour; of the three left one
    # teaches English, which nobody at Member does (partner); the fund pays for one of the last two (money).
    county = make(
        age=[46.0, 45.9] + [40.0] * 10, honour=[True, True, False] + [True] * 9,
        returned_year=[-9, -9, -9, 1] + [-9] * 8, groups={"balance_yuan": [39_999]},
        subject=[CHINESE, CHINESE, CHINESE, MATHS, MATHS, ENGLISH] + [CHINESE] * 3 + [MATHS] * 3,
    )  # fmt: skip
    dear = rules(1.0, funding__posting_yuan=10_000, funding__core_share_limit=0.0)
    later = after(rotate, county, dear, WILLING)
    # 45.9 years are still 45. Two allowances a posting under exchange: 20,000 yuan of 39,999.
    assert tally(later) == (6, 1, {"stay": 1, "age": 1, "honour": 1, "partner": 1, "money": 1})
    assert later.groups.postings_yuan[0] == 20_000
    assert later.groups.balance_yuan[0] == 19_999
    # Only one can be paid for, so that among three the principal has a choice.
    assert later.groups.unattainable[0] == 0


def test_causes_that_act_together_share_the_shortfall():
    def short(due, *filters):
        return shortfall_by_filter([np.array(passing, bool) for passing in filters], due).tolist()

    # Four are due and one passes both. Age first takes two and honour one more; honour first, the other way round:
    # 1.5 each, and the odd one goes to the first.
    age, honour = [1, 1, 0, 0], [1, 0, 1, 0]
    assert short(4, age, honour) == [2, 1]
    # Who passes everywhere is never short; a filter that all pass takes nothing.
    assert short(4, [1, 1, 1, 1], age) == [0, 2]
    assert short(1, age, honour) == [0, 0]
    # One who fails both alone costs a half each, of which whole persons remain.
    assert sum(short(3, [1, 1, 0], [1, 1, 0])) == 1
    assert short(6, *[[0] * 6] * 3) == [2, 2, 2]


def test_who_is_away_already_is_short_and_stays_away(make):
    first = after(rotate, make(), rules(0.5), WILLING)
    away = np.flatnonzero(first.teachers.posting == SENT)
    assert away.size == 3
    first.year += 1
    later = after(rotate, first, rules(1.0), WILLING)
    assert tally(later) == (6, 3, {"stay": 3})
    assert (later.teachers.posting[away] == SENT).all()
    assert (later.teachers.forced_year[away] == 1).all()


def test_an_exchange_swaps_seats_and_terms(make):
    later = after(rotate, make(), rules(0.15), WILLING).teachers
    sent = int(np.flatnonzero(later.posting == SENT)[0])
    received = int(later.partner[sent])
    assert later.posting[received] == RECEIVED
    assert later.partner[received] == sent
    assert later.subject[sent] == later.subject[received]
    assert later.school[[sent, received]].tolist() == [MEMBER_SCHOOL, CORE_SCHOOL]
    assert later.home[[sent, received]].tolist() == [CORE_SCHOOL, MEMBER_SCHOOL]
    assert later.post[sent] == later.home_post[received]
    assert later.post[received] == later.home_post[sent]
    assert later.posting_ends[sent] == later.posting_ends[received]
    # Both are new where they are, and dip.
    assert later.forced_year[[sent, received]].tolist() == [1, 1]
    assert later.arrived_year[[sent, received]].tolist() == [1, 1]
    assert (later.posting != AT_HOME).sum() == 2


def test_the_match_is_drawn_again_for_those_who_move_and_kept_for_home(make):
    known = switched_off(evidence(), "refusal")
    county = make(match=0.05, home_match=0.05)
    later = after(rotate, county, rules(0.5), known).teachers
    moved = later.posting != AT_HOME
    assert moved.sum() == 6
    assert (later.match[moved] != np.float64(0.05)).all()
    assert (later.match[~moved] == np.float64(0.05)).all()
    assert (later.home_match == np.float64(0.05)).all()
    still = after(rotate, county, rules(0.5), WILLING).teachers
    assert (still.match == np.float64(0.05)).all()


def test_newly_hired_teachers_are_not_exchanged(make):
    # Member's teachers of Chinese are all in their first year: only maths can be exchanged.
    later = after(rotate, make(years_teaching=[15] * 6 + [0] * 3 + [15] * 3), rules(1.0), WILLING)
    assert tally(later) == (6, 3, {"partner": 3})
    assert (later.teachers.subject[later.teachers.posting == SENT] == MATHS).all()


def test_movers_are_shared_out_by_the_staff_of_members(tiny_county):
    # Two fused members, of six and of three teachers, all of one subject: six movers go four and two ways.
    home = [0] * 3 + [1] * 6 + [2] * 3
    county = tiny_county(
        year=1,
        teachers={"home": home, "school": home, "subject": PE, "honour": True, "age": 40.0, "years_teaching": 9},
        schools={"link": [-1, 0, 0, -1]},
    )
    later = after(rotate, county, rules(1.0, **ONE_WAY), switched_off(WILLING, "load")).teachers
    to = later.school[later.posting == SENT]
    assert np.bincount(to, minlength=3).tolist() == [0, 2, 1]


def test_one_way_moves_stop_where_those_who_stay_could_not_carry_the_lessons(make):
    # Six classes of five periods are 30 a subject; a teacher has 15, so two of three teachers of Chinese carry
    # a load of 1, and one alone 2, beyond 1.3: one may go from each subject.
    later = after(rotate, make(), rules(1.0, **ONE_WAY), WILLING)
    assert tally(later) == (6, 2, {"load": 4})
    sent = later.teachers.posting == SENT
    assert sorted(later.teachers.subject[sent].tolist()) == [CHINESE, MATHS]
    assert (later.teachers.partner[sent] == -1).all()
    # Nobody asks about load when it is switched off, nor under exchange, where somebody comes.
    assert tally(after(rotate, make(), rules(1.0, **ONE_WAY), switched_off(WILLING, "load"))) == (6, 6, {})
    assert tally(after(rotate, make(), rules(1.0), WILLING)) == (6, 6, {})


def test_refusals_are_pushed_as_far_as_the_floor_is_enforced(make):
    # Credit for promotion lowers refusals; here all refuse anyway, and half of them yield or none or all.
    everybody = {"refusal_share": 1.0, "refusal_share_credit": 1.0, "unwilling_share": 0.0}
    firm = changed(evidence(), everybody | {"enforcement_decreed": 1.0})
    later = after(rotate, make(), rules(0.5), firm)
    assert tally(later) == (3, 3, {})
    sent = later.teachers.posting == SENT
    assert later.teachers.unwilling[sent].all()
    assert not later.teachers.unwilling[later.teachers.posting == RECEIVED].any()
    weak = changed(evidence(), everybody | {"enforcement_decreed": 0.0})
    later = after(rotate, make(), rules(0.5), weak)
    assert tally(later) == (3, 0, {"refusal": 3})
    assert later.groups.refused[0] == 6


@pytest.mark.parametrize(("credit", "share"), [(True, 0.3), (False, 0.5)])
@pytest.mark.statistical
def test_fewer_refuse_where_service_counts_for_promotion(make, credit, share):
    known = changed(evidence(), {"enforcement_decreed": 0.0})
    plan = rules(1.0, links__fused__rotation__credit=credit)
    refused = [int(after(rotate, make(), plan, known, seed).groups.short[0, 3]) for seed in range(200)]
    # 200 times six teachers: the standard error of a share of 0.5 is 0.014.
    assert np.mean(refused) / 6 == pytest.approx(share, abs=0.045)


@pytest.mark.statistical
def test_terms_are_even_over_the_decreed_years(make):
    ends = [after(rotate, make(), rules(1.0), WILLING, seed).teachers.posting_ends[0] for seed in range(200)]
    years = np.bincount(np.array(ends) - 1, minlength=7)
    assert years[[0, 1, 6]].sum() == 0
    # Two to five years, 50 times each; the standard deviation is 6.
    assert (np.abs(years[2:6] - 50) < 25).all()


def test_cadres_lead_members_and_still_teach_at_home(make):
    plan = rules(0.0, links__fused__cadres={"by_group_year": {1: 2, 2: 0}})
    later = after(rotate, make(), plan, WILLING)
    cadres = later.teachers.posting == CADRE
    assert cadres.sum() == 2
    assert (later.teachers.school[cadres] == CORE_SCHOOL).all()
    assert later.schools.cadres.tolist() == [0, 2, 0, 0]
    assert (later.teachers.forced_year[cadres] < 0).all()
    assert tally(later) == (0, 0, {})
    # They stay as long as a posting, and no more are sent.
    ends = later.teachers.posting_ends[cadres]
    assert ((ends >= 3) & (ends <= 6)).all()
    for year in range(2, 7):
        later.year = year
        later = after(rotate, later, plan, WILLING)
        assert later.schools.cadres[MEMBER_SCHOOL] == (ends > year).sum()


def test_the_fund_pays_first_then_the_core(make):
    # Three exchanges of two allowances of 10,000: 60,000. The fund has 25,000, the core 65,000 of its own.
    plan = rules(0.5, funding__posting_yuan=10_000)
    later = after(rotate, make(groups={"balance_yuan": [25_000]}), plan, WILLING)
    assert tally(later) == (3, 3, {})
    assert (later.groups.postings_yuan[0], later.groups.balance_yuan[0]) == (25_000, 0)
    assert later.schools.paid_yuan.tolist() == [35_000, 0, 0, 0]
    # 35,000 of 15,000 a pupil for twelve pupils: 19.44 % less is spent on them.
    assert later.schools.spending_change == pytest.approx([-100 * 35_000 / 180_000, 0, 0, 0])
    # A core that may spend a half of its 65,000 has 57,500 in all: two exchanges.
    later = after(
        rotate, make(groups={"balance_yuan": [25_000]}), rules(
            0.5, funding__posting_yuan=10_000, funding__core_share_limit=0.5
        ), WILLING,
    )  # fmt: skip
    assert tally(later) == (3, 2, {"money": 1})
    assert later.schools.paid_yuan[CORE_SCHOOL] == 15_000


def test_running_postings_are_paid_for_before_new_ones(make):
    plan = rules(0.3, funding__posting_yuan=10_000, funding__core_share_limit=0.0)
    first = after(rotate, make(groups={"balance_yuan": [40_000]}), plan, WILLING)
    assert tally(first) == (2, 2, {})
    # Next year the four postings that run cost 40,000 again; of 55,000 new money 15,000 are left: none.
    first.year += 1
    first.groups.write(type(first.groups).balance_yuan, [55_000])
    later = after(rotate, first, plan, WILLING)
    assert tally(later) == (2, 0, {"money": 2})
    assert later.groups.balance_yuan[0] == 15_000


def test_the_quality_of_movers_is_told_against_their_school(make):
    # Six teachers of talent 0 to 0.5 (mean 0.25); all are sent, so that they are the school: no difference.
    talent = [0, 0.1, 0.2, 0.3, 0.4, 0.5] + [0.0] * 6
    later = after(rotate, make(talent=talent), rules(1.0), WILLING)
    assert later.groups.movers_quality[0] == pytest.approx(0.0, abs=1e-12)
    one = after(rotate, make(talent=talent), rules(0.15), WILLING)
    sent = int(np.flatnonzero(one.teachers.posting == SENT)[0])
    assert one.groups.movers_quality[0] == pytest.approx((talent[sent] - 0.25) / 0.15)
    nobody = after(rotate, make(talent=talent), rules(0.0), WILLING)
    assert np.isnan(nobody.groups.movers_quality[0])


def test_links_without_a_rule_take_no_part(make):
    # Partner's staff is empty of rules: nobody comes from or goes to it, whatever the rate.
    county = make(home=[0] * 4 + [1] * 4 + [2] * 4, school=[0] * 4 + [1] * 4 + [2] * 4)
    later = after(rotate, county, rules(1.0), WILLING).teachers
    assert (later.posting[8:] == AT_HOME).all()
    assert (later.school[:8] != 2).all()


def test_switched_off_everybody_comes_home_when_due_and_nobody_leaves(make):
    first = after(rotate, make(), rules(0.5), WILLING)
    off = switched_off(WILLING, "rotation")
    first.year += 5
    later = after(rotate, first, rules(0.5), off)
    assert (later.teachers.posting == AT_HOME).all()
    assert (later.teachers.school == later.teachers.home).all()
    assert tally(later) == (0, 0, {})


def test_a_core_without_free_teachers_and_a_group_without_money_are_legal(make):
    county = make(status=1, left_year=0)
    assert tally(after(rotate, county, rules(1.0), WILLING)) == (0, 0, {})
    county = make()
    county.schools.write(Schools.public_use_yuan, 0)
    assert tally(after(rotate, county, rules(0.5, funding__posting_yuan=1), WILLING)) == (3, 0, {"money": 3})


# --- whom the sender lets go -------------------------------------------------------------------------------------


def test_the_senders_target_lies_between_his_own_and_the_members_interest():
    # b = (0.5 + 0.5) / 2 leaves half of the way from -0.2 to +0.2; without bundling a quarter of it.
    plan = rules()
    assert sender_target(plan, evidence()) == pytest.approx(0.0)
    assert sender_target(plan, switched_off(evidence(), "bundling")) == pytest.approx(-0.1)
    assert sender_target(rules(assessment__bundle_weight=1.0), evidence()) == pytest.approx(0.1)


@pytest.mark.statistical
@pytest.mark.parametrize(("pool", "sent"), [(8, 2), (15, 3), (30, 15), (60, 12), (8, 8)])
def test_expected_scores_are_those_of_the_highest_normal_numbers(pool, sent):
    draws = np.sort(np.random.default_rng(1).normal(size=(20_000, pool)), axis=1)
    assert expected_score(pool, sent) == pytest.approx(draws[:, -sent:].mean(), abs=0.03)


@pytest.mark.statistical
@pytest.mark.parametrize(("pool", "margin"), [(15, 0.045), (30, 0.03), (60, 0.03)])
@pytest.mark.parametrize("share", [0.2, 0.5])
@pytest.mark.parametrize(("target", "level"), [(-0.4, 0.0), (0.0, 0.3), (0.4, 0.0), (0.1, -0.2)])
def test_a_sender_gets_the_mean_quality_he_asks_for(pool, margin, share, target, level):
    # `level` is the mean of the pool: honoured teachers are better than the school.
    rng, sent = np.random.default_rng([pool, round(100 * share), round(10 * target) + 9]), round(share * pool)
    qualities, lucks = rng.normal(size=(2, 4000, pool))
    qualities += level
    got = [
        quality[sending_order(quality, target, sent, luck)[0][:sent]].mean()
        for quality, luck in zip(qualities, lucks, strict=True)
    ]
    # The standard error is at most 0.008 σ_T (three of fifteen). The spread of a small pool is underestimated,
    # so that it overshoots by n / (n - 1): 0.03 of 0.4 among fifteen.
    assert np.mean(got) == pytest.approx(target, abs=margin)


def test_a_target_out_of_reach_is_said_to_be_so():
    rng = np.random.default_rng(3)
    quality, luck = rng.normal(size=40), rng.normal(size=40)
    assert not sending_order(quality, 0.0, 10, luck)[1]
    for target in (3.0, -3.0):
        order, out_of_reach = sending_order(quality, target, 10, luck)
        assert out_of_reach
        # Nearly the best, or the worst, go all the same.
        assert np.sign(quality[order[:10]].mean()) == np.sign(target)
    # Who must send all has no choice.
    assert sending_order(quality, 0.0, 40, luck)[1]
    # Where all are alike, luck decides.
    order, out_of_reach = sending_order(np.zeros(5), 0.2, 2, luck[:5])
    assert order.tolist() == np.argsort(-luck[:5], kind="stable").tolist()
    assert not out_of_reach
