"""Posts (编制): how many each school has, which lapse with leavers, and which seats are open.

Posts fall with rolls, only through leavers and never below the norm. Where the county keeps its total, or
a group pools its posts, a leaver's post goes to the school that has too few for its lessons. Special posts of
a group stand in for core teachers sent out without an exchange. A seat of a leaver is filled again in
his subject; a new post goes to the subject with most lessons for each teacher.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.classrooms import Classrooms, load
from sim.columns import NONE
from sim.draws import Draws
from sim.evidence import Evidence
from sim.grouped import counts, rank_within, whole_shares
from sim.policy import Policy
from sim.state import CORE, SENT, SERVING, STAGES, SUBJECTS, County

Floats = NDArray[np.float64]
Ints = NDArray[np.integer]
Flags = NDArray[np.bool_]
LAST_SEAT = 255
"""Seat of a teacher who comes to a new post: behind all others of the subject."""
SEAT_LUCK = 16
"""Seats of one subject in a school that have luck of their own; the next share it with the first."""


class Seats(NamedTuple):
    """Open seats. All arrays (seats,)."""

    school: Ints
    subject: Ints
    post: Ints


class Posts(NamedTuple):
    """Posts of the year."""

    total: NDArray[np.int64]
    """Posts of each school, special ones among them. (schools,)"""
    special: NDArray[np.int64]
    """Posts that stand in for teachers sent out. (schools,)"""
    kept: Ints
    """Leavers whose seats are filled again at their school."""


def seat_address(school: Any, subject: Any, post: Any) -> Any:
    """Where the luck of a seat is drawn: seats beyond `SEAT_LUCK` share it with the first."""
    return (school * len(SUBJECTS) + subject) * SEAT_LUCK + post % SEAT_LUCK


def posts_of_the_year(
    county: County, policy: Policy, evidence: Evidence, draw: Draws, status: NDArray, left: Flags
) -> Posts:
    """Posts of each school after this year's leavers."""
    schools, teachers, rules = county.schools, county.teachers, policy.staffing
    leavers = counts(np.where(left, teachers.home, NONE), len(schools))
    special = _special_posts(county, policy, evidence, status, leavers)
    ended = np.maximum(schools.special_posts - special, 0)
    posts = (schools.posts - schools.special_posts).astype(np.int64)
    leavers = leavers - ended
    entitled, most = _entitled(county, policy, draw, leavers)
    pools = _pools(county, policy, evidence)
    alone = np.all([pool < 0 for pool in pools], axis=0) if pools else np.ones(len(schools), bool)
    lapsed = np.where(alone, np.clip(posts - entitled, 0, np.minimum(most, leavers)), 0)
    posts = np.where(alone, np.maximum(posts - lapsed, entitled), posts)
    fixed, need = rules.post_total_fixed, _need(county, policy) if pools else np.zeros(len(schools))
    for pool in pools:
        for number in np.unique(pool[pool >= 0]):
            here = np.flatnonzero(pool == number)
            goal = int((posts if fixed else entitled)[here].sum())
            divided = _pooled(posts[here], goal, need[here], most[here], (leavers - lapsed)[here])
            posts[here] = divided[0]
            lapsed[here] += divided[1]
    lapsed = lapsed + ended
    rows = np.flatnonzero(left)
    busy = teaching_load(county, status)[teachers.home[rows], teachers.subject[rows]]
    kept = rank_within(teachers.home[rows], -busy) >= lapsed[teachers.home[rows]]
    return Posts(posts + special, special, rows[kept])


