"""Teachers added up to schools, counted twice: where their file is, and where they teach (present).

Each teacher gets one number that says everything counted about him or her; counting these numbers by school
once is quicker than adding up each property. The examination is in June, so this is the staff of the year.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.evidence import Evidence
from sim.population import experience
from sim.state import (
    ARTS,
    EXITED,
    MAIN_SUBJECTS,
    PE,
    RECEIVED,
    RETIRED,
    SENT,
    SERVING,
    TITLES,
    County,
)

Floats = NDArray[np.float64]


class StaffSums(NamedTuple):
    """Sums over teachers. Arrays (schools,), or (3, places) when added up over places."""

    # by file
    file: Floats
    degree_file: Floats
    backbone_file: Floats
    pe_arts_file: Floats
    away: Floats
    """Teaching elsewhere, sent or in exchange; cadres apart."""
    movers: Floats
    """Sent this year."""
    backbone_movers: Floats
    title_junior: Floats
    title_intermediate: Floats
    title_senior: Floats
    # by where they teach
    present: Floats
    degree_present: Floats
    backbone_present: Floats
    pe_arts_present: Floats
    arrived: Floats
    """In their first year at the school, returns apart."""
    fresh: Floats
    """Arrived this year, or posted here from another school."""
    main: Floats
    """Teachers of main subjects."""
    quality: Floats
    """Sum of q = talent + experience + match + skill over teachers of main subjects."""
    # by file, this year's comings and goings
    hires: Floats
    exits: Floats
    exits_posted: Floats
    retirements: Floats
    drifted: Floats
    """Came to the school that holds the file this year of their own will, from another."""
    novices: Floats
    """Present teachers in the years in which the novice deficit closes."""


_FILE = (2, 2, 2, 3, len(TITLES))
"""Degree, backbone, PE or arts, posting (0 at home, 1 away, 2 sent this year), title."""
_PRESENT = (2, 2, 2, 2, 2, 2)
"""Degree, backbone, PE or arts, arrived this year, posted here, main subject."""


def _file_counts() -> Floats:
    degree, backbone, pe_arts, sent, title = np.indices(_FILE).reshape(len(_FILE), -1)
    titles = [title == number for number in range(len(TITLES))]
    one, new = np.ones_like(degree), sent == 2
    return np.array([one, degree, backbone, pe_arts, sent > 0, new, new & (backbone > 0), *titles], float)


def _present_counts() -> Floats:
    degree, backbone, pe_arts, arrived, received, main = np.indices(_PRESENT).reshape(len(_PRESENT), -1)
    return np.array([np.ones_like(degree), degree, backbone, pe_arts, arrived, arrived | received, main], float)


_FILE_COUNTS, _PRESENT_COUNTS = _file_counts(), _present_counts()
"""What each kind of teacher adds to each sum. Shapes (10, 72) and (7, 64)."""


def staff_sums(county: County, evidence: Evidence) -> StaffSums:
    """The sums by school."""
    teachers, schools = county.teachers, len(county.schools)
    serving = teachers.status == SERVING
    # One school more than there are takes those who do not serve; it is cut off at the end.
    home = np.where(serving, teachers.home, schools)
    school = np.where(serving, teachers.school, schools)
    shared = (teachers.degree.view(np.int8) * 2 + teachers.backbone) * 2
    shared += (teachers.subject == PE) | (teachers.subject == ARTS)
    main = teachers.subject < MAIN_SUBJECTS
    arrived = teachers.arrived_year == county.year

    sent = teachers.posting == SENT
    received = teachers.posting == RECEIVED
    new = sent & (teachers.forced_year == county.year)
    kind = (shared * 3 + (sent | received) + new) * len(TITLES) + teachers.title
    file = _count(home, kind, _FILE_COUNTS, schools)

    kind = ((shared * 2 + arrived) * 2 + (sent | received)) * 2 + main
    present = _count(school, kind, _PRESENT_COUNTS, schools)

    quality = teachers.talent + teachers.match + teachers.skill_peer + teachers.skill_pair
    if len(teachers):
        # Experience depends on whole years alone: look it up.
        curve = experience(np.arange(teachers.years_teaching.max() + 1), evidence)
        quality += curve[teachers.years_teaching]
    taught = np.bincount(np.where(main, school, schools), weights=quality, minlength=schools + 1)[:schools]

    novices = np.flatnonzero(arrived & serving & (teachers.years_teaching == 0))
    left = np.flatnonzero(teachers.left_year == county.year)
    status, last_home = teachers.status[left], teachers.home[left]
    exited = status == EXITED
    # Who leaves while posted stays on record where he or she taught.
    posted = exited & (teachers.school[left] != last_home)
    flows = [last_home[exited], last_home[posted], last_home[status == RETIRED]]
    drifted = arrived & serving & (teachers.years_teaching > 0) & (teachers.forced_year != county.year)
    flows += [teachers.home[drifted], school[serving & (teachers.years_teaching < evidence.novice_years)]]
    coming_and_going = [np.bincount(homes, minlength=schools) for homes in (teachers.home[novices], *flows)]
    return StaffSums(*np.concatenate([file, present, [taught], coming_and_going]))


def _count(school: NDArray, kind: NDArray, adds: Floats, schools: int) -> Floats:
    """Sums by school of what each kind of teacher adds. Shape (sums, schools)."""
    kinds = adds.shape[1]
    rows = school * np.int64(kinds) + kind
    found = np.bincount(rows, minlength=(schools + 1) * kinds).reshape(-1, kinds)[:schools]
    # Whole numbers: exact in whatever order they are added.
    return adds @ found.T.astype(np.float64)
