"""What a measure is: a name, a unit, a meaning, an official source where there is one, and how it is cut."""

from typing import Literal, NamedTuple

QUALITY_BALANCE = "县域义务教育优质均衡发展督导评估办法, 教督〔2017〕6号"
"""Measures for supervising and evaluating high-quality balanced compulsory education in counties."""

Cut = Literal["zone", "stage", "county"]


class Measure(NamedTuple):
    """Declaration of a yearly number.

    `cut` says for which places it is taken: every zone of every stage, every stage, or the county alone.
    """

    name: str
    unit: str
    meaning: str
    source: str = ""
    better: Literal["higher", "lower"] | None = None
    cut: Cut = "stage"
