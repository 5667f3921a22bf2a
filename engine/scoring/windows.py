"""The newest bars of one series, in columns."""

import numpy as np

from engine.model.footprint import stacked
from engine.model.market import SPAN_MS, Bars, Floats, Flow, Ints, Timeframe, with_flow
from engine.model.messages import CandleClosed
from engine.model.remembered import Remembered

Table = Floats
"""Six rows of columns: open, high, low, close, volume, taker buy."""
FlowTable = Floats
"""Three rows of columns, those of `Flow`."""


class Window:
    """The newest bars of one series, `keep` of them at least; it knows where the last missing bar was."""

    __slots__ = ("_data", "_flow", "_keep", "_length", "_seen", "_series", "_since", "_span", "_ts")

    def __init__(self, timeframe: Timeframe, keep: int) -> None:
        self._span = SPAN_MS[timeframe]
        self._keep = keep
        self._ts = np.empty(2 * keep, dtype=np.int64)
        self._data = np.empty((6, 2 * keep))
        self._flow: FlowTable | None = None
        """Made when the first footprint or book comes: a market without them has no cost."""
        self._length = 0
        self._since = 0
        """Index of the first bar after the last missing one."""
        self._seen: dict[int, Bars] = {}
        """Bars handed out since the newest one came, by the row of their first: the same to everybody."""
        self._series = Remembered()

    def push(self, candle: CandleClosed) -> None:
        """Append an accepted bar; one from before the newest begins the window anew."""
        self._seen.clear()
        n = self._length
        if n == len(self._ts):
            keep = self._keep
            self._ts[:keep] = self._ts[n - keep : n].copy()
            self._data[:, :keep] = self._data[:, n - keep : n].copy()
            if self._flow is not None:
                self._flow[:, :keep] = self._flow[:, n - keep : n].copy()
            self._since = max(0, self._since - (n - keep))
            n = keep
        if n and candle.open_at <= self._ts[n - 1]:
            n = self._since = 0
            self._series = Remembered()
        elif n and self._ts[n - 1] + self._span != candle.open_at:
            self._since = n
        self._ts[n] = candle.open_at
        taker = np.nan if candle.taker_buy is None else candle.taker_buy
        self._data[:, n] = (candle.open, candle.high, candle.low, candle.close, candle.volume, taker)
        if self._flow is not None or candle.footprint is not None or candle.obi is not None:
            if self._flow is None:
                self._flow = self._unknown()
            self._flow[:, n] = (*stacked(candle.footprint), np.nan if candle.obi is None else candle.obi)
        self._length = n + 1

    @property
    def newest(self) -> int | None:
        """When the newest bar opened; None without bars."""
        return self._ts.item(self._length - 1) if self._length else None

    @property
    def ts(self) -> Ints:
        """Opening times held."""
        return self._ts[: self._length]

    @property
    def data(self) -> Table:
        """Open, high, low, close, volume, taker buy: one row each."""
        return self._data[:, : self._length]

    @property
    def flow(self) -> FlowTable | None:
        """The columns of `Flow`, one row each; None when nothing is known of any bar."""
        return None if self._flow is None else self._flow[:, : self._length]

    @property
    def keep(self) -> int:
        """Bars it holds at least, once they have come."""
        return self._keep

    def widened(self, timeframe: Timeframe, keep: int) -> "Window":
        """A wider one with the bars that this one is sure to hold.

        What it still has beyond them is left out: a desk restored from a picture does not have it either.
        """
        wider = Window(timeframe, keep)
        n = min(self._length, self._keep)
        flow = None if self._flow is None else self._flow[:, self._length - n : self._length]
        wider.fill(self.ts[self._length - n :], self.data[:, self._length - n :], flow)
        return wider

    def _unknown(self) -> FlowTable:
        return np.full((len(Flow.__struct_fields__), 2 * self._keep), np.nan)

    def fill(self, ts: Ints, data: Table, flow: FlowTable | None = None) -> None:
        """Hold these bars (the newest that fit) instead."""
        self._seen.clear()
        self._series = Remembered()
        n = min(len(ts), self._keep)
        self._ts[:n], self._data[:, :n] = ts[len(ts) - n :], data[:, len(ts) - n :]
        self._flow = None if flow is None else self._unknown()
        if self._flow is not None and flow is not None:
            self._flow[:, :n] = flow[:, len(ts) - n :]
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
        start = max(0, start)
        found = self._seen.get(start)
        if found is None:
            n, d = self._length, self._data
            found = Bars(self._ts[start:n], *(d[k, start:n] for k in range(6)))
            if self._flow is not None:
                found = with_flow(found, Flow(*self._flow[:, start:n]))
            self._seen[start] = found.among(self._series)
        return found
