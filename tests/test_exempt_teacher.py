"""One teacher exempt from rotation: nobody who is not reached by him is touched."""

import numpy as np
from test_placebos import SEED, as_written
from worlds import changed, continued, evidence, policy, switched_off, taishan

from sim.state import AT_HOME, PRIMARY, SENT, SERVING, County, Groups, Schools, Students, Teachers


def exempted(before: County, after: County) -> tuple[County, int, np.ndarray]:
    """`before` with the honour taken from one teacher sent in `after`; his row, and the schools of his group."""
    teachers = after.teachers
    # Backbone teachers would win the honour back at once.
    known = slice(len(before.teachers))
    sent = np.flatnonzero((teachers.posting == SENT)[known] & ~teachers.backbone[known] & before.teachers.honour)
    row = int(sent[0])
    group = after.schools.group[teachers.home[row]]
    county = before.copy()
    honour = before.teachers.honour.copy()
    honour[row] = False
    county.teachers.write(Teachers.honour, honour)
    return county, row, np.flatnonzero(after.schools.group == group)


def rows_that_differ(one, other, column) -> np.ndarray:
    """Rows in which a column differs, NaN being equal to NaN."""
    a, b = one.read(column), other.read(column)
    unequal = (a != b) & ~((a != a) & (b != b))
    return np.flatnonzero(unequal.reshape(len(a), -1).any(1))


NORMED = {
    Schools.standing, Schools.judged_standing, Schools.reputation, Schools.value_added, Teachers.skill_peer,
    Groups.result, Groups.grade,
}  # fmt: skip
"""Measured against the county's mean, so that everybody moves a little when anybody does."""


def test_exempting_one_teacher_reaches_only_his_group_in_the_first_year():
    usual = as_written()[1]
    start, row, schools = exempted(as_written()[0], usual.copy())
    county = continued(start, policy(), evidence(), SEED)
    assert usual.teachers.posting[row] == SENT
    assert county.teachers.posting[row] == AT_HOME
    reached = {
        Teachers: np.isin(usual.teachers.home, schools),
        Students: np.isin(usual.students.school, schools),
        Schools: np.isin(np.arange(len(usual.schools)), schools),
        Groups: np.arange(len(usual.groups)) == usual.schools.group[schools[0]],
    }
    for table, inside in reached.items():
        for column in table.columns.values():
            moved = rows_that_differ(usual.table(table), county.table(table), column)
            if column not in NORMED:
                assert inside[moved].all(), column
            elif column is not Groups.grade:
                apart = np.abs(usual.table(table).read(column) - county.table(table).read(column))
                assert apart[~inside].max() < 0.02, column
    # It did matter where it may: a pupil's score, a teacher's school.
    assert rows_that_differ(usual.students, county.students, Students.score).size > 0
    assert rows_that_differ(usual.teachers, county.teachers, Teachers.school).size > 0


def test_exempting_one_teacher_spreads_only_through_teachers_who_move_between_schools():
    # Without what is measured against the county's mean, a primary school is reached only by its teachers: by who they
    # are and by what they bring along.
    known = changed(switched_off(evidence(), "colleagues", "peers", "bundling"), {"reputation_speed": 0.0})
    rules = changed(policy(), {"funding.by_grade": False, "funding.activity_share": 0.0, "assessment.quota_tilt": 0.0})
    one = taishan(SEED).county
    other, _, schools = exempted(one, continued(one, rules, known, SEED))
    assert (one.schools.stage[schools] == PRIMARY).all()
    reached = np.zeros(len(one.schools), bool)
    for _ in range(5):
        one, other = (continued(county, rules, known, SEED) for county in (one, other))
        reached |= staff_differs(one, other)
        moved = rows_that_differ(one.students, other.students, Students.lasting)
        school = one.students.school[moved]
        here = one.schools.stage[school] == PRIMARY
        assert reached[school[here]].all()
        assert here.any()
    # First his group, then a few schools beyond it, to which hiring and drift lead.
    assert reached[schools].any()
    assert 0 < reached.sum() - reached[schools].sum() < 12


def staff_differs(one: County, other: County) -> np.ndarray:
    """Schools whose present teachers are not the same in both counties: other people, or other skills. (schools,)"""

    def present(county: County) -> set[tuple[int, int, float, float]]:
        teachers = county.teachers
        here = teachers.status == SERVING
        columns = (teachers.school, teachers.id, teachers.skill_pair, teachers.match)
        return set(zip(*(column[here].tolist() for column in columns), strict=True))

    found_schools = np.zeros(len(one.schools), bool)
    found_schools[[school for school, *_ in present(one) ^ present(other)]] = True
    return found_schools
