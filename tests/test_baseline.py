"""Results change only when somebody says so: forty numbers of a small county, compared to nine digits.

Where this fails and the change is meant, say so under "Results change" in CHANGELOG.md and record anew with
`uv run python tests/baseline.py`.
"""

import baseline
import pytest

LOG = "# Changelog\n\n## 1\n\n### Results change\n- {}\n\n### Inside\n- more\n"


@pytest.fixture(scope="module")
def numbers():
    return baseline.numbers()


def test_the_numbers_are_those_recorded(numbers):
    stored = baseline.recorded()
    assert stored is not None
    assert numbers.keys() == stored["numbers"].keys()
    for seed, values in numbers.items():
        assert values == pytest.approx(stored["numbers"][seed], rel=1e-9, abs=1e-12), seed


def test_there_are_about_forty_and_they_say_something(numbers):
    values = [value for seed in numbers.values() for value in seed.values()]
    assert 30 <= len(values) <= 50
    assert sum(value != 0 for value in values) > 0.8 * len(values)
    one, other = numbers.values()
    assert one.keys() == other.keys()
    assert one != other


def test_recording_refuses_changed_numbers_that_nobody_explains():
    before = baseline.record({"seed 1": {"a": 1.0}}, None, LOG.format("first"))
    assert baseline.record({"seed 1": {"a": 1.0}}, before, LOG.format("first")) == before
    with pytest.raises(baseline.Unsaid):
        baseline.record({"seed 1": {"a": 2.0}}, before, LOG.format("first"))
    # What stands elsewhere in the changelog does not count.
    with pytest.raises(baseline.Unsaid):
        baseline.record({"seed 1": {"a": 2.0}}, before, LOG.format("first").replace("more", "less"))
    after = baseline.record({"seed 1": {"a": 2.0}}, before, LOG.format("a doubled"))
    assert after["numbers"] == {"seed 1": {"a": 2.0}}
