"""The newest bars of one series, in columns."""

import numpy as np

from engine.model.market import SPAN_MS, Bars, Floats, Ints, Timeframe
from engine.model.messages import CandleClosed

Table = Floats
"""Six rows of columns: open, high, low, close, volume, taker buy."""


class Window:
    """The newest bars of one series, `keep` of them at least; it knows where the last missing bar was."""

    __slots__ = ("_data", "_keep", "_length", "_since", "_span", "_ts")

    def __init__(self, timeframe: Timeframe, keep: int) -> None:
        self._span = SPAN_MS[timeframe]
        self._keep = keep
        self._ts = np.empty(2 * keep, dtype=np.int64)
        self._data = np.empty((6, 2 * keep))
        self._length = 0
        self._since = 0
        """Index of the first bar after the last missing one."""

    def push(self, candle: CandleClosed) -> None:
        """Append an accepted bar; one from before the newest begins the window anew."""
        n = self._length
        if n == len(self._ts):
            keep = self._keep
            self._ts[:keep] = self._ts[n - keep : n].copy()
            self._data[:, :keep] = self._data[:, n - keep : n].copy()
            self._since = max(0, self._since - (n - keep))
            n = keep
        if n and candle.open_at <= self._ts[n - 1]:
            n = self._since = 0
        elif n and self._ts[n - 1] + self._span != candle.open_at:
            self._since = n
        self._ts[n] = candle.open_at
        taker = np.nan if candle.taker_buy is None else candle.taker_buy
        self._data[:, n] = (candle.open, candle.high, candle.low, candle.close, candle.volume, taker)
        self._length = n + 1

    @property
    def ts(self) -> Ints:
        """Opening times held."""
        return self._ts[: self._length]

    @property
    def data(self) -> Table:
        """Open, high, low, close, volume, taker buy: one row each."""
        return self._data[:, : self._length]

    def fill(self, ts: Ints, data: Table) -> None:
        """Hold these bars (the newest that fit) instead."""
        n = min(len(ts), self._keep)
        self._ts[:n], self._data[:, :n] = ts[len(ts) - n :], data[:, len(ts) - n :]
        self._length = n
        breaks = np.flatnonzero(np.diff(self._ts[:n]) != self._span)
        self._since = int(breaks[-1]) + 1 if len(breaks) else 0

    def unbroken(self, since: int) -> Bars | None:
        """Bars that opened then or later, and after the last missing one (strategies.md 1.4); None without bars."""
        n = self._length
        if not n:
            return None
        return self._bars(max(self._since, n - 1 - (int(self._ts[n - 1]) - since) // self._span))

    def every(self, since: int) -> Bars:
        """Bars that opened then or later, with whatever is missing between them."""
        return self._bars(int(self._ts[: self._length].searchsorted(since)))

    def _bars(self, start: int) -> Bars:
        n, d = self._length, self._data
        start = max(0, start)
        return Bars(self._ts[start:n], *(d[k, start:n] for k in range(6)))
