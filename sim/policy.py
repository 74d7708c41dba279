"""What is decreed: one frozen section per process, each value with the clause it rests on.

A policy file says only what differs from the policy it extends; `none` holds the national rules that are
in force without education groups. Values that no text gives are marked `assumed` in the file and reported
as such. A group model belongs to the *link* between core and member, not to the group: one group may hold
fused and joint links side by side.
"""

from typing import Annotated, Literal

from pydantic import Field

from sim.configs import Bilingual, Count, PositiveCount, Scheduled, Section, Share, Yuan
from sim.state import SubjectName

EventKind = Literal[
    "guidance", "help_project", "exchange", "research", "open_day", "showcase", "action_project",
    "training", "inspection", "joint_test", "meeting",
]  # fmt: skip
"""Kinds of group events; which coefficient each acts through is in `sim.evidence.EVENT_ACTS_THROUGH`."""
MainSubject = Literal["chinese", "maths", "english", "science"]
"""Subjects that may carry weight in the score, in the order of `sim.state.SUBJECTS`."""


class Document(Section):
    """The policy document a file encodes."""

    title: Bilingual
    number: str
    issuer: str
    date: str


class RotationRule(Section):
    """A floor on new movers a year, as a share of a base on file.

    Bases count the core and its schools of this link. All staff of the model teach, so `group_staff` is
    `group_teachers`. A mover counts for every rule whose base and direction he fits.
    """

    rate: Scheduled[Share]
    base: Literal["core_teachers", "group_teachers", "group_staff", "urban_backbone", "urban_without_rural_service"] = (
        "core_teachers"
    )
    direction: Literal["core_to_member", "bidirectional", "any", "urban_to_rural"] = "core_to_member"
    exchange: bool = True
    """One for one, in the same subject, for the same term; where the whole group is the base both count."""
    backbone_share: Share = 0.0
    """Least share of backbone teachers among the movers."""
    only: Literal["all", "backbone"] = "all"
    voluntary: bool = False
    """The rate is an offer of places: nobody is pushed."""


class MustMove(Section):
    """What follows from long service at one school together with nearness to retirement.

    `literal`: who has both is due before all others, whatever the other conditions. `exempt`: who is near
    retirement is not sent, as is usual elsewhere.
    """

    years_here: Count
    years_to_retirement: Annotated[float, Field(gt=0)]
    reading: Literal["literal", "exempt"] = "literal"


class Rotation(Section):
    """轮岗: who must be posted to another school of the group, how many, for how long."""

    rules: dict[str, RotationRule]
    years: tuple[PositiveCount, PositiveCount]
    max_age: Annotated[float, Field(gt=18, le=70)] | None = None
    honour: Literal["district"] | None = None
    inflow_gate: Literal["open", "selection"] = "open"
    """selection: teachers of rural schools come to the group's town schools only if they are among the best, by vacancy
    or in exchange; nobody is posted there one way."""
    group_first: bool = False
    """Vacancies of the group's schools are offered to its own teachers before others."""
    credit: bool = False
    """Service counts as rural support and gives priority in promotion, which lowers refusals."""
    min_skill_percentile: Annotated[float, Field(ge=0, lt=100)] = 0.0
    """Those sent are above this percentile of quality within their school."""
    order: Literal["sender", "tenure"] = "sender"
    """Who goes first: whom the principal lets go, or who has been longest at the school."""
    must_move: MustMove | None = None
    rural_service_years: PositiveCount | None = None
    """Term of town teachers without rural service who are sent to the country."""
    core_protection: Annotated[float, Field(ge=0)] | None = None
    """How far the core's present mean quality may fall below that of its first year, in σ_T."""
    rate_cap: Share = 1.0
    """Largest share of the staff of the core and its schools of this link that moves in a year."""
    transfer_chance: Share = 0.0
    """Chance to stay for good at the end of a posting; an exchange partner then stays too."""
    matching: Literal["even", "need", "weak_subject", "mutual"] = "even"
    """Where movers go: shared out by staff; where load is highest; where the subject is taught worst; or by staff,
    with partners who agree."""
    objective: Literal["sender", "balance"] = "sender"
    """Balance: exchanges are those that bring quality and backbone shares of the schools closest together."""
    backbone_per_subject_new: Count = 0
    """Backbone teachers of each subject that the core sends to a school when it joins."""


class Mentoring(Section):
    """师徒结对 and joint research between the core and a linked school."""

    events_per_term: dict[EventKind, Count] = Field(default_factory=dict)
    pairing_coverage: Share = 0.0
    """Largest share of a member's main-subject teachers in a pair."""
    mentees_per_mentor: PositiveCount = 2
    matching: Literal["even", "weak_subject", "demand"] = "even"
    """Whom help reaches: all teachers alike, those of the school's weakest main subject, or those of the main
    subject in which the core is furthest ahead."""
    projects: Count = 0
    """Joint projects a year (行动项目), a group, each in one main subject."""
    studios: tuple[MainSubject, ...] = ()
    """Master-teacher studios (名师工作室), where the core has a backbone teacher of the subject."""
    experts_per_term: Count = 0
    """Backbone teachers of the core who visit schools of this link, a group and term."""
    shadowing_per_year: Count = 0
    """Teachers of each school who spend some weeks at the core a year (跟岗)."""
    centre: bool = False
    """The group has centres of its own for teachers, pupils and quality, staffed by the core."""
    effectiveness: Annotated[float, Field(ge=0.5, le=1.5)] = 1.0
    """Factor on what joint work gives, where a text calls for expert or integrated work."""


