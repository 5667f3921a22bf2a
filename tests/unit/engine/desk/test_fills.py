"""What venues say of orders. Here nobody fills but the test: the desk is long 20 from 100 with a stop at 90."""

from decimal import Decimal as D

import pytest

from engine.exits import RENEWALS
from engine.model.commands import CancelEntry, Close, Halt
from engine.model.facts import Denied, OrderMoved, StateChanged, TradeChanged, TradeClosed, TradeOpened, Trouble
from engine.model.limits import RiskLimits
from engine.model.messages import (
    Ask,
    Cancel,
    Event,
    OrderAccepted,
    OrderCanceled,
    OrderExpired,
    OrderRejected,
    OutcomeUnknown,
    Query,
)
from engine.model.orders import OrderState as S
from engine.pictures.pictures import risk
from tests.desk import LEAVE, Desk, long
from tests.unit.engine.risk.asked import entry as entry_of


@pytest.fixture
def desk() -> Desk:
    """An entry for 20 at the venue, not filled yet."""
    desk = Desk({0: long(90, 120), 1: LEAVE}, venue=False)
    desk.bar(100)
    return desk


def open_long(desk: Desk) -> None:
    desk.feed(desk.filled(desk.order("entry"), "20"))


def troubles(desk: Desk) -> list[str]:
    return [fact.code for fact in desk.told(Trouble)]


def test_an_order_is_submitted_before_anything_is_heard_of_it(desk: Desk) -> None:
    (live,) = desk.core.state.orders.values()
    assert (live.state, live.order.qty, live.order.side) == (S.SUBMITTED, D(20), "buy")
    desk.feed(OrderAccepted(desk.now, live.order.id))
    assert live.state is S.OPEN


def test_a_fill_reported_twice_is_booked_once(desk: Desk) -> None:
    fill = desk.filled(desk.order("entry"), "8")
    desk.feed(fill, fill)
    assert desk.qty == 8
    assert len(desk.told(TradeOpened)) == 1


def test_the_same_trade_id_on_another_symbol_is_another_trade() -> None:
    desk = Desk({"BTC": {0: long(90)}, "ETH": {0: long(90)}}, venue=False)
    desk.bar(100, symbol="BTC")
    desk.bar(100, symbol="ETH")
    for order in desk.submitted:
        desk.feed(desk.filled(order, "1", trade_id="77"))
    assert {s: h.qty for s, h in desk.core.state.holdings.items()} == {"BTC": 1, "ETH": 1}


def test_partial_fills_average_and_are_protected_as_they_come(desk: Desk) -> None:
    entry = desk.order("entry")
    desk.feed(desk.filled(entry, "5", "100", "t1"), desk.filled(entry, "15", "104", "t2"))
    holding = desk.position()
    assert holding is not None
    assert (holding.qty, holding.avg) == (D(20), D(103))
    assert [f"{o.leg} {o.qty}" for o in desk.submitted[1:]] == ["stop 5", "target 5", "stop 20", "target 20"]
    assert desk.canceled == [desk.order("stop", 0).id, desk.order("target", 0).id]
    assert [fact.what for fact in desk.told(TradeChanged)] == ["size"]
    assert entry.id in desk.core.state.done


def test_a_fill_after_the_cancel_counts_and_the_venue_is_asked_about_the_rest(desk: Desk) -> None:
    entry = desk.order("entry")
    desk.feed(OrderCanceled(desk.now, entry.id))
    effects = desk.feed(desk.filled(entry, "5"))
    assert desk.qty == 5
    assert Query(entry.id, "BTC") in effects
    assert desk.order("stop").qty == 5
    desk.feed(OrderCanceled(desk.now, entry.id))
    assert desk.core.state.orders.keys() == {desk.order("stop").id, desk.order("target").id}
    assert troubles(desk) == []


@pytest.mark.parametrize("again", [OrderCanceled, OrderExpired])
def test_an_end_told_twice_is_heard_once(desk: Desk, again: type[OrderCanceled] | type[OrderExpired]) -> None:
    event = again(desk.now, desk.order("entry").id)
    desk.feed(event, event)
    assert troubles(desk) == []
    assert desk.trading == "ACTIVE"


