"""From the last frame of a minute sent by the exchange to its CandleClosed out of the feed, 20 symbols at once."""

import asyncio
import sys
import time
from statistics import quantiles

from engine.feeds.exchange import ExchangeFeed, Options
from engine.model.messages import CandleClosed
from tests.e2e.exchange_fixture import CHANNELS, until
from tests.exchange.listings import crowd
from tests.exchange.market import Market
from tests.exchange.server import running

SYMBOLS = 20
MINUTES = 15
BUDGET_S = 0.020


async def test_p95_from_the_last_frame_of_a_minute_to_its_candle_is_within_the_budget() -> None:
    market = Market(crowd(SYMBOLS))
    sent_at = 0.0
    waits: list[float] = []

    async def listen(feed: ExchangeFeed) -> None:
        async for event in feed.events():
            if isinstance(event, CandleClosed):
                waits.append(time.perf_counter() - sent_at)

    async with running(market) as exchange:
        feed = await ExchangeFeed.open(
            "binanceusdm", list(market.books), url=exchange.url, options=Options(clock=lambda: market.now)
        )
        listener = asyncio.create_task(listen(feed))
        await until(lambda: exchange.subscribed(*CHANNELS))
        for minute in range(MINUTES):
            for step in range(10):
                market.move_to(market.now + 5_000)
                _trade_all(market, 100.0 + step)
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)
            sent_at = time.perf_counter()
            _trade_all(market, 101.0)
            market.end_minute()
            await until(lambda expected=(minute + 1) * SYMBOLS: len(waits) == expected)  # type: ignore[misc]
        listener.cancel()
        await asyncio.gather(listener, return_exceptions=True)
    p95 = quantiles(waits, n=20)[-1]
    sys.stdout.write(
        f"\nlast frame to candle, {SYMBOLS} symbols: p95 {p95 * 1000:.1f} ms, at most {max(waits) * 1000:.1f} ms\n"
    )
    assert p95 <= BUDGET_S


def _trade_all(market: Market, price: float) -> None:
    for symbol in market.books:
        market.trade(symbol, price, 0.5)
        market.quote(symbol, price - 0.1, price + 0.1)
