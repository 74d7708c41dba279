"""The terminal: language, exit codes, mistakes told without traceback, progress with time left."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

DONE, SOME_FAILED, WRONG_INPUT, INTERRUPTED = 0, 1, 2, 130
Lang = Literal["en", "zh"]
PLAIN_STEPS = 10
"""How often progress is told where the output is no terminal."""


def language(asked: str | None = None) -> Lang:
    """The language asked for, else that of the locale, else English."""
    if asked is None:
        asked = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    return "zh" if asked.lower().startswith("zh") else "en"


def spread(arguments: Sequence[str], option: str) -> list[str]:
    """Let an option take several words: `--against a b` becomes `--against a --against b`."""
    spread_out: list[str] = []
    inside, given = False, 0
    for word in arguments:
        if word == option:
            inside, given = True, 0
        elif word.startswith("-"):
            inside = False
        elif inside:
            spread_out += [option] if given else []
            given += 1
        spread_out.append(word)
    return spread_out


def tell(text: str) -> None:
    """Say something beside the answer, on the error stream."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def tidy() -> Iterator[None]:
    """End with an exit code and plain words where the user's input is wrong or the user interrupts."""
    try:
        yield
    except KeyboardInterrupt:
        tell("interrupted")
        raise SystemExit(INTERRUPTED) from None
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115  nobody reads any more
        raise SystemExit(DONE) from None
    except Exception as error:
        from sim.configs import ConfigError

        if not isinstance(error, ConfigError):
            raise
        tell(str(error))
        raise SystemExit(WRONG_INPUT) from None


@contextmanager
def progress(what: str) -> "Iterator[Callable[[int, int], None]]":
    """A function to be told (done, total): a bar with time left on a terminal, else now and then a line."""
    if not sys.stderr.isatty():
        yield _plainly(what)
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(elapsed_when_finished=False),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _plainly(what: str) -> "Callable[[int, int], None]":
    told = -1

    def tell_now(done: int, total: int) -> None:
        nonlocal told
        step = PLAIN_STEPS * done // total if total else 0
        if step > told:
            told = step
            tell(f"{what}: {done} of {total}")

    return tell_now
