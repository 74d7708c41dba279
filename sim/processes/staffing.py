"""Staffing: a year older, some leave, some posts lapse, some teachers drift, the rest is hired.

Teachers retire at the dated statutory ages and leave at a small rate, more often when posted against their
will. Posts fall with rolls, only through leavers and never below the norm. Teachers of weaker schools wish
to move to stronger ones, but only vacancies let them, and only if the match is no worse. What is left is
filled from one county list of applicants a year, whose length and quality are fixed: stronger schools get
the better ones, as loosely as keeps the spread between schools steady. Titles, backbone status and honours
are renewed within their quotas.
"""

from heapq import heapify, heappop, heappush
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.classrooms import Classrooms, load
from sim.draws import Draws
from sim.evidence import Evidence
from sim.grouped import counts, rank_within
from sim.policy import Policy
from sim.population import Applicants, applicants
from sim.process import Changes, process
from sim.state import (
    AT_HOME,
    CADRE,
    CORE,
    EXITED,
    GRADES,
    RETIRED,
    SERVING,
    SUBJECTS,
    Counties,
    County,
    Groups,
    Schools,
    StageTotals,
    Students,
    Teachers,
)  # fmt: skip

Floats = NDArray[np.float64]
SEAT_LUCK = 16
"""Seats of one subject in a school that have luck of their own; the next share it with the first."""
AHEAD = 1000
"""More years than anyone teaches: puts those with priority first."""
LAST_SEAT = 255
"""Seat of a teacher who comes to a new post: behind all others of the subject."""


class Seats(NamedTuple):
    """Open seats. All arrays (seats,)."""

    school: NDArray[np.integer]
    subject: NDArray[np.integer]
    post: NDArray[np.integer]


