"""Every word that pictures and the report say, in one place, by language."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sim.analysis.phrases import ENGLISH


class Meaning(NamedTuple):
    """What a measure is called in print.

    Attributes:
        name: as it stands in running text.
        unit: of the value as printed.
        scale: what the stored value is multiplied with to be in that unit.
        better: +1 where more is better, −1 where less is, 0 where neither.
        decimals: places for a level.
    """

    name: str
    unit: str
    scale: float = 1.0
    better: int = 0
    decimals: int = 3

    @property
    def change_unit(self) -> str:
        """Unit of a difference: shares differ by percentage points, ratios by a bare number."""
        return {"%": "pp", "ratio": ""}.get(self.unit, self.unit)


LANGUAGES: Mapping[str, Mapping[str, object]] = {"en": ENGLISH}


class Words:
    """The words of one language; a language that is not there yet falls back to English."""

    def __init__(self, language: str = "en") -> None:
        self.language = language if language in LANGUAGES else "en"
        self._phrases = LANGUAGES[self.language]

    def __call__(self, key: str, /, **values: object) -> str:
        """A phrase, its {places} filled."""
        phrase = self._phrases[key]
        assert isinstance(phrase, str), key
        return phrase.format(**values).replace(" %", "\u00a0%").replace(" σ", "\u00a0σ")

    def term(self, kind: str, key: str) -> str:
        """The word for a term of a kind (variant, zone, role, …); the term itself where there is none."""
        terms = self._phrases[kind]
        assert isinstance(terms, Mapping), kind
        return str(terms.get(key, key.replace("_", " ")))

    def variant(self, name: str) -> str:
        """A variant's name as printed; of settings only the last part of each path."""
        if "=" in name:
            return ", ".join(setting.rpartition("=")[0].rpartition(".")[2] + "=" + setting.rpartition("=")[2]
                             for setting in name.split(", "))  # fmt: skip
        return self.term("variants", name)

    def sentence(self, text: str) -> str:
        """The text with a capital at its start."""
        return text[:1].upper() + text[1:]

    def meaning(self, measure: str) -> Meaning:
        """What a measure is called, its unit and scale."""
        measures = self._phrases["measures"]
        assert isinstance(measures, Mapping)
        found = measures.get(measure)
        return Meaning(*found) if found else Meaning(measure.replace("_", " "), "")

    def listed(self, items: Sequence[str]) -> str:
        """Items in a row, the last after an "and"."""
        return items[0] if len(items) == 1 else self("and", first=", ".join(items[:-1]), last=items[-1])
