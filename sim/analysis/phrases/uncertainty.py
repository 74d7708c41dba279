"""The English words about drawn coefficients."""

from collections.abc import Mapping

ENGLISH: Mapping[str, object] = {
    "doubt_intervals_drawn": "Intervals hold both the luck of simulated counties ({worlds} of them) and what is "
    "unknown about the coefficients within the ranges listed below. They do not hold what the model leaves out.",
    "split_caption": "Luck and ignorance: difference to “{base}” over {draws} draws of the coefficients",
    "head_luck": "luck alone, {end}",
    "head_low_end": "low",
    "head_high_end": "high",
    "head_share_coefficients": "coefficients, % of variance",
    "head_same_sign": "same sign, % of draws",
    "links_caption": "What the difference in {outcome} hinges on (importance: squared rank correlation over draws; "
    "luck alone reaches {noise})",
    "head_importance": "importance",
    "head_change": "change over the range",
    "head_error": "± standard error",
    "head_range": "from … to",
    "head_mark": "remark",
    "mark_first_rank": "first rank",
    "mark_assumed": "assumed",
    "kinds": {"flow": "flow", "level": "level"},
    "mark_noise": "not told apart from luck",
    "tornado_finding": "The difference in {outcome} hinges most on {path}",
    "tornado_nothing": "No single coefficient decides the difference in {outcome}",
    "tornado_subtitle": "{unit}: change of the difference to “{base}” as each number goes over the middle 90 % of "
    "its draws",
    "tornado_reading": "How to read it: a bar is how much the difference moves when one number goes from the low to "
    "the high end of its range, others being drawn; the line is the 95 % interval. Full bars are told apart from luck, "
    "pale ones are not. A circle marks an assumed number, a filled one an assumption of first rank.",
}
