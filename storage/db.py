"""The database of a desk: `desk.db` in its data directory, one writer, many readers."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Select, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from engine.model.errors import BadInput, Corrupt
from storage.lock import NAME, Lock
from storage.migrate import migrate, refuse_newer
from storage.trouble import DAMAGED, meaning, primary_code
from storage.writer import Writer

FILE = "desk.db"
APPLICATION_ID = 0x706F636B
"""Marks the file as pocketdesk's ("pock")."""

WRITER_PRAGMAS = (
    "busy_timeout=5000",
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "wal_autocheckpoint=1000",
    "mmap_size=0",
)
READER_PRAGMAS = ("busy_timeout=5000", "query_only=ON", "wal_autocheckpoint=0", "mmap_size=0")

T = TypeVar("T")


class Database:
    """An open desk database. Made by `open`, ended by `close`; one process has it at a time."""

    def __init__(self, path: Path, lock: Lock, connection: sqlite3.Connection) -> None:
        """Use `open`."""
        self.path = path
        self._lock = lock
        self._writer = Writer(connection)
        self._readers = _readers(path)

    @classmethod
    def open(cls, data_dir: Path) -> "Database":
        """Lock the directory, check the file, bring its schema up to date, start the writer. Blocks, no loop needed.

        Raises BadInput (one sentence) when the directory is in use, unwritable or full or its database is of a newer
        version or not pocketdesk's; Corrupt when the file is damaged.
        """
        path = data_dir / FILE
        try:
            data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = Lock(data_dir / NAME)
        except OSError as error:
            raise _unusable(data_dir, error.strerror) from error
        try:
            return cls(path, lock, _prepare(path))
        except sqlite3.Error as error:
            lock.release()
            if primary_code(error) in DAMAGED:
                raise damaged(path, str(error)) from error
            if meaning(error) is None:
                raise
            raise _unusable(data_dir, str(error)) from error
        except OSError as error:
            lock.release()
            raise _unusable(data_dir, error.strerror) from error
        except BaseException:
            lock.release()
            raise

    async def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` on the writing connection; return its result when it is committed.

        `work` runs in the writer's thread, in a savepoint of a transaction it shares with others: it neither begins nor
        commits, and is run again where a failure of another undid it. Cancelling the wait does not cancel the work.
        Raises StorageDegraded, Corrupt, or what `work` raised.
        """
        return await asyncio.shield(self.submit(work))

    def submit(self, work: Callable[[sqlite3.Connection], T]) -> "asyncio.Future[T]":
        """`write` without waiting: work is carried out in the order of these calls."""
        return self._writer.submit(work)

    async def read(self, statement: SelectOfScalar[T]) -> Sequence[T]:
        """All rows of a SELECT, of what is committed. Raises StorageDegraded or Corrupt."""
        with self._troubles():
            async with AsyncSession(self._readers, expire_on_commit=False) as session:
                return (await session.exec(statement)).all()

    async def read_columns(self, statement: Select[*tuple[Any, ...]]) -> Sequence[Sequence[Any]]:
        """The same for chosen columns: where rows are many, objects of a table cost three times as much."""
        with self._troubles():
            async with self._readers.connect() as connection:
                return (await connection.execute(statement)).all()

    @contextmanager
    def _troubles(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            reason = meaning(error.orig) if isinstance(error.orig, sqlite3.Error) else None
            if reason is None:
                raise
            raise reason from error

    async def close(self) -> None:
        """Write what waits, close every connection, let the next process in. Safe to call twice."""
        await self._readers.dispose()
        await asyncio.to_thread(self._writer.close)
        self._lock.release()


def open_reading(path: Path) -> sqlite3.Connection:
    """A read-only connection for a tool beside the daemon or without it: `doctor`, the journal's hash.

    Raises BadInput when there is no such database or a newer program wrote it, Corrupt when it is none.
    """
    if not path.is_file():
        raise BadInput(f"There is no database at {path}.")
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    try:
        for pragma in READER_PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        refuse_newer(_identify(connection, path), path)
    except sqlite3.DatabaseError as error:
        connection.close()
        if primary_code(error) in DAMAGED:
            raise damaged(path, str(error)) from error
        raise BadInput(f"{path} cannot be read ({error}).") from error
    except BadInput:
        connection.close()
        raise
    return connection


def damaged(path: Path, what: str) -> Corrupt:
    """The sentence for a database that is not what was written."""
    return Corrupt(f"{path} is damaged ({what}): keep the file, and start on a restored backup.")


def _unusable(data_dir: Path, why: str | None) -> BadInput:
    return BadInput(
        f"The data directory {data_dir} cannot be used ({why}): it must be a writable directory with free space."
    )


def _prepare(path: Path) -> sqlite3.Connection:
    """The writing connection to a checked file of the newest schema."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        found = _identify(connection, path)
        refuse_newer(found, path)
        for pragma in WRITER_PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        _check(connection, path)
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        migrate(path, found)
        _probe(connection)
    except BaseException:
        connection.close()
        raise
    path.chmod(0o600)
    return connection


def _identify(connection: sqlite3.Connection, path: Path) -> int:
    """The schema version of a file, 0 for an empty one; BadInput when another program made it."""
    (mark,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if tables and mark != APPLICATION_ID:
        raise BadInput(f"{path} is another program's database: use another data directory.")
    return int(version)


def _check(connection: sqlite3.Connection, path: Path) -> None:
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise damaged(path, " ".join(str(found).split()))


def _probe(connection: sqlite3.Connection) -> None:
    """Write one page, so that a full or read-only disk is found now and not at the first order."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(f"PRAGMA user_version={version}")
    connection.execute("COMMIT")


def _readers(path: Path) -> AsyncEngine:
    """SQLAlchemy's async engine on read-only connections."""
    url = URL.create("sqlite+aiosqlite", database=path.absolute().as_uri(), query={"mode": "ro", "uri": "true"})
    engine = create_async_engine(url, pool_size=2, max_overflow=2)

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: sqlite3.Connection, record: object) -> None:
        for pragma in READER_PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    return engine
