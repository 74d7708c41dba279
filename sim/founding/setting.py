"""All that a county's founding rests on, and the numbers solved for it."""

from dataclasses import dataclass, fields
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from sim.configs import ConfigError, Section, content_hash
from sim.evidence import Evidence
from sim.facts import Facts, Stages
from sim.library import Resolved, find_policy, load_births, load_policy, load_stages
from sim.policy import Policy

SERIES_YEARS = 60
"""Years for which the index of entering cohorts is laid out; its last value holds afterwards."""


@dataclass(frozen=True)
class Setting:
    """A county before any policy: its facts, the evidence, the national rules, and its own policy's roster."""

    facts: Facts
    stages: Stages
    births: dict[int, float]
    evidence: Evidence
    base: Policy
    own: Policy | None

    @property
    def key(self) -> str:
        """Content hash: equal settings found equal counties."""
        parts = (getattr(self, item.name) for item in fields(self))
        told = (content_hash(part) if isinstance(part, Section) else repr(part) for part in parts)
        return sha256("|".join(told).encode()).hexdigest()

    def cohort_index(self) -> tuple[float, ...]:
        """Size of the cohort entering in year 1, 2, … against year 0.

        Children who enter in September were born from September seven years before to August six years
        before: a third in the first of these calendar years. Beyond the series its last value holds.
        """
        facts = self.facts
        if facts.births_index == "flat":
            return ()
        years = range(facts.year0 + 1, facts.year0 + 1 + SERIES_YEARS)
        if not isinstance(facts.births_index, str):
            first, last = min(facts.births_index), max(facts.births_index)
            start = facts.births_index.get(facts.year0, 1.0)
            return tuple(facts.births_index.get(min(max(year, first), last), 1.0) / start for year in years)
        first, last = min(self.births), max(self.births)

        def entering(year: int) -> float:
            early, late = (self.births[min(max(born, first), last)] for born in (year - 7, year - 6))
            return (early + 2 * late) / 3

        start = entering(facts.year0)
        return tuple(entering(year) / start * (1 + facts.births_trend) ** (year - facts.year0) for year in years)


class Calibration(NamedTuple):
    """Numbers solved so that the founded county shows its targets as results."""

    entry_variance: float
    """Variance of scores at entry to grade 1."""
    catchment_sd: float
    """SD of catchments' entry ability beyond zone and role, σ."""
    zone_gap: float
    """Entry gap between urban and rural catchments, σ."""
    ses_correlation: float
    """Correlation of SES with the score at entry."""
    core_gap_primary: float
    """Entry gap between catchments of core and member primary schools, σ."""
    core_gap_junior: float
    """Entry gap between primary catchments that feed core and member junior schools, σ."""
    shock_variance: float
    """Variance of slow luck."""
    nested_share: float
    """Share of what lies between catchments beyond zone and role that one junior unit's catchments have in common."""


class Reached(NamedTuple):
    """What a founded county shows, in the order of the targets."""

    score_sd: float
    between_school_share: float
    urban_rural_gap: float
    ses_correlation: float
    core_gap_primary: float
    core_gap_junior: float
    observed_stability: float
    between_school_share_junior: float


def setting_of(county: str, resolved: Resolved) -> Setting:
    """What the founding of a county rests on: the same for every policy that is tried on it."""
    try:
        own = str(find_policy(Path(county).stem))
    except ConfigError:
        own = None
    return Setting(
        facts=resolved.facts.value,
        stages=load_stages(),
        births=load_births(),
        evidence=resolved.evidence.value,
        base=load_policy("none").value,
        own=load_policy(own).value if own else None,
    )
