"""Exchanges that give only a window of time, which may be empty: years before a listing, pauses."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from engine.feeds.cache.gaps import Stretch
from engine.feeds.cache.pages import Pages
from engine.feeds.rest import Rest
from engine.model.market import DAY_MS, MINUTE_MS
from engine.supervise import Backoff, Link, Supervisor
from engine.venues.api import Market, PublicApi

MARKET = cast(Market, {"symbol": "BTC/USDT", "spot": True, "swap": False, "linear": None, "inverse": None})


@dataclass
class Windowed:
    """Gives the candles that opened within `limit` candles from `since` on, at most 300 of them."""

    listed: int
    asked: list[tuple[str, int]] = field(default_factory=list)
    timeframes: tuple[str, ...] = ("1m", "1d")
    features: object = field(default_factory=lambda: {"spot": {"fetchOHLCV": {"limit": 300}}})

    async def fetch_ohlcv(self, symbol: str, timeframe: str, since: int, limit: int) -> Sequence[Sequence[float]]:
        self.asked.append((timeframe, since))
        span = MINUTE_MS if timeframe == "1m" else DAY_MS
        first, stop = -(-since // span) * span, since + min(limit, 300) * span
        return [[at, 1.0, 1.0, 1.0, 1.0, 1.0] for at in range(first, stop, span) if at + span > self.listed]


async def _nothing(seconds: float) -> None:
    raise AssertionError("nothing to wait for")


async def fetched(exchange: Windowed, wanted: Stretch) -> list[int]:
    api = cast(PublicApi, exchange)
    link = Supervisor(Link("x", lambda event: None, lambda: 0), Backoff(), _nothing)
    pages = Pages(api, Rest(api, lambda: 0, lambda: 0.0), link, MARKET, "1m")
    times: list[int] = []
    untils = [wanted.start]
    async for page in pages.of(wanted):
        times += [row.open_at for row in page.rows]
        untils.append(page.until)
    assert untils == sorted(set(untils))
    assert untils[-1] == wanted.stop
    return times


async def test_years_before_a_listing_cost_a_request_for_each_300_days() -> None:
    listed = 700 * DAY_MS + 90 * MINUTE_MS
    exchange = Windowed(listed)
    times = await fetched(exchange, Stretch(0, 701 * DAY_MS))
    assert times == list(range(listed, 701 * DAY_MS, MINUTE_MS))
    before = [timeframe for timeframe, since in exchange.asked if since < 700 * DAY_MS]
    assert before == ["1m", "1d", "1d", "1d"]


async def test_nothing_at_all_ends_at_the_end() -> None:
    exchange = Windowed(10**15)
    assert await fetched(exchange, Stretch(0, 1_000 * DAY_MS)) == []
    assert len(exchange.asked) == 5


async def test_a_page_asks_for_one_candle_less_than_the_exchange_gives() -> None:
    exchange = Windowed(0)
    times = await fetched(exchange, Stretch(0, 600 * MINUTE_MS))
    assert times == list(range(0, 600 * MINUTE_MS, MINUTE_MS))
    assert [since // MINUTE_MS for _, since in exchange.asked] == [0, 299, 598]
