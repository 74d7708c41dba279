"""What is decreed: one frozen section per process, each value with the clause it rests on.

A policy file says only what differs from the policy it extends; `none` holds the national rules that are
in force without education groups. Values that no text gives are marked `assumed` in the file and reported
as such. A group model belongs to the *link* between core and member, not to the group: one group may hold
fused and joint links side by side.
"""

from typing import Annotated, Literal

from pydantic import Field

from sim.configs import Bilingual, Count, PositiveCount, Scheduled, Section, Share, Yuan
from sim.links import Link
from sim.state import OwnerName, StageName, StatusName, SubjectName, ZoneName


class Document(Section):
    """The policy document a file encodes."""

    title: Bilingual
    number: str
    issuer: str
    date: str


class Group(Section):
    """A named group: its core and the schools linked to it, by link type."""

    title: Bilingual
    core: str
    members: dict[str, tuple[str, ...]]


class SchoolKind(Section):
    """Schools meant by a rule of formation; what is left out is not asked for."""

    zone: tuple[ZoneName, ...] | None = None
    owner: OwnerName | None = None
    stage: StageName | None = None
    status: tuple[StatusName, ...] | None = None


class FormationRule(Section):
    """Which schools head groups, and which are dealt to them by which link."""

    core: SchoolKind
    member: SchoolKind
    link: str
    members: tuple[Count, PositiveCount] | None = None
    """Fewest and most members that one core takes by this rule."""


class Formation(Section):
    """How groups come about beside the named ones, and how fast planned schools join."""

    rules: dict[str, FormationRule] = Field(default_factory=dict)
    coverage: Scheduled[Share] | None = None
    """Least share of the county's schools that are in groups; absent, all planned schools join at once."""
    target: Literal["plan", "weak_first"] = "plan"
    """Who joins first after the first year: rural zones as in the plan, or the lowest last standing."""
    max_new_members_per_year: PositiveCount | None = None
    start_lag_years: Count = 0
    """Years between the policy and its groups, as for approval in two stages."""


class Lifecycle(Section):
    """How schools enter, grow up in and leave groups, and how groups end. What is left out does not happen."""

    max_members: PositiveCount | None = None
    """Most members that a core may have after entries; planned members are not turned away."""
    entry: bool = False
    """Whether schools outside groups may apply in later years."""
    entry_lag_years: Count = 0
    entry_link: str | None = None
    """Link of those who enter; the first of the policy if left out."""
    growth_years: PositiveCount | None = None
    """Years in a group after which a member is examined each year for having grown up."""
    graduation_gap: float | None = None
    """Largest gap in standing to the core at which a member has grown up, in SD over schools."""
    graduation_value_added: float | None = None
    """Least mean value added of three years at which a member has grown up, in σ."""
    graduate_to: Literal["independent", "partner", "spawn"] = "independent"
    graduate_link: str | None = None
    """Link of those who grow up to be partners; its role is partner."""
    spawn_chance: Share = 1.0
    """Chance that one who has grown up founds a group; else it is independent."""
    spawn_takes: Count = 1
    """Weakest free schools that a group so founded takes a year."""
    one_out_one_in: bool = False
    """Whether a place that is left goes to the weakest free school at once."""
    exit_standing: float | None = None
    """Standing from which a member leaves on merit, in SD over schools."""
    expel_years: PositiveCount | None = None
    """Years in a row with too few movers after which a group loses a member."""
    expel_fulfilment: Share = 0.5
    """Share of the movers due below which a year counts as one of these."""
    dissolve_years: PositiveCount | None = None
    """Years of judgement in a row with a poor result after which a group is dissolved; see `assessment.cycle_years`."""
    dissolve_result: float = -1.0
    """Result below which a judgement counts as one of these, in SD over schools."""


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
    """Price of a school's shared classes for a year, if all its main-subject lessons were shared; above 0 where a link
    has shared classes."""
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
    formation: Formation = Formation()
    lifecycle: Lifecycle | None = None
    funding: Funding
    admissions: Admissions
    staffing: Staffing
    assessment: Assessment = Assessment()
    incentive: Incentive = Incentive()
