"""Strategies that quote: who may trade beside them, what a change of the line-up does to their orders, what is kept."""

from collections.abc import Mapping
from decimal import Decimal as D

import msgspec
import pytest

from bot.desk.shelf import resolve
from engine.core import Core
from engine.desk.quoting import family, key_of, pass_on
from engine.model.commands import (
    CloseAll,
    SetRisk,
    StrategyAdd,
    StrategyParams,
    StrategyRemove,
    StrategySwap,
)
from engine.model.facts import Decided
from engine.model.instrument import Instrument
from engine.model.member import HandOver, Member
from engine.model.messages import FundingSettled, OrderFilled, Quote
from engine.model.orders import OrderRequest
from engine.pictures import snapshot
from engine.plan import StrategyPlan
from engine.risk.grant import committed
from engine.scoring.evaluate import WindowEvaluator
from engine.simbroker import SimBroker
from engine.state import Grant, Kept, fresh
from strategies.base import build, parse_params
from tests.desk import FREE, WIDE, Desk, Scripted, long
from tests.scripted import START

RULES = Instrument("BTC", "BTC", "USDT", D("0.1"), D("0.001"))
grid = build("grid")
TYPED = {"low": "1500", "high": "1620", "n": "6", "sides": "long"}
GRID = StrategyPlan("grid", grid, parse_params(grid, TYPED), "1m", ("BTC",))


def desk(*others: StrategyPlan) -> Desk:
    """A grid at a price of 1567 with buys at 1540, 1520 and 1500; 6.578 are granted, 2.192 a level."""
    made = Desk(instruments=[RULES], costs=FREE, strategies=[GRID, *others], settings=WIDE, resolver=resolve)
    for _ in range(15):
        made.bar(1567.0, high=1568.0, low=1566.0)
    return made


def holding_one(*others: StrategyPlan) -> Desk:
    """The same after the buy at 1540."""
    made = desk(*others)
    made.bar(1539.0, open=1567.0)
    return made


def live(made: Desk) -> list[tuple[str, str]]:
    """Side and price of the live limit orders, highest first."""
    orders = [one.order for one in made.core.state.orders.values() if one.order.type == "limit"]
    return [(one.side, f"{one.price:.0f}") for one in sorted(orders, key=lambda one: one.price or D(0), reverse=True)]


def ask(made: Desk, qty: str, strategy: str = "grid", stop: str = "1498") -> str:
    """The gate's answer to a part of the grant."""
    request = OrderRequest(
        made.now, "BTC", "buy", "entry", "limit", strategy, D(1520), "x", D(qty), D(1520), None, D(stop)
    )
    decision = made.core.desk.gate.decide(request, made.core.state)
    return "approved" if decision.denial is None else decision.denial.code


def test_nobody_gets_more_than_the_gate_granted() -> None:
    made = desk()
    assert committed(made.core.state, "BTC", "buy") == D("6.576")
    assert [ask(made, qty) for qty in ("0.002", "0.003")] == ["approved", "grant_exceeded"]
    made.core.desk.cancel(made.order("entry").id, made.now, "test")
    made.walk(1567.0)
    assert committed(made.core.state, "BTC", "buy") == D("6.576")


def test_parts_of_a_grant_keep_the_venues_minimums_and_name_their_stop() -> None:
    made = desk()
    assert ask(made, "0.0001") == "below_min_qty"
    made.core.desk.instruments["BTC"] = msgspec.structs.replace(RULES, min_notional=D(100))
    assert ask(made, "0.002") == "below_min_notional"
    request = OrderRequest(made.now, "BTC", "buy", "entry", "limit", "grid", D(1520), "x", D(1), D(1520))
    decision = made.core.desk.gate.decide(request, made.core.state)
    assert decision.denial is not None
    assert decision.denial.code == "stop_missing"


def test_another_strategy_is_refused_while_a_grid_has_orders_there() -> None:
    other = StrategyPlan("other", Scripted({15: long(1400), 16: long(1400)}), None, "1m", ("BTC",))
    made = desk(other)
    made.walk(1567.0)
    made.bar(1539.0, open=1567.0)
    assert made.denied == ["position_exists", "position_exists"]
    assert made.position() is not None


