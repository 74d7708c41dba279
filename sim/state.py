"""What exists: every column of schools, groups, teachers, pupils, stages and the county, and the terms.

A school row is a *stage unit*: the primary and the junior part of a nine-year school are two rows. Schools,
groups and teachers never lose rows, since others refer to them by row; only pupils are compacted. Units: an
effect is in student standard deviations (σ) unless it says otherwise, money in whole yuan of the base year.
"""

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.columns import NEVER, NONE, Column, Table

# The terms. Position is the number stored in a column; each has its official word.
StageName = Literal["primary", "junior"]
ZoneName = Literal["seat", "near", "far", "village"]
STAGES: tuple[StageName, ...] = ("primary", "junior")
STAGES_ZH = ("小学", "初中")
ZONES: tuple[ZoneName, ...] = ("seat", "near", "far", "village")
ZONES_ZH = ("城区", "近郊", "远郊镇", "村")
ROLES = ("none", "core", "member", "partner")
OwnerName = Literal["county", "town"]
OWNERS: tuple[OwnerName, ...] = ("county", "town")
OWNERS_ZH = ("县办", "镇办")
StatusName = Literal["potential", "new", "weak", "quality"]
STATUSES: tuple[StatusName, ...] = ("potential", "new", "weak", "quality")
STATUSES_ZH = ("潜力学校", "新建学校", "薄弱学校", "优质学校")
DEPARTURES = ("none", "graduated", "spawned", "merit", "expelled", "dissolved")
"""How a school last left its group: grown up, grown up to head its own, of its own will, sent away, left over."""
ROLES_ZH = ("未入集团", "核心校", "成员校", "协作校")
TITLES = ("junior", "intermediate", "senior")
TITLES_ZH = ("初级及以下", "中级", "高级")
SubjectName = Literal["chinese", "maths", "english", "science", "academic", "pe", "arts", "other"]
SUBJECTS: tuple[SubjectName, ...] = ("chinese", "maths", "english", "science", "academic", "pe", "arts", "other")
SUBJECTS_ZH = ("语文", "数学", "英语", "科学", "其他文化课", "体育", "艺术", "其他")
GRADES = ("A", "B", "C", "D")
SHORTFALL_CAUSES = ("stay", "age", "honour", "refusal", "load", "partner", "money", "rank", "protection")
"""Why a decreed posting did not happen; new causes come last, since results are kept by position."""

PRIMARY, JUNIOR = range(2)
SEAT, NEAR, FAR, VILLAGE = range(4)
OUTSIDE, CORE, MEMBER, PARTNER = range(4)
CHINESE, MATHS, ENGLISH, SCIENCE, ACADEMIC, PE, ARTS, OTHER = range(8)
MAIN_SUBJECTS = 4
"""Subjects 0 to 3 carry score weight: Chinese, mathematics, English, science."""
URBAN = (SEAT, NEAR)
UNTITLED, INTERMEDIATE, SENIOR = range(3)
SERVING, RETIRED, EXITED = range(3)
STAYED, GRADUATED, SPAWNED, MERIT, EXPELLED, DISSOLVED = range(6)
AT_HOME, SENT, RECEIVED, CADRE = range(4)
"""Kinds of posting: at home, core teacher sent, member teacher received in exchange, cadre."""


class Towns(Table):
    """Towns that run schools of their own and pay a part of their spending; none unless the county names them."""

    zone = Column("int8", "0 seat, 1 near, 2 far town, 3 village")
    paid_yuan = Column("int64", "paid to its schools this year by the town itself", unit="yuan")
    withdrawn_yuan = Column("int64", "withdrawn this year from schools that joined a group", unit="yuan")
    missing_yuan = Column("int64", "still missing this year to the floor for branches", unit="yuan")
    deducted_yuan = Column("int64", "taken from the town this year and paid to its branches", unit="yuan")


