"""The scorecard as a page of the documentation, and the few lines of it that reports cite."""

from pathlib import Path

from ruamel.yaml import YAML

from sim.validation.scorecard import COUNTED, Scorecard, Scored

RECORD, PAGE = Path("configs", "validation", "record.yaml"), Path("docs", "validation.md")
"""Where both stand in a checkout, from its root."""
INTRODUCTION = """\
# How far the model can be trusted

`uv run sim validate` holds the model against published patterns and runs the placebos; `--record` writes this page.
Targets stand in `configs/patterns.yaml`; they were fixed before the model was run and are never widened. Where a
source gives a sign or a word and no number, the limit is our reading and the target says so. A sign counts only where
the value is two standard errors away from zero. A pattern that fails keeps its place with the reason.

A value is *solved* where the founding is made to meet it, follows from a *coefficient* that was set by the same
evidence, or is a *result* that nothing was set for. Only a result can surprise; the others show that the program does
what its equations say.
"""


def write(card: Scorecard, record: Path = RECORD, page: Path = PAGE) -> None:
    """Keep what reports cite, and the page where there is a folder for it."""
    record.parent.mkdir(parents=True, exist_ok=True)
    with record.open("w", encoding="utf-8") as file:
        file.write("# Written by `sim validate --record`; reports cite it. Not edited by hand.\n")
        YAML().dump(card.record(), file)
    if page.parent.is_dir():
        page.write_text(written(card), encoding="utf-8")


def written(card: Scorecard) -> str:
    """The page as Markdown."""
    said = card.record()
    passing, failing, untested = (len(said[name]) for name in ("passing", "failing", "untested"))
    rows = [_row(item) for item in card.scored]
    unmet = [item for item in card.scored if not item.passed]
    parts = [
        INTRODUCTION,
        f"Measured on {said['date']}, version {said['version']}, {card.seeds} seeds of Taishan, ten years.\n"
        f"**{passing} of {passing + failing + untested} patterns of {' or '.join(COUNTED)} strength pass**, "
        f"{failing} fail, {untested} cannot be tested here.\n"
        f"Placebos: {said['placebos_held']} of {said['placebos']} held.\n",
        "## Patterns\n",
        "| | pattern | target | value ± standard error | verdict | strength | basis |\n|---|---|---|---|---|---|---|",
        *rows,
        "\nA star marks a verdict that more seeds might turn; further letters are parts of one pattern.\n",
        "## Why not\n",
        *(f"- **{item.id}**: {item.pattern.reason or 'no reason is known yet.'}" for item in unmet),
        "\n## How each is measured\n",
        *(f"- **{item.id}**: {item.pattern.measured}. Source: {item.pattern.source}." for item in card.scored),
        "\n## Placebos\n",
        *(f"- {item.id}: {'held' if item.passed else 'FAILED, ' + item.detail}" for item in card.placebos),
    ]
    return "\n".join(parts) + "\n"


def _row(item: Scored) -> str:
    value = value_of(item)
    unit = f" {item.pattern.unit}" if value and item.pattern.unit in ("σ", "%", "% a year") else ""
    verdict = item.verdict + ("*" if item.close else "")
    pattern = item.pattern
    cells = (item.id, pattern.title.en, pattern.target, value + unit, verdict, pattern.strength, pattern.basis)
    return f"| {' | '.join(cells)} |"


def value_of(item: Scored) -> str:
    """A value with its standard error."""
    found = item.found
    if found is None:
        return ""
    error = f" ± {found.error:.1g}" if found.error > 0 else ""
    return f"{found.value:.3g}{error}".replace("-", "−")
