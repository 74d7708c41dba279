"""The command line: exit codes, JSON, what is said and where. Runs are made up unless a test says otherwise."""

import json
import os
import subprocess
import sys
from pathlib import Path

import fake_world
import pytest

import sim.__main__ as program
from sim.commands import terminal

ROOT = Path(__file__).parents[1]
EXPERIMENT = str(ROOT / "experiments" / "rotation_5_vs_15.yaml")
OUTCOME_KEYS = {"base", "variant", "difference", "low", "high", "share_positive"}


@pytest.fixture
def sim(monkeypatch, tmp_path, capsys):
    """Run `sim …` in an empty folder with made-up runs; gives (exit code, standard output, error output)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sim.founding.calibrate", lambda setting: (None, None))
    monkeypatch.setattr("sim.studies.run_seed", fake_world.run_seed)
    monkeypatch.setattr("sim.studies.Study.report", lambda study, lang: study.path / "report.html")
    monkeypatch.setattr("sim.commands.study._get_ready", lambda *arguments, **more: None)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)

    def call(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["sim", *words])
        with pytest.raises(SystemExit) as done:
            program.main()
        written = capsys.readouterr()
        return int(done.value.code or 0), written.out, written.err

    return call


QUESTION = (
    "what-if",
    "taishan",
    "rotation.rate=0.05",
    "--against",
    "rotation.rate=0.15",
    "--jobs",
    "1",
    "--years",
    "2",
)


def test_the_answer_as_json_has_the_promised_shape(sim):
    code, out, _ = sim(*QUESTION, "--seeds", "3", "--json")
    answer = json.loads(out)
    assert code == 0
    assert list(answer) == ["county", "variant", "against", "seeds", "years", "outcomes", "settings"]
    assert answer["county"] == "taishan"
    assert answer["variant"] == {"rotation.rate": 0.05}
    assert answer["against"] == {"rotation.rate": 0.15}
    assert (answer["seeds"], answer["years"]) == (3, 2)
    assert answer["settings"]["rotation.rate=0.05"] == ["links.fused.rotation.rules.core.rate"]
    assert {"score_mean", "score_mean_mean", "rotation_shortfall_mean", "exits"} <= set(answer["outcomes"])
    for outcome in answer["outcomes"].values():
        assert set(outcome) - {"note"} == OUTCOME_KEYS
        assert outcome["difference"] == pytest.approx(outcome["variant"] - outcome["base"])
    assert not any(name.removesuffix("_mean").endswith("_primary") for name in answer["outcomes"])


def test_equal_sides_give_exactly_zero_and_a_note(sim):
    code, out, _ = sim("what-if", "taishan", "rotation.rate=0.05", "--against", "rotation.rate=0.05", "--jobs", "1",
                       "--seeds", "1", "--json")  # fmt: skip
    assert code == 0
    for outcome in json.loads(out)["outcomes"].values():
        assert [outcome[key] for key in ("difference", "low", "high", "share_positive")] == [0.0, 0.0, 0.0, 0.0]
        assert outcome["note"] == "not told apart from zero"


def test_one_seed_gives_null_where_there_is_no_interval(sim):
    _, out, _ = sim(*QUESTION, "--seeds", "1", "--json")
    outcome = json.loads(out)["outcomes"]["score_mean"]
    assert outcome["low"] is None
    assert outcome["high"] is None
    assert outcome["difference"] != 0


def test_the_answer_for_people_has_sentences_table_settings_and_chart(sim):
    code, out, err = sim(*QUESTION, "--seeds", "3")
    assert code == 0
    assert "year 2, 3 paired worlds" in out
    assert "95 % interval" in out
    assert "rotation.rate=0.05 set links.fused.rotation.rules.core.rate" in out
    assert max(map(len, out.splitlines())) <= 130
    chart = Path(out.split("Chart: ")[1].strip())
    assert chart.is_file()
    assert chart.parent.parent.parent == Path("results/what-if")
    assert "3 of 3" in err


def test_chinese_answers_chinese(sim):
    _, out, _ = sim(*QUESTION, "--seeds", "3", "--lang", "zh")
    assert "3个配对世界" in out
    assert "95%区间" in out


def test_a_study_ends_with_sentences_table_and_the_path_of_the_report(sim):
    code, out, _ = sim("run", EXPERIMENT, "--seeds", "3", "--years", "2", "--jobs", "1")
    assert code == 0
    assert "year 2, 3 paired worlds: with five (rotation.rate=0.05) instead of fifteen" in " ".join(out.split())
    assert out.rstrip().endswith("Report: results/rotation_5_vs_15/report.html")
    assert {file.name for file in Path("results/rotation_5_vs_15").iterdir()} == {
        "manifest.yaml", "yearly.parquet", "schools.parquet", "contrasts.csv"
    }  # fmt: skip


def test_results_go_where_they_are_asked_to_go(sim):
    sim("run", EXPERIMENT, "--seeds", "2", "--jobs", "1", "--out", "elsewhere")
    assert Path("elsewhere/manifest.yaml").is_file()
    assert not Path("results").exists()


def test_a_dry_run_runs_nothing(sim):
    code, out, _ = sim("run", EXPERIMENT, "--dry-run")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()[1:]] == ["runs", "time", "memory", "disk"]
    assert "runs    200 (0 stored already" in out
    assert not Path("results").exists()


def test_a_failed_run_is_named_and_the_exit_code_is_one(sim, monkeypatch):
    monkeypatch.setattr("sim.studies.run_seed", fake_world.fail_at_two)
    code, out, err = sim(*QUESTION, "--seeds", "3", "--json")
    assert code == 1
    assert "failed: taishan, rotation.rate=0.05, seed 2: ZeroDivisionError: no such luck" in err
    assert json.loads(out)["outcomes"]


def test_a_study_in_which_everything_fails_ends_with_one_too(sim, monkeypatch):
    def fail(job):
        raise ValueError("never")

    monkeypatch.setattr("sim.studies.run_seed", fail)
    code, _, err = sim(*QUESTION, "--seeds", "1")
    assert code == 1
    assert "ValueError: never" in err


def test_interrupting_tells_what_waits_and_how_to_go_on(sim, monkeypatch):
    def interrupt(job):
        if job.run.seed == 2:
            raise KeyboardInterrupt
        return fake_world.run_seed(job)

    monkeypatch.setattr("sim.studies.run_seed", interrupt)
    code, _, err = sim("run", EXPERIMENT, "--seeds", "3", "--jobs", "1")
    assert code == 130
    assert "1 finished worlds wait in results/rotation_5_vs_15/.parts" in err
    assert "the same command goes on from there" in err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("what-if", "taishan"), "at least one SETTING"),
        (("what-if", "tayshan", "rotation.rate=0.05"), "did you mean taishan?"),
        (("what-if", "taishan", "rotation.rate=15"), "did you mean 0.15?"),
        (("what-if", "taishan", "--against", "rotation.rate=0.05", "rotation.rate=0.1"), "put the variant's before it"),
        (("what-if", "taishan", "rotation.rate=0.05", "--policy", "nowhere"), "nowhere"),
        (("run", "nowhere.yaml"), "nowhere.yaml"),
        (("run", EXPERIMENT, "--scheduler", "tcp://127.0.0.1:1"), "--scheduler"),
        (("report", "."), "manifest.yaml"),
        (("check", "nowhere.yaml"), "nowhere.yaml"),
        (("describe", "tayshan"), "did you mean taishan?"),
        (("run", EXPERIMENT, "--seeds", "0"), "--seeds"),
        (("fly",), "fly"),
    ],
)
def test_wrong_input_ends_with_two_and_no_traceback(sim, words, told):
    code, _, err = sim(*words)
    assert code == 2
    assert told in err
    assert "Traceback" not in err


def test_check_tells_all_mistakes_and_what_is_sound(sim, tmp_path):
    wrong = tmp_path / "policies" / "wrong.yaml"
    wrong.parent.mkdir()
    wrong.write_text("extends: none\ntitel: {en: A, zh: A}\nstart_year: soon\n", encoding="utf-8")
    code, out, err = sim("check", str(wrong), EXPERIMENT)
    assert code == 2
    assert "wrong.yaml:2:" in err
    assert "wrong.yaml:3:" in err
    assert f"{EXPERIMENT}: ok" in out


@pytest.mark.parametrize("command", ["run", "what-if", "report", "check", "describe"])
def test_every_command_helps_with_an_example(sim, command):
    code, out, _ = sim(command, "--help")
    assert code == 0
    assert f"Example: sim {command} " in out
    assert "--lang" in out


def test_help_loads_nothing_heavy():
    code = (
        "import sys, sim.__main__\n"
        "heavy = {'numpy', 'pandas', 'mesa', 'matplotlib', 'pyarrow', 'scipy', 'pydantic', 'ruamel', 'rich'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_the_module_is_the_command():
    done = subprocess.run([sys.executable, "-m", "sim", "--help"], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0
    assert "what-if" in done.stdout
    assert "sweep" not in done.stdout, "commands that do not exist yet are not listed"


@pytest.mark.parametrize(
    ("given", "spread"),
    [
        (["a", "--against", "b=1", "c=2"], ["a", "--against", "b=1", "--against", "c=2"]),
        (["--against", "b=1", "--seeds", "3"], ["--against", "b=1", "--seeds", "3"]),
        (["--against", "b=1", "--against", "c=2"], ["--against", "b=1", "--against", "c=2"]),
        (["a", "b=-0.05"], ["a", "b=-0.05"]),
    ],
)
def test_against_takes_several_settings(given, spread):
    assert terminal.spread(given, "--against") == spread


@pytest.mark.parametrize(
    ("environment", "asked", "expected"),
    [
        ({"LANG": "zh_CN.UTF-8"}, None, "zh"),
        ({"LANG": "de_DE.UTF-8"}, None, "en"),
        ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, None, "en"),
        ({}, None, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "en", "en"),
    ],
)
def test_the_language_is_that_of_the_locale(monkeypatch, environment, asked, expected):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert terminal.language(asked) == expected


def test_a_script_without_a_guard_may_ask(tmp_path):
    """Workers must not run the caller's program again. One real world, two processes."""
    script = tmp_path / "ask.py"
    script.write_text(
        "import sim\n"
        "answer = sim.what_if('taishan', {'rotation.rate': 0.05}, seeds=2, years=1, jobs=2)\n"
        "print(len(answer.outcomes()), answer.yearly['seed'].nunique(), answer.failed)\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.stdout.split()[1:] == ["2", "()"], done.stderr


def test_every_coefficient_is_listed_with_what_matters_first(sim):
    code, out, _ = sim("evidence", "--json")
    listed = json.loads(out)
    assert code == 0
    assert len(listed) > 70
    first = [item["first_rank"] for item in listed]
    assert first == sorted(first, reverse=True)
    by_name = {item["name"]: item for item in listed}
    assert by_name["taishan: links.fused.mentoring.pairing_coverage"]["value"] == 0.3
    assert by_name["transfer_dip"] == {
        "name": "transfer_dip", "topic": "rotation", "row": "P6", "value": -0.03, "low": -0.08, "high": 0.0,
        "distribution": "TN(-0.03, 0.015; -0.08, 0)", "unit": "σ, first year after a forced move", "kind": "flow",
        "known": "M-low", "transfer": True, "first_rank": False, "source": "Atteberry et al. 2017 EEPA", "note": "",
    }  # fmt: skip
    assert all(item["unit"] and item["known"] for item in listed if not item["first_rank"])


def test_the_list_of_coefficients_reads_in_both_languages(sim):
    for lang, heading in (("en", "Conclusions lean on these numbers first"), ("zh", "结论首先取决于以下数值")):
        code, out, _ = sim("evidence", "--lang", lang)
        assert code == 0
        assert out.index(heading) < out.index("event_reach") < out.index("brand_fade")


@pytest.fixture
def quick_foundings(monkeypatch):
    """Foundings of draws that are solved at once."""
    from sim.runs import fitted

    monkeypatch.setattr(fitted, "solve_draw", lambda setting, start: fitted.Solved(tuple(start)))


def test_with_draws_the_answer_tells_luck_from_ignorance(sim, quick_foundings):
    code, out, _ = sim(*QUESTION, "--seeds", "2", "--draws", "4", "--json")
    answer = json.loads(out)
    assert code == 0
    assert answer["draws"] == 4
    outcome = answer["outcomes"]["gap_teacher_quality"]
    # Made up: the same in every seed, and 1 + d times as large in draw d.
    assert outcome["coefficient_share"] == pytest.approx(1)
    assert outcome["luck_low"] == pytest.approx(outcome["luck_high"])
    assert abs(outcome["high"] - outcome["low"]) > 0
    assert outcome["same_sign"] == 1
    _, out, _ = sim(*QUESTION, "--seeds", "2", "--draws", "4", "--lang", "en")
    assert "Over 4 draws of the coefficients" in " ".join(out.split())


def test_the_report_says_what_the_answer_hinges_on(sim, quick_foundings, tmp_path):
    from sim.analysis.report.uncertainty import trust
    from sim.analysis.words import Words
    from sim.analysis.worlds import Worlds
    from sim.store import Results

    assert sim(*QUESTION, "--seeds", "2", "--draws", "6", "--json")[0] == 0
    (folder,) = (tmp_path / "results" / "what-if").iterdir()
    results = Results(folder)
    told = trust(results, Worlds.of(results), tmp_path / "charts", "", Words())
    assert "6 draws" in told.split.caption
    first = [row[0].text for row in told.links.rows if "first rank" in row[-1].text]
    assert first == [row[0].text for row in told.links.rows[: len(first)]]
    assert {"links.fused.mentoring.pairing_coverage", "event_reach", "exit_factor_unwilling"} <= set(first)
    assert (tmp_path / "charts" / "hinges.svg").is_file()
    # An interval over draws: in draw d the difference is 1 + d times the same.
    change = Worlds.of(results).difference(results.manifest["base"], "score_mean")
    assert change.shape[0] == 6


def test_decompose_tells_wrong_names(sim):
    code, _, err = sim("decompose", "taishan", "--mechanisms", "rotation,paring", "--jobs", "1")
    assert code == terminal.WRONG_INPUT
    assert "pairing" in err
    assert "Traceback" not in err