class Schools(Table):
    """Stage units, ordered by stage and name."""

    stage = Column("int8", "0 primary, 1 junior")
    zone = Column("int8", "0 seat, 1 near, 2 far town, 3 village")
    owner = Column("int8", "who runs it: 0 county, 1 town")
    status = Column("int8", "0 potential, 1 new, 2 weak, 3 quality; drawn once for a county")
    drawn_pupils = Column("int32", "pupils when the place was drawn, the same in every seed", unit="pupils")
    group = Column("int32", "education group", start=NONE)
    role = Column("int8", "0 none, 1 core, 2 member, 3 partner, in the present group")
    roster = Column("int8", "role that the county's own policy plans for it, the same in every variant")
    town = Column("int32", "town that runs it, where towns run schools", start=NONE)
    link = Column("int8", "group model of the link to the core: place in the policy's list", start=NONE)
    joined_year = Column("int32", "year of joining the group", start=NEVER)
    planned_group = Column("int32", "group that the policy plans for it", start=NONE)
    planned_link = Column("int8", "link that the policy plans for it; a core has none", start=NONE)
    applied_year = Column("int32", "year of applying to enter a group, while waiting", start=NEVER)
    left_year = Column("int32", "year of leaving a group or of growing up in it", start=NEVER)
    departure = Column("int8", "0 none, 1 graduated, 2 spawned, 3 merit, 4 expelled, 5 dissolved, in that year")
    feeds = Column("int32", "junior unit that takes a primary catchment's leavers", start=NONE)
    entry_ratio = Column("float64", "junior: children entering grade 7 for each leaver of its catchments", start=1)
    births_share = Column("float64", "primary: share of the county's entering children in its catchment")
    catchment = Column("float64", "mean entry ability of the catchment's children", unit="σ")
    catchment_ses = Column("float64", "mean SES of the catchment's families", unit="SD")
    seats = Column("int32", "seats in an entering grade", unit="pupils")
    entrants = Column("int32", "children with a right to the school who entered this year", unit="pupils")
    elsewhere = Column("int32", "of these, placed in another school", unit="pupils")
    asked = Column("int32", "of the entrants, families who asked for another school", unit="pupils")
    granted = Column("int32", "of those who asked, taken there", unit="pupils")
    over_seats = Column("int32", "children taken this year beyond the seats", unit="pupils")
    transferred = Column("int32", "pupils of other schools taken in above the entering grade this year", unit="pupils")
    boarding_yuan = Column("int64", "spent on boarders this year", unit="yuan")
    pupils = Column("int32", "pupils enrolled")
    usual_pupils = Column("int32", "pupils enrolled in year 0")
    posts = Column("int32", "posts (编制)")
    usual_posts = Column("int32", "posts in year 0, and those that came or went with teachers who stay for good")
    special_posts = Column("int32", "posts among them that stand in for core teachers sent out")
    senior_posts = Column("int32", "posts with a senior title")
    intermediate_posts = Column("int32", "posts with an intermediate title")
    backbone_density = Column(
        "float64", "backbone teachers for each post that renewal keeps, year 0's unless trained for"
    )
    attractiveness = Column("float64", "rank among applicants", unit="SD over schools at founding")
    management = Column("float64", "management practice", unit="SD over schools at founding")
    own_management = Column("float64", "management practice without the group", unit="SD over schools")
    curriculum = Column("float64", "quality of courses", unit="SD over schools at founding")
    own_curriculum = Column("float64", "quality of courses without the group", unit="SD over schools")
    area_m2 = Column("float64", "teaching and auxiliary floor area", unit="m²")
    sports_m2 = Column("float64", "sports area", unit="m²")
    equipment_yuan = Column("float64", "teaching equipment at its price", unit="yuan")
    multimedia_rooms = Column("float64", "networked multimedia rooms")
    usual_equipment_yuan = Column("float64", "teaching equipment in year 0", unit="yuan")
    usual_rooms = Column("float64", "networked multimedia rooms in year 0")
    effort = Column("float64", "effort under bundled assessment, as a level of score", unit="σ")
    event_gain = Column(
        "float64", "gain from joint work in each main subject, as a flow", unit="σ a year", width=MAIN_SUBJECTS
    )
    event_load = Column("float64", "teachers' time given to joint work, as a share of all time")
    shared_lessons = Column(
        "float64", "share of the lessons of each main subject given as synchronous classes", width=MAIN_SUBJECTS
    )
    schooling = Column("float64", "pupil-weighted mean input of the year (I)", unit="σ a year")
    spending_change = Column("float64", "spending on own pupils against year 0", unit="%")
    cadres = Column("int32", "cadres of the core who serve here")
    standing = Column("float64", "last assessment", unit="SD over schools")
    judged_standing = Column("float64", "standing when its group was last judged", unit="SD over schools")
    reputation = Column("float64", "what families believe, following standing", unit="SD over schools")
    brand = Column("float64", "what families believe beyond that because of the group's name", unit="SD")
    value_added = Column("float64", "value added of the last three years, latest first", unit="σ", width=3)
    public_use_yuan = Column("int64", "public-use money of the year", unit="yuan")
    paid_yuan = Column("int64", "public-use money spent on decreed postings this year", unit="yuan")
    town_yuan = Column("int64", "town money of the year", unit="yuan")
    granted_yuan = Column(
        "int64",
        "spent on own pupils this year beyond the usual: equipment from the fund, change in town money",
        unit="yuan",
    )


