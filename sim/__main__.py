"""The command `sim`, also `python -m sim`. Heavy packages are loaded by the command that needs them."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from sim.commands import terminal

Language = Annotated[
    Literal["en", "zh"] | None,
    typer.Option("--lang", help="Language; by default that of the locale, else en."),
]
Jobs = Annotated[int | None, typer.Option("--jobs", min=1, help="Processes; by default one a processor.")]
Seeds = Annotated[int | None, typer.Option("--seeds", min=1, help="How many paired worlds (seeds 1 to N).")]
Years = Annotated[int | None, typer.Option("--years", min=1, max=100, help="School years after year 0.")]
Draws = Annotated[
    int | None, typer.Option("--draws", min=0, help="Draws of the coefficients from their ranges, in every seed.")
]
Scheduler = Annotated[
    str | None,
    typer.Option("--scheduler", metavar="tcp://…", help="A Dask scheduler to use in place of processes."),
]
Json = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]

app = typer.Typer(
    name="sim",
    help="A laboratory for collectivized schooling (集团化办学): counties, their schools, teachers\n"
    "and pupils, under education-group policies written as data.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.command()
def run(
    experiment: Annotated[str, typer.Argument(metavar="EXPERIMENT.yaml", help="An experiment file.")],
    seeds: Seeds = None,
    years: Years = None,
    draws: Draws = None,
    jobs: Jobs = None,
    scheduler: Scheduler = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Folder for the results.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print runs, time, memory and disk; run nothing.")] = False,
    lang: Language = None,
) -> None:
    """Run a study into results/NAME, resuming what is stored there.

    \b
    Example: sim run experiments/rotation_5_vs_15.yaml
    """
    from sim.commands.study import run as command

    raise typer.Exit(command(experiment, seeds, years, jobs, scheduler, out, dry_run, lang, draws))


@app.command("what-if")
def what_if(
    county: Annotated[str, typer.Argument(metavar="COUNTY", help="A county by name or path.")],
    settings: Annotated[
        list[str] | None, typer.Argument(metavar="SETTING", help="What differs, as in rotation.rate=0.05.")
    ] = None,
    against: Annotated[
        list[str] | None,
        typer.Option("--against", metavar="SETTING...", help="The base; without it, the policy as written."),
    ] = None,
    policy: Annotated[
        str | None, typer.Option("--policy", metavar="NAME", help="A policy not named like the county.")
    ] = None,
    seeds: Seeds = None,
    years: Years = None,
    draws: Draws = None,
    jobs: Jobs = None,
    scheduler: Scheduler = None,
    json: Json = False,
    lang: Language = None,
) -> None:
    """Answer one question: sentences, a table, a chart.

    \b
    Example: sim what-if taishan rotation.rate=0.05 --against rotation.rate=0.15 --seeds 20
    """
    from sim.commands.study import ask as command

    raise typer.Exit(
        command(county, settings or [], against, policy, seeds, years, jobs, scheduler, json, lang, draws or 0)
    )


@app.command()
def decompose(
    county: Annotated[str, typer.Argument(metavar="COUNTY", help="A county by name or path.")],
    policy: Annotated[
        str | None, typer.Option("--policy", metavar="NAME", help="A policy not named like the county.")
    ] = None,
    outcomes: Annotated[
        list[str] | None, typer.Option("--outcome", metavar="NAME...", help="Outcomes to be divided.")
    ] = None,
    mechanisms: Annotated[
        str | None, typer.Option("--mechanisms", metavar="A,B,...", help="Mechanisms or switches; default: those set.")
    ] = None,
    seeds: Seeds = None,
    years: Years = None,
    jobs: Jobs = None,
    quick: Annotated[bool, typer.Option("--quick", help="Some orders of switching on, not all subsets.")] = False,
    json: Json = False,
    lang: Language = None,
) -> None:
    """Divide a policy's effect among its mechanisms.

    \b
    Example: sim decompose taishan --outcome score_member --seeds 10
    """
    from sim.commands.decomposition import decompose as command

    named = mechanisms.split(",") if mechanisms else []
    raise typer.Exit(command(county, policy, outcomes or [], named, seeds, years, jobs, quick, json, lang))


@app.command()
def report(
    results: Annotated[Path, typer.Argument(metavar="RESULTS_DIR", help="A folder that sim run has filled.")],
    lang: Language = None,
) -> None:
    """Rebuild charts and report.html from stored results.

    \b
    Example: sim report results/rotation_5_vs_15
    """
    from sim.commands.study import rebuild as command

    raise typer.Exit(command(results, lang))


@app.command()
def check(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Files, or folders of files.")],
    lang: Language = None,
) -> None:
    """Check configuration files, all mistakes at once.

    \b
    Example: sim check configs experiments/rotation_5_vs_15.yaml
    """
    from sim.commands.inspection import check as command

    raise typer.Exit(command(paths))


@app.command()
def describe(
    county: Annotated[str, typer.Argument(metavar="COUNTY", help="A county by name or path.")],
    seeds: Seeds = None,
    json: Json = False,
    lang: Language = None,
) -> None:
    """Show a founded county against its facts and targets.

    \b
    Example: sim describe taishan
    """
    from sim.commands.inspection import describe as command

    raise typer.Exit(command(county, seeds, json, lang))


@app.command()
def evidence(json: Json = False, lang: Language = None) -> None:
    """List every coefficient: value, range, unit, source, how known.

    \b
    Example: sim evidence --json
    """
    from sim.commands.evidence import evidence as command

    raise typer.Exit(command(json, lang))


@app.command()
def validate(
    json: Json = False,
    jobs: Jobs = None,
    seeds: Seeds = None,
    record: Annotated[
        bool,
        typer.Option("--record", help="Keep the result in ./configs/validation, for reports to cite, and in ./docs."),
    ] = False,
    lang: Language = None,
) -> None:
    """Hold the model against known patterns and run the placebos.

    \b
    Example: sim validate --seeds 8
    """
    from sim.commands.validation import validate as command

    raise typer.Exit(command(json, jobs, seeds, record, lang))


def main() -> None:
    """Run the command line; mistakes of the user end with exit code 2 and no traceback."""
    sys.argv[1:] = terminal.spread(terminal.spread(sys.argv[1:], "--against"), "--outcome")
    with terminal.tidy():
        app()


if __name__ == "__main__":
    main()
