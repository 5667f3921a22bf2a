"""What every source of market data keeps, whatever is behind it."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from itertools import islice
from typing import cast

import numpy as np
import pytest

from engine.feeds.exchange import ExchangeFeed, Options
from engine.feeds.files import Candles, Funding, Tape
from engine.feeds.paced import PacedFeed
from engine.feeds.replay import ReplaySource
from engine.feeds.synthetic import SyntheticSource
from engine.model.market import MINUTE_MS, SPAN_MS
from engine.model.messages import CandleClosed, Event, FundingSettled, MarketEvent, Quote, Timer
from engine.ports import Feed, Source
from tests.exchange.market import Frame
from tests.exchange.server import running
from tests.exchange.tour import drive, market_of
from tests.scripted import START, bars, scripted, walk
from tests.stand_in import Recorded

SOME = 2_000
"""Events looked at: a source need not end."""


def _replay() -> Source:
    closes = [100 + 3 * np.sin(i / 9) for i in range(600)]
    funding = Funding("B", START + 3_600_000 * np.arange(1, 9) + 3, np.full(8, 0.0001))
    minutes = Candles("B", "1m", bars(walk(closes), "1m"))
    hours = Candles("A", "1h", bars(walk(closes[:10]), "1h"))
    return ReplaySource([minutes, hours, funding], start=START + 3 * 3_600_000)


def _tape() -> Source:
    count = 3_000
    waves = 100 + np.round(np.sin(np.arange(count) / 50), 2)
    tape = Tape(
        "B",
        START + 1_700 * np.arange(count),
        np.arange(count),
        waves,
        np.ones(count),
        np.arange(count) % 3 > 0,
    )
    return ReplaySource([tape])


def _script() -> Source:
    return scripted({"A": [1.0, 2.0, 3.0, 2.0], "B": [5.0, 5.5, 5.0]})


def _synthetic() -> Source:
    return SyntheticSource(11, ["BTCUSDT", "ADAUSDT"], history_minutes=500)


SOURCES: dict[str, Callable[[], Source]] = {
    "replay": _replay,
    "tape": _tape,
    "script": _script,
    "synthetic": _synthetic,
}


def _maker(name: str, recorded: Recorded) -> Callable[[], Source]:
    """What makes the source of this name."""
    if name in SOURCES:
        return SOURCES[name]
    names = ("XRPUSDT-5m-20211115-20211121", "XRPUSDT-funding-20211118-20211218")
    return lambda: ReplaySource.open([str(recorded(f"usdm/{name}.parquet")) for name in names])


@pytest.fixture(params=[*SOURCES, "recorded"])
def make(request: pytest.FixtureRequest, recorded: Recorded) -> Callable[[], Source]:
    """Makes the same source anew each time it is called."""
    return _maker(request.param, recorded)


@pytest.fixture
def source(make: Callable[[], Source]) -> Source:
    return make()


@pytest.fixture
def events(source: Source) -> Sequence[MarketEvent | Timer]:
    return list(islice(source.events(), SOME))


def test_the_same_source_gives_the_same_market_twice(make: Callable[[], Source]) -> None:
    assert list(make().history()) == list(make().history())
    assert list(islice(make().events(), SOME)) == list(islice(make().events(), SOME))


def test_a_source_can_be_read_again_from_its_start(source: Source) -> None:
    assert list(islice(source.events(), 50)) == list(islice(source.events(), 50))


def test_events_come_in_order_of_time_then_symbol_then_timeframe(
    events: Sequence[MarketEvent | Timer],
) -> None:
    market = [event for event in events if not isinstance(event, Timer)]
    candles = [event for event in market if isinstance(event, CandleClosed)]
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert [(e.at, e.symbol) for e in market] == sorted((e.at, e.symbol) for e in market)
    keys = [(e.at, e.symbol, SPAN_MS[e.timeframe]) for e in candles]
    assert keys == sorted(keys)


def test_history_lies_before_the_start_and_events_after_it(
    source: Source, events: Sequence[MarketEvent | Timer]
) -> None:
    history = list(source.history())
    keys = [(candle.at, candle.symbol, SPAN_MS[candle.timeframe]) for candle in history]
    assert keys == sorted(keys)
    assert all(candle.at <= source.start for candle in history)
    assert events[0].at > source.start


def test_only_listed_symbols_are_spoken_of_and_each_at_its_finest_timeframe(
    source: Source, events: Sequence[MarketEvent | Timer]
) -> None:
    listed = [instrument.symbol for instrument in source.instruments]
    assert sorted(source.timeframes) == sorted(listed)
    candles = [event for event in events if isinstance(event, CandleClosed)]
    finest = {s: min((SPAN_MS[c.timeframe] for c in candles if c.symbol == s), default=0) for s in listed}
    assert finest == {symbol: SPAN_MS[timeframe] for symbol, timeframe in source.timeframes.items()}
    assert {event.symbol for event in events if isinstance(event, FundingSettled)} <= set(listed)


def test_a_candle_is_sound_and_stamped_with_its_close(events: Sequence[MarketEvent | Timer]) -> None:
    for candle in (event for event in events if isinstance(event, CandleClosed)):
        assert candle.at == candle.open_at + SPAN_MS[candle.timeframe]
        assert 0 < candle.low <= min(candle.open, candle.close)
        assert max(candle.open, candle.close) <= candle.high
        assert candle.volume >= (candle.taker_buy or 0) >= 0


def test_a_footprint_holds_the_volume_of_its_candle(events: Sequence[MarketEvent | Timer]) -> None:
    for candle in (event for event in events if isinstance(event, CandleClosed)):
        if candle.footprint is not None:
            assert sum(row.bid + row.ask for row in candle.footprint.rows) == pytest.approx(candle.volume)
            assert sum(row.ask for row in candle.footprint.rows) == pytest.approx(candle.taker_buy)


def sound(event: Event) -> int:
    """How often a market event tells of a book's depth; a book is never of a later time than its quote's event."""
    quote = event if isinstance(event, Quote) else event.quote if isinstance(event, CandleClosed) else None
    if quote is None:
        return 0
    assert 0 < quote.bid < quote.ask
    assert quote.at <= event.at
    if quote.depth is None:
        return 0
    assert quote.depth.at <= event.at
    assert 0 <= min(quote.depth.bid, quote.depth.ask) <= max(quote.depth.bid, quote.depth.ask) < np.inf
    return 1


def test_each_moment_with_closes_ends_with_one_timer_a_second_later(
    events: Sequence[MarketEvent | Timer],
) -> None:
    timers = [event.at for event in events if isinstance(event, Timer)]
    closes = sorted({event.at for event in events if isinstance(event, CandleClosed)})
    assert {event.name for event in events if isinstance(event, Timer)} == {"minute"}
    assert timers == [at + 1_000 for at in closes][: len(timers)]
    assert len(closes) - len(timers) in {0, 1}


def test_what_is_stamped_since_is_the_rest_of_the_same_market(
    make: Callable[[], Source], events: Sequence[MarketEvent | Timer]
) -> None:
    for event in events[:: max(1, len(events) // 7)]:
        rest = [later for later in events if later.at >= event.at]
        assert list(islice(make().events(event.at), len(rest))) == rest


class FirstMinutes:
    """A feed that ends after a few candles, of one that never does."""

    def __init__(self, feed: Feed, candles: int) -> None:
        self.instruments = feed.instruments
        self.history = feed.history
        self._feed = feed
        self._left = candles

    async def events(self) -> AsyncIterator[Event]:
        async with aclosing(cast(AsyncGenerator[Event], self._feed.events())) as events:
            async for event in events:
                yield event
                self._left -= isinstance(event, CandleClosed)
                if not self._left:
                    return


@asynccontextmanager
async def _exchange_feed() -> AsyncIterator[Feed]:
    """ccxt on the emulated exchange, which plays a written market."""
    source = scripted({"BTCUSDT": [100.0 + minute % 5 for minute in range(600)]})
    market = market_of(source)
    market.history(30)
    async with running(market) as exchange:
        options = Options(history_minutes=20, clock=lambda: market.now)
        opened = await ExchangeFeed.open("binanceusdm", ["BTCUSDT"], url=exchange.url, options=options)
        playing = asyncio.create_task(drive(market, source, speed=300.0))
        yield FirstMinutes(opened, 3)
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)
        await opened.close()


@pytest.fixture(params=[*SOURCES, "recorded", "exchange"])
async def feed(request: pytest.FixtureRequest, recorded: Recorded) -> AsyncIterator[Feed]:
    """A feed that ends within an hour of market time."""
    if request.param == "exchange":
        async with _exchange_feed() as opened:
            yield opened
    else:
        source = _maker(request.param, recorded)()
        yield PacedFeed(source, until=source.start + 60 * MINUTE_MS)


async def test_a_feed_gives_its_market_in_order_and_tells_how_deep_its_books_are_where_it_has_any(
    feed: Feed, request: pytest.FixtureRequest
) -> None:
    listed = {instrument.symbol for instrument in feed.instruments}
    history = await feed.history()
    given: list[Event] = [event async for event in feed.events()]
    assert [event.at for event in [*history, *given]] == sorted(event.at for event in [*history, *given])
    assert {event.symbol for event in given if isinstance(event, CandleClosed)} <= listed
    assert given
    assert (sum(map(sound, given)) > 0) is (request.node.callspec.params["feed"] in {"synthetic", "exchange"})


async def test_a_feed_can_be_left_at_any_event_and_lets_others_work(feed: Feed) -> None:
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    async for event in feed.events():
        assert event.at > 0
        break
    task.cancel()
    assert turns > 0


async def test_the_emulated_market_ends_a_minute_when_the_wall_says_so_and_not_with_its_last_trade() -> None:
    speed, loop, done = 120, asyncio.get_running_loop(), asyncio.Event()
    source = SyntheticSource(7, ("BTCUSDT",), history_minutes=1)
    market = market_of(source, source.start + 45_000)
    ended: list[float] = []

    def hear(stream: str, frame: Frame) -> None:
        if stream.endswith("@kline_1m") and cast(dict[str, bool], frame["k"])["x"]:
            ended.append((loop.time() - began) * speed)
            if len(ended) == 2:
                done.set()

    market.listeners.append(hear)
    began = loop.time()
    driving = asyncio.create_task(drive(market, source, speed))
    await asyncio.wait_for(done.wait(), 30)
    driving.cancel()
    assert ended[0] >= 15
    assert ended[1] >= 75
