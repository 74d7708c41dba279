"""How each pattern is measured: one small function a pattern, from runs that all patterns share.

A value is the mean over seeds with its standard error; a ratio is the ratio of means, with the error of the jackknife.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.state import CORE, MEMBER, OUTSIDE, PARTNER
from sim.validation.worlds import Runs

Floats = NDArray[np.float64]
EARLY, LATE = slice(1, 3), slice(3, 6)
"""Years 1 and 2 of a group, and the two to four years after its first."""
FIFTH_YEAR, FOURTH_YEAR, SIXTH_YEAR = 5, 4, 6
FIRST_YEARS, LAST_YEARS = slice(2, 5), slice(-3, None)
"""When an early effect is seen, and the end of the run."""
RELIEVED = ("mean_degree_statistical", "mean_backbone_statistical", "mean_pe_arts_statistical")
"""R1 to R3: resources that are persons per 100 pupils."""
DECLINE = (2024, 2031)
"""School years between which the index of primary rolls falls to 0.65."""
TENFOLD_WITHIN_GROUPS = 10
"""How many times more willing teachers are to move within a group than outside one (Wespieser 2018)."""


class Found(NamedTuple):
    """A value with its standard error over seeds."""

    value: float
    error: float
    seeds: int


def over_seeds(values: Floats) -> Found:
    """The mean over seeds. `values`: (seeds,)."""
    error = float(values.std(ddof=1) / np.sqrt(values.size)) if values.size > 1 else np.nan
    return Found(float(values.mean()), error, values.size)


def ratio_over_seeds(above: Floats, below: Floats) -> Found:
    """The ratio of two means over seeds. Both (seeds,)."""
    count = above.size
    value = float(above.sum() / below.sum())
    if count < 2:
        return Found(value, np.nan, count)
    left_out = (above.sum() - above) / (below.sum() - below)
    return Found(value, float(np.sqrt((count - 1) * left_out.var())), count)


def share_of_teachers_in_gap(runs: Runs) -> Found:
    """Part of the urban-rural gap that teachers make: what their gap adds up to over the grades, over the gap."""
    gap = sum(
        runs.measure("none", "gap_teacher_quality_urban_rural", stage)[:, 0]
        * runs.look("level_years")[:, number]
        * runs.measure("none", "pupils", stage)[:, 0]
        for number, stage in enumerate(("primary", "junior"))
    ) / runs.measure("none", "pupils")[:, 0]  # fmt: skip
    return ratio_over_seeds(gap, runs.measure("none", "score_gap_urban_rural")[:, 0])


def voluntary_uptake(runs: Runs) -> Found:
    """Share who would accept outside a group, from the coefficient for within."""
    return Found((1 - runs.evidence.refusal_share) / TENFOLD_WITHIN_GROUPS, 0.0, 0)


def group_size(runs: Runs) -> Found:
    """Score of the members that both groups have, in the large group against the small one, in the last year."""
    rows = runs.look("members_of_both")[0]

    def mean(world: str) -> Floats:
        pupils = runs.schools(world, "pupils")[:, -1, rows]
        return (runs.schools(world, "score_mean")[:, -1, rows] * pupils).sum(1) / pupils.sum(1)

    return over_seeds(mean("large_group") - mean("small_group"))


def in_groups(runs: Runs, world: str, name: str) -> Floats:
    """Sum over the schools that Taishan's plan puts into groups, in year 6. (seeds,)"""
    grouped = np.isin(runs.look("roster")[0], (CORE, MEMBER, PARTNER))
    return runs.schools(world, name)[:, SIXTH_YEAR, grouped].sum(1)


def title_change(runs: Runs, title: str) -> Found:
    """Difference in the share of a title in grouped schools, as written against no groups."""

    def share(world: str) -> Floats:
        return in_groups(runs, world, f"title_{title}") / in_groups(runs, world, "teachers_file")

    return over_seeds(share("as_written") - share("none"))


def teachers_per_pupil(runs: Runs) -> Found:
    """Difference in teachers per 100 pupils in grouped schools, as written against no groups."""

    def density(world: str) -> Floats:
        return 100 * in_groups(runs, world, "teachers_file") / in_groups(runs, world, "pupils")

    return over_seeds(density("as_written") - density("none"))


def premium(runs: Runs, role: int) -> Floats:
    """What families believe of the schools of a role beyond what they would without groups. (seeds, years + 1)"""
    here = runs.look("roster")[0] == role
    return (runs.schools("as_written", "belief") - runs.schools("none", "belief"))[:, :, here].mean(2)


def joining(runs: Runs) -> Floats:
    """The jump of members' name on joining. (seeds,)"""
    return runs.look("premium_of_joining")[:, runs.look("roster")[0] == MEMBER].mean(1)


def member_over_core_premium(runs: Runs) -> Found:
    """Members' jump on joining, over what cores are believed to be above schools without a group."""
    roster, start = runs.look("roster")[0], runs.schools("none", "belief")[:, 0]
    return ratio_over_seeds(joining(runs), start[:, roster == CORE].mean(1) - start[:, roster == OUTSIDE].mean(1))


