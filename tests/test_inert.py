"""Settings that are said to act on nothing do act on nothing, and whoever sets one is told."""

import pytest

from sim.founding import calibrate, found, setting_of
from sim.library import inert, resolve
from sim.state import Students
from sim.year import advance

SETTINGS = (
    "links.fused.legal=merged",
    "evidence.portable_share=0.5",
    "evidence.principal_sd=0.2",
)


@pytest.fixture(scope="module")
def scores():
    """Scores after two years under Taishan's plan with some settings, from one founded county."""
    plain = setting_of("taishan", resolve("taishan"))
    start = found(plain, calibrate(plain)[0], 1)

    def run(settings=()):
        resolved = resolve("taishan", settings=settings)
        county = start.copy()
        for _ in range(2):
            advance(county, resolved.policy.value, resolved.evidence.value, 1)
        return county.students.read(Students.score)

    return run


def test_they_change_nothing(scores):
    assert (scores(SETTINGS) == scores()).all()


def test_others_are_not_on_the_list(scores):
    assert inert([setting.partition("=")[0] for setting in SETTINGS]) == [
        setting.partition("=")[0] for setting in SETTINGS
    ]
    acting = ["links.fused.leadership", "links.fused.personnel", "evidence.match_sd", "county.births_index"]
    assert inert(acting) == []
    assert (scores(["links.fused.leadership=autonomous"]) != scores()).any()
