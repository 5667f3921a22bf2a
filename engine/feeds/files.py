"""Files of market data as recordings: candles, a tape of trades, or funding of one symbol."""

from pathlib import Path

import msgspec
import numpy as np

from engine.feeds.columns import Columns, read_columns
from engine.model.errors import BadInput
from engine.model.market import SPAN_MS, Bars, Flags, Floats, Ints, Timeframe


class Candles(msgspec.Struct, frozen=True):
    """Candles of one symbol and timeframe, as they stand in the file: not sorted, dropped or mended."""

    symbol: str
    timeframe: Timeframe
    bars: Bars


class Tape(msgspec.Struct, frozen=True):
    """Trades of one symbol in file order: columns of one length, `at` in UTC ms."""

    symbol: str
    at: Ints
    id: Ints
    price: Floats
    qty: Floats
    taker_sold: Flags


class Funding(msgspec.Struct, frozen=True):
    """Funding settlements of one symbol: time (UTC ms) and rate, positive when longs pay."""

    symbol: str
    at: Ints
    rate: Floats


Recording = Candles | Tape | Funding


def load(spec: str, symbol: str | None = None, timeframe: Timeframe | None = None) -> Recording:
    """Read `FILE` or `SYMBOL=FILE`. Without a symbol in front, `symbol` names it, else the file's name does.

    The timeframe of candles is told by their spacing; `timeframe` says it where there are too few to tell.
    Raises BadInput, one sentence, for whatever is wrong with the file.
    """
    named, path = _named(spec)
    symbol = named or symbol or _symbol_of(path)
    columns = read_columns(path)
    match columns.layout.name:
        case "candles":
            return _candles(symbol, path, columns, timeframe)
        case "trades":
            return Tape(
                symbol,
                columns.ints["ts"],
                columns.ints["id"],
                columns.floats["price"],
                columns.floats["qty"],
                columns.flags["is_buyer_maker"],
            )
        case "funding":
            return _funding(symbol, path, columns)


def timeframe_of(ts: Ints, where: object) -> Timeframe:
    """The timeframe that is the smallest spacing of these opening times; `where` names them in an error."""
    opened = np.unique(ts)
    if len(opened) < 2:
        raise BadInput(f"{where} has one candle; it takes two to tell the timeframe.")
    spacing = int(np.diff(opened).min())
    for timeframe, span in SPAN_MS.items():
        if span == spacing:
            return timeframe
    raise BadInput(f"{where} has candles {spacing:,} ms apart; timeframes are {', '.join(SPAN_MS)}, times in UTC ms.")


def _said(ts: Ints, path: Path, timeframe: Timeframe) -> Timeframe:
    """The timeframe that somebody said these candles have; BadInput when their spacing is another one's."""
    spacing = int(np.diff(np.unique(ts)).min(initial=np.iinfo(np.int64).max))
    for other, span in SPAN_MS.items():
        if other != timeframe and span == spacing:
            raise BadInput(f"{path} has {other} candles, not {timeframe}.")
    return timeframe


def _named(spec: str) -> tuple[str, Path]:
    """Symbol (empty when none is given) and path of a `[SYMBOL=]FILE`."""
    symbol, equals, file = spec.partition("=")
    if not equals or Path(spec).exists():
        return "", Path(spec)
    if not symbol or not file:
        raise BadInput(f"{spec!r} names no file; it takes FILE or SYMBOL=FILE.")
    return symbol, Path(file)


def _symbol_of(path: Path) -> str:
    """The file's name up to its first `-`, or up to its first dot when it has none."""
    name = path.name.partition(".")[0].partition("-")[0]
    if not name:
        raise BadInput(f"{path} names no symbol; write SYMBOL={path}.")
    return name


def _candles(symbol: str, path: Path, columns: Columns, timeframe: Timeframe | None) -> Candles:
    ts = columns.ints["ts"]
    floats = columns.floats
    taker_buy = floats.get("taker_buy")
    bars = Bars(
        ts,
        floats["open"],
        floats["high"],
        floats["low"],
        floats["close"],
        floats["volume"],
        np.full(len(ts), np.nan) if taker_buy is None else taker_buy,
    )
    return Candles(symbol, _said(ts, path, timeframe) if timeframe else timeframe_of(ts, path), bars)


def _funding(symbol: str, path: Path, columns: Columns) -> Funding:
    at, rate = columns.ints["ts"], columns.floats["rate"]
    wrong = np.flatnonzero(~(np.abs(rate) < 1))
    if len(wrong):
        row = wrong[0]
        raise BadInput(f"{path}: rate {row + 1} is {rate[row]}, but it takes a fraction such as 0.0001.")
    if len(np.unique(at)) < len(at):
        raise BadInput(f"{path} settles the same funding time twice.")
    order = np.argsort(at, kind="stable")
    return Funding(symbol, at[order], rate[order])
