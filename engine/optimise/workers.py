"""Processes that run trials. They map the market's columns instead of copying them, and end when their parent does."""

import gc
import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import connection, get_context, parent_process
from pathlib import Path
from pickle import PicklingError
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Protocol

import msgspec

from engine.model.errors import BadInput, Fatal
from engine.optimise.market import MappedMarket, Market, shelve
from engine.optimise.trial import Bench, Outcome, Task
from engine.plan import Plan

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""How numpy and scikit-learn are told how many threads to use."""


class Pending(Protocol):
    """A task that has been handed over."""

    def result(self) -> Outcome:
        """Wait for what comes of it."""


class Workers(Protocol):
    """Where tasks are run."""

    def submit(self, task: Task) -> Pending:
        """Hand a task over."""


class Alone:
    """This process: a task is run when its result is asked for."""

    def __init__(self, market: Market, plan: Plan) -> None:
        self._bench = Bench(market, plan)

    def submit(self, task: Task) -> Pending:
        """Remember it."""
        return _Later(self._bench, task)


class _Later(msgspec.Struct, frozen=True):
    bench: Bench
    task: Task

    def result(self) -> Outcome:
        return self.bench.run(self.task)


class Begun:
    """Workers to whom some tasks were handed before anybody asked for them."""

    def __init__(self, workers: Workers, tasks: Sequence[Task]) -> None:
        self._workers = workers
        self._early = [(task, workers.submit(task)) for task in tasks]

    def submit(self, task: Task) -> Pending:
        """Hand a task over, unless it was."""
        for known in self._early:
            if known[0] == task:
                self._early.remove(known)
                return known[1]
        return self._workers.submit(task)


class Crew:
    """Processes of this machine."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def submit(self, task: Task) -> Pending:
        """Queue it for the first free core."""
        return self._executor.submit(_run, task)


@contextmanager
def workers(market: Market, plan: Plan, jobs: int) -> Iterator[Workers]:
    """Workers on `jobs` cores; none is left behind, however this ends."""
    if jobs == 1:
        yield Alone(market, plan)
        return
    with TemporaryDirectory(prefix="pocketdesk-") as folder:
        shelf = shelve(market, Path(folder))
        job = _Job(shelf, plan)
        executor = ProcessPoolExecutor(jobs, get_context("spawn"), _begin, (job,))
        try:
            with _one_thread_each():
                for _ in range(jobs):
                    executor.submit(_ready)  # they start while the study is opened
            yield Crew(executor)
        except BrokenProcessPool as error:
            raise Fatal("optimise_worker: a worker process ended by itself, perhaps for want of memory.") from error
        except (PicklingError, AttributeError, TypeError) as error:
            if "pickle" not in str(error):
                raise
            raise BadInput(f"This strategy cannot be sent to other processes ({error}); give --jobs 1.") from error
        finally:
            executor.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Libraries of processes that are started in here bring no threads of their own: every core has a process.

    What the user has set stays.
    """
    ours = {name: "1" for name in THREADS if name not in os.environ}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name in ours:
            os.environ.pop(name, None)


class _Job(msgspec.Struct, frozen=True):
    shelf: MappedMarket
    plan: Plan


class _Place:
    """What a worker process has set up."""

    bench: Bench


def _begin(job: _Job) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    parent = parent_process()
    if parent is not None:
        Thread(target=_follow, args=(parent.sentinel,), daemon=True).start()
    _Place.bench = Bench(job.shelf.open(), job.plan)
    gc.freeze()  # what is here stays: no collection need look at it


def _follow(parent: int) -> None:
    """End with the parent, even a killed one."""
    connection.wait([parent])
    os._exit(1)


def _ready() -> None:
    """Nothing: this process is there."""


def _run(task: Task) -> Outcome:
    try:
        return _Place.bench.run(task)
    finally:
        gc.collect()  # a desk knows itself, so with all it had seen it would stay until some later trial
