"""The answer in words: at most four sentences a county, in English or Chinese.

What differs and how surely; how much of the decreed rotation could be met, and why not more; what the cores
pay and the members get; what it costs. A difference that the worlds cannot tell from zero is said to be so,
and so is a score difference that is smaller than the smallest effect that matters.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from sim.analysis import certainty, variants
from sim.analysis.answers import LANGUAGES, MUCH
from sim.analysis.compare import Contrast, against, outcomes, parse
from sim.analysis.numbers import decimals, fixed, significant
from sim.analysis.outcomes import CAUSES, in_sentence, is_score, place, unit
from sim.configs import written

if TYPE_CHECKING:
    import pandas as pd

WEEKS_PER_SD = 95.0
SMALLEST_EFFECT = 0.01
"""Used where a manifest does not hold the evidence; both are evidence rows of the same name."""
FEWEST_WEEKS = 0.1
"""Less learning than this is not told in weeks."""
AVERAGED = {"score_core_mean": "cores", "score_member_mean": "members"}
SPOKEN_OF = (
    "score_mean", "gap_teacher_quality", "score_core", "score_member", *AVERAGED, "cost_yuan_per_pupil_mean",
    "score_gap_core_member",
)  # fmt: skip
"""Outcomes in the sentences, beside the first of the study."""
GAP_STEP = 0.01
"""σ of gap closed for which the price is told."""
PLAIN = ("none", "as_written")
"""Variants that are no question of their own."""


class Stored(Protocol):
    """What is asked of stored results (`sim.store.Results`)."""

    @property
    def manifest(self) -> Mapping[str, Any]: ...  # noqa: D102
    @property
    def yearly(self) -> "pd.DataFrame": ...  # noqa: D102


def headline(results: Stored, lang: str = "en") -> list[str]:
    """The sentences, counties in the order of the study. `lang` is en or zh."""
    sentences = []
    for county in results.manifest["counties"]:
        rows = results.yearly[results.yearly["county"] == county]
        study = _Study(results.manifest, rows, county, lang)
        if study.focus is not None:
            sentences += [_difference(study), _floors(study), _payers(study), _cost(study)]
            sentences += variants.sentences(rows, results.manifest, county, lang)
            sentences.append(certainty.sentence(study.manifest, study.values, county, study.focus, study.base, lang))
    return [sentence for sentence in sentences if sentence]


def focus(variants: Sequence[str], base: str) -> str | None:
    """The variant that the question is about; None where the base stands alone."""
    others = [name for name in variants if name != base]
    plain = [name for name in others if name not in PLAIN] or [name for name in others if name != "none"]
    return next(iter([*plain, *others]), None)


@dataclass(frozen=True)
class _Study:
    """One county of a study, in one language."""

    manifest: Mapping[str, Any]
    yearly: "pd.DataFrame"
    county: str
    lang: str

    def say(self, key: str, **values: object) -> str:
        return LANGUAGES[self.lang][key].format(**values)

    def listed(self, words: Sequence[str]) -> str:
        *first, last = words
        return self.say("comma").join(first) + self.say("and") + last if first else last

    @property
    def base(self) -> str:
        return self.manifest["base"]

    @cached_property
    def variants(self) -> list[str]:
        stored = set(self.yearly["variant"].unique())
        return [name for name in self.manifest["variants"] if name in stored]

    @cached_property
    def focus(self) -> str | None:
        return focus(self.variants, self.base) if self.base in self.variants else None

    @cached_property
    def pair(self) -> list[str]:
        """The focus and the base."""
        return [name for name in (self.focus, self.base) if name is not None]

    @cached_property
    def none(self) -> str | None:
        """The variant without groups, where the study has one."""
        return next((name for name in self.variants if self._asked(name).get("policy") == "none"), None)

    @cached_property
    def measures(self) -> set[str]:
        return set(self.yearly["measure"].unique())

    @property
    def title(self) -> str:
        title = self.manifest.get("facts", {}).get(self.county, {}).get("title", {})
        return title.get(self.lang, self.county)

    def evidence(self, name: str, otherwise: float) -> float:
        return float(self.manifest.get("evidence", {}).get(self.county, {}).get(name, otherwise))

    def name(self, variant: str) -> str:
        return self.say(variant) if variant in PLAIN else variant

    def introduced(self, variant: str) -> str:
        """A variant with what it sets, for its first mention."""
        settings = ", ".join(
            f"{path}={written(value)}" for path, value in self._asked(variant).get("settings", {}).items()
        )
        if not settings or settings in variant:
            return self.name(variant)
        return self.say("introduced", name=self.name(variant), settings=settings)

    def contrast(self, variant: str, base: str, outcome: str) -> Contrast | None:
        """A comparison, None where a run lacks the outcome."""
        if outcome not in self.values.columns:
            return None
        (found,) = against(self.values[[outcome]], self.county, variant, base)
        return found if found.pairs else None

    @cached_property
    def values(self) -> "pd.DataFrame":
        """Every outcome that a sentence may speak of, one row a run."""
        names = dict.fromkeys([*self.manifest.get("outcomes", ())[:1], *SPOKEN_OF])
        return outcomes(self.yearly, [name for name in names if parse(name, self.measures)])

    def mean(self, variant: str, measure: str) -> float:
        """Mean of a county measure over years 1 to N and runs; 0 where it is not stored."""
        values = self._values(variant, measure)
        return float(values.mean()) if len(values) else 0.0

    def total(self, variant: str, measure: str) -> float:
        """Sum of a county measure over years 1 to N and runs."""
        return float(self._values(variant, measure).sum())

    def _values(self, variant: str, measure: str) -> "pd.Series[float]":
        rows = self.yearly
        named = (rows["variant"] == variant) & (rows["measure"] == measure)
        whole = (rows["stage"] == "all") & (rows["zone"] == "all") & (rows["year"] >= 1)
        return rows.loc[named & whole, "value"]

    def _asked(self, variant: str) -> Mapping[str, Any]:
        return self.manifest["variants"][variant] or {}


def _difference(study: _Study) -> str:
    """What differs between the focus and the base, by how much, how surely."""
    variant, base = study.pair
    wanted = dict.fromkeys([*study.manifest.get("outcomes", ())[:1], "score_mean", "gap_teacher_quality"])
    found = [study.contrast(variant, base, outcome) for outcome in wanted]
    known = [item for item in found if item is not None][:2]
    if not known:
        return ""
    pairs = known[0].pairs
    return study.say(
        "opening",
        county=study.title,
        years=study.manifest["years"],
        worlds=study.say("worlds" if pairs > 1 else "world", pairs=pairs),
        focus=study.introduced(variant),
        base=study.introduced(base),
        clauses=study.say("then").join(_clause(study, item, item is known[0]) for item in known),
    )


def _clause(study: _Study, item: Contrast, first: bool) -> str:
    """One outcome of a comparison: the subject and what becomes of it. The rate of weeks is told at first."""
    weeks = study.say("then weeks", weeks=_weeks(study, item)) if _weeks(study, item) else ""
    if weeks and first:
        weeks += study.say("rate", rate=study.evidence("weeks_per_sd", WEEKS_PER_SD))
    return study.say(
        _verdict(item),
        subject=in_sentence(item.outcome, study.lang),
        size=_amount(study, item),
        interval=_interval(study, item, "interval"),
        above=_percent(study, item.share_positive),
        weeks=weeks,
        small=_small(study, item),
    )


def _floors(study: _Study) -> str:
    """How much of the decreed rotation could be met, and the largest causes of what could not."""
    if not {"rotation_due", "rotation_done"} <= study.measures:
        return ""
    due = {name: study.total(name, "rotation_due") for name in study.variants}
    met = {name: study.total(name, "rotation_done") / amount for name, amount in due.items() if amount > 0}
    if not met:
        return ""
    worst = min(met, key=lambda name: met[name])
    shares = [study.say("met", share=_percent(study, part), name=study.name(name)) for name, part in met.items()]
    causes = _causes(study, worst)
    why = study.say("why", name=study.name(worst), causes=causes) if causes else ""
    years = study.manifest["years"]
    span = study.say("years" if years > 1 else "year", years=years)
    return study.say("floors", years=span, shares=study.listed(shares), why=why)


def _causes(study: _Study, variant: str, most: int = 3) -> str:
    """The largest causes of a variant's shortfall with their shares of it."""
    short = {cause: study.total(variant, f"rotation_short_{cause}") for cause in CAUSES}
    total = sum(short.values())
    told = [cause for cause in short if short[cause] > total / 100]
    largest = sorted(told, key=lambda cause: -short[cause])[:most]
    words = [
        study.say(
            "cause" if number else "first cause",
            cause=CAUSES[cause][place(study.lang)],
            share=_percent(study, short[cause] / total),
        )
        for number, cause in enumerate(largest)
    ]
    return study.listed(words) if words else ""


