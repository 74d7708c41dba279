"""A county described: every fact of its file, and what the founded county shows beside it."""

import json

import pytest

from sim.commands.inspection import describe as print_description
from sim.description import Description, describe


@pytest.fixture(scope="module")
def taishan() -> Description:
    return describe("taishan", seeds=1)


def test_every_fact_stands_with_how_it_is_known(taishan):
    facts = {fact.path: fact for fact in taishan.facts}
    assert facts["stages.primary.spending_yuan"].known == "F"
    assert "MOE bulletin" in facts["stages.primary.spending_yuan"].source
    assert facts["burn_in_years"].founded is None
    assert len(taishan.schools) == 18
    assert not any(path.startswith("named_schools") for path in facts)


def test_targets_stand_beside_what_is_founded(taishan):
    facts = {fact.path: fact for fact in taishan.facts}
    for stage in ("primary", "junior"):
        spread = facts[f"stages.{stage}.targets.area_m2.cv"]
        assert spread.difference == pytest.approx(spread.founded - spread.value)
        assert abs(spread.difference) < 0.02
        assert abs(facts[f"stages.{stage}.targets.backbone_cv"].difference) < 0.02
    assert facts["stages.primary.zones.seat.schools"].difference == 0
    assert facts["scores.urban_rural_gap"].founded == pytest.approx(0.38, abs=0.15)


def test_descriptions_are_printed_for_people_and_programs(taishan, monkeypatch, capsys):
    monkeypatch.setattr("sim.description.describe", lambda county, seeds: taishan)
    assert print_description("taishan", 1, True, "en") == 0
    assert json.loads(capsys.readouterr().out)["county"] == "taishan"
    assert print_description("taishan", 1, False, "zh") == 0
    out = capsys.readouterr().out
    assert "山东省泰安市泰山区" in out
    assert "seat.backbone_per_100" in out
    assert max(map(len, out.splitlines())) <= 80
