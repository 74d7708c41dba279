"""Founding: what the county file says of year 0 holds as a result, in every seed."""

import numpy as np
import pytest
from worlds import differences, evidence, facts, founded, policy, setting, solved, switched_off, taishan

from sim.founding import found
from sim.founding.pupils import first_guess
from sim.founding.record import recall
from sim.measures.official import coefficient_of_variation
from sim.state import (
    ARTS,
    CORE,
    MEMBER,
    PARTNER,
    PE,
    SERVING,
    STAGES,
    ZONES,
    Schools,
    urban,
)

SEEDS = (1, 2)
CLOSE = 0.02
"""How near an official difference must come to its target."""
both_seeds = pytest.mark.parametrize("seed", SEEDS)
both_stages = pytest.mark.parametrize("stage", [0, 1], ids=STAGES)


def test_the_numbers_of_taishan_are_solved_and_recorded():
    assert recall(taishan().setting) is not None


@both_seeds
def test_year_0_is_the_year_of_the_facts(seed):
    world = taishan(seed)
    assert (world.county.year, world.county.school_year) == (0, world.setting.facts.year0)
    assert len(world.county.groups) == 0
    assert (world.county.teachers.posting == 0).all()


@both_seeds
def test_scores_have_the_spread_they_are_measured_in(seed):
    students = taishan(seed).county.students
    assert students.score.std(dtype=float) == pytest.approx(1.0, abs=1e-5)
    parts = students.ability.astype(float) + students.lasting + students.fading + students.shock
    assert np.abs(parts - students.score).max() < 1e-5
    assert np.isfinite(students.exam).all()


@pytest.mark.statistical
@both_seeds
def test_gaps_and_shares_are_near_their_targets(seed):
    # Solved for the mean of many draws; a single county differs by the luck of its schools.
    world = taishan(seed)
    county, known = world.county, world.setting.facts
    schools, students = county.schools, county.students
    size = np.bincount(students.school, minlength=len(schools))
    mean = np.bincount(students.school, weights=students.score, minlength=len(schools)) / size

    def average(which):
        return np.average(mean[which], weights=size[which])

    town = urban(schools.zone)
    assert average(town) - average(~town) == pytest.approx(known.scores.urban_rural_gap, abs=0.12)
    gap = average(schools.roster == CORE) - average(schools.roster == MEMBER)
    assert gap == pytest.approx(known.scores.core_member_gap, abs=0.15)
    assert np.corrcoef(students.ses, students.score)[0, 1] == pytest.approx(evidence().ses_correlation, abs=0.03)
    for stage, name in enumerate(STAGES):
        here = schools.stage == stage
        pupils = students.score[here[students.school]]
        share = np.average((mean[here] - average(here)) ** 2, weights=size[here]) / pupils.var()
        assert share == pytest.approx(known.stages[name].targets.between_school_share, abs=0.05)


def resources(county):
    """The seven resources of every school for each pupil (or each hundred), by the name of the target."""
    teachers, schools = county.teachers, county.schools
    serving = teachers.status == SERVING

    def per_100(which):
        return 100 * np.bincount(teachers.home[serving & which], minlength=len(schools)) / schools.pupils

    return {
        "degree": per_100(teachers.degree),
        "backbone": per_100(teachers.backbone),
        "pe_arts": per_100((teachers.subject == PE) | (teachers.subject == ARTS)),
        "area_m2": schools.area_m2 / schools.pupils,
        "sports_m2": schools.sports_m2 / schools.pupils,
        "equipment_yuan": schools.equipment_yuan / schools.pupils,
        "multimedia": 100 * schools.multimedia_rooms / schools.pupils,
    }


@both_seeds
@both_stages
@pytest.mark.parametrize("name", ["degree", "backbone", "area_m2", "sports_m2", "equipment_yuan", "multimedia"])
def test_official_differences_are_met_after_rounding(seed, stage, name):
    county, targets = taishan(seed).county, taishan(seed).setting.facts.stages[STAGES[stage]].targets
    here = county.schools.stage == stage
    values, pupils = resources(county)[name][here], county.schools.pupils[here]
    goal = targets.backbone_cv if name == "backbone" else getattr(targets, name).cv
    assert coefficient_of_variation(values, pupils) == pytest.approx(goal, abs=CLOSE)
    if name != "backbone":
        assert np.average(values, weights=pupils) == pytest.approx(getattr(targets, name).mean, rel=0.03)


