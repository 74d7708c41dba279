"""Places: the sets of schools for which a measure is taken, a stage crossed with a zone or with a role.

The roles are those of the fixed roster, so that a core is the same school in every variant. Sums over places
are taken without the linear algebra library, whose threads could change the last digit.
"""

import numpy as np
from numpy.typing import NDArray

from sim.grouped import rank_within
from sim.measures.measure import Cut
from sim.state import NEAR, ROLES, SEAT, STAGES, ZONES, Schools

Floats = NDArray[np.float64]

STAGE_CUTS = ("all", *STAGES)
ZONE_CUTS = ("all", "urban", "rural", *ZONES)
ALL, URBAN, RURAL = range(3)
WITH_ROLE = {role: len(ZONE_CUTS) + number for number, role in enumerate(ROLES)}
"""Place of the schools of a roster role."""
WEAKEST, STRONGEST = (len(ZONE_CUTS) + len(ROLES) + number for number in range(2))
"""Place of the third of a stage's schools with the lowest and the highest attractiveness at founding."""
PLACES = STRONGEST + 1
ROLE_SCHOOLS = dict(zip(ROLES, ("ungrouped schools", "cores", "members", "partners"), strict=True))
"""Roster roles in words: roles of the county's own policy in its first year, the same in every variant."""

ZONED = slice(0, len(ZONE_CUTS))
"""The places that are zones."""

CUTS: dict[Cut, tuple[tuple[str, str], ...]] = {
    "zone": tuple((stage, zone) for stage in STAGE_CUTS for zone in ZONE_CUTS),
    "stage": tuple((stage, "all") for stage in STAGE_CUTS),
    "county": (("all", "all"),),
}
"""The (stage, zone) of each number of a measure, in the order in which it gives them."""


def membership(schools: Schools) -> Floats:
    """1 where a school belongs to a place, else 0. Shape (3 stage cuts, places, schools)."""
    stages = schools.stage == np.arange(len(STAGES), dtype=np.int8)[:, None]
    zones = schools.zone == np.arange(len(ZONES), dtype=np.int8)[:, None]
    roles = schools.roster == np.arange(len(ROLES), dtype=np.int8)[:, None]
    everywhere = np.ones((1, len(schools)), bool)
    urban = zones[SEAT] | zones[NEAR]
    places = np.concatenate([everywhere, urban[None], ~urban[None], zones, roles, thirds(schools)])
    return (np.concatenate([everywhere, stages])[:, None] & places).astype(np.float64)


def thirds(schools: Schools) -> NDArray[np.bool_]:
    """The weakest and the strongest third of the schools of each stage; whole thirds, rounded. Shape (2, schools).

    By attractiveness, which is fixed at founding, so that they are the same schools in every variant and year.
    """
    number = np.bincount(schools.stage, minlength=len(STAGES))
    third = np.rint(number / 3)[schools.stage]
    rank = rank_within(schools.stage, schools.attractiveness)
    return np.array([rank >= number[schools.stage] - third, rank < third])


def over_places(members: Floats, values: NDArray) -> Floats:
    """Sums over the schools of each place.

    `members`: (3, places, schools); `values`: (columns, schools). Shape (columns, 3, places).
    """
    flat = members.reshape(-1, members.shape[-1])
    return np.einsum("cs,ps->cp", values, flat).reshape(-1, *members.shape[:2])
