"""What people may do to the desk, and what they are answered."""

from decimal import Decimal as D

import pytest

from engine.model.commands import (
    CancelEntry,
    Close,
    CloseAll,
    Halt,
    Pause,
    Resume,
    SetMode,
    SetRisk,
    StrategySwitch,
)
from engine.model.facts import CommandDone, Flattened, SettingChanged, StateChanged, TradeClosed
from engine.model.messages import OrderCanceled, OrderRejected, Timer
from tests.desk import WIDE, Desk, long, short


def two() -> Desk:
    """Long 20 of each of two symbols, bought at 100, stops at 90."""
    desk = Desk({"BTC": {0: long(90)}, "ETH": {0: long(90), 3: short(110)}})
    for _ in range(2):
        desk.bar(100, symbol="BTC")
        desk.bar(100, symbol="ETH")
    assert len(desk.core.state.holdings) == 2
    return desk


def answer(desk: Desk) -> tuple[bool, str]:
    done = desk.told(CommandDone)[-1]
    return done.ok, done.code


def test_a_pause_takes_resting_entries_and_a_resume_allows_new_ones() -> None:
    desk = Desk({0: long(90), 2: long(90)})
    desk.bar(100)
    desk.command(Pause())
    assert answer(desk) == (True, "paused")
    assert desk.canceled == [desk.order("entry").id]
    desk.walk(100, 100)
    assert desk.qty == 0
    assert desk.denied == ["paused"]
    desk.command(Resume())
    assert answer(desk) == (True, "active")
    assert [(f.before, f.after) for f in desk.told(StateChanged)] == [("ACTIVE", "REDUCING"), ("REDUCING", "ACTIVE")]
    desk.command(Resume())
    assert answer(desk) == (True, "active")
    assert len(desk.told(StateChanged)) == 2


def test_a_halt_keeps_positions_with_their_stops_and_a_pause_does_not_loosen_it() -> None:
    desk = two()
    desk.command(Halt())
    desk.command(Pause())
    assert answer(desk) == (False, "halted")
    assert desk.trading == "HALTED"
    desk.bar(80, open=100, symbol="BTC")
    assert [(t.trade.symbol, t.trade.reason) for t in desk.told(TradeClosed)] == [("BTC", "stop")]
    assert desk.position("ETH") is not None


def test_close_sells_one_position_and_leaves_the_other() -> None:
    desk = two()
    desk.command(Close("BTC"))
    assert answer(desk) == (True, "closing")
    desk.command(Close("BTC"))
    assert answer(desk) == (False, "duplicate")
    desk.bar(103, open=102, symbol="BTC")
    assert desk.trades == [("100", "102", "20", "close")]
    assert desk.position("ETH") is not None
    desk.command(Close("BTC"))
    assert answer(desk) == (False, "no_position")


def test_close_of_a_share_keeps_the_rest_protected() -> None:
    desk = two()
    desk.command(Close("BTC", 25))
    desk.bar(100, symbol="BTC")
    assert desk.qty == 15
    assert desk.order("stop").qty == 15
    desk.bar(80, open=100, symbol="BTC")
    assert desk.trades == [("100", "92.5", "20", "stop")]


@pytest.mark.parametrize("share", [0, -5, 101])
def test_a_share_outside_one_to_a_hundred_is_bad_input(share: int) -> None:
    desk = two()
    desk.command(Close("BTC", share))
    assert answer(desk) == (False, "bad_input")


def test_a_share_too_small_to_trade_is_refused() -> None:
    desk = Desk({0: long(90)}, cash="0.0005", settings=WIDE)
    desk.walk(100, 100)
    desk.command(Close("BTC", 40))
    assert answer(desk) == (False, "below_min_qty")


