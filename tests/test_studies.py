"""Studies as a notebook uses them."""

import fake_world
import pytest

import sim
from sim.analysis.compare import Contrast

RATES = ({"rotation.rate": 0.05}, {"rotation.rate": 0.15})


@pytest.fixture
def made_up(monkeypatch, tmp_path):
    """Work in an empty folder with made-up runs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sim.founding.calibrate", lambda setting: (None, None))
    monkeypatch.setattr("sim.studies.run_seed", fake_world.run_seed)


@pytest.mark.usefixtures("made_up")
def test_an_answer_has_outcomes_words_and_a_table():
    answer = sim.what_if("taishan", RATES[0], against=RATES[1], seeds=3, years=2, jobs=1)
    assert (answer.county, answer.variant, answer.base) == ("taishan", "rotation.rate=0.05", "rotation.rate=0.15")
    found = answer.outcomes()["score_mean"]
    expected = 2 * (fake_world.offset(answer.variant) - fake_world.offset(answer.base))
    assert isinstance(found, Contrast)
    assert found.difference == pytest.approx(expected)
    assert found == answer.contrast(answer.variant, answer.base, "score_mean")
    assert "3 paired worlds" in str(answer)
    page = answer._repr_html_()
    assert page.startswith("<p>")
    assert "<table" in page
    assert answer.plot("score_mean").axes


@pytest.mark.usefixtures("made_up")
def test_a_question_asked_again_is_answered_from_what_is_stored():
    first = sim.what_if("taishan", RATES[0], against=RATES[1], seeds=2, years=2, jobs=1)
    again = sim.what_if("taishan", RATES[0], against=RATES[1], seeds=2, years=2, jobs=1)
    assert (first.run, again.run) == (2, 0)
    assert first.path == again.path


@pytest.mark.usefixtures("made_up")
def test_an_experiment_gives_tables_and_contrasts(request):
    path = request.config.rootpath / "experiments" / "rotation_5_vs_15.yaml"
    study = sim.run_experiment(path, seeds=2, years=2, jobs=1)
    assert set(study.yearly["variant"]) == {"none", "as_written", "five", "fifteen"}
    assert len(study.schools) == 4 * 2 * 3 * fake_world.SCHOOLS
    assert study.contrast("five", "fifteen", "exits_primary_mean").pairs == 2
    assert set(study.results.contrasts["base"]) == {"fifteen"}
    with pytest.raises(KeyError, match="six"):
        study.contrast("six", "fifteen", "exits")


def test_the_same_setting_on_both_sides_gives_exactly_zero_in_every_row(monkeypatch, tmp_path):
    """A real world: one seed of Taishan, two years."""
    monkeypatch.chdir(tmp_path)
    answer = sim.what_if("taishan", RATES[0], against=RATES[0], seeds=1, years=2, jobs=1)
    for table, keys in ((answer.yearly, ["year", "stage", "zone", "measure"]), (answer.schools, ["year", "school"])):
        here = table[table["variant"] == answer.variant].drop(columns="variant").set_index(keys)
        there = table[table["variant"] == answer.base].drop(columns="variant").set_index(keys)
        assert here.equals(there)
    assert {item.difference for item in answer.outcomes().values()} == {0.0}


def test_the_package_gives_its_names_when_asked():
    assert {"what_if", "SchoolingModel", "Teacher", "measures"} <= set(dir(sim))
    assert sim.measures.official.coefficient_of_variation
    with pytest.raises(AttributeError, match="nothing_here"):
        sim.nothing_here  # noqa: B018
