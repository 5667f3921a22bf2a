"""A recorded market from which any stretch of time can be cut, and the same in files that processes share."""

import hashlib
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from engine.feeds.files import Candles, Recording
from engine.feeds.replay import ReplaySource
from engine.model.errors import BadInput
from engine.model.market import DAY_MS

Column = npt.NDArray[Any]


class Market(msgspec.Struct, frozen=True):
    """Recordings, the rules of their symbols, and what time of them is asked for (UTC ms; None: all)."""

    recordings: tuple[Recording, ...]
    tick: Decimal | None = None
    step: Decimal | None = None
    start: int | None = None
    end: int | None = None
    contract_size: Decimal | None = None
    """Of inverse contracts; None: the published one."""

    def whole(self) -> ReplaySource:
        """A source over all of it; with `start`, everything before warms."""
        return self._source(self.recordings, self.start, self.end)

    def between(self, start: int | None, end: int | None, lead: int) -> ReplaySource:
        """A source that trades from `start` to `end`; candles of at least `lead` ms before it warm, none follow it.

        Cut at days, so that every longer bar is whole.
        """
        since = None if start is None else (start - lead) // DAY_MS * DAY_MS
        recordings = [_cut(each, since, end) for each in self.recordings]
        empty = {each.symbol for each in recordings if isinstance(each, Candles) and not len(each.bars)}
        if empty:
            raise BadInput(f"{', '.join(sorted(empty))} has no candles in a part of the time that is searched.")
        return self._source(recordings, start, end)

    def _source(self, recordings: Sequence[Recording], start: int | None, end: int | None) -> ReplaySource:
        size = self.contract_size
        return ReplaySource(recordings, tick=self.tick, step=self.step, start=start, end=end, contract_size=size)

    def fingerprint(self) -> str:
        """Changes with any number of any column, and with the time asked for."""
        asked: tuple[object, ...] = (self.tick, self.step, self.start, self.end)
        if self.contract_size is not None:
            asked = (*asked, self.contract_size)
        digest = hashlib.blake2b(repr(asked).encode(), digest_size=12)
        for place, name, column in _columns(self):
            digest.update(f"{place} {name} {self.recordings[place].symbol}".encode())
            digest.update(np.ascontiguousarray(column))
        return digest.hexdigest()


class MappedMarket(msgspec.Struct, frozen=True):
    """A market whose columns lie in files: small to send, opened by mapping, in memory once for all processes."""

    market: Market
    """With empty columns."""
    folder: str

    def open(self) -> Market:
        """The whole market again; its columns are read-only."""
        folder = Path(self.folder)
        columns: dict[int, dict[str, Column]] = {}
        for place, name, _ in _columns(self.market):
            mapped = np.load(folder / f"{place}-{name}.npy", mmap_mode="r").view(np.ndarray)
            columns.setdefault(place, {})[name] = mapped
        return _with(self.market, columns)


def shelve(market: Market, folder: Path) -> MappedMarket:
    """Write every column of a market into a folder."""
    bare: dict[int, dict[str, Column]] = {}
    for place, name, column in _columns(market):
        np.save(folder / f"{place}-{name}.npy", column, allow_pickle=False)
        bare.setdefault(place, {})[name] = column[:0].copy()
    return MappedMarket(_with(market, bare), str(folder))


def _columns(market: Market) -> Iterator[tuple[int, str, Column]]:
    """Every column with the place of its recording and its name."""
    for place, recording in enumerate(market.recordings):
        holder = recording.bars if isinstance(recording, Candles) else recording
        for name in holder.__struct_fields__:
            column = getattr(holder, name)
            if isinstance(column, np.ndarray):
                yield place, name, column


def _with(market: Market, columns: dict[int, dict[str, Column]]) -> Market:
    """The market with other columns."""
    recordings: list[Recording] = []
    for place, recording in enumerate(market.recordings):
        new: dict[str, Any] = columns.get(place, {})
        if isinstance(recording, Candles):
            new = {"bars": msgspec.structs.replace(recording.bars, **new)}
        recordings.append(msgspec.structs.replace(recording, **new))
    return msgspec.structs.replace(market, recordings=tuple(recordings))


def _cut(recording: Recording, since: int | None, end: int | None) -> Recording:
    """Candles in order without what is too old or too new to matter; everything else whole."""
    if not isinstance(recording, Candles) or np.any(np.diff(recording.bars.ts) <= 0):
        return recording
    ts = recording.bars.ts
    first = 0 if since is None else int(ts.searchsorted(since))
    stop = len(ts) if end is None else int(ts.searchsorted(end))
    return msgspec.structs.replace(recording, bars=recording.bars.slice(first, stop))
