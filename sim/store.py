"""The layout of a results folder: what a study leaves behind and how it is read again.

A finished folder holds `manifest.yaml`, `yearly.parquet`, `schools.parquet`, `contrasts.csv`, and what the
report adds. The two tables have one row group for each (county, seed), in the order of the design, so they
are written and read piece by piece and their bytes do not depend on who finished first. While a study runs,
finished seeds wait in `.parts/`, each written whole or not at all; that is what a killed study resumes from.
"""

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

TABLES = ("yearly", "schools")
PARTS = ".parts"
MANIFEST = "manifest.yaml"
_MARK = b"sim"


class Words(NamedTuple):
    """A column of words: the distinct words, and for each row the place of its word. Codes: (rows,) int32."""

    words: tuple[str, ...]
    codes: NDArray[np.int32]

    @classmethod
    def of(cls, values: Iterable[str]) -> "Words":
        """Encode `values`; words stand in the order of first appearance."""
        places: dict[str, int] = {}
        codes = np.array([places.setdefault(value, len(places)) for value in values], dtype=np.int32)
        return cls(tuple(places), codes)

    @classmethod
    def same(cls, word: str, rows: int) -> "Words":
        """`word` in every row."""
        return cls((word,), np.zeros(rows, dtype=np.int32))


Columns = Mapping[str, Words | NDArray[Any]]


class Failure(NamedTuple):
    """A run that ended in an error."""

    county: str
    variant: str
    seed: int
    error: str
    place: str = ""
    draw: int = 0


@dataclass(frozen=True)
class Part:
    """All runs of one (county, seed, draw): the rows that go into the two tables, and the runs that failed."""

    county: str
    seed: int
    yearly: Columns
    schools: Columns
    failed: tuple[Failure, ...] = ()
    draw: int = 0

    @property
    def run(self) -> "Run":
        """What this is the part of."""
        return Run(self.county, self.seed, self.draw)


class Run(NamedTuple):
    """One world: a county under one seed and one draw of the coefficients (0: all at their values)."""

    county: str
    seed: int
    draw: int = 0


