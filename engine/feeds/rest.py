"""Candles and the clock over REST, one request after the other."""

from collections.abc import Awaitable, Callable
from functools import partial

from engine.model.market import DAY_MS, MINUTE_MS
from engine.model.messages import CandleClosed
from engine.venues.api import PublicApi
from engine.venues.failures import VenueFailure, venue_failures
from engine.venues.klines import Kline, kline

PAGE = 1_000
"""Rows asked for at once; an exchange that gives fewer is asked again."""
LONGEST_MS = 200 * DAY_MS
"""Time asked for at once where an exchange refuses more: binance for its inverse contracts."""


class Rest:
    """One exchange's REST as far as candles go. After a rate limit answer nothing is sent before its time is up."""

    def __init__(self, api: PublicApi, clock: Callable[[], int], monotonic: Callable[[], float]) -> None:
        self._api = api
        self._clock = clock
        self._monotonic = monotonic
        self._silent_until = 0.0
        self._ahead_ms = 0

    def now(self) -> int:
        """The exchange's clock, as far as it is known."""
        return self._clock() + self._ahead_ms

    async def ask[T](self, what: str, call: Callable[[], Awaitable[T]]) -> T:
        """One request; VenueFailure when it fails or when the exchange has asked to be left alone."""
        wait = self._silent_until - self._monotonic()
        if wait > 0:
            raise VenueFailure(f"{what}: {self._api.id} asked for a pause of {wait:.0f} s", wait)
        try:
            with venue_failures(what):
                return await call()
        except VenueFailure as failure:
            if (pause := self._pause(failure)) is not None:
                self._silent_until = self._monotonic() + pause
                raise VenueFailure(str(failure), pause) from failure
            raise

    def _pause(self, failure: VenueFailure) -> float | None:
        """Seconds of silence asked for; the headers are those of the answer that has just been refused."""
        if failure.retry_after is None:
            return None
        for name, value in (self._api.last_response_headers or {}).items():
            if name.lower() == "retry-after" and value.strip().isdigit():
                return float(value)
        return failure.retry_after

    async def set_clock(self) -> None:
        """Learn how far the exchange's clock is ahead."""
        if self._api.has.get("fetchTime"):
            asked = self._clock()
            theirs = await self.ask("time", self._api.fetch_time)
            self._ahead_ms = theirs - (asked + self._clock()) // 2

    async def minutes(self, symbol: str, since: int, limit: int) -> list[Kline]:
        """Up to `limit` 1m rows that opened at or after `since`, oldest first, the forming one too."""
        rows = await self.ask(
            f"candles of {symbol}", lambda: self._api.fetch_ohlcv(symbol, "1m", since, min(limit, PAGE))
        )
        return [found for row in rows if (found := kline(row)) is not None and found.open_at >= since]

    async def closed(self, symbol: str, since: int, until: int) -> list[CandleClosed]:
        """One page of closed minutes that opened in since..until-1; empty when there are no more."""
        rows = await self.minutes(symbol, since, (until - since) // MINUTE_MS + 1)
        return [_closed(symbol, row) for row in rows if row.open_at < until]

    async def days(self, symbol: str, count: int) -> list[tuple[int, float]]:
        """The newest closed UTC days, oldest first: when each ended, and its last price."""
        now = self.now()
        today = now - now % DAY_MS
        cursor, found = today - count * DAY_MS, list[tuple[int, float]]()
        while cursor < today:
            ask = partial(self._api.fetch_ohlcv, symbol, "1d", cursor, min(today - cursor, LONGEST_MS) // DAY_MS)
            rows = [day for row in await self.ask(f"days of {symbol}", ask) if (day := kline(row)) is not None]
            days = [(day.open_at + DAY_MS, day.close) for day in rows if cursor <= day.open_at < today]
            cursor = days[-1][0] if days else cursor + LONGEST_MS
            found += days
        return found


def _closed(symbol: str, row: Kline) -> CandleClosed:
    """A minute of the past, stamped with its close."""
    return CandleClosed(
        row.open_at + MINUTE_MS,
        symbol,
        "1m",
        row.open_at,
        row.open,
        row.high,
        row.low,
        row.close,
        row.volume,
        row.taker_buy,
        backfilled=True,
    )
