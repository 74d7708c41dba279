"""How far to trust the page: what validation found, which numbers the answer leans on, what is not modelled."""

from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML

from sim.analysis.numbers import significant
from sim.analysis.words import Words
from sim.configs import ConfigError, find

Manifest = Mapping[str, Any]


def record() -> dict[str, Any] | None:
    """What `sim validate --record` kept last; nothing where it was never run."""
    try:
        path = find("validation", "record")
    except ConfigError:
        return None
    found = YAML(typ="safe").load(path)
    return found if isinstance(found, dict) else None


def lines(manifest: Manifest, county: str, words: Words) -> list[str]:
    """Sentences on placebos, scorecard, leading coefficients, and what is left out."""
    said, found = [], record()
    if found is None:
        said.append(words("trust_unvalidated"))
    else:
        known = {name: found[name] for name in ("date", "version", "seeds")}
        said.append(words("trust_placebos", held=found["placebos_held"], every=found["placebos"], **known))
        passing, failing, untested = (found[name] for name in ("passing", "failing", "untested"))
        said.append(words("trust_scorecard", passing=len(passing), every=len(passing + failing + untested)))
        for name, listed in (("trust_failing", failing), ("trust_untested", untested)):
            said += [words(name, patterns=words.listed(listed))] if listed else []
    leaning = leading(manifest, county)
    said += [words("trust_leading", numbers=words.listed(leaning))] if leaning else []
    return [*said, words("trust_left_out")]


def leading(manifest: Manifest, county: str) -> list[str]:
    """The numbers of the first rank with the ranges thought possible, coefficients first, then assumed decrees."""
    notes = manifest["notes"][county]
    written = notes["policies"].get(manifest["base"], {})
    found: dict[str, Mapping[str, Any]] = {**notes["evidence"], **written}
    return [
        f"{path} ({significant(note['low'])} … {significant(note['high'])})"
        for path, note in found.items()
        if note.get("first_rank") and "low" in note and "high" in note
    ]
