"""Every mistake a user can make in a file is told once, at its line, in plain words."""
# ruff: noqa: E501 (the cases are a table, one a line)

from dataclasses import dataclass
from pathlib import Path

import pytest

from sim.configs import ConfigError, Problem, folders
from sim.library import check, load_evidence, load_policy, resolve

POLICY = "configs/policies/taishan.yaml"
NONE = "configs/policies/none.yaml"
COUNTY = "configs/counties/taishan.yaml"
TEACHERS = "configs/evidence/teachers.yaml"
SWITCHES = "configs/evidence/switches.yaml"
STAGES = "configs/stages.yaml"
BIRTHS = "configs/births.yaml"
EXPERIMENT = "experiments/rotation_5_vs_15.yaml"
REPOSITORY = Path(__file__).parents[1]

FUSED_RATE = "links.fused.rotation.rules.core.rate"
RATE = "by_group_year: {1: 0.15, 2: 0.05}"
YEARS = "      years: {value: [2, 5], clause: taishan.rotation.duration, unit: years}\n"
ONE_FOR_ONE = """            value: true
            clause: taishan.rotation.mutual_dispatch
            assumed: true
            note: The text says 互派, mutual dispatch; one for one is our reading.
"""
SEAT = "seat: {schools: 16, pupils: 26500, teachers: 1421, backbone_per_100: 1.25}"


@dataclass(frozen=True)
class Bad:
    """One mistake: the text put in place of another, and what must be said about it."""

    file: str
    old: str
    new: str
    path: str
    expected: str
    found: str
    hint: str = ""
    at: str = ""
    """Text on the line that the problem must name, if it is not the first line of the new text."""

    def text(self) -> str:
        """The mutated file."""
        text = (REPOSITORY / self.file).read_text(encoding="utf-8")
        assert self.old in text, f"{self.file} no longer holds {self.old!r}"
        return text.replace(self.old, self.new, 1)

    def line(self) -> int:
        """The line the problem must name."""
        original = (REPOSITORY / self.file).read_text(encoding="utf-8")
        start = original.index(self.old)
        text = self.text()
        place = text.index(self.at) if self.at else start + len(self.new) - len(self.new.lstrip())
        return text[:place].count("\n") + 1


