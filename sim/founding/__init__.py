"""The first county: drawn so that it shows what is known of the county as results, then left to settle.

The place (names, sizes, posts, who feeds whom) is drawn once for a county and is the same in every seed;
teachers, catchments, management and pupils are drawn for each seed; twelve cohort years pass with the staff
frozen; a few years of the whole school year follow under the national rules alone; then official figures
that drifted are set right. What cannot be drawn directly (the spread between schools, the gaps between
zones and between cores and members) is solved for on fixed random numbers, once for a county and its
evidence.
"""

import numpy as np

from sim.draws import Draws
from sim.founding import places, pupils, staff
from sim.founding.record import recall
from sim.founding.setting import Calibration, Reached, Setting, setting_of
from sim.processes.learning import level_years
from sim.state import (
    JUNIOR,
    PRIMARY,
    SERVING,
    TITLES,
    ZONES,
    Counties,
    County,
    Groups,
    Schools,
    StageTotals,
    Students,
    Teachers,
    Towns,
)  # fmt: skip
from sim.year import advance

__all__ = ["Calibration", "Reached", "Setting", "calibrate", "found", "setting_of", "solve"]

CALIBRATION_SEEDS = tuple(range(0, -12, -1))
"""Seeds of the fixed random numbers on which targets are solved; studies use seeds from 1 on."""


def calibrate(setting: Setting) -> tuple[Calibration, Reached]:
    """Numbers that make the founding meet its targets, and what they reach: recorded, else solved (seconds)."""
    return recall(setting) or solve(setting)


def solve(
    setting: Setting,
    seeds: tuple[int, ...] = CALIBRATION_SEEDS,
    start: Calibration | None = None,
    close: float = pupils.CLOSE,
) -> tuple[Calibration, Reached]:
    """Solve the founding's targets on fixed random numbers; returns the numbers and what they reach.

    `seeds`: fewer are quicker and rougher; `start`: numbers of a like county; `close`: what counts as met.
    """
    bare = {seed: _draw(setting, seed) for seed in seeds}

    def show(solved: Calibration) -> Reached:
        results = []
        for seed, start in bare.items():
            county = start.copy()
            _give_catchments(setting, county, solved, seed)
            before = pupils.replay(county, setting.base, setting.evidence, seed)
            results.append(pupils.reached(county, before))
        return Reached(*np.mean(results, axis=0))

    return pupils.solve(setting, show, start, close)


def found(setting: Setting, solved: Calibration, seed: int) -> County:
    """The county in year 0 of `seed`, before any policy. The same for every variant of the seed."""
    county = _draw(setting, seed)
    _give_catchments(setting, county, solved, seed)
    pupils.replay(county, setting.base, setting.evidence, seed)
    for _ in range(setting.facts.burn_in_years):
        advance(county, setting.base, setting.evidence, seed)
    county.stages.write(StageTotals.usual_schooling, county.stages.schooling_mean)
    _set_right(setting, county, seed)
    return county


def _draw(setting: Setting, seed: int) -> County:
    """Schools and teachers, no pupils yet, in the year before the replay."""
    draw, place = Draws(seed, "founding", 0), Draws(places.PLACE_SEED, "place", 0)
    facts, evidence = setting.facts, setting.evidence
    units = places.units(setting)
    target = places.feeds(units)
    pull = staff.attractiveness(evidence, units, draw)
    teachers = staff.teachers(setting, units, pull, place, draw)
    count = len(units.names)
    present = np.bincount(teachers.home, minlength=count)
    senior, middle = staff.title_posts(setting, units.stage, present)
    primary = units.stage == PRIMARY
    years = np.where(primary, 6, 3)
    size = np.array(
        [facts.stages[name].targets.class_size if name in facts.stages else 1.0 for name in ("primary", "junior")]
    )
    caps = setting.base.admissions.class_size_cap
    rooms = np.maximum(np.ceil(units.pupils / years / size[units.stage]), 1)
    schools = Schools(
        count, stage=units.stage, zone=units.zone, owner=units.owner, status=units.status, roster=units.roster,
        drawn_pupils=units.pupils, feeds=target, town=places.town_of(facts, units),
        entry_ratio=places.entry_ratio(units, target),
        births_share=np.where(primary, units.pupils / max(units.pupils[primary].sum(), 1), 0.0),
        seats=rooms * np.array([caps.primary, caps.junior])[units.stage],
        pupils=units.pupils, usual_pupils=units.pupils, posts=present, usual_posts=present,
        senior_posts=senior, intermediate_posts=middle, attractiveness=pull,
        backbone_density=np.bincount(teachers.home, teachers.backbone, count) / np.maximum(present, 1),
    )  # fmt: skip
    total = staff.stage_totals(setting, teachers, units)
    stages = StageTotals(2, **total, level_years=_level_years(setting))
    counties = Counties(
        1,
        next_applicant=len(teachers),
        talent_sd=staff.talent_sd(evidence),
        honour_years=facts.honour_min_years,
        migrant_share=facts.migrant_share,
        migration_factor=facts.migration_factor,
        honour_chance=staff.honour_chance(setting, teachers)[None],
        equipment_life_years=facts.equipment_life_years,
        town_share=facts.town_share,
        town_capital_share=facts.town_capital_share,
        labour_yuan=[[getattr(facts.labour_yuan, title) for title in TITLES]],
    )
    return County(
        year=-facts.burn_in_years - pupils.REPLAY_YEARS,
        school_year0=facts.year0,
        names=units.names,
        names_en=units.names_en,
        cohort_index=setting.cohort_index(),
        schools=schools,
        groups=Groups(0),
        teachers=teachers,
        students=Students(0),
        stages=stages,
        county=counties,
        towns=Towns(len(facts.towns), zone=[ZONES.index(town.zone) for town in facts.towns.values()]),
        town_names=tuple(facts.towns),
    )


