"""The audit is a chain: what is altered shows."""

import json
import sqlite3
from contextlib import closing
from hashlib import sha256

import pytest

from storage.audit import GENESIS, Entry, broken_at, record
from storage.db import Database
from tests.journaled import asked

ENTRIES = [Entry(at, "setting", 42, "max_leverage", str(at), str(at + 1), "because", at) for at in range(1, 6)]


@pytest.fixture
async def chain(database: Database) -> Database:
    """Five entries, recorded by two transactions."""
    await database.write(lambda connection: record(connection, ENTRIES[:2]))
    await database.write(lambda connection: record(connection, ENTRIES[2:]))
    return database


def found_broken(database: Database) -> int | None:
    with closing(sqlite3.connect(database.path)) as connection:
        return broken_at(connection)


async def test_an_untouched_chain_is_intact(chain: Database) -> None:
    assert found_broken(chain) is None


async def test_each_row_is_sealed_over_its_content_and_the_row_before(chain: Database) -> None:
    columns = "prev_hash, hash, at, kind, actor, subject, before, after, reason, seq"
    rows = asked(chain.path, f"SELECT {columns} FROM audit ORDER BY id")
    before = GENESIS
    for prev_hash, seal, *values in rows:
        assert prev_hash == before
        assert seal == sha256((before + json.dumps(values, separators=(",", ":"))).encode()).hexdigest()
        before = seal


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit SET actor = 43 WHERE id = 3",
        "UPDATE audit SET after = NULL WHERE id = 3",
        "UPDATE audit SET at = at + 1 WHERE id = 3",
        "UPDATE audit SET hash = prev_hash WHERE id = 3",
        "DELETE FROM audit WHERE id = 2",
        "INSERT INTO audit SELECT 0, at, kind, actor, subject, before, after, reason, seq, prev_hash, hash FROM audit"
        " WHERE id = 5",
    ],
)
async def test_an_altered_chain_is_broken_where_it_was_altered(chain: Database, change: str) -> None:
    await chain.write(lambda connection: connection.execute(change))
    assert found_broken(chain) == (0 if "INSERT" in change else 3)
