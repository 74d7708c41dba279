"""An experiment: which counties, policies, seeds and years are compared, and by which outcomes."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from sim.configs import Bilingual, Count, Meaning, PositiveCount, Section, Share, freeze, listing, mistake, nearest

OUTCOMES = (
    "score_mean",
    "score_core",
    "score_member",
    "score_gap_core_member",
    "gap_teacher_quality",
    "cv_backbone_effective",
    "cv_backbone_statistical",
    "rotation_new_movers",
    "rotation_away",
    "rotation_shortfall",
    "exits",
    "cost_yuan_per_pupil",
)
"""Measures that a question compares, each as the last year's value and as the mean over years."""
MORE_OUTCOMES = (
    "gap_teacher_quality_thirds",
    "gap_novice_share_thirds",
    "teacher_quality_sd",
    "between_school_share",
    "teacher_quality_mean",
    "exit_share_core",
    "exit_share_member",
    "drift_in",
    "title_intermediate_share",
    "title_senior_share",
)
"""Further measures that an experiment may ask for."""

STAGE_SUFFIXES = ("_primary", "_junior")
MOST_SEEDS = 100_000
MOST_DRAWS = 10_000


def known_outcomes() -> tuple[str, ...]:
    """Every outcome name: for both stages together, and for each."""
    known = (*OUTCOMES, *MORE_OUTCOMES)
    return (*known, *(f"{name}{suffix}" for name in known for suffix in STAGE_SUFFIXES))


def _read_seeds(value: Any) -> tuple[int, ...]:
    """Seeds from a number (that many, from 1 on) or from a list."""
    if isinstance(value, int) and not isinstance(value, bool):
        if not 1 <= value <= MOST_SEEDS:
            raise mistake(f"a number of seeds from 1 to {MOST_SEEDS}, or a list of seeds", str(value))
        return tuple(range(1, value + 1))
    if isinstance(value, list | tuple):
        whole = [seed for seed in value if isinstance(seed, int) and not isinstance(seed, bool) and seed >= 0]
        if not value or len(whole) < len(value):
            raise mistake("a list of seeds, each a whole number, 0 or more", _list_words(value))
        if len(set(whole)) < len(whole):
            twice = next(seed for seed in whole if whole.count(seed) > 1)
            raise mistake("each seed once", f"{twice} again")
        return tuple(whole)
    if isinstance(value, Mapping) and "until" in value:
        hint = "state how many, as in seeds: 50"
        raise mistake("a number of seeds or a list of seeds", "until, which is not built yet", hint)
    raise mistake("a number of seeds or a list of seeds", _list_words(value))


def _list_words(value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"[{listing(value, 6)}]"
    return f'the text "{value}"' if isinstance(value, str) else str(value)


def _read_outcome(value: Any) -> Any:
    known = known_outcomes()
    if isinstance(value, str) and value not in known:
        hint = nearest(value, known) or f"known: {listing(OUTCOMES, 20)}, each also with _primary or _junior"
        if value.endswith("_mean") and value.removesuffix("_mean") in known:
            hint = f"write {value.removesuffix('_mean')}; its mean over years is always given beside it"
        raise mistake("the name of an outcome", value, hint)
    return value


def _read_settings(value: Any) -> Any:
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return freeze(value)
    raise mistake("settings, as in {rotation.rate: 0.05}", _list_words(value))


def _read_sweep(value: Any) -> Any:
    if value is None or value == {}:
        return freeze({})
    raise mistake("an empty sweep", "a sweep, which is not built yet", "write the settings as variants")


SEED_FORMS: dict[str, Any] = {
    "anyOf": [
        {"type": "integer", "minimum": 1},
        {"type": "array", "items": {"type": "integer", "minimum": 0}},
    ]
}
Seeds = Annotated[
    tuple[int, ...],
    BeforeValidator(_read_seeds),
    Meaning("a number of seeds or a list of seeds"),
    WithJsonSchema(SEED_FORMS),
]
Outcome = Annotated[
    str,
    BeforeValidator(_read_outcome),
    Meaning("the name of an outcome"),
    WithJsonSchema({"enum": list(known_outcomes())}),
]
SettingTable = Annotated[dict[str, Any], BeforeValidator(_read_settings), Meaning("settings by dotted path")]


class Variant(Section):
    """One policy to be compared, with what differs from it."""

    policy: str | None = None
    """A policy by name or path; without it, the policy named like the county."""
    set: SettingTable = Field(default_factory=dict)
    overlays: tuple[str, ...] = ()
    start: str | None = None
    """The variant from whose founded county this one starts, so that its own coefficients act from year 1 on."""


class Uncertainty(Section):
    """How many draws of the coefficients from their ranges; none means that all stay at their values."""

    draws: Annotated[Count, Field(le=MOST_DRAWS), Meaning(f"a whole number of draws from 0 to {MOST_DRAWS}")] = 0


class Closing(Section):
    """A gap of which is told, for every variant, after how many years it has closed."""

    outcome: Outcome
    shares: Annotated[tuple[Share, ...], Field(min_length=1), Meaning("a list of at least one share")] = (0.5, 0.1)
    """Shares of the gap of year 0: closed is where no more than this is left."""


class Experiment(Section):
    """A study as its author writes it."""

    title: Bilingual
    counties: Annotated[tuple[str, ...], Field(min_length=1), Meaning("a list of at least one county")]
    years: Annotated[PositiveCount, Field(le=100), Meaning("a whole number of years from 1 to 100")] = 10
    seeds: Seeds = tuple(range(1, 51))
    variants: Annotated[dict[str, Variant], Field(min_length=1), Meaning("at least one variant")]
    base: str
    set: SettingTable = Field(default_factory=dict)
    """Settings for every variant and county, beneath those of the variants."""
    uncertainty: Uncertainty = Uncertainty()
    sweep: Annotated[dict[str, Any], BeforeValidator(_read_sweep)] = Field(default_factory=dict)
    outcomes: Annotated[tuple[Outcome, ...], Field(min_length=1), Meaning("a list of at least one outcome")] = OUTCOMES
    closing: Closing | None = None
    every_variant: tuple[Outcome, ...] = ()
    """Outcomes that are told for every variant against the base, early and late."""

    @model_validator(mode="after")
    def _names_fit(self) -> "Experiment":
        if self.base not in self.variants:
            hint = nearest(self.base, self.variants) or f"variants: {listing(self.variants)}"
            raise mistake("the name of a variant", self.base, hint, at="base")
        for name, variant in self.variants.items():
            self._check_start(name, variant)
        for field in ("counties", "outcomes"):
            names = getattr(self, field)
            for place, name in enumerate(names):
                if name in names[:place]:
                    raise mistake("each name once", f"{name} again", at=f"{field}.{place}")
        return self

    def _check_start(self, name: str, variant: Variant) -> None:
        place = f"variants.{name}"
        if variant.start is None:
            return
        if variant.start not in self.variants:
            hint = nearest(variant.start, self.variants) or f"variants: {listing(self.variants)}"
            raise mistake("the name of a variant", variant.start, hint, at=f"{place}.start")
        if variant.start == name or self.variants[variant.start].start is not None:
            hint = "leave start out where a variant starts from its own county"
            raise mistake("a variant that starts from its own county", variant.start, hint, at=f"{place}.start")
        of_county = [path for path in variant.set if path.startswith("county.")]
        if of_county:
            hint = "set it in the variant from which this one starts"
            raise mistake("no setting of the county in a variant with start", of_county[0], hint, at=f"{place}.set")
