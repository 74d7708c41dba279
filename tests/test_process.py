"""The kernel: a process returns changes, and only what it declares is applied."""

import numpy as np
import pytest

from sim.draws import Draws
from sim.process import Changes, DeclarationError, apply, process
from sim.state import Groups, Schools, Students, Teachers


@process(reads=(Teachers.age,), writes=(Teachers.age,))
def grow_older(county, policy, evidence, draw):
    """Everybody ages by a year."""
    return Changes(write={Teachers.age: county.teachers.age + 1})


@process(reads=(Students.cohort,), writes=(Students.score,), resizes=(Students,))
def turn_over(county, policy, evidence, draw):
    """Scores are set to 1, the oldest eight leave, two children enter and stand first."""
    size = len(county.students)
    return Changes(
        write={Students.score: 1.0},
        enter={Students: {Students.id: [5, 6], Students.cohort: [2022, 2022]}},
        rows={Students: np.r_[size, size + 1, np.arange(8, size)]},
    )


@process(reads=(), writes=())
def draw_luck(county, policy, evidence, draw):
    """Draw a number and change nothing."""
    LUCK.append(draw.normal("luck", np.array([7]))[0])
    return Changes()


LUCK: list[float] = []


def run(county, each, seed=1):
    # None of these processes looks at policy or evidence.
    return each.run(county, None, None, seed)


def test_a_process_is_named_after_its_module_and_function():
    assert grow_older.name == "test_process.grow_older"
    assert grow_older.reads == {Teachers.age}
    assert grow_older.writes == {Teachers.age}
    assert turn_over.resizes == {Students}


def test_running_leaves_the_county_as_it_is_and_applying_changes_it(tiny_county):
    county = tiny_county()
    before = county.teachers.age
    changes = run(county, grow_older)
    assert county.teachers.age is before
    apply(county, grow_older, changes)
    assert county.teachers.age.tolist() == (before + 1).tolist()


def test_columns_are_written_before_rows_leave_and_enter(tiny_county):
    county = tiny_county()
    ids = county.students.id
    apply(county, turn_over, run(county, turn_over))
    assert len(county.students) == 38
    assert county.students.id.tolist() == [5, 6, *ids[8:].tolist()]
    # Those who stayed were written; those who entered hold the start value.
    assert county.students.score.tolist() == [0.0, 0.0, *[1.0] * 36]


def test_what_is_not_declared_is_refused_and_nothing_is_written(tiny_county):
    county = tiny_county()
    ages, scores = county.teachers.age, county.students.score
    greedy = Changes(write={Teachers.age: 1.0, Students.score: 0.0})
    with pytest.raises(
        DeclarationError,
        match=r"test_process\.grow_older wrote Students\.score, which it does not declare; "
        r"it declares Teachers\.age",
    ):
        apply(county, grow_older, greedy)
    assert county.teachers.age is ages
    assert county.students.score is scores


@pytest.mark.parametrize(
    "changes",
    [Changes(rows={Students: np.arange(3)}), Changes(enter={Students: {Students.id: [1]}})],
    ids=["rows", "enter"],
)
def test_rows_may_move_only_where_it_is_declared(tiny_county, changes):
    county = tiny_county()
    with pytest.raises(DeclarationError, match="grow_older wrote Students, which it does not declare"):
        apply(county, grow_older, changes)
    assert len(county.students) == 44


def test_values_of_the_wrong_shape_are_refused(tiny_county):
    with pytest.raises(ValueError, match=r"Teachers\.age: expected shape"):
        apply(tiny_county(), grow_older, Changes(write={Teachers.age: np.ones(3)}))


def test_draws_are_those_of_the_seed_the_process_and_the_year(tiny_county):
    LUCK.clear()
    run(tiny_county(year=2), draw_luck, seed=9)
    run(tiny_county(year=3), draw_luck, seed=9)
    assert LUCK[0] == Draws(9, "test_process.draw_luck", 2).normal("luck", np.array([7]))[0]
    assert LUCK[0] != LUCK[1]


def test_a_fork_goes_its_own_way(tiny_county):
    county = tiny_county()
    fork = county.copy()
    apply(fork, turn_over, run(fork, turn_over))
    fork.year += 1
    assert (len(county.students), county.year) == (44, 0)
    assert fork.schools.zone is county.schools.zone


def test_the_small_county_is_consistent(tiny_county):
    county = tiny_county()
    students, schools = county.students, county.schools
    assert np.bincount(students.school).tolist() == schools.pupils.tolist()
    assert np.bincount(county.teachers.school).tolist() == schools.posts.tolist()
    assert np.unique(students.id).size == len(students)
    assert (schools.stage[students.catchment] == 0).all()
    # Oldest cohort first, then by school.
    order = np.lexsort((students.school, students.cohort))
    assert (order == np.arange(len(students))).all()
    assert county.names[schools.feeds[0]] == "实验中学"
    assert (county.groups.core[schools.group[schools.group >= 0]] == 0).all()


def test_keywords_override_columns_of_the_small_county(tiny_county):
    county = tiny_county(year=4, teachers={"age": 40.0}, schools={"zone": [3, 2, 1, 0]}, groups={"due": 5})
    assert (county.year, county.school_year) == (4, 2021)
    assert set(county.teachers.age) == {40.0}
    assert county.schools.read(Schools.zone).tolist() == [3, 2, 1, 0]
    assert county.groups.read(Groups.due).tolist() == [5]
    with pytest.raises(ValueError, match="Teachers has no column wage"):
        tiny_county(teachers={"wage": 1})