def levelling_a_year(runs: Runs) -> Found:
    """Per cent a year by which the spread of teacher quality over cores and members falls at a rate of 10 %."""
    grouped = np.isin(runs.look("roster")[0], (CORE, MEMBER))

    def spread(world: str) -> Floats:
        quality = runs.schools(world, "teacher_quality_mean")[:, -1, grouped]
        pupils = runs.schools(world, "pupils")[:, -1, grouped]
        mean = (quality * pupils).sum(1, keepdims=True) / pupils.sum(1, keepdims=True)
        return (pupils * (quality - mean) ** 2).sum(1) / pupils.sum(1)

    found = ratio_over_seeds(spread("tenth"), spread("none"))
    years = 2 * runs.plan.years  # a variance falls twice as fast as a standard deviation
    value = found.value ** (1 / years)
    return Found(100 * (value - 1), 100 * value / years * found.error / found.value, found.seeds)


def relief_by_decline(runs: Runs) -> Found:
    """Growth of teachers of three kinds per 100 primary pupils without policy, in per cent, mean of the three."""
    first, last = (year - runs.plan.setting.facts.year0 for year in DECLINE)
    grown = [runs.measure("none", name, "primary") for name in RELIEVED]
    return over_seeds(100 * np.mean([values[:, last] / values[:, first] - 1 for values in grown], axis=0))


def member_over_core_gain(runs: Runs) -> Found:
    """What members gain from a federation beyond what cores gain, in year 5."""
    gain = runs.effect("federation", "score_member") - runs.effect("federation", "score_core")
    return over_seeds(gain[:, FIFTH_YEAR])


def exits_above(runs: Runs, world: str) -> Found:
    """Departures over all years against no groups, in per cent more."""
    found = ratio_over_seeds(runs.measure(world, "exits")[:, 1:].sum(1), runs.measure("none", "exits")[:, 1:].sum(1))
    return Found(100 * (found.value - 1), 100 * found.error, found.seeds)


def fading_of_gap(runs: Runs) -> Found:
    """Effect of hard rotation on the gap in teacher quality: last three years against years 2 to 4."""
    effect = runs.effect("hard_rotation", "gap_teacher_quality")
    return over_seeds(effect[:, LAST_YEARS].mean(1) - effect[:, FIRST_YEARS].mean(1))


MEASURED: dict[str, Callable[[Runs], Found]] = {
    "V1": lambda runs: over_seeds(runs.look("teacher_effect_sd")),
    "V3": lambda runs: over_seeds(runs.look("leaving_share")),
    "V4": lambda runs: over_seeds(runs.measure("as_written", "between_school_share")[:, -1]),
    "V5": lambda runs: over_seeds(runs.measure("none", "score_gap_urban_rural")[:, 0]),
    "V6": share_of_teachers_in_gap,
    "V7": lambda runs: over_seeds(runs.look("ses_correlation")),
    "V8": lambda runs: over_seeds(runs.look("stability")),
    "V8b": lambda runs: over_seeds(runs.look("value_added_stability")),
    "V9": lambda runs: ratio_over_seeds(runs.look("mover_loss"), runs.look("movers").astype(float)),
    "V9b": lambda runs: over_seeds(runs.look("full_turnover")),
    "V9c": lambda runs: over_seeds(runs.look("movers_without_policy").astype(float)),
    "V11": voluntary_uptake,
    "V13": lambda runs: over_seeds(runs.effect("training", "score_member", "federation")[:, -1]),
    "V14": lambda runs: over_seeds(runs.effect("federation", "score_member")[:, EARLY].mean(1)),
    "V14b": lambda runs: over_seeds(runs.effect("federation", "score_member")[:, LATE].mean(1)),
    "V14c": lambda runs: over_seeds(runs.effect("tight", "score_member", "loose")[:, FIFTH_YEAR]),
    "V14d": member_over_core_gain,
    "V15": group_size,
    "V16": lambda runs: title_change(runs, "intermediate"),
    "V16b": teachers_per_pupil,
    "V16c": lambda runs: title_change(runs, "senior"),
    "V17": lambda runs: over_seeds(runs.effect("as_written", "score_core")[:, FIFTH_YEAR]),
    "V18": member_over_core_premium,
    "V18b": lambda runs: over_seeds(premium(runs, MEMBER)[:, 3] - joining(runs)),
    "V18c": lambda runs: over_seeds(premium(runs, CORE)[:, LATE].mean(1)),
    "V19": lambda runs: over_seeds(runs.effect("more_money", "score_mean")[:, FOURTH_YEAR]),
    "V21": lambda runs: over_seeds(runs.measure("none", "official_pass_statistical")[:, 0]),
    "V22": levelling_a_year,
    "V22b": lambda runs: over_seeds(runs.effect("tenth", "score_mean")[:, -1]),
    "V24": relief_by_decline,
    "S1": lambda runs: over_seeds(runs.effect("as_written", "score_member")[:, FIFTH_YEAR]),
    "S2": lambda runs: over_seeds(runs.effect("rotation", "score_mean")[:, -1]),
    "SIM-A": lambda runs: over_seeds(runs.effect("hard_rotation", "gap_teacher_quality")[:, FIRST_YEARS].mean(1)),
    "SIM-Ab": lambda runs: exits_above(runs, "hard_rotation"),
    "SIM-Ac": fading_of_gap,
}
"""Every pattern that is measured, by its number. A pattern's letters b, c, d are further parts of it."""