@both_seeds
@both_stages
def test_the_difference_in_pe_and_arts_survives_the_burn_in(seed, stage):
    # Subjects are not set right after the burn-in, so hiring moves them a little: by 0.01 a seed (SD over 20 seeds).
    county, targets = taishan(seed).county, taishan(seed).setting.facts.stages[STAGES[stage]].targets
    here = county.schools.stage == stage
    values, pupils = resources(county)["pe_arts"][here], county.schools.pupils[here]
    assert coefficient_of_variation(values, pupils) == pytest.approx(targets.pe_arts.cv, abs=2 * CLOSE)
    assert np.average(values, weights=pupils) == pytest.approx(targets.pe_arts.mean, rel=0.03)


@both_seeds
def test_every_zone_has_its_schools_pupils_teachers_and_backbone_density(seed):
    county, known = taishan(seed).county, taishan(seed).setting.facts
    schools, teachers = county.schools, county.teachers
    serving = teachers.status == SERVING
    for stage, described in known.stages.items():
        for zone, wanted in described.zones.items():
            here = (schools.stage == STAGES.index(stage)) & (schools.zone == ZONES.index(zone))
            assert here.sum() == wanted.schools
            # Families who choose move a few between zones.
            assert schools.pupils[here].sum() == pytest.approx(wanted.pupils, rel=0.05)
            # Some posts lapse in the burn-in where choice took pupils away; some are vacant for want of applicants.
            on_file = here[teachers.home] & serving
            assert 0.98 * wanted.teachers <= schools.posts[here].sum() <= wanted.teachers
            assert 0.97 * wanted.teachers <= on_file.sum() <= schools.posts[here].sum()
            # A zone of few schools has the luck of their draw; the stage as a whole has not (below).
            density = 100 * teachers.backbone[on_file].sum() / schools.pupils[here].sum()
            assert density == pytest.approx(wanted.backbone_per_100, rel=0.4)
    for stage, described in known.stages.items():
        here = schools.stage == STAGES.index(stage)
        wanted_number = sum(zone.backbone_per_100 * zone.pupils / 100 for zone in described.zones.values())
        assert teachers.backbone[here[teachers.home] & serving].sum() == pytest.approx(wanted_number, rel=0.03)
    assert schools.pupils.sum() == pytest.approx(81_000, rel=0.002)


@both_seeds
def test_the_plan_finds_its_eighteen_schools_with_their_roles(seed):
    county, known = taishan(seed).county, taishan(seed).setting.facts
    plan = policy("taishan")
    row = {name: number for number, name in enumerate(county.names)}
    assert len(row) == len(county.schools) == 65
    assert len(known.named_schools) == 18
    for school in known.named_schools:
        place = row[school.name]
        assert county.names_en[place] == school.en
        assert STAGES[county.schools.stage[place]] == school.stage
        assert ZONES[county.schools.zone[place]] == school.zone
    role = {CORE: set(), MEMBER: set(), PARTNER: set()}
    for group in plan.groups.values():
        role[CORE].add(group.core)
        role[MEMBER] |= set(group.members.get("fused", ()))
        role[PARTNER] |= set(group.members.get("joint", ()))
    for kind, names in role.items():
        assert {county.names[place] for place in np.flatnonzero(county.schools.roster == kind)} == names
    assert [len(names) for names in role.values()] == [4, 9, 5]


@both_seeds
def test_schools_are_ordered_by_stage_and_name(seed):
    county = taishan(seed).county
    keys = list(zip(county.schools.stage.tolist(), county.names, strict=True))
    assert keys == sorted(keys)


def test_founding_twice_gives_the_same_county():
    world = taishan(1)
    again = found(world.setting, solved(world.setting), 1)
    assert differences(world.county, again) == []


def test_two_seeds_share_the_place_and_differ_in_the_people():
    one, other = taishan(1).county, taishan(2).county
    for column in (Schools.stage, Schools.zone, Schools.roster, Schools.feeds, Schools.seats, Schools.births_share):
        assert (one.schools.read(column) == other.schools.read(column)).all(), column
    apart = differences(one, other)
    for column in ("Students.score", "Teachers.talent", "Schools.catchment", "Schools.management"):
        assert column in apart
    first = min(len(one.teachers), len(other.teachers))
    talents = np.corrcoef(one.teachers.talent[:first], other.teachers.talent[:first])[0, 1]
    # Teachers of one school have its strength in common, which luck deals anew; the rest is their own.
    assert abs(talents) < 0.1


