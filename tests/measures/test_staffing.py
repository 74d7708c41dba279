"""Teacher quality, turnover, posts, titles and management."""

import math

import pytest

from sim.state import (
    AT_HOME,
    CORE,
    EXITED,
    FAR,
    JUNIOR,
    MEMBER,
    PE,
    RECEIVED,
    RETIRED,
    SEAT,
    SENT,
)
from tests.measures.counties import Unit, build

VETERAN = 10
"""Years after which experience adds nothing in these tests."""


def test_quality_of_present_teachers_of_main_subjects(measured):
    units = [Unit([0.0] * 30, roster=CORE), Unit([0.0] * 10, roster=MEMBER), Unit([0.0] * 10, roster=MEMBER)]
    staff = [
        {
            "at": 0,
            "talent": 0.2,
            "match": 0.03,
            "skill_peer": 0.02,
            "skill_pair": 0.01,
            "years_teaching": VETERAN,
        },
        {"at": 0, "talent": 0.2, "years_teaching": 0},  # a novice: 0.2 - 0.1
        {"at": 0, "talent": 9.0, "subject": PE},
        {"at": 0, "talent": 9.0, "status": RETIRED, "left_year": 0},
        {"home": 0, "school": 1, "talent": 0.5, "years_teaching": VETERAN},  # teaches in the member
        {"at": 1, "talent": -0.1, "years_teaching": VETERAN},
        {"at": 2, "talent": 0.0, "years_teaching": VETERAN},
    ]
    found = measured(build(units, teachers=staff))
    # Core (0.26 + 0.1) / 2 = 0.18; members (0.5 - 0.1) / 2 = 0.2 and 0.
    assert found["teacher_quality_core"] == pytest.approx(0.18)
    assert found["teacher_quality_member"] == pytest.approx(0.1)
    assert found["gap_teacher_quality"] == pytest.approx(0.08)
    mean = (30 * 0.18 + 10 * 0.2) / 50
    assert found["teacher_quality_mean"] == pytest.approx(mean)
    variance = (30 * (0.18 - mean) ** 2 + 10 * (0.2 - mean) ** 2 + 10 * mean**2) / 50
    assert found["teacher_quality_sd"] == pytest.approx(math.sqrt(variance))


def test_schools_without_teachers_of_main_subjects_are_left_out_of_quality(measured):
    units = [Unit([0.0] * 10), Unit([0.0] * 90, zone=FAR)]
    staff = [{"at": 0, "talent": 0.3, "years_teaching": VETERAN}, {"at": 1, "talent": 1.0, "subject": PE}]
    found = measured(build(units, teachers=staff))
    assert found["teacher_quality_mean"] == pytest.approx(0.3)
    assert ("teacher_quality_mean", "all", "rural") not in found
    assert "gap_teacher_quality_urban_rural" not in found


def test_gap_between_town_and_country(measured):
    units = [Unit([0.0], zone=SEAT), Unit([0.0], zone=FAR)]
    staff = [{"at": at, "talent": talent, "years_teaching": VETERAN} for at, talent in ((0, 0.3), (1, -0.1))]
    assert measured(build(units, teachers=staff))["gap_teacher_quality_urban_rural"] == pytest.approx(0.4)


def test_pupils_classes_and_teachers(measured):
    units = [
        Unit([0.0] * 90, room=45),
        Unit([0.0] * 46, zone=FAR, room=46),
        Unit([0.0] * 50, stage=JUNIOR, room=50),
    ]
    staff = [{"at": 0}, {"at": 0}, {"home": 0, "school": 1}, {"at": 2}]
    found = measured(build(units, teachers=staff, posts=[4, 1, 1]))
    assert found["class_size"] == pytest.approx(186 / 4)
    assert found["class_size", "primary", "urban"] == pytest.approx(45)
    # Caps 45 and 50: one primary class of 46 is above.
    assert found["classes_over_cap", "primary"] == pytest.approx(1 / 3)
    assert found["classes_over_cap", "junior"] == 0
    assert found["teachers_file", "primary", "far"] == 0
    assert found["teachers_present", "primary", "far"] == 1
    assert found["pupils_per_teacher"] == pytest.approx(186 / 4)
    assert ("pupils_per_teacher", "primary", "far") not in found  # nobody is on file there
    assert found["vacancies"] == 2
    assert found["vacancies", "all", "far"] == 1


