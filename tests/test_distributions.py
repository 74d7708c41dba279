"""Distributions as files write them: quantiles against known values, cutting, widening, bad texts."""

import numpy as np
import pytest
from scipy import stats

from sim.configs.notes import Note
from sim.distributions import Malformed, distribution_of, parse

SHARES = (0.01, 0.2, 0.5, 0.77, 0.99)
LIKE = {
    "N(0.03, 0.045)": stats.norm(0.03, 0.045),
    "TN(-0.03, 0.015; -0.08, 0)": stats.truncnorm(-0.05 / 0.015, 2.0, -0.03, 0.015),
    "U(0.4, 1.0)": stats.uniform(0.4, 0.6),
    "Tri(0, 0.03, 0.10)": stats.triang(0.3, 0, 0.10),
    "Tri(0, 0, 0.3)": stats.triang(0, 0, 0.3),
    "Tri(0, 1, 1)": stats.triang(1, 0, 1),
    "B(4, 16)": stats.beta(4, 16),
}


@pytest.mark.parametrize("text", LIKE)
def test_quantiles_are_those_of_scipy(text):
    found = [parse(text).quantile(share) for share in SHARES]
    assert found == pytest.approx(LIKE[text].ppf(SHARES), abs=1e-9)


@pytest.mark.parametrize("text", LIKE)
def test_a_cut_keeps_the_shape_inside(text):
    whole = LIKE[text]
    low, high = whole.ppf(0.3), whole.ppf(0.8)
    # Share s of what lies between the 30th and the 80th percentile is percentile 0.3 + 0.5 s of the whole.
    found = [parse(text).cut(low, high).quantile(share) for share in SHARES]
    assert found == pytest.approx(whole.ppf(0.3 + 0.5 * np.array(SHARES)), abs=1e-9)


def test_an_estimate_from_elsewhere_has_half_again_the_spread():
    here = Note("x", distribution="TN(0.08, 0.04; -9, 9)")
    there = Note("x", distribution="TN(0.08, 0.04; -9, 9)", transfer=True)
    narrow, wide = (distribution_of(0.08, note) for note in (here, there))
    # The 84th percentile of a normal is one spread above its mean: 0.08 + 0.04, and 0.08 + 0.06.
    one = stats.norm.cdf(1)
    assert narrow.quantile(one) == pytest.approx(0.12)
    assert wide.quantile(one) == pytest.approx(0.14)
    beta = parse("B(6, 14)").wider(1.5)
    # Variance of B(a, b) at the same mean goes with 1 / (a + b + 1).
    assert stats.beta(*beta.numbers).std() == pytest.approx(1.5 * stats.beta(6, 14).std())
    assert stats.beta(*beta.numbers).mean() == pytest.approx(0.3)


def test_a_wider_spread_stays_within_low_and_high():
    note = Note("x", distribution="N(0.08, 0.04)", low=0.0, high=0.15, transfer=True)
    found = distribution_of(0.08, note)
    assert 0.0 <= found.quantile(1e-9) < found.quantile(1 - 1e-9) <= 0.15


def test_without_a_distribution_a_range_is_a_triangle_at_the_value_or_flat():
    triangle = distribution_of(0.2, Note("x", low=0.1, high=0.4))
    # Below the peak lies the share (0.2 − 0.1) / (0.4 − 0.1) = 1/3.
    assert triangle.quantile(1 / 3) == pytest.approx(0.2)
    flat = distribution_of(0.9, Note("x", low=0.1, high=0.4))
    assert flat.quantile(0.5) == pytest.approx(0.25)
    assert distribution_of(4.0, Note("x")) is None
    assert distribution_of(4.0, Note("x", low=1.0)) is None


BAD = {
    "TN(0.1, 0.2)": "4 numbers",
    "N(0, 0)": "a spread above 0",
    "N(0; x)": "N(m, s)",
    "normal(0, 1)": "N(m, s)",
    "U(1, 0)": "rising order",
    "Tri(0, 3, 2)": "rising order",
    "B(0, 2)": "above 0",
    "TN(0, 1; 2, 2)": "rising order",
}


@pytest.mark.parametrize("text", BAD)
def test_a_bad_text_says_what_was_expected(text):
    with pytest.raises(Malformed) as error:
        parse(text)
    assert BAD[text] in error.value.expected
    assert error.value.found == text


def test_low_above_high_is_told():
    with pytest.raises(Malformed):
        distribution_of(0.2, Note("x", low=0.5, high=0.4))
