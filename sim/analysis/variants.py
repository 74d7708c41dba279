"""Every variant of a study side by side: how soon a gap closes under each, and what each changes early and late.

The other answers speak of one variant. An experiment that asks which cause matters has many; what its file names under
`closing` and `every_variant` is told for all of them, on the mean over worlds, with standard errors.
"""

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.analysis.answers import LANGUAGES
from sim.analysis.closing import path, years_to_close
from sim.analysis.compare import parse
from sim.analysis.numbers import decimals, fixed
from sim.analysis.outcomes import in_sentence, in_table, unit

if TYPE_CHECKING:
    import pandas as pd

EARLY, LATE = slice(2, 5), slice(-3, None)
"""Years 2 to 4, and the last three."""
MOST_PLACES = 4
CLOSING, EVERY = "closing.csv", "every_variant.csv"


class Shown(NamedTuple):
    """A table written for reading."""

    name: str
    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables(yearly: "pd.DataFrame", manifest: Mapping[str, Any]) -> dict[str, "pd.DataFrame"]:
    """Both tables in numbers, by the name of their file; empty where the study asks for none."""
    import pandas as pd

    return {
        name: pd.DataFrame(rows)
        for name, rows in ((CLOSING, list(_closing(yearly, manifest))), (EVERY, list(_every(yearly, manifest))))
        if rows
    }


