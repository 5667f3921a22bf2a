"""A series while it is being filled: what it lacks, what has come of it, what was asked for in vain."""

from collections import Counter
from collections.abc import Sequence

import msgspec
import numpy as np

from engine.feeds.cache.gaps import Stretch, count, lacking, noted, unsettled
from engine.feeds.cache.pages import Page
from engine.feeds.cache.sheet import Sheet
from engine.feeds.cache.union import taken, union
from engine.feeds.cache.verdicts import verdicts
from engine.model.market import SPAN_MS, Bars
from engine.venues.klines import Kline


class Filling:
    """One download's work on one series: what it has stays as it is, rows that cannot be true are left out."""

    def __init__(self, sheet: Sheet, stretch: Stretch, *, again: bool = False) -> None:
        self.sheet = sheet
        self._span = SPAN_MS[sheet.head.timeframe]
        missing = lacking(sheet.bars.ts, self._span, stretch.start, stretch.stop)
        self._before = sheet.head.asked
        self.wanted = missing if again else list(unsettled(missing, self._before))
        """Stretches worth asking for, in order."""
        self.total = count(self.wanted, self._span)
        """Candles that fit into them."""
        self.fetched = 0
        self.refused: Counter[str] = Counter()
        self._starts = np.array([each.start for each in self.wanted], np.int64)
        self._lengths = np.array([each.stop - each.start for each in self.wanted], np.int64)
        self._stretch = stretch
        self._cursor = stretch.start
        self._rows: list[Kline] = []

    @property
    def done(self) -> int:
        """Candles of the wanted stretches that have come, or have been asked for in vain."""
        return int(np.clip(self._cursor - self._starts, 0, self._lengths).sum()) // self._span

    def take(self, page: Page) -> None:
        """The next page: everything up to its end has been asked for."""
        self._rows.extend(page.rows)
        self._cursor = page.until

    def end(self) -> None:
        """Nothing more is worth asking for."""
        self._cursor = self._stretch.stop

    def settle(self) -> bool:
        """Bring `sheet` up to date; False when nothing in it changed."""
        rows, self._rows = self._rows, []
        given = _bars(rows)
        codes = verdicts(given, self.sheet.head.timeframe)
        self.refused.update(codes[codes != ""].tolist())
        held = self.sheet.bars
        bars = union((taken(given, codes == ""), held))
        self.fetched += len(bars) - len(held)
        asked = self._before
        known = min(self._cursor, int(bars.ts[-1]) + self._span) if len(bars) else self._stretch.start
        if known > self._stretch.start:
            asked = noted(asked, self._stretch.start, known)
        changed = len(bars) > len(held) or (len(bars) > 0 and asked != self.sheet.head.asked)
        self.sheet = Sheet(msgspec.structs.replace(self.sheet.head, asked=asked), bars)
        return changed


def _bars(rows: Sequence[Kline]) -> Bars:
    """Rows as columns; an unknown taker side is NaN."""
    columns = ("open", "high", "low", "close", "volume", "taker_buy")
    return Bars(
        np.array([row.open_at for row in rows], np.int64),
        *(np.array([getattr(row, name) for row in rows], np.float64) for name in columns),
    )
