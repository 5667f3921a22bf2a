"""Opening a database: who is let in, what is refused, and in what words."""

import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlmodel import select

from engine.model.errors import BadInput, Corrupt
from storage import tables
from storage.db import Database, open_reading
from storage.migrate import newest
from tests.conftest import ROOT
from tests.journaled import asked

OPEN = """
import resource, sys
from pathlib import Path
from storage.db import Database
from engine.model.errors import BadInput
if len(sys.argv) > 2:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
try:
    Database.open(Path(sys.argv[1]))
except BadInput as error:
    print(error)
    sys.exit(2)
"""


def opened_elsewhere(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", OPEN, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=30
    )


async def reopened(data_dir: Path) -> None:
    await Database.open(data_dir).close()


async def test_the_file_is_set_up_for_power_loss_and_marked_as_ours(database: Database) -> None:
    def pragmas(connection: sqlite3.Connection) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "wal_autocheckpoint", "user_version")
        return [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names]

    assert await database.write(pragmas) == ["wal", 2, 1, 5000, 1000, newest()]
    assert asked(database.path, "PRAGMA application_id") == [int.from_bytes(b"pock")]


async def test_only_its_owner_may_read_the_file(database: Database) -> None:
    assert database.path.stat().st_mode & 0o777 == 0o600


async def test_reading_cannot_write(database: Database) -> None:
    await database.write(lambda connection: connection.execute("INSERT INTO setting VALUES ('a', 'b', 1, NULL)"))
    with closing(open_reading(database.path)) as connection, pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("DELETE FROM setting")


async def test_what_was_written_can_be_read_at_once(database: Database) -> None:
    await database.write(lambda connection: connection.execute("INSERT INTO setting VALUES ('a', 'b', 1, NULL)"))
    assert [row.value for row in await database.read(select(tables.Setting))] == ["b"]


async def test_a_second_daemon_is_refused_at_once(database: Database) -> None:
    started = time.monotonic()
    second = opened_elsewhere(str(database.path.parent))
    assert second.returncode == 2
    assert f"process {os.getpid()}" in second.stdout
    assert str(database.path.parent) in second.stdout
    assert time.monotonic() - started < 2 + importing()


def importing() -> float:
    """Seconds in which a process of this machine, as busy as it is now, only loads what opening needs."""
    started = time.monotonic()
    subprocess.run([sys.executable, "-c", "import storage.db"], cwd=ROOT, check=True, timeout=30)
    return time.monotonic() - started


async def test_a_second_opening_in_the_same_process_is_refused(database: Database) -> None:
    with pytest.raises(BadInput, match="Another pocketdesk"):
        Database.open(database.path.parent)


async def test_a_closed_database_can_be_opened_again(tmp_path: Path) -> None:
    first = Database.open(tmp_path)
    await first.write(lambda connection: connection.execute("INSERT INTO setting VALUES ('a', 'b', 1, NULL)"))
    await first.close()
    await first.close()
    again = Database.open(tmp_path)
    assert [row.value for row in await again.read(select(tables.Setting))] == ["b"]
    await again.close()


async def test_a_database_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    await reopened(tmp_path)
    with sqlite3.connect(tmp_path / "desk.db") as connection:
        connection.execute("PRAGMA user_version=99")
    connection.close()
    with pytest.raises(BadInput, match=r"newer pocketdesk \(schema 99"):
        Database.open(tmp_path)
    with pytest.raises(BadInput, match="newer pocketdesk"):
        open_reading(tmp_path / "desk.db")
    assert asked(tmp_path / "desk.db", "PRAGMA user_version") == [99]


async def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "desk.db") as connection:
        connection.execute("CREATE TABLE theirs (a)")
    connection.close()
    with pytest.raises(BadInput, match="another program's database"):
        Database.open(tmp_path)


@pytest.mark.parametrize("start", [0, 4096 * 3])
async def test_a_damaged_file_is_called_damaged(tmp_path: Path, start: int) -> None:
    await reopened(tmp_path)
    path = tmp_path / "desk.db"
    content = bytearray(path.read_bytes())
    content[start : start + 4096] = b"\xa5" * 4096
    path.write_bytes(content)
    with pytest.raises(Corrupt, match=r"desk\.db is damaged"):
        Database.open(tmp_path)
    path.write_bytes(b"\xa5" * 10_000)
    with pytest.raises(Corrupt, match="damaged"):
        open_reading(path)


async def test_after_a_refusal_the_directory_is_free(tmp_path: Path) -> None:
    (tmp_path / "desk.db").write_bytes(b"\xa5" * 10_000)
    with pytest.raises(Corrupt):
        Database.open(tmp_path)
    (tmp_path / "desk.db").unlink()
    await reopened(tmp_path)


def test_a_file_in_the_place_of_the_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for data_dir in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(BadInput, match=rf"{data_dir} cannot be used"):
            Database.open(data_dir)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no directory that not even root can write in")
def test_a_directory_that_takes_no_files_is_refused() -> None:
    with pytest.raises(BadInput, match="/proc cannot be used"):
        Database.open(Path("/proc"))


@pytest.mark.parametrize("room", ["0", "20000", "60000"])
def test_a_directory_without_room_is_refused(tmp_path: Path, room: str) -> None:
    refused = opened_elsewhere(str(tmp_path), room)
    assert refused.returncode == 2, refused.stderr
    assert "free space" in refused.stdout
    assert refused.stderr == ""


def test_a_missing_database_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no database at"):
        open_reading(tmp_path / "desk.db")
    assert list(tmp_path.iterdir()) == []
