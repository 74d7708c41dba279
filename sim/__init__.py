"""A laboratory for collectivized schooling: counties, schools, teachers, pupils and education groups.

Names are loaded when they are first used, so that `import sim` is quick.

    model = sim.SchoolingModel(county="taishan", policy="taishan", seed=1)
    answer = sim.what_if("taishan", {"rotation.rate": 0.05}, against={"rotation.rate": 0.15}, seeds=30)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim import measures as measures
    from sim.agents import Group, School, Student, Teacher
    from sim.configs import ConfigError
    from sim.decomposition import decompose
    from sim.model import SchoolingModel
    from sim.store import Results
    from sim.studies import Answer, Study, run_experiment, what_if

_HOMES = {
    "SchoolingModel": "sim.model",
    "School": "sim.agents",
    "Teacher": "sim.agents",
    "Student": "sim.agents",
    "Group": "sim.agents",
    "what_if": "sim.studies",
    "decompose": "sim.decomposition",
    "run_experiment": "sim.studies",
    "Answer": "sim.studies",
    "Study": "sim.studies",
    "Results": "sim.store",
    "ConfigError": "sim.configs",
    "measures": "sim.measures",
}

__all__ = [
    "Answer",
    "ConfigError",
    "Group",
    "Results",
    "School",
    "SchoolingModel",
    "Student",
    "Study",
    "Teacher",
    "decompose",
    "measures",
    "run_experiment",
    "what_if",
]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    module = import_module(_HOMES[name])
    value = module if _HOMES[name] == f"sim.{name}" else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
