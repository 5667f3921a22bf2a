"""Trades become the minute they traded in: candle, taker side, footprint (strategies.md 4.1, 5.1-5.4)."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Literal

import msgspec

from engine.model.errors import Invariant
from engine.model.market import DAY_MS, MINUTE_MS, Footprint, FootprintRow
from engine.model.messages import CandleClosed
from engine.model.money import ZERO, ceil_to, exact

ROW_SHARE = Decimal("0.0005")
"""A footprint row is at least this share of the session's first price (strategies.md 4.1)."""
HOLES_KEPT = 1_000
"""Runs of missing trade ids remembered, so that a late trade is told from a repeated one."""

Verdict = Literal["counted", "duplicate", "late", "invalid"]
"""What became of a trade. `late`: its minute is closed and now incomplete, to be fetched again."""


class Trade(msgspec.Struct, frozen=True):
    """One print of the tape. `id` rises with the venue's own order; `taker_sold` is `is_buyer_maker`."""

    at: int
    id: int
    price: float
    qty: float
    taker_sold: bool


def row_size(first_open: Decimal, tick: Decimal | None) -> Decimal:
    """Height of a footprint row: the smallest multiple of the tick >= 0.0005 x the session's first open.

    Without a tick every price is a multiple, so the share itself is the height.
    """
    least = first_open * ROW_SHARE
    return least if tick is None else ceil_to(least, tick)