def _level_years(setting: Setting) -> np.ndarray:
    """M of each stage: what a constant yearly input adds up to, mean over the grades of the stage."""

    grades = [range(1, 7), range(1, 4)]
    return np.array([np.mean([level_years(setting.evidence, grade) for grade in part]) for part in grades])


def _units(county: County) -> places.Units:
    """The county's schools as the founding's draws need them."""
    schools = county.schools
    return places.Units(
        county.names,
        county.names_en,
        schools.stage,
        schools.zone,
        schools.owner,
        schools.status,
        schools.roster,
        schools.usual_pupils.astype(np.int64),
    )


def _give_catchments(setting: Setting, county: County, solved: Calibration, seed: int) -> None:
    """Write catchments, the spreads of entering children, and school qualities tied to catchments."""
    draw = Draws(seed, "founding", 0)
    evidence, schools, units = setting.evidence, county.schools, _units(county)
    value, free = places.catchments(units, schools.feeds, solved, draw)
    weights = np.where(units.stage == PRIMARY, units.pupils, 0).astype(float)
    entry = pupils.entry_columns(solved, weights, value, evidence)
    schools.write(Schools.catchment, value)
    schools.write(Schools.catchment_ses, entry.pop("catchment_ses"))
    for name, column in entry.items():
        county.county.write(getattr(Counties, name), column)
    tie = evidence.management_catchment_correlation
    for own, now, purpose in (
        (Schools.own_management, Schools.management, "management"),
        (Schools.own_curriculum, Schools.curriculum, "curriculum"),
    ):
        quality = places.practice(units, free, draw, purpose, evidence.core_management_shift, tie)
        schools.write(own, quality)
        schools.write(now, quality)


def _set_right(setting: Setting, county: County, seed: int) -> None:
    """Make the official figures of year 0 hold: scores of SD 1, degrees, backbone status, facilities."""
    draw = Draws(seed, "founding", 0)
    students, teachers, schools = county.students, county.teachers, county.schools
    factor = 1 / float(students.score.std(dtype=float))
    for column in (Students.ability, Students.lasting, Students.fading, Students.shock, Students.score):
        students.write(column, students.read(column) * np.float32(factor))
    schools.write(Schools.catchment, schools.catchment * factor)
    for column in (Counties.ses_slope, Counties.ability_sd, Counties.shock_sd):
        county.county.write(column, county.county.read(column) * factor)
    schools.write(Schools.usual_pupils, schools.pupils)
    units = _units(county)
    rows = np.flatnonzero(teachers.status == SERVING)
    home, talent = teachers.home[rows], teachers.talent[rows]
    z = (talent - talent.mean()) / max(float(talent.std()), 1e-9)
    backbone = teachers.backbone.copy()
    backbone[rows] = staff.backbone_teachers(
        setting, units, home, teachers.years_teaching[rows], backbone[rows], z, draw
    )
    teachers.write(Teachers.backbone, backbone)
    teachers.write(Teachers.honour, teachers.honour | backbone)
    degree = teachers.degree.copy()
    degree[rows] = staff.degrees(setting, units, home, draw, teachers.id[rows])
    teachers.write(Teachers.degree, degree)
    shares = county.stages.applicant_shares.copy()
    for stage in (PRIMARY, JUNIOR):
        here = teachers.stage[rows] == stage
        if here.any():
            shares[stage, 1] = degree[rows][here].mean()
    county.stages.write(StageTotals.applicant_shares, shares)
    present = np.bincount(home, minlength=len(schools))
    density = np.bincount(home, weights=backbone[rows], minlength=len(schools)) / np.maximum(present, 1)
    schools.write(Schools.backbone_density, density)
    schools.write(Schools.usual_posts, schools.posts)
    for name, made in places.facilities(setting, schools, draw).items():
        schools.write(getattr(Schools, name), made)
    schools.write(Schools.usual_equipment_yuan, schools.equipment_yuan)
    schools.write(Schools.usual_rooms, schools.multimedia_rooms)
