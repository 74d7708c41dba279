"""Staffing: a year older, some leave, some posts lapse, some teachers drift, the rest is hired.

Teachers retire at the dated statutory ages and leave at a small rate, more often when posted against their
will. Posts fall with rolls, only through leavers and never below the norm. Teachers of weaker schools wish
to move to stronger ones, but only vacancies let them, and only if the match is no worse. What is left is
filled from one county list of applicants a year, whose length and quality are fixed: stronger schools get
the better ones, as loosely as keeps the spread between schools steady. Titles, backbone status and honours
are renewed within their quotas.
"""

import numpy as np
from numpy.typing import NDArray

from sim.draws import Draws
from sim.drift import movers
from sim.evidence import Evidence
from sim.hiring import hire
from sim.policy import Policy
from sim.population import applicants
from sim.posts import open_seats, posts_of_the_year
from sim.process import Changes, process
from sim.recognition import backbone_status, counts_for_titles, honours, promotions
from sim.state import (
    AT_HOME,
    EXITED,
    RETIRED,
    SERVING,
    Counties,
    County,
    Groups,
    Schools,
    StageTotals,
    Students,
    Teachers,
)  # fmt: skip

Floats = NDArray[np.float64]


@process(
    reads=(
        Teachers.id, Teachers.home, Teachers.home_post, Teachers.school, Teachers.post, Teachers.stage,
        Teachers.subject, Teachers.age, Teachers.female, Teachers.years_teaching, Teachers.years_here,
        Teachers.support_years, Teachers.title, Teachers.backbone, Teachers.honour, Teachers.talent,
        Teachers.match, Teachers.home_match, Teachers.posting, Teachers.unwilling, Teachers.status,
        Teachers.left_year, Teachers.arrived_year, Teachers.partner, Teachers.unwilling_years,
        Schools.stage, Schools.zone, Schools.roster, Schools.role, Schools.link, Schools.group,
        Schools.pupils, Schools.usual_pupils, Schools.posts,
        Schools.usual_posts, Schools.senior_posts, Schools.intermediate_posts, Schools.backbone_density,
        Schools.attractiveness, Schools.special_posts,
        Students.school, Students.cohort, Students.classroom,
        StageTotals.periods, StageTotals.periods_per_teacher, StageTotals.applicants, StageTotals.staff_share,
        StageTotals.talent_mean, StageTotals.applicant_shares,
        Groups.grade, Counties.next_applicant, Counties.talent_sd, Counties.honour_years, Counties.honour_chance,
    ),
    writes=(
        Teachers.age, Teachers.years_teaching, Teachers.years_here, Teachers.support_years, Teachers.status,
        Teachers.left_year, Teachers.home, Teachers.home_post, Teachers.school, Teachers.post, Teachers.match,
        Teachers.home_match, Teachers.arrived_year, Teachers.title, Teachers.backbone, Teachers.honour,
        Teachers.unwilling_years, Schools.posts, Schools.special_posts, Schools.backbone_density,
        Counties.unfilled_posts, Counties.next_applicant,
    ),
    resizes=(Teachers,),
)  # fmt: skip
def appoint(county: County, policy: Policy, evidence: Evidence, draw: Draws) -> Changes:
    """Let teachers age, leave, drift and be hired; renew titles, backbone status and honours.

    Clauses: staffing.*, incentive.*, links.*.rotation.credit, inflow_gate and group_first, assessment.quota_tilt.
    Evidence: P2 (who is hired where), P8, P29, P30, P33, exit_gradient, drift_sorting, title_correlation.
    Keeps: filled posts never exceed posts; every teacher has one post; applicants' quality is fixed.
    """
    teachers = county.teachers
    serving = teachers.status == SERVING
    age, taught, here = (
        teachers.age + serving,
        teachers.years_teaching + serving,
        teachers.years_here + serving,
    )
    support = teachers.support_years + (serving & counts_for_titles(county, policy, evidence))
    unwilling = teachers.unwilling_years + (serving & teachers.unwilling)
    status = _leaving(county, policy, evidence, draw, serving, age)
    left = serving & (status != SERVING)
    posts = posts_of_the_year(county, policy, evidence, draw, status, left)
    seats = open_seats(county, posts, status)

    (moved, target, match), seats = movers(county, policy, evidence, draw, status, seats)
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
    hired, taken = hire(county, evidence, draw, listed, seats)
    new_match = evidence.match_sd * draw.normal("match", listed.id[hired])
    staff = status == SERVING
    title = promotions(county, policy, evidence, draw, staff, home, taught, support)
    density = _backbone_density(county, policy, evidence)
    backbone = backbone_status(county, evidence, draw, staff, home, taught, density * posts.total)
    honour = honours(county, policy, draw, staff, home, taught, teachers.honour | backbone)
    return Changes(
        write={
            Teachers.age: age,
            Teachers.years_teaching: taught,
            Teachers.years_here: here,
            Teachers.support_years: support,
            Teachers.unwilling_years: unwilling,
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
            Schools.posts: posts.total,
            Schools.special_posts: posts.special,
            Schools.backbone_density: density,
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
    if evidence.exit_gradient:
        # Centred, so that the county's rate stays what it is.
        weakness = np.exp(-evidence.exit_gradient * county.schools.attractiveness[teachers.home])
        hazard *= weakness / (weakness[serving].mean() if serving.any() else 1.0)
    exited = serving & ~retired & (draw.uniform("exit", teachers.id) < hazard)
    return np.where(retired, RETIRED, np.where(exited, EXITED, teachers.status)).astype(np.int8)


def _backbone_density(county: County, policy: Policy, evidence: Evidence) -> Floats:
    """Backbone teachers wanted for each post; training programmes raise it year by year, up to one. (schools,)"""
    growth = policy.staffing.backbone_formation if evidence.switches.backbone_formation else 0.0
    density = county.schools.backbone_density
    return np.minimum(density * (1 + growth), 1.0) if growth else density