def _entitled(
    county: County, policy: Policy, draw: Draws, leavers: Ints
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Posts to which each school is entitled, and how many may lapse at most. Both (schools,).

    A school is entitled to its posts of year 0 in proportion to its roll, at least the norm, at most those
    of year 0. Above that, posts lapse with leavers, at most the decreed share, in the subjects with most
    hands.
    """
    schools, rules = county.schools, policy.staffing
    norm = np.array([rules.pupils_per_post.primary, rules.pupils_per_post.junior])[schools.stage]
    roll = np.minimum(schools.pupils / np.maximum(schools.usual_pupils, 1), 1.0)
    entitled = np.maximum(np.ceil(schools.pupils / norm), np.ceil(schools.usual_posts * roll - 1e-9))
    luck = draw.uniform("lapse", np.arange(len(schools)))
    most = np.floor(rules.unreplaced_share * leavers + luck).astype(np.int64)
    return np.minimum(entitled, schools.usual_posts).astype(np.int64), most


def _special_posts(
    county: County, policy: Policy, evidence: Evidence, status: NDArray, leavers: Ints
) -> NDArray[np.int64]:
    """Special posts of each school: one for each core teacher away without an exchange, as far as they go.

    When those who were sent come home, special posts end as teachers of the core leave. (schools,)
    """
    schools, teachers = county.schools, county.teachers
    most = policy.staffing.group_special_posts if evidence.switches.special_posts else 0
    before = schools.special_posts.astype(np.int64)
    if not most and not before.any():
        return before
    away = _stood_in_for(county, status)
    wanted = np.minimum(counts(np.where(away, teachers.home, NONE), len(schools)), most)
    wanted[schools.role != CORE] = 0
    return np.maximum(wanted, before - leavers)


def _stood_in_for(county: County, status: NDArray) -> Flags:
    """Teachers who teach elsewhere without an exchange. (teachers,)"""
    teachers = county.teachers
    return (status == SERVING) & (teachers.posting == SENT) & (teachers.partner == NONE)


def _pools(county: County, policy: Policy, evidence: Evidence) -> list[Ints]:
    """Within what posts are divided again: groups, then the county, each stage apart. Each (schools,), -1 outside."""
    schools, rules = county.schools, policy.staffing
    found: list[Ints] = []
    if not evidence.switches.post_pooling:
        return found
    if rules.pool_scope == "group" and (schools.group >= 0).any():
        found.append(np.where(schools.group >= 0, schools.group * len(STAGES) + schools.stage, NONE))
    if rules.post_total_fixed:
        found.append(schools.stage.astype(np.int64))
    return found


def _need(county: County, policy: Policy) -> Floats:
    """What posts are divided by: pupils, or the weekly periods of a school's classes. (schools,)"""
    if policy.staffing.post_formula == "pupils":
        return county.schools.pupils.astype(np.float64)
    return Classrooms.of(county).periods_owed.sum(1)


def _pooled(
    posts: NDArray[np.int64], goal: int, need: Floats, most: Ints, leavers: Ints
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Posts of the schools of a pool, and how many of its leavers' each gave up. Both (schools of the pool,).

    The pool as a whole follows its goal, down only through leavers; then posts of leavers go from schools that have
    more than their need to those that have fewer.
    """
    if need.sum() <= 0:
        return posts, np.zeros_like(posts)
    over = np.minimum(np.maximum(posts - whole_shares(goal, need), 0), np.minimum(most, leavers))
    excess = max(int(posts.sum()) - goal, 0)
    lapsed = whole_shares(min(excess, int(over.sum())), over)
    left = posts - lapsed
    surplus = left - whole_shares(max(int(left.sum()), goal), need)
    given = np.minimum(np.maximum(surplus, 0), leavers - lapsed)
    new = int(given.sum()) + max(goal - int(left.sum()), 0)
    return left - given + whole_shares(new, np.maximum(-surplus, 0)), lapsed + given


def teaching_load(county: County, status: NDArray) -> Floats:
    """Periods owed over periods available with the staff on file who stay. (schools, subjects)

    Without end where nobody is left for a subject that has lessons.
    """
    owed = Classrooms.of(county).periods_owed
    staff = _hands(county, status)
    return np.where((staff == 0) & (owed > 0), np.inf, load(county, owed, staff))


def _hands(county: County, status: NDArray) -> Ints:
    """Teachers on file who stay. (schools, subjects)"""
    teachers = county.teachers
    stays = status == SERVING
    cell = teachers.home[stays] * len(SUBJECTS) + teachers.subject[stays]
    return np.bincount(cell, minlength=len(county.schools) * len(SUBJECTS)).reshape(-1, len(SUBJECTS))


def open_seats(county: County, posts: Posts, status: NDArray) -> Seats:
    """Seats of leavers that are filled again, and further seats up to the school's posts in its busiest subjects."""
    teachers = county.teachers
    school, subject, post = (column[posts.kept] for column in (teachers.home, teachers.subject, teachers.home_post))
    filled = counts(np.where(status == SERVING, teachers.home, NONE), posts.total.size)
    more = np.maximum(posts.total - filled - counts(school, filled.size), 0)
    if more.any():
        here = np.where(_stood_in_for(county, status), NONE, status) if posts.special.any() else status
        extra, busiest = _new_seats(county, more, teaching_load(county, here), _hands(county, here))
        school, subject = np.r_[school, extra], np.r_[subject, busiest]
        post = np.r_[post, np.full(extra.size, LAST_SEAT)]
    return Seats(school, subject, post)


def _new_seats(county: County, more: Ints, busy: Floats, hands: Ints) -> tuple[Ints, Ints]:
    """School and subject of further seats: each goes to the subject that is busiest after the seats before it."""
    owed, available = Classrooms.of(county).periods_owed, county.stages.periods_per_teacher
    schools, subjects = [], []
    for school in np.flatnonzero(more):
        row, staff = busy[school].copy(), hands[school].copy()
        for _ in range(more[school]):
            subject = int(row.argmax())
            staff[subject] += 1
            periods = staff[subject] * available[county.schools.stage[school], subject]
            row[subject] = owed[school, subject] / periods if periods > 0 else 0.0
            schools.append(school)
            subjects.append(subject)
    return np.array(schools, np.int64), np.array(subjects, np.int64)
