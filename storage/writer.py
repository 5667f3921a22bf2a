"""The one thread that writes: work that waits together is committed together."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any

from engine.model.errors import Corrupt, StorageDegraded
from storage.trouble import meaning

Work = Callable[[sqlite3.Connection], Any]
GROUP = 512
"""Most pieces of work in one transaction."""


class _Job:
    """A piece of work, who waits for it, and what came of it."""

    def __init__(self, work: Work, future: "asyncio.Future[Any]") -> None:
        self.work = work
        self.future = future
        self.result: Any = None
        self.error: Exception | None = None

    def deliver(self) -> None:
        """Tell the waiter, on its own loop."""
        try:
            self.future.get_loop().call_soon_threadsafe(self._settle)
        except RuntimeError:  # the loop is closed: nobody waits any more
            return

    def _settle(self) -> None:
        if self.future.cancelled():
            return
        if self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.error)


class Writer:
    """Carries out work on the writing connection, in order, as few commits as possible, one savepoint each.

    Work that raises is undone alone; where SQLite undoes the others with it, they are run again. When the transaction
    itself fails, each waiter gets the reason: StorageDegraded (busy) or Corrupt, after which nothing is written.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        """`connection` is in autocommit mode (isolation_level None) and belongs to the writer from now on."""
        self._connection = connection
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._damage: Corrupt | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="desk.db writer", daemon=True)
        self._thread.start()

    def submit(self, work: Work) -> "asyncio.Future[Any]":
        """Queue work; the future, of the running loop, has its result once it is committed."""
        future = asyncio.get_running_loop().create_future()
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

    def _take(self) -> tuple[list[_Job], bool]:
        """Wait for work, then take all there is; False when the queue has ended."""
        jobs: list[_Job] = []
        try:
            while len(jobs) < GROUP:
                job = self._queue.get(block=not jobs)
                if job is None:
                    return jobs, False
                jobs.append(job)
        except Empty:
            pass
        return jobs, True

    def _commit(self, jobs: list[_Job]) -> None:
        while jobs:
            culprit = self._attempt(jobs)
            if culprit is None:
                return
            jobs = [job for job in jobs if job is not culprit]

    def _attempt(self, jobs: list[_Job]) -> _Job | None:
        """One transaction of all jobs; the job that made SQLite undo all of it (a full disk), if one did."""
        try:
            if self._damage is not None:
                raise self._damage
            self._connection.execute("BEGIN IMMEDIATE")
            for job in jobs:
                self._carry_out(job)
                if not self._connection.in_transaction:
                    return job
            self._connection.execute("COMMIT")
        except (sqlite3.Error, Corrupt) as error:
            self._undo(jobs, error)
        return None

    def _carry_out(self, job: _Job) -> None:
        """Run one job in its savepoint; what it raises is its own, unless the file is damaged."""
        job.error = None
        self._connection.execute("SAVEPOINT job")
        try:
            job.result = job.work(self._connection)
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

    def _undo(self, jobs: list[_Job], error: sqlite3.Error | Corrupt) -> None:
        """The transaction is lost: everyone in it hears why."""
        with suppress(sqlite3.Error):  # an error of ROLLBACK means that SQLite has rolled back already
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        reason = (meaning(error) or error) if isinstance(error, sqlite3.Error) else error
        if isinstance(reason, Corrupt):
            self._damage = reason
        for job in jobs:
            job.error = job.error or reason
