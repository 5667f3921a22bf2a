"""The exchange feed, with ccxt as it is, against the emulated exchange over loopback sockets."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from engine.feeds.exchange import ExchangeFeed
from engine.model.errors import BadInput
from engine.model.market import FootprintRow
from engine.model.messages import FundingSettled, Quote
from engine.venues.failures import VenueFailure
from tests.e2e.exchange_fixture import CHANNELS, Listener, listening, until
from tests.exchange.listings import BTC, ETH
from tests.exchange.market import MINUTE, START, Market
from tests.exchange.server import Exchange, running

BTC_PERP = "BTC/USDT:USDT"


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    market = Market([BTC])
    market.history(30)
    async with running(market) as started:
        yield started


@pytest.fixture
async def feed(exchange: Exchange) -> AsyncIterator[Listener]:
    async with listening(exchange) as listener:
        yield listener


async def _minute(exchange: Exchange, price: float = 100.0) -> None:
    """One trade now, then the minute ends; the frames are given time to arrive."""
    exchange.market.trade("BTCUSDT", price, 1.0)
    exchange.market.end_minute()
    await asyncio.sleep(0.05)


async def test_a_minute_that_the_exchange_closes_comes_with_the_takers_and_the_footprint_of_its_trades(
    exchange: Exchange, feed: Listener
) -> None:
    await _minute(exchange)
    market = exchange.market
    market.trade("BTCUSDT", 100.0, 2.5, taker_sold=True)
    market.trade("BTCUSDT", 101.0, 1.1)
    market.trade("BTCUSDT", 99.5, 0.4, taker_sold=True)
    market.end_minute()
    await until(lambda: len(feed.candles()) == 2)
    candle = feed.candles()[1]
    assert (candle.open_at, candle.at) == (START + MINUTE, START + 2 * MINUTE)
    assert (candle.open, candle.high, candle.low, candle.close) == (100.0, 101.0, 99.5, 99.5)
    assert (candle.volume, candle.taker_buy, candle.backfilled) == (4.0, 1.1, False)
    assert candle.footprint is not None
    # 0.0005 x 100 = 0.05, and the next multiple of the tick 0.1 is 0.1: rows are 0.1 high
    traded = [row for row in candle.footprint.rows if row.bid or row.ask]
    assert traded == [FootprintRow(99.5, 0.4, 0.0), FootprintRow(100.0, 2.5, 0.0), FootprintRow(101.0, 0.0, 1.1)]


async def test_the_first_minute_whose_beginning_was_not_heard_has_the_candles_own_taker_side(
    exchange: Exchange,
) -> None:
    exchange.market.trade("BTCUSDT", 100.0, 3.0, taker_sold=True)
    async with listening(exchange) as feed:
        exchange.market.trade("BTCUSDT", 100.0, 1.0)
        exchange.market.end_minute()
        await until(lambda: len(feed.candles()) == 1)
        assert (feed.candles()[0].volume, feed.candles()[0].taker_buy) == (4.0, 1.0)
        assert feed.candles()[0].footprint is None


async def test_history_is_fetched_page_by_page_and_ends_with_the_last_closed_minute() -> None:
    market = Market([BTC, ETH])
    market.history(1_300)
    told: list[tuple[str, int, int]] = []
    async with running(market) as exchange:
        symbols = ("ETHUSDT", "BTC/USDT:USDT")
        async with listening(exchange, symbols, 1_200, progress=lambda *done: told.append(done)) as feed:
            opened = [c.open_at for c in feed.history if c.symbol == BTC_PERP]
            assert opened == list(range(START - 1_200 * MINUTE, START, MINUTE))
            assert len(feed.history) == 2_400
            assert [c.at for c in feed.history] == sorted(c.at for c in feed.history)
            assert {c.taker_buy for c in feed.history} == {4.0}
            assert told == [(name, done, 1_200) for name in ("ETH/USDT:USDT", BTC_PERP) for done in (1_000, 1_200)]


async def test_a_minute_that_the_stream_does_not_close_is_asked_for_two_seconds_after_its_end(
    exchange: Exchange, feed: Listener
) -> None:
    market = exchange.market
    market.withheld.add(START)
    market.trade("BTCUSDT", 100.0, 2.0, taker_sold=True)
    market.end_minute()
    await asyncio.sleep(0.3)
    assert feed.candles() == []
    market.move_to(START + MINUTE + 2_100)
    await until(lambda: len(feed.candles()) == 1)
    assert (feed.candles()[0].open_at, feed.candles()[0].volume, feed.candles()[0].backfilled) == (
        START,
        2.0,
        False,
    )


@pytest.mark.parametrize("fault", ["close", "abort", "garbage"])
async def test_after_a_broken_connection_the_feed_says_so_and_goes_on_without_a_hole(
    exchange: Exchange, feed: Listener, fault: str
) -> None:
    await _minute(exchange)
    match fault:
        case "close":
            await exchange.close()
        case "abort":
            exchange.abort()
        case _:
            exchange.garbage()
    await until(lambda: bool(feed.downs()))
    exchange.market.end_minute()
    exchange.market.end_minute()
    exchange.market.move_to(exchange.market.now + 2_500)
    await until(lambda: exchange.subscribed(*CHANNELS))
    exchange.market.quote("BTCUSDT", 99.0, 101.0)
    await _minute(exchange)
    await until(lambda: len(feed.candles()) == 4 and len(feed.ups()) == 1)
    assert [c.open_at for c in feed.candles()] == [START + n * MINUTE for n in range(4)]
    assert len(feed.downs()) == 1
    assert feed.candles()[1].backfilled


async def test_a_refused_connection_is_tried_again_and_a_long_gap_is_said_and_filled(
    exchange: Exchange, feed: Listener
) -> None:
    await _minute(exchange)
    await exchange.refuse()
    for _ in range(6):
        exchange.market.trade("BTCUSDT", 103.0, 1.0)
        exchange.market.end_minute()
    exchange.market.move_to(exchange.market.now + 5_000)
    await until(lambda: bool(feed.downs() and feed.downs("feed rest")))
    await exchange.start()
    await until(lambda: exchange.subscribed(*CHANNELS))
    await until(lambda: len(feed.candles()) == 7)
    exchange.market.quote("BTCUSDT", 99.0, 101.0)
    await _minute(exchange)
    await until(lambda: bool(len(feed.candles()) == 8 and feed.ups("feed gap") and feed.ups("feed rest")))
    assert [c.open_at for c in feed.candles()] == [START + n * MINUTE for n in range(8)]
    assert [c.backfilled for c in feed.candles()] == [False] + [True] * 5 + [False] * 2
    assert [down.text for down in feed.downs("feed gap")] == [
        "BTC/USDT:USDT lacks 6 minutes; they are fetched and its strategies warm up anew"
    ]
    await until(lambda: len(feed.ups()) == 1)
    assert len(feed.downs()) == 1


async def test_a_stream_that_falls_silent_while_its_pongs_come_is_dialled_anew(exchange: Exchange) -> None:
    async with listening(exchange, hurry=20) as feed:
        exchange.market.quote("BTCUSDT", 99.0, 101.0)
        dials = exchange.dials
        exchange.muted = True
        await until(lambda: bool(feed.downs()))
        # The quotes are missed first, unless the machine stands still for longer than the candles are waited for.
        assert "silent for" in feed.downs()[0].text
        await until(lambda: exchange.dials >= dials + 3)
        exchange.muted = False
        await until(lambda: exchange.subscribed(*CHANNELS))

        def speaks() -> bool:
            exchange.market.quote("BTCUSDT", 99.0, 101.0)
            exchange.market.trade("BTCUSDT", 100.0, 1.0)
            return bool(feed.ups())

        await until(speaks)


async def test_a_market_without_trades_is_not_taken_for_a_dead_stream(exchange: Exchange) -> None:
    async with listening(exchange, hurry=10) as feed:
        for _ in range(30):
            exchange.market.quote("BTCUSDT", 99.0, 101.0)
            await asyncio.sleep(0.05)
        assert feed.downs() == []
        assert exchange.dials == len(CHANNELS)


@pytest.mark.parametrize("status", [429, 418, 503])
async def test_requests_that_the_exchange_refuses_wait_as_long_as_it_asks(
    exchange: Exchange, feed: Listener, status: int
) -> None:
    await until(lambda: bool(exchange.asked("/fapi/v1/premiumIndex")))
    await asyncio.sleep(0.2)
    exchange.fail_rest(status, retry_after=1)
    exchange.market.withheld.add(START)
    exchange.market.end_minute()
    exchange.market.move_to(START + MINUTE + 2_500)
    await until(lambda: bool(feed.downs("feed rest")))
    before = len(exchange.asked("/fapi/v1/klines"))
    await asyncio.sleep(0.6)
    if status != 503:
        assert len(exchange.asked("/fapi/v1/klines")) == before
    exchange.fail_rest(None)
    await until(lambda: len(feed.candles()) == 1 and len(feed.ups("feed rest")) == 1)
    assert not feed.downs()


async def test_each_settlement_of_funding_is_given_once_with_its_mark(exchange: Exchange) -> None:
    market = exchange.market
    market.funding_ms = MINUTE
    market.settle("0.0005")
    async with listening(exchange, longest_wait=0.1) as feed:
        await until(lambda: bool(exchange.asked("/fapi/v1/premiumIndex")))
        for price in (101.0, 102.0):
            await _minute(exchange, price)
            market.move_to(market.now + 3_500)
            await until(lambda: len(_settled(feed)) == (market.now - START) // MINUTE)
        await asyncio.sleep(0.5)
        assert [(e.symbol, e.rate, e.mark) for e in _settled(feed)] == [
            (BTC_PERP, Decimal("0.0001"), Decimal("101.0")),
            (BTC_PERP, Decimal("0.0001"), Decimal("102.0")),
        ]


def _settled(feed: Listener) -> list[FundingSettled]:
    return [event for event in feed.events if isinstance(event, FundingSettled)]


async def test_quotes_are_thinned_to_one_a_second_and_the_newest_is_given(exchange: Exchange, feed: Listener) -> None:
    market = exchange.market
    market.quote("BTCUSDT", 98.99, 101.0)
    await until(lambda: len(_quotes(feed)) == 1)
    for step in range(50):
        market.quote("BTCUSDT", 99.0 + step * 0.0001, 101.0, 2.0)
    await asyncio.sleep(0.4)
    assert len(_quotes(feed)) == 1
    market.move_to(market.now + 1_000)
    await until(lambda: len(_quotes(feed)) == 2)
    await asyncio.sleep(0.3)
    assert len(_quotes(feed)) == 2
    assert _quotes(feed)[-1].bid == pytest.approx(99.0049)
    assert (_quotes(feed)[-1].ask, _quotes(feed)[-1].ask_qty) == (101.0, 2.0)


async def test_a_quote_and_a_candle_bring_what_stands_within_a_thousandth_of_the_books_middle(
    exchange: Exchange, feed: Listener
) -> None:
    """Mid 100: 99.9 and 100.1 are on the line, 99.8 and 100.2 beyond it."""
    market = exchange.market
    market.stand("BTCUSDT", {99.95: 1.5, 99.9: 4.0, 99.8: 50.0}, {100.05: 0.5, 100.1: 0.25, 100.2: 50.0})
    await until(lambda: _depth(exchange, feed) == (5.5, 0.75))
    market.stand("BTCUSDT", {99.95: 1.5}, {100.05: 0.5}, lost=True)
    asked = len(exchange.asked("/fapi/v1/depth"))
    market.stand("BTCUSDT", {99.95: 1.0, 99.94: 2.0}, {100.05: 7.0})
    await until(lambda: len(exchange.asked("/fapi/v1/depth")) > asked)  # ccxt missed a change and begins anew
    await until(lambda: _depth(exchange, feed) == (3.0, 7.0))
    exchange.abort()
    market.stand("BTCUSDT", {99.95: 0.5}, {100.05: 0.5}, lost=True)
    await until(lambda: exchange.dials == 2 * len(CHANNELS) and exchange.subscribed(*CHANNELS))
    await until(lambda: _depth(exchange, feed) == (0.5, 0.5))
    await _minute(exchange)
    await until(lambda: bool(feed.candles()))
    quote = feed.candles()[-1].quote
    assert quote is not None
    assert quote.depth is not None
    assert (quote.depth.bid, quote.depth.ask) == (0.5, 0.5)
    assert not feed.downs("feed books")


def _depth(exchange: Exchange, feed: Listener) -> tuple[float, float] | None:
    """What the newest quote says of the book; asks for another, which has moved far enough to be given."""
    quotes = _quotes(feed)
    exchange.market.quote("BTCUSDT", 99.0 + len(quotes) % 2, 101.0)
    depth = quotes[-1].depth if quotes else None
    return None if depth is None else (depth.bid, depth.ask)


def _quotes(feed: Listener) -> list[Quote]:
    return [event for event in feed.events if isinstance(event, Quote)]


@pytest.mark.parametrize(
    ("symbols", "timeframes", "sentence"),
    [
        (["BTCUST"], ["1m"], "binanceusdm has no symbol 'BTCUST'; the nearest are BTCUSDT"),
        (["BTC/USDT:USDT", "DOGE/USDT:USDT"], ["1m"], "binanceusdm has no symbol 'DOGE/USDT:USDT'; the nearest"),
        (["BTCUSDT"], ["5m", "7m"], "There is no timeframe '7m'; there are 1m, 5m, 15m, 1h, 4h, 1d."),
    ],
)
async def test_an_unknown_symbol_or_timeframe_is_refused_with_the_nearest(
    exchange: Exchange, symbols: list[str], timeframes: list[str], sentence: str
) -> None:
    with pytest.raises(BadInput) as refusal:
        await ExchangeFeed.open("binanceusdm", symbols, timeframes, exchange.url)
    assert str(refusal.value).startswith(sentence)


async def test_an_exchange_that_does_not_answer_is_unavailable(exchange: Exchange) -> None:
    await exchange.refuse()
    with pytest.raises(VenueFailure, match=r"^markets of binanceusdm: it does not answer"):
        await ExchangeFeed.open("binanceusdm", ["BTCUSDT"], url=exchange.url)
    await exchange.start()
