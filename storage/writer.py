"""The one thread that writes: work that waits together is committed together."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from queue import SimpleQueue
from typing import Any

from engine.model.errors import Corrupt, StorageDegraded
from storage.trouble import meaning, primary_code

GROUP = 512
"""Most pieces of work in one transaction."""

BUSY_MS = 100
"""How long a try waits for a file that another process has had for the whole patience of the connection: whoever is
behind it (a person who wants to get out) must not wait as long once more."""


class _Job[T]:
    """A piece of work, who waits for it, and what came of it."""

    def __init__(self, work: Callable[[sqlite3.Connection], T], future: "asyncio.Future[T]") -> None:
        self.error: Exception | None = None
        self._work = work
        self._future = future
        self._succeed: Callable[[], None]

    def run(self, connection: sqlite3.Connection) -> None:
        """Do the work and keep its result; what it raises is raised."""
        self._succeed = partial(self._future.set_result, self._work(connection))

    def deliver(self) -> None:
        """Tell the waiter, on its own loop."""
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._future.get_loop().call_soon_threadsafe(self._settle)

    def _settle(self) -> None:
        if self._future.cancelled():
            return
        if self.error is None:
            self._succeed()
        else:
            self._future.set_exception(self.error)


class Writer:
    """Carries out work on the writing connection, in order, as few commits as possible, one savepoint each.

    Work that raises is undone alone; where SQLite undoes the others with it, they are run again. When the transaction
    itself fails, each waiter gets the reason: StorageDegraded (busy) or Corrupt, after which nothing is written.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        """`connection` is in autocommit mode (isolation_level None) and belongs to the writer from now on."""
        self._connection = connection
        (self._patience,) = connection.execute("PRAGMA busy_timeout").fetchone()
        self._busy = False
        self._queue: SimpleQueue[_Job[Any] | None] = SimpleQueue()
        self._damage: Corrupt | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="desk.db writer", daemon=True)
        self._thread.start()

    def submit[T](self, work: Callable[[sqlite3.Connection], T]) -> "asyncio.Future[T]":
        """Queue work; the future, of the running loop, has its result once it is committed."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        if self._closed:
            future.set_exception(StorageDegraded("The database is closed."))
        else:
            self._queue.put(_Job(work, future))
        return future

    def close(self) -> None:
        """Carry out what waits, then close the connection. Blocks."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        more = True
        while more:
            jobs, more = self._take()
            if jobs:
                self._commit(jobs)
            for job in jobs:
                job.deliver()
        self._connection.close()

    def _take(self) -> tuple[list[_Job[Any]], bool]:
        """Wait for work, then take all there is; False when the queue has ended."""
        jobs: list[_Job[Any]] = []
        while not jobs or (len(jobs) < GROUP and not self._queue.empty()):  # nobody else takes from the queue
            job = self._queue.get()
            if job is None:
                return jobs, False
            jobs.append(job)
        return jobs, True

    def _commit(self, jobs: list[_Job[Any]]) -> None:
        while jobs:
            culprit = self._attempt(jobs)
            if culprit is None:
                return
            jobs = [job for job in jobs if job is not culprit]

    def _attempt(self, jobs: list[_Job[Any]]) -> _Job[Any] | None:
        """One transaction of all jobs; the job that made SQLite undo all of it (a full disk), if one did."""
        try:
            if self._damage is not None:
                raise self._damage
            self._begin()
            for job in jobs:
                self._carry_out(job)
                if not self._connection.in_transaction:
                    return job
            self._connection.execute("COMMIT")
        except (sqlite3.Error, Corrupt) as error:
            self._undo(jobs, error)
        return None

    def _begin(self) -> None:
        """Have the file; less patiently while somebody else does not give it away."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if primary_code(error) == sqlite3.SQLITE_BUSY and not self._busy:
                self._busy = True
                self._connection.execute(f"PRAGMA busy_timeout={min(BUSY_MS, self._patience)}")
            raise
        if self._busy:
            self._busy = False
            self._connection.execute(f"PRAGMA busy_timeout={self._patience}")

    def _carry_out(self, job: _Job[Any]) -> None:
        """Run one job in its savepoint; what it raises is its own, unless the file is damaged."""
        job.error = None
        self._connection.execute("SAVEPOINT job")
        try:
            job.run(self._connection)
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to whoever waits for the job
            job.error = error
            if isinstance(error, sqlite3.Error):
                job.error = meaning(error) or error
            if isinstance(job.error, Corrupt):
                raise job.error from None
            if not self._connection.in_transaction:
                return
            self._connection.execute("ROLLBACK TO job")
        self._connection.execute("RELEASE job")

    def _undo(self, jobs: list[_Job[Any]], error: sqlite3.Error | Corrupt) -> None:
        """The transaction is lost: everyone in it hears why."""
        with suppress(sqlite3.Error):  # an error of ROLLBACK means that SQLite has rolled back already
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        reason = (meaning(error) or error) if isinstance(error, sqlite3.Error) else error
        if isinstance(reason, Corrupt):
            self._damage = reason
        for job in jobs:
            job.error = job.error or reason