CASES = [
    # Policies: formation and the rules of life
    Bad(POLICY, "groups:\n", "formation: {rules: {towns: {core: {zone: [seat]}, member: {zone: [far]}, link: fusedd}}}\ngroups:\n", "formation.rules.towns.link", "the name of a link", "fusedd", "did you mean fused?"),
    Bad(POLICY, "groups:\n", "formation: {rules: {towns: {core: {}, member: {}, link: fused, members: [3, 2]}}}\ngroups:\n", "formation.rules.towns.members", "the fewest first", "[3, 2]"),
    Bad(POLICY, "groups:\n", "formation: {rules: {towns: {core: {}, member: {zone: [far], owner: town}, link: fused}}}\ngroups:\n", "formation.rules.towns.member", "schools that the county taishan has", "owner town", "town_run_share"),
    Bad(POLICY, "groups:\n", "lifecycle: {growth_years: 3}\ngroups:\n", "lifecycle.growth_years", "graduation_gap or graduation_value_added", "neither"),
    Bad(POLICY, "groups:\n", "lifecycle: {graduate_to: partner}\ngroups:\n", "lifecycle.graduate_link", "the link of schools", "none", "links: ", at="lifecycle:"),
    Bad(POLICY, "groups:\n", "lifecycle: {graduate_to: partner, graduate_link: fused}\ngroups:\n", "lifecycle.graduate_link", "a link with role: partner", "fused, role: member", "joint"),
    Bad(POLICY, "groups:\n", "lifecycle: {graduate_to: spawn}\ngroups:\n", "lifecycle.max_members", "the most members", "none", "spawn_takes: 0", at="lifecycle:"),
    Bad(POLICY, "groups:\n", "lifecycle: {entry_link: loose}\ngroups:\n", "lifecycle.entry_link", "the name of a link", "loose"),
    Bad(COUNTY, SEAT, SEAT.replace("}", ", status_shares: {weak: 0.7, new: 0.4}}"), "stages.primary.zones.seat.status_shares", "at most 1", "1.1"),
    # Policies: shares, numbers, words
    Bad(POLICY, RATE, "by_group_year: {1: 15, 2: 0.05}", f"{FUSED_RATE}.by_group_year.1", "a share from 0 to 1", "15", "did you mean 0.15?"),
    Bad(POLICY, RATE, "by_group_year: {1: 1.5, 2: 0.05}", f"{FUSED_RATE}.by_group_year.1", "a share from 0 to 1", "1.5"),
    Bad(POLICY, RATE, "by_group_year: {1: -0.1}", f"{FUSED_RATE}.by_group_year.1", "a share from 0 to 1", "-0.1"),
    Bad(POLICY, RATE, "value: '0.15'", FUSED_RATE, "a share from 0 to 1", 'the text "0.15"', "remove the quotation marks"),
    Bad(POLICY, "brand_share: {value: 0.3,", "brand_share: {value: 30 %,", "links.fused.brand_share", "a share", 'the text "30 %"', "did you mean 0.3?"),
    Bad(POLICY, "value: 45,", "value: 450,", "links.fused.rotation.max_age", "a number above 18 up to 70", "450"),
    Bad(POLICY, "{value: 2, clause: taishan.mentoring.joint_lesson_work", "{value: -2, clause: taishan.mentoring.joint_lesson_work", "links.fused.mentoring.events_per_term.research", "a whole number, 0 or more", "-2"),
    Bad(POLICY, "{value: 2, clause: taishan.mentoring.joint_lesson_work", "{value: 2.5, clause: taishan.mentoring.joint_lesson_work", "links.fused.mentoring.events_per_term.research", "a whole number, 0 or more", "2.5"),
    Bad(POLICY, "2400000}", "2400000.5}", "funding.special_fund_yuan.by_year.2022", "a whole number of yuan", "2400000.5"),
    Bad(POLICY, "by_year: {2022: 2400000}", "value: '2,400,000'", "funding.special_fund_yuan", "a whole number of yuan", "2,400,000", "did you mean 2400000?"),
    Bad(POLICY, "value: head_principal", "value: headprincipal", "links.fused.leadership", "one of autonomous, convenor", "headprincipal", "did you mean head_principal?"),
    Bad(POLICY, "personnel: {value: exchange", "personnel: {value: home", "links.fused.personnel", "exchange, pooled or unified, since there are rotation rules", "home", "where personnel is home nobody decides a move"),
    Bad(POLICY, ONE_FOR_ONE, ONE_FOR_ONE.replace("true", "false", 1) + "      objective: balance\n", "links.fused.rotation.rules.core.exchange", "true, since the objective is balance", "false", "or objective: sender", at="exchange:\n            value: false"),
    Bad(POLICY, ONE_FOR_ONE, ONE_FOR_ONE + "          backbone_share: 0.2\n      objective: balance\n      matching: need\n", "links.fused.rotation.objective", "sender, since balance chooses the pairs itself and rules.core.backbone_share, matching would say nothing", "balance", "or leave these out", at="objective: balance"),
    Bad(POLICY, "value: district", "value: provincial", "links.fused.rotation.honour", "district (or null)", "provincial"),
    Bad(POLICY, "credit: {value: true", "credit: {value: yes", "links.fused.rotation.credit", "true or false (on or off)", "yes", "did you mean true?"),
    Bad(POLICY, "start_year: {value: 2022,", "start_year: {value: '2022',", "start_year", "a whole number", 'the text "2022"', "remove the quotation marks"),
    Bad(POLICY, "date: 2022-07-25", "date:", "document.date", "text", "nothing (null)"),
    Bad(POLICY, "number: 泰山政办字〔2022〕12号", "number: 12", "document.number", "text", "12", "put it in quotes"),
    Bad(POLICY, "activity_share: {value: 0.5,", "need_share: {value: 0.6}\n  activity_share: {value: 0.5,", "funding.need_share", "at most 0.5, what activity_share leaves", "0.6"),
    Bad(POLICY, "    curriculum:\n      sharing: {value: 0.5", "    facilities: {transfer_rate: 0.2}\n    curriculum:\n      sharing: {value: 0.5", "links.fused.facilities.transfer_rate", "0, since each school owns", "0.2", "ownership: group"),
    Bad(POLICY, "  by_grade: {value: true", "  town_floor_ratio: 1.2\n  by_grade: {value: true", "funding.town_floor_ratio", "a share", "1.2"),
    # Policies: keys
    Bad(POLICY, "max_age: {value", "max_agee: {value", "links.fused.rotation.max_agee", "a known key", "max_agee", "did you mean max_age?"),
    Bad(POLICY, "years: {value", "yeers: {value", "links.fused.rotation.yeers", "a known key", "yeers", "did you mean years?"),
    Bad(POLICY, YEARS, "", "links.fused.rotation.years", "a list of 2", "no value", at="rotation:\n      rules"),
    Bad(POLICY, "        research: {value: 2", "        reserch: {value: 2", "links.fused.mentoring.events_per_term.reserch", "a known key", "reserch", "did you mean research?"),
    Bad(POLICY, YEARS, YEARS + "      credit: false\n", "links.fused.rotation.credit", "each key once", "credit again", "already", at="credit: {value: true"),
    Bad(POLICY, "value: [2, 5]", "value: [5, 2]", "links.fused.rotation.years", "the shortest stay first", "[5, 2]"),
    Bad(POLICY, "value: [2, 5]", "value: [2]", "links.fused.rotation.years", "a list of 2", "[2]"),
    Bad(POLICY, "value: [2, 5]", "value: [2, 5, 7]", "links.fused.rotation.years", "a list of 2", "[2, 5, 7]"),
    Bad(POLICY, "value: [2, 5]", "value: 2", "links.fused.rotation.years", "a list of 2", "2"),
    # Policies: remarks and schedules
    Bad(POLICY, "{value: 45, clause:", "{value: 45, clauses:", "links.fused.rotation.max_age.clauses", "a known key", "clauses", "did you mean clause?"),
    Bad(POLICY, "{value: 45, clause:", "{value: 45, known: X, clause:", "links.fused.rotation.max_age.known", "one of F, F-sign", '"X"'),
    Bad(POLICY, "{value: 45, clause:", "{clause:", "links.fused.rotation.max_age", "`value:` beside clause, unit", "remarks without a value"),
    Bad(POLICY, "{value: 45, clause:", "{value: 45, note: in principle, not above, clause:", "links.fused.rotation.max_age.not above", "a known key", "not above", "put text that holds a comma in quotes"),
    Bad(POLICY, RATE, RATE + "\n            value: 0.1", FUSED_RATE, "either value or by_group_year", "both", at="by_group_year: {1"),
    Bad(POLICY, RATE, RATE + "\n            by_year: {2022: 0.1}", FUSED_RATE, "either by_group_year or by_year", "both", at="by_year: {2022: 0.1"),
    Bad(POLICY, RATE, "by_group_year: {}", f"{FUSED_RATE}.by_group_year", "at least one", "an empty section"),
    Bad(POLICY, RATE, "by_group_year: {0: 0.15}", f"{FUSED_RATE}.by_group_year.0", "a year of the group, 1 or more", "0"),
    Bad(POLICY, RATE, "by_year: {22: 0.15}", f"{FUSED_RATE}.by_year.22", "a school year from 1900 to 2300 as key", "22"),
    Bad(POLICY, RATE, "by_group_year: [0.15, 0.05]", f"{FUSED_RATE}.by_group_year", "at least one entry of the form", "[0.15, 0.05]"),
    # Policies: groups and bases
    Bad(POLICY, "core: 泰安六中", "core: 泰安六中学", "groups.no6.core", "a school named in the county taishan", "泰安六中学", "did you mean 泰安六中?"),
    Bad(POLICY, "fused: [旧镇小学, 西关小学]", "fused: [旧镇小学, 泰前中学]", "groups.cangku.members.fused.1", "each school in one group", "泰前中学, also in group dongyue"),
    Bad(POLICY, "fused: [旧镇小学, 西关小学]", "fused: [旧镇小学, 财源街道仓库路学校]", "groups.cangku.members.fused.1", "a school other than the core", "财源街道仓库路学校"),
    Bad(POLICY, "fused: [旧镇小学, 西关小学]", "fusd: [旧镇小学, 西关小学]", "groups.cangku.members.fusd", "the name of a link", "fusd", "did you mean fused?"),
    Bad(POLICY, "core: 东岳中学", "core: 泰安六中", "groups.dongyue.core", "each school in one group", "core of no6"),
    Bad(POLICY, "extends: none", "extends: nonee", "extends", "the name of a policy", "nonee", "did you mean none?"),
    Bad(POLICY, "extends: none", "extends: taishan", "extends", "a file that does not lead back here", "taishan", "→"),
    Bad(POLICY, "extends: none\n", "", "", "values for funding.public_use_yuan, ", "no value", "extends: none", at="# yaml"),
    Bad(POLICY, "start_year: {value: 2022, clause: taishan.group.count_deadline}", "start_year: null", "start_year", "the school year", "none"),
    Bad(NONE, "unreplaced_share:\n    value: 0.5", "unreplaced_share:\n    value: 50", "staffing.unreplaced_share", "a share", "50", "did you mean 0.5?", at="value: 50\n"),
    Bad(NONE, "{value: 0.425,", "{value: 0.95,", "staffing.intermediate_share.primary", "at most 1", "1.025"),
    Bad(NONE, "primary: {value: 19,", "primary: {value: 0,", "staffing.pupils_per_post.primary", "a number above 0", "0"),
    Bad(NONE, "small_school_pupils: {value: 100, ", "small_school_pupils: {value: all, ", "funding.small_school_pupils", "a whole number, 0 or more", "all"),
    # Counties
    Bad(COUNTY, SEAT, SEAT.replace("schools: 16", "schools: 0"), "stages.primary.zones.seat.schools", "at least one school for 26500 pupils", "0"),
    Bad(COUNTY, SEAT, SEAT.replace("1.25", "12.5"), "stages.primary.zones.seat.backbone_per_100", "at most 5.362", "12.5"),
    Bad(COUNTY, SEAT, SEAT.replace("1421", "many"), "stages.primary.zones.seat.teachers", "a whole number, 0 or more", "many"),
    Bad(COUNTY, SEAT, SEAT.replace("teachers: 1421, ", ""), "stages.primary.zones.seat.teachers", "a whole number", "no value"),
    Bad(COUNTY, "      village: {", "      vilage: {", "stages.primary.zones.vilage", "a known key", "vilage", "did you mean village?"),
    Bad(COUNTY, "female_share: {value: 0.70", "female_share: {value: 70", "stages.primary.targets.female_share", "a share", "70", "did you mean 0.7?"),
    Bad(COUNTY, "cv: {value: 0.30", "cv: {value: -0.30", "stages.primary.targets.degree.cv", "a number from 0", "-0.3"),
    Bad(COUNTY, "cv: {value: 0.30", "cv: {value: .nan", "stages.primary.targets.degree.cv", "a number from 0", "nan"),
    Bad(COUNTY, "class_size: {value: 42", "class_size: {value: .inf", "stages.primary.targets.class_size", "a number above 0", "inf"),
    Bad(COUNTY, "births_index: {value: national", "births_index: {value: nationl", "births_index", "national or flat", "nationl", "did you mean national?"),
    Bad(COUNTY, "year0: {value: 2021, note: The year before the plan of July 2022.}\n", "", "year0", "a whole number", "no value", at="# yaml"),
    Bad(COUNTY, "name: 东岳中学", "name: 泰安六中", "named_schools.1.name", "each school once", "泰安六中 again", "already"),
    Bad(COUNTY, "en: Dongyue Middle School, stage: junior", "en: Dongyue Middle School, stage: middle", "named_schools.1.stage", "primary or junior", "middle"),
    Bad(COUNTY, "No.13 Middle School, stage: junior, zone: far", "No.13 Middle School, stage: junior, zone: village", "named_schools.7.zone", "a zone with junior schools", "village", "seat, near, far"),
    Bad(COUNTY, "{value: [0.8, 1.2]", "{value: [1.2, 0.8]", "named_size_range", "the smaller size first", "[1.2, 0.8]"),
    Bad(COUNTY, "title: {en:", "titel: {en:", "titel", "a known key", "titel", "did you mean title?"),
    Bad(COUNTY, "named_schools:\n", "towns:\n  east: {title: {en: East, zh: 东镇}, zone: hill}\nnamed_schools:\n", "towns.east.zone", "one of seat, near", "hill", at="east:"),
    Bad(COUNTY, "No.13 Middle School, stage: junior, zone: far", "No.13 Middle School, stage: junior, zone: far, town: west", "named_schools.7.town", "the name of a town", "west", "towns: none"),
    # Evidence
    Bad(TEACHERS, "teacher_effect_sd:", "teacher_efect_sd:", "teacher_efect_sd", "a known key", "teacher_efect_sd", "did you mean teacher_effect_sd?"),
    Bad(TEACHERS, "{value: 0.30, row: P3", "{value: about 0.3, row: P3", "persistence", "a number from 0 below 1", "about 0.3"),
    Bad(TEACHERS, "{value: 0.20, row: P2", "{value: 20, row: P2", "teacher_between_school_share", "a share", "20", "did you mean 0.2?"),
    Bad(TEACHERS, "{value: 0.20, row: P2", "{value: 0.20, transfer: maybe, row: P2", "teacher_between_school_share.transfer", "true or false", "maybe"),
    Bad(TEACHERS, "B(4, 16)", "B(4, -16)", "teacher_between_school_share", "two numbers above 0", "B(4, -16)", "in the remarks", at="teacher_between_school_share:"),
    Bad(TEACHERS, "TN(0.15, 0.03; 0.08, 0.25)", "TN(0.15, 0.03)", "teacher_effect_sd", "4 numbers in TN", "TN(0.15, 0.03)", at="teacher_effect_sd:"),
    Bad(POLICY, "low: 0.1, high: 0.5, clause: taishan.culture.brand", "low: 0.5, high: 0.1, clause: taishan.culture.brand", "links.fused.brand_share", "low below high", "0.5 and 0.1"),
    Bad(SWITCHES, "dip: on", "dip: no", "switches.dip", "true or false", "no", "did you mean false?"),
    Bad(SWITCHES, "dip: on", "dips: on", "switches.dips", "a known key", "dips", "did you mean dip?"),
    # Experiments
    Bad(EXPERIMENT, "{policy: taishan}", "{policy: tai-shan}", "variants.as_written.policy", "the name of a policy", "tai-shan", "did you mean taishan?"),
    Bad(EXPERIMENT, "base: fifteen", "base: fiften", "base", "the name of a variant", "fiften", "did you mean fifteen?"),
    Bad(EXPERIMENT, "counties: [taishan]", "counties: [taisan]", "counties.0", "the name of a county", "taisan", "did you mean taishan?"),
    Bad(EXPERIMENT, "counties: [taishan]", "counties: []", "counties", "at least one county", "[]"),
    Bad(EXPERIMENT, "[gap_teacher_quality, ", "[gap_teacher_qualty, ", "outcomes.0", "the name of an outcome", "gap_teacher_qualty", "did you mean gap_teacher_quality?"),
    Bad(EXPERIMENT, "[gap_teacher_quality, ", "[score_mean_mean, ", "outcomes.0", "the name of an outcome", "score_mean_mean", "write score_mean"),
    Bad(EXPERIMENT, "[gap_teacher_quality, ", "[exits, ", "outcomes.9", "each name once", "exits again", at="rotation_new_movers"),
    Bad(EXPERIMENT, "seeds: 50", "seeds: 0", "seeds", "a number of seeds from 1", "0"),
    Bad(EXPERIMENT, "seeds: 50", "seeds: '50'", "seeds", "a number of seeds or a list", 'the text "50"'),
    Bad(EXPERIMENT, "seeds: 50", "seeds: [1, 2, 1]", "seeds", "each seed once", "1 again"),
    Bad(EXPERIMENT, "seeds: 50", "seeds: [1, 2.5]", "seeds", "each a whole number", "[1, 2.5]"),
    Bad(EXPERIMENT, "seeds: 50", "seeds: {until: {outcome: exits, half_width: 1, most: 400}}", "seeds", "a number of seeds or a list", "not built yet", "seeds: 50"),
    Bad(EXPERIMENT, "years: 10", "years: 0", "years", "from 1 to 100", "0"),
    Bad(EXPERIMENT, "draws: 0", "draws: -2", "uncertainty.draws", "a whole number of draws", "-2", ""),
    Bad(EXPERIMENT, "sweep: {}", "sweep: {rotation.rate: [0.05, 0.15]}", "sweep", "an empty sweep", "not built yet"),
    Bad(EXPERIMENT, "rotation.rate: 0.05", "rotation.rat: 0.05", "variants.five.set.rotation.rat", "the path of a setting", "rotation.rat", "did you mean rotation.rate?"),
    Bad(EXPERIMENT, "rotation.rate: 0.05", "rotation.rate: 5", "variants.five.set.rotation.rate", "a share", "5", "did you mean 0.05?"),
    Bad(EXPERIMENT, "rotation.rate: 0.05", "rotation.max_age: 45, brand_share: 30", "variants.five.set.brand_share", "a share", "30", "did you mean 0.3?"),
    Bad(EXPERIMENT, "{policy: none}", "{policy: none, set: {rotation.rate: 0.1}}", "variants.none.set.rotation.rate", "the path of a setting", "rotation.rate", "nothing here"),
    Bad(EXPERIMENT, "{policy: none}", "{policy: none, overlays: [nowhere]}", "variants.none.overlays", "the name of a policy", "nowhere"),
    Bad(EXPERIMENT, "years: 10", "set: {evidence.transfer_dp: 0}\nyears: 10", "set.evidence.transfer_dp", "the path of a setting", "evidence.transfer_dp", "did you mean evidence.transfer_dip?"),
    Bad(EXPERIMENT, "years: 10", "set: {rotation.max_ag: 40}\nyears: 10", "set.rotation.max_ag", "the path of a setting", "rotation.max_ag", "did you mean rotation.max_age?"),
    Bad(EXPERIMENT, "years: 10", "set: {county.births_index: fla}\nyears: 10", "set.county.births_index", "national or flat", "fla", "did you mean flat?"),
    Bad(EXPERIMENT, "title: {en: Rotation at 5 % instead of 15 %, ", "title: {", "title.en", "text", "no value", at="title:"),
    # Stages and births
    Bad(STAGES, "staff_share: 0.36", "staff_share: 0.63", "primary.subjects", "staff shares that add up to 1", "1.27", at="subjects:\n    chinese"),
    Bad(STAGES, "english: {periods: {3: 3", "english: {periods: {7: 3", "primary.subjects.english.periods.7", "a grade from 1 to 6", "7"),
    Bad(STAGES, "    maths: {periods: {1", "    math: {periods: {1", "primary.subjects.math", "a known key", "math", "did you mean maths?"),
    Bad(BIRTHS, "2020: 1202", "2020: -1202", "by_year.2020", "a number above 0", "-1202"),
    Bad(BIRTHS, "2020: 1202", "'2020': 1202", "by_year.2020", "a whole number", "2020"),
    # YAML itself
    Bad(POLICY, "  fused:\n", "\tfused:\n", "", "well-formed YAML", "a tab", "indent with spaces"),
    Bad(POLICY, "core: 泰安六中", "core: 泰安: 六中", "", "well-formed YAML", "mapping values", "in quotes"),
    Bad(POLICY, "fused: [旧镇小学, 西关小学]", "fused: [旧镇小学, 西关小学", "", "well-formed YAML", "", "close the bracket", at="funding:\n  special"),
    Bad(POLICY, "core: 泰安六中", "core: !secret 泰安六中", "groups.no6.core", "a plain value", "the tag !secret", "leave the tag out"),
    Bad(POLICY, "core: 泰安六中", "core: *nowhere", "", "well-formed YAML", "alias", "name an anchor"),
    Bad(POLICY, "core: 泰安六中", "core: \x07", "", "plain text", "control character"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory: what is not written there is found in the repository."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(file: str, text: str | bytes) -> Path:
    path = Path(file)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{Path(case.file).stem}-{case.new.strip()[:40]}")
def test_one_mistake_gives_one_problem(case: Bad) -> None:
    problems = check(write(case.file, case.text()))
    assert len(problems) == 1, "\n".join(map(str, problems))
    problem = problems[0]
    assert problem.file == case.file
    assert problem.line == case.line()
    assert problem.path == case.path
    assert case.expected in problem.expected
    assert case.found in problem.found
    assert case.hint in problem.hint
    assert str(problem).startswith(f"{case.file}:{case.line()}: {case.path}")
    assert "Input should" not in str(problem)
    assert "pydantic" not in str(problem)


@pytest.mark.parametrize("file", [POLICY, NONE, COUNTY, TEACHERS, SWITCHES, STAGES, BIRTHS, EXPERIMENT])
def test_the_committed_files_are_right(file: str) -> None:
    assert check(REPOSITORY / file) == []


@pytest.mark.parametrize(
    ("text", "line", "expected", "found"),
    [
        (b"", 1, "settings", "the file is empty"),
        (b"# only a remark\n", 1, "settings", "the file is empty"),
        (b"- a\n- b\n", 1, "named settings", "[a, b]"),
        (b"just words\n", 1, "named settings", 'the text "just words"'),
        ("extends: none\ntitle: 教育".encode("gb18030"), 2, "text in UTF-8", "another encoding"),
        (b"extends: none\n---\nextends: none\n", 2, "well-formed YAML", "document"),
        (b"extends: none\nlinks: &a {fused: *a}\n", 2, "a value", "an anchor inside itself"),
        (b"extends: none\n? [a, b]\n: 1\n", 2, "a plain key", "a list or mapping as key"),
        (b"extends: [none]\n", 1, "the name of one other file", "[none]"),
        (b"extends: none\n1: 2\n", 2, "a known key", "the unknown key 1"),
    ],
)
def test_files_that_are_no_configuration(text: bytes, line: int, expected: str, found: str) -> None:
    problems = [p for p in check(write(POLICY, text)) if p.path != "title"]
    assert problems, "nothing was told"
    assert (problems[0].file, problems[0].line) == (POLICY, line)
    assert expected in problems[0].expected
    assert found in problems[0].found


def test_paths_that_are_no_file(workplace: Path) -> None:
    assert "an existing file" in str(check("configs/policies/nowhere.yaml")[0])
    assert "no such file" in str(check("nowhere.yaml")[0])
    assert "a folder with YAML files" in str(check(workplace)[0])
    Path(POLICY).mkdir(parents=True)
    assert "found" in str(check(POLICY)[0])
    assert "none of their keys" in str(check(write("odd.yaml", "colour: blue\n"))[0])


@pytest.mark.parametrize("file", [POLICY, COUNTY, EXPERIMENT, STAGES, BIRTHS])
def test_a_file_is_recognised_by_its_content(file: str) -> None:
    text = (REPOSITORY / file).read_text(encoding="utf-8")
    assert check(write("elsewhere/mine.yaml", text)) == []


def test_all_mistakes_are_told_at_once() -> None:
    text = (REPOSITORY / POLICY).read_text(encoding="utf-8")
    for old, new in (
        ("2: 0.05}", "2: 5}"),
        ("value: head_principal", "value: headprincipal"),
        ("max_age: {value", "max_agee: {value"),
        (YEARS, ""),
        ("      credit: {", "      honour: city\n      credit: {"),
        ("curriculum_yuan: {value: 50000", "curriculum_yuan: {value: '50000'"),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    problems = check(write(POLICY, text))
    assert {problem.path.rsplit(".", 1)[-1] for problem in problems} == {
        "2", "leadership", "max_agee", "years", "honour", "curriculum_yuan",
    }  # fmt: skip
    assert len(problems) == 6
    assert len({problem.line for problem in problems}) == 6


def test_a_missing_coefficient_is_named() -> None:
    text = (REPOSITORY / TEACHERS).read_text(encoding="utf-8")
    start = text.index("novice_years:")
    write(TEACHERS, text[:start] + text[text.index("experience_years:") :])
    assert [(p.file, p.path, p.found) for p in check(TEACHERS)] == [("configs/evidence", "novice_years", "no value")]


def test_overlays_that_contradict_each_other() -> None:
    write("configs/policies/first.yaml", "links:\n  fused:\n    brand_share: 0.1\n")
    write("configs/policies/second.yaml", "links:\n  fused:\n    brand_share: 0.2\nstart_year: 2023\n")
    assert load_policy("taishan", overlays=["first"]).value.links["fused"].brand_share == 0.1
    with pytest.raises(ConfigError) as caught:
        load_policy("taishan", overlays=["first", "second"])
    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == ("configs/policies/second.yaml", 3)
    assert "configs/policies/first.yaml:3 sets 0.1" in problem.expected
    assert problem.path == "links.fused.brand_share"


def test_overlays_extend_nothing() -> None:
    write("configs/policies/first.yaml", "extends: none\nstart_year: 2023\n")
    with pytest.raises(ConfigError, match=r"first\.yaml:1: extends: expected an overlay that extends nothing"):
        load_policy("taishan", overlays=["first"])


SETTINGS = [
    ("rotation.rate", "path=value"),
    ("rotation.rate=", "path=value"),
    ("=0.05", "a dotted path"),
    ("rotation..rate=1", "a dotted path"),
    ("rotation.rate=[1", "well-formed YAML"),
    ("rotation.rat=0.05", "did you mean rotation.rate?"),
    ("rotation.rate=15", "expected a share from 0 to 1, found 15; did you mean 0.15?"),
    ("rotation.rate={by_group_year: {1: 0.1, 2: 3}}", "found 3; did you mean 0.03?"),
    ("mentoring.pairing_coverage=30", "found 30; did you mean 0.3?"),
    ("links.fusd.brand_share=0.1", "did you mean links.fused.brand_share, links.joint.brand_share?"),
    ("max_age=50", "did you mean rotation.max_age?"),
    ("evidence.transfer_dp=0", "found evidence.transfer_dp; did you mean evidence.transfer_dip?"),
    ("evidence.switches.dip=no", "did you mean false?"),
    ("evidence.match_sd=0.2", "at most teacher_effect_sd, 0.15"),
    ("county.births_idx=flat", "did you mean county.births_index?"),
    ("county.births_index=level", "expected national or flat"),
    ("rotation.years=[5, 2]", "the shortest stay first"),
    ("groups.no6.core=新学校", "a school named in the county taishan"),
    ("funding.grades=null", "grades A, B, C and D"),
    ("funding.grades={A: 0, B: 0, C: 0, D: 0}", "at least one grade above 0"),
    ("links.fused.curriculum.shared_classes=0.1", "a price of shared classes"),
    ("assessment.size_bands=[4000, 2000]", "rising limits, each once"),
    ("links.fused.mentoring.effectiveness=2", "1.5"),
    ("links.fused.mentoring.studios=[music]", "chinese"),
    ("links.fused.curriculum.shared_classes=10", "a share from 0 to 1"),
    ("admissions.boarding={泰安十四中: 90}", "a school named in the county taishan"),
    ("admissions.migrants.min_residence_years=2", "0 unless the rule asks for papers"),
    ("admissions.privilege=5", "found 5; did you mean 0.05?"),
    ("evidence.migration_rate=0.2", "0.1"),
]


@pytest.mark.parametrize(("setting", "words"), SETTINGS, ids=[setting for setting, _ in SETTINGS])
def test_a_wrong_setting_is_one_problem(setting: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        resolve("taishan", settings=[setting])
    (problem,) = caught.value.problems
    assert words in str(problem)
    assert problem.file == f"setting {setting}"


def test_wrong_settings_are_told_together() -> None:
    with pytest.raises(ConfigError) as caught:
        resolve("taishan", settings=["rotation.rate=15", "evidence.exit_rate=2", "county.year0=soon"])
    assert len(caught.value.problems) == 3


def test_wrong_names_are_told_together() -> None:
    with pytest.raises(ConfigError) as caught:
        resolve("taisan", "nonee")
    assert [problem.hint for problem in caught.value.problems] == [
        "did you mean taishan?",
        "did you mean none?",
    ]


def test_a_rate_has_no_place_without_links() -> None:
    with pytest.raises(ConfigError, match="nothing here has this setting"):
        resolve("taishan", "none", ["rotation.rate=0.05"])


def test_a_problem_reads_as_a_sentence() -> None:
    problem = Problem("a.yaml", 12, "rotation.max_age", "a number", "old", "write 45")
    assert str(problem) == "a.yaml:12: rotation.max_age: expected a number, found old; write 45"
    assert str(ConfigError([problem, problem])) == str(problem)


def test_local_evidence_changes_the_installed() -> None:
    write("configs/evidence/mine.yaml", "transfer_dip: -0.06\n")
    assert folders()[0] == Path("configs")
    assert load_evidence().value.transfer_dip == -0.06
    assert check("configs/evidence/mine.yaml") == []
