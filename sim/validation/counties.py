"""Counties: many like the first one, each as uneven as chance has it, judged by the official rule.

The share of counties that meet the standard of 2017 is known for the nation. Here a county's difference coefficients
are those that are assumed of counties, times a factor by chance; its means are those of the first county.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from sim.configs import Section, freeze
from sim.draws import Draws
from sim.founding import found
from sim.measures import observe
from sim.measures.indicators import CV_LIMITS
from sim.patterns import DrawnCounties
from sim.state import STAGES
from sim.validation.worlds import Judged, Plan

BATCH = 25
"""Counties that one worker founds in a go."""
SMALLEST_FACTOR = 0.1


def batches(drawn: DrawnCounties) -> list[range]:
    """The numbers of the counties, in parts for the workers."""
    return [range(first, min(first + BATCH, drawn.draws + 1)) for first in range(1, drawn.draws + 1, BATCH)]


def judge(plan: Plan, numbers: range) -> Judged:
    """Found some counties and judge each in year 0."""
    arm = plan.arms["none"]
    taken = []
    for number in numbers:
        setting = replace(plan.setting, facts=_uneven(plan.setting.facts, plan.counties, number))
        rows, _ = observe(found(setting, plan.calibration, number), arm.policy, arm.evidence)
        seen = {(measure, stage): value for stage, zone, measure, value in rows if zone == "all"}
        even = all(seen["cv_worst_statistical", stage] <= limit for stage, limit in zip(STAGES, CV_LIMITS, strict=True))
        passed = seen["official_pass_statistical", "all"]
        taken.append((passed, float(even), seen["schools_passing_statistical", "all"]))
    return Judged(*np.array(taken).T)


def _uneven[S: Section](facts: S, drawn: DrawnCounties, number: int) -> S:
    """The county's facts with other difference coefficients."""
    luck = Draws(number, "validation.counties", 0)
    resources = [(stage, resource) for stage in drawn.cv for resource in drawn.cv[stage]]
    rows = np.arange(len(resources)) * (drawn.factor == "indicator")
    factors = np.maximum(1 + drawn.spread * luck.normal("difference coefficient", rows), SMALLEST_FACTOR)
    values: dict[str, Any] = facts.model_dump()
    for (stage, resource), factor in zip(resources, factors.tolist(), strict=True):
        targets = values["stages"][stage]["targets"]
        cv = drawn.cv[stage][resource] * factor
        if resource == "backbone":
            targets["backbone_cv"] = cv
        else:
            targets[resource]["cv"] = cv
    return type(facts).model_validate(freeze(values))
