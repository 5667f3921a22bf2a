"""Candles of several symbols and timeframes as one table in order of delivery, made into events by chunks."""

from collections.abc import Iterator, Sequence
from itertools import chain, repeat
from struct import Struct
from typing import Final

import numpy as np

from engine.backtest.lane import BLOCK, Track
from engine.candles import Extremes
from engine.feeds.stream import Stream, joined
from engine.model.market import HOUR_MS, NEVER, SPAN_MS, Bars, Floats, Ints
from engine.model.messages import CandleClosed

CHUNK: Final = 4_096
"""Rows made into events at a time: a year of minutes never stands in memory as Python objects."""

RECORD: Final = Struct("2q6d")
"""A row as it stands in memory: when it is delivered, when its bar opened, and the bar's numbers."""
SIZE: Final = RECORD.size
unpack: Final = RECORD.unpack_from
END: Final = Struct("2q24xd").unpack_from
"""What of it `Rows.end` tells."""


class Rows:
    """All rows of some streams, ordered by (at, symbol, timeframe, place in the stream)."""

    def __init__(self, streams: Sequence[Stream]) -> None:
        streams = sorted(streams, key=lambda stream: (stream.symbol, SPAN_MS[stream.timeframe]))
        self.symbols = sorted({stream.symbol for stream in streams})
        self._symbol = np.array([stream.symbol for stream in streams], object)
        self._timeframe = np.array([stream.timeframe for stream in streams], object)
        self._names = [(stream.symbol, stream.timeframe) for stream in streams]
        self._label = np.repeat(np.arange(len(streams), dtype=np.int16), [len(stream.bars) for stream in streams])
        self.at = np.concatenate([stream.at() for stream in streams])
        bars = joined([stream.bars for stream in streams])
        table: Floats = np.empty((len(self.at), 8))
        table.view(np.int64)[:, 0], table.view(np.int64)[:, 1] = self.at, bars.ts
        for place, column in enumerate(Bars.__struct_fields__[1:], 2):
            table[:, place] = getattr(bars, column)
        rank = np.array([self.symbols.index(stream.symbol) for stream in streams])
        self._key = self.at * len(self.symbols) + rank[self._label] if len(self.symbols) > 1 else self.at
        known = any(stream.footprints for stream in streams)
        self._footprints = [p for s in streams for p in (s.footprints or repeat(None, len(s.bars)))] if known else []
        if len(streams) > 1:
            order = np.argsort(self._key, kind="stable")
            self.at, self._key, self._label = self.at[order], self._key[order], self._label[order]
            table = table[order]
            bars = Bars(bars.ts[order], *table.T[2:])
            self._footprints = [self._footprints[i] for i in order.tolist()] if self._footprints else []
        self._labels: list[int] = self._label.tolist() if len(streams) > 1 else []
        self._table = memoryview(table)
        """A record for each candle: one look at a row touches one place in memory."""
        self._bars = bars
        self._tracks: dict[str, Track] = {}
        self._closes: dict[str, tuple[Ints, Floats, Extremes]] = {}
        self._hours: tuple[list[int], list[int]] | None = None

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.at)

    def after(self, at: int, symbol: str) -> int:
        """Number of rows that are delivered up to `at`, of one moment those up to `symbol`."""
        return int(np.searchsorted(self._key, at * len(self.symbols) + self.symbols.index(symbol), "right"))

    @property
    def single(self) -> bool:
        """Whether every symbol has one stream only: its label is then its place among the symbols."""
        return len(self._symbol) == len(self.symbols)

    def first(self, at: int) -> int:
        """The first row that is delivered then or later."""
        return int(self.at.searchsorted(at))

    def hours(self) -> tuple[list[int], list[int]]:
        """The rows with which an hour begins and when they are delivered; at last one that never comes. Found once."""
        if self._hours is None:
            rows = np.flatnonzero(np.diff(self.at // HOUR_MS)) + 1
            self._hours = [0, *rows.tolist(), len(self)], [*self.at[:1].tolist(), *self.at[rows].tolist(), NEVER]
        return self._hours

    def first_close(self, row: int, span: int) -> int:
        """The first row, from one on, that is delivered when bars of this length close, or after that."""
        if row >= len(self.at):
            return row
        return self.first(-(-self.at.item(row) // span) * span)

    def of(self, symbol: str, opened: Ints) -> Ints:
        """Rows of a symbol's bars that opened at these times, all in order; times without a bar are left out."""
        rows, ts = self.lane(symbol).rows, self.closes(symbol)[0]
        places = ts.searchsorted(opened)
        places = places[(places < len(ts)) & (ts[np.minimum(places, len(ts) - 1)] == opened)]
        found: Ints = places if rows is None else rows[places]
        return found

    def _rows(self, symbol: str) -> Ints | None:
        """A symbol's rows; None when there is no other symbol."""
        if len(self.symbols) == 1:
            return None
        rows: Ints = np.flatnonzero(self._label == self.symbols.index(symbol))
        return rows

    def closed(self, row: int) -> int:
        """When a row is delivered."""
        at: int = self.at.item(row)
        return at

    def label(self, row: int) -> int:
        """Whose row it is: the place of its stream among all."""
        return self._labels[row] if self._labels else 0

    def end(self, row: int) -> tuple[int, int, float]:
        """When a row is delivered, when its bar opened, and its last price."""
        at, opened, close = END(self._table, row * SIZE)
        return at, opened, close

    def ends(self, start: int, stop: int) -> Iterator[tuple[int, float]]:
        """Whose each row is, as `label` says it, and its last price."""
        return zip(self._labels[start:stop] or repeat(0), self._bars.close[start:stop].tolist(), strict=False)

    def lane(self, symbol: str) -> Track:
        """A symbol's rows and their extremes, found once."""
        if symbol not in self._tracks:
            bars, rows = self._bars, self._rows(symbol)
            low, high = (bars.low, bars.high) if rows is None else (bars.low[rows], bars.high[rows])
            edges = np.arange(0, len(low), BLOCK)
            self._tracks[symbol] = Track(
                rows,
                np.ascontiguousarray(low),
                np.ascontiguousarray(high),
                np.minimum.reduceat(low, edges).tolist(),
                np.maximum.reduceat(high, edges).tolist(),
            )
        return self._tracks[symbol]

    def closes(self, symbol: str) -> tuple[Ints, Floats, Extremes]:
        """When a symbol's bars opened, their closes, and what whoever looks at them finds of these; found once."""
        if symbol not in self._closes:
            bars, rows = self._bars, self.lane(symbol).rows
            opened, last = (bars.ts, bars.close) if rows is None else (bars.ts[rows], bars.close[rows])
            self._closes[symbol] = opened, last, {}
        return self._closes[symbol]

    def candle(self, row: int) -> CandleClosed:
        """One row as an event."""
        names = self._names
        symbol, timeframe = names[self._labels[row]] if len(names) > 1 else names[0]
        at, opened, first, high, low, last, volume, bought = unpack(self._table, row * SIZE)
        return CandleClosed(
            at,
            symbol,
            timeframe,
            opened,
            first,
            high,
            low,
            last,
            volume,
            None if bought != bought else bought,
            self._footprints[row] if self._footprints else None,
        )

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


def _known(column: Floats) -> list[float | None]:
    """Numbers, None where there is none."""
    values: list[float | None] = column.tolist()
    return [None if value != value else value for value in values] if np.isnan(column).any() else values
