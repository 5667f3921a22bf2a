"""What the cache holds, series by series, and whether it is sound."""

from collections.abc import Iterator

import msgspec

from engine.feeds.cache.folder import Cache, Place
from engine.feeds.cache.gaps import Stretch, count, inner, unsettled
from engine.feeds.cache.sheet import Sheet, read
from engine.feeds.cache.verdicts import SENTENCES, verdicts
from engine.model.errors import Corrupt
from engine.model.market import SPAN_MS


class Extent(msgspec.Struct, frozen=True):
    """What a series covers; times in UTC ms."""

    start: int
    """Opening time of the first candle."""
    end: int
    """Close of the last one."""
    bars: int
    gaps: tuple[Stretch, ...]
    """Stretches without candles between the first and the last one."""
    missing: int
    """Candles that fit into the gaps."""
    unsettled: int
    """Those of them that no exchange has been asked for often enough to call them its own."""


class Survey(msgspec.Struct, frozen=True):
    """A sound stored series; `size` is that of its file in bytes."""

    place: Place
    extent: Extent
    size: int


class Damaged(msgspec.Struct, frozen=True):
    """A stored series that is not what was written, or holds what cannot be true; one sentence says so."""

    place: Place
    sentence: str


def extent(sheet: Sheet) -> Extent:
    """What a series of at least one candle covers."""
    ts, span = sheet.bars.ts, SPAN_MS[sheet.head.timeframe]
    gaps = inner(ts, span)
    open_gaps = list(unsettled(gaps, sheet.head.asked))
    return Extent(int(ts[0]), int(ts[-1]) + span, len(ts), tuple(gaps), count(gaps, span), count(open_gaps, span))


def surveys(cache: Cache) -> Iterator[Survey | Damaged]:
    """Every stored series: its checksum is compared and each of its candles judged (strategies.md 1.1)."""
    for place in cache.places():
        try:
            yield _survey(place, read(place.path))
        except Corrupt as error:
            yield Damaged(place, str(error))


def _survey(place: Place, sheet: Sheet) -> Survey | Damaged:
    head = sheet.head
    if (head.source, head.symbol, head.timeframe) != (place.source, place.symbol, place.timeframe):
        return Damaged(place, f"{place.path} holds {head.symbol} {head.timeframe} of {head.source}: it was renamed.")
    codes = verdicts(sheet.bars, head.timeframe)
    if len(wrong := (codes != "").nonzero()[0]):
        row = int(wrong[0])
        return Damaged(place, f"{place.path}: candle {row + 1} cannot be true, {SENTENCES[str(codes[row])]}.")
    return Survey(place, extent(sheet), place.path.stat().st_size)
