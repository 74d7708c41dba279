"""`sim decompose`: what a policy's effect is made of."""

import json as _json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sim.analysis.numbers import decimals, fixed
from sim.commands.terminal import DONE, language, progress

if TYPE_CHECKING:
    from sim.analysis.pieces import Decomposition, Parts

WORDS = {
    "runs": ("runs", "次运行"),
    "opening": (
        "{county} under {policy} instead of no groups, year {years}, {seeds} paired worlds: {subject} changes by "
        "{size} {unit}. Of this {pieces}.",
        "{county}：{policy}与不组建集团相比，第{years}年，{seeds}个配对世界：{subject}变化{size} {unit}。"
        "其中{pieces}。",
    ),
    "piece": ("{name} gives {size}", "{name}为{size}"),
    "comma": (", ", "，"),
    "sampled": (
        "Sampled orders; the standard error of a share from leaving out orders is at most {error} {unit}.",
        "按部分次序抽样；因未穷尽次序，份额的标准误至多为{error} {unit}。",
    ),
    "beyond": (" The rest holds {names} as well, which the policy sets.", "其余包括方案所设的{names}。"),
    "table": ("Shares of {subject}, {unit}", "{subject}的分解（{unit}）"),
    "amplifiers": ("With a part of the world switched off the effect would be", "关闭世界的某一部分后，效应为"),
    "headings": (
        ("mechanism", "off alone", "Shapley share", "95 % interval", "of effect"),
        ("机制", "单独关闭", "沙普利份额", "95%区间", "占比"),
    ),
    "amplified": (("switched off", "effect", "change", "95 % interval"), ("关闭", "效应", "变化", "95%区间")),
    "total": ("total", "合计"),
    "to": (" to ", "至"),
    "chart": ("Chart: {path}", "图：{path}"),
}
NAMES = {
    "rotation": ("rotation", "轮岗"),
    "pairing": ("pairing of teachers", "师徒结对"),
    "events": ("joint events", "联合活动"),
    "management": ("leadership", "管理"),
    "curriculum": ("shared courses", "课程共享"),
    "bundling": ("bundled assessment", "捆绑考核"),
    "fund": ("the special fund", "专项经费"),
    "shared_classes": ("shared classes", "双师课堂"),
    "lifecycle": ("entry, growth and exit", "进退机制"),
    "rest": ("the rest", "其余"),
}
MOST_TOLD = 4


def decompose(
    county: str, policy: str | None, outcomes: Sequence[str], mechanisms: Sequence[str], seeds: int | None,
    years: int | None, jobs: int | None, quick: bool, json: bool, lang: str | None,
) -> int:  # fmt: skip
    """Run or read a decomposition and tell it."""
    from sim.decomposition import DEFAULT_SEEDS, DEFAULT_YEARS, OUTCOMES
    from sim.decomposition import decompose as divided

    lang = language(lang)
    with progress(_say("runs", lang)) as told:
        found = divided(
            county,
            policy,
            outcomes or OUTCOMES,
            mechanisms,
            seeds or DEFAULT_SEEDS,
            years or DEFAULT_YEARS,
            quick,
            jobs,
            progress=told,
        )
    if json:
        print(_json.dumps(found.plain(), ensure_ascii=False, indent=2))
        return DONE
    for part in found.outcomes:
        _tell(found, part, lang)
    print(_say("chart", lang, path=draw(found, lang)))
    return DONE


