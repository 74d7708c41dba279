"""What is decreed: one frozen section per process, each value with the clause it rests on.

A policy file says only what differs from the policy it extends; `none` holds the national rules that are
in force without education groups. Values that no text gives are marked `assumed` in the file and reported
as such. A group model belongs to the *link* between core and member, not to the group: one group may hold
fused and joint links side by side.
"""

from typing import Annotated, Literal

from pydantic import Field

from sim.configs import Bilingual, Count, PositiveCount, Scheduled, Section, Share, Yuan
from sim.state import OwnerName, StageName, StatusName, ZoneName

EventKind = Literal[
    "guidance", "help_project", "exchange", "research", "open_day", "showcase", "action_project",
    "training", "inspection", "joint_test", "meeting",
]  # fmt: skip
"""Kinds of group events; which coefficient each acts through is in `sim.evidence.EVENT_ACTS_THROUGH`."""


class Document(Section):
    """The policy document a file encodes."""

    title: Bilingual
    number: str
    issuer: str
    date: str


class RotationRule(Section):
    """A floor on new movers a year, as a share of a base on file."""

    rate: Scheduled[Share]
    base: Literal["core_teachers"] = "core_teachers"
    direction: Literal["core_to_member"] = "core_to_member"
    exchange: bool = True


class Rotation(Section):
    """轮岗: who must be posted to another school of the group, how many, for how long."""

    rules: dict[str, RotationRule]
    years: tuple[PositiveCount, PositiveCount]
    max_age: Annotated[float, Field(gt=18, le=70)] | None = None
    honour: Literal["district"] | None = None
    credit: bool = False
    """Service counts as rural support and gives priority in promotion, which lowers refusals."""


class Mentoring(Section):
    """师徒结对 and joint research between the core and a linked school."""

    events_per_term: dict[EventKind, Count] = Field(default_factory=dict)
    pairing_coverage: Share = 0.0
    """Largest share of a member's main-subject teachers in a pair."""
    mentees_per_mentor: PositiveCount = 2


class Curriculum(Section):
    """Shared courses of the group."""

    sharing: Share = 0.0


class Link(Section):
    """A group model: the rules between a core and one of its schools."""

    title: Bilingual
    role: Literal["member", "partner"] = "member"
    legal: Literal["separate", "shared_representative", "merged"] = "separate"
    leadership: Literal["autonomous", "convenor", "council", "head_principal", "single_team"] = "autonomous"
    formation: Literal["assigned", "mixed", "voluntary"] = "assigned"
    """Whether the county places a school that is planned for this link, or asks it; it asks again each year."""
    personnel: Literal["home", "exchange", "pooled", "unified"] = "home"
    finance: Literal["independent", "supervised", "unified_approval"] = "independent"
    brand_share: Share = 0.0
    rotation: Rotation | None = None
    cadres: Scheduled[Count] | None = None
    """Mid-level cadres the core sends to members of this link, a group in that year."""
    mentoring: Mentoring = Mentoring()
    curriculum: Curriculum = Curriculum()


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
    """Link of those who grow up to be partners."""
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
    """Years in a row with a poor result after which a group is dissolved."""
    dissolve_result: float = -1.0
    """Result below which a year counts as one of these, in SD over schools."""


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
    """Share of the fund divided by the groups' activity last year; the rest is divided evenly."""
    by_grade: bool = False
    grades: FundGrades | None = None
    leakage: Share = 0.0
    posting_yuan: Yuan = 0
    event_yuan: Yuan = 0
    pair_yuan: Yuan = 0
    curriculum_yuan: Yuan = 0
    """Price of a group's full curriculum project for a year."""
    core_share_limit: Share = 1.0
    """Largest share of its public-use money that a core may spend on decreed postings."""


class Admissions(Section):
    """免试就近入学: who enters which school."""

    class_size_cap: ByStage[PositiveCount]
    enforcement: Share = 0.0
    """Share of families who would choose another school that nearby enrolment turns back."""


class Retirement(Section):
    """Statutory ages in years, by school year; before the first year of a schedule its first value holds."""

    men: Scheduled[Annotated[float, Field(ge=50, le=75)]]
    women: Scheduled[Annotated[float, Field(ge=50, le=75)]]


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


class Assessment(Section):
    """How schools and groups are judged each June."""

    bundle_weight: Share = 0.0
    """捆绑考核: weight of the members' result in the core's."""
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
