from decimal import Decimal as D

import msgspec

from engine import ledger
from engine.ledger import average, carry_on, closed, fund, give, increase, opened, reduce, signed, write_off
from engine.model.account import ClosedTrade, PartExit
from engine.model.inverse import Inverse
from engine.model.orders import ApprovedOrder, Portion
from engine.state import DeskState, Holding, StrategyRecord, Target, fresh


def holding(state: DeskState) -> Holding:
    found = state.holdings["ETH"] = opened(None, "ETH", 1, "A1")
    return found


def test_the_printed_example_of_average_cost() -> None:
    state = fresh(D(10_000))
    eth = holding(state)
    increase(state, eth, D("0.40"), D(2470), D("0.494"))
    assert (eth.qty, eth.avg, state.realised, state.fees) == (D("0.40"), D(2470), D(0), D("0.494"))
    increase(state, eth, D("0.60"), D(2485), D("0.7455"))
    assert (eth.qty, eth.avg, state.realised, state.fees) == (D(1), D(2479), D(0), D("1.2395"))
    # The sell of 1.50 closes 1.00 and opens 0.50 short at the fill price; its fee goes with it in parts.
    reduce(state, eth, D(-1), D(2500), D("1.25"))
    assert (eth.qty, state.realised) == (D(0), D(21))
    eth = holding(state)
    increase(state, eth, D("-0.50"), D(2500), D("0.625"))
    assert (eth.qty, eth.avg, state.realised, state.fees) == (D("-0.50"), D(2500), D(21), D("3.1145"))
    reduce(state, eth, D("0.20"), D(2490), D("0.249"))
    assert (eth.qty, eth.avg, state.realised, state.fees) == (D("-0.30"), D(2500), D(23), D("3.3635"))
    assert state.cash - state.start == D("19.6365")


def test_longs_pay_a_positive_rate_and_shorts_a_negative_one() -> None:
    state = fresh(D(1000))
    eth = holding(state)
    increase(state, eth, D(2), D(2480), D(0))
    assert fund(state, eth, D("0.0003"), D(2480)) == D("-1.4880")
    reduce(state, eth, D(-2), D(2480), D(0))
    increase(state, eth, D(-2), D(2480), D(0))
    assert fund(state, eth, D("-0.0003"), D(2480)) == D("-1.4880")
    assert (state.funding, state.cash) == (D("-2.9760"), D("997.0240"))


def test_equity_is_cash_and_what_the_mark_adds() -> None:
    state = fresh(D(1000))
    eth = holding(state)
    increase(state, eth, D("-0.5"), D(100), D(1))
    assert ledger.equity(state) == ledger.account(state).equity == D(999)
    state.marks["ETH"] = 90.5
    assert ledger.equity(state) == ledger.account(state).equity == D("1003.75")


def test_an_average_that_never_ends_is_kept_to_twenty_decimals() -> None:
    assert average(D(1), D(100), D(2), D(101)) == D("100.66666666666666666667")
    assert average(D(0), D(0), D(2), D(101)) == D(101)


def test_a_closed_trade_tells_what_it_cost_and_brought() -> None:
    state = fresh(D(1000))
    eth = holding(state)
    increase(state, eth, D(1), D(100), D("0.1"))
    increase(state, eth, D(1), D(102), D("0.1"))
    fund(state, eth, D("-0.01"), D(100))
    reduce(state, eth, D("-1.5"), D(110), D("0.2"))
    reduce(state, eth, D("-0.5"), D(90), D("0.1"))
    trade = closed(eth, "long", 9, "stop")
    # Bought 2 for 202, sold for 165 + 45 = 210: 8, less 0.5 of fees, and 2 of funding received.
    assert (trade.entry_price, trade.exit_price, trade.amount) == (D(101), D(105), D(2))
    assert (trade.fee, trade.funding, trade.pnl) == (D("0.5"), D(2), D("9.5"))
    assert state.cash == D("1009.5")


ENTRY = ApprovedOrder(
    "A7-e1",
    1,
    "ETH",
    "buy",
    "entry",
    "market",
    D(2),
    False,
    "ema",
    "A7",
    "crossed",
    stop=D(95),
    target=D(110),
    reserved_risk=D(10),
)


