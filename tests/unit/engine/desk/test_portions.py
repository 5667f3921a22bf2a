"""Positions that leave in parts: quantities, orders, the stop behind them, the record."""

from decimal import Decimal as D

import pytest

from engine.desk.portions import divided
from engine.model.commands import Close
from engine.model.facts import Signal, TradeChanged, TradeClosed
from engine.model.instrument import Instrument
from engine.model.market import Exits
from engine.model.messages import OrderExpired
from engine.pictures.pictures import position
from engine.plan import Bracket, Costs
from tests.desk import Desk, Say, short

THREE = ((0.5, 110.0), (0.3, 120.0), (0.2, 130.0))


def parted(*aims: tuple[float, float], stop: float = 90.0) -> Say:
    """A long that leaves in parts."""
    return Say(60.0, stop, aims[0][1], exit_short=True, aims=aims)


def resting(desk: Desk) -> list[tuple[object, ...]]:
    """What protects the position now: leg, quantity, trigger."""
    return [
        (live.order.leg, live.order.qty - live.filled, live.order.trigger)
        for live in desk.core.state.orders.values()
        if live.order.reduce_only and live.state not in ("canceling", "canceled")
    ]


@pytest.mark.parametrize(
    ("held", "shares", "step", "least", "parts"),
    [
        ("10", "0.5 0.3 0.2", "0.001", "0", "5 3 2"),
        ("1", "0.5 0.3 0.2", "0.3", "0", "0.3 0.3 0.4"),  # 0.5 -> 0.3, 0.3 stays, the rest is the last part's
        ("0.01", "0.333 0.333 0.334", "0.001", "0", "0.003 0.003 0.004"),
        ("5", "0.3 0.2", "0.001", "0", "3 2"),  # what is left is divided by proportion
        ("0.002", "0.4 0.6", "0.001", "0", "0 0.002"),
        ("10", "0.05 0.95", "1", "2", "0 10"),  # half a unit is no order
        ("10", "0.9 0.1", "1", "2", "10 0"),  # the last one would be too small for the venue
        ("7", "0 0", "1", "0", "0 7"),
    ],
)
def test_shares_are_floored_to_the_step_and_the_last_part_takes_the_rest(
    held: str, shares: str, step: str, least: str, parts: str
) -> None:
    instrument = Instrument("BTC", "BTC", "USDT", step=D(step), min_qty=D(least))
    assert divided(D(held), [D(share) for share in shares.split()], instrument) == [D(part) for part in parts.split()]


def test_each_part_has_an_order_of_its_own_and_the_stop_covers_what_is_left() -> None:
    desk = Desk({0: parted(*THREE)})
    desk.walk(100, 100)
    # 2 % of 10,000 at 10 a unit: 20.
    assert resting(desk) == [("stop", 20, 90), ("target", 10, 110), ("target", 6, 120), ("target", 4, 130)]
    desk.bar(105, high=111, low=100)
    assert resting(desk) == [("target", 6, 120), ("target", 4, 130), ("stop", 10, 90)]
    desk.bar(105, high=121, low=100)
    assert resting(desk) == [("target", 4, 130), ("stop", 4, 90)]
    desk.bar(105, high=131, low=100)
    assert resting(desk) == []
    # 10 at 110, 6 at 120, 4 at 130: 117 on average; 10 * 10 + 6 * 20 + 4 * 30 earned.
    assert desk.trades == [("100", "117", "20", "target")]
    (closed,) = desk.told(TradeClosed)
    assert closed.trade.pnl == 340
    assert [f"{part.reason} {part.qty:.0f} at {part.price:.0f}" for part in closed.trade.parts] == [
        "target 10 at 110",
        "target 6 at 120",
        "target 4 at 130",
    ]


def test_what_is_left_leaves_at_the_stop() -> None:
    desk = Desk({0: parted(*THREE)})
    desk.walk(100, 100)
    desk.bar(105, high=111, low=100)
    desk.bar(85, open=100)
    assert desk.trades == [("100", "100", "20", "stop")]
    (closed,) = desk.told(TradeClosed)
    assert [(part.qty, part.reason) for part in closed.trade.parts] == [(D(10), "target"), (D(10), "stop")]
    assert desk.core.state.orders == {}


def test_two_targets_of_one_bar_are_both_reached_and_its_stop_comes_first() -> None:
    desk = Desk({0: parted(*THREE)})
    desk.walk(100, 100)
    desk.bar(122, high=125)
    assert desk.qty == 4
    both = Desk({0: parted(*THREE)})
    both.walk(100, 100)
    both.bar(100, high=125, low=89)
    assert both.trades == [("100", "90", "20", "stop")]


def test_a_short_mirrors() -> None:
    aims = ((0.25, 95.0), (0.75, 80.0))
    desk = Desk({0: Say(-60, 110, 95, exit_long=True, aims=aims)})
    desk.walk(100, 100)
    desk.bar(100, low=94)
    assert desk.qty == -15
    assert resting(desk) == [("target", 15, 80), ("stop", 15, 110)]


def test_without_several_targets_nothing_is_different() -> None:
    desk = Desk({0: short(110, 80)})
    desk.walk(100, 100)
    assert resting(desk) == [("stop", 20, 110), ("target", 20, 80)]
    desk.bar(80, low=79)
    assert desk.told(TradeClosed)[0].trade.parts == ()


