"""Candles for tests: the example series of the design, a random market, recorded files."""

from pathlib import Path

import numpy as np

from engine.model.market import SPAN_MS, Bars, Floats, Timeframe

START = 1_700_006_400_000
"""2023-11-15 00:00 UTC."""


def bars_of(close: Floats, timeframe: Timeframe = "5m", **columns: Floats) -> Bars:
    """Bars from closes; what is not given: open, high and low equal to the close, volume 100, taker_buy
    unknown."""
    size = len(close)
    rest = {"open": close, "high": close, "low": close, "volume": np.full(size, 100.0)}
    rest |= {"taker_buy": np.full(size, np.nan)} | columns
    return Bars(ts=START + np.arange(size, dtype=np.int64) * SPAN_MS[timeframe], close=close, **rest)


def e60() -> Bars:
    """The 60 bars of 5 minutes on which the printed examples are computed."""
    i = np.arange(60)
    wave = 10 - np.abs((i + 10) % 40 - 20)
    noise = (5 * i**2 + i) % 11 - 5
    close = np.round(1600 + 0.8 * wave + 0.5 * noise, 1)
    opened = np.concatenate([close[:1], close[:-1]])
    volume = 100.0 + (37 * i**2 % 89) + 90 * (np.round(np.abs(close - opened), 1) > 1.5)
    return bars_of(
        close,
        open=opened,
        high=np.round(np.maximum(opened, close) + 0.2 * ((5 * i) % 7), 1),
        low=np.round(np.minimum(opened, close) - 0.2 * ((3 * i) % 5), 1),
        volume=volume,
        taker_buy=volume * (10 + np.sign(close - opened) * ((7 * i) % 5)) / 20,
    )


def random_bars(seed: int, size: int, timeframe: Timeframe = "5m", tick: float = 0.1) -> Bars:
    """A random walk on ticks with calm, wild and dead stretches, so that every rule finds work and every trap
    is met."""
    rng = np.random.default_rng(seed)
    pace = np.repeat(rng.choice([0.0, 0.5, 2.0, 12.0], size // 25 + 1), 25)[:size]
    close = np.maximum(400 + np.cumsum(np.round(rng.normal(0.0, 1.0, size) * pace)), 20)
    opened = np.concatenate([close[:1], close[:-1]])
    high = np.maximum(opened, close) + rng.integers(0, 4, size) * (pace > 0)
    low = np.minimum(opened, close) - rng.integers(0, 4, size) * (pace > 0)
    volume = np.round(rng.lognormal(3.0, 1.0, size) * (pace > 0), 3)
    opened, high, low, close = (np.round(column * tick, 8) for column in (opened, high, low, close))
    return bars_of(close, timeframe, open=opened, high=high, low=low, volume=volume, taker_buy=volume / 2)


def read_bars(path: Path, rows: int) -> Bars:
    """The first rows of a recorded candle file."""
    from pyarrow import parquet

    table = parquet.read_table(path).slice(0, rows)
    columns = {name: table[name].to_numpy() for name in ("ts", "open", "high", "low", "close", "volume")}
    return Bars(**columns, taker_buy=np.full(len(table), np.nan))
