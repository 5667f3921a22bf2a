"""The simulated venue's rules (architecture.md section 7), seen through the desk. Risk per trade is 2 % of 10,000."""

from decimal import Decimal as D

import pytest

from engine.model.commands import Close
from engine.model.facts import FundingBooked, TradeChanged, TradeClosed, TradeOpened, Trouble
from engine.model.instrument import Instrument, Tier
from engine.model.messages import FundingSettled, OrderFilled, Quote
from engine.plan import Costs
from tests.desk import LEAVE, WIDE, Desk, long, short
from tests.scripted import START

TENFOLD = WIDE | {"MAX_LEVERAGE": "10"}


def fills(desk: Desk) -> list[tuple[int, str, str, str]]:
    """Minutes since the start (of the fill's time), side, amount, price."""
    found = [event for event, _ in desk.turns if isinstance(event, OrderFilled)]
    return [((f.at - START) // 60_000, f.side, f"{f.qty.normalize():f}", f"{f.price.normalize():f}") for f in found]


def opened(table_stop: float = 90, target: float = float("nan"), **more: object) -> Desk:
    """A desk that is long 20 from 100 (2 % of 10,000 over a stop 10 away), bought at the open of bar 1."""
    desk = Desk({0: long(table_stop, target)}, **more)  # type: ignore[arg-type]
    desk.bar(100)
    return desk


def test_a_market_order_fills_at_the_next_open() -> None:
    desk = opened()
    assert fills(desk) == []
    desk.bar(103, open=101)
    assert fills(desk) == [(1, "buy", "20", "101")]


def test_after_a_hole_in_the_data_it_fills_at_the_first_open_there_is() -> None:
    desk = opened()
    desk.bars["BTC"] += 5
    desk.bar(103, open=102)
    assert fills(desk) == [(6, "buy", "20", "102")]


def test_stop_and_target_rest_from_the_entry_bar_on() -> None:
    stopped = opened(90, 120)
    stopped.bar(95, open=100, low=89)
    assert stopped.trades == [("100", "90", "20", "stop")]
    won = opened(90, 120)
    won.bar(110, open=100, high=121)
    assert won.trades == [("100", "120", "20", "target")]


def test_a_touch_is_enough_for_a_stop_and_a_target() -> None:
    stopped = opened(90, 120)
    stopped.bar(95, open=100, low=90)
    assert stopped.trades == [("100", "90", "20", "stop")]
    won = opened(90, 120)
    won.bar(110, open=100, high=120)
    assert won.trades == [("100", "120", "20", "target")]


def test_a_stop_gapped_over_fills_at_the_worse_open_and_a_target_at_the_better_one() -> None:
    stopped = opened(90, 120)
    stopped.bar(100)
    stopped.bar(88, open=85, high=100)
    assert stopped.trades == [("100", "85", "20", "stop")]
    won = opened(90, 120)
    won.bar(100)
    won.bar(119, open=125, low=100)
    assert won.trades == [("100", "125", "20", "target")]


def test_of_stop_and_target_inside_one_bar_the_stop_comes_first() -> None:
    desk = opened(90, 120)
    desk.bar(100)
    desk.bar(118, open=100, high=125, low=85)
    assert desk.trades == [("100", "90", "20", "stop")]


def test_a_target_at_the_open_comes_before_a_stop_inside_the_bar() -> None:
    desk = opened(90, 120)
    desk.bar(100)
    desk.bar(118, open=121, high=125, low=85)
    assert desk.trades == [("100", "121", "20", "target")]


def test_shorts_are_the_mirror_image() -> None:
    desk = Desk({0: short(110, 80), 3: short(110, 80)})
    desk.bar(100)
    desk.bar(100)
    desk.bar(100, high=112, low=78)
    assert desk.trades == [("100", "110", "20", "stop")]
    desk.bar(100)
    desk.bar(100)
    desk.bar(79, open=75)
    # 2 % of 9,800 over 10.
    assert desk.trades[1] == ("100", "75", "19.6", "target")


def test_the_other_leg_is_cancelled_when_one_has_filled() -> None:
    desk = opened(90, 120)
    desk.bar(95, open=100, low=89)
    assert desk.order("target").id in desk.canceled
    assert desk.broker.state.orders == {}
    desk.bar(130)
    assert len(fills(desk)) == 2


def test_half_the_spread_and_slippage_go_against_every_taker() -> None:
    # 20 bps of spread and 5 of slippage: 15 bps off.
    desk = opened(90, costs=Costs(D(0), None, D(20), D(5)))
    desk.bar(95, open=100, low=89)
    assert [f[3] for f in fills(desk)] == ["100.15", "89.865"]


def test_prices_against_the_taker_stay_on_the_tick_and_the_worse_one() -> None:
    desk = opened(
        90,
        costs=Costs(D(0), None, D(20), D(5)),
        instruments=[Instrument("BTC", "BTC", "USDT", tick=D("0.1"))],
    )
    desk.bar(95, open=100, low=89)
    assert [f[3] for f in fills(desk)] == ["100.2", "89.8"]


def test_takers_pay_the_fee_on_what_they_trade() -> None:
    desk = opened(90, costs=Costs(D("0.001")))
    desk.bar(95, open=100, low=89)
    (trade,) = (fact.trade for fact in desk.told(TradeClosed))
    # Loss a unit: 10 + 0.1 + 0.09; 200 / 10.19 = 19.627085.
    assert trade.amount == D("19.627085")
    assert trade.fee == trade.amount * D("0.19")
    assert trade.pnl == trade.amount * D("-10.19")


def test_participation_fills_by_the_bars_volume_and_the_stop_covers_what_is_filled() -> None:
    desk = opened(90, costs=Costs(D(0), participation=D("0.1")))
    desk.bar(100, volume=80)
    assert fills(desk) == [(1, "buy", "8", "100")]
    assert desk.order("stop").qty == 8
    desk.bar(101, open=101, volume=70)
    assert fills(desk)[1:] == [(2, "buy", "7", "101")]
    assert desk.order("stop").qty == 15
    assert desk.order("stop", 0).id in desk.canceled
    desk.bar(101, open=101, volume=9000)
    assert fills(desk)[2:] == [(3, "buy", "5", "101")]
    assert desk.qty == 20
    assert [fact.position.qty for fact in desk.told(TradeChanged)] == [15, 20]
    assert len(desk.told(TradeOpened)) == 1


def test_a_stop_that_the_volume_cannot_take_goes_on_in_the_next_bar() -> None:
    desk = opened(90, costs=Costs(D(0), participation=D("0.1")))
    desk.bar(100)
    desk.bar(88, open=100, volume=50)
    desk.bar(87, open=88, volume=1000)
    assert fills(desk)[1:] == [(3, "sell", "5", "90"), (3, "sell", "15", "88")]
    assert desk.trades == [("100", "88.5", "20", "stop")]


def test_a_bar_without_volume_fills_nothing_when_participation_counts() -> None:
    desk = opened(90, costs=Costs(D(0), participation=D("0.1")))
    desk.bar(100, volume=0)
    assert fills(desk) == []
    desk.bar(99)
    assert desk.qty == 20


def test_what_is_left_of_an_entry_goes_with_its_trade() -> None:
    desk = opened(90, costs=Costs(D(0), participation=D("0.1")))
    desk.bar(100, volume=80)
    desk.command(Close("BTC"))
    desk.walk(100, 100, 100)
    assert desk.qty == 0
    assert desk.trades == [("100", "100", "8", "close")]
    assert not desk.core.state.orders


def test_a_stop_that_fires_during_the_entry_takes_the_rest_of_the_entry_with_it() -> None:
    desk = opened(90, costs=Costs(D(0), participation=D("0.1")))
    desk.bar(100, volume=80)
    desk.bar(89, open=89, volume=0)
    desk.bar(89, open=85, volume=75)
    desk.walk(89, 89)
    assert desk.qty == 0
    assert not desk.core.state.orders


def test_an_exit_and_the_opposite_entry_both_fill_at_the_same_open() -> None:
    desk = Desk({0: long(90), 2: short(110)})
    desk.walk(100, 100, 100)
    desk.bar(104, open=102)
    # 2 x 20 earned: 2 % of 10,040 over 10.
    assert fills(desk)[1:] == [(3, "sell", "20", "102"), (3, "sell", "20.08", "102")]
    assert desk.trades == [("100", "102", "20", "signal")]
    assert desk.qty == D("-20.08")


def test_a_reversal_after_a_hole_comes_too_late() -> None:
    desk = Desk({0: long(90), 2: short(110)})
    desk.walk(100, 100, 100)
    desk.bars["BTC"] += 1
    desk.bar(102)
    assert desk.qty == 0
    assert desk.denied == ["expired"]


def test_a_second_bar_with_the_same_opening_time_trades_nothing() -> None:
    desk = opened()
    desk.bars["BTC"] -= 1
    desk.bar(50)
    assert fills(desk) == []
    desk.bar(100)
    assert fills(desk) == [(1, "buy", "20", "100")]


@pytest.mark.parametrize("low", [0.0, -5.0, float("nan")])
def test_a_bar_that_cannot_be_true_touches_no_stop(low: float) -> None:
    desk = opened()
    desk.bar(100)
    desk.bar(100, low=low)
    assert desk.qty == 20
    desk.bar(float("inf"))
    assert desk.qty == 20


def test_quotes_fill_on_the_side_that_is_taken_after_the_latency() -> None:
    desk = opened(90, 120, costs=Costs(D(0), latency_ms=200))
    at = desk.now
    desk.feed(Quote(at + 199, "BTC", 99.9, 100.1))
    assert fills(desk) == []
    desk.feed(Quote(at + 200, "BTC", 99.8, 100.2))
    assert fills(desk) == [(1, "buy", "20", "100.2")]
    desk.feed(Quote(at + 300, "BTC", 89.0, 89.2))
    assert desk.qty == 20
    desk.feed(Quote(at + 400, "BTC", 88.0, 88.2))
    assert fills(desk)[1:] == [(1, "sell", "20", "88")]


def test_a_bar_that_was_quoted_is_not_traded_again() -> None:
    desk = opened(90)
    desk.feed(Quote(desk.now + 1, "BTC", 99.0, 100.0))
    desk.bar(95, open=100, low=80)
    assert desk.qty == 20


@pytest.mark.parametrize("quote", [(float("nan"), 100.0), (101.0, 100.0), (0.0, 1.0), (1.0, float("inf"))])
def test_a_quote_that_cannot_be_true_trades_nothing(quote: tuple[float, float]) -> None:
    desk = opened(90)
    desk.feed(Quote(desk.now + 1, "BTC", *quote))
    assert fills(desk) == []


def test_a_target_takes_the_better_quote() -> None:
    desk = opened(90, 120)
    desk.feed(Quote(desk.now + 1, "BTC", 99.0, 100.0), Quote(desk.now + 2, "BTC", 120.5, 121.0))
    assert desk.trades == [("100", "120.5", "20", "target")]


def test_funding_is_paid_on_the_mark_once_a_settlement() -> None:
    desk = opened(90)
    desk.bar(100)
    settled = FundingSettled(desk.now, "BTC", D("0.0003"), D(101))
    desk.feed(settled, settled)
    assert [fact.cash for fact in desk.told(FundingBooked)] == [D("-0.606")]
    assert desk.broker.state.positions["BTC"].wallet == D(1000) - D("0.606")
    desk.feed(FundingSettled(desk.now + 1, "BTC", D("0.0003")))
    assert desk.told(FundingBooked)[-1].cash == D("-0.6")


def test_a_position_without_its_stop_in_time_is_liquidated_at_the_bankruptcy_price() -> None:
    # Stop 4 away, 50 bought at 100 with 10x: wallet 500, bankrupt at 90, liquidated from
    # (500 - 5000) / (50 x 0.005 - 50) = 90.4522...; stop order out of the way by hand.
    desk = opened(96, settings=TENFOLD)
    desk.bar(100)
    broker = desk.broker
    broker.state.orders.clear()
    desk.bar(91, low=90.5)
    assert desk.qty == 50
    desk.bar(91, low=90.4)
    assert desk.trades == [("100", "90", "50", "liquidation")]
    assert desk.trading == "HALTED"
    assert [fact.code for fact in desk.told(Trouble)] == ["liquidation"]


def test_a_short_is_liquidated_upwards_and_by_quotes_too() -> None:
    # Mirror: (500 + 5000) / (50 x 0.005 + 50) = 109.45...
    desk = Desk({0: short(104)}, settings=TENFOLD)
    desk.walk(100, 100)
    desk.broker.state.orders.clear()
    desk.feed(Quote(desk.now + 1, "BTC", 109.4, 109.4), Quote(desk.now + 2, "BTC", 109.5, 109.5))
    assert desk.trades == [("100", "110", "50", "liquidation")]


def test_the_stop_is_tried_before_liquidation() -> None:
    desk = opened(96, settings=TENFOLD)
    desk.bar(100)
    desk.bar(80, open=100)
    assert desk.trades == [("100", "96", "50", "stop")]


def test_a_gap_beyond_both_closes_through_the_stop_at_the_open() -> None:
    desk = opened(96, settings=TENFOLD)
    desk.bar(100)
    desk.bar(85, open=85)
    assert desk.trades == [("100", "85", "50", "stop")]


def test_a_strategy_exit_fills_at_the_next_open_before_a_stop_in_the_same_bar() -> None:
    desk = Desk({0: long(90), 2: LEAVE})
    desk.walk(100, 100, 100)
    desk.bar(85, open=101, low=85)
    assert desk.trades == [("100", "101", "20", "signal")]


def test_tiers_of_the_venue_decide_the_liquidation_price() -> None:
    tiers = (Tier(D(0), None, D("0.02"), D(20)),)
    desk = opened(96, instruments=[Instrument("BTC", "BTC", "USDT", tiers=tiers)], settings=TENFOLD)
    desk.bar(100)
    # (500 - 5000) / (50 x 0.02 - 50)
    assert desk.broker.state.positions["BTC"].near == pytest.approx(91.83673469387755, rel=1e-11)
