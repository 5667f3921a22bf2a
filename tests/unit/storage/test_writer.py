"""One thread writes; what waits together is committed together, and fails alone."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from engine.model.errors import Corrupt, StorageDegraded
from storage.writer import Writer


def connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA busy_timeout=20")
    return connection


@pytest.fixture
def path(tmp_path: Path) -> Path:
    connection = connect(tmp_path / "w.db")
    connection.execute("CREATE TABLE word (text TEXT PRIMARY KEY)")
    connection.close()
    return tmp_path / "w.db"


@pytest.fixture
async def writer(path: Path) -> AsyncIterator[Writer]:
    running = Writer(connect(path))
    yield running
    await asyncio.to_thread(running.close)


def say(connection: sqlite3.Connection, text: str) -> str:
    connection.execute("INSERT INTO word VALUES (?)", (text,))
    return text


def words(path: Path) -> set[str]:
    connection = sqlite3.connect(path)
    found = {row[0] for row in connection.execute("SELECT text FROM word")}
    connection.close()
    return found


def commits(path: Path) -> int:
    """Frames of the write-ahead log that end a transaction: their header's second word is not zero."""
    log = Path(f"{path}-wal").read_bytes()
    return sum(log[at + 4 : at + 8] != b"\0\0\0\0" for at in range(32, len(log), 24 + 4096))


def spoil(path: Path) -> None:
    """Overwrite everything but the first two pages."""
    content = path.read_bytes()
    path.write_bytes(content[:8192] + b"\xa5" * (len(content) - 8192))


async def test_work_returns_its_result_once_it_is_on_disk(writer: Writer, path: Path) -> None:
    assert await writer.submit(partial(say, text="a")) == "a"
    assert words(path) == {"a"}


async def test_work_that_waits_together_is_committed_together(writer: Writer, path: Path) -> None:
    loop = asyncio.get_running_loop()
    started, go = asyncio.Event(), threading.Event()

    def hold(connection: sqlite3.Connection) -> None:
        loop.call_soon_threadsafe(started.set)
        go.wait(5)

    first = writer.submit(hold)
    await started.wait()
    before = commits(path)
    rest = [writer.submit(partial(say, text=str(i))) for i in range(100)]
    go.set()
    await asyncio.gather(first, *rest)
    assert len(words(path)) == 100
    assert commits(path) == before + 1


async def test_work_that_fails_is_undone_alone(writer: Writer, path: Path) -> None:
    def stumble(connection: sqlite3.Connection) -> None:
        say(connection, "half")
        raise ValueError("stumbled")

    results = await asyncio.gather(
        writer.submit(partial(say, text="before")),
        writer.submit(stumble),
        writer.submit(partial(say, text="before")),
        writer.submit(partial(say, text="after")),
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [str, ValueError, sqlite3.IntegrityError, str]
    assert words(path) == {"before", "after"}


async def test_a_busy_file_is_degraded_and_works_again_later(writer: Writer, path: Path) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageDegraded, match="locked"):
        await writer.submit(partial(say, text="a"))
    other.execute("ROLLBACK")
    other.close()
    assert await writer.submit(partial(say, text="a")) == "a"


async def test_a_file_that_stays_busy_keeps_nobody_waiting_long(path: Path) -> None:
    patient = connect(path)
    patient.execute("PRAGMA busy_timeout=1000")
    writer = Writer(patient)
    other = connect(path)
    other.execute("BEGIN IMMEDIATE")
    waits = []
    for text in ("a", "b", "c"):
        began = time.monotonic()
        with pytest.raises(StorageDegraded):
            await writer.submit(partial(say, text=text))
        waits.append(time.monotonic() - began)
    assert waits[0] >= 1
    assert max(waits[1:]) < 0.8
    other.execute("ROLLBACK")
    await writer.submit(partial(say, text="d"))
    assert patient.execute("PRAGMA busy_timeout").fetchone() == (1000,)
    await asyncio.to_thread(writer.close)


async def test_a_full_file_fails_only_what_needs_room(writer: Writer, path: Path) -> None:
    await writer.submit(lambda connection: connection.execute("PRAGMA max_page_count=8").fetchone())
    early = writer.submit(partial(say, text="early"))
    big = writer.submit(partial(say, text="x" * 100_000))
    small = writer.submit(partial(say, text="a"))
    with pytest.raises(StorageDegraded, match="full"):
        await big
    await asyncio.gather(early, small)
    assert words(path) == {"a", "early"}


async def test_a_damaged_file_ends_all_writing(path: Path) -> None:
    filling = connect(path)
    filling.executemany("INSERT INTO word VALUES (?)", [(f"{i:0500}",) for i in range(200)])
    filling.close()
    spoil(path)
    writer = Writer(connect(path))
    with pytest.raises(Corrupt, match="damaged"):
        await writer.submit(lambda connection: connection.execute("SELECT count(text) FROM word").fetchall())
    with pytest.raises(Corrupt):
        await writer.submit(partial(say, text="a"))
    await asyncio.to_thread(writer.close)


async def test_cancelling_the_wait_does_not_cancel_the_work(writer: Writer, path: Path) -> None:
    writer.submit(partial(say, text="a")).cancel()
    await writer.submit(partial(say, text="b"))
    assert words(path) == {"a", "b"}


async def test_closing_writes_what_waits_and_takes_no_more(path: Path) -> None:
    writer = Writer(connect(path))
    waiting = [writer.submit(partial(say, text=str(i))) for i in range(2_000)]
    await asyncio.to_thread(writer.close)
    assert len(words(path)) == 2_000
    assert len(await asyncio.gather(*waiting)) == 2_000
    with pytest.raises(StorageDegraded, match="closed"):
        await writer.submit(partial(say, text="late"))