def _payers(study: _Study) -> str:
    """What cores and members gain or lose, if possible against no groups, and what the cores pay."""
    reference = study.none or study.base
    variants = [name for name in study.pair if name != reference]
    clauses = []
    for outcome in ("score_core", "score_member"):
        found = {name: study.contrast(name, reference, outcome) for name in variants}
        parts = [
            _part(study, item) if len(variants) == 1 else _under(study, name, _part(study, item))
            for name, item in found.items()
            if item is not None
        ]
        if parts:
            subject = in_sentence(outcome, study.lang)
            clauses.append(study.say("change", subject=subject, parts=study.listed(parts)))
    if not clauses:
        return ""
    return study.say(
        "against" if len(variants) > 1 else "instead",
        focus=study.name(variants[0]),
        base=study.name(reference),
        clauses=study.say("then").join([*clauses, *_average(study), *_paid(study)]),
    )


def _average(study: _Study) -> list[str]:
    """Focus against base as a mean over the years, in no or one clause: the last year alone can hide a path."""
    variant, base = study.pair
    parts = []
    for outcome, who in AVERAGED.items():
        found = study.contrast(variant, base, outcome)
        if found is not None:
            parts.append(study.say(who, part=_part(study, found)))
    if not parts or study.manifest["years"] < 2:
        return []
    words = {"years": study.manifest["years"], "focus": study.name(variant), "base": study.name(base)}
    return [study.say("average", **words, parts=study.listed(parts))]


