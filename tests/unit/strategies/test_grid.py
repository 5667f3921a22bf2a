"""A grid on the whole desk, reckoned by hand: the printed range, levels 20 apart, a fee of 0.0008."""

from decimal import Decimal as D

import msgspec
import pytest

from engine.model.commands import Close, Pause, Resume, StrategySwitch
from engine.model.facts import Trouble
from engine.model.instrument import Instrument
from engine.model.inverse import Inverse
from engine.model.orders import ApprovedOrder
from engine.plan import Costs, StrategyPlan
from strategies.base import build
from strategies.grid import Params
from strategies.ladder import Ladder, net
from tests.desk import WIDE, Desk

COIN = Instrument("BTC", "BTC", "USD", D("0.1"), D(1), D(1), inverse=Inverse(D(100)))
RULES = Instrument("BTC", "BTC", "USDT", D("0.1"), D("0.001"))
PRINTED = Params(low=1500.0, high=1620.0, n=6, sides="long")
BOTH = msgspec.structs.replace(PRINTED, sides="both")
QTY = D("2.192")
"""10,000 at one times the equity over the mean level 1520 is 6.578 on the step, a third of it 2.192."""


def desk(
    params: Params = PRINTED, fee: str = "0.0008", instrument: Instrument = RULES, cash: str = "10000", **settings: str
) -> Desk:
    """A desk with a grid on minutes, at a price of 1567: fifteen bars with a true range of 2 each, so ATR14 is 2."""
    made = Desk(
        instruments=[instrument],
        costs=Costs(D(fee)),
        strategies=[StrategyPlan("grid", build("grid"), params, "1m", ("BTC",))],
        settings=WIDE | settings,
        cash=cash,
    )
    for _ in range(15):
        made.bar(1567.0, high=1568.0, low=1566.0)
    return made


def resting(made: Desk) -> list[tuple[str, str, str]]:
    """Side, price and quantity of the live limit orders, highest first."""
    live = [one.order for one in made.core.state.orders.values() if one.order.type == "limit"]
    return [(order.side, f"{order.price:f}", f"{order.qty:f}") for order in sorted(live, key=price, reverse=True)]


def price(order: ApprovedOrder) -> D:
    return order.price or D(0)


def stop(made: Desk) -> tuple[str, str] | None:
    """Trigger and quantity of the protection."""
    live = [one.order for one in made.core.state.orders.values() if one.order.leg == "stop"]
    return (f"{live[-1].trigger:f}", f"{live[-1].qty:f}") if live else None


def test_it_begins_with_a_buy_at_each_level_below_the_price_but_the_nearest() -> None:
    made = desk()
    assert resting(made) == [("buy", "1540.0", "2.192"), ("buy", "1520.0", "2.192"), ("buy", "1500.0", "2.192")]
    assert {order.stop for order in made.submitted} == {D("1498.0")}
    assert made.core.state.grants["BTC"].qty == D("6.578")
    assert made.core.state.strategies["grid"].last_signal == "Long BTC"


def test_a_cell_earns_what_it_is_reckoned_to_and_is_bought_again() -> None:
    """2.192 (1560 - 1540) - 0.0008 (1540 + 1560) 2.192 = 43.84 - 5.43616 = 38.40384 a round trip."""
    made = desk()
    made.bar(1539.0, open=1567.0)
    assert made.qty == QTY
    assert resting(made)[0] == ("sell", "1560.0", "2.192")
    assert stop(made) == ("1498.0", "2.192")
    made.bar(1561.0, open=1539.0)
    assert made.equity == D("10038.40384")
    assert resting(made)[0] == ("buy", "1540.0", "2.192")
    made.bar(1539.0, open=1561.0)
    made.bar(1561.0, open=1539.0)
    assert made.equity == D("10076.80768")
    assert made.trades == [("1540", "1560", "2.192", "grid_sell")] * 2


def test_several_cells_are_held_at_once_and_each_is_sold_one_level_up() -> None:
    made = desk()
    made.bar(1519.0, open=1567.0)
    assert made.qty == 2 * QTY
    assert resting(made) == [("sell", "1560.0", "2.192"), ("sell", "1540.0", "2.192"), ("buy", "1500.0", "2.192")]
    assert stop(made) == ("1498.0", "4.384")
    made.bar(1541.0, open=1519.0)
    assert made.qty == QTY
    assert [order[:2] for order in resting(made)] == [("sell", "1560.0"), ("buy", "1520.0"), ("buy", "1500.0")]


