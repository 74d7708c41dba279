"""`sim validate`: the scorecard of patterns and the placebos."""

import json as _json
from typing import TYPE_CHECKING

from sim.commands.terminal import DONE, SOME_FAILED, language, progress, tell

if TYPE_CHECKING:
    from sim.validation import Scorecard

WORDS = {
    "runs": ("worlds and placebos", "世界与安慰剂检验"),
    "headings": (
        ("", "what", "target", "value", "verdict", "strength", "basis"),
        ("", "内容", "目标", "结果", "结论", "证据强度", "性质"),
    ),
    "source": ("{id}: {source}. Measured: {measured}.", "{id}：{source}。测量：{measured}。"),
    "reason": ("{id}: {reason}", "{id}：{reason}"),
    "no reason": ("no reason is known yet", "原因尚未查明"),
    "reasons": ("Why not", "原因"),
    "sources": ("Sources", "来源"),
    "placebos": (
        "Placebos, which must change nothing: {held} of {every} held",
        "安慰剂检验（应无任何变化）：{every} 项中 {held} 项成立",
    ),
    "failed": ("{id}: {detail}", "{id}：{detail}"),
    "sum": (
        "{passing} of {every} patterns of high or medium strength pass, {failing} fail, "
        "{untested} cannot be tested here; {seeds} seeds. A star marks a verdict that more seeds might turn.",
        "强度为高或中的 {every} 个模式中，{passing} 个符合，{failing} 个不符合，{untested} 个在此无法检验；"
        "{seeds} 个种子。星号表示更多种子可能改变结论。",
    ),
}
VERDICTS = {
    "pass": ("pass", "符合"),
    "fail": ("FAIL", "不符合"),
    "contested": ("contested", "有争议"),
    "not tested": ("not tested", "未检验"),
}
STRENGTHS = {
    "high": ("high", "高"),
    "medium": ("medium", "中"),
    "weak": ("weak", "弱"),
    "rule": ("rule", "规定"),
    "arithmetic": ("arithmetic", "算术"),
    "contested": ("contested", "有争议"),
    "size": ("size", "量级"),
    "simulation": ("simulation", "其他模拟"),
}


BASES = {"solved": ("solved", "求解"), "coefficient": ("coefficient", "系数"), "result": ("result", "结果")}
"""Whether the founding meets it, a coefficient of the same evidence brings it about, or nothing was set for it."""
PLAIN_WIDTH = 120
"""Width of the table where the output is no terminal."""


def validate(json: bool, jobs: int | None, seeds: int | None, record: bool, lang: str | None) -> int:
    """Run, print, and keep what reports cite; failing patterns are results, failing placebos are not."""
    from sim.validation import validate as run
    from sim.validation.page import write

    place = 1 if language(lang) == "zh" else 0
    with progress(str(WORDS["runs"][place])) as told:
        card = run(seeds, jobs, told)
    if json:
        print(_json.dumps(card.plain(), ensure_ascii=False, indent=2, allow_nan=False))
    else:
        _print(card, place)
    for failure in card.failed:
        tell(f"failed: {failure}")
    if record and card.sound:
        write(card)
    return DONE if card.sound else SOME_FAILED


def _print(card: "Scorecard", place: int) -> None:
    from rich.console import Console
    from rich.table import Table

    from sim.validation.page import value_of

    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = PLAIN_WIDTH

    def say(what: str, **values: object) -> None:
        console.print(str(WORDS[what][place]).format(**values), markup=False)

    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    name, what, target, *narrow = (str(heading) for heading in WORDS["headings"][place])
    table.add_column(name, no_wrap=True)
    for wide in (what, target):
        table.add_column(wide, overflow="fold")
    for heading in narrow:
        table.add_column(heading, no_wrap=True, justify="right" if heading == narrow[0] else "left")
    for item in card.scored:
        title = item.pattern.title.zh if place else item.pattern.title.en
        verdict = VERDICTS[item.verdict][place] + ("*" if item.close else "")
        strength, basis = STRENGTHS[item.pattern.strength][place], BASES[item.pattern.basis][place]
        table.add_row(item.id, title, item.pattern.target, value_of(item), verdict, strength, basis)
    console.print(table, markup=False)
    say("sources")
    for item in card.scored:
        say("source", id=item.id, source=item.pattern.source, measured=item.pattern.measured)
    say("reasons")
    for item in card.scored:
        if not item.passed:
            say("reason", id=item.id, reason=item.pattern.reason or WORDS["no reason"][place])
    say("placebos", held=sum(item.passed for item in card.placebos), every=len(card.placebos))
    for placebo in card.placebos:
        if not placebo.passed:
            say("failed", id=placebo.id, detail=placebo.detail)
    passing, failing, untested = map(len, card.counted())
    every = passing + failing + untested
    say("sum", passing=passing, every=every, failing=failing, untested=untested, seeds=card.seeds)
