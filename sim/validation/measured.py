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
CLOSED_EARLY, CLOSED_LATE = 5, 10
"""Years after which a gap is told to be closed."""
THIRDS = "gap_teacher_quality_thirds"
TURNOVERS = ("as_is", "hiring", "hiring_mobility"), ("turnover", "turnover_hiring", "turnover_hiring_mobility")
"""Variants of `goldhaber` at either turnover: nothing fair, hiring fair, hiring and mobility fair."""


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
    """Share of strong teachers who agree to go within their group, over how much more common such moves are there."""
    yes, asked = runs.look("agreed").T.astype(float)
    within = ratio_over_seeds(yes, asked)
    return Found(within.value / runs.plan.group_factor, within.error / runs.plan.group_factor, within.seeds)


def counties_that_pass(runs: Runs) -> Found | None:
    """Share of drawn counties that meet the official standard of 2017 in year 0."""
    if not runs.judged:
        return None
    return over_seeds(np.concatenate([batch.passed for batch in runs.judged]))


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


def departures_above(runs: Runs, variant: str) -> Found:
    """Departures from cores over all years under hard rotation against no groups, in per cent more."""
    many, usual = (
        runs.simulated("edu_ecosystem", name, "exit_share_core")[:, 1:].mean(1) for name in (variant, "none")
    )
    found = ratio_over_seeds(many, usual)
    return Found(100 * (found.value - 1), 100 * found.error, found.seeds)


def narrowing(runs: Runs) -> Found:
    """Effect of hard rotation on the gap in teacher quality between cores and members, years 2 to 4."""
    gap = "gap_teacher_quality"
    effect = runs.simulated("edu_ecosystem", "rotation", gap) - runs.simulated("edu_ecosystem", "none", gap)
    return over_seeds(effect[:, FIRST_YEARS].mean(1))


def fading(runs: Runs, variant: str) -> Found:
    """What members gain from hard rotation: last three years against years 2 to 4."""
    gain = runs.simulated("edu_ecosystem", variant, "score_member")
    gain = gain - runs.simulated("edu_ecosystem", "none", "score_member")
    return over_seeds(gain[:, LAST_YEARS].mean(1) - gain[:, FIRST_YEARS].mean(1))


def left_of_gap(runs: Runs, variant: str, year: int) -> Found:
    """What is left in a year of the first gap between the strongest and the weakest third of schools."""
    gap = runs.simulated("goldhaber", variant, THIRDS)
    return ratio_over_seeds(gap[:, year], gap[:, 0])


def order_of_closing(runs: Runs) -> Found:
    """By how much more is left in year 10 with less made fair; the smallest of the steps at either turnover."""
    steps = []
    for variants in TURNOVERS:
        nothing, hiring, both = (runs.simulated("goldhaber", name, THIRDS)[:, CLOSED_LATE] for name in variants)
        steps += [over_seeds(nothing - hiring), over_seeds(hiring - both)]
    return min(steps)


MEASURED: dict[str, Callable[[Runs], Found | None]] = {
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
    "V21": counties_that_pass,
    "V22": levelling_a_year,
    "V22b": lambda runs: over_seeds(runs.effect("tenth", "score_mean")[:, -1]),
    "V24": relief_by_decline,
    "S1": lambda runs: over_seeds(runs.effect("as_written", "score_member")[:, FIFTH_YEAR]),
    "S2": lambda runs: over_seeds(runs.effect("rotation", "score_mean")[:, -1]),
}
"""Every pattern that is measured on the county, by its number. A pattern's letters b, c, d … are further parts."""
REPEATED: dict[str, Callable[[Runs], Found]] = {
    "SIM-A": narrowing,
    "SIM-Ab": lambda runs: departures_above(runs, "rotation"),
    "SIM-Ac": lambda runs: departures_above(runs, "departures"),
    "SIM-Ad": lambda runs: fading(runs, "rotation"),
    "SIM-Ae": lambda runs: fading(runs, "burnout"),
    "SIM-B": lambda runs: left_of_gap(runs, "turnover_hiring_mobility", CLOSED_EARLY),
    "SIM-Bb": lambda runs: left_of_gap(runs, "turnover_hiring", CLOSED_LATE),
    "SIM-Bc": lambda runs: left_of_gap(runs, "turnover_attrition", CLOSED_LATE),
    "SIM-Bd": order_of_closing,
    "SIM-Be": lambda runs: left_of_gap(runs, "hiring_mobility", CLOSED_EARLY),
    "SIM-Bf": lambda runs: left_of_gap(runs, "hiring", CLOSED_LATE),
}
"""What published simulations showed, from their repetition."""


def measure(name: str, runs: Runs) -> Found | None:
    """The value of a pattern; None where it is not measured, or what it rests on was not run."""
    if name in REPEATED:
        return REPEATED[name](runs) if runs.repeated else None
    return MEASURED[name](runs) if name in MEASURED and runs.seen else None
