"""Outcomes in sentences and tables: what each is called in English and Chinese, and its unit.

Pictures and the report have their own phrases (`sim.analysis.phrases`); scale and unit come from there, so
that a share is a percentage everywhere.
"""

from typing import NamedTuple

from sim.analysis.compare import STAGE_SUFFIXES
from sim.analysis.words import Words


class Unit(NamedTuple):
    """How a stored value is written: what it is multiplied with, the units of levels and of changes."""

    scale: float
    level: str
    change: str


CHINESE_UNITS = {
    "persons": "人",
    "persons a year": "人/年",
    "yuan a pupil a year": "元/生·年",
    "ratio": "",
    "pp": "个百分点",
}

SENTENCES: dict[str, tuple[str, str]] = {
    "gap_teacher_quality": (
        "the gap in teacher quality between cores and members",
        "核心校与成员校的教师质量差距",
    ),
    "score_mean": ("the mean score of all pupils", "全体学生的平均成绩"),
    "score_core": ("the mean score in the cores", "核心校的平均成绩"),
    "score_member": ("the mean score in the members", "成员校的平均成绩"),
    "score_partner": ("the mean score in the partners", "协作校的平均成绩"),
    "score_none": ("the mean score outside the groups", "集团外学校的平均成绩"),
    "score_gap_core_member": ("the score gap between cores and members", "核心校与成员校的成绩差距"),
    "score_gap_urban_rural": ("the score gap between town and country", "城乡成绩差距"),
    "cv_backbone_effective": (
        "the difference coefficient of backbone teachers by where they teach",
        "骨干教师的校际差异系数（按实际任教学校）",
    ),
    "cv_backbone_statistical": (
        "the difference coefficient of backbone teachers by their files",
        "骨干教师的校际差异系数（按人事关系所在学校）",
    ),
    "rotation_new_movers": (
        "the number of core teachers newly posted in the year",
        "核心校当年新派出的轮岗教师人数",
    ),
    "rotation_away": ("the share of core teachers who teach elsewhere", "核心校教师在外任教的比例"),
    "rotation_shortfall": ("the shortfall of decreed postings", "轮岗应派而未派的比例"),
    "exits": ("the number of teachers who leave the service in the year", "当年离职教师人数"),
    "cost_yuan_per_pupil": ("the spending on group purposes", "用于集团办学的生均支出"),
    "gap_teacher_quality_thirds": (
        "the gap in teacher quality between the strongest and the weakest third of schools",
        "学校吸引力前三分之一与后三分之一之间的教师质量差距",
    ),
    "gap_novice_share_thirds": (
        "the gap in the share of novices between the weakest and the strongest third of schools",
        "学校吸引力后三分之一与前三分之一之间的新教师比例差距",
    ),
    "teacher_quality_sd": (
        "the spread of teacher quality over schools",
        "校际教师质量差异",
    ),
    "between_school_share": (
        "the share of the variance of scores that lies between schools",
        "成绩方差中校际所占比例",
    ),
    "teacher_quality_mean": (
        "the mean quality of teachers",
        "教师平均质量",
    ),
    "exit_share_core": ("the share of core teachers who leave the service in the year", "核心校当年离职教师比例"),
    "exit_share_member": ("the share of member teachers who leave the service in the year", "成员校当年离职教师比例"),
    "drift_in": (
        "the number of teachers who change schools of their own will in the year",
        "当年自愿调动教师人数",
    ),
    "title_intermediate_share": (
        "the share of teachers with an intermediate title",
        "中级职称教师比例",
    ),
    "title_senior_share": (
        "the share of teachers with a senior title",
        "高级职称教师比例",
    ),
}
"""As each outcome stands in a running sentence."""