class Groups(Table):
    """Education groups (教育集团), one row each. They have no legal person of their own."""

    core = Column("int32", "core school", of=Schools)
    founded_year = Column("int32", "first year of the group", start=NEVER)
    first_member_year = Column("int32", "first year in which it had members", start=NEVER)
    closed_year = Column("int32", "year of its dissolution; its row stays", start=NEVER)
    poor_years = Column("int32", "judgements in a row below the threshold of dissolution")
    idle_years = Column("int32", "years in a row with too few of the movers due", unit="years")
    grade = Column("int8", "last assessment grade: 0 A to 3 D", start=NONE)
    result = Column("float64", "last assessment result", unit="SD over groups")
    activity = Column("float64", "postings, events and pairs of the year, priced", unit="yuan")
    balance_yuan = Column("int64", "special fund not yet spent", unit="yuan")
    allotted_yuan = Column("int64", "special fund allotted this year", unit="yuan")
    awaiting_yuan = Column("int64", "special fund that waits a year for approval", unit="yuan")
    returned_yuan = Column("int64", "returned to the county this year, after dissolution", unit="yuan")
    equipment_yuan = Column("int64", "spent from the fund on equipment this year", unit="yuan")
    postings_yuan = Column("int64", "spent from the fund on postings this year", unit="yuan")
    events_yuan = Column("int64", "spent on joint events this year", unit="yuan")
    pairs_yuan = Column("int64", "spent on mentoring pairs this year", unit="yuan")
    curriculum_yuan = Column("int64", "spent on shared courses and shared classes this year", unit="yuan")
    sharing_funded = Column("float64", "share of the curriculum project that was paid for")
    due = Column("int32", "new movers decreed this year", unit="persons")
    done = Column("int32", "new movers posted this year", unit="persons")
    refused = Column("int32", "eligible teachers who refused this year", unit="persons")
    short = Column("int32", "shortfall by cause", unit="persons", width=len(SHORTFALL_CAUSES))
    unattainable = Column("int32", "1 where the decreed quality of movers could not be reached this year")
    movers_quality = Column("float64", "mean quality of new movers against their school", unit="σ_T")
    transfers = Column("int32", "posted teachers who stayed for good this year", unit="persons")
    cadres_short = Column("int32", "cadres decreed for this year whom the core could not lend", unit="persons")
    core_quality = Column(
        "float64", "mean quality of the core's teachers before its first postings, if protected", unit="σ a year",
        start=np.nan,
    )  # fmt: skip


Schools.group.of = Groups
Schools.planned_group.of = Groups