@process(
    reads=(
        Teachers.id, Teachers.home, Teachers.home_post, Teachers.school, Teachers.post, Teachers.stage,
        Teachers.subject, Teachers.age, Teachers.female, Teachers.years_teaching, Teachers.years_here,
        Teachers.support_years, Teachers.title, Teachers.backbone, Teachers.honour, Teachers.talent,
        Teachers.match, Teachers.home_match, Teachers.posting, Teachers.unwilling, Teachers.status,
        Teachers.left_year, Teachers.arrived_year,
        Schools.stage, Schools.roster, Schools.group, Schools.pupils, Schools.usual_pupils, Schools.posts,
        Schools.usual_posts, Schools.senior_posts, Schools.intermediate_posts, Schools.backbone_density,
        Schools.attractiveness,
        Students.school, Students.cohort, Students.classroom,
        StageTotals.periods, StageTotals.periods_per_teacher, StageTotals.applicants, StageTotals.staff_share,
        StageTotals.talent_mean, StageTotals.applicant_shares,
        Groups.grade, Counties.next_applicant, Counties.talent_sd, Counties.honour_years, Counties.honour_chance,
    ),
    writes=(
        Teachers.age, Teachers.years_teaching, Teachers.years_here, Teachers.support_years, Teachers.status,
        Teachers.left_year, Teachers.home, Teachers.home_post, Teachers.school, Teachers.post, Teachers.match,
        Teachers.home_match, Teachers.arrived_year, Teachers.title, Teachers.backbone, Teachers.honour,
        Schools.posts, Counties.unfilled_posts, Counties.next_applicant,
    ),
    resizes=(Teachers,),
)  # fmt: skip
def appoint(county: County, policy: Policy, evidence: Evidence, draw: Draws) -> Changes:
    """Let teachers age, leave, drift and be hired; renew titles, backbone status and honours.

    Clauses: staffing.*, links.*.rotation.credit, assessment.quota_tilt.
    Evidence: P2 (who is hired where), P8, P29, P30, P33, title_correlation.
    Keeps: filled posts never exceed posts; every teacher has one post; applicants' quality is fixed.
    """
    teachers = county.teachers
    serving = teachers.status == SERVING
    age, taught, here = (
        teachers.age + serving,
        teachers.years_teaching + serving,
        teachers.years_here + serving,
    )
    away = (teachers.posting != AT_HOME) & (teachers.posting != CADRE)
    support = teachers.support_years + (serving & away)
    status = _leaving(county, policy, evidence, draw, serving, age)
    left = serving & (status != SERVING)
    posts, kept = _posts(county, policy, draw, status, left)
    seats = _open_seats(county, kept, posts, status)

    moved, target, match, seats = _drift(county, evidence, draw, status, seats)
    home, home_post = teachers.home.copy(), teachers.home_post.copy()
    home[moved], home_post[moved] = target.school, target.post
    school, post = teachers.school.copy(), teachers.post.copy()
    school[moved], post[moved] = target.school, target.post
    matches, home_match = teachers.match.copy(), teachers.home_match.copy()
    matches[moved] = home_match[moved] = match
    here[moved] = 0
    arrived = teachers.arrived_year.copy()
    arrived[moved] = county.year

    listed = applicants(county, evidence, draw, int(county.county.next_applicant[0]))
    hired, taken = _hire(county, evidence, draw, listed, seats)
    new_match = evidence.match_sd * draw.normal("match", listed.id[hired])
    staff = status == SERVING
    title = _promotions(county, policy, evidence, draw, staff, home, taught, support)
    backbone = _backbone(county, evidence, draw, staff, home, taught, posts)
    honour = _honours(county, policy, draw, staff, home, taught, teachers.honour | backbone)
    return Changes(
        write={
            Teachers.age: age,
            Teachers.years_teaching: taught,
            Teachers.years_here: here,
            Teachers.support_years: support,
            Teachers.status: status,
            Teachers.left_year: np.where(left, county.year, teachers.left_year),
            Teachers.home: home,
            Teachers.home_post: home_post,
            Teachers.school: school,
            Teachers.post: post,
            Teachers.match: matches,
            Teachers.home_match: home_match,
            Teachers.arrived_year: arrived,
            Teachers.title: title,
            Teachers.backbone: backbone,
            Teachers.honour: honour,
            Schools.posts: posts,
            Counties.unfilled_posts: seats.school.size - hired.size,
            Counties.next_applicant: county.county.next_applicant + listed.id.size,
        },
        enter={
            Teachers: {
                Teachers.id: listed.id[hired],
                Teachers.home: taken.school,
                Teachers.home_post: taken.post,
                Teachers.school: taken.school,
                Teachers.post: taken.post,
                Teachers.stage: listed.stage[hired],
                Teachers.subject: listed.subject[hired],
                Teachers.age: listed.age[hired],
                Teachers.female: listed.female[hired],
                Teachers.degree: listed.degree[hired],
                Teachers.talent: listed.talent[hired],
                Teachers.match: new_match,
                Teachers.home_match: new_match,
                Teachers.arrived_year: np.full(hired.size, county.year),
            }
        },
    )


def _leaving(
    county: County, policy: Policy, evidence: Evidence, draw: Draws, serving: NDArray[np.bool_], age: Floats
) -> NDArray[np.int8]:
    """Status after retirements and exits. (teachers,)"""
    teachers, retirement = county.teachers, policy.staffing.retirement
    ages = np.array([retirement.men.at(county.school_year), retirement.women.at(county.school_year)], float)
    retired = serving & (age >= ages[teachers.female.astype(int)])
    posted = (teachers.posting != AT_HOME) & teachers.unwilling
    hazard = evidence.exit_rate * (1 + evidence.exit_factor_unwilling * posted)
    exited = serving & ~retired & (draw.uniform("exit", teachers.id) < hazard)
    return np.where(retired, RETIRED, np.where(exited, EXITED, teachers.status)).astype(np.int8)


