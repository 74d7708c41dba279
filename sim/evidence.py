"""How the world responds: every coefficient, its value, range, unit, source and how it is known.

Mechanisms read a coefficient as a number (`evidence.transfer_dip`); reports ask `evidence.notes` for its
range and source. A coefficient is a *flow* (effect on one year's learning given the prior score) or a
*level* (effect on the score after sustained exposure); a level enters a year's learning divided by what a
constant yearly input adds up to.
"""

from typing import Annotated, Literal

from pydantic import Field

from sim.configs import Section, Share

Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
ShareBelowOne = Annotated[float, Field(ge=0, lt=1)]
Correlation = Annotated[float, Field(ge=-1, le=1)]

EVENT_ACTS_THROUGH: dict[str, str | None] = {
    "guidance": "coaching_gain",
    "help_project": "coaching_gain",
    "exchange": "coaching_gain",
    "research": "lesson_study_gain",
    "open_day": "lesson_study_gain",
    "showcase": "lesson_study_gain",
    "action_project": "lesson_study_gain",
    "training": "lecture_gain",
    "inspection": None,
    "joint_test": None,
    "meeting": None,
}
"""The coefficient through which each kind of group event reaches teaching; None costs time only."""


class Switches(Section):
    """Mechanisms, each on or off; off equals the policy's absence."""

    fund: bool = True
    equipment: bool = True
    facilities: bool = True
    towns: bool = True
    choice: bool = True
    drift: bool = True
    titles: bool = True
    rotation: bool = True
    dip: bool = True
    match: bool = True
    refusal: bool = True
    load: bool = True
    pairing: bool = True
    events: bool = True
    colleagues: bool = True
    management: bool = True
    curriculum: bool = True
    peers: bool = True
    class_size: bool = True
    effort: bool = True
    bundling: bool = True
    reputation: bool = True
    shared_classes: bool = True
    migration: bool = True
    migrants: bool = True
    boarding: bool = True
    privilege: bool = True
    transfers: bool = True
    joint_admission: bool = True
    second_address: bool = True
    seat_rules: bool = True
    hiring_sorting: bool = True
    open_selection: bool = True
    inflow_gate: bool = True
    group_first: bool = True
    post_pooling: bool = True
    special_posts: bool = True
    title_rules: bool = True
    itinerant: bool = True
    backbone_formation: bool = True
    lifecycle: bool = True


class Evidence(Section):
    """Every coefficient as a number. Units, ranges and sources stand in configs/evidence."""

    # P1-P9: teachers
    teacher_effect_sd: Positive
    teacher_between_school_share: Share
    persistence: ShareBelowOne
    novice_deficit: float
    experience_gain: float
    transfer_dip: float
    dip_recovery: Share
    match_sd: NotNegative
    portable_share: Share
    # P10-P17: who is sent, and what colleagues give
    sender_selection_weak: float
    sender_selection_strong: float
    colleague_spillover: float
    pairing_gain: float
    coaching_gain: float
    lecture_gain: float
    lesson_study_gain: float
    shared_class_gain: float
    # P18-P23: money and management
    spending_gain: float
    management_gain: float
    principal_sd: NotNegative
    management_half_life_years: Positive
    span_penalty: Share
    distance_factor: Share
    # P24-P28: pupils and examinations
    ses_correlation: Correlation
    between_school_share: Share
    peer_gain: float
    class_size_gain: float
    exam_reliability: Annotated[float, Field(gt=0, le=1)]
    cohort_luck_sd: NotNegative
    # P29-P36: staffing and burdens
    exit_rate: Share
    drift_wish_rate: Share
    bundled_effort_gain: float
    unwilling_share: Share
    exit_factor_unwilling: float
    refusal_share: Share
    team_loss: float
    overload_loss: float
    # what formulas need beyond the numbered rows
    leadership_autonomous: Share
    leadership_convenor: Share
    leadership_council: Share
    leadership_head_principal: Share
    leadership_single_team: Share
    enforcement_decreed: Share
    refusal_share_credit: Share
    refusal_distance: float
    refusal_family_age: float
    family_age_from: Positive
    family_age_to: Positive
    pooled_refusal_factor: NotNegative
    bonus_refusal_slope: NotNegative
    drift_wish_rate_core: Share
    backbone_talent: float
    title_correlation: Correlation
    between_zone_share: Share
    core_talent_shift: float
    core_management_shift: float
    management_catchment_correlation: Correlation
    curriculum_gain: float
    courses_of_leadership: Share
    cadre_leadership: Share
    span_free_members: NotNegative
    lasting_share: Share
    lasting_persistence_ratio: Share
    shock_correlation: ShareBelowOne
    observed_stability: Share
    novice_years: Positive
    experience_years: Positive
    out_of_field_loss: float
    pairing_scale: Share
    pairing_decay: Share
    event_reach: NotNegative
    event_contacts_scale: Positive
    event_time_share: Share
    joint_sessions: NotNegative
    expert_visits: NotNegative
    shadowing_contacts: NotNegative
    shadowing_time_share: Share
    centre_effect: Positive
    centre_teachers: NotNegative
    online_relief: Share
    shared_class_time_share: NotNegative
    colleague_speed: Share
    load_slack: Positive
    load_limit: Positive
    applicants_factor: Positive
    hiring_sorting: NotNegative
    vacancy_rate: Share
    drift_sorting: Share
    exit_gradient: NotNegative
    selection_interest: Share
    selection_accuracy: Share
    gate_pass_share: Share
    itinerant_travel_load: NotNegative
    burnout_loss: NotNegative
    choice_consider_primary: Share
    choice_consider_junior: Share
    choice_reputation: float
    choice_distance: float
    choice_ses: float
    migration_rate: Annotated[float, Field(ge=0, le=0.1)]
    migrant_papers_share: Share
    residence_year_factor: Share
    second_address_share: Annotated[float, Field(gt=0, le=1)]
    boarding_take_up: Share
    boarding_gain: float
    transfer_wish_rate: Share
    reputation_speed: Share
    brand_fade: Share
    core_brand_gain: float
    value_added_prior_pupils: NotNegative
    willingness_of_gap: NotNegative
    willingness_threshold: float
    mixed_assigned_share: Share
    ses_between_school_sd: ShareBelowOne
    weeks_per_sd: Positive
    smallest_effect: NotNegative
    town_withdrawal: Share
    item_median_yuan: Positive
    item_spread: Positive
    switches: Switches = Switches()


LeadershipKind = Literal["autonomous", "convenor", "council", "head_principal", "single_team"]


def leadership_weight(evidence: Evidence, leadership: LeadershipKind) -> float:
    """Share of the way to the core's management that a member goes in the long run.

    With the switch `management` off every link leaves its schools to themselves.
    """
    if not evidence.switches.management:
        return evidence.leadership_autonomous
    return {
        "autonomous": evidence.leadership_autonomous,
        "convenor": evidence.leadership_convenor,
        "council": evidence.leadership_council,
        "head_principal": evidence.leadership_head_principal,
        "single_team": evidence.leadership_single_team,
    }[leadership]