class Results:
    """A results folder, read only. Tables are read when first asked for."""

    def __init__(self, path: str | Path) -> None:
        """Point at the folder `path`. Raises FileNotFoundError where it holds no manifest."""
        self.path = Path(path)
        if not (self.path / MANIFEST).is_file():
            raise FileNotFoundError(f"{self.path}: expected a results folder with {MANIFEST}, found none")

    def hold(self, **contents: Any) -> "Results":
        """Keep what was just written, by the names of the attributes below, so that it need not be read."""
        self.__dict__.update(contents)
        return self

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What was run, on what, and when."""
        from ruamel.yaml import YAML

        return YAML(typ="safe").load((self.path / MANIFEST).read_text(encoding="utf-8"))

    @cached_property
    def yearly(self) -> "pd.DataFrame":
        """Columns county, variant, seed, draw, year, stage, zone, measure, value; words are categories."""
        return frame(self.path / "yearly.parquet")

    @cached_property
    def schools(self) -> "pd.DataFrame":
        """One row a school and year: county, variant, seed, draw, year, name, name_en, then its measures."""
        return frame(self.path / "schools.parquet")

    @cached_property
    def contrasts(self) -> "pd.DataFrame":
        """Each variant against the base, one row an outcome (see `sim.analysis.compare.contrasts`)."""
        import pandas as pd

        return pd.read_csv(self.path / "contrasts.csv")

    def table(self, name: str) -> "pd.DataFrame":
        """Another table of the folder, such as `uncertainty.csv`; empty where the study has none."""
        import pandas as pd

        return pd.read_csv(self.path / name) if (self.path / name).is_file() else pd.DataFrame()


@dataclass
class Folder:
    """A results folder being filled. `keys` holds each county's configuration hash.

    Parts and rows made under another hash are never mixed in; they count as not there.
    """

    path: Path
    keys: Mapping[str, str]
    _merged: dict[Run, int] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self._merged = self._in_tables()

    @property
    def parts(self) -> Path:
        """The folder of finished seeds of an unfinished study."""
        return self.path / PARTS

    def done(self, run: Run) -> bool:
        """True where all runs of `run` are stored and none failed."""
        if run in self._merged:
            return True
        return all(_mark(self.part(run, table)) == self._stamp(run, whole=True) for table in TABLES)

    def stale(self) -> bool:
        """True where the folder holds rows of another configuration than this one."""
        marks = [_mark(self.path / "yearly.parquet")]
        if self.parts.is_dir():
            marks += [_mark(file) for file in sorted(self.parts.glob("*.yearly.parquet"))]
        wanted = set(self.keys.values())
        return any(not wanted & set(mark["keys"].values()) for mark in marks if mark)

    def add(self, part: Part) -> None:
        """Store a finished part; what was there of this (county, seed) is replaced."""
        import pyarrow.parquet as pq

        self.parts.mkdir(parents=True, exist_ok=True)
        run = part.run
        stamp = json.dumps(self._stamp(run, whole=not part.failed)).encode()
        for table in TABLES:
            rows = arrow(part, getattr(part, table)).replace_schema_metadata({_MARK: stamp})
            with _replaced(self.part(run, table)) as temporary:
                pq.write_table(rows, temporary, compression="zstd")

    def merging(self, runs: Sequence[Run], ready: Iterable[Run]) -> "Merging":
        """A beginning of both tables in the order of `runs`, of which those in `ready` are stored already."""
        return Merging(self, runs, ready)

    def clear(self) -> None:
        """Delete the parts."""
        shutil.rmtree(self.parts, ignore_errors=True)

    def rows(self, run: Run, table: str) -> tuple["pa.Table | None", bool]:
        """The stored rows of a run, from its part or else from the table, and whether no variant failed."""
        import pyarrow.parquet as pq

        if self.part(run, table).is_file():
            with pq.ParquetFile(self.part(run, table)) as file:
                mark = json.loads(file.metadata.metadata[_MARK])
                if mark["keys"] == {run.county: self.keys[run.county]}:
                    return file.read(), mark["runs"][0][-1]
        if run in self._merged:
            with pq.ParquetFile(self.path / f"{table}.parquet") as file:
                return file.read_row_group(self._merged[run]), True
        return None, False

    def part(self, run: Run, table: str) -> Path:
        """The file that holds one table of a finished seed until all are merged."""
        draw = f".draw{run.draw:05d}" if run.draw else ""
        return self.parts / f"{run.county}{draw}.{run.seed:06d}.{table}.parquet"

    def _stamp(self, run: Run, whole: bool) -> dict[str, Any]:
        return {"keys": {run.county: self.keys[run.county]}, "runs": [[*run, whole]]}

    def _in_tables(self) -> dict[Run, int]:
        """Whole runs of this configuration that stand in both tables, with their row group."""
        found = []
        for table in TABLES:
            mark = _mark(self.path / f"{table}.parquet") or {"keys": {}, "runs": []}
            found.append(
                {
                    Run(*run): place
                    for place, (*run, whole) in enumerate(mark["runs"])
                    if whole and mark["keys"].get(run[0]) == self.keys.get(run[0])
                }
            )
        return found[0] if found[0] == found[1] else {}


class Merging:
    """Both tables of a folder while they are written; they take the place of the old ones in `finish`.

    Used as a context manager. Runs may become ready in any order; each is written as soon as all before it are.
    """

    def __init__(self, folder: Folder, runs: Sequence[Run], ready: Iterable[Run]) -> None:
        """Begin with what is `ready`."""
        self._folder, self._runs, self._ready = folder, runs, set(ready)
        self._written = 0
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._stored: list[tuple[str, int, int, bool]] = []

    def __enter__(self) -> "Merging":
        self._sweep()
        self._folder.path.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *error: object) -> None:
        for writer in self._writers.values():
            writer.close()
        self._sweep()

    def add(self, run: Run) -> None:
        """Take note that `run` is stored now."""
        self._ready.add(run)
        while self._written < len(self._runs) and self._runs[self._written] in self._ready:
            self._write(self._runs[self._written])
            self._written += 1

    def finish(self) -> bool:
        """Write what is left and put the tables in their place; False, and no tables, where nothing is stored."""
        for run in self._runs[self._written :]:
            self._write(run)
        keys = {county: self._folder.keys[county] for county in dict.fromkeys(run[0] for run in self._stored)}
        for writer in self._writers.values():
            writer.add_key_value_metadata({_MARK: json.dumps({"keys": keys, "runs": self._stored})})
            writer.close()
        for table in self._writers:
            self._file(table).replace(self._folder.path / f"{table}.parquet")
        return bool(self._stored)

    def _write(self, run: Run) -> None:
        """Append what is stored of `run`, a row group in each table; nothing where all of it failed."""
        import pyarrow.parquet as pq

        found = {table: self._folder.rows(run, table) for table in TABLES}
        if any(rows is None or not rows.num_rows for rows, _ in found.values()):
            return
        for table, (rows, _) in found.items():
            rows = _plain(rows)
            if table not in self._writers:
                self._writers[table] = pq.ParquetWriter(self._file(table), rows.schema, compression="zstd")
            writer = self._writers[table]
            writer.write_table(rows.cast(writer.schema), row_group_size=rows.num_rows)
        self._stored.append((*run, all(whole for _, whole in found.values())))

    def _file(self, table: str) -> Path:
        return self._folder.path / f".{table}.parquet.new"

    def _sweep(self) -> None:
        """Remove what an interrupted merging left behind."""
        for table in TABLES:
            self._file(table).unlink(missing_ok=True)


def arrow(part: Part, columns: Columns) -> "pa.Table":
    """The rows of a part as an Arrow table; county, seed and draw are added in front."""
    import pyarrow as pa

    rows = max((_length(values) for values in columns.values()), default=0)
    front: dict[str, Words | NDArray[Any]] = {"county": Words.same(part.county, rows)}
    if "variant" in columns:
        front["variant"] = columns["variant"]
    front["seed"] = np.full(rows, part.seed, dtype=np.int32)
    front["draw"] = np.full(rows, part.draw, dtype=np.int32)
    arrays = {}
    for name, values in {**front, **{k: v for k, v in columns.items() if k not in front}}.items():
        if isinstance(values, Words):
            arrays[name] = pa.DictionaryArray.from_arrays(pa.array(values.codes), pa.array(values.words, pa.string()))
        else:
            arrays[name] = pa.array(values)
    return pa.table(arrays)


def write_manifest(path: Path, manifest: Mapping[str, Any]) -> None:
    """Write `manifest.yaml` into the folder `path`, whole or not at all."""
    from ruamel.yaml import YAML

    yaml = YAML(typ="safe")
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.width = 110
    path.mkdir(parents=True, exist_ok=True)
    with _replaced(path / MANIFEST) as temporary, temporary.open("w", encoding="utf-8") as file:
        yaml.dump(dict(manifest), file)


def write_contrasts(path: Path, contrasts: "pd.DataFrame") -> None:
    """Write `contrasts.csv` into the folder `path`, whole or not at all."""
    write_table(path, "contrasts.csv", contrasts)


def write_table(path: Path, name: str, table: "pd.DataFrame") -> None:
    """Write a table as `name` into the folder `path`, whole or not at all."""
    with _replaced(path / name) as temporary:
        table.to_csv(temporary, index=False, lineterminator="\n")


def _length(values: Words | NDArray[Any]) -> int:
    return len(values.codes if isinstance(values, Words) else values)


def _plain(rows: "pa.Table") -> "pa.Table":
    """The same rows with each column's words in order of appearance and no file marks."""
    import pyarrow as pa

    columns = [
        column.cast(pa.string()).combine_chunks().dictionary_encode() if pa.types.is_dictionary(column.type) else column
        for column in rows.columns
    ]
    return pa.table(columns, names=rows.column_names)


def _mark(file: Path) -> dict[str, Any] | None:
    """What a table file says of itself: configuration hashes and runs; None where there is no such file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        metadata = pq.read_metadata(file).metadata or {}
    except (FileNotFoundError, pa.ArrowInvalid):
        return None
    return json.loads(metadata[_MARK]) if _MARK in metadata else None


def frame(file: Path) -> "pd.DataFrame":
    """A stored table; words are categories."""
    import pyarrow.parquet as pq

    return pq.read_table(file).to_pandas()


@contextmanager
def _replaced(target: Path) -> Iterator[Path]:
    """A temporary file that takes the place of `target` when the block ends well and vanishes otherwise."""
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        yield temporary
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