def _closing(yearly: "pd.DataFrame", manifest: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    asked = manifest.get("closing")
    outcome = parse(asked["outcome"], set(yearly["measure"].unique())) if asked else None
    if asked is None or outcome is None:
        return
    stage = outcome.stage
    for county in manifest["counties"]:
        for variant in _present(yearly, manifest, county):
            gap = path(yearly, outcome.measure, variant, county, stage)
            for share in asked["shares"] if gap.iloc[0] > 0 else ():
                years = years_to_close(yearly, outcome.measure, variant, share, county, stage)
                yield {
                    "county": county, "variant": variant, "outcome": asked["outcome"], "share": share,
                    "years": math.nan if years is None else years, "left": float(gap.iloc[-1] / gap.iloc[0]),
                }  # fmt: skip


def _every(yearly: "pd.DataFrame", manifest: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    known, base = set(yearly["measure"].unique()), manifest["base"]
    for county in manifest["counties"]:
        variants = _present(yearly, manifest, county)
        for name in manifest.get("every_variant", ()) if base in variants else ():
            outcome = parse(name, known)
            if outcome is None:
                continue
            rows = yearly[(yearly["county"] == county) & (yearly["measure"] == outcome.measure)]
            rows = rows[(rows["zone"] == "all") & (rows["stage"] == (outcome.stage))]
            runs = {
                variant: part.set_index(["seed", "draw", "year"])["value"].unstack("year")  # noqa: PD010  one value each
                for variant, part in rows.groupby("variant", observed=True)
            }
            for variant in variants:
                if variant != base:
                    apart = (runs[variant] - runs[base]).dropna().to_numpy()
                    usual = float(runs[base].to_numpy()[:, 1:].mean())
                    yield {"county": county, "variant": variant, "outcome": name, "base_mean": usual, **_taken(apart)}


def _taken(apart: Any) -> dict[str, float]:
    """Differences to the base, early and late, with standard errors. `apart`: (worlds, years + 1)."""
    early, late = apart[:, EARLY].mean(1), apart[:, LATE].mean(1)
    found = {"difference": apart[:, 1:].mean(1), "early": early, "late": late, "change": late - early}
    told = {name: float(values.mean()) for name, values in found.items()}
    for name in ("difference", "change"):
        values = found[name]
        told[f"{name}_error"] = float(values.std(ddof=1) / np.sqrt(values.size)) if values.size > 1 else math.nan
    return told


def _present(yearly: "pd.DataFrame", manifest: Mapping[str, Any], county: str) -> list[str]:
    stored = set(yearly.loc[yearly["county"] == county, "variant"].unique())
    return [name for name in manifest["variants"] if name in stored]


# --- in words ---------------------------------------------------------------------------------------------------------


def sentences(yearly: "pd.DataFrame", manifest: Mapping[str, Any], county: str, lang: str = "en") -> list[str]:
    """How soon the gap closes, and what each outcome is under every variant against the base."""
    words = LANGUAGES[lang]
    found = tables(yearly, manifest)
    told = []
    if CLOSING in found:
        rows = found[CLOSING][found[CLOSING]["county"] == county]
        ends = dict.fromkeys([rows["share"].max(), rows["share"].min()])
        told += [_closing_sentence(rows[rows["share"] == share], manifest, lang) for share in ends]
    if EVERY in found:
        rows = found[EVERY][found[EVERY]["county"] == county]
        for outcome in rows["outcome"].unique():
            part = rows[rows["outcome"] == outcome]
            parts = [words["under"].format(what=_told(row, lang), name=row["variant"]) for _, row in part.iterrows()]
            key = "every" if _relative(outcome) else "every path"
            listed = words["then"].join(parts)
            values = {"years": manifest["years"], "base": _named(manifest["base"], words), "parts": listed}
            told.append(words[key].format(subject=in_sentence(outcome, lang), **values))
    return told


def _closing_sentence(rows: "pd.DataFrame", manifest: Mapping[str, Any], lang: str) -> str:
    words = LANGUAGES[lang]
    closes = rows[rows["years"].notna()].sort_values("years", kind="stable")
    stays = [_named(name, words) for name in rows.loc[rows["years"].isna(), "variant"]]
    first = rows.iloc[0]
    values = {
        "subject": in_sentence(first["outcome"], lang), "years": manifest["years"],
        "share": words["percent"].format(share=fixed(100 * first["share"], 0)), "names": words["comma"].join(stays),
        "parts": words["comma"].join(
            words["closed part"].format(number=int(row["years"]), name=_named(row["variant"], words))
            for _, row in closes.iterrows()
        ),
    }  # fmt: skip
    if not len(closes):
        return words["never closed"].format(**values)
    return words["closed"].format(**values) + (words["not closed"].format(**values) if stays else words["stop"])


def _told(row: "pd.Series[Any]", lang: str) -> str:
    """A difference: per cent of the base, or early and late in the outcome's unit."""
    words, form = LANGUAGES[lang], unit(row["outcome"], lang)
    if _relative(row["outcome"]) and row["base_mean"] > 0:
        return words["percent"].format(share=fixed(100 * row["difference"] / row["base_mean"], 0, signed=True))
    places = _places(row["change_error"], row["change"], form.scale)
    early, late, change = (fixed(form.scale * row[name], places, signed=True) for name in ("early", "late", "change"))
    error = fixed(form.scale * row["change_error"], places)
    return words["early and late"].format(early=early, late=late, change=change, error=error, unit=form.change)


def _relative(outcome: str) -> bool:
    """Whether a difference is told in per cent of the base: not where the unit is a spread of pupils or teachers."""
    return "σ" not in unit(outcome).change


def _places(error: float, value: float, scale: float) -> int:
    size = scale * error
    return min(decimals(size if math.isfinite(size) and size > 0 else max(abs(scale * value), 1e-3)), MOST_PLACES)


def _named(variant: str, words: Mapping[str, str]) -> str:
    return words[variant] if variant in ("none", "as_written") else variant


# --- for reading ------------------------------------------------------------------------------------------------------


def shown(yearly: "pd.DataFrame", manifest: Mapping[str, Any], county: str, lang: str = "en") -> list[Shown]:
    """Both tables of a county, all cells as text."""
    words, found = LANGUAGES[lang], tables(yearly, manifest)
    told = []
    if CLOSING in found:
        rows = found[CLOSING][found[CLOSING]["county"] == county]
        shares = list(rows["share"].unique())
        cells = []
        for variant in rows["variant"].unique():
            mine = rows[rows["variant"] == variant]
            years = [words["never"].format(years=manifest["years"]) if math.isnan(item) else fixed(item, 0)
                     for item in mine["years"]]  # fmt: skip
            cells.append((_named(variant, words), *years, fixed(100 * mine["left"].iloc[0], 0)))
        head = [words["left head"].format(share=fixed(100 * share, 0)) for share in shares]
        caption = words["closing caption"].format(subject=in_sentence(manifest["closing"]["outcome"], lang))
        headings = (words["variant head"], *head, words["last head"])
        told.append(Shown(CLOSING.removesuffix(".csv"), caption, headings, tuple(cells)))
    if EVERY in found:
        rows = found[EVERY][found[EVERY]["county"] == county]
        caption = words["every caption"].format(base=_named(manifest["base"], words))
        headings = tuple(words["every heads"].split("|"))
        told.append(
            Shown(EVERY.removesuffix(".csv"), caption, headings, tuple(_cells(row, lang) for _, row in rows.iterrows()))
        )
    return told


def _cells(row: "pd.Series[Any]", lang: str) -> tuple[str, ...]:
    form = unit(row["outcome"], lang)
    places = _places(row["difference_error"], row["difference"], form.scale)
    numbers = [fixed(form.scale * row[name], places, signed=True) for name in ("difference", "early", "late")]
    change, error = (
        fixed(form.scale * row[name], places, signed=name == "change") for name in ("change", "change_error")
    )
    base = row["base_mean"]
    share = fixed(100 * row["difference"] / base, 0, signed=True) if _relative(row["outcome"]) and base > 0 else "–"
    return (in_table(row["outcome"], lang), row["variant"], numbers[0], share, *numbers[1:], f"{change} ± {error}")
