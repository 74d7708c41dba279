"""Mesa's face of a county: agents that are views of rows, in sets that are columns.

Nothing here holds state. A teacher is a row of `county.teachers` seen through `Teacher`; a set of teachers is
an array of row numbers that answers as a Mesa AgentSet does. What a view reads is what the kernel wrote last.
"""

from sim.agents.sets import AgentRows
from sim.agents.views import Group, School, Student, Teacher, View

__all__ = ["AgentRows", "Group", "School", "Student", "Teacher", "View"]
