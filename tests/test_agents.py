"""Schools, groups, teachers and pupils as Mesa agents that read and never write."""

import warnings
from collections import Counter

import mesa
import numpy as np
import pytest
from mesa.space import MultiGrid
from model_host import KINDS, Host, turn_over

from sim.agents import Group, School, Student, Teacher, View
from sim.agents.attributes import POSTINGS, REFERENCES, STATUSES, WORDS
from sim.state import (
    AT_HOME,
    CADRE,
    EXITED,
    RECEIVED,
    RETIRED,
    SENT,
    SERVING,
    SHORTFALL_CAUSES,
    Groups,
    Schools,
    Teachers,
)


class TestViews:
    def test_they_are_mesa_agents(self, host):
        for agent in host.agents:
            assert isinstance(agent, mesa.Agent)
            assert isinstance(agent, View)
            assert agent.model is host
            assert agent.pos is None
            assert isinstance(agent.unique_id, int)
            assert agent.random is host.random
            assert agent.rng is host.rng

    def test_numbers_words_and_references(self, host, teachers, schools):
        teacher = teachers[4]
        assert (teacher.age, teacher.backbone, teacher.years_teaching) == (38.5, False, 15)
        assert (teacher.title, teacher.subject, teacher.stage) == ("intermediate", "maths", "primary")
        assert (teacher.posting, teacher.status) == ("home", "serving")
        assert teacher.school == schools[1]
        assert teacher.school.zone == "near"
        assert teacher.school.feeds.name == "实验中学"
        assert teacher.school.group.core.name_en == "Core"
        assert teacher.partner is None
        assert schools[3].group is None
        assert [school.link for school in schools] == [None, "fused", "joint", None]
        assert [school.role for school in schools] == ["core", "member", "partner", "none"]
        assert schools[0].value_added == (0.0, 0.0, 0.0)

    def test_values_are_pythons_own(self, teachers, students):
        for view in (teachers[0], students[0]):
            for name in view.table.columns:
                assert type(getattr(view, name)) in (
                    int,
                    float,
                    bool,
                    str,
                    tuple,
                    type(None),
                    School,
                    Teacher,
                )

    def test_relations(self, tiny_county):
        host = Host(tiny_county(teachers={"school": [0, 0, 1, *[1] * 3, *[2] * 3, *[3] * 3], "status": [0] * 11 + [1]}))
        first, second, _, upper = host.agents_by_type[School]
        assert first.teachers.get("id") == [0, 1]
        assert first.teachers_on_file.get("id") == [0, 1, 2]
        assert second.teachers.get("id") == [2, 3, 4, 5]
        assert upper.teachers.get("id") == [9, 10]
        assert len(first.students) == first.pupils == 12
        group = host.agents_by_type[Group][0]
        assert group.name == "first"
        assert group.schools.get("name_en") == ["Core", "Member", "Partner"]
        assert (group.grade, group.short) == (None, (0,) * len(SHORTFALL_CAUSES))

    def test_a_group_that_the_policy_does_not_name_is_called_after_its_core(self, host):
        host.policy.groups.clear()
        assert host.agents_by_type[Group][0].name == "中心小学"

    def test_a_pupils_grade_follows_the_school_year(self, host, students):
        assert Counter(students.get("grade")) == {9: 4, 7: 4, 6: 6, 5: 6, 4: 6, 3: 6, 2: 6, 1: 6}
        host.state.year += 1
        assert students[0].grade == 10

    def test_every_small_number_that_stands_for_a_word_has_its_word(self):
        links = {Schools.link, Schools.planned_link}
        for kind in KINDS:
            for column in kind.table.columns.values():
                assert (column.dtype != np.int8) or column in WORDS or column in links, column

    def test_words_stand_in_the_order_of_the_numbers(self):
        assert [POSTINGS[kind] for kind in (AT_HOME, SENT, RECEIVED, CADRE)] == list(POSTINGS)
        assert [STATUSES[kind] for kind in (SERVING, RETIRED, EXITED)] == list(STATUSES)

    def test_references_within_a_table_are_complete(self):
        assert set(REFERENCES) == {Schools.feeds, Teachers.partner}

    def test_unique_ids_differ_and_last(self, host):
        ids = host.agents.get("unique_id")
        assert len(set(ids)) == len(ids) == 61
        assert ids == [agent.unique_id for agent in host.agents]
        before = {view.id: view.unique_id for view in host.agents_by_type[Student]}
        turn_over(host.state)
        for view in host.agents_by_type[Student]:
            assert before.get(view.id, view.unique_id) == view.unique_id

    def test_no_column_hides_what_a_view_or_mesas_agent_does(self):
        for kind in KINDS:
            assert not set(kind.table.columns) & {*dir(View), "key", "at"}

    def test_attributes_explain_themselves(self):
        assert Teacher.age.__doc__ == "Age on 1 September, with month of birth (years)"
        assert School.name.__doc__ == "Name of the school"

    def test_views_of_one_row_are_equal_and_others_are_not(self, host, teachers, schools):
        assert teachers[2] == teachers[2]
        assert teachers[2] is not teachers[2]
        assert hash(teachers[2]) == hash(teachers[2])
        assert teachers[2] != teachers[3]
        assert teachers[2] != schools[2]
        assert teachers[2] != 2
        assert len({*teachers, *teachers}) == 12

    def test_what_a_view_says_follows_the_county(self, host, teachers):
        teacher = teachers[0]
        host.state.teachers.write(Teachers.age, 60.0)
        assert teacher.age == 60.0

    def test_a_pupil_is_followed_from_row_to_row_until_leaving_school(self, host, students):
        leaving, staying = students[0], students[20]
        child, score = staying.id, staying.score
        turn_over(host.state)
        assert (staying.id, staying.score) == (child, score)
        assert staying.row == 23
        assert staying in students
        assert leaving not in students
        with pytest.raises(AttributeError, match=r"Student\(4\d+\) has left school"):
            leaving.score  # noqa: B018
        assert getattr(leaving, "score", None) is None
        assert leaving.unique_id > 0

    def test_a_teacher_who_retires_is_in_no_set_but_may_be_seen(self, host, teachers):
        teacher = teachers[1]
        host.state.teachers.write(Teachers.status, [0, RETIRED, *[0] * 10])
        assert teacher not in teachers
        assert teacher not in host.agents
        assert len(teachers) == 11
        assert teacher.status == "retired"


