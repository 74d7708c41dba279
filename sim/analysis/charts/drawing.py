"""What every figure function has in common: it takes results or worlds, and draws under the one style."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate

from matplotlib.figure import Figure

from sim.analysis.style import styled
from sim.analysis.worlds import Stored, Worlds

Study = Worlds | Stored
"""The worlds of one county, or stored results, of which the first county is drawn."""


def as_worlds(study: Study) -> Worlds:
    """The worlds of a study."""
    return study if isinstance(study, Worlds) else Worlds.of(study)


def figure[**P](draw: Callable[Concatenate[Worlds, P], Figure]) -> Callable[Concatenate[Study, P], Figure]:
    """Let a figure function take stored results as well, and draw under the style."""
    with_style: Callable[..., Any] = styled(draw)

    @wraps(draw)
    def drawn(study: Study, /, *args: P.args, **kwargs: P.kwargs) -> Figure:
        return with_style(as_worlds(study), *args, **kwargs)

    return drawn
