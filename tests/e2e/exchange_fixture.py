"""A feed of unmodified ccxt on the emulated exchange, whose market time a test moves by hand."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from engine.feeds.exchange import ExchangeFeed, Options
from engine.model.messages import CandleClosed, Event, LinkDown, LinkUp
from engine.supervise import Backoff
from tests.exchange.server import Exchange

CHANNELS = ("kline_1m", "trade", "bookTicker", "depth@500ms")
QUICK = Backoff(0.05, 0.2, lambda: 0.5)


class Listener:
    """What a running feed has given so far."""

    def __init__(self, feed: ExchangeFeed, history: Sequence[CandleClosed]) -> None:
        self.feed = feed
        self.history = history
        self.events: list[Event] = []

    def candles(self, symbol: str = "BTC/USDT:USDT") -> list[CandleClosed]:
        return [e for e in self.events if isinstance(e, CandleClosed) and e.symbol == symbol]

    def downs(self, link: str = "feed") -> list[LinkDown]:
        return [e for e in self.events if isinstance(e, LinkDown) and e.link == link]

    def ups(self, link: str = "feed") -> list[LinkUp]:
        return [e for e in self.events if isinstance(e, LinkUp) and e.link == link]

    async def listen(self) -> None:
        async for event in self.feed.events():
            self.events.append(event)


async def until(condition: Callable[[], bool], seconds: float = 15.0) -> None:
    """Wait for something to become true; the test fails when it does not."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come true"
        await asyncio.sleep(0.01)


@asynccontextmanager
async def listening(
    exchange: Exchange,
    symbols: Sequence[str] = ("BTC/USDT:USDT",),
    history_minutes: int = 5,
    hurry: float = 1.0,
    progress: Callable[[str, int, int], None] | None = None,
    longest_wait: float = 60.0,
) -> AsyncIterator[Listener]:
    """A feed that is subscribed to everything; its patience runs `hurry` times as fast as the wall."""
    market = exchange.market
    options = Options(
        history_minutes=history_minutes,
        progress=progress,
        clock=lambda: market.now,
        monotonic=lambda: time.monotonic() * hurry,
        sleep=lambda seconds: asyncio.sleep(min(seconds, longest_wait)),
        backoff=QUICK,
    )
    coin = any(book.contract.worth for book in market.books.values())
    venue = "binancecoinm" if coin else "binanceusdm"
    feed = await ExchangeFeed.open(venue, symbols, url=exchange.url, options=options)
    listener = Listener(feed, await feed.history())
    task = asyncio.create_task(listener.listen())
    try:
        await until(lambda: task.done() or exchange.subscribed(*CHANNELS))
        await asyncio.sleep(0.3)  # the clocks are compared after the dials; time must not jump meanwhile
        yield listener
    finally:
        task.cancel()
        ended = await asyncio.gather(task, return_exceptions=True)
        assert isinstance(ended[0], asyncio.CancelledError), ended
