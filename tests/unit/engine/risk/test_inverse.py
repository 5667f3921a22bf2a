"""The book, the breakers and the gate of an account in coin, by hand (`coin.py` says what a contract is worth)."""

from decimal import Decimal as D
from math import inf

import msgspec
import pytest

from engine.model.instrument import Instrument, Tier
from engine.model.messages import Depth, Quote, Report
from engine.model.orders import ApprovedOrder
from engine.plan import Costs
from engine.risk.depth import thinner
from engine.risk.gross import gross_notional
from engine.risk.inverse_breakers import InverseBreakers, band
from engine.state import Grant, LiveOrder
from tests.desk import FREE, Desk
from tests.unit.engine.risk.asked import code, judged, said
from tests.unit.engine.risk.coin import CONTRACT, hold, world


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


@pytest.mark.parametrize(("sign", "equity"), [(1, "12.25"), (-1, "7.75")])
def test_what_stands_on_one_side_adds_up_too(sign: int, equity: str) -> None:
    desk = world()
    hold(desk, "BTC", str(10 * sign), "80")
    hold(desk, "BTC-DATED", str(5 * sign), "125")
    desk.core.state.marks |= {"BTC": 125.0, "BTC-DATED": 80.0}
    book = desk.core.desk.gate.book(desk.core.state)
    # 12.5 and 4 coin at the entries, 8 and 6.25 at the marks.
    assert (book.gross, book.net, book.cost) == (D("14.25"), sign * D("14.25"), D("16.5"))
    assert book.equity == desk.equity == D(equity)


def test_what_has_not_changed_is_not_weighed_anew() -> None:
    desk = two()
    first, second = (desk.core.desk.gate.book(desk.core.state).weights for _ in range(2))
    assert [one is other for one, other in zip(first, second, strict=True)] == [True, True]


def test_gross_notional_is_coin_at_the_marks_and_at_the_price_of_what_is_under_way() -> None:
    desk = two()
    enter(desk, "buy", "80", None)
    # 8 and 6.25 at the marks, 2 contracts more of 1.25 each.
    assert gross_notional(desk.core.state, desk.core.desk.inverse) == D("16.75")


def test_the_thinner_side_counts_in_coin() -> None:
    desk = world()
    desk.core.state.quotes["BTC"] = Quote(desk.now, "BTC", 80.0, 80.1, depth=Depth(desk.now, 4.0, 6.0))
    assert thinner(desk.core.state, "BTC", desk.now, desk.core.desk.inverse) == D(5)


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


def test_positions_share_what_may_be_lost_and_gained() -> None:
    # Of 10 coin a day may lose 2.5, and 11 is the peak: 1.25 and 0.5 for each of the two.
    desk = world(MAX_DAILY_LOSS_PERCENT="25")
    hold(desk, "BTC", "10", "100")
    hold(desk, "BTC-DATED", "1", "100")
    desk.core.state.hwm = D(11)
    breakers = desk.core.breakers
    breakers.aim()
    assert not breakers.watch(1)
    # 10 contracts are worth 11.25 and 9.5 coin there, one is worth 2.25 and 0.5.
    assert breakers.band("BTC") == pytest.approx((1000 / 11.25, 1000 / 9.5), rel=1e-4)
    assert breakers.band("BTC-DATED") == pytest.approx((100 / 2.25, 200), rel=1e-4)
    assert not breakers.follow(), "what is between them is no sum of what each mark adds"


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


def unlevered(cash: str = "100", costs: Costs = FREE, like: Instrument = CONTRACT, /, **settings: str) -> Desk:
    """At 1 x a long from 100 is liquidated near 100 / 2: a stop at 80 is well before half the way."""
    return world(cash, costs, like, MAX_LEVERAGE="1", **settings)


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


def test_the_least_order_of_a_venue_is_coin() -> None:
    # 8 contracts from 100 are 8 coin.
    for least, answer in (("8", "approved"), ("8.000001", "below_min_notional")):
        like = msgspec.structs.replace(CONTRACT, min_notional=D(least))
        assert code(unlevered("100", FREE, like), stop=D(80)) == answer


def test_the_portfolio_cuts_to_whole_contracts() -> None:
    # 1 % of heat of 100 coin: four contracts of 0.25.
    order = judged(unlevered(MAX_HEAT_PERCENT="1"), stop=D(80)).order
    assert order is not None
    assert (order.qty, order.binding) == (D(4), "heat_limit")


def test_short_of_liquidation_is_judged_by_coin() -> None:
    # At 2 x a short of one contract has 0.5 coin and is liquidated near 100 / 0.5 = 200; half the way is 150.
    for stop, answer in ((140, "approved"), (152, "stop_beyond_liquidation_buffer")):
        assert code(world("100"), side="sell", stop=D(stop)) == answer


def test_a_part_of_a_grant_reserves_the_coin_it_loses() -> None:
    costs = Costs(D("0.001"), spread_bps=D(20), slippage_bps=D(10))
    desk = unlevered("100", costs, msgspec.structs.replace(CONTRACT, min_notional=D("4.5")))
    desk.core.state.grants["BTC"] = Grant("scripted", D(10), loss_per_unit=D(3))
    # A contract loses 0.25 to the stop, 0.1 % of 1 coin, 0.1 % and 0.2 % of 1.25.
    order = judged(desk, qty=D(8), stop=D(80)).order
    assert order is not None
    assert (order.qty, order.reserved_risk) == (D(8), D("2.038"))
    text = "4.000000 is below 4.5"
    assert said(desk, qty=D(4), stop=D(80)) == ("below_min_notional", text, 4, None)


def test_a_limit_order_below_the_mark_loses_coin_as_it_fills() -> None:
    # 4 contracts sold at 80 are 5 coin, at the mark 4; 0.1 % of 5 is the fee.
    desk = unlevered("100", Costs(D("0.001")), PRICE_BAND_PERCENT="20")
    sold = {"type": "limit", "price": D(80), "entry": D(80), "stop": D(90), "qty": D(4), "side": "sell"}
    assert said(desk, "margin", **sold) == ("", "", D("6.005"), 100)


def test_the_gate_tells_margin_and_tier_in_coin() -> None:
    # 2 % of 10 coin over the 0.01 that one contract loses to 99 is more than all of it.
    text = "the order costs 10.005000, 10.000000 is free"
    short = unlevered("10", Costs(D("0.0005")))
    assert said(short, stop=D(99)) == ("insufficient_margin", text, D("10.005"), 10)
    # 2 % of 20 coin over 100 / 90 - 1 are 3 contracts.
    tiers = (Tier(D(0), D(1), D("0.01"), D(5)), Tier(D(1), None, D("0.02"), D(1)))
    text = "2x is above the 1x the venue allows at 3.000000"
    assert said(world("20", FREE, msgspec.structs.replace(CONTRACT, tiers=tiers))) == (
        "leverage_above_tier",
        text,
        2,
        1,
    )