def sentence(found: "Decomposition", part: "Parts", lang: str = "en") -> str:
    """What an outcome's effect is made of: the largest pieces."""
    from sim.analysis.outcomes import in_sentence, unit

    form = unit(part.outcome, lang)
    places = _places(part)
    largest = sorted(part.pieces, key=lambda piece: -abs(piece.shapley))[:MOST_TOLD]
    pieces = _say("comma", lang).join(
        _say(
            "piece",
            lang,
            name=name_of(piece.mechanism, lang),
            size=fixed(form.scale * piece.shapley, places, signed=True),
        )
        for piece in largest
    )
    text = _say(
        "opening", lang, county=found.county, policy=found.policy, years=found.years, seeds=found.seeds,
        subject=in_sentence(part.outcome, lang), size=fixed(form.scale * part.effect, places, signed=True),
        unit=form.change, pieces=pieces,
    )  # fmt: skip
    if not found.exact:
        error = max(form.scale * piece.order_error for piece in part.pieces)
        text += " " + _say("sampled", lang, error=fixed(error, places + 1), unit=form.change)
    if found.beyond:
        text += _say("beyond", lang, names=_say("comma", lang).join(name_of(name, lang) for name in found.beyond))
    return text


def name_of(mechanism: str, lang: str = "en") -> str:
    """A mechanism in words; a switch by its name."""
    return NAMES[mechanism][lang == "zh"] if mechanism in NAMES else mechanism.replace("_", " ")


def draw(found: "Decomposition", lang: str = "en") -> Path:
    """Draw the pieces of every outcome beside the numbers; returns the picture's path."""
    from sim.analysis.charts.decomposition import bars
    from sim.analysis.outcomes import in_table, unit

    shown = []
    for part in found.outcomes:
        form = unit(part.outcome)
        rows = [(name_of(item.mechanism), item.shapley, item.low, item.high) for item in part.pieces]
        rows.append(("total", part.effect, part.low, part.high))
        scaled = [(name, form.scale * size, form.scale * low, form.scale * high) for name, size, low, high in rows]
        shown.append((f"{in_table(part.outcome)}, {form.change}".removesuffix(", "), scaled))
    figure = bars(shown, f"What the effect of {found.policy} is made of",
                  f"{found.county}, year {found.years}, against no groups; Shapley shares with 95 % intervals over "
                  f"{found.seeds} worlds")  # fmt: skip
    path = found.path / "charts" / "decomposition.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150, metadata={"Software": None})
    return path


def _tell(found: "Decomposition", part: "Parts", lang: str) -> None:
    from rich.console import Console
    from rich.table import Table

    from sim.analysis.outcomes import in_table, unit

    form = unit(part.outcome, lang)
    places = _places(part)

    def written(value: float) -> str:
        return fixed(form.scale * value, places, signed=True)

    def ends(low: float, high: float) -> str:
        return f"{written(low)}{_say('to', lang)}{written(high)}"

    console = Console(highlight=False)
    console.print(sentence(found, part, lang), markup=False, soft_wrap=lang == "zh")
    console.print()
    console.print(_say("table", lang, subject=in_table(part.outcome, lang), unit=form.change), markup=False)
    rows = [
        (
            name_of(piece.mechanism, lang), written(piece.alone_off), written(piece.shapley),
            ends(piece.low, piece.high), f"{fixed(100 * piece.share, 0)} %",
        )
        for piece in part.pieces
    ]  # fmt: skip
    rows.append((_say("total", lang), "", written(part.effect), ends(part.low, part.high), "100 %"))
    amplified = [
        (name_of(item.switch, lang), written(item.effect_without), written(item.change), ends(item.low, item.high))
        for item in part.amplifiers
    ]
    for headings, lines in (("headings", rows), ("amplified", amplified)):
        if headings == "amplified":
            console.print(_say("amplifiers", lang), markup=False)
        grid = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
        for place, heading in enumerate(WORDS[headings][lang == "zh"]):
            grid.add_column(heading, justify="left" if place == 0 else "right", no_wrap=place > 0)
        for line in lines:
            grid.add_row(*line)
        console.print(grid, markup=False)
        console.print()


def _places(part: "Parts") -> int:
    from sim.analysis.outcomes import unit

    return decimals(unit(part.outcome).scale * (part.high - part.low) / 2) or 4


def _say(what: str, lang: str, **values: object) -> str:
    text = WORDS[what][lang == "zh"]
    assert isinstance(text, str), what
    return text.format(**values)
