"""The pictures of a study, one function a figure; each takes stored results or `Worlds` of one county.

A title says what the picture shows and is computed from the data; the subtitle says measure and unit.
"""

from collections.abc import Callable
from pathlib import Path

from matplotlib.figure import Figure

from sim.analysis import style
from sim.analysis.charts.answer import what_if
from sim.analysis.charts.difference import chosen, difference
from sim.analysis.charts.drawing import Study, as_worlds
from sim.analysis.charts.money import money, spending
from sim.analysis.charts.official import official, stages
from sim.analysis.charts.outcome import outcome
from sim.analysis.charts.rotation import rotating, rotation
from sim.analysis.charts.schools import schools
from sim.analysis.charts.tradeoff import tradeoff
from sim.analysis.charts.winners import winners
from sim.analysis.words import Words
from sim.analysis.worlds import Worlds

__all__ = [
    "chosen", "difference", "draw_all", "figures", "money", "official", "outcome", "rotation", "school_measure",
    "schools", "tradeoff", "what_if", "winners",
]  # fmt: skip

Draw = Callable[[float], Figure]
"""Draws one figure at a width in inches."""


def figures(study: Study, lang: str = "en") -> dict[str, Draw]:
    """The figures that a study has the measures for, in the order of the report, by name."""
    worlds, words = as_worlds(study), Words(lang)
    found: dict[str, Draw] = {}
    if measures := chosen(worlds):
        found["outcome"] = lambda width: outcome(worlds, measures[0], words, width)
    if measures and worlds.others:
        found["difference"] = lambda width: difference(worlds, measures, words, width)
    if measures and worlds.far:
        found["groups"] = lambda width: difference(worlds, measures, words, width, worlds.far)
    measure = school_measure(worlds)
    if worlds.others and measure:
        found["schools"] = lambda width: schools(worlds, measure, words, width)
    if worlds.others and worlds.has("score_mean") and worlds.has("score_gap_core_member"):
        found["tradeoff"] = lambda width: tradeoff(worlds, words=words, width=width)
    if stages(worlds):
        found["official"] = lambda width: official(worlds, words, width)
    if rotating(worlds):
        found["rotation"] = lambda width: rotation(worlds, words, width)
    if spending(worlds):
        found["money"] = lambda width: money(worlds, words, width)
    if worlds.others and worlds.has("score_mean"):
        found["winners"] = lambda width: winners(worlds, words, width)
    return found


def school_measure(worlds: Worlds) -> str:
    """What the picture of every school shows; empty where schools were not stored."""
    for name in ("teacher_quality_mean", "score_mean"):
        if len(worlds.schools) and name in worlds.schools:
            return name
    return ""


def draw_all(study: Study, folder: Path, lang: str = "en") -> dict[str, Path]:
    """Write every figure as SVG and PNG into a folder; returns the paths of the SVG files by name."""
    return {name: style.save(draw(style.PAGE), folder, name) for name, draw in figures(study, lang).items()}
