"""Teachers of the first county: posts, subjects, ages, talent, titles, backbone status, honours."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from sim.draws import Draws
from sim.evidence import Evidence
from sim.founding.fitting import orthogonal, stretched
from sim.founding.places import Units
from sim.founding.setting import Setting
from sim.grouped import counts, rank_within, whole_shares
from sim.population import APPLICANT_SPREAD, APPLICANT_YOUNGEST
from sim.state import (
    ARTS,
    CORE,
    JUNIOR,
    MAIN_SUBJECTS,
    MEMBER,
    PE,
    PRIMARY,
    STAGES,
    SUBJECTS,
    ZONES,
    Teachers,
    urban,
)  # fmt: skip

Floats = NDArray[np.float64]
YOUNGEST = 22.0
AGE_ROUNDS = 6
"""Corrections of the mean age before the burn-in."""
LONGEST_DELAY = 3.0
"""Years between the youngest age and the first post, at most."""
MOST_BACKBONE = 0.6
"""Largest share of a school's teachers with backbone status."""
MOST_PE_ARTS = 0.4
"""Largest share of a school's teachers in PE and arts."""


def talent_sd(evidence: Evidence) -> float:
    """SD of talent: the SD of true value added contains match, which is drawn apart."""
    return float(np.sqrt(max(evidence.teacher_effect_sd**2 - evidence.match_sd**2, 0.0)))


def attractiveness(evidence: Evidence, found: Units, draw: Draws) -> Floats:
    """Rank of schools among applicants, SD 1 in each stage; cores stand higher, zones differ little. (schools,)"""
    value = np.zeros(len(found.names))
    noise = draw.normal("attractiveness", np.arange(value.size))
    for stage in (PRIMARY, JUNIOR):
        here = found.stage == stage
        if not here.any():
            continue
        town = urban(found.zone)[here].astype(float)
        core = (found.roster == CORE)[here]
        weights = found.pupils[here].astype(float)
        between = orthogonal(town, weights, []) if town.std() else np.zeros(town.size)
        member = (found.roster == MEMBER)[here]
        free = orthogonal(noise[here], weights, [town, core, member])
        share = evidence.between_zone_share
        mixed = np.sqrt(share) * between + np.sqrt(1 - share) * free + evidence.core_talent_shift * core
        value[here] = orthogonal(mixed, weights, []) if mixed.std() else mixed
    return value


def posts(setting: Setting, found: Units, draw: Draws) -> NDArray[np.int64]:
    """Teachers of each school at year 0; each zone has its teachers exactly. (schools,)"""
    result = np.zeros(len(found.names), np.int64)
    noise = draw.normal("posts", np.arange(result.size))
    for stage_number, stage in enumerate(STAGES):
        if stage not in setting.facts.stages:
            continue
        facts = setting.facts.stages[stage]
        spread = np.sqrt(np.log1p(facts.targets.teachers_within_cv**2))
        for zone_number, zone in enumerate(ZONES):
            here = np.flatnonzero((found.stage == stage_number) & (found.zone == zone_number))
            if here.size:
                weights = found.pupils[here] * np.exp(spread * noise[here])
                spare = facts.zones[zone].teachers - MAIN_SUBJECTS * here.size
                least = MAIN_SUBJECTS if spare >= 0 else 0
                result[here] = least + whole_shares(facts.zones[zone].teachers - least * here.size, weights)
    return result


def subjects(setting: Setting, found: Units, staff: NDArray, draw: Draws) -> NDArray[np.int64]:
    """Teachers of each subject in each school. (schools, subjects)

    PE and arts meet their official difference; the other subjects share the rest by the usual staff shares.
    """
    result = np.zeros((len(found.names), len(SUBJECTS)), np.int64)
    noise = draw.normal("pe and arts", np.arange(len(found.names)))
    for stage_number, stage in enumerate(STAGES):
        here = np.flatnonzero(found.stage == stage_number)
        if not here.size:
            continue
        usual = getattr(setting.stages, stage).subjects
        share = np.array([usual[name].staff_share if name in usual else 0.0 for name in SUBJECTS])
        goal = setting.facts.stages[stage].targets.pe_arts
        pupils, present = found.pupils[here].astype(float), staff[here].astype(float)

        def finish(values: Floats, pupils: Floats = pupils, present: Floats = present) -> Floats:
            few = np.minimum(np.rint(values * pupils / 100), np.floor(MOST_PE_ARTS * present))
            return np.maximum(few, 0) * 100 / pupils

        skew = np.expm1(goal.cv * noise[here])
        fitted = stretched(np.full(here.size, goal.mean), skew, pupils, goal.cv, finish)
        group = np.rint(fitted * pupils / 100).astype(np.int64)
        pe = np.rint(group * share[PE] / (share[PE] + share[ARTS])).astype(np.int64)
        result[here, PE], result[here, ARTS] = pe, group - pe
        rest = share.copy()
        rest[[PE, ARTS]] = 0
        for row, total in zip(here, staff[here] - group, strict=True):
            result[row] += whole_shares(int(total), rest)
    return result


