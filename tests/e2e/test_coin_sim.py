"""A desk in simulation on an exchange of contracts settled in coin: from unmodified ccxt's streams to the account."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal as D
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.desk.room import Room
from bot.desk.running import Reached, market_room
from bot.settings import Settings
from engine import ledger
from engine.model.inverse import Inverse
from engine.model.limits import RiskLimits, with_settings
from engine.model.market import FootprintRow
from engine.model.messages import CandleClosed, FundingSettled, Quote
from engine.plan import Plan, StrategyPlan
from storage.db import Database
from tests.desk import LEAVE, Scripted, long
from tests.e2e.exchange_fixture import Listener, listening, until
from tests.exchange.listings import BTC_COIN
from tests.exchange.market import MINUTE, START, Market
from tests.exchange.server import Exchange, running
from tests.scripted import START as SCRIPT

COIN = "BTC/USD:BTC"
ID = "BTCUSD_PERP"
PAST = 5
FIRST = (START - SCRIPT) // MINUTE
"""Number of the market's first minute in a strategy's script."""
LAST = 18
"""Minutes later the strategy leaves."""


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    market = Market([BTC_COIN], price=50_000.0)
    market.history(PAST)
    async with running(market) as started:
        yield started


@pytest.fixture
async def feed(exchange: Exchange) -> AsyncIterator[Listener]:
    async with listening(exchange, (COIN,), PAST, longest_wait=0.05) as listener:
        yield listener


async def minute(exchange: Exchange, feed: Listener, bid: float, ask: float) -> CandleClosed:
    """A minute of 30 contracts sold at the bid and 20 bought at the ask, before and after which the book says so."""
    market, known = exchange.market, len(feed.candles(COIN))
    market.move_to(market.now - market.now % MINUTE + MINUTE - 2_000)
    quotes = sum(isinstance(event, Quote) for event in feed.events)
    market.stand(ID, {bid: 400.0, bid * 0.9: 9_000.0}, {ask: 250.0, ask * 1.1: 9_000.0})
    await until(lambda: bool(exchange.asked("/dapi/v1/depth")))
    await asyncio.sleep(0.05)  # the book, which nobody waits for, comes over a socket of its own
    market.quote(ID, bid, ask, 40.0)
    await until(lambda: sum(isinstance(event, Quote) for event in feed.events) > quotes)
    market.trade(ID, bid, 30.0, taker_sold=True)
    market.trade(ID, ask, 20.0)
    market.end_minute()
    await until(lambda: len(feed.candles(COIN)) > known)
    return feed.candles(COIN)[-1]


async def test_every_amount_of_the_feed_is_contracts_over_rest_and_streams_and_days_come_in_stretches(
    exchange: Exchange, feed: Listener
) -> None:
    # REST gave 10 contracts as 10 * 100 / 50,000 = 0.02 coin too, and ccxt takes the coin.
    assert {(candle.volume, candle.taker_buy) for candle in feed.history} == {(10.0, 4.0)}
    await minute(exchange, feed, 49_999.9, 50_000.0)
    second = await minute(exchange, feed, 49_999.9, 50_000.0)
    assert (second.volume, second.taker_buy) == (50.0, 20.0)
    assert second.footprint is not None
    # The next multiple of the tick above 0.0005 x 49,999.9 is 25: both prices stand in rows of their own.
    assert second.footprint.rows == (FootprintRow(49_975.0, 30.0, 0.0), FootprintRow(50_000.0, 0.0, 20.0))
    assert second.quote is not None
    assert second.quote.depth is not None
    assert (second.quote.bid_qty, second.quote.depth.bid, second.quote.depth.ask) == (40.0, 400.0, 250.0)
    exchange.market.withheld.add(START + 2 * MINUTE)
    exchange.market.trade(ID, 50_000.0, 7.0)
    exchange.market.end_minute()
    exchange.market.move_to(START + 3 * MINUTE + 2_100)
    await until(lambda: len(feed.candles(COIN)) == 3)
    assert feed.candles(COIN)[-1].volume == 7.0
    days = await feed.feed.days(251)  # of which the exchange gives no more than 200 at once
    asked = [request for request in exchange.asked("/dapi/v1/klines") if request.query["interval"] == "1d"]
    assert [request.status for request in asked] == [200, 200]
    assert (len(days[COIN]), days[COIN][-1][0]) == (60, START)


async def room_of(feed: Listener, folder: Path, database: Database) -> Room:
    """The desk of `pocketdesk run`, with a strategy that buys at the close of a minute and leaves at a later one's."""
    says = {FIRST: long(stop=49_500.0), FIRST + LAST: LEAVE}
    limits = with_settings(RiskLimits(), {"BAD_PRICE_PERCENT": "5"})
    plan = Plan((StrategyPlan("scripted", Scripted(says), None, "1m", ()),), limits)
    url = "http://127.0.0.1:9"
    settings = Settings(
        "SIM", SecretStr("1:x"), {}, url, "UTC", "INFO", "binancecoinm", url, (COIN,), (), ("x",), folder, RiskLimits()
    )
    return await market_room(settings, plan, database, Reached(feed.feed, feed.history, {}))


async def test_a_desk_in_coin_opens_is_funded_and_closes_to_the_last_digit(
    exchange: Exchange, feed: Listener, tmp_path: Path
) -> None:
    database = Database.open(tmp_path)
    room = await room_of(feed, tmp_path, database)
    runner, taken = room.runner, 0
    state, turning = runner.core.state, asyncio.create_task(runner.run())
    assert ledger.account(state).equity == 1

    async def fed() -> None:
        """Everything that the feed has given so far reaches the desk."""
        nonlocal taken
        for event in feed.events[taken:]:
            runner.post(event)
        taken = len(feed.events)
        await runner.idle()

    await minute(exchange, feed, 49_999.9, 50_000.0)
    await fed()
    await minute(exchange, feed, 49_999.9, 50_000.0)
    await fed()
    # A tenth of 1 BTC is 5,000 dollars at 50,000: 50 contracts, bought at the ask.
    holding = state.holdings[COIN]
    assert (holding.qty, holding.avg) == (D(50), D(50_000))
    exchange.market.settle("0.0001")
    exchange.market.move_to(START + (LAST - 1) * MINUTE)  # a quarter of an hour: the feed looks for fundings again
    await until(lambda: any(isinstance(event, FundingSettled) for event in feed.events))
    await until(lambda: len(feed.candles(COIN)) == LAST - 1)
    await fed()
    # Of 0.1 BTC at the mark, which is the last close, the long pays a ten thousandth.
    assert (state.funding, ledger.account(state).equity) == (D("-0.00001"), D("0.99994"))
    await minute(exchange, feed, 51_199.9, 51_200.0)
    await fed()
    # 0.1 BTC bought is 0.09765625 sold: 0.00234375 won; fees are 0.0005 of both.
    assert (holding.inverse, ledger.account(state).unrealised) == (Inverse(D(100)), D("0.00234375"))
    await minute(exchange, feed, 51_200.0, 51_200.1)
    await fed()
    await minute(exchange, feed, 51_200.0, 51_200.1)
    await fed()
    assert state.holdings == {}
    assert (state.realised, state.fees) == (D("0.00234375"), D("0.00005") + D("0.000048828125"))
    assert ledger.account(state).equity == 1 + D("0.00234375") - D("0.000098828125") - D("0.00001")
    await database.close()
    turning.cancel()
    await asyncio.gather(turning, return_exceptions=True)
