"""The answer as a small table, written for reading: one variant against the base, an outcome a row."""

import math
from typing import TYPE_CHECKING

from sim.analysis.compare import Contrast, contrasts, parse
from sim.analysis.numbers import decimals, fixed
from sim.analysis.outcomes import in_table, split, unit
from sim.analysis.sentences import Stored, focus
from sim.analysis.words import Words

if TYPE_CHECKING:
    import pandas as pd

HEADINGS = {
    "en": ("outcome", "base", "variant", "difference", "95 % interval", "above 0"),
    "zh": ("结果", "基准", "方案", "差异", "95%区间", "为正比例"),
}
MOST_PLACES = 4


def table(results: Stored, lang: str = "en", variant: str | None = None) -> "pd.DataFrame":
    """`variant`, by default the one the study is about, against the base, all cells as text.

    Every outcome stands as last year's value and as mean over the years. Where there are several counties,
    the first column names them.
    """
    import pandas as pd

    manifest, yearly = results.manifest, results.yearly
    base = manifest["base"]
    chosen = variant or focus(list(manifest["variants"]), base)
    known = set(yearly["measure"].unique())
    names = [name for outcome in manifest["outcomes"] for name in (outcome, f"{outcome}_mean") if parse(name, known)]
    rows = yearly[yearly["variant"].isin([base, chosen])]
    found = contrasts(rows, base, names)
    several = len(manifest["counties"]) > 1
    headings = HEADINGS[lang]
    cells = [
        ([item.county] if several else []) + cells_of(item, lang)
        for item in (Contrast(*row) for row in found.itertuples(index=False))
        if item.pairs
    ]
    county = ["县" if lang == "zh" else "county"] if several else []
    return pd.DataFrame(cells, columns=[*county, *headings])


def cells_of(item: Contrast, lang: str = "en") -> list[str]:
    """Outcome, base, variant, difference, interval, and share of worlds above zero."""
    scale = unit(item.outcome).scale
    places = written_places(item)
    base, variant = (fixed(scale * value, places) for value in (item.base_mean, item.variant_mean))
    difference, low, high = (
        fixed(scale * value, places, signed=True) for value in (item.difference, item.low, item.high)
    )
    to = "至" if lang == "zh" else " to "
    interval = f"{low}{to}{high}" if math.isfinite(item.low) else "–"
    above = f"{fixed(100 * item.share_positive, 0)} %"
    return [in_table(item.outcome, lang), base, variant, difference, interval, above]


def written_places(item: Contrast) -> int:
    """Decimals that show two significant digits of the uncertainty; the usual ones where there is none."""
    half = unit(item.outcome).scale * (item.high - item.low) / 2
    if math.isfinite(half) and half > 0:
        return min(decimals(half), MOST_PLACES)
    return Words("en").meaning(split(item.outcome)[0]).decimals
