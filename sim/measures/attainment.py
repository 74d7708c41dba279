"""Attainment: means, gaps and spread of true scores, and the mean of the examination.

Every mean weighs schools by their pupils and counts all grades of the stage.
"""

import numpy as np

from sim.measures.measure import QUALITY_BALANCE, Measure
from sim.measures.places import ALL, ROLE_SCHOOLS, RURAL, URBAN, WITH_ROLE, ZONED, Floats
from sim.measures.pupils import FIFTHS
from sim.measures.schools import SchoolYear
from sim.state import ROLES

TAUGHT_ROLES = ("core", "member")
"""Roster roles for which a year's learning is told apart from the scores it adds to."""

MEASURES = (
    Measure("score_mean", "σ", "mean true score of all pupils", better="higher", cut="zone"),
    *(
        Measure(f"score_{role}", "σ", f"mean true score of the pupils of {who}", better="higher")
        for role, who in ROLE_SCHOOLS.items()
    ),
    Measure("learning_mean", "σ a year", "a year's schooling against the mean of year 0, all pupils", better="higher"),
    *(
        Measure(f"learning_{role}", "σ a year", f"the same for the pupils of {ROLE_SCHOOLS[role]}", better="higher")
        for role in TAUGHT_ROLES
    ),
    Measure("score_gap_core_member", "σ", "score_core − score_member", better="lower"),
    Measure("score_gap_urban_rural", "σ", "score_mean of seat and near − far and village", better="lower"),
    Measure("score_sd", "σ", "standard deviation of true scores about the mean of their stage"),
    Measure(
        "between_school_share",
        "share",
        "part of the variance of true scores within a stage that lies between schools (校际差异率)",
        f"{QUALITY_BALANCE}, item of the national monitoring: below 0.15",
        better="lower",
    ),
    *(
        Measure(
            f"score_ses{fifth}",
            "σ",
            f"mean true score of pupils in fifth {fifth} of 5 of family SES (1 poorest), by fixed limits",
            better="higher",
        )
        for fifth in range(1, FIFTHS + 1)
    ),
    Measure("exam_mean", "σ", "mean of last June's examination", better="higher", cut="zone"),
)


def take(year: SchoolYear) -> dict[str, Floats]:
    """The measures of attainment of a year; shapes as their cuts say, NaN where a place has no pupils."""
    sums = year.pupils_in_places
    score = sums.score / sums.pupils
    learning = year.weighted_in_places.schooling / sums.pupils
    spread, between = _variation(year)
    fifths = _with_both(year.stages.fifth_score) / _with_both(year.stages.fifth_pupils)
    return {
        "score_mean": score[:, ZONED],
        **{f"score_{role}": score[:, WITH_ROLE[role]] for role in ROLES},
        "learning_mean": learning[:, ALL],
        **{f"learning_{role}": learning[:, WITH_ROLE[role]] for role in TAUGHT_ROLES},
        "score_gap_core_member": score[:, WITH_ROLE["core"]] - score[:, WITH_ROLE["member"]],
        "score_gap_urban_rural": score[:, URBAN] - score[:, RURAL],
        "score_sd": np.sqrt(spread / sums.pupils[:, ALL]),
        "between_school_share": between / spread,
        **{f"score_ses{number + 1}": fifths[:, number] for number in range(FIFTHS)},
        "exam_mean": (sums.exam / sums.examined)[:, ZONED],
    }


def _variation(year: SchoolYear) -> tuple[Floats, Floats]:
    """Squares of scores about the mean of their stage, in all and between schools. Shape (3 stage cuts,)."""
    sums = year.pupils_in_places
    score, pupils = sums.score[1:, ALL], sums.pupils[1:, ALL]
    of_means = score * score / np.maximum(pupils, 1)
    spread = np.maximum(year.stages.score_squares - of_means, 0)
    between = np.maximum(sums.score_between[1:, ALL] - of_means, 0)
    return _with_both(spread), _with_both(between)


def _with_both(stages: Floats) -> Floats:
    """Put the sum of both stages before the sums of each. First axis from 2 to 3."""
    return np.concatenate([stages.sum(axis=0, keepdims=True), stages])