@both_seeds
def test_junior_catchments_are_unions_of_primary_ones(seed):
    schools = taishan(seed).county.schools
    primary = schools.stage == 0
    assert (schools.stage[schools.feeds[primary]] == 1).all()
    assert set(schools.feeds[primary].tolist()) == set(np.flatnonzero(~primary).tolist())
    assert schools.births_share[primary].sum() == pytest.approx(1.0)
    assert (schools.births_share[~primary] == 0).all()


@both_seeds
def test_teachers_are_of_working_age_and_titled_within_quotas(seed):
    county = taishan(seed).county
    teachers, schools = county.teachers, county.schools
    serving = teachers.status == SERVING
    age, female = teachers.age[serving], teachers.female[serving]
    assert age.min() >= 22
    assert (age < np.where(female, 55, 60)).all()
    for title, quota in ((2, schools.senior_posts), (1, schools.intermediate_posts)):
        holders = np.bincount(teachers.home[serving & (teachers.title == title)], minlength=len(schools))
        # Those who drift take their title with them.
        assert (holders <= quota + 3).all()
    assert teachers.honour[serving & teachers.backbone].all()
    for stage, name in enumerate(STAGES):
        here = serving & (teachers.stage == stage)
        wanted = taishan(seed).setting.facts.stages[name].targets
        assert teachers.age[here].mean() == pytest.approx(wanted.age_mean, abs=0.5)
        assert teachers.female[here].mean() == pytest.approx(wanted.female_share, abs=0.03)


@pytest.mark.statistical
@both_seeds
def test_teachers_differ_as_the_evidence_says(seed):
    county, known = taishan(seed).county, evidence()
    teachers = county.teachers
    serving = teachers.status == SERVING
    talent, school = teachers.talent[serving], teachers.home[serving]
    # Value added holds match, so that talent has what is left of its spread: sqrt(0.15^2 - 0.07^2) = 0.1327.
    assert talent.std() == pytest.approx(0.1327, abs=0.006)
    assert teachers.match[serving].std() == pytest.approx(known.match_sd, abs=0.004)
    staff = np.bincount(school, minlength=len(county.schools))
    mean = np.bincount(school, weights=talent, minlength=staff.size) / staff
    within = np.bincount(school, weights=(talent - mean[school]) ** 2, minlength=staff.size) / (staff - 1)
    between = np.average((mean - talent.mean()) ** 2 - within / staff, weights=staff)
    assert between / talent.var() == pytest.approx(known.teacher_between_school_share, abs=0.06)
    backbone = teachers.backbone[serving]
    apart = (talent[backbone].mean() - talent[~backbone].mean()) / known.teacher_effect_sd
    assert apart == pytest.approx(known.backbone_talent, abs=0.25)


def test_a_county_is_founded_without_what_it_does_not_have():
    # No junior schools, no rural zone, no roster: what cannot be shown is left at its guess.
    world = founded(setting(facts({"seat": (3, 400, 30)})))
    assert world.county.schools.stage.tolist() == [0, 0, 0]
    assert world.county.students.score.std(dtype=float) == pytest.approx(1.0, abs=1e-5)
    assert set(world.county.schools.feeds.tolist()) == {-1}


def test_targets_that_leave_no_variance_for_children_are_refused():
    here = setting(facts({"seat": (2, 300, 24), "far": (2, 300, 24)}, scores=GAPS))
    with pytest.raises(ValueError, match="leave no variance for the children"):
        found(here, first_guess(here), 1)


GAPS = {"urban_rural_gap": 4.0, "core_member_gap": 0.0}


def test_more_junior_than_primary_units_are_refused():
    here = setting(facts({"seat": (1, 300, 24)}, {"seat": (2, 300, 24)}))
    with pytest.raises(ValueError, match="at least as many primary as junior units"):
        found(here, first_guess(here), 1)


def test_the_founding_does_not_depend_on_what_a_policy_would_do():
    # Mechanisms of groups play no part before year 1.
    known = switched_off(evidence(), "rotation", "fund", "pairing", "events", "bundling", "refusal")
    here = setting(taishan().setting.facts, policy("taishan"), known)
    county = found(here, solved(taishan().setting), 1)
    assert differences(county, taishan(1).county) == []
