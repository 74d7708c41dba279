"""Rules and a reader for measures."""

from collections.abc import Callable
from typing import Any

import pytest

from sim.evidence import Evidence
from sim.library import resolve
from sim.measures import take
from sim.policy import Policy
from sim.state import County


@pytest.fixture(scope="session")
def rules() -> tuple[Policy, Evidence]:
    """The rules without groups, and evidence where a novice lacks 0.1 σ and experience adds nothing later."""
    found = resolve("taishan", "none", ())
    evidence = found.evidence.value.model_copy(update={"novice_deficit": -0.1, "experience_gain": 0.0})
    return found.policy.value, evidence


@pytest.fixture
def measured(rules: tuple[Policy, Evidence]) -> Callable[..., dict[Any, float]]:
    """`measured(county)`: values by measure for the whole county, by (measure, stage) or (…, stage, zone)."""

    def values(county: County) -> dict[Any, float]:
        found: dict[Any, float] = {}
        for stage, zone, measure, value in take(county, *rules):
            found[measure, stage, zone] = value
            if zone == "all":
                found[measure, stage] = value
                if stage == "all":
                    found[measure] = value
        return found

    return values
