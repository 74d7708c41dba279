"""The manifest says what was asked, what it set, what differs, and how each value is known."""

import pytest

from sim.runs.design import Design, of_question
from sim.runs.execution import Conducted
from sim.runs.manifest import manifest

SETTINGS = ["rotation.rate=0.05", "county.births_index=flat", "evidence.transfer_dip=-0.05"]
FINISHED = Conducted(failed=(), run=2, kept=0, seconds=1.25)


@pytest.fixture(scope="module")
def design() -> Design:
    return of_question("taishan", SETTINGS, seeds=2)


@pytest.fixture(scope="module")
def said(design) -> dict:
    return manifest(design, FINISHED, workers=2)


VARIANT = ", ".join(SETTINGS)


def test_every_setting_stands_with_the_full_paths_it_set(said):
    assert said["settings"]["taishan"]["as_written"] == {}
    assert said["settings"]["taishan"][VARIANT] == {
        "rotation.rate=0.05": ["links.fused.rotation.rules.core.rate"],
        "county.births_index=flat": ["county.births_index"],
        "evidence.transfer_dip=-0.05": ["evidence.transfer_dip"],
    }
    assert said["variants"][VARIANT]["settings"]["evidence.transfer_dip"] == -0.05


def test_facts_and_evidence_are_the_bases_and_changes_say_what_differs(said):
    assert said["facts"]["taishan"]["births_index"] == "national"
    assert said["changes"]["taishan"] == {
        "as_written": {},
        VARIANT: {"county.births_index": "flat", "evidence.transfer_dip": -0.05},
    }


def test_policies_are_resolved_and_carry_their_clauses(said):
    rule = said["policies"]["taishan"][VARIANT]["links"]["fused"]["rotation"]["rules"]["core"]
    assert rule["rate"] == 0.05
    notes = said["notes"]["taishan"]["policies"]["as_written"]
    assert notes["links.fused.rotation.rules.core.rate"]["clause"].startswith("taishan.")
    assert said["notes"]["taishan"]["evidence"]["transfer_dip"]["source"]


def test_only_times_and_machine_depend_on_the_occasion(design, said):
    other = manifest(design, Conducted((), 1, 1, 9.0), workers=7)
    assert {key for key in said if said[key] != other[key]} <= {"times", "machine"}
    assert other["machine"]["workers"] == 7


def test_times_stay_where_nothing_new_was_run(design, said):
    again = manifest(design, Conducted((), 0, 2, 0.0), workers=1, before=said)
    assert again["times"] == said["times"]
    assert again["machine"] == said["machine"]
