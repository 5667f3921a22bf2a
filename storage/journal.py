"""The durable record of steps, and everything that is derived from them in the same transaction."""

import asyncio
import sqlite3
from collections import deque
from functools import partial
from itertools import islice

from engine.model.errors import Fatal, Invariant, StorageDegraded
from engine.model.messages import Step
from engine.ports import Observer
from storage.db import Database
from storage.projection import Projection, is_kept
from storage.rows import Rows

GROUP = 4096
"""Most turns of the desk in one piece of work."""

PACE_S = 0.05
"""From the end of one group to the next while nobody waits: a commit costs more than the steps in it."""

RETRY_S = 1.0
"""How long a journal that could not be written waits before it tries again by itself."""

SNAPSHOTS = 2
"""Pictures of the state that are kept: the newest, and one to fall back on."""


class SqliteJournal:
    """Port Journal on `desk.db`.

    Steps are handed to the writer's thread in groups: while one group is written, and a moment longer, the next one
    gathers; `settled` ends that moment. A group that cannot be written (busy, full) is kept and tried again, each
    second and at each `settled`; nothing is skipped. What cannot be written for another reason is fatal: from then on
    `append` and `settled` raise it.
    """

    def __init__(self, database: Database, run: int, account: str) -> None:
        """`run` is the id of this start (`storage.runs`), `account` the one whose fills these are."""
        self._database = database
        self._projection = Projection(run, account)
        self._observers: list[Observer] = []
        self._waiting: deque[tuple[Step, ...]] = deque()
        self._appended = 0
        self._durable = 0
        self._writing = False
        self._later: asyncio.TimerHandle | None = None
        self._waiters: deque[tuple[int, asyncio.Future[None]]] = deque()
        self._failure: Fatal | None = None
        self.trouble = ""
        """Why it could not be written when last tried (busy, full); empty while it can be."""

    @property
    def pending(self) -> int:
        """Steps appended and not yet durable."""
        return self._appended - self._durable

    def watch(self, observer: Observer) -> None:
        """Show every step that becomes durable from now on to an observer, in order, on the loop."""
        self._observers.append(observer)

    def append(self, *steps: Step) -> None:
        """Queue steps that belong together: one transaction has them all or none. Never blocks.

        Raises only when the journal has failed for good.
        """
        if self._failure is not None:
            raise self._failure
        if not steps:
            return
        self._waiting.append(steps)
        self._appended += len(steps)
        if self._later is None:
            self._write_next()

    async def settled(self) -> None:
        """Return when every appended step is durable and shown to the observers.

        Raises StorageDegraded when it cannot be written just now (it stays queued), Fatal when never.
        """
        if self._failure is not None:
            raise self._failure
        if self.pending == 0:
            return
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.append((self._appended, waiter))
        self._write_next()
        await waiter

    async def snapshot(self, seq: int, at: int, blob: bytes) -> None:
        """Keep the core's state after step `seq`; the newest two are kept. Waits for the steps before it."""
        await self.settled()
        await self._database.write(partial(_keep_snapshot, seq, at, blob))

    def _write_next(self) -> None:
        if self._later is not None:
            self._later.cancel()
            self._later = None
        if self._writing or not self._waiting:
            return
        self._writing = True
        turns = list(islice(self._waiting, GROUP))
        writing = self._database.submit(partial(self._write, turns))
        writing.add_done_callback(partial(self._written, turns))

    def _write(self, turns: list[tuple[Step, ...]], connection: sqlite3.Connection) -> None:
        """In the writer's thread: steps and all that follows from them."""
        rows = Rows()
        for turn in turns:
            if len(turn) > 1 or is_kept(turn[0]):
                for step in turn:
                    self._projection.add(step, rows)
        rows.write(connection)

    def _written(self, turns: list[tuple[Step, ...]], writing: "asyncio.Future[None]") -> None:
        self._writing = False
        error = writing.exception()
        self.trouble = str(error) if isinstance(error, StorageDegraded) else ""
        if error is None:
            pause = 0 if self._waiters else PACE_S
            self._announce(turns)
            self._write_later(writing.get_loop(), pause)
        elif isinstance(error, StorageDegraded):
            self._write_later(writing.get_loop(), RETRY_S)
            self._fail_waiters(error)
        else:
            failure = error if isinstance(error, Fatal) else Invariant(f"A step cannot be journaled: {error!r}")
            failure.__cause__ = None if failure is error else error
            self._failure = failure
            self._fail_waiters(failure)

    def _write_later(self, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        self._later = loop.call_later(seconds, self._write_next)

    def _announce(self, turns: list[tuple[Step, ...]]) -> None:
        """Tell observers, then those who wait. Each call is the loop's, so that one that raises stops no other."""
        loop = asyncio.get_running_loop()
        for turn in turns:
            self._waiting.popleft()
            self._durable += len(turn)
            for step in turn:
                for observer in self._observers:
                    loop.call_soon(observer.observe, step)
        while self._waiters and self._waiters[0][0] <= self._durable:
            _, waiter = self._waiters.popleft()
            if not waiter.done():
                loop.call_soon(_release, waiter)

    def _fail_waiters(self, error: Exception) -> None:
        while self._waiters:
            _, waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_exception(error)


def _release(waiter: "asyncio.Future[None]") -> None:
    if not waiter.done():
        waiter.set_result(None)


def _keep_snapshot(seq: int, at: int, blob: bytes, connection: sqlite3.Connection) -> None:
    connection.execute("INSERT OR REPLACE INTO snapshot (seq, at, state) VALUES (?, ?, ?)", (seq, at, blob))
    connection.execute(
        "DELETE FROM snapshot WHERE seq NOT IN (SELECT seq FROM snapshot ORDER BY seq DESC LIMIT ?)", (SNAPSHOTS,)
    )