class Teachers(Table):
    """Teachers, one row each, ordered by id. `home` is where the file is, `school` where they teach."""

    id = Column("int32", "founding place, or place on a year's list of applicants")
    home = Column("int32", "school that holds the file", of=Schools)
    home_post = Column("int32", "place among the teachers of the subject at home")
    school = Column("int32", "school where they teach", of=Schools)
    post = Column("int32", "place among the teachers of the subject where they teach")
    stage = Column("int8", "0 primary, 1 junior")
    subject = Column("int8", "subject taught")
    age = Column("float64", "age on 1 September, with month of birth", unit="years")
    female = Column("bool", "sex")
    years_teaching = Column("int16", "years taught before this one", unit="years")
    years_here = Column("int16", "years at the home school before this one", unit="years")
    support_years = Column("int16", "years of teaching support (支教) that count for titles", unit="years")
    rural_years = Column("int16", "years at rural schools, this one included", unit="years")
    unwilling_years = Column("int16", "years posted against one's will", unit="years")
    title = Column("int8", "0 junior or none, 1 intermediate, 2 senior")
    degree = Column("bool", "degree above the required one")
    backbone = Column("bool", "backbone teacher (骨干教师)")
    honour = Column("bool", "honour of district level or above")
    talent = Column("float64", "permanent effect on a year's learning", unit="σ a year")
    match = Column("float64", "effect of this teacher at this school", unit="σ a year")
    home_match = Column("float64", "match at the home school, kept while posted", unit="σ a year")
    skill_peer = Column("float64", "learned from colleagues", unit="σ a year")
    skill_pair = Column("float64", "learned from a mentor", unit="σ a year")
    paired = Column("bool", "has a mentor this year")
    forced_year = Column("int32", "year of the last forced move", start=NEVER)
    arrived_year = Column("int32", "year of arrival at the present school, returns apart", start=NEVER)
    posting = Column("int8", "0 at home, 1 sent, 2 received in exchange, 3 cadre")
    serves = Column("int32", "school that a posted cadre leads", of=Schools)
    posting_ends = Column("int32", "school year in which the posting is over", start=NEVER)
    partner = Column("int32", "teacher exchanged for this one", start=NONE)
    posted_by = Column("int32", "group that posted the teacher and pays", of=Groups)
    returned_year = Column("int32", "year of the last return", start=NEVER)
    unwilling = Column("bool", "posted against one's will")
    status = Column("int8", "0 serving, 1 retired, 2 left the county's service")
    left_year = Column("int32", "year of leaving", start=NEVER)


class Students(Table):
    """Pupils enrolled, one row each, oldest cohort first, then by school and class."""

    id = Column("int32", "birth cohort and place in it")
    cohort = Column("int32", "school year of entering grade 1")
    school = Column("int32", "school attended", of=Schools)
    classroom = Column("int32", "class within school and cohort")
    catchment = Column("int32", "primary unit in whose catchment the home lies", of=Schools)
    migrant = Column("bool", "child of migrant workers (随迁子女), without local registration")
    boarding = Column("bool", "boards at the school (寄宿)")
    ses = Column("float32", "socio-economic status of the family", unit="SD")
    ability = Column("float32", "permanent part of the score", unit="σ")
    lasting = Column("float32", "schooling that stays", unit="σ")
    fading = Column("float32", "schooling that fades", unit="σ")
    shock = Column("float32", "slow luck", unit="σ")
    score = Column("float32", "true attainment", unit="σ")
    exam = Column("float32", "last June's examination: true score and luck", unit="σ", start=np.nan)


class StageTotals(Table):
    """What holds for a stage of the county; row 0 primary, row 1 junior."""

    first_grade = Column("int32", "first grade")
    last_grade = Column("int32", "last grade")
    usual_schooling = Column("float64", "pupil-weighted mean input of year 0 (I0)", unit="σ a year")
    usual_class_size = Column("float64", "mean class size at founding", unit="pupils")
    planned_class_size = Column("float64", "class size that schools plan for", unit="pupils", start=1)
    level_years = Column("float64", "what a constant yearly input adds up to, mean over grades (M)", unit="years")
    score_weight = Column("float64", "weight of a main subject in the score", width=MAIN_SUBJECTS)
    taught_from = Column("int32", "first grade in which a main subject is taught", width=MAIN_SUBJECTS)
    periods = Column("float64", "weekly periods of a class, by grade 1-9 and subject", width=9 * len(SUBJECTS))
    periods_per_teacher = Column("float64", "weekly periods a teacher has, by subject", width=len(SUBJECTS))
    staff_share = Column("float64", "share of staff, by subject", width=len(SUBJECTS))
    applicants = Column("int32", "length of the yearly list of applicants", unit="persons")
    talent_mean = Column("float64", "mean talent of applicants", unit="σ a year")
    cohort_pupils = Column("int32", "children entering the stage in year 0", unit="pupils")
    spending_yuan = Column("float64", "spending a pupil at year 0", unit="yuan")
    applicant_shares = Column("float64", "applicants' shares of women and of those above the degree", width=2)
    schooling_mean = Column("float64", "pupil-weighted mean input of the year before centring", unit="σ a year")