def test_a_sell_placed_inside_a_bar_waits_for_the_next_one() -> None:
    made = desk()
    made.bar(1567.0, high=1570.0, low=1539.0)
    assert made.qty == QTY
    made.bar(1567.0, high=1570.0, low=1566.0)
    assert made.qty == 0


def test_a_break_out_loses_what_it_is_reckoned_to_and_ends_the_grid() -> None:
    """All three are bought on the way down and sold at 1498: 2.192 ((1498 - 1540) + (1498 - 1520) + (1498 - 1500))
    = -144.672; fees 0.0008 * 2.192 (1540 + 1520 + 1500 + 3 * 1498) = 15.8771..."""
    made = desk()
    made.bar(1490.0, open=1567.0)
    assert made.equity == D(10000) - D("144.672") - D("0.0008") * QTY * (4560 + 3 * 1498)
    assert made.trades == [("1520", "1498", "6.576", "stop")]
    assert resting(made) == []
    made.bar(1490.0)
    assert made.core.state.grants == {}
    assert not made.core.state.kept["grid BTC"].memory


def test_a_close_above_the_range_and_its_atr_ends_it_without_a_trade() -> None:
    made = desk()
    made.bar(1622.0, open=1567.0)
    assert len(resting(made)) == 3
    made.bar(1622.1, open=1622.0)
    assert resting(made) == []
    assert made.trades == []


def test_a_gap_below_everything_buys_and_sells_at_the_open() -> None:
    """What is bought at 1480 is sold at 1480: only the fees of 3 * 2.192 * 1480 both ways are lost."""
    made = desk()
    made.bar(1480.0, open=1480.0)
    assert made.equity == D(10000) - 2 * 3 * QTY * 1480 * D("0.0008")
    assert made.qty == 0


@pytest.mark.parametrize(
    ("params", "fee", "reason"),
    [
        (PRINTED, "0.0033", "grid_too_narrow"),
        (msgspec.structs.replace(PRINTED, fee=0.0033), "0", "grid_too_narrow"),
        (Params(max_atr_pct=0.1), "0", "not_calm"),
        (Params(low=1567.0, high=1700.0, sides="long"), "0", "no_buy_level"),
        (Params(low=1400.0, high=1567.0, sides="short"), "0", "no_sell_level"),
        (Params(low=1600.0, high=1700.0), "0", "outside_range"),
    ],
)
def test_it_abstains_with_a_reason(params: Params, fee: str, reason: str) -> None:
    made = desk(params, fee)
    assert made.submitted == []
    assert made.core.state.strategies["grid"].last_signal == f"Neutral BTC: {reason}"


def test_a_grid_whose_parts_are_below_the_venues_least_order_is_not_begun() -> None:
    made = desk(instrument=Instrument("BTC", "BTC", "USDT", D("0.1"), D("0.001"), D(3)))
    assert made.submitted == []
    assert made.core.state.grants == {}
    assert made.core.state.strategies["grid"].last_signal == "Neutral BTC: below_min_qty"


def test_the_gate_cuts_the_whole_grid_to_the_risk_of_one_trade() -> None:
    """1 % of 10,000 over what one unit loses from 1520 to 1498: 22 + 0.0008 (1520 + 1498) = 24.4144 gives 4.095."""
    made = desk(RISK_PER_TRADE_PERCENT="1")
    assert made.core.state.grants["BTC"].qty == D("4.095")
    assert {order.qty for order in made.submitted} == {D("1.365")}


def test_the_gate_is_not_asked_again_at_once_after_a_refusal() -> None:
    made = desk(instrument=Instrument("BTC", "BTC", "USDT", D("0.1"), D("0.001"), D(9)))
    for _ in range(14):
        made.bar(1567.0, high=1568.0, low=1566.0)
    assert made.denied == ["below_min_qty"]
    made.bar(1567.0, high=1568.0, low=1566.0)
    assert made.denied == ["below_min_qty"] * 2


def test_a_pause_takes_the_buys_away_and_leaves_the_sells() -> None:
    made = desk()
    made.bar(1539.0, open=1567.0)
    made.command(Pause())
    made.bar(1539.0)
    assert resting(made) == [("sell", "1560.0", "2.192")]
    made.command(Resume())
    made.bar(1545.0)
    assert [order[:2] for order in resting(made)] == [("sell", "1560.0"), ("buy", "1520.0"), ("buy", "1500.0")]


