"""How sure the answer is, in a sentence: over the draws of the coefficients, and whether luck or ignorance decides."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.numbers import decimals, fixed
from sim.analysis.outcomes import in_sentence, unit
from sim.analysis.uncertainty import Split, split

if TYPE_CHECKING:
    import pandas as pd

ENGLISH = {
    "opening": "Over {draws} draws of the coefficients, {clauses}.",
    "range": "{subject} changes by between {low} and {high} {unit} (with the drawn coefficients known, {luck_low} to "
    "{luck_high}), with the same sign in {sign} of the draws{most}",
    "same": "{subject} is exactly the same in every draw",
    "coefficients": "; most of the uncertainty is about coefficients, not luck ({share} of the variance "
    "of single worlds)",
    "luck": "; most of the uncertainty of a single county is luck, not the coefficients, which make up {share} of it",
    "one seed": "; with one seed a draw, luck and coefficients cannot be told apart",
    "refused": " {refused} of {asked} draws are left out, since no county fits their coefficients.",
    "then": "; ",
    "percent": "{share} %",
}
CHINESE = {
    "opening": "在{draws}次系数抽样中，{clauses}。",
    "range": "{subject}的变化在{low}至{high} {unit}之间（若系数已知，则为{luck_low}至{luck_high}），"
    "{sign}的抽样方向相同{most}",
    "same": "{subject}在每次抽样中都完全相同",
    "coefficients": "；不确定性主要来自系数，而非运气（占单个世界方差的{share}）",
    "luck": "；单个县的不确定性主要来自运气，系数只占{share}",
    "one seed": "；每次抽样只有一个种子，无法区分运气与系数",
    "refused": "另有{refused}次抽样（共{asked}次）没有与之相符的县，未予采用。",
    "then": "；",
    "percent": "{share}%",
}
LANGUAGES = {"en": ENGLISH, "zh": CHINESE}


def sentence(
    manifest: Mapping[str, Any], values: "pd.DataFrame", county: str, variant: str, base: str, lang: str = "en"
) -> str:
    """The sentence for the first outcome of a study and the mean score; empty where nothing was drawn.

    `values` is what `compare.outcomes` gives.
    """
    told = manifest.get("uncertainty") or {}
    if not told.get("draws"):
        return ""
    words = LANGUAGES[lang]
    names = [name for name in dict.fromkeys([*manifest["outcomes"][:1], "score_mean"]) if name in values.columns]
    found = {name: split_of(values, name, county, variant, base) for name in names}
    known = {name: item for name, item in found.items() if item.draws > 1}
    if not known:
        return ""
    clauses = words["then"].join(_clause(name, item, lang) for name, item in known.items())
    refused = sum(item["county"] == county for item in told.get("refused", ()))
    more = words["refused"].format(refused=refused, asked=told["draws"]) if refused else ""
    return words["opening"].format(draws=max(item.draws for item in known.values()), clauses=clauses) + more


def split_of(values: "pd.DataFrame", outcome: str, county: str, variant: str, base: str) -> Split:
    """Luck and ignorance in one outcome."""
    here = values.xs(county, level="county")[outcome]
    found = here.xs(variant, level="variant") - here.xs(base, level="variant")
    return split(found.to_numpy(float), found.index.get_level_values("draw").to_numpy(np.int64))


def _clause(outcome: str, item: Split, lang: str) -> str:
    words, form = LANGUAGES[lang], unit(outcome, lang)
    subject = in_sentence(outcome, lang)
    if item.low == 0 and item.high == 0:
        return words["same"].format(subject=subject)
    scale = form.scale
    places = decimals(scale * (item.high - item.low) / 2)
    ends = (item.low, item.high, item.luck_low, item.luck_high)
    low, high, luck_low, luck_high = (fixed(scale * end, places, signed=True) for end in ends)
    kind = (
        "one seed" if math.isnan(item.coefficient_share) else "coefficients" if item.coefficient_share > 0.5 else "luck"
    )
    text = words["range"].format(
        subject=subject, low=low, high=high, unit=form.change, luck_low=luck_low, luck_high=luck_high,
        sign=_percent(item.same_sign, words), most=words[kind].format(share=_percent(item.coefficient_share, words)),
    )  # fmt: skip
    return text.replace(" （", "（").replace("  ", " ")


def _percent(share: float, words: Mapping[str, str]) -> str:
    return words["percent"].format(share=fixed(100 * share, 0))
