"""The recorded founding is what solving gives today, and nothing that the record leaves out is read."""

import pytest

from sim.founding import found, pupils, record, setting_of, solve
from sim.founding.setting import Setting
from sim.library import resolve


def taishan(settings=()):
    return setting_of("taishan", resolve("taishan", settings=settings))


def test_the_record_is_current():
    recalled = record.recall(taishan())
    assert recalled is not None
    solved, reached = solve(taishan())
    assert recalled[0] == pytest.approx(solved, abs=1e-6)
    assert recalled[1] == pytest.approx(reached, abs=1e-6)


def test_the_record_meets_its_targets():
    setting = taishan()
    _, reached = record.recall(setting)
    assert reached == pytest.approx(pupils.targets(setting), abs=pupils.CLOSE)


def test_other_facts_and_coefficients_are_not_recalled():
    assert record.recall(taishan(["evidence.management_gain=0.1"])) is None
    assert record.recall(taishan(["county.scores.core_member_gap=0.4"])) is None


def test_what_the_record_leaves_out_is_not_read(monkeypatch):
    """Solving and replaying with every left-out coefficient poisoned gives the same county."""
    setting = taishan()
    solved, _ = record.recall(setting)
    poisoned = setting.evidence.model_copy(update=dict.fromkeys(record.NOT_FOUNDING, float("nan")))
    other = Setting(setting.facts, setting.stages, setting.births, poisoned, setting.base, setting.own)
    assert record.key(other) == record.key(setting)

    def replayed(of):
        from sim import founding

        county = founding._draw(of, 1)
        founding._give_catchments(of, county, solved, 1)
        pupils.replay(county, of.base, of.evidence, 1)
        return county

    assert (replayed(other).students.score == replayed(setting).students.score).all()


def test_founding_twice_gives_the_same_county():
    setting = taishan()
    solved, _ = record.recall(setting)
    first, second = found(setting, solved, 3), found(setting, solved, 3)
    for column in (type(first.students).score, type(first.students).id):
        assert (first.students.read(column) == second.students.read(column)).all()