def test_more_than_was_ordered_is_booked_and_stops_entries(desk: Desk) -> None:
    entry = desk.order("entry")
    desk.feed(desk.filled(entry, "20", trade_id="t1"))
    effects = desk.feed(desk.filled(entry, "1", trade_id="t2"))
    assert desk.qty == 21
    assert desk.order("stop").qty == 21
    assert troubles(desk) == ["illegal_transition"]
    assert Ask("illegal_transition") in effects
    assert [(f.before, f.after) for f in desk.told(StateChanged)] == [("ACTIVE", "REDUCING")]


def test_the_end_of_an_order_that_was_filled_is_an_impossible_turn(desk: Desk) -> None:
    open_long(desk)
    desk.feed(OrderCanceled(desk.now, desk.order("entry").id))
    assert troubles(desk) == ["illegal_transition"]
    assert desk.trading == "REDUCING"
    assert desk.qty == 20


def test_a_fill_nobody_ordered_is_booked_and_told(desk: Desk) -> None:
    stranger = desk.filled(desk.order("entry"), "2")
    desk.feed(type(stranger)(stranger.at, "manual", "x1", "ETH", "sell", D(2), D(50), D(0)))
    holding = desk.position("ETH")
    assert holding is not None
    assert (holding.qty, holding.strategy, holding.stop) == (D(-2), "external", None)
    assert troubles(desk) == ["external_fill"]


def test_a_stranger_who_sells_our_position_closes_it_as_external(desk: Desk) -> None:
    open_long(desk)
    fill = desk.filled(desk.order("entry"), "20", "101", "x9", side="sell")
    desk.feed(type(fill)(fill.at, "manual", "x9", "BTC", "sell", D(20), D(101), D(0)))
    assert desk.trades == [("100", "101", "20", "external")]


def test_a_fill_larger_than_the_position_closes_it_and_opens_the_rest(desk: Desk) -> None:
    open_long(desk)
    fill = desk.filled(desk.order("stop"), "25", "90", "t2", fee="2.5")
    desk.feed(fill)
    assert desk.trades == [("100", "90", "20", "stop")]
    (trade,) = (fact.trade for fact in desk.told(TradeClosed))
    assert trade.fee == 2
    assert desk.qty == -5
    assert desk.core.state.fees == D("2.5")
    assert troubles(desk) == ["excess_fill"]


def test_a_late_fill_of_an_exit_with_nothing_to_reduce_is_told(desk: Desk) -> None:
    open_long(desk)
    desk.feed(desk.filled(desk.order("target"), "20", "120", "t2"))
    desk.feed(desk.filled(desk.order("stop"), "20", "90", "t3"))
    assert desk.qty == -20
    assert troubles(desk) == ["excess_fill"]
    holding = desk.position()
    assert holding is not None
    assert holding.strategy == "external"


def test_a_refused_order_is_reported_with_the_venues_code(desk: Desk) -> None:
    desk.feed(OrderRejected(desk.now, desk.order("entry").id, "no_funds", "not enough"))
    assert [(fact.code, fact.text) for fact in desk.told(Denied)] == [("no_funds", "not enough")]
    assert not desk.core.state.orders


def test_an_unknown_outcome_keeps_the_order_and_asks(desk: Desk) -> None:
    entry = desk.order("entry")
    effects = desk.feed(OutcomeUnknown(desk.now, entry.id, "timeout"))
    assert Query(entry.id, "BTC") in effects
    assert desk.core.state.orders[entry.id].unknown
    assert troubles(desk) == ["outcome_unknown"]


@pytest.mark.parametrize("known", ["accepted", "filled in part", "canceled", "expired", "rejected"])
def test_a_symbol_is_quarantined_until_the_venue_says_what_became_of_its_order(desk: Desk, known: str) -> None:
    entry = desk.order("entry")
    desk.feed(OutcomeUnknown(desk.now, entry.id, "timeout"))
    another = entry_of(desk)
    refusal = desk.core.desk.gate.decide(another, desk.core.state).denial
    assert refusal is not None
    assert (refusal.code, refusal.text) == (
        "symbol_quarantined",
        "the venue has yet to say what became of an order of BTC",
    )
    (pause,) = risk(desk.core, RiskLimits()).pauses
    way = "what became of an order is not known; its entries wait until the venue has said so"
    assert (pause.name, pause.text) == ("BTC", way)
    answers: dict[str, Event] = {
        "accepted": OrderAccepted(desk.now, entry.id),
        "filled in part": desk.filled(entry, "1"),
        "canceled": OrderCanceled(desk.now, entry.id),
        "expired": OrderExpired(desk.now, entry.id),
        "rejected": OrderRejected(desk.now, entry.id, "x"),
    }
    desk.feed(answers[known])
    after = desk.core.desk.gate.decide(another, desk.core.state).denial
    assert (after is None) is (known in ("canceled", "expired", "rejected"))
    assert after is None or after.code == "position_exists"
    assert not risk(desk.core, RiskLimits()).pauses


