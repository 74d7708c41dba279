"""Who does the work: nobody else (in this process), processes on this machine, or a given executor.

Workers are started in a way that works from scripts, notebooks and shells on every system: they never run
the caller's own program again, they use one thread each for linear algebra, and they end with the caller.
"""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from importlib import import_module
from types import ModuleType
from typing import Any

PRELOADED = ("sim.model", "sim.runs.runner")
"""What every run needs; where processes are forked from a server, it loads them once for all."""
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


FORKSERVER = "forkserver" in multiprocessing.get_all_start_methods()


def start_loading() -> None:
    """Let the server from which processes are forked load what they need, while the caller goes on."""
    if FORKSERVER:
        from multiprocessing import forkserver

        with _single_threads():
            forkserver.set_forkserver_preload(list(PRELOADED))
            forkserver.ensure_running()


class Workers:
    """Something that runs calls elsewhere; `renew` replaces a pool whose process died."""

    def __init__(self, executor: Executor, count: int) -> None:
        """Give work to `executor`, which has `count` workers. It stays the caller's."""
        self.executor, self.count = executor, count

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Hand over one call."""
        return self.executor.submit(function, *arguments)

    def renew(self) -> None:
        """Nothing to do for an executor of someone else's."""

    def close(self, now: bool = False) -> None:
        """Nothing to do for an executor of someone else's."""


class Processes(Workers):
    """Processes on this machine."""

    def __init__(self, count: int) -> None:
        """Get `count` processes ready, which are started by the first calls."""
        self.count = count
        start_loading()
        self.renew()

    def renew(self) -> None:
        """Start anew; what was running is lost."""
        context = multiprocessing.get_context("forkserver" if FORKSERVER else "spawn")
        self.executor = ProcessPoolExecutor(self.count, mp_context=context, initializer=_prepare)

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Hand over one call; a process may be started by it."""
        with _without_main(), _single_threads():
            return self.executor.submit(function, *arguments)

    def close(self, now: bool = False) -> None:
        """Let the processes finish, or end them `now`."""
        if now:
            for process in list((getattr(self.executor, "_processes", None) or {}).values()):
                with suppress(OSError):
                    process.kill()
        self.executor.shutdown(wait=not now, cancel_futures=True)


@contextmanager
def workers(jobs: int | None = None, scheduler: Executor | str | Any = None) -> Iterator[Workers | None]:
    """Workers for a study; None where all is to be done in this process.

    `jobs` is the number of processes, by default one a processor. `scheduler` is an executor, a Dask client,
    or the address of a Dask scheduler such as tcp://host:8786, and takes the place of processes.
    """
    if scheduler is not None:
        client = _connect(scheduler) if isinstance(scheduler, str) else None
        try:
            yield _lent(client or scheduler)
        finally:
            if client is not None:
                client.close()
        return
    count = jobs or len(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1))
    if count == 1:
        yield None
        return
    processes = Processes(count)
    try:
        yield processes
    except BaseException:
        processes.close(now=True)
        raise
    processes.close()


def _connect(address: str) -> Any:
    """A Dask client at the address of a scheduler."""
    from sim.configs import ConfigError, Problem

    try:
        client = import_module("distributed").Client
    except ImportError:
        hint = "install it with: uv pip install distributed"
        problem = Problem("--scheduler", None, "", "the package distributed (Dask)", "none installed", hint)
        raise ConfigError([problem]) from None
    try:
        return client(address, timeout="10s")
    except (OSError, ValueError) as error:
        problem = Problem("--scheduler", None, "", "the address of a Dask scheduler", f"{address} ({error})")
        raise ConfigError([problem]) from None


def _lent(scheduler: Any) -> Workers:
    """Workers of an executor or a Dask client, which stay its owner's."""
    if hasattr(scheduler, "get_executor"):
        count = sum(scheduler.nthreads().values())
        return Workers(scheduler.get_executor(), max(count, 1))
    return Workers(scheduler, int(getattr(scheduler, "_max_workers", 0)) or os.cpu_count() or 1)


def _prepare() -> None:
    """Make a worker deaf to Ctrl-C, which is the caller's to handle, and end it when the caller dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:

        def watch() -> None:
            parent.join()
            os._exit(1)

        threading.Thread(target=watch, daemon=True).start()


@contextmanager
def _without_main() -> Iterator[None]:
    """Hide the caller's program from new processes, which would otherwise run it again.

    Jobs need nothing of it; and a script without a guard, or read from standard input, cannot be run again.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


@contextmanager
def _single_threads() -> Iterator[None]:
    """Let processes started here use one thread for linear algebra."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
