"""Files of candles taken into the cache: read whole, judged whole, stored only when all of them are sound."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
import numpy as np

from engine.feeds.cache.folder import Cache
from engine.feeds.cache.sheet import Head, Sheet
from engine.feeds.cache.union import EMPTY, differing, taken, union
from engine.feeds.cache.verdicts import SENTENCES, verdicts
from engine.feeds.files import Candles, load
from engine.model.errors import BadInput
from engine.model.market import TIMEFRAMES, Bars, Flags, Timeframe
from engine.venues.clients import check_exchange

FILES = "files"
"""Source of candles that nobody said the exchange of."""
SYMBOL = re.compile(r"[A-Za-z0-9][A-Za-z0-9/:._-]{0,63}", re.ASCII)


class Taken(msgspec.Struct, frozen=True):
    """What an import came to for one series."""

    sheet: Sheet
    added: int
    changed: int
    """Candles that were there with other numbers; those of the files stand now."""


def take_in(
    cache: Cache,
    files: Sequence[str],
    symbol: str | None = None,
    timeframe: str | None = None,
    exchange: str | None = None,
) -> list[Taken]:
    """Store the candles of `[SYMBOL=]FILE`s; of two files the later one counts. BadInput stores nothing."""
    source = FILES if exchange is None else check_exchange(exchange)
    wanted = next((each for each in TIMEFRAMES if each == timeframe), None)
    if timeframe is not None and wanted is None:
        raise BadInput(f"There is no timeframe {timeframe!r}; there are {', '.join(TIMEFRAMES)}.")
    series: dict[tuple[str, Timeframe], list[Bars]] = {}
    for file in files:
        found = _candles(file, symbol, wanted)
        series.setdefault((found.symbol, found.timeframe), []).append(sound(found, file))
    with cache.writing(source):
        done = [_joined(cache, Head(source, *key), union(parts)) for key, parts in series.items()]
        for each in done:
            cache.put(each.sheet)
    return done


def sound(candles: Candles, file: str) -> Bars:
    """The candles in order of time, each once; BadInput names the first row that cannot be true (strategies.md 1.1).

    Order does not matter and a row that is there twice counts once; two that contradict each other do not pass.
    """
    order = np.argsort(candles.bars.ts, kind="stable")
    bars = taken(candles.bars, order)
    codes = verdicts(bars, candles.timeframe)
    wrong = np.flatnonzero((codes != "") & ((codes != "duplicate") | ~_repeated(bars)))
    if len(wrong):
        row = int(order[wrong].min())
        code = str(codes[wrong[order[wrong].argmin()]])
        opened = datetime.fromtimestamp(int(candles.bars.ts[row]) / 1000, UTC).isoformat(timespec="seconds")
        said = "it contradicts another of this time" if code == "duplicate" else SENTENCES[code]
        raise BadInput(f"{file}: candle {row + 1} ({opened}) cannot be used, {said}; nothing is stored.")
    return taken(bars, codes == "")


def _candles(file: str, symbol: str | None, timeframe: Timeframe | None) -> Candles:
    found = load(file, symbol, timeframe)
    if not isinstance(found, Candles):
        raise BadInput(f"{file} holds {type(found).__name__.lower()}, but what is stored is candles.")
    if not SYMBOL.fullmatch(found.symbol):
        raise BadInput(f"{found.symbol[:64]!a} is no symbol; write SYMBOL={file} with one such as BTCUSDT.")
    return found


def _repeated(bars: Bars) -> Flags:
    """Whether each row has the numbers of the row before."""
    same = np.zeros(len(bars), np.bool_)
    same[1:] = True
    for name in Bars.__struct_fields__:
        column = getattr(bars, name)
        same[1:] &= (column[1:] == column[:-1]) | (np.isnan(column[1:]) & np.isnan(column[:-1]))
    return same


def _joined(cache: Cache, head: Head, given: Bars) -> Taken:
    """The stored series with the given candles in it."""
    held = cache.get(cache.place(head.source, head.symbol, head.timeframe)) or Sheet(head, EMPTY)
    bars = union((held.bars, given))
    return Taken(Sheet(held.head, bars), len(bars) - len(held.bars), len(differing(held.bars, given)))