def test_close_all_halts_closes_everything_and_says_when_it_is_flat() -> None:
    desk = two()
    desk.command(CloseAll())
    assert answer(desk) == (True, "closing")
    assert desk.trading == "HALTED"
    desk.command(Resume())
    assert answer(desk) == (False, "not_flat")
    desk.bar(101, open=101, symbol="BTC")
    assert desk.told(Flattened) == []
    desk.bar(99, open=99, symbol="ETH")
    (flat,) = desk.told(Flattened)
    assert (flat.reason, flat.account.equity) == ("close_all", D(10_000))
    assert {reason for *_, reason in desk.trades} == {"close_all"}
    assert not desk.core.state.orders
    desk.command(Resume())
    assert desk.trading == "ACTIVE"


def test_close_all_on_a_flat_desk_only_halts() -> None:
    desk = Desk({})
    desk.bar(100)
    desk.command(CloseAll())
    assert answer(desk) == (True, "flat")
    assert desk.trading == "HALTED"
    assert desk.core.state.flattening == ""


def entering() -> Desk:
    """An entry of 20 is under way; the venue is played by the test."""
    desk = Desk({0: long(90)}, venue=False)
    desk.bar(100)
    return desk


def test_an_entry_that_fills_before_its_cancel_arrives_is_closed_too() -> None:
    desk = entering()
    desk.command(CloseAll())
    assert answer(desk) == (True, "closing")
    desk.command(Resume())
    assert desk.told(CommandDone)[-1].text == "Entries are still being cancelled; wait until flat."
    desk.feed(desk.filled(desk.order("entry"), "20"))
    assert desk.told(Flattened) == []
    leaves = desk.order("exit")
    assert (leaves.qty, leaves.reduce_only, leaves.reason) == (D(20), True, "close_all")
    desk.feed(desk.filled(leaves, "20", "99", "t2"))
    assert [fact.reason for fact in desk.told(Flattened)] == ["close_all"]
    assert desk.core.state.holdings == {}


def test_a_desk_whose_entry_is_under_way_is_flat_once_that_is_cancelled() -> None:
    desk = entering()
    desk.command(CloseAll())
    assert desk.told(Flattened) == []
    desk.feed(OrderCanceled(desk.now, desk.order("entry").id))
    assert [fact.reason for fact in desk.told(Flattened)] == ["close_all"]
    desk.command(Resume())
    assert desk.trading == "ACTIVE"


@pytest.mark.parametrize("reason", ["close_all", "emergency", "liquidation"])
def test_a_close_that_the_venue_refuses_is_asked_again_each_minute(reason: str) -> None:
    desk = Desk({0: long(90)}, venue=False)
    desk.bar(100)
    desk.feed(desk.filled(desk.order("entry"), "20"))
    desk.core.commands.flatten(reason, desk.now)
    exit_id = next(live.order.id for live in desk.core.state.orders.values() if live.order.leg == "exit")
    desk.feed(OrderRejected(desk.now, exit_id, "busy"))
    desk.feed(Timer(desk.now + 1000, "minute"))
    again = desk.order("exit")
    assert again.id != exit_id
    desk.feed(Timer(desk.now + 61_000, "minute"))
    assert desk.order("exit").id == again.id
    desk.feed(desk.filled(again, "20", "99", "t2"))
    assert [fact.reason for fact in desk.told(Flattened)] == [reason]


def test_a_position_already_leaving_is_not_sold_twice() -> None:
    desk = two()
    desk.command(Close("BTC"))
    desk.command(CloseAll())
    assert [order.symbol for order in desk.submitted if order.leg == "exit"] == ["BTC", "ETH"]


