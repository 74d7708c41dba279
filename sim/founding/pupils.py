"""The first pupils: cohorts replayed through the schools with the staff frozen, and the solving of targets."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sim.classrooms import Classrooms
from sim.evidence import Evidence
from sim.founding.setting import Calibration, Reached, Setting
from sim.grouped import ratio, sums
from sim.policy import Policy
from sim.processes import admissions, assessment, learning
from sim.state import CORE, JUNIOR, MEMBER, PRIMARY, SERVING, STAGES, SUBJECTS, County, StageTotals, urban
from sim.year import advance

REPLAY_YEARS = 12
"""Cohort years replayed: nine grades, and three more for the feedback of reputation."""
ROUNDS = 12
"""Most rounds of the solving of targets."""
CLOSE = 0.004
"""Largest distance from a target that counts as met."""
STEPS = (0.9, 0.25, 0.8, 0.9, 0.7, 0.7, -3.0, 6.0)
"""First guess of d(unknown)/d(result); secants take over from the second round."""
WIDEST_STEP = np.array([0.15, 0.1, 0.15, 0.1, 0.15, 0.15, 0.1, 0.2])
LOWEST = np.array([0.3, 0.0, -1.0, -0.5, -1.0, -1.0, 0.02, 0.0])
HIGHEST = np.array([3.0, 1.0, 2.0, 0.9, 2.0, 2.0, 0.9, 1.0])
"""Bounds of the unknowns, in the order of `Calibration`."""
TINY = 1e-12


def replay(county: County, base: Policy, evidence: Evidence, seed: int) -> NDArray[np.float32]:
    """Let cohorts pass through the schools with the staff frozen; returns the examination before the last.

    Each replayed year re-centres the year's schooling (I0) and the periods that teachers have; the last
    year's values stay for good.
    """
    processes = (admissions.place, learning.teach, assessment.examine)
    before = np.zeros(0, np.float32)
    for _ in range(REPLAY_YEARS):
        advance(county, base, evidence, seed, processes[:2])
        before = county.students.exam
        _settle(county, evidence)
        county.year -= 1
        advance(county, base, evidence, seed, processes[2:])
    return before


def _settle(county: County, evidence: Evidence) -> None:
    """Write the founding's own means: usual schooling, class size, periods a teacher."""
    rooms = Classrooms.of(county)
    teachers, stages = county.teachers, county.stages
    serving = teachers.status == SERVING
    cell = teachers.stage[serving] * len(SUBJECTS) + teachers.subject[serving]
    staff = np.bincount(cell, minlength=2 * len(SUBJECTS)).reshape(2, len(SUBJECTS))
    owed = np.zeros_like(staff, dtype=float)
    np.add.at(owed, county.schools.stage.astype(int), rooms.periods_owed)
    stages.write(StageTotals.periods_per_teacher, ratio(owed, staff * evidence.load_slack, empty=1.0))
    stages.write(StageTotals.usual_schooling, stages.schooling_mean)
    pupils = np.bincount(rooms.stage, weights=rooms.size, minlength=2)
    usual = ratio(pupils, np.bincount(rooms.stage, minlength=2), empty=1.0)
    stages.write(StageTotals.usual_class_size, usual)


def entry_columns(solved: Calibration, weights: NDArray, catchment: NDArray, evidence: Evidence) -> dict[str, NDArray]:
    """Spreads of entering children that follow from the solved numbers; `weights`: children by catchment.

    Raises ValueError where catchments, SES and luck leave no variance for the child itself.
    """
    between_sd = float(np.sqrt(np.average(catchment**2, weights=weights)))
    ses_sd = evidence.ses_between_school_sd if between_sd > 0 else 0.0
    within = 1 - ses_sd**2
    ses = ses_sd * catchment / between_sd if between_sd > 0 else np.zeros_like(catchment)
    slope = (solved.ses_correlation * np.sqrt(solved.entry_variance) - ses_sd * between_sd) / within
    rest = solved.entry_variance - solved.shock_variance - between_sd**2 - slope**2 * within
    if rest <= 0:
        raise ValueError("the targets leave no variance for the children themselves: check the gaps between schools")
    return {
        "catchment_ses": ses,
        "ses_within_sd": np.array([np.sqrt(within)]),
        "ses_slope": np.array([slope]),
        "ability_sd": np.array([np.sqrt(rest)]),
        "shock_sd": np.array([np.sqrt(solved.shock_variance)]),
    }