class Counties(Table):
    """The county, one row."""

    special_fund_yuan = Column("int64", "special fund of the year", unit="yuan")
    leaked_yuan = Column("int64", "special fund lost on the way this year", unit="yuan")
    unfilled_posts = Column("int32", "vacancies that found no applicant this year")
    next_applicant = Column("int32", "id of the first place on next year's list")
    honour_years = Column("int32", "years of service before a district honour", unit="years")
    honour_chance = Column("float64", "chance of a district honour at that service, by stage", width=2)
    talent_sd = Column("float64", "SD of talent among applicants", unit="σ a year")
    ses_within_sd = Column("float64", "SD of SES within a catchment")
    ses_slope = Column("float64", "entry ability for one SD of SES within a catchment", unit="σ")
    ability_sd = Column("float64", "SD of entry ability beyond catchment and SES", unit="σ")
    shock_sd = Column("float64", "SD of slow luck", unit="σ")
    equipment_life_years = Column("float64", "years in which equipment wears out", unit="years", start=np.inf)
    town_share = Column("float64", "towns' share of the usual spending on their schools")
    town_capital_share = Column("float64", "share of town money that buys equipment")
    labour_yuan = Column("float64", "yearly labour cost of a teacher, by title", unit="yuan", width=len(TITLES))
    migrant_share = Column("float64", "migrant children among those of urban catchments")
    migration_factor = Column("float64", "the county's migration to town against the usual rate", start=1)


@dataclass
class County:
    """All tables of a county in one year, and the names of its schools.

    Year 0 is the county before the policy. Calendar questions use `school_year`.
    """

    year: int
    school_year0: int
    names: tuple[str, ...]
    names_en: tuple[str, ...]
    cohort_index: tuple[float, ...]
    """Size of the cohort entering in year 1, 2, … against year 0; the last value holds."""
    schools: Schools
    groups: Groups
    teachers: Teachers
    students: Students
    stages: StageTotals
    county: Counties
    towns: Towns = field(default_factory=lambda: Towns(0))
    town_names: tuple[str, ...] = ()
    rooms: object = None
    """Classes of the year, kept by `sim.classrooms` so that they are formed once."""

    def table(self, kind: type[Table]) -> Table:
        """The county's table of a kind."""
        return {
            Schools: self.schools,
            Groups: self.groups,
            Teachers: self.teachers,
            Students: self.students,
            StageTotals: self.stages,
            Counties: self.county,
            Towns: self.towns,
        }[kind]

    @property
    def school_year(self) -> int:
        """The calendar year in which this school year begins."""
        return self.school_year0 + self.year

    def copy(self) -> "County":
        """The same county, to be continued apart; arrays are shared until written."""
        return replace(
            self,
            schools=self.schools.copy(),
            groups=self.groups.copy(),
            teachers=self.teachers.copy(),
            students=self.students.copy(),
            stages=self.stages.copy(),
            county=self.county.copy(),
            towns=self.towns.copy(),
        )


def urban(zone: NDArray) -> NDArray[np.bool_]:
    """True for zones that count as urban: seat and near."""
    return zone <= NEAR


def open_groups(groups: Groups) -> NDArray[np.bool_]:
    """True for groups that have not been dissolved. (groups,)"""
    return groups.closed_year == NEVER
