"""Candles of one market over REST, page by page, at the pace that the exchange sets."""

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

import msgspec

from engine.feeds.cache.gaps import Stretch
from engine.feeds.rest import LONGEST_MS, PAGE, Rest
from engine.model.market import DAY_MS, SPAN_MS, Timeframe
from engine.supervise import Supervisor
from engine.venues.api import Market, PublicApi
from engine.venues.klines import Kline, kline

TRIES = 8
"""Failures in a row after which a download gives up; with their waits they are about a minute."""


class Page(msgspec.Struct, frozen=True):
    """Rows that opened before `until`, oldest first; whatever they leave out before it, the exchange left out."""

    rows: tuple[Kline, ...]
    until: int


class Pages:
    """Asks for the candles of one market. What fails is asked again; VenueFailure after TRIES failures in a row."""

    def __init__(self, api: PublicApi, rest: Rest, link: Supervisor, market: Market, timeframe: Timeframe) -> None:
        self.span = SPAN_MS[timeframe]
        self.rows, self._days = rows_at_once(api, market, self.span), rows_at_once(api, market, DAY_MS)
        self._api = api
        self._rest = rest
        self._link = link
        self._symbol = market["symbol"]
        self._timeframe = timeframe

    async def of(self, wanted: Stretch) -> AsyncIterator[Page]:
        """The pages of a stretch (on the grid), in order; the last one's `until` is the end of the stretch."""
        cursor = wanted.start
        while cursor < wanted.stop:
            limit = min(self.rows, (wanted.stop - cursor) // self.span)
            rows = await self._ask(self._timeframe, cursor, limit)
            until = rows[-1].open_at + self.span if rows else await self._after_nothing(cursor, wanted.stop)
            cursor = min(until - until % self.span, wanted.stop)
            yield Page(tuple(row for row in rows if row.open_at < cursor), cursor)

    async def _ask(self, timeframe: Timeframe, since: int, limit: int) -> list[Kline]:
        """One request: rows that opened at or after `since`, the forming one too."""
        call: Callable[[], Awaitable[list[Kline]]] = partial(self._once, timeframe, since, limit)
        return await self._link.insist(call, TRIES)

    async def _once(self, timeframe: Timeframe, since: int, limit: int) -> list[Kline]:
        rows = await self._rest.ask(
            f"candles of {self._symbol}", lambda: self._api.fetch_ohlcv(self._symbol, timeframe, since, limit)
        )
        found = [each for row in rows if (each := kline(row)) is not None and each.open_at >= since]
        return sorted(found, key=lambda each: each.open_at)

    async def _after_nothing(self, since: int, stop: int) -> int:
        """Where to go on after an empty page: days are asked for, so that years before a listing cost few requests."""
        beyond = since + self.rows * self.span
        day = beyond - beyond % DAY_MS
        while beyond < stop and self.span < DAY_MS and "1d" in (self._api.timeframes or {}):
            days = await self._ask("1d", day, self._days)
            if days:
                return max(beyond, days[0].open_at)
            day += self._days * DAY_MS
            beyond = max(beyond, day)
        return beyond


def rows_at_once(api: PublicApi, market: Market, span: int) -> int:
    """Candles of a span to ask for in one request: one less than what ccxt knows the exchange to give, at most PAGE.

    One less because binance charges a request by its limit, and more than twice as much from 500 on.
    """
    offered: object = getattr(api, "features", None)
    side = "linear" if market["linear"] else "inverse"
    for name in ("spot" if market["spot"] else "swap" if market["swap"] else "future", side, "fetchOHLCV", "limit"):
        if isinstance(offered, dict) and (name != side or side in offered):
            offered = offered.get(name)
    rows = min(PAGE, offered if isinstance(offered, int) else PAGE) - 1
    return min(rows, LONGEST_MS // span) if market["inverse"] else rows
