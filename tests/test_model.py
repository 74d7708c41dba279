"""SchoolingModel: a Mesa model whose step is one school year."""

import pickle
import subprocess
import sys
import time
import warnings

import mesa
import numpy as np
import pytest
from mesa import DataCollector

from sim.agents import Group, School, Student, Teacher
from sim.configs import ConfigError
from sim.founding import calibrate, found, setting_of
from sim.library import load_policy, resolve
from sim.measures import MEASURES
from sim.model import SchoolingModel, Yearly
from sim.year import SCHOOL_YEAR

SEED = 3


@pytest.fixture(scope="session")
def taishan():
    """Taishan under its own policy, and what its founding solved."""
    resolved = resolve("taishan")
    setting = setting_of("taishan", resolved)
    calibration, _ = calibrate(setting)
    return resolved, setting, calibration


@pytest.fixture(scope="session")
def first_county(taishan):
    """Taishan in year 0."""
    _, setting, calibration = taishan
    return found(setting, calibration, SEED)


@pytest.fixture(scope="session")
def three_years(taishan, first_county):
    """Taishan after three years; not to be stepped."""
    model = SchoolingModel(founded=first_county, resolved=taishan[0], seed=SEED)
    model.run_for(3)
    return model


@pytest.fixture
def small(tiny_county):
    """The small county without groups, under the national rules."""
    return SchoolingModel("taishan", "none", founded=tiny_county(grouped=False))


