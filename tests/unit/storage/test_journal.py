"""Steps become durable in order, are shown afterwards, and none is ever skipped."""

import asyncio
import sqlite3
import time
from collections.abc import Iterator

import pytest

from engine.model.errors import Invariant, StorageDegraded
from engine.model.facts import StateChanged
from engine.model.messages import Quote, Step
from storage.db import Database
from storage.journal import RETRY_S, SqliteJournal
from tests.journaled import BTC, Seen, asked, candle, step


@pytest.fixture
def held(database: Database) -> Iterator[sqlite3.Connection]:
    """A connection that can hold the write lock from outside."""
    other = sqlite3.connect(database.path, isolation_level=None)
    yield other
    other.close()


class Shown:
    """An Observer to wait for."""

    def __init__(self) -> None:
        self.event = asyncio.Event()

    def observe(self, step: Step) -> None:
        """Say so."""
        self.event.set()


async def impatient(database: Database) -> None:
    """Give up on a held lock after 20 ms instead of 5 s."""
    await database.write(lambda connection: connection.execute("PRAGMA busy_timeout=20"))


async def test_settled_steps_are_on_disk_in_order(journal: SqliteJournal, database: Database) -> None:
    for seq in range(1, 10_001):
        journal.append(step(seq))
    await journal.settled()
    assert asked(database.path, "SELECT count(*), min(seq), max(seq) FROM step") == [(10_000, 1, 10_000)]
    assert journal.pending == 0


async def test_appending_returns_before_the_disk_has_it(
    journal: SqliteJournal, database: Database, held: sqlite3.Connection
) -> None:
    held.execute("BEGIN IMMEDIATE")
    started = time.monotonic()
    for seq in range(1, 101):
        journal.append(step(seq))
    assert time.monotonic() - started < 1
    assert journal.pending == 100
    held.execute("ROLLBACK")
    await journal.settled()
    assert asked(database.path, "SELECT count(*) FROM step") == [100]


async def test_observers_see_each_step_once_in_order_after_it_is_durable(
    journal: SqliteJournal, database: Database
) -> None:
    class Checks(Seen):
        """Asks the file at the moment it is told."""

        def observe(self, step: Step) -> None:
            """Remember it if it is on disk."""
            if asked(database.path, "SELECT 1 FROM step WHERE seq = ?", step.seq):
                super().observe(step)

    checks, seen = Checks(), Seen()
    journal.watch(checks)
    journal.watch(seen)
    for seq in range(1, 51):
        journal.append(step(seq))
        if seq % 7 == 0:
            await asyncio.sleep(0.001)
    await journal.settled()
    assert checks.seqs() == seen.seqs() == list(range(1, 51))


async def test_a_quote_that_is_not_stored_is_shown_in_its_turn(journal: SqliteJournal) -> None:
    seen = Seen()
    journal.watch(seen)
    journal.append(step(1))
    journal.append(Step(2, Quote(1, BTC, 1.0, 2.0), ()))
    journal.append(step(3))
    await journal.settled()
    assert seen.seqs() == [1, 2, 3]


async def test_an_observer_that_raises_stops_neither_the_others_nor_the_journal(journal: SqliteJournal) -> None:
    class Fails:
        """An Observer with a bug."""

        def observe(self, step: Step) -> None:
            """Fail."""
            raise ValueError(step.seq)

    raised: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: raised.append(context["exception"]))
    seen = Seen()
    journal.watch(Fails())
    journal.watch(seen)
    journal.append(step(1))
    journal.append(step(2))
    await journal.settled()
    assert seen.seqs() == [1, 2]
    assert [type(error) for error in raised] == [ValueError, ValueError]


async def test_a_busy_database_degrades_and_nothing_is_skipped(
    journal: SqliteJournal, database: Database, held: sqlite3.Connection
) -> None:
    await impatient(database)
    seen = Seen()
    journal.watch(seen)
    held.execute("BEGIN IMMEDIATE")
    journal.append(step(1))
    with pytest.raises(StorageDegraded):
        await journal.settled()
    journal.append(step(2))
    with pytest.raises(StorageDegraded):
        await journal.settled()
    assert journal.pending == 2
    assert seen.seqs() == []
    assert "locked" in journal.trouble
    held.execute("ROLLBACK")
    await journal.settled()
    assert journal.trouble == ""
    assert asked(database.path, "SELECT seq FROM step") == [1, 2]
    assert seen.seqs() == [1, 2]


async def test_a_degraded_journal_tries_again_by_itself(
    journal: SqliteJournal, database: Database, held: sqlite3.Connection
) -> None:
    await impatient(database)
    held.execute("BEGIN IMMEDIATE")
    journal.append(step(1))
    with pytest.raises(StorageDegraded):
        await journal.settled()
    held.execute("ROLLBACK")
    shown = Shown()
    journal.watch(shown)
    await asyncio.wait_for(shown.event.wait(), RETRY_S + 30)
    assert asked(database.path, "SELECT seq FROM step") == [1]


async def test_a_full_database_degrades_until_there_is_room(journal: SqliteJournal, database: Database) -> None:
    async def limit(pages: int) -> None:
        await database.write(lambda connection: connection.execute(f"PRAGMA max_page_count={pages}").fetchone())

    await limit(100)
    for seq in range(1, 3_001):
        journal.append(Step(seq, candle(), ()))
    with pytest.raises(StorageDegraded, match="full"):
        await journal.settled()
    await limit(100_000)
    await journal.settled()
    assert asked(database.path, "SELECT count(*) FROM step") == [3_000]


async def test_a_group_is_stored_whole_or_not_at_all(journal: SqliteJournal, database: Database) -> None:
    journal.append(step(5))
    await journal.settled()
    journal.append(step(4))  # on its way while the next two gather
    journal.append(step(6, StateChanged(1, "ACTIVE", "HALTED", "", None)))
    journal.append(step(5))
    with pytest.raises(Invariant, match="cannot be journaled"):
        await journal.settled()
    assert asked(database.path, "SELECT seq FROM step") == [4, 5]
    assert asked(database.path, "SELECT * FROM setting") == []


async def test_a_failed_journal_takes_no_more(journal: SqliteJournal) -> None:
    journal.append(step(1))
    journal.append(step(1))
    with pytest.raises(Invariant):
        await journal.settled()
    with pytest.raises(Invariant):
        journal.append(step(2))
    with pytest.raises(Invariant):
        await journal.settled()


async def test_an_idle_journal_is_settled_at_once_and_nothing_is_written(
    journal: SqliteJournal, database: Database
) -> None:
    settling = asyncio.create_task(journal.settled())
    done, _ = await asyncio.wait([settling], timeout=20)
    assert done == {settling}
    assert asked(database.path, "SELECT count(*) FROM step") == [0]


async def test_giving_up_waiting_loses_nothing(journal: SqliteJournal, database: Database) -> None:
    for seq in range(1, 5_001):
        journal.append(step(seq))
    waiting = asyncio.ensure_future(journal.settled())
    await asyncio.sleep(0)
    waiting.cancel()
    await journal.settled()
    assert asked(database.path, "SELECT count(*) FROM step") == [5_000]
