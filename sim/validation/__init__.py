"""Validation: the model held against known patterns, and placebos that must change nothing.

Every pattern is measured on the same founded counties: one run of each world a seed, shared by all patterns. A pattern
that fails is a result and stays listed with its reason; a placebo that fails is a mistake in the program.
"""

from sim.validation.scorecard import Scorecard, validate

__all__ = ["Scorecard", "validate"]