def test_facts_of_unknown_orders_change_nothing(desk: Desk) -> None:
    for event in (
        OrderAccepted(desk.now, "?"),
        OrderCanceled(desk.now, "?"),
        OrderRejected(desk.now, "?", "x"),
        OutcomeUnknown(desk.now, "?"),
    ):
        assert desk.feed(event) == []


def test_a_refused_exit_leaves_the_position_free_to_be_closed_again(desk: Desk) -> None:
    open_long(desk)
    desk.bar(100)
    holding = desk.position()
    assert holding is not None
    assert holding.exit_order == desk.order("exit").id
    desk.feed(OrderRejected(desk.now, desk.order("exit").id, "busy"))
    assert holding.exit_order is None


def test_protection_that_the_venue_drops_is_put_again_and_told(desk: Desk) -> None:
    open_long(desk)
    lost = desk.order("stop")
    desk.feed(OrderExpired(desk.now, lost.id))
    renewed = desk.order("stop")
    assert renewed.id != lost.id
    assert (renewed.trigger, renewed.qty, renewed.reduce_only) == (lost.trigger, lost.qty, True)
    assert troubles(desk) == ["protection_lost"]


def test_a_position_whose_protection_is_dropped_again_and_again_is_closed_even_when_halted(desk: Desk) -> None:
    open_long(desk)
    desk.command(Halt())
    for _ in range(RENEWALS):
        desk.feed(OrderRejected(desk.now, desk.order("stop").id, "busy"))
        assert all(order.leg != "exit" for order in desk.submitted)
    desk.feed(OrderRejected(desk.now, desk.order("stop").id, "busy"))
    assert desk.order("exit").reason == "unprotected"


def test_an_order_being_cancelled_can_still_fill_in_part_and_whole() -> None:
    desk = Desk({0: long(90)}, venue=False)
    desk.bar(100)
    entry = desk.order("entry")
    desk.command(CancelEntry(entry.id))
    desk.feed(OrderAccepted(desk.now, entry.id))
    desk.feed(desk.filled(entry, "5", trade_id="t1"))
    assert desk.core.state.orders[entry.id].state is S.CANCELING
    desk.feed(desk.filled(entry, "15", trade_id="t2"))
    assert desk.qty == 20
    moves = [fact.after for fact in desk.told(OrderMoved) if fact.order.id == entry.id]
    assert moves == [S.SUBMITTED, S.CANCELING, S.CANCELING, S.FILLED]
    assert troubles(desk) == []


def test_a_part_of_a_partial_close_that_filled_leaves_the_rest_protected(desk: Desk) -> None:
    open_long(desk)
    desk.command(Close("BTC", 50))
    half = desk.order("exit")
    assert half.qty == 10
    desk.feed(desk.filled(half, "4", "101", "t2"))
    holding = desk.position()
    assert holding is not None
    assert holding.exit_order == half.id
    desk.feed(desk.filled(half, "6", "101", "t3"))
    assert half.id not in desk.core.state.orders
    desk.command(Close("BTC", 50))
    assert desk.order("exit").qty == 5
    assert desk.order("stop").qty == 10
    assert desk.order("stop").trigger == 90


def test_only_the_newest_trade_ids_and_finished_orders_are_kept(desk: Desk) -> None:
    entry = desk.order("entry")
    for i in range(4200):
        canceled = [e for e in desk.feed(desk.filled(entry, "0.000001", trade_id=f"n{i}")) if isinstance(e, Cancel)]
        desk.feed(*(OrderCanceled(desk.now, cancel.order_id) for cancel in canceled))
    state = desk.core.state
    assert (len(state.trade_ids), len(state.done)) == (4096, 512)
    assert desk.order("stop", 0).id not in state.done
    assert desk.order("stop", -2).id in state.done
