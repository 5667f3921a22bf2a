"""A database in an empty directory, and a journal on it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from engine.model.messages import Step
from storage.db import Database
from storage.journal import SqliteJournal
from storage.runs import begin_run

Feed = Callable[..., Awaitable[None]]


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database.open(tmp_path)
    yield opened
    await opened.close()


@pytest.fixture
async def journal(database: Database) -> SqliteJournal:
    run = await begin_run(database, at=1, mode="sim", version="1")
    assert run.id is not None
    return SqliteJournal(database, run.id, "sim")


@pytest.fixture
def feed(journal: SqliteJournal) -> Feed:
    """Append steps and wait until they are on disk."""

    async def append(*steps: Step) -> None:
        for one in steps:
            journal.append(one)
        await journal.settled()

    return append
