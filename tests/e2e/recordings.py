"""Stand-ins for recorded markets: minutes of the simulated one, written down as files."""

from collections.abc import Sequence
from pathlib import Path

from engine.feeds.synthetic import SyntheticSource
from engine.model.messages import CandleClosed

COLUMNS = ("ts", "open", "high", "low", "close", "volume", "taker_buy")
Row = tuple[int, float, float, float, float, float, float]


def minutes(seed: int, symbols: Sequence[str], count: int) -> dict[str, list[Row]]:
    """So many minutes of each symbol."""
    rows: dict[str, list[Row]] = {symbol: [] for symbol in symbols}
    for e in SyntheticSource(seed, symbols).events():
        if isinstance(e, CandleClosed):
            if len(rows[e.symbol]) == count:
                break
            rows[e.symbol].append((e.open_at, e.open, e.high, e.low, e.close, e.volume, e.taker_buy or 0.0))
    return rows


def as_csv(folder: Path, symbol: str, rows: Sequence[Row]) -> Path:
    """A file of candles with a heading."""
    path = folder / f"{symbol}-1m.csv"
    path.write_text("\n".join([",".join(COLUMNS), *(",".join(map(repr, row)) for row in rows)]) + "\n")
    return path


def as_parquet(folder: Path, symbol: str, rows: Sequence[Row]) -> Path:
    """The same as Parquet."""
    import pyarrow
    import pyarrow.parquet

    path = folder / f"{symbol}-1m.parquet"
    columns = [list(column) for column in zip(*rows, strict=True)]
    pyarrow.parquet.write_table(pyarrow.table(dict(zip(COLUMNS, columns, strict=True))), path)
    return path
