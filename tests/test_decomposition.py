"""A policy's effect by mechanism: pieces add up, idle mechanisms get nothing, wrong names are told."""

import json

import pytest
from worlds import changed, policy

from sim.configs import ConfigError
from sim.decomposition import MECHANISMS, REST, decompose
from sim.evidence import Switches
from sim.levers import LEVERS, set_by

ALONE = {"county": "taishan", "policy": "rotation_alone", "seeds": 2, "years": 2, "jobs": 1}


@pytest.fixture(scope="module")
def rotation(tmp_path_factory):
    """Rotation alone divided among rotation, pairing and the fund."""
    folder = tmp_path_factory.mktemp("decompose")
    asked = {"mechanisms": ("rotation", "pairing", "curriculum"), "outcomes": ("score_core", "rotation_shortfall_mean")}
    return decompose(**ALONE, **asked, out=folder)


def test_pieces_add_up_to_the_effect(rotation):
    for part in rotation.outcomes:
        assert sum(piece.shapley for piece in part.pieces) == pytest.approx(part.effect, abs=1e-12)
        assert sum(piece.share for piece in part.pieces) == pytest.approx(1)


def test_a_mechanism_without_a_dose_gets_exactly_nothing(rotation):
    # The policy has neither pairs nor shared courses.
    for part in rotation.outcomes:
        pieces = {piece.mechanism: piece for piece in part.pieces}
        for name in ("pairing", "curriculum"):
            assert (pieces[name].shapley, pieces[name].alone_off, pieces[name].low, pieces[name].high) == (0, 0, 0, 0)
        assert pieces["rotation"].shapley == pieces["rotation"].alone_off != 0
        assert pieces[REST].mechanism == REST


def test_the_effect_is_that_of_the_paired_study(rotation):
    from sim.library import resolve
    from sim.model import SchoolingModel

    found = []
    for seed in (1, 2):
        ends = []
        for name in ("rotation_alone", "none"):
            model = SchoolingModel("taishan", resolved=resolve("taishan", name), seed=seed)
            model.run_for(2)
            ends.append(model.measured("score_core")[2])
        found.append(ends[0] - ends[1])
    assert rotation.outcomes[0].effect == pytest.approx(sum(found) / 2, abs=1e-12)


def test_what_is_stored_is_what_is_given_back(rotation, tmp_path, monkeypatch):
    told = json.loads((rotation.path / "decomposition.json").read_text())
    assert told["outcomes"][0]["effect"] == rotation.outcomes[0].effect
    monkeypatch.chdir(tmp_path)
    asked = {**ALONE, "years": 1, "seeds": 1, "mechanisms": ("rotation",), "outcomes": ("score_core",)}
    ran = []
    first = decompose(**asked, progress=lambda done, total: ran.append(done))
    assert ran
    ran.clear()
    again = decompose(**asked, progress=lambda done, total: ran.append(done))
    # One seed has no interval, and NaN equals nothing.
    assert repr(again) == repr(first)
    assert not ran


def test_sampled_orders_add_up_as_well(tmp_path):
    asked = {
        **ALONE,
        "years": 1,
        "seeds": 1,
        "outcomes": ("score_core",),
        "mechanisms": ("rotation", "match", "refusal"),
    }
    found = decompose(**asked, quick=True, out=tmp_path)
    assert not found.exact
    part = found.outcomes[0]
    assert sum(piece.shapley for piece in part.pieces) == pytest.approx(part.effect, abs=1e-12)


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ({"mechanisms": ("rotatio",)}, "rotation"),
        ({"mechanisms": ("rotation", "dip")}, "each switch in one mechanism"),
        ({"outcomes": ("score_cor",)}, "score_core"),
    ],
)
def test_a_wrong_name_is_told(wrong, hint):
    with pytest.raises(ConfigError) as error:
        decompose("taishan", **wrong)
    assert hint in str(error.value)


def test_a_policy_sets_what_differs_from_the_policy_without_groups():
    none = policy("none")
    usual = ("rotation", "pairing", "events", "management", "curriculum", "bundling", "fund")
    assert set_by(policy(), none) == usual
    assert set_by(none, none) == ()
    more = changed(policy(), {"lifecycle": {"entry": True}, "links.fused.rotation.group_first": True})
    assert set_by(more, none) == (*usual, "lifecycle", "group_first")
    # Every mechanism has switches of its own.
    assert LEVERS.keys() - MECHANISMS.keys() <= Switches.model_fields.keys()


def test_what_the_policy_sets_and_nobody_asked_for_is_named_in_the_rest(rotation):
    sets = set_by(policy("rotation_alone"), policy("none"))
    assert "rotation" in sets
    assert rotation.beyond == tuple(name for name in sets if name != "rotation")
