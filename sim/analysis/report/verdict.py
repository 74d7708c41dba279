"""The official verdict as tables: a row for every indicator, with a small bar held against its limit."""

from sim.analysis.charts.official import Line, binding, lines, stages
from sim.analysis.numbers import fixed, share
from sim.analysis.report.answer import passing
from sim.analysis.report.table import Bar, Cell, Table, number, table
from sim.analysis.words import Words
from sim.analysis.worlds import Worlds


def verdicts(worlds: Worlds, words: Words) -> list[tuple[Table, list[str]]]:
    """For each stage the table and the sentences that sum it up."""
    return [(_table(worlds, stage, words), _sentences(worlds, stage, words)) for stage in stages(worlds)]


def _table(worlds: Worlds, stage: str, words: Words) -> Table:
    before = lines(worlds, worlds.base, 0, stage)
    base = lines(worlds, worlds.base, worlds.last, stage)
    focus = lines(worlds, worlds.focus, worlds.last, stage)
    worst = binding(focus)
    widest = max(line.strain for line in (*before, *base, *focus)) * 1.05
    rows = []
    for first, second, third in zip(before, base, focus, strict=True):
        places = 0 if first.threshold >= 100 else 2
        effective = first.counted == "effective"
        name = words("count_effective") if effective else words.sentence(words.term("indicators", first.indicator))
        rows.append(
            [
                Cell(name, strong=third == worst, inner=effective),
                number("" if effective else fixed(first.threshold, min(places, 1))),
                *(number(fixed(line.mean, places)) for line in (first, third)),
                *(number(fixed(line.failing, 1)) for line in (first, third)),
                *(number(fixed(line.cv, 3)) for line in (first, second, third)),
                Cell("", bar=Bar(third.strain / widest, 1 / widest, third.strain > 1)),
                Cell(_judgement(third, third == worst, words), strong=third.strain > 1),
            ]
        )
    year = worlds.last
    headings = [
        words("head_indicator"), words("head_threshold"), words("head_mean0"), words("head_mean", year=year),
        words("head_failing0"), words("head_failing", year=year), words("head_cv0"),
        *(words("head_cv", variant=words.variant(name), year=year) for name in (worlds.base, worlds.focus)),
        words("head_limit", limit=fixed(before[0].limit, 2)), words("head_verdict"),
    ]  # fmt: skip
    caption = words("verdict_caption", stage=words.sentence(words.term("stages", stage)))
    return table(f"official_{stage}", caption, headings, rows)


def _judgement(line: Line, worst: bool, words: Words) -> str:
    text = words("verdict_fails" if line.strain > 1 else "verdict_within")
    return f"{text}, {words('verdict_binding')}" if worst else text


def _sentences(worlds: Worlds, stage: str, words: Words) -> list[str]:
    """How many schools pass at the start and the end, whether the county does, and what binds."""
    said = []
    for count in ("statistical", "effective"):
        first, _ = passing(worlds, count, stage, worlds.base, 0)
        last, county = passing(worlds, count, stage, worlds.focus, worlds.last)
        said.append(
            words(
                "verdict_schools", how=words("count_" + count), stage=words.term("stages", stage), first=share(first),
                last=share(last), focus=words.variant(worlds.focus), year=worlds.last, county=share(county),
            )
        )  # fmt: skip
    worst = binding(lines(worlds, worlds.focus, worlds.last, stage))
    said.append(
        words(
            "verdict_binds", name=words.term("indicators_short", worst.indicator), cv=fixed(worst.cv, 2),
            limit=fixed(worst.limit, 2),
        )
    )  # fmt: skip
    return said