def test_switched_off_it_sells_what_it_holds_and_buys_no_more() -> None:
    made = desk()
    made.bar(1539.0, open=1567.0)
    made.command(StrategySwitch("grid", False))
    made.bar(1539.0)
    assert resting(made) == [("sell", "1560.0", "2.192")]
    made.bar(1561.0, open=1539.0)
    made.walk(1561.0, 1561.0)
    assert made.qty == 0
    assert not resting(made)
    assert not made.core.state.grants


def test_a_person_who_closes_the_position_ends_the_grid() -> None:
    made = desk()
    made.bar(1519.0, open=1567.0)
    made.command(Close("BTC"))
    made.bar(1525.0)
    assert made.qty == 0
    assert not resting(made)
    assert made.trades[-1][3] == "close"
    assert made.told(Trouble) == []


def test_part_fills_are_sold_once_the_buy_is_complete() -> None:
    """A tenth of a volume of 10 is filled a bar: 1.0, 1.0, then the rest of 2.192."""
    made = Desk(
        instruments=[RULES],
        costs=Costs(D(0), participation=D("0.1")),
        strategies=[StrategyPlan("grid", build("grid"), PRINTED, "1m", ("BTC",))],
    )
    for _ in range(15):
        made.bar(1567.0, high=1568.0, low=1566.0)
    sells = []
    for _ in range(3):
        made.bar(1539.0, volume=10.0)
        sells.append([order for order in resting(made) if order[0] == "sell"])
    assert sells == [[], [], [("sell", "1560.0", "2.192")]]


def test_what_it_remembers_says_which_levels_hold_something() -> None:
    made = desk()
    made.bar(1519.0, open=1567.0)
    kept = msgspec.msgpack.decode(made.core.state.kept["grid BTC"].memory, type=Ladder)
    assert kept.held == (D(0), QTY, QTY, D(0), D(0), D(0))


SOLD = D("2.083")
"""10,000 over the mean of 1580, 1600 and 1620 is 6.25, a third of it 2.083: less than the buys would take."""


def test_it_sells_at_each_level_above_the_price_too_and_buys_back_one_level_lower() -> None:
    """2.083 (1580 - 1560) - 0.0008 (1580 + 1560) 2.083 = 41.66 - 5.232496 = 36.427504 a round trip."""
    made = desk(BOTH)
    prices = [("sell", "1620.0"), ("sell", "1600.0"), ("sell", "1580.0")]
    prices += [("buy", "1540.0"), ("buy", "1520.0"), ("buy", "1500.0")]
    assert resting(made) == [(side, price, str(SOLD)) for side, price in prices]
    assert {order.stop for order in made.submitted if order.side == "sell"} == {D("1622.0")}
    assert made.core.state.strategies["grid"].last_signal == "Long or Short BTC"
    made.bar(1581.0, open=1567.0)
    assert made.qty == -SOLD
    # The buys below are taken away while it is short; what rests is the way back and the next two sells.
    assert [one[:2] for one in resting(made)] == [("sell", "1620.0"), ("sell", "1600.0"), ("buy", "1560.0")]
    assert stop(made) == ("1622.0", "2.083")
    made.bar(1559.0, open=1581.0)
    assert made.equity == D("10036.427504")
    assert made.trades == [("1580", "1560", "2.083", "grid_buy")]
    assert [one[:2] for one in resting(made)] == prices
    made.bar(1539.0, open=1559.0)
    assert made.qty == SOLD
    assert [one[:2] for one in resting(made)] == [("sell", "1560.0"), ("buy", "1520.0"), ("buy", "1500.0")]


def test_a_break_out_above_buys_back_at_the_stop_what_was_sold() -> None:
    """All three are sold on the way up and bought back at 1622: 2.083 ((1580 + 1600 + 1620) - 3 * 1622) = -137.478."""
    made = desk(BOTH)
    made.bar(1630.0, open=1567.0)
    assert made.equity == D(10000) - D("137.478") - D("0.0008") * SOLD * (4800 + 3 * 1622)
    assert made.trades == [("1600", "1622", "6.249", "stop")]
    assert resting(made) == []