def rows_of(trades: Iterable[Trade], size: Decimal) -> dict[int, list[Decimal]]:
    """Exact volume by row floor(price / size): [taker sold, taker bought]; a boundary starts its row."""
    rows: dict[int, list[Decimal]] = {}
    for trade in trades:
        sides = rows.setdefault(int(exact(trade.price) // size), [ZERO, ZERO])
        sides[not trade.taker_sold] += exact(trade.qty)
    return rows


def footprint(rows: Mapping[int, Sequence[Decimal]], size: Decimal, complete: bool = True) -> Footprint:
    """Rows from the lowest to the highest traded, empty ones too; `price` is a row's lower edge."""
    spanned = range(min(rows), max(rows) + 1)
    return Footprint(
        tuple(FootprintRow(float(k * size), *map(float, rows.get(k, (ZERO, ZERO)))) for k in spanned),
        complete,
    )


def missing(ids: Iterable[int], low: int, high: int) -> list[tuple[int, int]]:
    """Runs (first, last) of numbers in low..high that are not among `ids`."""
    present = sorted({low - 1, high + 1, *(i for i in ids if low <= i <= high)})
    return [(a + 1, b - 1) for a, b in pairwise(present) if b - a > 1]


class MinuteBuilder:
    """Builds one symbol's minutes from its trades.

    Each id counts once; inside an open minute the order of arrival does not matter; a trade of a closed
    minute is refused. A minute is complete when its ids follow without a hole on those of the minute before
    and lead without one to the next trade known, so the first minute of a stream is complete only when
    `after`, the last id before the stream, is given. On a venue whose ids are not `consecutive` holes cannot
    be seen, and every minute but the first counts as complete.
    """

    def __init__(
        self, symbol: str, tick: Decimal | None = None, *, after: int | None = None, consecutive: bool = True
    ) -> None:
        self.symbol = symbol
        self.late = 0
        self.duplicates = 0
        self.invalid = 0
        self._tick = tick
        self._consecutive = consecutive
        self._open: dict[int, dict[int, Trade]] = {}
        self._top = after
        self._bottom: int | None = None if after is None else after + 1
        self._closed = -1
        self._last_price: float | None = None
        self._late_ids: set[int] = set()
        self._holes: deque[tuple[int, int]] = deque(maxlen=HOLES_KEPT)
        self._session = -1
        self._row_size = ZERO

    @property
    def open_minutes(self) -> list[int]:
        """Opening times of the minutes that hold trades and are not closed, oldest first."""
        return sorted(self._open)

    def trade(self, trade: Trade) -> Verdict:
        """Count a trade in its minute, or say why not."""
        if not (0 < trade.price < float("inf") and 0 < trade.qty < float("inf")):
            self.invalid += 1
            return "invalid"
        minute = trade.at - trade.at % MINUTE_MS
        if minute <= self._closed:
            return self._refuse(trade.id)
        trades = self._open.setdefault(minute, {})
        if trade.id in trades:
            self.duplicates += 1
            return "duplicate"
        trades[trade.id] = trade
        return "counted"

    def close(self, minute: int, at: int | None = None) -> CandleClosed | None:
        """Close the minute that opened at `minute` and give its candle, stamped `at` (default: its end).

        A minute without trades is flat at the last price when a later trade proves that none is missing;
        else there is no candle. Minutes close in order; closing one twice or while an older one is open is a
        bug (Invariant).
        """
        if minute <= self._closed or any(opened < minute for opened in self._open):
            raise Invariant(f"{self.symbol}: minute {minute} closed out of order")
        trades = self._open.pop(minute, {})
        holes = self._holes_before(trades)
        complete = self._top is not None and not holes
        self._closed = minute
        stamp = minute + MINUTE_MS if at is None else at
        if trades:
            self._remember(trades, holes or [])
            return self._candle(minute, stamp, [trades[i] for i in sorted(trades)], complete)
        if holes is None or holes or self._last_price is None:
            return None
        flat = self._last_price
        self._enter_session(minute, flat)
        return CandleClosed(stamp, self.symbol, "1m", minute, flat, flat, flat, flat, 0.0, 0.0, Footprint(()))

    def _refuse(self, trade_id: int) -> Verdict:
        """A trade of a closed minute: seen before, or too late."""
        seen = (
            self._top is not None
            and self._bottom is not None
            and self._bottom <= trade_id <= self._top
            and not any(first <= trade_id <= last for first, last in self._holes)
        )
        if trade_id in self._late_ids or (self._consecutive and seen):
            self.duplicates += 1
            return "duplicate"
        self._late_ids.add(trade_id)
        self.late += 1
        return "late"

    def _holes_before(self, trades: Mapping[int, Trade]) -> list[tuple[int, int]] | None:
        """Ids missing up to the next trade known; None when nothing later proves a minute empty."""
        pending = [i for later in self._open.values() for i in later]
        if not trades and (self._top is None or not pending):
            return None
        if not self._consecutive:
            return []
        low = min(trades) if self._top is None else self._top + 1
        high = max([*trades, *([min(pending) - 1] if pending else [])])
        return missing([*trades, *pending, *self._late_ids], low, high)

    def _remember(self, trades: Mapping[int, Trade], holes: list[tuple[int, int]]) -> None:
        """Move the end of what is known; a hole after it is the next minute's too, which then keeps it."""
        top = max(trades) if self._top is None else max(self._top, *trades)
        self._bottom = min(trades) if self._bottom is None else self._bottom
        self._top = top
        self._holes.extend(hole for hole in holes if hole[1] <= top)
        self._late_ids = {i for i in self._late_ids if i > top}

    def _enter_session(self, minute: int, price: float) -> None:
        """The first candle of a UTC day decides the height of the rows."""
        if minute // DAY_MS != self._session:
            self._session = minute // DAY_MS
            self._row_size = row_size(exact(price), self._tick)

    def _candle(self, minute: int, at: int, trades: list[Trade], complete: bool) -> CandleClosed:
        first, last = trades[0], trades[-1]
        self._enter_session(minute, first.price)
        self._last_price = last.price
        rows = rows_of(trades, self._row_size)
        return CandleClosed(
            at,
            self.symbol,
            "1m",
            minute,
            first.price,
            max(trade.price for trade in trades),
            min(trade.price for trade in trades),
            last.price,
            float(sum((sold + bought for sold, bought in rows.values()), ZERO)),
            float(sum((bought for _, bought in rows.values()), ZERO)),
            footprint(rows, self._row_size, complete),
        )
