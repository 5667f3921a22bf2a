"""Minutes with a taker side, recorded or generated, and all the timeframes made of them."""

from pathlib import Path

import msgspec
import numpy as np

from engine.model.market import SPAN_MS, Bars, BarsByTimeframe, Timeframe
from strategies.base import frame
from tests.series import bars_of, read_bars

RULES = {"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum", "taker_buy": "sum"}
FILE = "usdm/SOLUSDT-1m-20250504-20250602.parquet"
"""A month of minutes."""


def generated(seed: int, days: int) -> Bars:
    """A market of minutes on ticks of 0.1 from 00:00 UTC, with drifting and calm hours, and takers who lean with it."""
    rng = np.random.default_rng(seed)
    size = days * 1_440
    pace = np.repeat(rng.choice([0.3, 1.0, 4.0], size // 60), 60)
    drift = np.repeat(rng.normal(0.0, 0.15, size // 240), 240)
    close = 4_000 + np.cumsum(np.round((rng.normal(0.0, 1.0, size) + drift) * pace))
    opened = np.concatenate([close[:1], close[:-1]])
    high = np.maximum(opened, close) + rng.integers(0, 4, size)
    low = np.minimum(opened, close) - rng.integers(0, 4, size)
    volume = np.round(rng.lognormal(3.0, 0.8, size) * pace, 3) * (rng.random(size) > 0.02)
    opened, high, low, close = (np.round(column * 0.1, 1) for column in (opened, high, low, close))
    made = bars_of(close, "1m", open=opened, high=high, low=low, volume=volume)
    return with_takers(made, seed)


def with_takers(minutes: Bars, seed: int) -> Bars:
    """The same with a taker side: buyers where the price rose, more or less."""
    rng = np.random.default_rng(seed)
    size = len(minutes)
    lean = 0.5 + 0.35 * np.sign(minutes.close - minutes.open) * rng.random(size) + 0.1 * rng.normal(size=size)
    return msgspec.structs.replace(minutes, taker_buy=minutes.volume * np.clip(lean, 0.0, 1.0))


def recorded_minutes(path: Path, days: int) -> Bars:
    """The first days of a file of minutes; the taker side is made up."""
    return with_takers(read_bars(path, days * 1_440), 5)


def gathered(minutes: Bars, timeframe: Timeframe) -> Bars:
    """Complete bars of a longer timeframe, by pandas."""
    table = frame(minutes)
    groups = table.groupby(minutes.ts // SPAN_MS[timeframe])
    bars = groups.agg(RULES)[groups.size() == SPAN_MS[timeframe] // SPAN_MS["1m"]]
    return Bars(
        np.array(bars.index, np.int64) * SPAN_MS[timeframe],
        *(bars[name].to_numpy(float) for name in RULES),
    )


def every_timeframe(minutes: Bars) -> BarsByTimeframe:
    """What the playbook reads, the bars of five minutes first."""
    longer: dict[Timeframe, Bars] = {name: gathered(minutes, name) for name in ("5m", "1h", "4h", "1d")}
    return {"5m": longer["5m"], "1m": minutes, "1h": longer["1h"], "4h": longer["4h"], "1d": longer["1d"]}


def closed_by(bars: BarsByTimeframe, at: int) -> BarsByTimeframe:
    """The same as it stood at a time: bars that closed by then, of which nothing is known yet."""
    return {
        name: unknown(some.slice(0, int(np.searchsorted(some.ts, at - SPAN_MS[name], "right"))))
        for name, some in bars.items()
    }


def unknown(bars: Bars) -> Bars:
    """The same bars; what was worked out of their series is forgotten."""
    return msgspec.structs.replace(bars)