def teachers(setting: Setting, found: Units, pull: Floats, place: Draws, draw: Draws) -> Teachers:
    """All teachers at founding, ordered by school and subject.

    `pull`: attractiveness of schools; `place` draws what is the same in every seed (posts, subjects).
    """
    facts, evidence = setting.facts, setting.evidence
    staff = posts(setting, found, place)
    by_subject = subjects(setting, found, staff, place)
    cells = by_subject.ravel()
    size = int(cells.sum())
    cell = np.repeat(np.arange(cells.size), cells)
    school, subject = cell // len(SUBJECTS), cell % len(SUBJECTS)
    post = np.arange(size) - np.r_[0, np.cumsum(cells)][cell]
    stage = found.stage[school]
    ids = np.arange(size, dtype=np.int32)

    targets = [facts.stages[name].targets if name in facts.stages else None for name in STAGES]
    female_share = np.array([item.female_share if item else 0.0 for item in targets])[stage]
    female = draw.uniform("female", ids) < female_share
    retirement = setting.base.staffing.retirement
    first_year = facts.year0 - facts.burn_in_years
    ages = np.array([retirement.men.at(first_year), retirement.women.at(first_year)], float)
    latest = ages[female.astype(int)]
    mean = np.array([item.age_mean if item else 0.0 for item in targets])[stage]
    sd = np.array([item.age_sd if item else 1.0 for item in targets])[stage]
    age = _ages(setting, stage, mean, sd, latest, draw.uniform("age", ids))
    delay = LONGEST_DELAY * draw.uniform("delay", ids)
    years = np.maximum(np.floor(age - YOUNGEST - delay), 0).astype(np.int16)

    spread = talent_sd(evidence)
    between = spread * np.sqrt(evidence.teacher_between_school_share) * pull
    gap = evidence.backbone_talent * evidence.teacher_effect_sd
    z = draw.normal("talent", ids)
    nobody, unknown = np.zeros(size, bool), np.zeros(size)
    backbone = backbone_teachers(setting, found, school, years, nobody, unknown, draw)
    share = backbone.mean()
    within = spread * np.sqrt(1 - evidence.teacher_between_school_share)
    rest = np.sqrt(max(within**2 - gap**2 * share * (1 - share), 0.0))
    talent = between[school] + gap * (backbone - share) + rest * z
    match = evidence.match_sd * draw.normal("match", ids)
    title = _titles(setting, found, school, years, talent, draw, ids)
    made = Teachers(
        size, id=ids, home=school, school=school, home_post=post, post=post, stage=stage, subject=subject,
        age=age, female=female, years_teaching=years,
        years_here=np.floor(draw.uniform("years here", ids) * (years + 1)),
        title=title, backbone=backbone, talent=talent, match=match, home_match=match,
    )  # fmt: skip
    lucky = draw.uniform("honour", ids) < honour_chance(setting, made)[stage]
    made.write(Teachers.honour, backbone | (lucky & (years >= facts.honour_min_years)))
    served = draw.uniform("rural service", ids) < facts.rural_service_share
    rural = ~urban(found.zone[made.home])
    made.write(Teachers.rural_years, np.where(rural, np.maximum(made.years_here, 1), served))
    return made


