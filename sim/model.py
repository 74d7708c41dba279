"""SchoolingModel: a Mesa model around a county, whose step is one school year.

The county is founded for the seed and measured as it is before the policy (year 0). Each step lets the eight
processes of the year act, the first of which founds the policy's groups, and measures again. Agents are
views: they cost nothing until they are asked.
"""

from typing import Any, NamedTuple

import mesa
import numpy as np
from mesa.agentset import AbstractAgentSet, _HardKeyAgentSet

from sim.agents import AgentRows, Group, School, Student, Teacher
from sim.configs import Settings
from sim.evidence import Evidence
from sim.founding import Calibration, calibrate, found, setting_of
from sim.library import Resolved, resolve
from sim.measures import observe
from sim.policy import Policy
from sim.state import County
from sim.year import advance

KINDS = (School, Group, Teacher, Student)
"""Kinds of agents in the order of `model.agents`."""


class Yearly(NamedTuple):
    """One measure of one year."""

    year: int
    stage: str
    zone: str
    measure: str
    value: float


class SchoolingModel(mesa.Model):
    """A county under a policy.

    `state` is the County, `yearly` the measures of year 0 to now, `schools_yearly` one mapping a year from
    measure to an array (schools,). Mesa's `random` and `rng` belong to the user: no process draws from them.

        model = SchoolingModel(county="taishan", policy="taishan", seed=1)
        model.run_for(10)
        model.agents_by_type[Teacher].select(title="senior").agg("age", np.mean)
    """

    def __init__(
        self,
        county: str = "taishan",
        policy: str = "taishan",
        *,
        settings: Settings = (),
        seed: int | None = 1,
        founded: County | None = None,
        calibration: Calibration | None = None,
        resolved: Resolved | None = None,
    ) -> None:
        """Found the county and measure it.

        Args:
            county: name or path of a county file.
            policy: name or path of a policy file.
            settings: `"rotation.rate=0.05"` and the like, for policy, evidence and county.
            seed: the luck of this county; None takes a new one, which `model.seed` tells.
            founded: a county at year 0 to start from; it is copied, not changed.
            calibration: what `sim.founding.calibrate` gave for this county and evidence.
            resolved: what `sim.library.resolve` gave; the names and settings are then not read again.

        Raises ConfigError where a file or setting is wrong.
        """
        seed = np.random.SeedSequence().generate_state(1).item() if seed is None else int(seed)
        super().__init__(rng=seed)
        resolved = resolved or resolve(county, policy, settings)
        self.county = county
        self.seed = seed
        self.policy: Policy = resolved.policy.value
        self.evidence: Evidence = resolved.evidence.value
        if founded is None:
            setting = setting_of(county, resolved)
            founded = found(setting, calibration or calibrate(setting)[0], seed)
        self.state: County = founded.copy()
        self.positions: dict[int, Any] = {}
        """Where agents are drawn, by unique id; no part of the county."""
        self._agents_by_type.update({kind: AgentRows(self, (kind,)) for kind in KINDS})
        self._everybody = AgentRows(self, KINDS)
        self.yearly: list[Yearly] = []
        self.schools_yearly: list[dict[str, np.ndarray]] = []
        self._measure()

    def step(self) -> None:
        """One school year."""
        advance(self.state, self.policy, self.evidence, self.seed)
        self._measure()

    def _measure(self) -> None:
        rows, schools = observe(self.state, self.policy, self.evidence)
        self.yearly += [Yearly(self.state.year, *row) for row in rows]
        self.schools_yearly.append(schools)

    def measured(self, measure: str, stage: str = "all", zone: str = "all") -> dict[int, float]:
        """A measure by year. Raises KeyError where it was never taken for this stage and zone."""
        wanted = (stage, zone, measure)
        values = {year: value for year, *named, value in self.yearly if tuple(named) == wanted}
        if not values:
            raise KeyError(f"{measure} for stage {stage}, zone {zone}")
        return values

    @property
    def agents(self) -> AbstractAgentSet:
        """Everybody: schools, groups, serving teachers, pupils, then agents that a user has added."""
        if not self._all_agents:
            return self._everybody
        # A set of Mesa's own holds them firmly: views that nobody else holds would vanish from a weak one.
        return _HardKeyAgentSet([*self._everybody, *self._all_agents], self.random)
