"""The least that agents ask of a model, so that they can be tested on any county."""

from types import SimpleNamespace

import mesa
import numpy as np

from sim.agents import AgentRows, Group, School, Student, Teacher
from sim.state import Students

KINDS = (School, Group, Teacher, Student)


class Host(mesa.Model):
    """A Mesa model that holds a county and never steps."""

    def __init__(self, county, seed=1):
        super().__init__(rng=seed)
        self.state = county
        self.policy = SimpleNamespace(
            links={"fused": None, "joint": None}, groups={"first": SimpleNamespace(core="中心小学")}
        )
        self.positions = {}
        self._agents_by_type.update({kind: AgentRows(self, (kind,)) for kind in KINDS})
        self.everybody = AgentRows(self, KINDS)

    @property
    def agents(self):
        return self.everybody


def turn_over(county):
    """The eight oldest children leave, two enter, and those who stay are turned round."""
    size = len(county.students)
    rows = np.r_[np.arange(8, size)[::-1], size, size + 1]
    county.students.resize(rows, {Students.id: [5, 6], Students.cohort: [2022, 2022], Students.school: [0, 1]})
