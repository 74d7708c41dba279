"""admissions.place: grade 9 leaves, grade 6 moves up, grade 1 enters; some choose, seats and classes hold."""

import numpy as np
import pytest
from worlds import after, changed, evidence, facts, founded, policy, setting, switched_off

from sim.draws import PLACES
from sim.population import FIRST_COHORT
from sim.processes.admissions import place
from sim.state import Schools, StageTotals, Students

PLANNED = {"planned_class_size": [2.0, 4.0]}
CORE_SCHOOL, MEMBER_SCHOOL, PARTNER_SCHOOL, UPPER_SCHOOL = range(4)
EVERYBODY_WANTS_THE_BEST = {
    "choice_consider_primary": 1.0, "choice_consider_junior": 1.0, "choice_reputation": 1000.0,
    "choice_distance": 0.0, "choice_ses": 0.0,
}  # fmt: skip
"""Everybody considers, nobody minds the way, luck hardly counts."""


def next_august(county, rules=None, known=None, seed=1):
    """The county after the admissions of the next school year."""
    county = county.copy()
    county.year += 1
    return after(place, county, rules or policy("none"), known, seed)


def entering(county, grade=1):
    """Rows of the pupils of a grade."""
    return np.flatnonzero(county.school_year - county.students.cohort + 1 == grade)


@pytest.fixture
def county(tiny_county):
    return tiny_county(stages=PLANNED)


def test_a_year_passes_for_every_grade(county):
    later = next_august(county, known=switched_off(evidence(), "choice"))
    # 2021/22: two children a grade in each primary school; grades 9 and 7 of four at Upper. In 2022/23 grade 9
    # has left (4), grade 7 is grade 8 (4), the six of grade 6 have moved up, and two have entered everywhere.
    assert later.school_year == 2022
    assert later.schools.pupils.tolist() == [12, 12, 12, 10]
    grades = later.school_year - later.students.cohort + 1
    assert np.bincount(grades, minlength=10).tolist() == [0, 6, 6, 6, 6, 6, 6, 6, 4, 0]
    new = entering(later)
    assert later.students.school[new].tolist() == [0, 0, 1, 1, 2, 2]
    assert (later.students.id[new] == (2022 - FIRST_COHORT) * PLACES + np.arange(6)).all()
    assert later.students.school[entering(later, 7)].tolist() == [UPPER_SCHOOL] * 6
    # What a child is does not change; nothing has been learned yet by the youngest.
    assert (later.students.lasting[new] == 0).all()
    assert np.isnan(later.students.exam[new]).all()
    assert later.students.score[new] == pytest.approx(later.students.ability[new] + later.students.shock[new])


def test_births_change_the_entering_cohort(county):
    county.cohort_index = (0.5, 2.0)
    later = next_august(county)
    assert entering(later).size == 3
    assert entering(next_august(later)).size == 12
    # Beyond the series the last value holds.
    assert entering(next_august(next_august(later))).size == 12


def test_classes_are_equal_near_the_planned_size_and_within_the_cap(county):
    county.stages.write(StageTotals.cohort_pupils, [60, 30])
    county.stages.write(StageTotals.planned_class_size, [7.0, 10.0])
    known = switched_off(evidence(), "choice")
    # 20 children a school: 20 / 7 is 2.9, so three classes of 7, 7 and 6.
    later = next_august(county, known=known)
    new = entering(later)
    for school in range(3):
        here = later.students.classroom[new][later.students.school[new] == school]
        assert np.bincount(here).tolist() == [7, 7, 6]
    # A cap of 6 makes four classes of 5.
    tight = changed(policy("none"), {"admissions.class_size_cap.primary": 6})
    later = next_august(county, tight, known)
    here = later.students.classroom[entering(later)][later.students.school[entering(later)] == CORE_SCHOOL]
    assert np.bincount(here).tolist() == [5, 5, 5, 5]


def test_choice_fills_free_seats_by_lot_and_no_others(county):
    county.schools.write(Schools.reputation, [1.0, 0.0, 0.0, 0.0])
    known = changed(evidence(), EVERYBODY_WANTS_THE_BEST)
    lots = set()
    for seed in range(8):
        later = next_august(county, known=known, seed=seed)
        new = entering(later)
        # Core has four seats for its own two children and two of the four others.
        assert np.bincount(later.students.school[new], minlength=4)[CORE_SCHOOL] == 4
        assert (later.students.school[new][later.students.catchment[new] == CORE_SCHOOL] == CORE_SCHOOL).all()
        lots.add(tuple(later.students.school[new].tolist()))
    assert len(lots) > 1


def test_a_full_school_takes_its_own_children_and_nobody_else(county):
    county.schools.write(Schools.reputation, [1.0, 0.0, 0.0, 0.0])
    county.schools.write(Schools.seats, [1, 4, 4, 8])
    later = next_august(county, known=changed(evidence(), EVERYBODY_WANTS_THE_BEST))
    assert later.students.school[entering(later)].tolist() == [0, 0, 1, 1, 2, 2]


