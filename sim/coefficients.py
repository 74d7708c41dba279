"""Every coefficient by its file: value, range, unit, source, how known, and which matter first.

Conclusions lean first on a few assumed numbers (`first_rank` in the files); they lead the list, together with the
assumed values of policies that matter as much.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sim.configs import Loaded, Note, Section, names
from sim.evidence import Evidence
from sim.library import load_evidence, load_policy


@dataclass(frozen=True)
class Coefficient:
    """A number on which results rest.

    `topic` is the file it stands in. `known` is F found, F-sign found as a direction, M remembered, M-low faintly,
    D derived, A assumed. `transfer` says that the estimate comes from another country.
    """

    name: str
    topic: str
    row: str
    value: float
    low: float | None
    high: float | None
    distribution: str
    unit: str
    kind: str
    known: str
    transfer: bool
    first_rank: bool
    source: str
    note: str

    def plain(self) -> dict[str, Any]:
        """The coefficient in plain values, as for JSON."""
        return asdict(self)


def coefficients() -> tuple[Coefficient, ...]:
    """All coefficients: those of the first rank, then the others by file, as the files have them."""
    evidence = load_evidence()
    listed = [_coefficient(evidence, name) for name in Evidence.model_fields if name != "switches"]
    leading = [item for item in listed if item.first_rank]
    rest = sorted((item for item in listed if not item.first_rank), key=lambda item: item.topic)
    return (*leading, *_of_policies(), *rest)


def _coefficient(evidence: Loaded[Evidence], name: str) -> Coefficient:
    note = evidence.notes[name]
    return _noted(name, Path(note.file).stem, getattr(evidence.value, name), note)


def _of_policies() -> Iterator[Coefficient]:
    """Assumed values of policies that are of the first rank."""
    for policy in names("policies"):
        loaded = load_policy(policy)
        own = loaded.place("").file
        for path, note in loaded.notes.items():
            value = _at(loaded.value, path) if note.first_rank and note.file == own else None
            if value:
                yield _noted(f"{policy}: {path}", f"policies/{policy}", value, note)


def _at(section: Section, path: str) -> Any:
    value: Any = section
    for part in path.split("."):
        value = value[part] if not isinstance(value, Section) else getattr(value, part)
    return value


def _noted(name: str, topic: str, value: Any, note: Note) -> Coefficient:
    return Coefficient(
        name=name,
        topic=topic,
        row=note.row or "",
        value=value,
        low=note.low,
        high=note.high,
        distribution=note.distribution or "",
        unit=note.unit or "",
        kind=note.kind or "",
        known="A" if note.assumed else note.known or "",
        transfer=note.transfer,
        first_rank=note.first_rank,
        source=note.source or note.clause or "",
        note=note.note or "",
    )
