"""Backtests that are kept: one JSON file each in DATA_DIR/backtests, named by its time and a hash of what it is.

The hash covers settings, candles and result, not the clock: the same run made again is recognised and kept once.
"""

import hashlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import msgspec

from bot.form import Form
from engine.model.errors import BadInput
from engine.model.result import Result
from engine.stats.performance import Performance

VERSION = 1
LATEST = "latest"
HASH_DIGITS = 8


class Candles(msgspec.Struct, frozen=True):
    """The candles of one symbol that a backtest ran on, history included."""

    symbol: str
    timeframe: str
    bars: int
    first: int
    last: int
    """Opening times of the first and the last one."""
    digest: str
    """SHA-256 of the columns."""


class Picture(msgspec.Struct, frozen=True):
    """Prices of a symbol in few enough candles to be drawn; columns of one length, `ts` the opening times."""

    symbol: str
    what: str
    """`whole` time, or a `close` look at the last trades."""
    span_ms: int
    ts: tuple[int, ...]
    open: tuple[float, ...]
    high: tuple[float, ...]
    low: tuple[float, ...]
    close: tuple[float, ...]


class Kept(msgspec.Struct, frozen=True):
    """A backtest with everything that is needed to show it again and to compare it."""

    version: int
    id: str
    saved_at: int
    """Wall clock, UTC ms."""
    settings: dict[str, str]
    """What decided the run, each under the name of its option or setting."""
    files: tuple[str, ...]
    """What `--data` named."""
    candles: tuple[Candles, ...]
    result: Result
    pictures: tuple[Picture, ...]
    core: Form = "plain"
    """The form of the core that ran; the answer is the same, the time is not."""


class Outline(msgspec.Struct, frozen=True):
    """The part of a result that a list shows; read without the trades."""

    strategy: str
    symbols: tuple[str, ...]
    timeframe: str
    start: int
    end: int
    profit_percent: Decimal
    max_drawdown_percent: float
    performance: Performance


class Entry(msgspec.Struct, frozen=True):
    """A line of the list."""

    version: int
    id: str
    saved_at: int
    result: Outline


class Damaged(msgspec.Struct, frozen=True):
    """A file in the folder that is no backtest, with the sentence that says so."""

    id: str
    sentence: str


class KeptRuns:
    """The folder of kept backtests."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / "backtests"

    def expect_room(self) -> None:
        """Refuse a folder that cannot be written before the work, not after. Makes nothing."""
        there = next(path for path in (self.folder, *self.folder.absolute().parents) if path.exists())
        if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
            raise BadInput(f"{self.folder} cannot be written; give --data-dir, or --no-save to keep nothing.")

    def keep(self, made: Kept) -> Kept:
        """Store it under the name it gets here, or give the one of the same hash that is there already."""
        mark = digest(made)
        known = next((path for path in self._paths() if path.stem.endswith(f"-{mark}")), None)
        if known is not None:
            return self._read(known, Kept)
        named = msgspec.structs.replace(made, id=f"{stamp(made.saved_at)}-{mark}")
        path = self.folder / f"{named.id}.json"
        unfinished = path.with_suffix(".part")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            unfinished.write_bytes(msgspec.json.encode(named))
            unfinished.replace(path)
        except OSError as error:
            raise BadInput(f"The backtest cannot be kept in {self.folder}: {error.strerror or error}.") from error
        return named

    def entries(self) -> Iterator[Entry | Damaged]:
        """All of them, the oldest first."""
        for path in self._paths():
            try:
                yield self._read(path, Entry)
            except BadInput as error:
                yield Damaged(path.stem, str(error))

    def find(self, wanted: str) -> Kept:
        """The backtest of an id, of the beginning of one or of its hash, or the `latest`."""
        paths = self._paths()
        if not paths:
            raise BadInput(f"{self.folder} holds no backtests; `pocketdesk backtest` keeps each run there.")
        if wanted == LATEST:
            return self._read(paths[-1], Kept)
        exact = [path for path in paths if path.stem == wanted]
        found = exact or [path for path in paths if path.stem.startswith(wanted) or _mark(path).startswith(wanted)]
        if len(found) != 1:
            what = f"names {len(found)} backtests" if found else "is no backtest"
            raise BadInput(f"{wanted[:60]!r} {what}; `pocketdesk backtest list` shows the ids in {self.folder}.")
        return self._read(found[0], Kept)

    def _paths(self) -> list[Path]:
        return sorted(self.folder.glob("*.json"))

    def _read[T: (Kept, Entry)](self, path: Path, kind: type[T]) -> T:
        try:
            read = msgspec.json.decode(path.read_bytes(), type=kind)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else str(error)
            raise BadInput(f"{path} is not a stored backtest ({why}); delete it or make the run again.") from error
        if read.version != VERSION:
            raise BadInput(f"{path} has format {read.version}, this program reads {VERSION}; make the run again.")
        return read


def digest(made: Kept) -> str:
    """The short hash of settings, candles and result, without what the clock decided."""
    timeless = msgspec.structs.replace(made.result, run_seconds=0.0, bars_per_second=0.0)
    what = msgspec.json.encode((made.settings, made.candles, timeless), order="sorted")
    return hashlib.sha256(what).hexdigest()[:HASH_DIGITS]


def stamp(at: int) -> str:
    """A time as it stands in a file's name: `20250504T143205`, UTC."""
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y%m%dT%H%M%S}"


def _mark(path: Path) -> str:
    return path.stem.rpartition("-")[2]
