"""A copy is whole, or it is not there."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage.backup import back_up
from storage.db import Database
from tests.journaled import asked


async def test_a_copy_holds_what_is_committed_while_the_desk_goes_on(database: Database, tmp_path: Path) -> None:
    await database.write(lambda connection: connection.execute("INSERT INTO setting VALUES ('a', 'b', 1, NULL)"))
    back_up(database.path, tmp_path / "copies" / "desk.db")
    await database.write(lambda connection: connection.execute("DELETE FROM setting"))
    assert asked(tmp_path / "copies" / "desk.db", "SELECT name FROM setting") == ["a"]
    assert [path.name for path in (tmp_path / "copies").iterdir()] == ["desk.db"]


async def test_a_newer_copy_takes_the_place_of_an_older_one(database: Database, tmp_path: Path) -> None:
    (tmp_path / "desk.draft").write_text("left by a crash")
    back_up(database.path, tmp_path / "desk.copy")
    back_up(database.path, tmp_path / "desk.copy")
    assert asked(tmp_path / "desk.copy", "PRAGMA integrity_check") == ["ok"]


def test_of_a_damaged_file_no_copy_is_left(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        connection.execute("CREATE TABLE word (text)")
        connection.executemany("INSERT INTO word VALUES (?)", [("x" * 900,) for _ in range(100)])
        connection.commit()
    content = (tmp_path / "a.db").read_bytes()
    (tmp_path / "a.db").write_bytes(content[:8192] + b"\xa5" * (len(content) - 8192))
    with pytest.raises(sqlite3.DatabaseError):
        back_up(tmp_path / "a.db", tmp_path / "b.db")
    assert not (tmp_path / "b.db").exists()