def test_a_holding_begins_with_the_plan_of_its_order() -> None:
    eth = opened(ENTRY, "ETH", 5, "A9")
    assert (eth.symbol, eth.strategy, eth.trade, eth.opened_at) == ("ETH", "ema", "A7", 5)
    assert (eth.qty, eth.avg, eth.qty_f) == (D(0), D(0), 0.0)
    assert (eth.stop, eth.target, eth.first_stop, eth.initial_risk) == (D(95), D(110), D(95), D(10))


def test_what_the_desk_did_not_order_is_a_holding_of_somebody_else_without_a_plan() -> None:
    eth = opened(None, "ETH", 5, "A9")
    assert (eth.symbol, eth.strategy, eth.trade, eth.opened_at) == ("ETH", "external", "A9", 5)
    assert (eth.qty, eth.avg) == (D(0), D(0))
    assert (eth.stop, eth.target, eth.first_stop, eth.initial_risk) == (None, None, None, D(0))


def test_the_record_of_a_trade_names_its_plan_and_its_times() -> None:
    state = fresh(D(1000))
    eth = opened(ENTRY, "ETH", 5, "A9")
    increase(state, eth, D(2), D(100), D("0.2"))
    fund(state, eth, D("0.01"), D(100))
    fund(state, eth, D("0.01"), D(100))
    reduce(state, eth, D(-2), D(110), D("0.3"))
    # Gained 2 x 10, less 0.5 of fees, less two payments of 2 x 100 x 1 %.
    assert closed(eth, "long", 9, "target") == ClosedTrade(
        trade="A7",
        symbol="ETH",
        direction="long",
        strategy="ema",
        entry_at=5,
        entry_price=D(100),
        exit_at=9,
        exit_price=D(110),
        amount=D(2),
        fee=D("0.5"),
        funding=D(-4),
        pnl=D("15.5"),
        reason="target",
        initial_risk=D(10),
    )


def test_the_floats_beside_a_holding_follow_it_until_it_is_flat() -> None:
    state = fresh(D(1000))
    eth = holding(state)
    increase(state, eth, D("-0.5"), D("100.5"), D(0))
    assert (eth.qty_f, eth.avg_f) == (-0.5, 100.5)
    reduce(state, eth, D("0.2"), D(99), D(0))
    assert (eth.qty_f, eth.avg_f) == (-0.3, 100.5)
    reduce(state, eth, D("0.3"), D(99), D(0))
    assert (eth.qty_f, eth.avg_f) == (0.0, 100.5)


def test_buys_add_and_sells_take() -> None:
    assert (signed("buy", D(2)), signed("sell", D(2))) == (D(2), D(-2))


def test_a_strategy_is_credited_with_what_its_trades_made_and_debited_with_what_they_lost() -> None:
    record = StrategyRecord()
    for pnl in (D(3), D(-5), D(0), D("1.5"), D(-1)):
        ledger.count(record, pnl)
    assert (record.trades, record.wins, record.losses) == (5, 2, 2)
    assert (record.pnl, record.gained, record.lost) == (D("-1.5"), D("4.5"), D(6))


def test_a_holding_keeps_the_lead_and_every_target_of_its_order() -> None:
    portions = (Portion(D("0.4"), D(110)), Portion(D("0.6"), None))
    order = ApprovedOrder(
        "o", 1, "BTC", "buy", "entry", "market", D(1), False, "s", "A1", "r", targets=portions, lead="book"
    )
    found = opened(order, "BTC", 2, "ignored")
    assert found.lead == "book"
    assert found.targets == (Target(D("0.4"), D(110)), Target(D("0.6"), None))
    plain = opened(msgspec.structs.replace(order, targets=(), lead=""), "BTC", 2, "ignored")
    assert (plain.lead, plain.targets) == ("", ())


def test_the_record_of_a_trade_counts_its_parts() -> None:
    state = fresh(D(1000))
    eth = opened(ENTRY, "ETH", 5, "A9")
    increase(state, eth, D(2), D(100), D(0))
    reduce(state, eth, D(-2), D(110), D(0))
    eth.parts = (PartExit(7, D(1), D(110), "target", "o1"),)
    assert closed(eth, "long", 9, "target").parts == eth.parts