def test_comings_and_goings_of_the_year(measured):
    year = 3
    staff = [
        {"at": 0, "years_teaching": 0, "arrived_year": year},  # hired
        {"at": 0, "years_teaching": 7, "arrived_year": year},  # drifted here
        {"at": 0, "years_teaching": 1, "arrived_year": year - 1},
        {
            "home": 0,
            "school": 1,
            "years_teaching": 9,
            "arrived_year": year,
            "posting": SENT,
            "forced_year": year,
        },
        {"at": 0, "status": EXITED, "left_year": year},
        {
            "home": 0,
            "school": 1,
            "status": EXITED,
            "left_year": year,
            "posting": AT_HOME,
        },  # left while posted
        {"at": 1, "status": EXITED, "left_year": year - 1},
        {"at": 1, "status": RETIRED, "left_year": year},
    ]
    found = measured(build([Unit([0.0] * 20), Unit([0.0] * 20, zone=FAR)], year=year, teachers=staff))
    assert found["hires"] == 1
    assert found["exits"] == 2
    assert found["exits", "all", "far"] == 0  # by where the file was
    assert found["exits_posted"] == 1
    assert found["retirements"] == 1
    assert found["turnover"] == pytest.approx(3 / 4)
    assert found["turnover", "all", "far"] == 1.0


def test_titles_on_file(measured):
    staff = [{"at": 0, "title": title} for title in (0, 0, 0, 1, 1, 2)]
    found = measured(build([Unit([0.0])], teachers=staff))
    shares = [found[f"title_{title}_share"] for title in ("junior", "intermediate", "senior")]
    assert shares == pytest.approx([3 / 6, 2 / 6, 1 / 6])


def test_dilution_counts_received_and_new_teachers_once(measured):
    year = 2
    staff = [
        *[{"at": 0}] * 2,
        {"home": 1, "school": 0, "posting": RECEIVED, "arrived_year": year, "forced_year": year},
        {"home": 1, "school": 0, "posting": RECEIVED, "arrived_year": year - 1, "forced_year": year - 1},
        {"at": 0, "arrived_year": year},
        {"at": 1, "arrived_year": year},
    ]
    units = [Unit([0.0], roster=CORE), Unit([0.0], roster=MEMBER)]
    found = measured(build(units, year=year, teachers=staff))
    assert found["core_dilution"] == pytest.approx(3 / 5)
    assert "core_dilution" not in measured(build(units[1:], year=year))


def test_management_weighs_pupils(measured):
    units = [Unit([0.0] * 10, roster=CORE), Unit([0.0] * 10, roster=MEMBER), Unit([0.0] * 30, roster=MEMBER)]
    found = measured(build([*units, Unit([0.0], stage=JUNIOR)], management=[1.0, 0.2, -0.2, 5.0]))
    assert found["management_member"] == pytest.approx(-0.1)
    assert found["management_gap"] == pytest.approx(1.1)
    assert ("management_gap", "junior") not in found


def test_thirds_by_attractiveness_turnover_and_novices(measured):
    # Of three schools one is a third; the weakest has two novices of four, the strongest one of four.
    units = [Unit([0.0] * 10, roster=CORE), Unit([0.0] * 10), Unit([0.0] * 10, roster=MEMBER)]
    staff = [{"at": at, "talent": [0.3, 0.1, 0.0][at], "years_teaching": VETERAN} for at in (0, 0, 0, 1, 1, 1, 2, 2)]
    staff += [{"at": at, "talent": 0.1, "years_teaching": 3, "subject": PE} for at in (0, 2, 2)]
    staff += [{"at": 2, "status": EXITED, "left_year": 1}]
    staff[1] |= {"arrived_year": 1}
    county = build(units, teachers=staff, attractiveness=[1.0, 0.0, -1.0])
    found = measured(county)
    assert found["gap_teacher_quality_thirds"] == pytest.approx(0.3)
    assert found["gap_novice_share_thirds"] == pytest.approx(0.5 - 0.25)
    assert found["novice_share"] == pytest.approx(3 / 11)
    assert found["novice_share_member"] == pytest.approx(0.5)
    assert found["exit_share_core"] == 0
    assert found["exit_share_member"] == pytest.approx(1 / 4)
    # An experienced teacher who arrived without being posted came of his own will.
    assert found["drift_in"] == 1


def test_titles_by_role(measured):
    units = [Unit([0.0] * 10, roster=CORE), Unit([0.0] * 10, roster=MEMBER)]
    staff = [{"at": 0, "title": title} for title in (2, 2, 1, 0)] + [{"at": 1, "title": 1}, {"at": 1}]
    found = measured(build(units, teachers=staff))
    shown = [
        found[f"title_{name}"] for name in ("senior_core", "intermediate_core", "senior_member", "intermediate_member")
    ]
    assert shown == [0.5, 0.25, 0, 0.5]
