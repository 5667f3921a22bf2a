"""Reading the journal from the start: what a desk begins with, and the hash that says whether two are equal."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import msgspec

from engine.model.messages import CandleClosed, Step
from storage.coding import JournalHash, StepText, decode
from storage.db import open_reading

STEPS_AFTER = "SELECT seq, at, event, effects FROM step WHERE seq > ? ORDER BY seq"
TOLD_EVERY = 20_000
"""Steps between two words on how far the hash is: a year of minutes takes a while to read."""


class Recovered(msgspec.Struct, frozen=True):
    """What is stored of a desk: its state after step `snapshot_seq`, and the steps that came later."""

    snapshot: bytes | None
    """None: begin with a fresh core."""
    snapshot_seq: int
    """0 when there is no snapshot."""
    steps: Iterator[Step]
    """Read as it is walked; raises Corrupt at a row that is no step."""
    last_seq: int
    """The highest sequence stored; quotes without effects may have had higher ones."""


def recover(path: Path, before: int | None = None) -> Recovered:
    """The newest snapshot (with `before`: the newest of a lower sequence) of the database at `path`, and what follows.

    Blocks; raises BadInput or Corrupt like `open_reading`. A run cannot be recovered while its journal is written.
    """
    with closing(open_reading(path)) as connection:
        found = connection.execute(
            "SELECT seq, state FROM snapshot WHERE ? IS NULL OR seq < ? ORDER BY seq DESC LIMIT 1", (before, before)
        ).fetchone()
        seq, state = found or (0, None)
        (last,) = connection.execute("SELECT coalesce(max(seq), 0) FROM step").fetchone()
    return Recovered(state, seq, _steps(path, seq), max(last, seq))


def first_candle(path: Path) -> CandleClosed | None:
    """The oldest journaled candle of the database at `path`: which market the desk in it has lived in."""
    with closing(open_reading(path)) as connection:
        events = (step.event for step in read_steps(connection, 0))
        return next((event for event in events if isinstance(event, CandleClosed)), None)


def journal_hash(path: Path, told: Callable[[int, int], None] | None = None) -> str:
    """SHA-256 over (at, event, effects) of every step of the database at `path`, in order of sequence.

    `told` hears now and then how many steps are done, and how many there are.
    """
    digest = JournalHash()
    with closing(open_reading(path)) as connection:
        (total,) = connection.execute("SELECT count(*) FROM step").fetchone() if told else (0,)
        for done, (_, at, event, effects) in enumerate(connection.execute(STEPS_AFTER, (-1,)), 1):
            digest.add(at, event, effects)
            if told and done % TOLD_EVERY == 0:
                told(done, total)
    return digest.hexdigest()


def _steps(path: Path, after: int) -> Iterator[Step]:
    with closing(open_reading(path)) as connection:
        yield from read_steps(connection, after)


def read_steps(connection: sqlite3.Connection, after: int) -> Iterator[Step]:
    """Stored steps with a higher sequence than `after`, in order; Corrupt at a row that is none."""
    return (decode(StepText(*row)) for row in connection.execute(STEPS_AFTER, (after,)))