class Curriculum(Section):
    """Shared courses of the group."""

    sharing: Share = 0.0
    """How far a school takes over the better courses of its core."""
    sync: Share = 0.0
    """How far one plan holds for all (统一教学计划): courses move to the core's, up or down."""
    online: bool = False
    """A platform that carries joint work over the distance between town and country."""
    shared_classes: Share = 0.0
    """Share of a school's main-subject lessons given as synchronous classes with the core (双师课堂)."""
    student_events_per_year: Count = 0
    """Festivals and visits of pupils, a group and year; no effect on scores is known."""


class FacilityRules(Section):
    """Facilities of a linked school: who owns them, what is used together, what is handed on."""

    ownership: Literal["school", "group"] = "school"
    """What a school owns cannot be handed on; what the group owns can."""
    allocation: Literal["school", "group", "need"] = "school"
    """Who gets new equipment: each school its own, all of the group by pupils, or those who lack most."""
    sharing: Share = 0.0
    """Share of what richer schools of the group have beyond its mean that pupils here can use as well."""
    transfer_rate: Share = 0.0
    """Share of the way to equality that movable equipment goes each year from the richest to the poorest."""


class Link(Section):
    """A group model: the rules between a core and one of its schools."""

    title: Bilingual
    role: Literal["member", "partner"] = "member"
    legal: Literal["separate", "shared_representative", "merged"] = "separate"
    leadership: Literal["autonomous", "convenor", "council", "head_principal", "single_team"] = "autonomous"
    personnel: Literal["home", "exchange", "pooled", "unified"] = "home"
    finance: Literal["independent", "supervised", "unified_approval"] = "independent"
    brand_share: Share = 0.0
    rotation: Rotation | None = None
    cadres: Scheduled[Count] | None = None
    """Mid-level cadres the core sends to members of this link in that year."""
    cadres_per: Literal["group", "member"] = "group"
    executive_principals: Count = 0
    """Executive principals of the core whom each member has at any time; they count as cadres."""
    mentoring: Mentoring = Mentoring()
    curriculum: Curriculum = Curriculum()
    facilities: FacilityRules = FacilityRules()


class Group(Section):
    """A named group: its core and the schools linked to it, by link type."""

    title: Bilingual
    core: str
    members: dict[str, tuple[str, ...]]


class ByStage[T](Section):
    """One value for each stage."""

    primary: T
    junior: T


class FundGrades(Section):
    """What a group of each assessment grade receives, as a multiple of the even share."""

    A: Annotated[float, Field(ge=0)]
    B: Annotated[float, Field(ge=0)]
    C: Annotated[float, Field(ge=0)]
    D: Annotated[float, Field(ge=0)]


class Funding(Section):
    """Money decreed: the public-use quota of every school and the special fund of the groups."""

    public_use_yuan: ByStage[Scheduled[Yuan]]
    small_school_pupils: Count
    """Schools with fewer pupils are paid public-use money as if they had this many."""
    special_fund_yuan: Scheduled[Yuan] = Field(default=0, validate_default=True)
    activity_share: Share = 0.5
    """Share of the fund divided by the groups' activity last year; what no share takes is divided evenly."""
    need_share: Share = 0.0
    """Share of the fund divided by need: members' pupils times how far their standing is below the core's."""
    by_grade: bool = False
    grades: FundGrades | None = None
    leakage: Share = 0.0
    posting_yuan: Yuan = 0
    event_yuan: Yuan = 0
    pair_yuan: Yuan = 0
    curriculum_yuan: Yuan = 0
    """Price of a group's full curriculum project for a year."""
    shared_class_yuan: Yuan = 0
    """Price of a school's shared classes for a year, if all its main-subject lessons were shared."""
    boarding_yuan: Yuan = 0
    """Yearly cost of a boarder."""
    core_share_limit: Share = 1.0
    """Largest share of its public-use money that a core may spend on decreed postings."""
    equipment_share: Share = 0.0
    """Share of a group's special fund that is set aside for equipment before anything else."""
    progressivity: Share = 1.0
    """Share of equipment money that goes by need inside a group; the rest goes by pupils."""
    approval_threshold_yuan: Yuan | None = None
    """Dearer items wait a year for the group's approval where a link's finance is not independent."""
    town_floor_ratio: Share | None = None
    """A branch gets at least this multiple of what its town pays a pupil on average, stage by stage."""
    town_compliance: Share = 0.0
    """Share of the money missing to the floor that towns pay of their own will."""
    town_enforced: bool = False
    """The county takes the rest from the town and pays it to the branch."""