class TestReadOnly:
    def test_setting_a_column_is_refused(self, teachers):
        with pytest.raises(AttributeError, match=r"Teacher\.age cannot be set: only the kernel writes"):
            teachers[0].age = 30

    @pytest.mark.parametrize("name", ["mood", "unique_id", "model", "name"])
    def test_setting_anything_else_is_refused(self, schools, name):
        with pytest.raises(AttributeError, match=f"School.{name} cannot be set"):
            setattr(schools[0], name, 1)

    def test_deleting_removing_and_creating_are_refused(self, host, teachers):
        with pytest.raises(AttributeError, match="cannot be deleted"):
            del teachers[0].age
        with pytest.raises(AttributeError, match=r"Teacher\(30000000000\) cannot be removed"):
            teachers[0].remove()
        with pytest.raises(AttributeError, match="Teachers cannot be created"):
            Teacher.create_agents(host, 3)
        with pytest.raises(TypeError, match=r"a Teacher is seen by Teacher\(model, row\)"):
            Teacher(host)
        with pytest.raises(IndexError, match="expected a row from 0 to 11, found 12"):
            Teacher(host, 12)
        assert len(teachers) == 12

    def test_only_the_position_may_be_set_and_it_lasts(self, host, schools):
        schools[0].pos = (1, 2)
        assert schools[0].pos == (1, 2)
        assert schools[1].pos is None
        schools[0].pos = None
        assert schools[0].pos is None

    def test_a_mesa_grid_takes_views(self, host, schools):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            grid = MultiGrid(3, 3, torus=False)
            for place, school in enumerate(schools):
                grid.place_agent(school, (place % 3, place // 3))
        assert grid.get_cell_list_contents([(1, 0)]) == [schools[1]]
        assert schools[3].pos == (0, 1)

    def test_sets_refuse_to_be_changed(self, teachers):
        for change in (teachers.add, teachers.discard, teachers.remove):
            with pytest.raises(AttributeError, match="only the kernel writes"):
                change(teachers[0])
        with pytest.raises(AttributeError, match="age cannot be set"):
            teachers.set("age", 30)
        for change in (teachers.shuffle, teachers.copy):
            assert change() is not teachers
        with pytest.raises(AttributeError, match="own sets follow the county"):
            teachers.shuffle(inplace=True)
        with pytest.raises(AttributeError, match="own sets follow the county"):
            teachers.select(backbone=True, inplace=True)
        with pytest.raises(AttributeError):
            teachers.clear()
        assert len(teachers) == 12


def test_a_dissolved_group_is_in_no_set_and_keeps_its_row(tiny_county):
    county = tiny_county(year=3, grouped=False)
    county.groups = Groups(2, core=[0, 3], founded_year=1, closed_year=[3, -9999])
    sets = Host(county).agents_by_type
    assert [group.row for group in sets[Group]] == [1]