def test_an_emergency_flattens_everything_until_a_person_resumes() -> None:
    desk = Desk({"BTC": {0: long(90), 6: long(90)}, "ETH": {0: long(90)}})
    for _ in range(2):
        desk.bar(100, symbol="BTC")
        desk.bar(100, symbol="ETH")
    # Tightened once both are open: the day's line would have kept the second one from being opened.
    desk.command(SetRisk("MAX_DAILY_LOSS_PERCENT", "0.5"))
    desk.command(SetRisk("EMERGENCY_STOP_LOSS_PERCENT", "1"))
    # 20 units down 5: 100 of 10,000 is the line of 1 %.
    desk.bar(95, symbol="BTC")
    assert desk.trading == "HALTED"
    desk.bar(95, symbol="BTC")
    desk.bar(100, symbol="ETH")
    assert desk.position("ETH") is not None, "the minute in which it was decided had opened before"
    desk.bar(100, symbol="ETH")
    assert {reason for *_, reason in desk.trades} == {"emergency"}
    assert desk.core.state.holdings == {}
    for _ in range(3):
        desk.bar(95, symbol="BTC")
    desk.feed(Timer(desk.now + 1000, "minute"))
    assert desk.denied == ["halted"]
    desk.command(Resume())
    assert desk.trading == "ACTIVE"
    assert desk.core.state.hwm == desk.equity


def test_an_entry_can_be_cancelled_by_hand_and_nothing_else() -> None:
    desk = Desk({0: long(90)})
    desk.bar(100)
    desk.command(CancelEntry(desk.order("entry").id))
    assert answer(desk) == (True, "canceling")
    desk.walk(100)
    assert desk.qty == 0
    desk.command(CancelEntry("q1nothing"))
    assert answer(desk) == (False, "unknown_order")
    held = two()
    held.command(CancelEntry(held.order("stop").id))
    assert answer(held) == (False, "unknown_order")


@pytest.mark.parametrize(
    ("mode", "ok", "code"), [("sim", True, "sim"), ("live", False, "mode_denied"), ("x", False, "bad_input")]
)
def test_only_simulation_is_there(mode: str, ok: bool, code: str) -> None:
    desk = Desk({})
    desk.command(SetMode(mode))
    assert answer(desk) == (ok, code)


def test_live_is_refused_with_what_speaks_against_the_strategies() -> None:
    desk = Desk({})
    desk.command(SetMode("live", ("peek without faults (look_ahead: bar 3)",)))
    done = desk.told(CommandDone)[-1]
    assert (done.ok, done.code) == (False, "mode_denied")
    assert done.text == "LIVE is refused: it needs peek without faults (look_ahead: bar 3)."


def test_a_setting_is_changed_reported_and_reset() -> None:
    desk = Desk({})
    desk.command(SetRisk("max_positions", "2"))
    assert answer(desk) == (True, "set")
    assert desk.core.desk.gate.limits.max_positions == 2
    desk.command(SetRisk("MAX_POSITIONS", "3"))
    desk.command(SetRisk("Max_Positions", None))
    assert answer(desk) == (True, "reset")
    assert desk.core.desk.gate.limits.max_positions == 5
    assert [(f.name, f.before, f.after, f.actor) for f in desk.told(SettingChanged)] == [
        ("MAX_POSITIONS", None, "2", 7),
        ("MAX_POSITIONS", "2", "3", 7),
        ("MAX_POSITIONS", "3", None, 7),
    ]


@pytest.mark.parametrize(
    ("name", "value"), [("NO_SUCH", "1"), ("NO_SUCH", None), ("MAX_POSITIONS", "0"), ("MAX_POSITIONS", "many")]
)
def test_a_setting_that_is_wrong_changes_nothing(name: str, value: str | None) -> None:
    desk = Desk({})
    desk.command(SetRisk(name, value))
    assert answer(desk) == (False, "bad_input")
    assert desk.core.state.settings == {}
    assert desk.told(SettingChanged) == []


def test_a_strategy_switched_off_opens_nothing_and_manages_what_it_has() -> None:
    desk = Desk({0: long(90), 2: short(110), 5: long(90)})
    desk.walk(100, 100)
    desk.command(StrategySwitch("scripted", False))
    assert answer(desk) == (True, "off")
    desk.walk(100, 101, 101)
    assert desk.trades == [("100", "101", "20", "signal")]
    assert desk.qty == 0
    desk.walk(101, 101)
    assert desk.qty == 0
    desk.command(StrategySwitch("scripted", True))
    assert answer(desk) == (True, "on")
    desk.command(StrategySwitch("nobody", True))
    assert answer(desk) == (False, "unknown_strategy")