def test_a_target_of_the_users_replaces_all_of_them() -> None:
    desk = Desk({0: parted(*THREE)}, bracket=Bracket(None, D("0.05")))
    desk.walk(100, 100)
    assert resting(desk) == [("stop", 20, 90), ("target", 20, 105)]


def test_a_part_closed_by_hand_is_taken_from_every_part_that_is_left() -> None:
    desk = Desk({0: parted(*THREE)})
    desk.walk(100, 100)
    desk.command(Close("BTC", 50))
    desk.walk(101)
    assert resting(desk) == [("stop", 10, 90), ("target", 5, 110), ("target", 3, 120), ("target", 2, 130)]
    desk.bar(105, high=125, low=100)
    assert resting(desk) == [("target", 2, 130), ("stop", 2, 90)]


def test_an_entry_filled_in_steps_is_divided_anew_each_time() -> None:
    desk = Desk({0: parted(*THREE)}, venue=False)
    desk.bar(100)
    entry = desk.order("entry")
    desk.feed(desk.filled(entry, "4", trade_id="a"))
    assert resting(desk) == [("stop", 4, 90), ("target", 2, 110), ("target", D("1.2"), 120), ("target", D("0.8"), 130)]
    desk.feed(desk.filled(entry, "16", trade_id="b"))
    assert resting(desk) == [("stop", 20, 90), ("target", 10, 110), ("target", 6, 120), ("target", 4, 130)]


def test_a_target_filled_in_steps_is_one_part_and_the_stop_follows_each_step() -> None:
    desk = Desk({0: parted(*THREE)}, venue=False)
    desk.bar(100)
    desk.feed(desk.filled(desk.order("entry"), "20", trade_id="a"))
    first = desk.order("target", 0)
    desk.feed(desk.filled(first, "4", "110", trade_id="b"))
    assert ("stop", 16, 90) in resting(desk)
    desk.feed(desk.filled(first, "6", "111", trade_id="c"))
    assert ("stop", 10, 90) in resting(desk)
    holding = desk.position()
    assert holding is not None
    # (4 * 110 + 6 * 111) / 10
    assert [(part.qty, part.price) for part in holding.parts] == [(D(10), D("110.6"))]
    assert (holding.hit, holding.target) == (1, D(120))


def test_a_share_without_a_price_stays_for_the_stop() -> None:
    desk = Desk({0: parted((0.5, 110.0), (0.5, float("nan")))})
    desk.walk(100, 100)
    assert resting(desk) == [("stop", 20, 90), ("target", 10, 110)]
    desk.bar(200, high=210)
    assert resting(desk) == [("stop", 10, 90)]


def test_the_stop_goes_to_the_entry_at_the_close_after_the_first_target() -> None:
    tick = [Instrument("BTC", "BTC", "USDT", tick=D("0.5"))]
    rules = Exits(break_even_on_target=True, break_even_ticks=2)
    desk = Desk({0: parted(*THREE)}, exits=rules, instruments=tick)
    desk.walk(100, 100, 109)
    assert desk.position().stop == 90  # type: ignore[union-attr]
    desk.bar(108, high=110)
    # Two ticks of 0.5 above the entry.
    assert ("stop", 10, 101) in resting(desk)
    desk.bar(100, open=105)
    assert desk.trades == [("100", "105.5", "20", "stop")]


def test_people_see_what_is_left_and_what_is_ahead() -> None:
    desk = Desk({0: parted(*THREE)})
    desk.walk(100, 100)
    desk.bar(105, high=111, low=100)
    holding = desk.position()
    assert holding is not None
    view = position(holding, desk.core, desk.equity)
    assert (view.qty, view.hit, view.target) == (D(10), 1, D(120))
    assert [(target.qty, target.price) for target in view.targets] == [(D(6), D(120)), (D(4), D(130))]
    (signal,) = desk.told(Signal)
    assert [(one.share, one.price) for one in signal.targets] == [
        (D("0.5"), D(110)),
        (D("0.3"), D(120)),
        (D("0.2"), D(130)),
    ]
    told = desk.told(TradeChanged)[-1].position
    assert [(one.share, one.price) for one in told.targets] == [(D("0.6"), D(120)), (D("0.4"), D(130))]


def test_a_thin_market_takes_the_parts_in_steps() -> None:
    desk = Desk({0: parted((0.5, 110.0), (0.5, 120.0))}, costs=Costs(fee=D(0), participation=D("0.01")))
    desk.bar(100, volume=1e6)
    desk.bar(100, volume=1e6)
    desk.bar(111, volume=400)
    assert ("stop", 16, 90) in resting(desk)
    desk.bar(111, volume=600)
    assert resting(desk) == [("target", 10, 120), ("stop", 10, 90)]


def test_a_target_that_the_venue_dropped_is_put_again() -> None:
    desk = Desk({0: parted(*THREE)}, venue=False)
    desk.bar(100)
    desk.feed(desk.filled(desk.order("entry"), "20", trade_id="a"))
    desk.feed(OrderExpired(desk.now, desk.order("target", 1).id))
    assert resting(desk) == [("stop", 20, 90), ("target", 10, 110), ("target", 4, 130), ("target", 6, 120)]
