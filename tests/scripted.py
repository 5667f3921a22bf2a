"""A market written down by hand, for tests and examples: closes or candles, played back like a recording."""

from collections.abc import Mapping, Sequence

import numpy as np

from engine.feeds.files import Candles
from engine.feeds.replay import ReplaySource
from engine.model.market import SPAN_MS, Bars, Timeframe

START = 1_704_067_200_000
"""2024-01-01 00:00 UTC, a Monday."""

Row = tuple[float, float, float, float, float]
"""Open, high, low, close, volume."""


def walk(closes: Sequence[float], volume: float = 1.0) -> list[Row]:
    """Candles through these closes: each opens at the close before it, the first at its own; no wicks."""
    opens = [closes[0], *closes[:-1]]
    return [(o, max(o, c), min(o, c), c, volume) for o, c in zip(opens, closes, strict=True)]


def bars(rows: Sequence[Row], timeframe: Timeframe = "1m", start: int = START) -> Bars:
    """Rows as columns, one after the other from `start` on; the taker side is unknown."""
    opened = start + SPAN_MS[timeframe] * np.arange(len(rows))
    table = np.array(rows, dtype=np.float64).reshape(len(rows), 5)
    first, high, low, close, volume = (table[:, column] for column in range(5))
    return Bars(opened, first, high, low, close, volume, np.full(len(rows), np.nan))


def scripted(
    market: Mapping[str, Sequence[float] | Sequence[Row]], timeframe: Timeframe = "1m", start: int = START
) -> ReplaySource:
    """A source of one timeframe: for each symbol its closes, or rows of open, high, low, close, volume."""
    recordings = []
    for symbol, script in market.items():
        rows = [row for row in script if isinstance(row, tuple)]
        closes = [close for close in script if not isinstance(close, tuple)]
        recordings.append(Candles(symbol, timeframe, bars(rows or walk(closes), timeframe, start)))
    return ReplaySource(recordings)
