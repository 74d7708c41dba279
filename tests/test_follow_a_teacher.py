"""One teacher followed out, through the dip, and home; and once more when the one who came in exchange leaves."""

from functools import cache
from typing import NamedTuple

import numpy as np
import pytest
from worlds import World, changed, continued, evidence, facts, founded, grouped, setting

from sim.columns import NEVER, NONE
from sim.processes.learning import teacher_effect
from sim.state import AT_HOME, EXITED, MAIN_SUBJECTS, RECEIVED, RETIRED, SENT, SERVING, County, Teachers

SEED = 11
CALM = changed(
    evidence(),
    {"exit_rate": 0.0, "drift_wish_rate": 0.0, "drift_wish_rate_core": 0.0, "unwilling_share": 0.0,
     "switches.refusal": False, "switches.colleagues": False, "switches.pairing": False},
)  # fmt: skip
"""Nobody leaves or learns but by what is followed here."""
UPPER = {"seat": (2, 300, 36), "far": (1, 120, 16)}
HOME = {"seat": (3, 600, 40), "far": (2, 240, 20)}


def plan(term):
    """One exchange a year, for exactly `term` years, among the group of two junior schools."""
    rule = "links.fused.rotation."
    return grouped(
        {"one": ("J-seat-1", {"fused": ("J-far-1",), "joint": ()})},
        {rule + "rules.core.rate": {"by_group_year": {1: 0.01, 2: 0.0}}, rule + "years": (term, term),
         rule + "honour": None, rule + "max_age": 40, "links.fused.cadres": None},
    )  # fmt: skip


@cache
def start() -> World:
    """Eight schools in year 0."""
    return founded(setting(facts(HOME, UPPER), known=CALM), SEED)


class Followed(NamedTuple):
    """The mover and the one who came in exchange, and the county by year from 0 on."""

    mover: int
    partner: int
    years: list[County]


def follow(term, county=None):
    """Run until a year after the posting is over."""
    years = [county or start().county]
    for _ in range(term + 2):
        years.append(continued(years[-1], plan(term), CALM, SEED))
    teachers = years[1].teachers
    (mover,) = np.flatnonzero(teachers.posting == SENT).tolist()
    return Followed(mover, int(teachers.partner[mover]), years)


def state(county, row, *names):
    return [getattr(county.teachers, name)[row].item() for name in names]


def effect_beyond_quality(county, row):
    """What a teacher's effect holds beyond talent, experience, match and skill: the dip."""
    calm = changed(CALM, {"switches.dip": False})
    rows = np.array([row])
    return float((teacher_effect(county, CALM, rows) - teacher_effect(county, calm, rows))[0])


def test_out_through_the_dip_and_home():
    mover, partner, years = follow(term=2)
    before = years[0].teachers
    core, member = before.home[[mover, partner]].tolist()
    names = years[0].names
    assert (names[core], names[member]) == ("J-seat-1", "J-far-1")
    assert state(years[0], mover, "school", "posting") == [core, AT_HOME]
    old = state(years[0], mover, "match", "home_post")
    old_partner = state(years[0], partner, "match", "home_post")

    # Year 1: out. The file stays at home; the seat is the partner's; the match is a new one.
    first = years[1]
    assert state(first, mover, "home", "school", "posting") == [core, member, SENT]
    assert state(first, mover, "posting_ends", "forced_year", "arrived_year", "partner") == [3, 1, 1, partner]
    assert state(first, mover, "post") == [old_partner[1]]
    assert state(first, mover, "home_match", "home_post") == old
    assert first.teachers.match[mover] != old[0]
    assert effect_beyond_quality(first, mover) == pytest.approx(-0.03)
    # The partner sits in the mover's seat at the core.
    assert state(first, partner, "home", "school", "posting", "partner") == [member, core, RECEIVED, mover]
    assert state(first, partner, "post") == [old[1]]
    assert first.teachers.match[partner] != old_partner[0]

    # Year 2: still there with the same match; four tenths of the dip are left.
    second = years[2]
    assert state(second, mover, "school", "posting") == [member, SENT]
    assert second.teachers.match[mover] == first.teachers.match[mover]
    assert effect_beyond_quality(second, mover) == pytest.approx(-0.012)
    assert state(second, mover, "support_years") == [1]

    # Year 3: home, on the old seat, with the old match and without a dip; two years of support count.
    third = years[3]
    for row, place, match in ((mover, core, old), (partner, member, old_partner)):
        assert state(third, row, "home", "school", "posting", "partner") == [place, place, AT_HOME, NONE]
        assert state(third, row, "match", "post") == match
        assert state(third, row, "returned_year", "posting_ends", "forced_year") == [3, NEVER, NEVER]
        assert effect_beyond_quality(third, row) == 0
        assert state(third, row, "support_years", "status") == [2, SERVING]
    # Experience went on all the time.
    assert third.teachers.years_teaching[mover] == before.years_teaching[mover] + 3


