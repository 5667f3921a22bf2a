"""Made-up candles, funding and trades, seeded by the name of their file."""

import gzip
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import parquet

from engine.model.market import DAY_MS, SPAN_MS, Bars, Timeframe
from tests.auctions import generated
from tests.series import random_bars

COLUMNS = ("ts", "open", "high", "low", "close", "volume")
FUNDING_MS = 8 * 3_600_000
TRADES = 6_000
TICKS = {"LTCUSDT": (83.0, 0.01), "XRPETH": (0.0015, 1e-8)}
"""First price and tick of what trades."""


def write(path: Path) -> None:
    """`SYMBOL-KIND-FIRST-LAST.parquet`, or `SYMBOL-TIMEFRAME-YYYY-MM-DD.csv.gz` in the exchange's own columns."""
    symbol, kind, first, *rest = path.name.partition(".")[0].split("-")
    seed = zlib.crc32(path.name.encode())
    if path.suffix == ".gz":
        _dump(path, _candles("1m", seed, _midnight(first + "".join(rest)), 1))
        return
    start, days = _midnight(first), (_midnight(rest[0]) - _midnight(first)) // DAY_MS + 1
    if kind == "funding":
        table = _funding(seed, start, days)
    elif kind == "trades":
        table = _trades(seed, start, *TICKS[symbol])
    else:
        bars = _candles(cast(Timeframe, kind), seed, start, days)
        table = {name: getattr(bars, name) for name in COLUMNS}
    parquet.write_table(pa.table(table), path)


def _midnight(day: str) -> int:
    return int(datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC).timestamp()) * 1000


def _candles(timeframe: Timeframe, seed: int, start: int, days: int) -> Bars:
    made = generated(seed, days) if timeframe == "1m" else random_bars(seed, days * DAY_MS // SPAN_MS[timeframe])
    times = start + np.arange(len(made), dtype=np.int64) * SPAN_MS[timeframe]
    return msgspec.structs.replace(made, ts=times)


def _funding(seed: int, start: int, days: int) -> dict[str, npt.NDArray[Any]]:
    rng, size = np.random.default_rng(seed), days * DAY_MS // FUNDING_MS
    times = start + FUNDING_MS * np.arange(size, dtype=np.int64) + rng.integers(0, 15, size)
    return {"ts": times, "rate": np.round(rng.normal(1e-4, 1e-4, size), 8)}


def _trades(seed: int, start: int, price: float, tick: float) -> dict[str, npt.NDArray[Any]]:
    """A few hours; now and then a trade was lost and its number is missing."""
    rng = np.random.default_rng(seed)
    return {
        "ts": start + np.cumsum(rng.integers(0, 4_000, TRADES)),
        "price": np.round(price + tick * np.cumsum(rng.integers(-2, 3, TRADES)), 8),
        "qty": np.round(rng.lognormal(0.5, 1.5, TRADES) + 0.001, 3),
        "is_buyer_maker": rng.random(TRADES) < 0.5,
        "id": 1_000 + np.cumsum(1 + (rng.random(TRADES) < 0.002)),
    }


def _dump(path: Path, bars: Bars) -> None:
    """Twelve columns without a heading, as the exchange publishes a day."""
    rows = [
        f"{ts},{o},{h},{low},{c},{v},{ts + SPAN_MS['1m'] - 1},{v * c},{9},{v / 4},{v * c / 4},0"
        for ts, o, h, low, c, v in zip(*(getattr(bars, name).tolist() for name in COLUMNS), strict=True)
    ]
    path.write_bytes(gzip.compress("\n".join(rows).encode()))
