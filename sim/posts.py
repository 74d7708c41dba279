"""Posts (编制): how many each school has, which lapse with leavers, and which seats are open.

Posts fall with rolls, only through leavers and never below the norm. A seat of a leaver is filled again in
his subject; a new post goes to the subject with most lessons for each teacher.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.classrooms import Classrooms, load
from sim.draws import Draws
from sim.grouped import counts, rank_within
from sim.policy import Policy
from sim.state import SERVING, SUBJECTS, County

Floats = NDArray[np.float64]
LAST_SEAT = 255
"""Seat of a teacher who comes to a new post: behind all others of the subject."""


class Seats(NamedTuple):
    """Open seats. All arrays (seats,)."""

    school: NDArray[np.integer]
    subject: NDArray[np.integer]
    post: NDArray[np.integer]


def posts_of_the_year(
    county: County, policy: Policy, draw: Draws, status: NDArray, left: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.integer]]:
    """Posts of each school, and the leavers whose seats are filled again.

    A school is entitled to its posts of year 0 in proportion to its roll, at least the norm, at most those
    of year 0. Above that, posts lapse with leavers, at most the decreed share, in the subjects with most
    hands.
    """
    schools, teachers, rules = county.schools, county.teachers, policy.staffing
    units = len(schools)
    norm = np.array([rules.pupils_per_post.primary, rules.pupils_per_post.junior])[schools.stage]
    roll = np.minimum(schools.pupils / np.maximum(schools.usual_pupils, 1), 1.0)
    entitled = np.maximum(np.ceil(schools.pupils / norm), np.ceil(schools.usual_posts * roll - 1e-9))
    entitled = np.minimum(entitled, schools.usual_posts).astype(np.int64)
    leavers = counts(np.where(left, teachers.home, -1), units)
    luck = draw.uniform("lapse", np.arange(units))
    most = np.floor(rules.unreplaced_share * leavers + luck).astype(np.int64)
    lapsed = np.clip(schools.posts - entitled, 0, np.minimum(most, leavers))
    posts = np.maximum(schools.posts - lapsed, entitled)
    rows = np.flatnonzero(left)
    busy = teaching_load(county, status)[teachers.home[rows], teachers.subject[rows]]
    kept = rank_within(teachers.home[rows], -busy) >= lapsed[teachers.home[rows]]
    return posts, rows[kept]


def teaching_load(county: County, status: NDArray) -> Floats:
    """Periods owed over periods available with the staff on file who stay. (schools, subjects)

    Without end where nobody is left for a subject that has lessons.
    """
    teachers = county.teachers
    stays = status == SERVING
    cell = teachers.home[stays] * len(SUBJECTS) + teachers.subject[stays]
    staff = np.bincount(cell, minlength=len(county.schools) * len(SUBJECTS)).reshape(-1, len(SUBJECTS))
    owed = Classrooms.of(county).periods_owed
    return np.where((staff == 0) & (owed > 0), np.inf, load(county, owed, staff))


def open_seats(county: County, kept: NDArray[np.integer], posts: NDArray, status: NDArray) -> Seats:
    """Seats of leavers that are filled again, and further seats up to the school's posts in its busiest subject."""
    teachers = county.teachers
    school, subject, post = (column[kept] for column in (teachers.home, teachers.subject, teachers.home_post))
    filled = counts(np.where(status == SERVING, teachers.home, -1), posts.size)
    more = np.maximum(posts - filled - counts(school, posts.size), 0)
    if more.any():
        extra = np.repeat(np.arange(posts.size), more)
        busiest = teaching_load(county, status).argmax(1)
        school, subject = np.r_[school, extra], np.r_[subject, busiest[extra]]
        post = np.r_[post, np.full(extra.size, LAST_SEAT)]
    return Seats(school, subject, post)