def test_inverse_contracts_are_booked_in_coin() -> None:
    state = fresh(D(5))
    eth = holding(state)
    eth.inverse = Inverse(D(10))
    increase(state, eth, D(120), D(2450), D("0.0003"))
    increase(state, eth, D(80), D(2510), D("0.0002"))
    assert (eth.qty, round(eth.avg, 10), round(eth.entry_cost / 200, 10)) == (
        D(200), D("2473.6524537409"), D("2473.6524537409"),
    )  # fmt: skip
    state.marks["ETH"] = 2530.0
    unrealised = ledger.unrealised(state)
    assert round(unrealised, 12) == D("0.018007183977")
    # 200 contracts are 2000 / 2500 = 0.8 coin.
    assert fund(state, eth, D("0.0001"), D(2500)) == D("-0.00008")
    reduce(state, eth, D(-50), D(2530), D(0))
    assert round(state.realised, 12) == round(D("0.018007183977") / 4, 12) == round(eth.realised, 12)
    assert state.realised + ledger.unrealised(state) == unrealised
    reduce(state, eth, D(-150), D(2530), D(0))
    assert state.cash == D(5) + unrealised - D("0.0005") - D("0.00008") == ledger.equity(state)
    trade = closed(eth, "long", 9, "target")
    assert (trade.exit_price, trade.pnl, trade.amount) == (D(2530), state.cash - 5, D(200))
    assert round(trade.entry_price, 10) == D("2473.6524537409")


def test_an_inverse_short_gains_coin_while_the_price_falls() -> None:
    state = fresh(D(1))
    btc = holding(state)
    btc.inverse = Inverse(D(100))
    increase(state, btc, D(-4), D(100), D(0))
    assert fund(state, btc, D("0.01"), D(80)) == D("0.05")
    reduce(state, btc, D(1), D(80), D(0))
    assert (btc.realised, btc.qty) == (D("0.25"), D(-3))


def test_what_pays_for_something_else_leaves_at_its_cost() -> None:
    """Of 0.6 ETH at 2500 and a fee of 1.5 0.2 and 0.15 pay for 3.5 SOL: 875 / 3.5 = 250 each."""
    state = fresh(D(10_000))
    eth = holding(state)
    increase(state, eth, D("0.6"), D(2500), D("1.5"))
    assert (give(eth, D("0.2")), give(eth, D("0.15"))) == (D(500), D(375))
    assert (eth.qty, eth.qty_f, eth.avg, eth.realised, state.realised) == (D("0.25"), 0.25, D(2500), D(0), D(0))
    assert (eth.exit_qty, eth.exit_cost) == (D("0.35"), D(875))
    sol = opened(None, "SOL", 5, "S1")
    increase(state, sol, D("3.5"), D(250), D(2))
    sol.realised = sol.funding = D(3)
    eth.parts = (PartExit(2, D(1), D(0), "dust", ""),)
    eth.initial_risk = eth.realised = eth.funding = D(7)
    eth.strategy = "round"
    carry_on(eth, sol, "rest", 9)
    assert (sol.trade, sol.opened_at, sol.fees, sol.initial_risk, len(sol.parts)) == ("A1", 1, D("3.5"), D(7), 1)
    assert (sol.realised, sol.funding, sol.strategy) == (D(10), D(10), "round")
    assert (eth.trade, eth.opened_at, eth.fees, len(eth.parts)) == ("rest", 9, D(0), 0)
    assert (eth.entry_qty, eth.entry_cost, eth.exit_qty, eth.exit_cost) == (D("0.25"), D(625), D(0), D(0))
    assert (eth.initial_risk, eth.realised, eth.funding) == (D(0), D(0), D(0))


def test_a_rest_that_is_written_off_is_lost_at_its_cost() -> None:
    state = fresh(D(10_000))
    eth = holding(state)
    increase(state, eth, D("0.6"), D(2500), D(0))
    reduce(state, eth, D("-0.1"), D(2600), D(0))
    assert write_off(state, eth, D("0.0004")) == 1
    assert (eth.qty, eth.qty_f, eth.realised) == (D("0.4996"), 0.4996, D(9))
    assert (state.realised, state.cash) == (D(9), D(10_009))


def test_exits_that_paid_for_something_else_have_a_price_too() -> None:
    state = fresh(D(10_000))
    eth = holding(state)
    increase(state, eth, D("0.6"), D(2500), D(0))
    give(eth, D("0.6"))
    trade = closed(eth, "long", 5, "exchanged")
    assert (trade.exit_price, trade.pnl) == (D(2500), D(0))