SHORT: dict[str, tuple[str, str]] = {
    "gap_teacher_quality": ("quality gap, core − member", "教师质量差距"),
    "score_mean": ("score, all pupils", "平均成绩"),
    "score_core": ("score, cores", "核心校成绩"),
    "score_member": ("score, members", "成员校成绩"),
    "score_partner": ("score, partners", "协作校成绩"),
    "score_none": ("score, ungrouped", "集团外成绩"),
    "score_gap_core_member": ("score gap, core − member", "核心—成员成绩差"),
    "score_gap_urban_rural": ("score gap, urban − rural", "城乡成绩差"),
    "cv_backbone_effective": ("backbone CV, effective", "骨干差异系数（任教）"),
    "cv_backbone_statistical": ("backbone CV, statistical", "骨干差异系数（编制）"),
    "rotation_new_movers": ("new movers, persons", "新轮岗教师（人）"),
    "rotation_away": ("core teachers away, %", "核心校在外教师（%）"),
    "rotation_shortfall": ("rotation shortfall, %", "轮岗缺额（%）"),
    "exits": ("exits, persons", "离职教师（人）"),
    "cost_yuan_per_pupil": ("cost, yuan a pupil", "生均支出（元）"),
    "gap_teacher_quality_thirds": ("quality gap, thirds", "强弱三分之一教师质量差"),
    "gap_novice_share_thirds": ("novice gap, thirds, %", "强弱三分之一新教师比例差（%）"),
    "teacher_quality_sd": ("quality spread", "校际教师质量差异"),
    "between_school_share": ("between-school share", "校际方差占比"),
    "teacher_quality_mean": ("teacher quality", "教师质量"),
    "exit_share_core": ("exits of cores, %", "核心校离职率（%）"),
    "exit_share_member": ("exits of members, %", "成员校离职率（%）"),
    "drift_in": ("voluntary moves, persons", "自愿调动（人）"),
    "title_intermediate_share": ("intermediate titles, %", "中级职称（%）"),
    "title_senior_share": ("senior titles, %", "高级职称（%）"),
}
"""As each outcome stands in a narrow table."""

YEARS_MEAN = ("    mean of all years", "    历年平均")
STAGES = {"primary": ("primary", "小学"), "junior": ("junior", "初中")}

CAUSES: dict[str, tuple[str, str]] = {
    "stay": ("being posted already or just back", "已在外交流或刚返回"),
    "age": ("the age limit", "超过年龄上限"),
    "honour": ("the honour required", "无区级以上荣誉"),
    "refusal": ("refusals", "本人不愿"),
    "load": ("too few teachers left at home", "留校教师课时过重"),
    "partner": ("no partner for the exchange", "无同学科教师可互派"),
    "money": ("lack of money", "经费不足"),
}
"""Why decreed postings were missing; keys are those of `rotation_short_<cause>`."""


def place(lang: str) -> int:
    """Which of a pair of words: 0 English, 1 Chinese."""
    return 1 if lang == "zh" else 0


def split(outcome: str) -> tuple[str, str, bool]:
    """(measure, stage or "", mean over the years) of an outcome whose measure is in `SENTENCES`."""
    mean = outcome not in SENTENCES and outcome.endswith("_mean")
    name = outcome.removesuffix("_mean") if mean else outcome
    for suffix, stage in STAGE_SUFFIXES.items():
        if name not in SENTENCES and name.endswith(suffix):
            return name.removesuffix(suffix), stage, mean
    return name, "", mean


def in_sentence(outcome: str, lang: str = "en") -> str:
    """What an outcome is called in a running sentence; one without words is called by its name."""
    measure, stage, mean = split(outcome)
    words = SENTENCES.get(measure, (measure, measure))[place(lang)]
    if lang == "zh":
        return ("历年平均的" if mean else "") + (STAGES[stage][1] if stage else "") + words
    return words + (f" ({STAGES[stage][0]})" if stage else "") + (", mean of all years" if mean else "")


def in_table(outcome: str, lang: str = "en") -> str:
    """What an outcome is called in a table, where the mean over years follows the last year's value."""
    measure, stage, mean = split(outcome)
    if mean:
        return YEARS_MEAN[place(lang)]
    words = SHORT.get(measure, (measure, measure))[place(lang)]
    if lang == "zh":
        return (STAGES[stage][1] if stage else "") + words
    return words + (f", {STAGES[stage][0]}" if stage else "")


def unit(outcome: str, lang: str = "en") -> Unit:
    """Scale and units of an outcome."""
    meaning = Words("en").meaning(split(outcome)[0])
    level, change = meaning.unit, meaning.change_unit
    if lang == "zh":
        level, change = CHINESE_UNITS.get(level, level), CHINESE_UNITS.get(change, change)
    elif change == "pp":
        change = "percentage points"
    return Unit(meaning.scale, "" if level == "ratio" else level, "" if change == "ratio" else change)


def is_score(outcome: str) -> bool:
    """Whether an outcome is a score in σ, for which the smallest effect that matters is defined."""
    return split(outcome)[0].startswith("score_")
