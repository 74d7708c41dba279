"""Years until a gap has closed, on the mean over seeds."""

import pandas as pd
import pytest

from sim.analysis.closing import path, remaining, years_to_close


def study(gaps, variant="fair"):
    """Yearly rows of a gap: one list of values by year for each seed."""
    rows = [
        ("tiny", variant, seed, 0, year, stage, "all", "gap", value)
        for seed, values in enumerate(gaps, 1)
        for year, value in enumerate(values)
        for stage in ("all", "primary")
    ]
    columns = ["county", "variant", "seed", "draw", "year", "stage", "zone", "measure", "value"]
    return pd.DataFrame(rows, columns=columns)


def test_the_mean_over_seeds_decides_not_the_first_seed_to_close():
    # Means 0.4, 0.3, 0.2, 0.1: the first seed is below half in year 1, the mean in year 2.
    yearly = study([[0.4, 0.1, 0.1, 0.0], [0.4, 0.5, 0.3, 0.2]])
    assert path(yearly, "gap", "fair").tolist() == pytest.approx([0.4, 0.3, 0.2, 0.1])
    assert remaining(yearly, "gap", "fair").tolist() == pytest.approx([1, 0.75, 0.5, 0.25])
    assert years_to_close(yearly, "gap", "fair", 0.5) == 2
    assert years_to_close(yearly, "gap", "fair", 0.25, "tiny", "primary") == 3


def test_a_gap_that_stays_open_has_no_year():
    assert years_to_close(study([[0.4, 0.39, 0.41]]), "gap", "fair", 0.9) is None


def test_a_gap_that_opens_again_has_closed():
    assert years_to_close(study([[0.4, 0.1, 0.4]]), "gap", "fair", 0.5) == 1


def test_what_cannot_be_told_is_an_error():
    with pytest.raises(KeyError, match="expected values for variant foul"):
        path(study([[0.4, 0.1]]), "gap", "foul")
    with pytest.raises(ValueError, match="expected a gap above 0"):
        years_to_close(study([[-0.1, 0.1]]), "gap", "fair", 0.5)