def _ages(setting: Setting, stage: NDArray, mean: Floats, sd: Floats, latest: Floats, luck: Floats) -> Floats:
    """Ages at the start of the burn-in, such that the mean of year 0 is the stage's. (teachers,)

    `mean`, `sd`: of the stage; `latest`: retirement age; `luck`: uniform. The burn-in is foreseen in expectation:
    everybody ages, who reaches retirement or leaves is followed by an applicant.
    """
    first = APPLICANT_YOUNGEST + APPLICANT_SPREAD / 2

    def drawn(centre: Floats) -> Floats:
        low, high = ndtr((YOUNGEST - centre) / sd), ndtr((latest - centre) / sd)
        return centre + sd * ndtri(low + (high - low) * luck)

    def foreseen(age: Floats) -> Floats:
        stays, newcomers = np.ones(age.size), np.zeros(age.size)
        for _ in range(setting.facts.burn_in_years):
            age, newcomers = age + 1, newcomers + 1 - stays
            lost = stays * np.where(age >= latest, 1.0, setting.evidence.exit_rate)
            stays, newcomers = stays - lost, newcomers + lost * first
        return stays * age + newcomers

    centre = mean.copy()
    for _ in range(AGE_ROUNDS):
        later = foreseen(drawn(centre))
        for row in (PRIMARY, JUNIOR):
            here = stage == row
            if here.any():
                centre[here] += mean[here] - later[here].mean()
    return drawn(centre)


def backbone_teachers(
    setting: Setting,
    found: Units,
    school: NDArray,
    years: NDArray,
    already: NDArray[np.bool_],
    talent: Floats,
    draw: Draws,
) -> NDArray[np.bool_]:
    """Backbone status that meets the zones' densities and the official difference. (teachers,)

    Schools get their number; within a school those who have the status keep it first, then the more
    talented with the correlation known of titles. `talent` is standardised.
    """
    rows = np.arange(len(found.names))
    staff = counts(school, rows.size)
    noise = draw.normal("backbone", rows) + setting.evidence.core_talent_shift * (found.roster == CORE)
    wanted = np.zeros(rows.size, np.int64)
    for stage_number, stage in enumerate(STAGES):
        here = np.flatnonzero((found.stage == stage_number) & (found.pupils > 0))
        if not here.size:
            continue
        facts = setting.facts.stages[stage]
        usual = np.array([facts.zones[ZONES[zone]].backbone_per_100 for zone in found.zone[here]])
        pupils, most = found.pupils[here].astype(float), np.floor(MOST_BACKBONE * staff[here])

        def finish(values: Floats, pupils: Floats = pupils, most: Floats = most) -> Floats:
            return np.clip(np.rint(values * pupils / 100), 0, most) * 100 / pupils

        skew = np.expm1(facts.targets.backbone_cv * noise[here])
        fitted = stretched(usual, skew, pupils, facts.targets.backbone_cv, finish)
        wanted[here] = np.rint(fitted * pupils / 100)
    tie = setting.evidence.title_correlation
    key = tie * talent + np.sqrt(1 - tie * tie) * draw.normal("recognition", np.arange(school.size))
    ready = years >= setting.facts.honour_min_years
    key = np.where(already, 100.0, key) + np.where(ready, 10.0, 0.0)
    return rank_within(school, key) < wanted[school]


def degrees(setting: Setting, found: Units, school: NDArray, draw: Draws, ids: NDArray) -> NDArray[np.bool_]:
    """Teachers above the required degree, meeting the official mean and difference. (teachers,)"""
    rows = np.arange(len(found.names))
    staff = counts(school, rows.size).astype(float)
    noise = draw.normal("degree", rows)
    wanted = np.zeros(rows.size)
    for stage_number, stage in enumerate(STAGES):
        here = np.flatnonzero((found.stage == stage_number) & (found.pupils > 0))
        if not here.size:
            continue
        goal = setting.facts.stages[stage].targets.degree
        pupils, most = found.pupils[here].astype(float), staff[here]

        def finish(values: Floats, pupils: Floats = pupils, most: Floats = most) -> Floats:
            return np.clip(np.rint(values * pupils / 100), 0, most) * 100 / pupils

        density = most / pupils
        usual = goal.mean * density / np.average(density, weights=pupils)
        centre = np.full(here.size, goal.mean)
        skew = (usual / centre - 1) + goal.cv * noise[here] / 2
        wanted[here] = np.rint(stretched(centre, skew, pupils, goal.cv, finish) * pupils / 100)
    return rank_within(school, draw.uniform("degree holder", ids)) < wanted[school]


def honour_chance(setting: Setting, teachers: Teachers) -> NDArray[np.float64]:
    """Chance of a district honour on reaching the years it asks for, by stage. (2,)

    So that the decreed share of those without backbone status holds one at founding.
    """
    others = ~teachers.backbone
    ready = others & (teachers.years_teaching >= setting.facts.honour_min_years)
    number = setting.facts.honour_other_share * counts(teachers.stage[others], 2)
    return np.minimum(number / np.maximum(counts(teachers.stage[ready], 2), 1), 1.0)


