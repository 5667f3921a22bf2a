"""Candles of several symbols and timeframes as one table in order of delivery, made into events by chunks."""

from collections.abc import Iterator, Sequence
from itertools import chain, repeat

import msgspec
import numpy as np

from engine.model.market import SPAN_MS, Bars, Floats, Footprint, Ints, Timeframe
from engine.model.messages import CandleClosed

CHUNK = 4_096
"""Rows made into events at a time: a year of minutes never stands in memory as Python objects."""


class Stream(msgspec.Struct, frozen=True):
    """Rows of one symbol and timeframe; footprints for each row, or none at all."""

    symbol: str
    timeframe: Timeframe
    bars: Bars
    footprints: tuple[Footprint | None, ...] = ()

    def at(self) -> Ints:
        """When each row is delivered: its close, or the latest close before it when it is out of order."""
        return np.maximum.accumulate(self.bars.ts + SPAN_MS[self.timeframe])


class Rows:
    """All rows of some streams, ordered by (at, symbol, timeframe, place in the stream)."""

    def __init__(self, streams: Sequence[Stream]) -> None:
        streams = sorted(streams, key=lambda stream: (stream.symbol, SPAN_MS[stream.timeframe]))
        self.symbols = sorted({stream.symbol for stream in streams})
        self._symbol = np.array([stream.symbol for stream in streams], object)
        self._timeframe = np.array([stream.timeframe for stream in streams], object)
        self._label = np.repeat(np.arange(len(streams)), [len(stream.bars) for stream in streams])
        self.at = np.concatenate([stream.at() for stream in streams])
        self._bars = joined([stream.bars for stream in streams])
        rank = np.array([self.symbols.index(stream.symbol) for stream in streams])
        self._key = self.at * len(self.symbols) + rank[self._label]
        prints = [p for s in streams for p in (s.footprints or repeat(None, len(s.bars)))]
        self._footprints = prints if any(stream.footprints for stream in streams) else []
        if len(streams) > 1:
            self._reorder(np.argsort(self._key, kind="stable"))

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.at)

    def after(self, at: int, symbol: str) -> int:
        """Number of rows that are delivered up to `at`, of one moment those up to `symbol`."""
        return int(np.searchsorted(self._key, at * len(self.symbols) + self.symbols.index(symbol), "right"))

    def candles(self, start: int, stop: int) -> Iterator[CandleClosed]:
        """Rows start..stop-1 as events."""
        chunks = (slice(low, min(low + CHUNK, stop)) for low in range(start, stop, CHUNK))
        return chain.from_iterable(map(self._chunk, chunks))

    def _chunk(self, rows: slice) -> Iterator[CandleClosed]:
        label, bars = self._label[rows], self._bars.slice(rows.start, rows.stop)
        return map(
            CandleClosed,
            self.at[rows].tolist(),
            self._symbol[label].tolist(),
            self._timeframe[label].tolist(),
            bars.ts.tolist(),
            bars.open.tolist(),
            bars.high.tolist(),
            bars.low.tolist(),
            bars.close.tolist(),
            bars.volume.tolist(),
            _known(bars.taker_buy),
            self._footprints[rows] or repeat(None),
        )

    def _reorder(self, order: Ints) -> None:
        self.at = self.at[order]
        self._key = self._key[order]
        self._label = self._label[order]
        self._bars = Bars(*(getattr(self._bars, column)[order] for column in Bars.__struct_fields__))
        self._footprints = [self._footprints[i] for i in order.tolist()] if self._footprints else []


def joined(bars: Sequence[Bars]) -> Bars:
    """Bars one after the other."""
    if len(bars) == 1:
        return bars[0]
    return Bars(*(np.concatenate([getattr(b, column) for b in bars]) for column in Bars.__struct_fields__))


def _known(column: Floats) -> list[float | None]:
    """Numbers, None where there is none."""
    return [None if value != value else value for value in column.tolist()]