def test_pupils_have_the_teacher_who_is_there():
    # Once he is away the mover becomes a wonder: pupils of the school where he teaches show it, and no others.
    mover, _, years = follow(term=2)
    assert years[0].teachers.subject[mover] < MAIN_SUBJECTS
    core, member = years[0].teachers.home[mover], years[1].teachers.school[mover]
    wonder = years[1].copy()
    talent = wonder.teachers.talent.copy()
    talent[mover] += 50
    wonder.teachers.write(Teachers.talent, talent)
    for year, here in ((2, member), (3, core)):
        before, wonder = wonder, continued(wonder, plan(2), CALM, SEED)
        new = wonder.school_year - wonder.students.cohort + 1 == 7
        usual = years[year].students
        gained = (wonder.students.lasting - usual.lasting)[new]
        by_school = {school: np.abs(gained[usual.school[new] == school]).max() for school in (core, member)}
        assert by_school.pop(here) > 0.5, f"year {year}"
        assert max(by_school.values()) < 1e-5, f"year {year}"
        assert before.teachers.school[mover] == member


def test_home_a_year_after_the_partner_retires():
    # The partner reaches sixty (or fifty-five) in year 2 of a term of four years.
    mover, partner, _ = follow(term=4)
    county = start().county.copy()
    age = county.teachers.age.copy()
    age[partner] = 53.0 if county.teachers.female[partner] else 58.0
    county.teachers.write(Teachers.age, age)
    again, same, years = follow(term=4, county=county)
    assert (again, same) == (mover, partner)
    core, member = county.teachers.home[[mover, partner]].tolist()
    # Year 2: the partner has gone; the mover stays until the end of the year.
    second = years[2]
    assert state(second, partner, "status", "left_year", "posting", "partner") == [RETIRED, 2, AT_HOME, NONE]
    assert state(second, mover, "school", "posting", "partner", "posting_ends") == [member, SENT, partner, 3]
    head_count(second, core, member, broken=1)
    # Year 3: recalled, with the old match and seat; had the partner stayed it would have been year 5.
    third = years[3]
    assert state(third, mover, "school", "posting", "partner", "returned_year") == [core, AT_HOME, NONE, 3]
    assert state(third, mover, "match", "post") == state(county, mover, "match", "home_post")
    head_count(third, core, member, broken=0)


def test_home_a_year_after_the_mover_leaves_service():
    # The same for the partner, when it is the mover who leaves in year 2.
    mover, partner, years = follow(term=4)
    county = years[1].copy()
    status, left = county.teachers.status.copy(), county.teachers.left_year.copy()
    status[mover], left[mover] = EXITED, 2
    county.teachers.write(Teachers.status, status)
    county.teachers.write(Teachers.left_year, left)
    second = continued(county, plan(4), CALM, SEED)
    core, member = county.teachers.home[[mover, partner]].tolist()
    assert state(second, mover, "posting", "partner") == [AT_HOME, NONE]
    assert state(second, partner, "school", "posting", "posting_ends") == [core, RECEIVED, 3]
    third = continued(second, plan(4), CALM, SEED)
    assert state(third, partner, "school", "posting", "returned_year") == [member, AT_HOME, 3]
    assert state(third, partner, "match", "post") == state(years[0], partner, "match", "home_post")


def head_count(county, core, member, broken):
    """Present less on file: one more at the member and one less at the core for each broken exchange."""
    teachers = county.teachers
    serving = teachers.status == SERVING
    here, file = (np.bincount(place[serving], minlength=8) for place in (teachers.school, teachers.home))
    assert (here - file)[[core, member]].tolist() == [-broken, broken]
