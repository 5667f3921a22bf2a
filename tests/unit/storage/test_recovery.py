"""What a desk begins with is what was settled, from its newest snapshot on."""

import sqlite3
from hashlib import sha256

import pytest

from engine.model.errors import Corrupt
from engine.model.messages import Step
from engine.model.orders import OrderState
from storage.db import Database
from storage.journal import SqliteJournal
from storage.recovery import journal_hash, recover
from storage.runs import begin_run
from tests.journaled import asked, candle, moved, order, step
from tests.unit.storage.conftest import Feed


async def test_an_empty_journal_begins_afresh(database: Database) -> None:
    recovered = recover(database.path)
    assert (recovered.snapshot, recovered.snapshot_seq, recovered.last_seq) == (None, 0, 0)
    assert list(recovered.steps) == []


async def test_without_a_snapshot_every_step_is_played_again(feed: Feed, database: Database) -> None:
    steps = [step(1, moved(order(), OrderState.APPROVED, OrderState.SUBMITTED)), Step(2, candle(), ())]
    await feed(*steps)
    recovered = recover(database.path)
    assert list(recovered.steps) == steps
    assert recovered.last_seq == 2


async def test_a_snapshot_stands_for_the_steps_before_it(
    feed: Feed, journal: SqliteJournal, database: Database
) -> None:
    await feed(step(1), step(2))
    journal.append(step(3))
    await journal.snapshot(3, 3_000, b"state after 3")
    await feed(step(4))
    recovered = recover(database.path)
    assert (recovered.snapshot, recovered.snapshot_seq) == (b"state after 3", 3)
    assert [one.seq for one in recovered.steps] == [4]
    assert asked(database.path, "SELECT max(seq) FROM step WHERE seq <= 3") == [3]


async def test_the_newest_two_snapshots_are_kept_and_the_older_can_be_asked_for(
    feed: Feed, journal: SqliteJournal, database: Database
) -> None:
    for seq in range(1, 5):
        await feed(step(seq))
        await journal.snapshot(seq, seq, f"state {seq}".encode())
    assert asked(database.path, "SELECT seq FROM snapshot ORDER BY seq") == [3, 4]
    older = recover(database.path, before=4)
    assert (older.snapshot, [one.seq for one in older.steps]) == (b"state 3", [4])


async def test_a_snapshot_after_unstored_quotes_counts_for_the_last_sequence(
    feed: Feed, journal: SqliteJournal, database: Database
) -> None:
    await feed(step(1))
    await journal.snapshot(7, 7, b"")
    assert recover(database.path).last_seq == 7


async def test_a_row_that_is_no_step_is_named(feed: Feed, database: Database) -> None:
    await feed(step(1), step(2))
    await database.write(lambda connection: connection.execute("UPDATE step SET event = '{}' WHERE seq = 2"))
    with pytest.raises(Corrupt, match="Step 2"):
        list(recover(database.path).steps)


async def test_the_journal_hash_is_over_at_event_and_effects_in_order(feed: Feed, database: Database) -> None:
    await feed(step(2), step(1), Step(3, candle(60_000), ()))
    rows = asked(database.path, "SELECT at, event, effects FROM step ORDER BY seq")
    lines = "".join(f"{at}\n{event}\n{effects}\n" for at, event, effects in rows)
    assert journal_hash(database.path) == sha256(lines.encode()).hexdigest()


async def test_equal_steps_have_equal_hashes_whatever_the_run(feed: Feed, database: Database) -> None:
    await feed(step(1))
    before = journal_hash(database.path)
    second = await begin_run(database, at=9, mode="sim", version="2")

    def move(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE step SET run = ?", (second.id,))

    await database.write(move)
    assert journal_hash(database.path) == before
    await feed(step(2))
    assert journal_hash(database.path) != before


async def test_runs_of_a_database_share_its_id(database: Database) -> None:
    first = await begin_run(database, at=1, mode="sim", version="1", db_uuid="abc")
    second = await begin_run(database, at=2, mode="live", version="1")
    assert (first.id, first.db_uuid, second.id, second.db_uuid) == (1, "abc", 2, "abc")
    assert asked(database.path, "SELECT id, started, mode, version, db_uuid FROM run") == [
        (1, 1, "sim", "1", "abc"),
        (2, 2, "live", "1", "abc"),
    ]


async def test_the_id_of_a_database_is_drawn_once(database: Database) -> None:
    first = await begin_run(database, at=1, mode="sim", version="1")
    second = await begin_run(database, at=2, mode="sim", version="1")
    assert len(first.db_uuid) == 36
    assert first.db_uuid == second.db_uuid
