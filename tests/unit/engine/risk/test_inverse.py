"""The book, the breakers and the gate of an account in coin, by hand (`coin.py` says what a contract is worth)."""

from decimal import Decimal as D
from math import inf

import pytest

from engine.model.messages import Report
from engine.model.orders import ApprovedOrder
from engine.risk.inverse_breakers import InverseBreakers, band
from engine.state import LiveOrder
from tests.desk import Desk
from tests.unit.engine.risk.asked import code, judged
from tests.unit.engine.risk.coin import hold, world


def two() -> Desk:
    """Long 10 from 100, stopped at 80, at 125; short 5 from 100, stopped at 125, at 80."""
    desk = world()
    hold(desk, "BTC", "10", "100", "80")
    hold(desk, "BTC-DATED", "-5", "100", "125")
    desk.core.state.marks |= {"BTC": 125.0, "BTC-DATED": 80.0}
    return desk


def enter(desk: Desk, side: str, price: str | None, stop: str | None) -> None:
    order = ApprovedOrder(
        "o1", 0, "BTC", "sell" if side == "sell" else "buy", "entry", "limit", D(4), False, "x", "1", "t",
        None if price is None else D(price), None, None if stop is None else D(stop), None, D(2),
    )  # fmt: skip
    desk.core.state.orders["o1"] = LiveOrder(order, filled=D(2))


def test_a_long_and_a_short_add_up_in_coin() -> None:
    desk = two()
    book = desk.core.desk.gate.book(desk.core.state)
    # 10 x (1 - 0.8) and 5 x (1.25 - 1) are gained; 8 and 6.25 coin at the marks, 15 at the entries.
    assert book.equity == desk.equity == D("13.25")
    assert (book.gross, book.net, book.cost) == (D("14.25"), D("1.75"), D(15))
    # From the entries to the stops 10 x 0.25 and 5 x 0.2, from the marks 10 x 0.45 and 5 x 0.45.
    assert (book.heat, book.to_stops) == (D("3.5"), D("6.75"))
    assert (book.notionals.tolist(), book.losses.tolist()) == ([8.0, -6.25], [2.5, 1.0])
    assert desk.core.desk.gate.book(desk.core.state).gross == book.gross


def test_beyond_its_stop_nothing_more_is_lost_and_without_one_all_is_at_stake() -> None:
    desk = two()
    desk.core.state.marks |= {"BTC": 75.0, "BTC-DATED": 160.0}
    assert desk.core.desk.gate.book(desk.core.state).to_stops == 0
    desk = world()
    hold(desk, "BTC", "10", "100")
    del desk.core.state.marks["BTC"]
    book = desk.core.desk.gate.book(desk.core.state)
    assert (book.equity, book.gross, book.heat, book.to_stops) == (D(10), D(10), D(10), D(10))


@pytest.mark.parametrize(
    ("side", "price", "stop", "gross", "heat"),
    [("buy", "100", "80", "2", "0.5"), ("buy", None, None, "1.6", "1.6"), ("sell", "80", "100", "2.5", "0.5")],
)
def test_entries_under_way_count_as_filled(
    side: str, price: str | None, stop: str | None, gross: str, heat: str
) -> None:
    desk = world()
    desk.core.state.marks["BTC"] = 125.0
    enter(desk, side, price, stop)
    book = desk.core.desk.gate.book(desk.core.state)
    assert (book.gross, book.heat, book.cost, book.pending_risk) == (D(gross), D(heat), D(gross), D(1))


def test_the_band_is_where_the_coin_is_lost_or_gained() -> None:
    # 10 contracts at 100: 2.5 coin are lost at 80 (12.5 - 10), 2 are gained at 125 (10 - 8).
    assert band(100.0, 2.5, 2.0, 1000.0, True) == pytest.approx((80.0, 125.0), rel=1e-12)
    assert band(100.0, 2.0, 2.5, 1000.0, False) == pytest.approx((80.0, 125.0), rel=1e-12)
    # However high the price, a long gains less than 10 coin and a short loses no more.
    assert band(100.0, 2.5, 10.0, 1000.0, True)[1] == band(100.0, 10.0, 2.5, 1000.0, False)[1] == inf


def test_a_line_is_met_where_the_coin_is_gone_and_not_before() -> None:
    # Of 10 coin a day may lose 2.5: 10 contracts from 100 have lost them at 80.
    desk = world(MAX_DAILY_LOSS_PERCENT="25")
    hold(desk, "BTC", "10", "100")
    breakers = desk.core.breakers
    assert isinstance(breakers, InverseBreakers)
    desk.core.state.marks["BTC"] = 99.0
    assert not breakers.watch(1)
    low, high = breakers.band("BTC")
    # The peak is 10 coin, 0.1 more than now.
    assert (low, high) == pytest.approx((80, 100), rel=1e-5)
    assert low > 80
    assert high < 100
    for mark, told in ((80.01, 0), (80.0, 1)):
        desk.core.state.marks["BTC"] = mark
        breakers.watch(1)
        assert len([each for each in desk.core.desk.out if isinstance(each, Report)]) == told


def test_a_position_that_is_not_known_yet_has_no_band() -> None:
    desk = world()
    held = hold(desk, "BTC", "10", "100")
    held.qty_f = 0.0
    del desk.core.state.marks["BTC"]
    desk.core.breakers._peak = 11.0
    assert not desk.core.breakers.watch(1)
    assert desk.core.breakers.bands == {}
    desk.core.state.holdings.clear()
    assert not desk.core.breakers.watch(1)


def unlevered(cash: str = "100", **settings: str) -> Desk:
    """At 1 x a long from 100 is liquidated near 100 / 2: a stop at 80 is well before half the way."""
    return world(cash, MAX_LEVERAGE="1", **settings)


def test_the_gate_sizes_contracts_by_coin_at_risk() -> None:
    # 2 % of 10 coin over the 0.25 that one contract loses from 100 to 80 is 0.8; of 100 coin it is 8.
    assert code(unlevered("10"), stop=D(80)) == "below_min_qty"
    order = judged(unlevered(), stop=D(80)).order
    assert order is not None
    assert (order.qty, order.reserved_risk, order.binding) == (D(8), D(2), "risk")
    # The largest position is coin: 3 of 1 each.
    order = judged(unlevered(MAX_POSITION_SIZE="3.5"), stop=D(80)).order
    assert order is not None
    assert (order.qty, order.binding) == (D(3), "max_notional")


def test_the_portfolio_cuts_to_whole_contracts() -> None:
    # 1 % of heat of 100 coin: four contracts of 0.25.
    order = judged(unlevered(MAX_HEAT_PERCENT="1"), stop=D(80)).order
    assert order is not None
    assert (order.qty, order.binding) == (D(4), "heat_limit")


def test_short_of_liquidation_is_judged_by_coin() -> None:
    # At 2 x a short of one contract has 0.5 coin and is liquidated near 100 / 0.5 = 200; half the way is 150.
    for stop, answer in ((140, "approved"), (152, "stop_beyond_liquidation_buffer")):
        assert code(world("100"), side="sell", stop=D(stop)) == answer
