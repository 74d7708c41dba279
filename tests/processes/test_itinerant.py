"""Itinerant teaching: lessons without a teacher are given by teachers of other schools, at a cost in time."""

import numpy as np
import pytest
from worlds import after, changed, evidence, switched_off, tiny_policy

from sim.classrooms import Classrooms
from sim.itinerant import visits
from sim.measures import take
from sim.processes.learning import teach
from sim.state import CHINESE, MATHS, SUBJECTS, Schools, StageTotals, Students, Teachers

CORE_SCHOOL, MEMBER_SCHOOL, PARTNER_SCHOOL, UPPER_SCHOOL = range(4)
KNOWN = changed(
    switched_off(evidence(), "peers", "class_size", "colleagues", "dip"),
    {"load_limit": 1.3, "itinerant_travel_load": 0.25, "overload_loss": -0.10, "out_of_field_loss": -0.08},
)


@pytest.fixture
def county(tiny_county):
    """Member has nobody for maths: its second teacher gives Chinese too. Six classes, five periods a subject."""
    subjects = [0, 1, 5, 0, 0, 5, 0, 1, 5, 0, 1, 2]
    made = tiny_county(year=1, teachers={"years_teaching": 25, "subject": subjects})
    made.stages.write(StageTotals.periods_per_teacher, 40.0)
    return made


def decreed(scope="group", subjects=("maths",)):
    return tiny_policy(staffing__itinerant={"subjects": subjects, "scope": scope})


def staff_of(county):
    teachers = county.teachers
    cell = teachers.school * len(SUBJECTS) + teachers.subject
    return np.bincount(cell, minlength=4 * len(SUBJECTS)).reshape(4, -1)


def test_schools_with_most_time_give_the_lessons_up_to_the_limit(county):
    # Member owes 30 periods of maths. Core and Partner have one teacher with 40 periods, who may give 1.3 x 40 = 52;
    # 30 go to their own classes, 22 are left, of which 22 / 1.25 = 17.6 arrive. Core comes first, then Partner.
    found = visits(county, decreed(), KNOWN, staff_of(county))
    assert found.taker.tolist() == [MEMBER_SCHOOL] * 2
    assert found.giver.tolist() == [CORE_SCHOOL, PARTNER_SCHOOL]
    assert found.periods == pytest.approx([17.6, 12.4])
    owed = Classrooms.of(county).periods_owed
    assert found.covered(owed)[MEMBER_SCHOOL, MATHS] == pytest.approx(1.0)
    assert found.load(owed, KNOWN)[[CORE_SCHOOL, PARTNER_SCHOOL], MATHS] == pytest.approx([22.0, 15.5])


def test_nobody_comes_without_a_rule_or_from_beyond_its_scope_and_subjects(county):
    staff = staff_of(county)
    assert visits(county, tiny_policy(), KNOWN, staff) is None
    assert visits(county, decreed(), switched_off(KNOWN, "itinerant"), staff) is None
    assert visits(county, decreed(subjects=("english", "arts")), KNOWN, staff) is None
    county.schools.write(Schools.group, [-1, 0, -1, -1])
    assert visits(county, decreed("group"), KNOWN, staff) is None
    assert set(visits(county, decreed("county"), KNOWN, staff).giver.tolist()) == {CORE_SCHOOL, PARTNER_SCHOOL}


def test_pupils_learn_from_visitors_instead_of_out_of_field_and_givers_carry_the_load(county):
    county.teachers.write(Teachers.talent, np.where(county.teachers.subject == MATHS, 0.10, 0.0))

    def learned(rules, known=KNOWN):
        gained = after(teach, county, rules, known).students.lasting - county.students.lasting
        return [float(gained[county.students.school == school].mean()) for school in range(4)]

    without, with_visits = learned(tiny_policy()), learned(decreed())
    lasting = min(KNOWN.lasting_share, KNOWN.lasting_persistence_ratio * KNOWN.persistence)
    # Maths is half of a primary class's year: 0.15 of a visitor instead of 0.05 + 2 x 0.10 / 9 - 0.08 out of field.
    assert with_visits[MEMBER_SCHOOL] - without[MEMBER_SCHOOL] == pytest.approx(
        lasting * 0.5 * (0.18 - 0.2 / 9), rel=1e-4
    )
    # Core's maths teacher gives 52 of 40 periods, 0.3 too many; before, 30 of 40.
    assert with_visits[CORE_SCHOOL] - without[CORE_SCHOOL] == pytest.approx(-lasting * 0.5 * 0.03, rel=1e-4)
    assert with_visits[UPPER_SCHOOL] == without[UPPER_SCHOOL]
    assert learned(decreed(), switched_off(KNOWN, "itinerant")) == without


def test_cover_shows_in_the_measures(county):
    def measured(rules):
        return {row[2]: row[3] for row in take(county, rules, KNOWN) if row[:2] == ("primary", "all")}

    lessons = np.zeros((2, 9, len(SUBJECTS)))
    lessons[:, :, [CHINESE, MATHS]] = 5.0
    county.stages.write(StageTotals.periods, lessons.reshape(2, -1))
    # One of six subjects has no teacher; all subjects have as many periods.
    assert measured(tiny_policy())["subject_coverage"] == pytest.approx(5 / 6)
    assert measured(tiny_policy())["out_of_field_share"] == pytest.approx(1 / 6)
    assert measured(decreed())["subject_coverage"] == pytest.approx(1.0)
    assert measured(decreed())["out_of_field_share"] == pytest.approx(0.0)


def test_years_against_ones_will_wear_out_where_that_is_assumed(county):
    county.teachers.write(Teachers.unwilling_years, np.where(county.teachers.home == CORE_SCHOOL, 2, 0))
    tired = changed(KNOWN, {"burnout_loss": 0.03})
    before, later = (after(teach, county, tiny_policy(), known).students for known in (KNOWN, tired))
    here = before.school == CORE_SCHOOL
    lasting = min(KNOWN.lasting_share, KNOWN.lasting_persistence_ratio * KNOWN.persistence)
    assert (later.lasting - before.lasting)[here] == pytest.approx(-0.06 * lasting, rel=1e-3)
    # Three of nine tired teachers lower by 0.02 what is taught out of field: mathematics, half a year, at Member.
    member = before.school == MEMBER_SCHOOL
    assert (later.lasting - before.lasting)[member] == pytest.approx(-0.02 * 0.5 * lasting, rel=1e-3)
    assert (later.read(Students.lasting) == before.lasting)[~here & ~member].all()