def _part(study: _Study, item: Contrast) -> str:
    """A change, short: size, interval, weeks."""
    key = {"same": "part same", "not apart": "part not apart", "apart": "part"}.get(_verdict(item))
    size, ends = _amount(study, item), _interval(study, item, "ends")
    return study.say(key, size=size, ends=ends, weeks=_weeks(study, item)) if key else size


def _paid(study: _Study) -> list[str]:
    """What the cores pay of their own public-use money, in no or one clause."""
    if "money_core_paid_yuan" not in study.measures:
        return []
    amounts = {name: study.mean(name, "money_core_paid_yuan") for name in study.pair if name != study.none}
    if not any(amounts.values()):
        return [study.say("paid nothing")]
    written = [_under(study, name, _money(study, amount)) for name, amount in amounts.items()]
    return [study.say("paid", amounts=study.listed(written))]


def _cost(study: _Study) -> str:
    """What group purposes cost a pupil a year."""
    variant, base = study.pair
    item = study.contrast(variant, base, "cost_yuan_per_pupil_mean")
    if item is None or (item.variant_mean == 0 and item.base_mean == 0):
        return ""
    here, there = fixed(item.variant_mean, 1), fixed(item.base_mean, 1)
    prices = [price for name in study.pair if (price := _price(study, name))]
    told = study.say("price", prices=study.listed(prices), years=study.manifest["years"]) if prices else ""
    return study.say("cost", here=here, there=there, focus=study.name(variant), base=study.name(base), price=told)


def _price(study: _Study, variant: str) -> str:
    """What 0.01 σ costs a pupil by which the core-member gap closes for sure; empty where it does not."""
    if study.none in (None, variant):
        return ""
    gap, cost = (
        study.contrast(variant, study.none, name) for name in ("score_gap_core_member", "cost_yuan_per_pupil_mean")
    )
    if gap is None or cost is None or not gap.told_apart or gap.difference >= 0:
        return ""
    yuan = cost.difference * study.manifest["years"] / (-gap.difference / GAP_STEP)
    return _under(study, variant, _money(study, yuan))


def _verdict(item: Contrast) -> str:
    """How sure a difference is: same, one (world), apart, not apart."""
    if item.difference == 0 and item.low == 0 and item.high == 0:
        return "same"
    if not math.isfinite(item.low):
        return "one"
    return "apart" if item.told_apart else "not apart"


def _amount(study: _Study, item: Contrast) -> str:
    """The difference with its unit, two significant digits of its uncertainty."""
    form = unit(item.outcome, study.lang)
    number = fixed(form.scale * item.difference, _places(item), signed=True)
    return study.say("value", number=number, unit=form.change).rstrip()


def _interval(study: _Study, item: Contrast, key: str) -> str:
    scale = unit(item.outcome).scale
    low, high = (fixed(scale * end, _places(item), signed=True) for end in (item.low, item.high))
    return study.say(key, low=low, high=high)


def _places(item: Contrast) -> int:
    scale = unit(item.outcome).scale
    half = scale * (item.high - item.low) / 2
    return decimals(half if math.isfinite(half) and half > 0 else abs(scale * item.difference))


def _weeks(study: _Study, item: Contrast) -> str:
    """A difference in σ in weeks of learning; empty for other outcomes and for no difference."""
    if not (is_score(item.outcome) or item.outcome.startswith("gap_teacher_quality")):
        return ""
    weeks = abs(item.difference) * study.evidence("weeks_per_sd", WEEKS_PER_SD)
    return study.say("weeks" if weeks >= FEWEST_WEEKS else "no weeks", weeks=significant(weeks))


def _small(study: _Study, item: Contrast) -> str:
    """Says so where a score difference is surely smaller than the smallest effect that matters."""
    smallest = study.evidence("smallest_effect", SMALLEST_EFFECT)
    surely = is_score(item.outcome) and -smallest < item.low and item.high < smallest
    if not surely or _verdict(item) == "same":
        return ""
    return study.say("small" if item.told_apart else "small too", smallest=smallest)


def _under(study: _Study, variant: str, what: str) -> str:
    return study.say("under", what=what, name=study.name(variant))


def _percent(study: _Study, share: float) -> str:
    return study.say("percent", share=fixed(100 * share, 0))


def _money(study: _Study, yuan: float) -> str:
    much = MUCH[study.lang]
    if yuan < 10_000:
        return study.say("yuan", amount=fixed(yuan, 0))
    return study.say("much", amount=fixed(yuan / much, 0 if yuan / much >= 100 else 1))