def test_a_part_is_refused_where_somebody_else_holds_the_position() -> None:
    made = holding_one()
    holding = made.position()
    assert holding is not None
    holding.strategy = "external"
    assert ask(made, "0.002") == "position_exists"


def test_the_decision_is_recorded_once_for_the_whole_and_once_for_each_part() -> None:
    made = desk()
    assert [fact.text for fact in made.told(Decided)] == ["buy 6.578 BTC", *["buy 2.192 BTC"] * 3]


@pytest.mark.parametrize("hand_over", ["keep", "close"])
def test_a_changed_version_leaves_the_position_to_the_old_one_or_closes_it(hand_over: HandOver) -> None:
    made = holding_one()
    made.command(StrategyParams("grid", {"n": "3"}, hand_over))
    assert live(made) == [("sell", "1560")]
    assert made.core.state.grants["BTC"].strategy == "grid~1"
    made.bar(1561.0, open=1539.0)
    made.walk(1561.0)
    assert made.trades[0][3] == {"keep": "grid_sell", "close": "swap"}[hand_over]
    assert made.core.state.retired == {}
    # The new version begins a grid of its own once the old one is gone: 1500, 1540 (nearest below: idle 1580).
    assert live(made) == [("buy", "1540"), ("buy", "1500")]


def test_an_adopting_version_goes_on_with_the_levels_there_are() -> None:
    made = holding_one()
    made.command(StrategyParams("grid", {"n": "3"}, "adopt"))
    made.bar(1561.0, open=1539.0)
    assert live(made) == [("buy", "1540"), ("buy", "1520"), ("buy", "1500")]
    assert made.trades[0][3] == "grid_sell"


def test_an_adopting_version_under_another_id_takes_the_orders_over() -> None:
    made = holding_one()
    made.command(StrategySwap("grid", Member("again", "grid", "1m", ("BTC",), TYPED), "adopt"))
    assert made.core.state.grants["BTC"].strategy == "again"
    made.walk(1539.0)
    assert ("sell", "1560") in live(made)
    made.bar(1561.0, open=1539.0)
    made.walk(1561.0)
    assert made.qty == 0
    assert live(made) == [("buy", "1540"), ("buy", "1520"), ("buy", "1500")]


def test_orders_of_a_strategy_that_is_gone_are_cancelled() -> None:
    made = holding_one()
    made.command(StrategySwap("grid", Member("other", "ma_cross", "1m", ("BTC",)), "adopt"))
    assert live(made) == []
    assert made.position() is not None
    assert (made.core.state.kept, made.core.state.grants) == ({}, {})


def test_a_removed_grid_without_a_position_leaves_nothing_behind() -> None:
    made = desk()
    made.command(StrategyRemove("grid"))
    assert live(made) == []
    assert (made.core.state.kept, made.core.state.grants) == ({}, {})
    made.command(StrategyAdd(Member("grid", "grid", "1m", ("BTC",), TYPED)))
    made.bar(1567.0, high=1568.0, low=1566.0)
    assert live(made) == [("buy", "1540"), ("buy", "1520"), ("buy", "1500")]


def test_a_close_all_ends_it_and_it_stays_flat() -> None:
    made = holding_one()
    made.command(CloseAll())
    made.walk(1539.0, 1539.0)
    assert made.qty == 0
    assert not live(made)
    assert not made.core.state.grants


def test_a_fill_told_twice_is_counted_once() -> None:
    made = Desk(instruments=[RULES], costs=FREE, strategies=[GRID], settings=WIDE, venue=False)
    for _ in range(15):
        made.bar(1567.0, high=1568.0, low=1566.0)
    fill = made.filled(made.order("entry", 0), "2.192", "1500")
    made.feed(fill, fill)
    assert made.qty == D("2.192")
    assert [order.leg for order in made.submitted].count("target") == 1


def test_a_liquidation_ends_the_grid() -> None:
    made = holding_one()
    made.feed(OrderFilled(made.now, "autoclose-1", "s99", "BTC", "sell", D("2.192"), D(1500), D(0)))
    assert made.trades[-1][3] == "liquidation"
    made.walk(1539.0)
    assert live(made) == []


