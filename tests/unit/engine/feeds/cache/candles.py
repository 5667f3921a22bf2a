"""Candles for the tests of the cache."""

import numpy as np

from engine.feeds.cache.sheet import Head, Sheet
from engine.model.market import MINUTE_MS, Bars

START = 1_735_689_600_000
"""2025-01-01 00:00 UTC."""


def minutes(*places: int, price: float = 100.0) -> Bars:
    """Sound minutes so many minutes after START; each has prices of its own."""
    n = np.array(places, np.float64)
    close = np.array([price + place % 10 for place in places], np.float64)
    ts = np.array([START + place * MINUTE_MS for place in places], np.int64)
    return Bars(ts, close - 1.0, close + 2.0, close - 3.0, close, n + 1.0, n / 2.0)


def sheet(*places: int, source: str = "files", symbol: str = "BTCUSDT") -> Sheet:
    """A series of such minutes."""
    return Sheet(Head(source, symbol, "1m"), minutes(*places))


def columns(bars: Bars) -> list[list[float]]:
    """All columns as lists; NaN as -1, which no column holds."""
    return [np.nan_to_num(getattr(bars, name).astype(float), nan=-1.0).tolist() for name in Bars.__struct_fields__]