def title_posts(setting: Setting, stage: NDArray, staff: NDArray) -> tuple[NDArray, NDArray]:
    """Posts with a senior and with an intermediate title in each school. Each (schools,)."""
    staffing = setting.base.staffing
    senior = np.array([staffing.senior_share.primary, staffing.senior_share.junior])[stage]
    middle = np.array([staffing.intermediate_share.primary, staffing.intermediate_share.junior])[stage]
    return np.rint(senior * staff).astype(int), np.rint(middle * staff).astype(int)


def _titles(
    setting: Setting,
    found: Units,
    school: NDArray,
    years: NDArray,
    talent: Floats,
    draw: Draws,
    ids: NDArray,
) -> NDArray[np.int8]:
    """Titles within the schools' quotas, by years of service and, weakly, by talent."""
    staffing, tie = setting.base.staffing, setting.evidence.title_correlation
    senior, middle = title_posts(setting, found.stage, counts(school, len(found.names)))
    spread = max(float(talent.std()), 1e-9)
    tenure = (years - years.mean()) / max(float(years.std()), 1e-9)
    key = tie * (talent - talent.mean()) / spread + np.sqrt(1 - tie * tie) * tenure
    key += draw.uniform("title", ids) / 100
    title = np.zeros(ids.size, np.int8)
    can = years >= staffing.senior_years
    rank = rank_within(np.where(can, school, -1), key)
    title[can & (rank < senior[school])] = 2
    can = (years >= staffing.intermediate_years) & (title == 0)
    rank = rank_within(np.where(can, school, -1), key)
    title[can & (rank < middle[school])] = 1
    return title


def stage_totals(setting: Setting, staff: Teachers, found: Units) -> dict[str, NDArray]:
    """Columns of the stage table that founding knows before any year is taught."""
    shares = np.zeros((2, len(SUBJECTS)))
    periods = np.zeros((2, 9 * len(SUBJECTS)))
    weight, start = np.zeros((2, MAIN_SUBJECTS)), np.full((2, MAIN_SUBJECTS), 99)
    for row, stage in enumerate(STAGES):
        for name, subject in getattr(setting.stages, stage).subjects.items():
            number = SUBJECTS.index(name)
            shares[row, number] = subject.staff_share
            for grade, hours in subject.periods.items():
                periods[row, (grade - 1) * len(SUBJECTS) + number] = hours
            if number < MAIN_SUBJECTS and subject.score_weight > 0:
                weight[row, number] = subject.score_weight
                start[row, number] = min(grade for grade, hours in subject.periods.items() if hours > 0)
    evidence = setting.evidence
    by_stage = counts(staff.stage, 2)
    years = np.array([6, 3])
    return {
        "first_grade": np.array([setting.stages.primary.first_grade, setting.stages.junior.first_grade]),
        "last_grade": np.array([setting.stages.primary.last_grade, setting.stages.junior.last_grade]),
        "score_weight": weight,
        "taught_from": start,
        "periods": periods,
        "periods_per_teacher": np.ones((2, len(SUBJECTS))),
        "staff_share": shares,
        "applicants": np.ceil(evidence.applicants_factor * evidence.vacancy_rate * by_stage),
        "talent_mean": np.array([staff.talent[staff.stage == row].mean() if by_stage[row] else 0.0 for row in (0, 1)]),
        "cohort_pupils": np.rint(
            np.array([found.pupils[found.stage == row].sum() / years[row] for row in (0, 1)])
        ),
        "spending_yuan": np.array([
            setting.facts.stages[name].spending_yuan if name in setting.facts.stages else 1.0 for name in STAGES
        ]),
        "applicant_shares": np.array([
            [setting.facts.stages[name].targets.female_share, 1.0] if name in setting.facts.stages else [0.5, 1.0]
            for name in STAGES
        ]),
        "usual_class_size": np.array([
            setting.facts.stages[name].targets.class_size if name in setting.facts.stages else 1.0
            for name in STAGES
        ]),
        "planned_class_size": np.array([
            setting.facts.stages[name].targets.class_size if name in setting.facts.stages else 1.0
            for name in STAGES
        ]),
    }  # fmt: skip
