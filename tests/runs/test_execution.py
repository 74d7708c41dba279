"""Carrying out a design: resuming, workers, failures. The runs are made up, the rest is real."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import fake_world
import pytest

from sim.runs.design import of_question
from sim.runs.workers import Processes, workers
from sim.store import Folder, Results
from sim.studies import Interrupted, NothingRan, carry_out


@pytest.fixture(autouse=True)
def no_calibration(monkeypatch):
    monkeypatch.setattr("sim.founding.calibrate", lambda setting: (None, None))


def design(seeds=5, settings=("rotation.rate=0.05",)):
    return of_question("taishan", list(settings), ["rotation.rate=0.15"], seeds=seeds, years=2)


def finished(path: Path, asked, **more):
    """The files of a study that was carried out in one go in this process."""
    carry_out(asked, path, run=fake_world.run_seed, **more)
    return fake_world.bytes_of(path)


def stop_after(count: int):
    def progress(done: int, total: int) -> None:
        if done == count:
            raise KeyboardInterrupt

    return progress


def test_a_study_killed_at_any_moment_ends_in_the_same_bytes(tmp_path):
    whole = finished(tmp_path / "whole", design())
    for count in (1, 2, 4):
        path = tmp_path / f"stopped{count}"
        with pytest.raises(Interrupted) as error:
            carry_out(design(), path, run=fake_world.run_seed, progress=stop_after(count))
        assert error.value.finished == count
        assert not (path / "yearly.parquet").exists()
        _, done = carry_out(design(), path, run=fake_world.run_seed)
        assert (done.kept, done.run) == (count, 5 - count)
        assert fake_world.bytes_of(path) == whole
        assert not (path / ".parts").exists()


def test_a_half_written_part_is_written_again(tmp_path):
    with pytest.raises(Interrupted):
        carry_out(design(), tmp_path / "torn", run=fake_world.run_seed, progress=stop_after(2))
    (tmp_path / "torn" / ".parts" / "taishan.000002.schools.parquet").unlink()
    (tmp_path / "torn" / ".parts" / ".taishan.000003.yearly.parquet.99").write_bytes(b"half")
    _, done = carry_out(design(), tmp_path / "torn", run=fake_world.run_seed)
    assert done.run == 4
    assert fake_world.bytes_of(tmp_path / "torn") == finished(tmp_path / "whole", design())


def test_two_workers_give_what_one_gives(tmp_path):
    one = finished(tmp_path / "one", design())
    with workers(2) as staff:
        assert isinstance(staff, Processes)
        carry_out(design(), tmp_path / "two", staff, run=fake_world.run_seed)
    assert fake_world.bytes_of(tmp_path / "two") == one
    first, second = Results(tmp_path / "one").manifest, Results(tmp_path / "two").manifest
    for part in ("times", "machine"):
        del first[part], second[part]
    assert first == second


def test_any_executor_will_do(tmp_path):
    with ThreadPoolExecutor(3) as pool, workers(scheduler=pool) as staff:
        carry_out(design(), tmp_path / "threads", staff, run=fake_world.run_seed)
        assert not pool._shutdown, "the caller's executor is the caller's to close"
    assert fake_world.bytes_of(tmp_path / "threads") == finished(tmp_path / "one", design())


def test_a_dask_client_lends_its_executor(tmp_path):
    class Client:
        def __init__(self, pool):
            self.pool = pool

        def get_executor(self):
            return self.pool

        def nthreads(self):
            return {"tcp://a": 2, "tcp://b": 1}

    with ThreadPoolExecutor(1) as pool, workers(scheduler=Client(pool)) as staff:
        assert staff.count == 3
        carry_out(design(2), tmp_path, staff, run=fake_world.run_seed)
    assert set(Results(tmp_path).yearly["seed"]) == {1, 2}


def test_a_finished_study_is_not_run_again(tmp_path):
    before = finished(tmp_path, design())
    times = Results(tmp_path).manifest["times"]
    _, done = carry_out(design(), tmp_path, run=fake_world.run_seed)
    assert (done.run, done.kept) == (0, 5)
    assert fake_world.bytes_of(tmp_path) == before
    assert Results(tmp_path).manifest["times"] == times


def test_what_is_held_in_memory_is_what_was_written(tmp_path):
    held, _ = carry_out(design(), tmp_path, run=fake_world.run_seed)
    read = Results(tmp_path)
    assert held.manifest == read.manifest
    assert held.yearly.equals(read.yearly)
    assert held.contrasts.equals(read.contrasts)


def test_more_seeds_run_only_what_is_new(tmp_path):
    finished(tmp_path / "grown", design(2))
    _, done = carry_out(design(5), tmp_path / "grown", run=fake_world.run_seed)
    assert (done.run, done.kept) == (3, 2)
    assert fake_world.bytes_of(tmp_path / "grown") == finished(tmp_path / "once", design(5))


def test_another_configuration_is_computed_anew_and_said_so(tmp_path):
    finished(tmp_path / "mixed", design())
    said = []
    other = design(settings=("rotation.rate=0.06",))
    _, done = carry_out(other, tmp_path / "mixed", run=fake_world.run_seed, say=said.append)
    assert done.kept == 0
    assert "another configuration" in said[0]
    assert fake_world.bytes_of(tmp_path / "mixed") == finished(tmp_path / "clean", other)


def test_a_stopped_study_leaves_an_older_result_whole(tmp_path):
    before = finished(tmp_path, design())
    other = design(settings=("rotation.rate=0.06",))
    with pytest.raises(Interrupted):
        carry_out(other, tmp_path, run=fake_world.run_seed, progress=stop_after(2))
    assert fake_world.bytes_of(tmp_path) == before


def test_a_failed_run_is_named_kept_apart_and_tried_again(tmp_path):
    _, done = carry_out(design(), tmp_path / "failed", run=fake_world.fail_at_two)
    assert [(item.variant, item.seed) for item in done.failed] == [("rotation.rate=0.05", 2)]
    results = Results(tmp_path / "failed")
    assert results.manifest["failed"][0]["error"] == "ZeroDivisionError: no such luck"
    assert set(results.contrasts["pairs"]) == {4}
    assert set(results.yearly.query("variant == 'rotation.rate=0.15'")["seed"]) == {1, 2, 3, 4, 5}
    _, again = carry_out(design(), tmp_path / "failed", run=fake_world.run_seed)
    assert (again.run, again.failed) == (1, ())
    assert fake_world.bytes_of(tmp_path / "failed") == finished(tmp_path / "whole", design())


def test_a_run_that_kills_its_worker_is_named_and_the_others_go_on(tmp_path):
    with workers(2) as staff:
        _, done = carry_out(design(), tmp_path, staff, run=fake_world.die_at_two)
    assert {item.seed for item in done.failed} == {2}
    assert set(Results(tmp_path).yearly["seed"]) == {1, 3, 4, 5}


def test_a_study_without_one_good_run_has_no_results(tmp_path):
    def fail(job):
        raise ValueError("never")

    with pytest.raises(NothingRan) as error:
        carry_out(design(2), tmp_path, run=fail)
    assert len(error.value.failed) == 4
    assert not (tmp_path / "manifest.yaml").exists()


def test_results_do_not_pile_up_in_memory(tmp_path):
    """Every part is on disk before the next but few are asked for."""
    folder, waiting = Folder(tmp_path, design(40).keys), []

    def run(job):
        stored = len(list((tmp_path / ".parts").glob("*.yearly.parquet")))
        waiting.append(job.run.seed - 1 - stored)
        return fake_world.run_seed(job)

    with ThreadPoolExecutor(1) as pool, workers(scheduler=pool) as staff:
        carry_out(design(40), tmp_path, staff, run=run)
    assert folder.parts == tmp_path / ".parts"
    assert max(waiting) <= 4