def test_a_restored_desk_has_the_memory_of_the_one_before() -> None:
    made = holding_one()
    image = snapshot.decode(snapshot.take(made.core, made.broker, None))
    again = desk()
    again.core = Core(again.plan, again.instruments, {"BTC": "1m"}, WindowEvaluator(again.plan.strategies), image.state)
    snapshot.place(image, again.core)
    again.broker = SimBroker(again.instruments, FREE, again.plan.limits.max_leverage, image.sim)
    assert again.core.state == made.core.state
    assert [view.memory for view in again.core.quotes.views] == [view.memory for view in made.core.quotes.views]
    assert again.core.quotes.views[0].memory.held == (D(0), D(0), D("2.192"), D(0), D(0), D(0))


def test_a_resting_order_is_filled_at_the_price_of_now_and_makes_no_peak() -> None:
    made = holding_one()  # bought at 1540 in a minute that opened at 1567
    assert made.core.state.hwm == D(10_000)


def test_a_quote_is_a_mark_like_a_close_for_every_line_of_the_account() -> None:
    made = Desk(instruments=[RULES], costs=FREE, strategies=[GRID], settings=WIDE, venue=False)
    for _ in range(15):
        made.bar(1567.0, high=1568.0, low=1566.0)
    made.feed(made.filled(made.order("entry", 0), "2.192", "1560"))
    made.feed(Quote(made.now + 1, "BTC", 1589.9, 1590.1))
    assert made.core.state.hwm == made.equity == D("10065.76")  # 10,000 + 2.192 x 30
    made.command(SetRisk("MAX_DAILY_LOSS_PERCENT", "0.2"))
    made.command(SetRisk("EMERGENCY_STOP_LOSS_PERCENT", "1"))
    # 1 % of the peak is 100.66; from 1590 to 1544.1 are lost 2.192 x 45.9 = 100.61, to 1544 100.83.
    made.feed(Quote(made.now + 3, "BTC", 1544.0, 1544.2))
    assert made.trading == "ACTIVE"
    made.feed(Quote(made.now + 4, "BTC", 1543.9, 1544.1))
    assert made.trading == "HALTED"
    assert made.order("exit").reason == "emergency"


def test_quotes_and_fundings_of_watched_symbols_are_remembered_and_others_not() -> None:
    made = Desk(instruments=[RULES, Instrument("ETH", "ETH", "USDT")], strategies=[GRID], settings=WIDE)
    state = made.core.state
    good, bad = Quote(START + 1, "BTC", 99.0, 101.0), Quote(START + 2, "BTC", 102.0, 101.0)
    made.feed(good, bad, Quote(START + 3, "ETH", 1.0, 2.0))
    assert state.quotes == {"BTC": good}
    assert (state.marks, state.marked_at) == ({"BTC": 100.0}, {"BTC": START + 1})
    paid = [FundingSettled(START + at, "BTC", D("0.0001")) for at in range(10, 18)]
    made.feed(*paid, paid[-1], FundingSettled(START + 20, "ETH", D("0.0001")))
    assert state.paid == {"BTC": paid[-6:]}


def test_memories_are_passed_on_with_their_symbols_and_the_rest_is_forgotten() -> None:
    state = fresh(D(1))
    state.kept |= {key_of("a", ["X"]): Kept("grid", b"1"), key_of("a", ["Y", "Z"]): Kept("grid", b"2")}
    state.kept[key_of("ab", ["X"])] = Kept("grid", b"3")
    state.grants |= {"X": Grant("a", D(1)), "Y": Grant("a", D(2)), "W": Grant("ab", D(3))}
    pass_on(state, "a", "a~1", ["Y"])
    expected: Mapping[str, bytes] = {"ab X": b"3", "a~1 Y Z": b"2"}
    assert {key: kept.memory for key, kept in state.kept.items()} == expected
    assert state.grants == {"X": Grant("a", D(1)), "Y": Grant("a~1", D(2)), "W": Grant("ab", D(3))}
    assert (family("a~1"), family("a")) == ("a", "a")
