"""What there is to simulate, by name, loaded and checked: policies, counties, evidence, stages, experiments.

Names are looked for in the working directory's `configs`, then in what is installed with the package.
Everything loaded is frozen and carries the place and the source of each value.
"""

from sim.library.checks import check, check_experiment, kind_of
from sim.library.inert import INERT, inert
from sim.library.loading import (
    POLICY_SHORTCUTS,
    Resolved,
    divide_settings,
    find_policy,
    load_births,
    load_evidence,
    load_experiment,
    load_facts,
    load_patterns,
    load_policy,
    load_stages,
    resolve,
    variant_settings,
)

__all__ = [
    "INERT",
    "POLICY_SHORTCUTS",
    "Resolved",
    "check",
    "check_experiment",
    "divide_settings",
    "find_policy",
    "inert",
    "kind_of",
    "load_births",
    "load_evidence",
    "load_experiment",
    "load_facts",
    "load_patterns",
    "load_policy",
    "load_stages",
    "resolve",
    "variant_settings",
]
