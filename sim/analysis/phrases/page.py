"""The English words of the page that the pictures do not need."""

from collections.abc import Mapping

ENGLISH: Mapping[str, object] = {
    "known": {
        "F": "found",
        "F-sign": "sign found",
        "M": "remembered",
        "M-low": "faintly remembered",
        "D": "derived",
        "A": "assumed",
    },
    "known_assumed": "assumed",
    # headings of the page
    "kicker": "Simulation of collectivized schooling (集团化办学)",
    "section_question": "Question",
    "section_answer": "Answer",
    "section_pictures": "What happens",
    "section_official": "The official verdict",
    "section_costs": "Rotation, money, winners and losers",
    "section_rotation": "Rotation",
    "section_money": "Money",
    "section_winners": "Winners and losers",
    "section_trust": "How far to trust it",
    "section_compared": "What was compared",
    "section_policies": "Policies",
    "section_facts": "County and coefficients",
    "section_run": "This study",
    "question": "{county}: what changes over {years} school years ({span}) under “{focus}” instead of “{base}”?",
    "question_alone": "{county}: what happens over {years} school years ({span}) under “{base}”?",
    "span": "{first} to {last}",
    "variant_policy": "policy “{policy}”",
    "variant_none": "the national rules alone, no education groups",
    "variant_base": "the base that the others are compared with",
    # how to read the pictures
    "read_outcome": "How to read it: each panel is one variant; the line is the middle county, the shading "
    "shows how much counties differ, which is far more than variants do. That is why differences are taken "
    "within a county.",
    "read_difference": "How to read it: zero is “{base}”; where the shaded band touches the zero line, the "
    "difference cannot be told from zero. The mean scores share one scale.",
    "read_groups": "How to read it: the same picture for a county without any groups; mind the larger scale.",
    "read_schools": "How to read it: the line joins the two variants in the last year, the tick is the "
    "school before the policy. Of {schools} schools about one in twenty would show a coloured line by luck "
    "alone.",
    "read_tradeoff": "How to read it: left of the upright line the gap is narrower than under “{base}”, "
    "above the level line the mean is higher; a cross that covers a line cannot be told from it.",
    "read_official": "How to read it: a dot in the shaded part fails. Thresholds hold for every school, so "
    "a county mean above its threshold does not yet pass; how many schools fall short stands in the tables.",
    "read_rotation": "How to read it: a pale bar above a full one is what was decreed and could not be "
    "done; the bars below divide all that was due by what became of it.",
    "read_money": "How to read it: spending on group purposes by who pays; salaries and the usual school "
    "money are not in it.",
    "read_winners": "How to read it: a bar that crosses the zero line cannot be told from no difference to "
    "“{base}”; with this many sets of pupils about one in twenty would miss it by luck alone.",
    "replay": "Replay: {command} · study {key} · {file} from {measures}",
    # tables
    "rows": "{count} rows",
    "in_year": "year {year}",
    "all_years": "mean of years",
    "outcomes_caption": "Every outcome: means of {worlds} paired counties; bold where the difference can be "
    "told from zero",
    "head_outcome": "outcome",
    "head_when": "when",
    "head_unit": "unit",
    "head_difference": "difference",
    "head_low": "95 % from",
    "head_high": "to",
    "head_above": "above zero, % of counties",
    "row_due": "New movers due",
    "row_done": "New movers done",
    "row_short": "Short: {cause}",
    "row_refused": "Eligible teachers who refused",
    "row_away": "Core teachers away at the examination",
    "row_quality": "Quality of movers against the mean of their school",
    "row_backbone": "Backbone teachers among movers",
    "row_unattainable": "Groups where the decreed quality of movers could not be reached",
    "persons_a_year": "persons a year",
    "groups_a_year": "groups a year",
    "rotation_caption": "Rotation, mean of years 1 to {years}",
    "head_item": "item",
    "money_caption": "Money by purpose, mean of years 1 to {years}; unspent: held at the end of the last year",
    "head_purpose": "purpose",
    "head_a_pupil": "{variant}, yuan a pupil a year",
    "head_thousand": "{variant}, thousand yuan a year",
    "winners_caption": "Mean score in year {year}: difference to “{base}”, σ; bold where it can be told from zero",
    "head_pupils": "pupils of",
    "schools_caption": "{name} of every school, {unit}: year 0 and year {year}",
    "head_school": "school",
    "head_stage": "stage",
    "head_zone": "zone",
    "head_role": "role",
    "head_before": "year 0",
    # official verdict
    "official_rule": "教督〔2017〕6号: a school passes with six of seven indicators at their threshold and the "
    "seventh at 85 % of its own; the county passes where every school does and each difference coefficient "
    "(CV) between schools is at most 0.50 in primary and 0.45 in junior schools.",
    "verdict_caption": "{stage}: seven indicators",
    "head_indicator": "indicator",
    "head_threshold": "threshold",
    "head_mean0": "mean, year 0",
    "head_mean": "mean, year {year}",
    "head_failing0": "schools below, year 0",
    "head_failing": "schools below, year {year}",
    "head_cv0": "CV, year 0",
    "head_cv": "CV, {variant}, year {year}",
    "head_limit": "against {limit}",
    "head_verdict": "verdict on the CV",
    "count_statistical": "by file",
    "count_effective": "where they teach",
    "verdict_fails": "fails",
    "verdict_within": "within",
    "verdict_binding": "binds",
    "verdict_schools": "Teachers counted {how}: {first} of {stage} schools pass in year 0 and {last} in "
    "year {year} under “{focus}”; the stage passes as a whole in {county} of simulated counties.",
    "verdict_binds": "The binding coefficient is that of {name}: {cv} against a limit of {limit}.",
    # what was compared
    "policies_caption": "Where the policies with groups differ",
    "policies_same": "The policies with groups do not differ.",
    "decreed_caption": "All of “{variant}”: every value with its clause",
    "facts_caption": "The county's facts and assumptions",
    "facts_say": "The county is synthetic: it meets published totals where there are any; every figure "
    "below says whether it was found, derived or assumed.",
    "evidence_caption": "Every coefficient with its range and source",
    "head_setting": "setting",
    "head_value": "value",
    "head_clause": "clause",
    "head_clause_source": "clause or source",
    "head_note": "remark",
    "head_coefficient": "coefficient",
    "head_known": "how known",
    "head_source": "source or remark",
    "value_none": "none",
    "value_yes": "yes",
    "value_no": "no",
    "by_group_year_in": "{value} in group year {year}",
    "by_group_year_from": "{value} from group year {year} on",
    "by_year_in": "{value} in {year}",
    "by_year_from": "{value} from {year} on",
    "doubt_county": "The county is synthetic. It resembles the real one in the totals that were published, "
    "not school by school, and must not be read as a forecast for any named school.",
    "doubt_intervals": "Intervals show what {worlds} simulated counties differ in: who lives there and what "
    "luck they have. They do not hold what is unknown about the coefficients.",
    "doubt_assumed": "{unsure} of {every} coefficients are assumptions for which no study was found; they "
    "are marked in the list of coefficients below, with the ranges that are thought possible.",
    "trust_unvalidated": "The model was not held against known patterns: `sim validate --record` does so.",
    "trust_placebos": "Placebos: {held} of {every} changes that must have no effect had none, exactly "
    "(sim validate, {date}, version {version}, {seeds} seeds).",
    "trust_scorecard": "Scorecard: the model reproduces {passing} of {every} published patterns for which the "
    "evidence is strong or fair; docs/validation.md lists each with target, value and reason.",
    "trust_failing": "Not reproduced: {patterns}. Conclusions that rest on these should not be drawn.",
    "trust_untested": "Not tested: {patterns}.",
    "trust_leading": "The answer leans first on these numbers, known only within wide ranges: {numbers}.",
    "trust_left_out": "Not modelled: how parents, teachers and local leaders would answer to the policy beyond the "
    "rules above, a school's yearly luck, and every effect on children that examinations do not show.",
    # this study
    "run_replay": "run it again",
    "run_seeds": "seeds",
    "run_years": "years",
    "run_hash": "hash, {name}",
    "run_versions": "versions",
    "run_failed": "failed run",
}
