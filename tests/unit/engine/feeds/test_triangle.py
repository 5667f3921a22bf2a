"""The triangle of the simulated market: three spot markets whose prices agree, mostly."""

import numpy as np
import pytest

from bot.options.options import MarketOptions
from bot.options.planning import synthetic
from engine.feeds.listings import LISTINGS, TRIANGLE
from engine.feeds.synthetic import SyntheticSource
from engine.model.market import MINUTE_MS
from engine.model.messages import FundingSettled, Quote
from engine.model.orders import ApprovedOrder
from engine.plan import Costs, StrategyPlan
from strategies.base import build
from strategies.triangular import Params
from tests.desk import Desk


@pytest.fixture(scope="module")
def source() -> SyntheticSource:
    return SyntheticSource(7, TRIANGLE, history_minutes=0, footprints=False, quoted=True)


def test_the_third_price_is_that_of_the_other_two_but_for_now_and_then(source: SyntheticSource) -> None:
    """A round pays beyond three fees of 0.05 %, 0.05 % and a spread: a tenth of the time or less."""
    eth, sol, cross = (source.columns(symbol, 3 * 1440) for symbol in ("ETH/USDT", "SOL/USDT", "SOL/ETH"))
    off = np.abs(cross.close / (sol.close / eth.close) - 1)
    assert np.median(off) < 0.0006
    assert 0.05 < (off > 0.0021).mean() < 0.2
    assert off.max() < 0.0065
    assert np.abs(np.diff(off)).max() < 0.003, "it comes and goes, also over midnight"


def test_its_books_come_together_and_spot_is_not_funded(source: SyntheticSource) -> None:
    quotes: list[Quote] = []
    for event in source.events():
        assert not isinstance(event, FundingSettled)
        if isinstance(event, Quote):
            quotes.append(event)
        if event.at > source.start + 481 * MINUTE_MS:
            break
    assert len(quotes) >= 3 * 24 * 481
    for place in range(0, 3_000, 3):
        three = quotes[place : place + 3]
        assert {quote.symbol for quote in three} == set(TRIANGLE)
        assert len({quote.at for quote in three}) == 1


def test_it_is_listed_for_those_who_ask_for_it_or_for_a_strategy_that_goes_round() -> None:
    assert SyntheticSource(7).symbols == sorted(LISTINGS)
    assert [one.symbol for one in synthetic("7", MarketOptions(), ("triangular",)).instruments] == list(TRIANGLE)
    assert len(synthetic("7", MarketOptions(), ("razor@1m", "rules.json")).instruments) == len(LISTINGS)
    named = MarketOptions(symbol=["BTCUSDT"])
    assert [one.symbol for one in synthetic("7", named, ("triangular",)).instruments] == ["BTCUSDT"]


def test_a_market_of_the_triangle_moves_the_same_alone(source: SyntheticSource) -> None:
    alone = SyntheticSource(7, ("SOL/ETH",), history_minutes=0)
    assert (alone.columns("SOL/ETH", 60).close == source.columns("SOL/ETH", 60).close).all()


def test_a_round_trip_is_seen_within_two_hours(source: SyntheticSource) -> None:
    plan = StrategyPlan("triangular", build("triangular"), Params(), "1m", TRIANGLE)
    desk = Desk(instruments=source.instruments, strategies=[plan], costs=Costs(), settings={})
    for event in source.events():
        desk.feed(event)
        if desk.trades or event.at > source.start + 120 * MINUTE_MS:
            break
    orders: list[ApprovedOrder] = desk.submitted
    assert [order.leg for order in orders] == ["entry", "cross", "exit"]
    assert {order.symbol for order in orders} == set(TRIANGLE)
    assert desk.trades[0][3] == "round_trip"
    assert desk.equity > 10_000