class Migrants(Section):
    """随迁子女: migrant children at entry."""

    rule: Literal["equal", "papers", "none"] = "equal"
    """`equal`: by catchment as residents; `papers`: only with papers; `none`: none of them. The others are placed
    in the school of their zone with the most free seats."""
    min_residence_years: Count = 0
    """Years of lease, residence permit or contract that the papers must show."""


class Admissions(Section):
    """免试就近入学: who enters which school."""

    class_size_cap: ByStage[PositiveCount]
    enforcement: Share = 0.0
    """Share of families who would choose another school that nearby enrolment turns back."""
    selection: Literal["exam", "none"] = "exam"
    """Who of those who choose is taken first at junior entry: the best examined, or by lot."""
    cross_catchment: bool = True
    """Families may choose a school outside their catchment."""
    unit: Literal["school", "group"] = "school"
    """`group`: the core and members of a group share the children of their joint catchments by seats."""
    second_address: bool = False
    """Families with two addresses (relocated, or registered with grandparents) may use either."""
    must_accept: bool = True
    """Children with a right to a school are taken beyond its seats; else the nearest school with seats takes them."""
    extra_classes: bool = True
    """Schools open more classes than their seats need; else classes grow beyond the cap."""
    privilege: Share = 0.0
    """Share of families, those of the highest SES, who get a place at a core school whatever its seats."""
    transfer_allowed: bool = False
    """Pupils may change school in the middle of a stage while classes have room."""
    migrants: Migrants = Migrants()
    boarding: dict[str, Count] = Field(default_factory=dict)
    """Places for boarders by school, shared evenly over its grades."""


class Retirement(Section):
    """Statutory ages in years, by school year; before the first year of a schedule its first value holds."""

    men: Scheduled[Annotated[float, Field(ge=50, le=75)]]
    women: Scheduled[Annotated[float, Field(ge=50, le=75)]]


class Itinerant(Section):
    """走教: teachers of other schools give the lessons of subjects for which a school has no teacher."""

    subjects: tuple[SubjectName, ...]
    scope: Literal["group", "county"] = "group"


class Staffing(Section):
    """编制: posts, retirement, titles."""

    retirement: Retirement
    unreplaced_share: Share
    """Largest share of a school's leavers whose posts lapse while it is above the norm."""
    pupils_per_post: ByStage[Annotated[float, Field(gt=0)]]
    """The norm below which posts do not lapse."""
    senior_share: ByStage[Share]
    intermediate_share: ByStage[Share]
    intermediate_years: Count
    """Years of teaching before promotion to the intermediate title."""
    senior_years: Count
    """Years of teaching before promotion to the senior title."""
    post_total_fixed: bool = False
    """The county keeps its posts of a stage; those of leavers go to schools that have too few."""
    pool_scope: Literal["school", "group"] = "school"
    """Within what posts of leavers may go to another school; group: the group's schools of a stage."""
    post_formula: Literal["lessons", "pupils"] = "lessons"
    """By what posts are divided where they are fixed or pooled: periods of all classes, or pupils."""
    group_special_posts: Count = 0
    """Posts a group that stand in for core teachers sent out without an exchange."""
    senior_post_uplift: Share = 0.0
    """Further senior and intermediate posts of cores, for those who go on exchange; other schools have fewer."""
    recruitment: Literal["list", "open_selection"] = "list"
    """open_selection: schools of groups fill vacancies first with teachers of schools outside groups."""
    itinerant: Itinerant | None = None
    backbone_formation: Share = 0.0
    """Yearly growth of the number of backbone teachers wanted for each post."""


class Incentive(Section):
    """What a posting is worth for a teacher's career."""

    title_priority: Literal["all", "volunteers", "none"] = "all"
    """Who has priority for titles among those posted where service is credited (`rotation.credit`)."""
    title_unit: Literal["school", "group"] = "school"
    """Who holds the quotas of titles; group: the group's schools of a stage together."""
    dispatch_bonus_yuan: Yuan = 0
    """Paid for each posting and year beside the allowance, from the same accounts."""


class Assessment(Section):
    """How schools and groups are judged each June."""

    bundle_weight: Share = 0.0
    """捆绑考核: weight of the members' result in the core's."""
    bundle: Literal["level", "increment"] = "level"
    """What of the members counts: their value added, or how far they rose since groups were last judged."""
    cycle_years: PositiveCount = 1
    """Years between judgements of a group; grade and effort stand until the next."""
    size_bands: tuple[PositiveCount, ...] = ()
    """Limits, in pupils, of the bands of group size within which groups are graded; none: all together."""
    value_added_weight: Share = 0.5
    quota_tilt: Annotated[float, Field(ge=0)] = 0.0
    """Extra chance of a district honour in groups of grade A, as a share of the usual chance."""


class Policy(Section):
    """A county's decreed rules."""

    title: Bilingual
    document: Document | None = None
    start_year: int | None = None
    """School year (its September) that is year 1 of the policy."""
    links: dict[str, Link] = Field(default_factory=dict)
    groups: dict[str, Group] = Field(default_factory=dict)
    funding: Funding
    admissions: Admissions
    staffing: Staffing
    assessment: Assessment = Assessment()
    incentive: Incentive = Incentive()