def _posts(
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
    busy = _load(county, status)[teachers.home[rows], teachers.subject[rows]]
    kept = rank_within(teachers.home[rows], -busy) >= lapsed[teachers.home[rows]]
    return posts, rows[kept]


def _load(county: County, status: NDArray) -> Floats:
    """Periods owed over periods available with the staff on file who stay. (schools, subjects)

    Without end where nobody is left for a subject that has lessons.
    """
    teachers = county.teachers
    stays = status == SERVING
    cell = teachers.home[stays] * len(SUBJECTS) + teachers.subject[stays]
    staff = np.bincount(cell, minlength=len(county.schools) * len(SUBJECTS)).reshape(-1, len(SUBJECTS))
    owed = Classrooms.of(county).periods_owed
    return np.where((staff == 0) & (owed > 0), np.inf, load(county, owed, staff))


def _open_seats(county: County, kept: NDArray[np.integer], posts: NDArray, status: NDArray) -> Seats:
    """Seats of leavers that are filled again, and further seats up to the school's posts in its busiest subject."""
    teachers = county.teachers
    school, subject, post = (column[kept] for column in (teachers.home, teachers.subject, teachers.home_post))
    filled = counts(np.where(status == SERVING, teachers.home, -1), posts.size)
    more = np.maximum(posts - filled - counts(school, posts.size), 0)
    if more.any():
        extra = np.repeat(np.arange(posts.size), more)
        busiest = _load(county, status).argmax(1)
        school, subject = np.r_[school, extra], np.r_[subject, busiest[extra]]
        post = np.r_[post, np.full(extra.size, LAST_SEAT)]
    return Seats(school, subject, post)


def _drift(
    county: County, evidence: Evidence, draw: Draws, status: NDArray, seats: Seats
) -> tuple[NDArray[np.integer], Seats, Floats, Seats]:
    """Teachers who drift to stronger schools, their new seats and matches, and the seats left open.

    Seats are offered from the strongest school down; among those who wish to move the more talented come
    first, loosely. A seat that a mover leaves is offered in its turn.
    """
    teachers, schools = county.teachers, county.schools
    nobody = np.zeros(0, np.int64), Seats(*(np.zeros(0, np.int64),) * 3), np.zeros(0)
    if not evidence.switches.drift:
        return *nobody, seats
    core = schools.roster[teachers.home] == CORE
    rate = np.where(core, evidence.drift_wish_rate_core, evidence.drift_wish_rate)
    luck = draw.uniform("wish", teachers.id)
    wishing = np.flatnonzero((status == SERVING) & (teachers.posting == AT_HOME) & (luck < rate))
    match = teachers.match[wishing]
    if evidence.switches.match:
        match = evidence.match_sd * draw.normal("drift match", teachers.id[wishing])
    better = match >= teachers.match[wishing]
    waiting: dict[tuple[int, int], list[tuple[float, int, float]]] = {}
    tie, spread = np.sqrt(evidence.teacher_between_school_share), max(float(county.county.talent_sd[0]), 1e-9)
    key = tie * teachers.talent[wishing] / spread
    key = key + np.sqrt(1 - tie * tie) * draw.normal("drift order", teachers.id[wishing])
    able = wishing[better]
    listed = zip(
        teachers.stage[able].tolist(), teachers.subject[able].tolist(), (-key[better]).tolist(), able.tolist(),
        match[better].tolist(), strict=True,
    )  # fmt: skip
    for stage, subject, rank, row, found in listed:
        waiting.setdefault((stage, subject), []).append((rank, row, found))
    for queue in waiting.values():
        queue.sort()
    pull, stage_of = schools.attractiveness.tolist(), schools.stage.tolist()
    home, home_post = teachers.home.tolist(), teachers.home_post.tolist()
    offers = [
        (-pull[school], school, subject, post)
        for school, subject, post in zip(*(column.tolist() for column in seats), strict=True)
    ]
    heapify(offers)
    rows, targets, matches, left = [], [], [], []
    while offers:
        _, school, subject, post = heappop(offers)
        queue = waiting.get((stage_of[school], subject), [])
        chosen = next((item for item in queue if pull[home[item[1]]] < pull[school]), None)
        if chosen is None:
            left.append((school, subject, post))
            continue
        queue.remove(chosen)
        _, row, found = chosen
        rows.append(row)
        targets.append((school, subject, post))
        matches.append(found)
        heappush(offers, (-pull[home[row]], home[row], subject, home_post[row]))
    return np.array(rows, np.int64), _seats(targets), np.array(matches), _seats(left)


def _seats(listed: list[tuple[int, int, int]]) -> Seats:
    return Seats(*np.array(listed, np.int64).reshape(-1, 3).T)


def _hire(
    county: County, evidence: Evidence, draw: Draws, listed: Applicants, seats: Seats
) -> tuple[NDArray[np.integer], Seats]:
    """Places of the list that are hired, and the seat each takes.

    As many are called as there are seats, in the order of the list, whatever their quality; among these,
    stronger schools get the more talented, with a correlation that keeps the between-school share of talent
    (P2) steady.
    """
    tie = min(evidence.hiring_sorting * np.sqrt(evidence.teacher_between_school_share), 1.0)
    address = (seats.school * len(SUBJECTS) + seats.subject) * SEAT_LUCK + seats.post % SEAT_LUCK
    noise = draw.normal("seat", address)
    rank = tie * county.schools.attractiveness[seats.school] + np.sqrt(1 - tie * tie) * noise
    stage = county.schools.stage[seats.school]
    hired, taken = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for cell in np.unique(stage * len(SUBJECTS) + seats.subject):
        wanted = np.flatnonzero(stage * len(SUBJECTS) + seats.subject == cell)
        able = np.flatnonzero(listed.stage * len(SUBJECTS) + listed.subject == cell)
        number = min(wanted.size, able.size)
        strongest = wanted[np.argsort(-rank[wanted], kind="stable")][:number]
        called = able[:number]
        hired.append(called[np.argsort(-listed.talent[called], kind="stable")])
        taken.append(strongest)
    rows, place = np.concatenate(hired), np.concatenate(taken)
    order = np.argsort(rows)
    place = place[order]
    return rows[order], Seats(seats.school[place], seats.subject[place], seats.post[place])


def _promotions(
    county: County,
    policy: Policy,
    evidence: Evidence,
    draw: Draws,
    staff: NDArray[np.bool_],
    home: NDArray,
    taught: NDArray,
    support: NDArray,
) -> NDArray[np.int8]:
    """Titles after promotion within each school's quotas; teaching support has priority where decreed. (teachers,)"""
    teachers, schools, rules = county.teachers, county.schools, policy.staffing
    title = teachers.title.copy()
    if not evidence.switches.titles:
        return title
    units = len(schools)
    credited = any(link.rotation is not None and link.rotation.credit for link in policy.links.values())
    key = taught + draw.uniform("title", teachers.id) + (AHEAD * (support > 0) if credited else 0.0)
    for rank, quota, years in (
        (2, schools.senior_posts, rules.senior_years),
        (1, schools.intermediate_posts, rules.intermediate_years),
    ):
        able = np.flatnonzero(staff & (title == rank - 1) & (taught >= years))
        free = quota - counts(np.where(staff & (title == rank), home, -1), units)
        title[able[rank_within(home[able], key[able]) < free[home[able]]]] = rank
    return title


def _backbone(
    county: County,
    evidence: Evidence,
    draw: Draws,
    staff: NDArray[np.bool_],
    home: NDArray,
    taught: NDArray,
    posts: NDArray,
) -> NDArray[np.bool_]:
    """Backbone status after renewal: each school keeps its density of year 0. (teachers,)

    Among those who have served long enough, the more talented are recognised, with the correlation of
    titles.
    """
    teachers, schools = county.teachers, county.schools
    backbone = teachers.backbone.copy()
    wanted = np.floor(schools.backbone_density * posts + 0.5)
    free = wanted - counts(np.where(staff & backbone, home, -1), len(schools))
    able = np.flatnonzero(staff & ~backbone & (taught >= county.county.honour_years[0]))
    tie, spread = evidence.title_correlation, max(float(county.county.talent_sd[0]), 1e-9)
    key = tie * teachers.talent[able] / spread
    key = key + np.sqrt(1 - tie * tie) * draw.normal("recognition", teachers.id[able])
    backbone[able[rank_within(home[able], key) < free[home[able]]]] = True
    return backbone


def _honours(
    county: County,
    policy: Policy,
    draw: Draws,
    staff: NDArray[np.bool_],
    home: NDArray,
    taught: NDArray,
    honour: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """District honours after this year's awards. (teachers,)

    An honour is won or not when the years of service are reached that it asks for, and kept; groups of
    grade A are favoured where decreed. So the share of honoured teachers is the same at every age above
    that.
    """
    teachers, total = county.teachers, county.county
    best = np.r_[county.groups.grade == GRADES.index("A"), False][county.schools.group[home]]
    chance = total.honour_chance[0][teachers.stage] * (1 + policy.assessment.quota_tilt * best)
    now = staff & (taught == total.honour_years[0])
    return honour | (now & (draw.uniform("honour", teachers.id) < chance))