def test_a_grid_of_one_side_opens_that_one_alone_and_spot_is_only_ever_bought() -> None:
    made = desk(msgspec.structs.replace(PRINTED, sides="short"))
    assert [one[:2] for one in resting(made)] == [("sell", "1620.0"), ("sell", "1600.0"), ("sell", "1580.0")]
    assert made.core.state.strategies["grid"].last_signal == "Short BTC"
    spot = Instrument("BTC", "BTC", "USDT", D("0.1"), D("0.001"), spot=True)
    half = {"MAX_POSITION_SIZE_PERCENT": "50"}
    assert [one[0] for one in resting(desk(BOTH, instrument=spot, **half))] == ["buy"] * 3
    made = desk(msgspec.structs.replace(PRINTED, sides="short"), instrument=spot)
    assert made.core.state.strategies["grid"].last_signal == "Neutral BTC: short_not_allowed"


def test_a_pause_takes_what_opens_away_on_both_sides_and_leaves_the_way_back() -> None:
    made = desk(BOTH)
    made.bar(1581.0, open=1567.0)
    made.command(Pause())
    made.bar(1581.0)
    assert resting(made) == [("buy", "1560.0", "2.083")]


def test_an_order_of_the_other_side_that_fills_before_it_is_cancelled_is_netted() -> None:
    made = desk(BOTH)
    late = next(order for order in made.submitted if order.price == 1580)
    made.bar(1539.0, open=1567.0)
    assert made.qty == SOLD
    made.feed(made.filled(late, "2.083", "1580", trade_id="late"))
    assert made.qty == 0
    kept = msgspec.msgpack.decode(made.core.state.kept["grid BTC"].memory, type=Ladder)
    assert not any(kept.held)
    made.bar(1567.0, open=1560.0)
    assert [one[0] for one in resting(made)] == ["sell"] * 3 + ["buy"] * 3


@pytest.mark.parametrize(
    ("held", "after"),
    [((1, 2, -3, -1), (0, 0, 0, -1)), ((2, 2, -1, 0), (2, 1, 0, 0)), ((1, 0, 0, -1), (0, 0, 0, 0)), ((3, 1), (3, 1))],
)
def test_what_was_bought_and_what_was_sold_close_one_another_the_nearest_first(
    held: tuple[int, ...], after: tuple[int, ...]
) -> None:
    cells = [D(one) for one in held]
    net(cells)
    assert cells == list(after)


def test_of_coin_settled_contracts_a_cell_earns_coin() -> None:
    """10 coin are 10 * 1519.82 / 100 = 151.98 contracts at the harmonic mean of 1500, 1520 and 1540: 50 a level.

    50 bought at 1540 and sold at 1560 are 5000 (1/1540 - 1/1560), less 0.0008 * 5000 (1/1540 + 1/1560).
    """
    made = desk(instrument=COIN, cash="10")
    assert resting(made) == [("buy", "1540.0", "50"), ("buy", "1520.0", "50"), ("buy", "1500.0", "50")]
    made.bar(1539.0, open=1567.0)
    made.bar(1561.0, open=1539.0)
    bought, sold = 5000 / D(1540), 5000 / D(1560)
    assert abs(made.equity - (10 + bought - sold - D("0.0008") * (bought + sold))) < D("1e-16")
    assert made.trades == [("1540", "1560", "50", "grid_sell")]


def test_of_coin_settled_contracts_what_is_sold_loses_no_more_than_the_risk_of_one_trade() -> None:
    """1 % of 10.05 coin over 100 ((1/1580 + 1/1600 + 1/1620) / 3 - 1/1622) = 0.000854230 is 117.65; at the mean price
    1600 itself it would be 0.000847718 and 118.55."""
    short = msgspec.structs.replace(PRINTED, sides="short")
    made = desk(short, "0", COIN, "10.05", RISK_PER_TRADE_PERCENT="1")
    assert made.core.state.grants["BTC"].qty == 117
    made.bar(1630.0, open=1567.0)
    assert made.trades == [("1599.83332465232564196052", "1622", "117", "stop")]
    assert D("0.0999") < D("10.05") - made.equity < D("0.1005")


def test_of_coin_settled_contracts_the_venues_least_order_is_coin() -> None:
    """50 contracts at 1540 are 3.2 coin."""
    made = desk(instrument=msgspec.structs.replace(COIN, min_notional=D(4)), cash="10")
    assert made.core.state.strategies["grid"].last_signal == "Neutral BTC: below_min_qty"