def reached(county: County, before: NDArray[np.float32]) -> Reached:
    """What the county shows; `before` is the examination of the year before, NaN in grade 1."""
    students, schools = county.students, county.schools
    units = len(schools)
    score = students.score.astype(float)
    size = np.bincount(students.school, minlength=units).astype(float)
    mean = ratio(sums(students.school, units, score), size)
    shares = []
    for stage in (PRIMARY, JUNIOR):
        here = schools.stage == stage
        pupils = (schools.stage == stage)[students.school]
        if not pupils.any():
            shares.append(np.nan)
            continue
        centre = score[pupils].mean()
        between = np.average((mean[here] - centre) ** 2, weights=size[here])
        shares.append(between / score[pupils].var())
    town = urban(schools.zone)

    def average(which: NDArray) -> float:
        return float(np.average(mean[which], weights=size[which])) if size[which].sum() else np.nan

    def role_gap(stage: int) -> float:
        here = schools.stage == stage
        return average(here & (schools.roster == CORE)) - average(here & (schools.roster == MEMBER))

    seen = ~np.isnan(before)
    stability = np.corrcoef(students.exam[seen], before[seen])[0, 1] if seen.sum() > 2 else np.nan
    return Reached(
        float(score.std()), float(shares[PRIMARY]), average(town) - average(~town),
        float(np.corrcoef(students.ses, score)[0, 1]), role_gap(PRIMARY), role_gap(JUNIOR), float(stability),
        float(shares[JUNIOR]),
    )  # fmt: skip


def targets(setting: Setting) -> Reached:
    """What the founded county must show."""
    facts, evidence = setting.facts, setting.evidence
    share, share_junior = (
        facts.stages[stage].targets.between_school_share if stage in facts.stages else np.nan for stage in STAGES
    )
    gap = facts.scores.core_member_gap
    return Reached(
        1.0,
        share,
        facts.scores.urban_rural_gap,
        evidence.ses_correlation,
        gap,
        gap,
        evidence.observed_stability,
        share_junior,
    )


def first_guess(setting: Setting) -> Calibration:
    """Where the solving starts: the prototype's results."""
    return Calibration(
        entry_variance=0.875,
        catchment_sd=0.22,
        zone_gap=0.75 * setting.facts.scores.urban_rural_gap,
        ses_correlation=setting.evidence.ses_correlation,
        core_gap_primary=0.6 * setting.facts.scores.core_member_gap,
        core_gap_junior=0.3 * setting.facts.scores.core_member_gap,
        shock_variance=0.35,
        nested_share=0.5,
    )


def solve(
    setting: Setting, show: Callable[[Calibration], Reached], start: Calibration | None = None, close: float = CLOSE
) -> tuple[Calibration, Reached]:
    """Solve the targets by Broyden's secant steps; returns the numbers and what they reach.

    Unknown i answers mainly for result i, which gives the first inverse Jacobian (`STEPS`). A result that
    the county cannot show (no rural zone, no group) is NaN and leaves its unknown at its first guess.
    """
    goal, x = np.array(targets(setting)), np.array(start or first_guess(setting))
    inverse = np.diag(STEPS)
    value = np.array(show(Calibration(*x)))
    best, best_value = x, value
    for _ in range(ROUNDS):
        miss = np.nan_to_num(goal - value)
        if np.abs(miss).max() <= close:
            break
        trial = np.clip(x + np.clip(inverse @ miss, -WIDEST_STEP, WIDEST_STEP), LOWEST, HIGHEST)
        found = np.array(show(Calibration(*trial)))
        moved, changed = trial - x, np.nan_to_num(found - value)
        along = moved @ inverse @ changed
        if abs(along) > TINY:
            inverse += np.outer(moved - inverse @ changed, moved @ inverse) / along
        x, value = trial, found
        if _distance(goal, value) < _distance(goal, best_value):
            best, best_value = x, value
    return Calibration(*map(float, best)), Reached(*map(float, best_value))


def _distance(goal: NDArray, value: NDArray) -> float:
    return float(np.abs(np.nan_to_num(goal - value)).max())
