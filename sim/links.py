"""Group models: the rules between a core and one of its schools, one frozen section for each matter.

A group model belongs to the *link* between core and member, not to the group: one group may hold fused and joint links
side by side.
"""

from typing import Annotated, Literal

from pydantic import Field

from sim.configs import Bilingual, Count, PositiveCount, Scheduled, Section, Share

EventKind = Literal[
    "guidance", "help_project", "exchange", "research", "open_day", "showcase", "action_project",
    "training", "inspection", "joint_test", "meeting",
]  # fmt: skip
"""Kinds of group events; which coefficient each acts through is in `sim.evidence.EVENT_ACTS_THROUGH`."""
MainSubject = Literal["chinese", "maths", "english", "science"]
"""Subjects that may carry weight in the score, in the order of `sim.state.SUBJECTS`."""


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
    """How far the core's present mean quality may fall below that before the group's first postings, in σ_T."""
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
    formation: Literal["assigned", "mixed", "voluntary"] = "assigned"
    """Whether the county places a school that is planned for this link, or asks it; it asks again each year."""
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
