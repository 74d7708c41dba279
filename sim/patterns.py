"""Patterns: what a credible model of the county should show, each with its published target and its source.

A pattern is data: a target that was fixed before the model was run, how strong its evidence is, what is measured, and,
once it is known, the reason why the model misses it. Targets are never widened. How each is measured stands in
`sim.validation`.
"""

import math
from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.configs import Bilingual, PositiveCount, Section, mistake
from sim.experiment import SettingTable

Strength = Literal["high", "medium", "weak", "rule", "arithmetic", "contested", "size", "simulation"]
"""How strong the evidence is; `size` is the size that the sum of the evidence allows, `simulation` another model's."""


Basis = Literal["solved", "coefficient", "result"]
"""Where a value comes from: the founding solves for it, it follows from a coefficient set by the same evidence, or it
is a result that nothing was set for. Only a result can truly surprise; the others show that the program does what
its equations say."""


class World(Section):
    """A policy that is run for the patterns, with what differs from it."""

    policy: str
    set: SettingTable = Field(default_factory=dict)


class Pattern(Section):
    """One thing to be reproduced."""

    title: Bilingual
    target: str
    low: float | None = None
    high: float | None = None
    strict: bool = False
    """Whether a value must lie clearly beyond the limits, as where a sign is asked for."""
    unit: str
    strength: Strength
    basis: Basis
    source: str
    measured: str
    tested: bool = True
    """False where this model and county cannot put the pattern to the test."""
    reason: str = ""
    """Why the model misses the target, or why it cannot be tested."""

    @model_validator(mode="after")
    def _limits_fit(self) -> "Pattern":
        if self.low is None and self.high is None and self.tested:
            raise mistake("a lowest or a highest value", "neither", at="low")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise mistake("a lowest value up to the highest", f"{self.low} above {self.high}", at="low")
        if not self.tested and not self.reason:
            raise mistake("the reason why it is not tested", "none", at="reason")
        return self

    def holds(self, value: float, margin: float) -> bool:
        """Whether a value lies within the limits; where these are strict, by more than the margin."""
        above = math.inf if self.low is None else value - self.low
        below = math.inf if self.high is None else self.high - value
        return min(above, below) > margin if self.strict else min(above, below) >= 0


class Simulated(Section):
    """An experiment that repeats a published simulation: which of its variants are run, and on how many seeds."""

    variants: tuple[str, ...]
    seeds: PositiveCount


class DrawnCounties(Section):
    """Counties like the first one, each as uneven as chance has it."""

    draws: PositiveCount
    cv: dict[str, dict[str, float]]
    """Difference coefficients by stage and resource, before chance."""
    spread: Annotated[float, Field(ge=0)]
    """SD of the factor on the difference coefficients, whose mean is 1."""
    factor: Literal["county", "indicator"]
    """Whether a county has one factor, or each of its resources its own."""


class Offer(Section):
    """A voluntary posting with a bonus, as it is offered to teachers of cores."""

    policy: str
    set: SettingTable = Field(default_factory=dict)
    group_factor: Annotated[float, Field(ge=1)]
    """How many times more common moves are within a group than outside one."""


class Patterns(Section):
    """The scorecard: a county, its worlds, and the patterns by their number in the evidence."""

    county: str
    years: PositiveCount
    seeds: PositiveCount
    worlds: dict[str, World]
    offer: Offer
    counties: DrawnCounties
    simulations: dict[str, Simulated]
    patterns: dict[str, Pattern]
