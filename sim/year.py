"""The school year: eight processes in their order, and the loop that applies them."""

from sim.evidence import Evidence
from sim.policy import Policy
from sim.process import Process, apply
from sim.processes import (
    admissions,
    assessment,
    funding,
    groups,
    learning,
    mentoring,
    rotation,
    staffing,
)
from sim.state import County

SCHOOL_YEAR: tuple[Process, ...] = (
    groups.reorganise,  # June: groups form, lend their leadership and name
    funding.allot,  # July
    admissions.place,  # August: leavers leave, children enter
    staffing.appoint,  # August
    rotation.rotate,  # August
    mentoring.pair,  # September
    learning.teach,  # September to June
    assessment.examine,  # June
)


def advance(
    county: County,
    policy: Policy,
    evidence: Evidence,
    seed: int,
    processes: tuple[Process, ...] = SCHOOL_YEAR,
) -> None:
    """Let one school year pass in place; arrays are replaced, never changed, so a copy made before stays."""
    county.year += 1
    for process in processes:
        apply(county, process, process.run(county, policy, evidence, seed))