def test_enforcement_turns_back_its_share(county):
    county.schools.write(Schools.reputation, [1.0, 0.0, 0.0, 0.0])
    known = changed(evidence(), EVERYBODY_WANTS_THE_BEST)
    strict = changed(policy("none"), {"admissions.enforcement": 1.0})
    later = next_august(county, strict, known)
    assert (later.students.school == later.students.catchment)[entering(later)].all()


def test_at_junior_entry_the_best_examined_get_the_seats():
    world = founded(setting(facts({"seat": (4, 1200, 60)}, {"seat": (2, 600, 48)})))
    county = world.county.copy()
    better, other = np.flatnonzero(county.schools.stage == 1)
    county.schools.write(Schools.reputation, np.where(np.arange(len(county.schools)) == better, 1.0, 0.0))
    before = dict(zip(county.students.id.tolist(), county.students.exam.tolist(), strict=True))
    first = county.schools.births_share.copy()
    own = np.bincount(county.schools.feeds[county.students.catchment], minlength=len(first))[better] / 9
    county.schools.write(Schools.seats, np.where(np.arange(len(first)) == better, int(own) + 20, 500))
    later = next_august(county, known=changed(evidence(), EVERYBODY_WANTS_THE_BEST))
    new = entering(later, 7)
    known = np.array([child in before for child in later.students.id[new].tolist()])
    new = new[known]
    home = later.schools.feeds[later.students.catchment[new]]
    exam = np.array([before[child] for child in later.students.id[new].tolist()])
    chose = (home == other) & (later.students.school[new] == better)
    stayed = (home == other) & (later.students.school[new] == other)
    assert chose.sum() > 5
    assert exam[chose].min() > exam[stayed].max()
    # Nobody of the better school's own catchment is turned away.
    assert (later.students.school[new][home == better] == better).all()


@pytest.mark.statistical
def test_shares_of_schools_follow_the_logit(county):
    # Core is a σ better believed than Member and two zone steps from Partner: worth at Member's door
    # 1·1 − 0.7·1 = 0.3 for Core, 0 for Member itself, −0.7 for Partner (SES 0, no names lent).
    county.stages.write(StageTotals.cohort_pupils, [60_000, 6])
    county.stages.write(StageTotals.planned_class_size, [40, 40])
    county.schools.write(Schools.seats, 1_000_000)
    county.schools.write(Schools.reputation, [1.0, 0.0, 0.0, 0.0])
    known = changed(evidence(), {"choice_consider_primary": 1.0, "choice_ses": 0.0})
    later = next_august(county, known=known)
    new = entering(later)
    lives = later.students.catchment[new] == MEMBER_SCHOOL
    shares = np.bincount(later.students.school[new][lives], minlength=3)[:3] / lives.sum()
    worth = np.exp([0.3, 0.0, -0.7])
    # 20,000 families: a share of a half has a standard error of 0.0035.
    assert shares == pytest.approx(worth / worth.sum(), abs=0.014)


def test_families_of_high_ses_weigh_reputation_more(county):
    county.stages.write(StageTotals.cohort_pupils, [6000, 6])
    county.stages.write(StageTotals.planned_class_size, [40, 40])
    county.schools.write(Schools.seats, 1_000_000)
    county.schools.write(Schools.reputation, [1.0, 0.0, 0.0, 0.0])
    county.county.write(type(county.county).ses_within_sd, [1.0])
    later = next_august(county, known=changed(evidence(), {"choice_consider_primary": 1.0}))
    new = entering(later)
    away = new[later.students.catchment[new] == PARTNER_SCHOOL]
    to_core = later.students.school[away] == CORE_SCHOOL
    ses = later.students.ses[away]
    assert ses[to_core].mean() > ses[~to_core].mean() + 0.2


def test_children_from_outside_enter_and_others_leave_in_the_proportion_of_year_0(tiny_county):
    more = tiny_county(stages=PLANNED, schools={"entry_ratio": [1, 1, 1, 1.5]}, students={"lasting": 0.5})
    later = next_august(more, known=switched_off(evidence(), "choice"))
    new = entering(later, 7)
    # Six leavers of the catchments and half as many from outside, with ids behind the cohort's six.
    assert new.size == 9
    places = np.sort(later.students.id[new] % PLACES)
    assert places.tolist() == list(range(9))
    outside = new[later.students.id[new] % PLACES >= 6]
    # They have learned as much as the leavers of their catchment.
    assert later.students.lasting[outside].tolist() == [0.5] * 3
    none = tiny_county(stages=PLANNED, schools={"entry_ratio": [1, 1, 1, 0.0]})
    assert entering(next_august(none), 7).size == 0


def test_the_same_children_are_born_whatever_the_policy(county):
    one = next_august(county, policy("none"))
    rules = changed(policy("none"), {"admissions.enforcement": 1.0, "admissions.class_size_cap.primary": 1})
    other = next_august(county, rules)
    for column in (Students.id, Students.ses, Students.ability, Students.shock):
        rows = [np.argsort(world.students.id) for world in (one, other)]
        assert (one.students.read(column)[rows[0]] == other.students.read(column)[rows[1]]).all()