def test_the_line_of_the_manual_works():
    line = (
        "import sim, mesa; m = sim.SchoolingModel(county='taishan', policy='taishan', seed=1); "
        "assert isinstance(m, mesa.Model); m.run_for(10); t = next(iter(m.agents_by_type[sim.Teacher])); "
        "assert isinstance(t, mesa.Agent); "
        "backbone = m.agents_by_type[sim.Teacher].select(lambda teacher: teacher.backbone); "
        "print(m.steps, m.time, len(backbone) > 300)"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", line], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("10 10.0 True\n", "")


def test_a_model_begins_in_year_0_with_its_measures(first_county, taishan):
    model = SchoolingModel(founded=first_county, resolved=taishan[0], seed=SEED)
    assert (model.steps, model.time, model.running) == (0, 0.0, True)
    assert model.state.year == 0
    assert (model.county, model.seed) == ("taishan", SEED)
    assert model.policy is taishan[0].policy.value
    assert model.evidence is taishan[0].evidence.value
    assert {row.year for row in model.yearly} == {0}
    assert len(model.schools_yearly) == 1
    assert len(model.agents_by_type[Group]) == 0
    assert len(model.agents) == len(first_county.schools) + len(first_county.students) + len(
        model.agents_by_type[Teacher]
    )


def test_each_year_is_measured_once(three_years):
    assert (three_years.steps, three_years.time, three_years.state.year) == (3, 3.0, 3)
    years = [row.year for row in three_years.yearly]
    assert sorted(set(years)) == [0, 1, 2, 3]
    assert years == sorted(years)
    assert {row.measure for row in three_years.yearly} <= set(MEASURES)
    assert len({row[:4] for row in three_years.yearly}) == len(three_years.yearly)
    assert len(three_years.schools_yearly) == 4
    assert all(len(column) == 65 for column in three_years.schools_yearly[3].values())


def test_a_measure_is_read_by_its_name(three_years):
    scores = three_years.measured("score_mean")
    assert list(scores) == [0, 1, 2, 3]
    row = Yearly(2, "junior", "all", "pupils", three_years.measured("pupils", "junior")[2])
    assert row in three_years.yearly
    assert three_years.measured("rotation_new_movers")[0] == 0
    with pytest.raises(KeyError, match="score_meen for stage all, zone all"):
        three_years.measured("score_meen")


def test_measures_are_what_the_agents_show(three_years):
    students = three_years.agents_by_type[Student]
    now = {measure: three_years.measured(measure)[3] for measure in ("score_mean", "pupils", "teachers_file")}
    assert students.agg("score", np.mean) == pytest.approx(now["score_mean"], abs=1e-9)
    assert len(students) == now["pupils"]
    assert len(three_years.agents_by_type[Teacher]) == now["teachers_file"]
    assert students.groupby("school").count() == {
        school: school.pupils for school in three_years.agents_by_type[School] if school.pupils
    }


def test_the_policys_groups_are_agents(three_years):
    groups = three_years.agents_by_type[Group]
    assert [group.name for group in groups] == list(three_years.policy.groups)
    for group in groups:
        named = three_years.policy.groups[group.name]
        assert group.core.name == named.core
        assert group.core.role == "core"
        for link, members in named.members.items():
            assert set(group.schools.select(link=link).get("name")) == set(members)
    sent = three_years.agents_by_type[Teacher].select(posting="sent")
    assert len(sent) > 0
    assert set(sent.get("home.role")) == {"core"}
    for teacher in sent.select(at_most=20):
        assert teacher.school != teacher.home
        # A partner who left the service this year is no longer one; who was sent is recalled a year later.
        partner = teacher.partner
        assert partner is None or partner.partner == teacher or partner.status != "serving"


def test_a_founded_county_is_copied_and_gives_what_founding_would(first_county, taishan, three_years):
    resolved, _, calibration = taishan
    assert first_county.year == 0
    fresh = SchoolingModel(resolved=resolved, calibration=calibration, seed=SEED)
    fresh.run_for(3)
    assert fresh.yearly == three_years.yearly


def test_two_models_in_turn_are_as_two_alone(first_county, taishan, three_years):
    one = SchoolingModel(founded=first_county, resolved=taishan[0], seed=SEED)
    two = SchoolingModel("taishan", "none", founded=first_county, seed=SEED)
    for _ in range(3):
        one.step()
        two.step()
        # Whoever looks at agents or draws from Mesa's random numbers changes nothing.
        two.agents_by_type[Student].shuffle().select(at_most=5).get("score")
        one.rng.random(), one.random.random()
    assert one.yearly == three_years.yearly
    assert two.yearly != one.yearly
    assert len(two.agents_by_type[Group]) == 0
    assert len(one.agents_by_type[Group]) == 4


def test_the_seed_decides_and_none_is_a_new_one(tiny_county):
    seeds = [SchoolingModel("taishan", "none", founded=tiny_county(grouped=False), seed=None).seed for _ in range(2)]
    assert seeds[0] != seeds[1]
    runs = {}
    for seed in (*seeds, seeds[0]):
        model = SchoolingModel("taishan", "none", founded=tiny_county(grouped=False), seed=seed)
        model.run_for(2)
        runs.setdefault(seed, []).append(model.measured("score_mean")[2])
    assert runs[seeds[0]][0] == runs[seeds[0]][1]
    assert runs[seeds[0]] != runs[seeds[1]]


def test_no_warning_comes_from_mesa(tiny_county):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        SchoolingModel("taishan", "none", founded=tiny_county(grouped=False)).run_for(1)


def test_settings_reach_policy_and_evidence(tiny_county):
    settings = ["rotation.rate=0.05", "evidence.transfer_dip=-0.05"]
    model = SchoolingModel(settings=settings, founded=tiny_county(grouped=False))
    assert model.evidence.transfer_dip == -0.05
    rates = [rule.rate.at(2022) for link in model.policy.links.values() if link.rotation
             for rule in link.rotation.rules.values()]  # fmt: skip
    assert rates
    assert set(rates) == {0.05}


def test_mistakes_are_the_users(tiny_county):
    with pytest.raises(ConfigError, match="taishen"):
        SchoolingModel(county="taishen")
    with pytest.raises(ConfigError, match=r"rotation\.rat"):
        SchoolingModel(settings=["rotation.rat=0.05"])


def test_a_years_own_cost_is_below_a_millisecond(small, monkeypatch):
    taken = [row[1:] for row in small.yearly], small.schools_yearly[0]
    monkeypatch.setattr("sim.model.advance", lambda *_: None)
    monkeypatch.setattr("sim.model.observe", lambda *_: taken)
    took = []
    for _ in range(20):
        start = time.perf_counter()
        small.step()
        took.append(time.perf_counter() - start)
    # Measured: 0.2 ms.
    assert min(took) < 0.001


def test_data_collector(small):
    small.datacollector = DataCollector(
        model_reporters={
            "score": lambda model: model.measured("score_mean")[model.state.year],
            "teachers": lambda model: len(model.agents_by_type[Teacher]),
            "seed": "seed",
        },
        agenttype_reporters={
            School: {"pupils": "pupils", "zone": "zone", "feeds": lambda school: school.feeds},
            Teacher: {"age": "age"},
        },
        agent_reporters={"score": lambda agent: getattr(agent, "score", None)},
    )
    for _ in range(2):
        small.step()
        small.datacollector.collect(small)
    model_rows = small.datacollector.get_model_vars_dataframe()
    assert model_rows["seed"].tolist() == [1, 1]
    assert model_rows["score"].tolist() == list(small.measured("score_mean").values())[1:]
    schools = small.datacollector.get_agenttype_vars_dataframe(School)
    assert len(schools) == 8
    assert schools["zone"].tolist() == ["seat", "near", "far", "seat"] * 2
    assert schools["pupils"].tolist()[4:] == small.state.schools.pupils.tolist()
    # A view is kept as it is, not copied with the whole model behind it.
    assert schools["feeds"].iloc[0].model is small
    teachers = small.datacollector.get_agenttype_vars_dataframe(Teacher)
    assert teachers.loc[2.0]["age"].tolist() == small.agents_by_type[Teacher].get("age")
    everybody = small.datacollector.get_agent_vars_dataframe()
    assert len(everybody.loc[2.0]) == len(small.agents)
    assert everybody.index.is_unique


def test_agents_that_a_user_adds_stand_beside_the_countys(small):
    class Inspector(mesa.Agent):
        """An agent of a user's own."""

    before = len(small.agents)
    inspector = Inspector(small)
    assert inspector.unique_id == 1
    assert list(small.agents_by_type[Inspector]) == [inspector]
    assert len(small.agents) == before + 1
    assert inspector in small.agents
    assert small.agents.select(agent_type=Inspector).to_list() == [inspector]
    assert len(set(small.agents.get("unique_id"))) == before + 1
    inspector.remove()
    assert len(small.agents) == before
    with pytest.raises(AttributeError):
        small.agents = []


def test_a_subclass_may_add_to_the_year(tiny_county):
    class Counted(SchoolingModel):
        """Counts its pupils after each year."""

        def __init__(self, **kwargs):
            self.counted = []
            super().__init__(**kwargs)

        def step(self):
            super().step()
            self.counted.append(len(self.agents_by_type[Student]))

    model = Counted(policy="none", founded=tiny_county(grouped=False))
    model.run_for(3)
    assert model.counted == list(model.measured("pupils").values())[1:]


def test_a_model_survives_being_packed(small):
    small.run_for(2)
    twin = pickle.loads(pickle.dumps(small))
    small.run_for(2)
    twin.run_for(2)
    assert twin.yearly == small.yearly
    assert twin.agents_by_type[Teacher][0].model is twin


def test_the_founding_rests_on_the_county_and_not_on_the_policy_tried(taishan):
    _, setting, _ = taishan
    other = setting_of("taishan", resolve("taishan", "none"))
    assert other.key == setting.key
    assert setting.base == load_policy("none").value
    assert setting.own == load_policy("taishan").value
    changed = setting_of("taishan", resolve("taishan", settings=["county.births_index=flat"]))
    assert changed.key != setting.key


def test_the_year_has_eight_processes():
    assert [process.name for process in SCHOOL_YEAR] == [
        "groups.reorganise", "funding.allot", "admissions.place", "staffing.appoint",
        "rotation.rotate", "mentoring.pair", "learning.teach", "assessment.examine",
    ]  # fmt: skip
