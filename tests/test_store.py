"""The results folder: parts come together in the order of the design, whatever happened in between."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from sim.store import Failure, Folder, Part, Results, Run, Words, frame, write_manifest

KEYS = {"taishan": "key"}
RUNS = [Run("taishan", seed) for seed in (1, 2, 3)]


def part(seed: int, *, failed: bool = False, value: float = 0.5) -> Part:
    yearly = {
        "variant": Words.of(["b", "a"]),
        "year": np.array([0, 0], dtype=np.int32),
        "stage": Words.same("all", 2),
        "zone": Words.same("all", 2),
        "measure": Words.same("exits", 2),
        "value": np.array([value, seed], dtype=float),
    }
    schools = {
        "variant": Words.same("b", 1),
        "year": np.zeros(1, dtype=np.int32),
        "name": Words.of(["泰安六中"]),
    }
    failures = (Failure("taishan", "a", seed, "ValueError: x"),) if failed else ()
    return Part("taishan", seed, yearly, schools, failures)


def filled(path: Path, seeds: list[int]) -> Folder:
    folder = Folder(path, KEYS)
    for seed in seeds:
        folder.add(part(seed))
    return folder


def merge(folder: Folder, runs: list[Run]) -> bool:
    """Merge what is stored; false where nothing is."""
    with folder.merging(runs, [run for run in runs if folder.done(run)]) as merging:
        return merging.finish()


def test_words_stand_in_order_of_first_appearance():
    words = Words.of(["b", "a", "b"])
    assert words.words == ("b", "a")
    assert words.codes.tolist() == [0, 1, 0]


def test_the_order_of_finishing_leaves_no_trace(tmp_path):
    for name, order in (("one", [1, 2, 3]), ("two", [3, 1, 2])):
        folder = filled(tmp_path / name, order)
        merge(folder, RUNS)
        folder.clear()
    for table in ("yearly.parquet", "schools.parquet"):
        assert (tmp_path / "one" / table).read_bytes() == (tmp_path / "two" / table).read_bytes()
    assert not (tmp_path / "one" / ".parts").exists()


def test_rows_come_back_as_they_were_stored(tmp_path):
    merge(filled(tmp_path, [2, 1]), RUNS)
    yearly = frame(tmp_path / "yearly.parquet")
    assert list(yearly.columns) == [
        "county",
        "variant",
        "seed",
        "draw",
        "year",
        "stage",
        "zone",
        "measure",
        "value",
    ]
    assert yearly["seed"].tolist() == [1, 1, 2, 2]
    assert yearly["variant"].tolist() == ["b", "a", "b", "a"]
    assert yearly["value"].tolist() == [0.5, 1.0, 0.5, 2.0]
    assert yearly["variant"].dtype == "category"
    assert frame(tmp_path / "schools.parquet")["name"].tolist() == ["泰安六中", "泰安六中"]


def test_a_finished_folder_takes_in_more_seeds_without_running_the_old_ones_again(tmp_path):
    folder = filled(tmp_path / "grown", [1])
    merge(folder, RUNS[:1])
    folder.clear()
    grown = Folder(tmp_path / "grown", KEYS)
    assert grown.done(RUNS[0])
    assert not grown.done(RUNS[1])
    grown.add(part(2))
    merge(grown, RUNS[:2])
    merge(filled(tmp_path / "once", [1, 2]), RUNS[:2])
    for table in ("yearly.parquet", "schools.parquet"):
        assert (tmp_path / "grown" / table).read_bytes() == (tmp_path / "once" / table).read_bytes()


def test_merging_what_is_merged_already_changes_nothing(tmp_path):
    merge(filled(tmp_path, [1, 2]), RUNS)
    before = (tmp_path / "yearly.parquet").read_bytes()
    again = Folder(tmp_path, KEYS)
    again.clear()
    merge(again, RUNS)
    assert (tmp_path / "yearly.parquet").read_bytes() == before


def test_rows_of_another_configuration_are_never_mixed_in(tmp_path):
    folder = filled(tmp_path, [1, 2])
    merge(folder, RUNS)
    other = Folder(tmp_path, {"taishan": "another key"})
    assert other.stale()
    assert not Folder(tmp_path, KEYS).stale()
    assert not any(other.done(run) for run in RUNS)
    other.add(part(3, value=9))
    merge(other, RUNS)
    assert frame(tmp_path / "yearly.parquet")["seed"].unique().tolist() == [3]


def test_parts_of_another_configuration_are_stale(tmp_path):
    filled(tmp_path, [1])
    other = Folder(tmp_path, {"taishan": "another key"})
    assert other.stale()
    assert not other.done(RUNS[0])


def test_a_part_with_a_failed_run_keeps_its_other_rows_and_is_not_done(tmp_path):
    folder = Folder(tmp_path, KEYS)
    folder.add(part(1, failed=True))
    folder.add(part(2))
    assert not folder.done(RUNS[0])
    merge(folder, RUNS)
    folder.clear()
    again = Folder(tmp_path, KEYS)
    assert [again.done(run) for run in RUNS] == [False, True, False]
    assert frame(tmp_path / "yearly.parquet")["seed"].unique().tolist() == [1, 2]


def test_a_seed_of_which_everything_failed_leaves_no_rows(tmp_path):
    folder = Folder(tmp_path, KEYS)
    folder.add(Part("taishan", 1, {}, {}, (Failure("taishan", "a", 1, "ValueError: x"),)))
    folder.add(part(2))
    merge(folder, RUNS)
    assert frame(tmp_path / "yearly.parquet")["seed"].unique().tolist() == [2]


def test_nothing_at_all_cannot_be_merged(tmp_path):
    assert not merge(Folder(tmp_path, KEYS), RUNS)
    assert list(tmp_path.iterdir()) == []


def test_parts_are_merged_as_soon_as_all_before_them_are_there(tmp_path):
    folder = Folder(tmp_path / "slowly", KEYS)
    with folder.merging(RUNS, []) as merging:
        for seed in (2, 3, 1):
            folder.add(part(seed))
            merging.add(Run("taishan", seed))
            assert not (tmp_path / "slowly" / "yearly.parquet").exists()
        assert merging.finish()
    merge(filled(tmp_path / "once", [1, 2, 3]), RUNS)
    for table in ("yearly.parquet", "schools.parquet"):
        assert (tmp_path / "slowly" / table).read_bytes() == (tmp_path / "once" / table).read_bytes()


def test_a_merging_that_breaks_off_leaves_the_old_tables(tmp_path):
    merge(filled(tmp_path, [1]), RUNS[:1])
    before = (tmp_path / "yearly.parquet").read_bytes()
    folder = filled(tmp_path, [2])

    def break_off() -> None:
        with folder.merging(RUNS[:2], RUNS[:2]) as merging:
            merging.add(RUNS[0])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    assert (tmp_path / "yearly.parquet").read_bytes() == before
    assert {file.name for file in tmp_path.iterdir()} == {"yearly.parquet", "schools.parquet", ".parts"}


def test_half_a_part_is_not_done(tmp_path):
    folder = filled(tmp_path, [1])
    (tmp_path / ".parts" / "taishan.000001.schools.parquet").unlink()
    assert not folder.done(RUNS[0])


def test_one_row_group_for_each_county_and_seed(tmp_path):
    merge(filled(tmp_path, [1, 2, 3]), RUNS)
    assert pq.ParquetFile(tmp_path / "yearly.parquet").num_row_groups == 3


def test_a_folder_without_manifest_holds_no_results(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"manifest\.yaml"):
        Results(tmp_path)


def test_the_manifest_keeps_order_and_chinese(tmp_path):
    write_manifest(tmp_path, {"title": {"zh": "轮岗"}, "base": "fifteen", "seeds": [1, 2]})
    text = (tmp_path / "manifest.yaml").read_text(encoding="utf-8")
    assert "轮岗" in text
    assert Results(tmp_path).manifest == {"title": {"zh": "轮岗"}, "base": "fifteen", "seeds": [1, 2]}
    assert text.index("title") < text.index("base") < text.index("seeds")
