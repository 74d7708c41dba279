"""The county file: what is known of a county before any policy, each figure with its source.

A county is described by stage and zone (schools, pupils, teachers, backbone density), by targets that the
founded county must meet as results, and by its named schools. Figures that no yearbook gives are marked
`A` (assumed) and listed by `sim describe`.
"""

from typing import Annotated, Literal

from pydantic import Field

from sim.configs import Bilingual, Count, PositiveCount, Section, Share, Yuan
from sim.state import OwnerName, StageName, StatusName, ZoneName

Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
SubjectName = Literal["chinese", "maths", "english", "science", "academic", "pe", "arts", "other"]


class Subject(Section):
    """A subject of a stage: weekly periods by grade, weight in the score, share of staff."""

    periods: dict[int, NotNegative]
    """Weekly periods by grade; a grade that is left out has none."""
    score_weight: NotNegative = 0.0
    staff_share: Share


class Stage(Section):
    """A stage of compulsory school."""

    first_grade: PositiveCount
    last_grade: PositiveCount
    subjects: dict[SubjectName, Subject]


class Stages(Section):
    """configs/stages.yaml: grades, subjects, periods, weights."""

    primary: Stage
    junior: Stage


class Zone(Section):
    """One zone of one stage at year 0."""

    schools: Count
    pupils: Count
    teachers: Count
    backbone_per_100: NotNegative
    town_run_share: Share = 0.0
    """Share of the schools, among those not named with an owner, that towns run."""
    status_shares: dict[StatusName, Share] = Field(default_factory=dict)
    """Shares of new, weak and quality schools among those not named with a status; the rest have potential."""


class Spread(Section):
    """An official indicator at year 0: mean over pupils and between-school difference coefficient."""

    mean: NotNegative
    cv: NotNegative


class Targets(Section):
    """What the founded county must show for one stage."""

    backbone_cv: NotNegative
    """Total pupil-weighted CV of backbone teachers per 100 pupils."""
    degree: Spread
    """Teachers above the required degree per 100 pupils."""
    pe_arts: Spread
    """PE and arts teachers per 100 pupils."""
    area_m2: Spread
    """Teaching area, square metres a pupil."""
    sports_m2: Spread
    """Sports area, square metres a pupil."""
    equipment_yuan: Spread
    """Teaching equipment, yuan a pupil."""
    multimedia: Spread
    """Networked multimedia rooms per 100 pupils."""
    teachers_within_cv: NotNegative
    """CV of teachers per pupil between schools of one zone."""
    pupils_within_cv: NotNegative
    """CV of pupils between the schools of one zone that are not named."""
    class_size: Positive
    age_mean: Positive
    age_sd: Positive
    female_share: Share
    between_school_share: Share
    """Between-school share of score variance (ICC); evidence P25 unless the county is known to differ."""


class Scores(Section):
    """Score targets of the whole county, in student standard deviations."""

    urban_rural_gap: float
    core_member_gap: float


class Labour(Section):
    """Yearly labour cost of a teacher by title."""

    junior: Yuan
    intermediate: Yuan
    senior: Yuan


class StageFacts(Section):
    """Zones, targets and spending of one stage."""

    zones: dict[ZoneName, Zone]
    targets: Targets
    spending_yuan: Yuan
    """Total spending a pupil a year."""


class NamedSchool(Section):
    """A school that the sources name."""

    name: str
    en: str
    stage: StageName
    zone: ZoneName
    town: str | None = None
    """Town that runs it; where none is given the schools of a zone are dealt to its towns in turn."""
    owner: OwnerName | None = None
    status: StatusName | None = None


class TownFacts(Section):
    """A town that runs schools of its own."""

    title: Bilingual
    zone: ZoneName
    """Zone of its schools; towns of the zone `far` run the village schools as well."""


class BirthsTable(Section):
    """Births by calendar year, in any unit (only their ratios are used)."""

    by_year: dict[int, Positive]


class Facts(Section):
    """A county."""

    title: Bilingual
    year0: int
    """School year (its September) that the facts describe."""
    burn_in_years: Count = 3
    births_index: Literal["national", "flat"] | dict[int, Positive] = "national"
    """Size of the entering cohort against year 0: from national births, flat, or by school year."""
    births_trend: float = 0.0
    """The county's yearly deviation from the national index, as a share."""
    migration_factor: Annotated[float, Field(ge=0, le=10)] = 1.0
    """Migration from rural to urban catchments against the usual rate."""
    migrant_share: Share = 0.0
    """Migrant children (随迁子女) among the children of urban catchments; kept from entry on, hence not by stage."""
    stages: dict[StageName, StageFacts]
    scores: Scores
    honour_other_share: Share
    """Share of teachers without backbone status who hold a district honour."""
    honour_min_years: Count
    rural_service_share: Share = 0.0
    """Share of town teachers who have taught at a rural school before year 0."""
    labour_yuan: Labour
    named_schools: tuple[NamedSchool, ...] = ()
    named_size_range: tuple[Positive, Positive] = (0.8, 1.2)
    """Named schools have their zone's mean size times a draw from this range."""
    equipment_life_years: Positive
    """Years in which teaching equipment and multimedia rooms wear out."""
    towns: dict[str, TownFacts] = Field(default_factory=dict)
    town_share: Share = 0.0
    """Share of the usual spending on their schools that towns pay."""
    town_capital_share: Share = 0.0
    """Share of town money that buys equipment."""
