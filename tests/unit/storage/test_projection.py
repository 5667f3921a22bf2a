"""What the steps of a desk leave in the tables."""

from decimal import Decimal

import msgspec

from engine.model.commands import CloseAll, SetRisk, StrategySwitch
from engine.model.facts import (
    BreakerMoved,
    CommandDone,
    Decided,
    Denied,
    EquityMarked,
    SettingChanged,
    Signal,
    StateChanged,
    TradeChanged,
    TradeClosed,
    TradeOpened,
)
from engine.model.messages import OutcomeUnknown, Quote, Step
from engine.model.orders import OrderState
from storage.db import Database
from storage.inbox import SqliteInbox
from tests.journaled import BTC, account, asked, closed, command, fill, moved, order, position, step
from tests.unit.storage.conftest import Feed

APPROVED, SUBMITTED, OPEN, FILLED = OrderState.APPROVED, OrderState.SUBMITTED, OrderState.OPEN, OrderState.FILLED


async def test_a_step_is_a_row_of_its_run(feed: Feed, database: Database) -> None:
    await feed(step(1))
    assert asked(database.path, "SELECT seq, run, at, event, effects FROM step") == [
        (1, 1, 1_000, '{"type":"Timer","at":1000,"name":"minute"}', "[]")
    ]


async def test_a_quote_is_kept_only_if_something_came_of_it(feed: Feed, database: Database) -> None:
    quote = Quote(1, BTC, 1.0, 2.0)
    await feed(Step(1, quote, ()), step(2, TradeOpened(1, position(), "signal"), event=quote))
    assert asked(database.path, "SELECT seq FROM step") == [2]


async def test_an_order_is_an_intent_as_it_is_now_and_all_its_moves(feed: Feed, database: Database) -> None:
    entry = order(type="limit", price=Decimal("94000.10"))
    await feed(step(1, moved(entry, APPROVED, SUBMITTED, at=2_000)))
    assert asked(database.path, "SELECT state, outcome FROM intent") == [("submitted", "pending")]
    await feed(
        step(2, moved(entry, SUBMITTED, OPEN, at=2_100)), step(3, moved(entry, OPEN, FILLED, at=3_000, filled="0.010"))
    )
    assert asked(
        database.path,
        "SELECT coid, trade, leg, symbol, side, type, qty, price, trigger_price, stop, target, reduce_only FROM intent",
    ) == [("q1e", "7", "entry", BTC, "buy", "limit", "0.01", "94000.1", None, "93000.5", None, 0)]
    assert asked(
        database.path,
        "SELECT strategy, reason, reserved_risk, state, outcome, cum_qty, created, updated FROM intent",
    ) == [("ma_cross", "cross_up", "11.105", "filled", "none", "0.01", 1_000, 3_000)]
    assert asked(database.path, "SELECT coid, seq, at, before, after, filled FROM intent_event ORDER BY id") == [
        ("q1e", 1, 2_000, "approved", "submitted", "0"),
        ("q1e", 2, 2_100, "submitted", "open", "0"),
        ("q1e", 3, 3_000, "open", "filled", "0.01"),
    ]


async def test_an_unknown_outcome_is_marked_until_the_order_moves(feed: Feed, database: Database) -> None:
    lost = OutcomeUnknown(2_500, "q1e", "timeout")
    await feed(step(1, moved(order(), APPROVED, SUBMITTED)), step(2, event=lost))
    assert asked(database.path, "SELECT state, outcome, updated FROM intent") == [("submitted", "unknown", 2_500)]
    await feed(step(3, moved(order(), SUBMITTED, OPEN, at=2_600)))
    assert asked(database.path, "SELECT state, outcome, updated FROM intent") == [("open", "none", 2_600)]
    await feed(step(4), step(5, event=lost), step(6, moved(order(), OPEN, FILLED, at=3_000)))
    assert asked(database.path, "SELECT state, outcome FROM intent") == [("filled", "none")]
    await feed(step(7, event=lost))
    assert asked(database.path, "SELECT state, outcome FROM intent") == [("filled", "unknown")]


async def test_a_fill_reported_twice_is_one_row(feed: Feed, database: Database) -> None:
    await feed(step(1, event=fill("t1")), step(2, event=fill("t1")))
    await feed(step(3, event=fill("t1", price=Decimal(1))), step(4, event=fill("t2", maker=True)))
    assert asked(
        database.path, "SELECT account, symbol, trade_id, coid, side, qty, price, fee, maker, at FROM fill"
    ) == [
        ("sim", BTC, "t1", "q1e", "buy", "0.01", "94111.1", "0.4705555", 0, 3_000),
        ("sim", BTC, "t2", "q1e", "buy", "0.01", "94111.1", "0.4705555", 1, 3_000),
    ]


async def test_a_position_is_there_from_opening_to_closing(feed: Feed, database: Database) -> None:
    await feed(step(1, TradeOpened(3_000, position(), "cross_up")))
    assert asked(database.path, "SELECT trade, symbol, direction, qty, avg, stop, target FROM position") == [
        ("7", BTC, "long", "0.01", "94111.1", "93000.5", None)
    ]
    await feed(step(2, TradeChanged(4_000, position(stop=Decimal("94111.10"), bars_held=3), "stop")))
    assert asked(database.path, "SELECT stop, bars_held, updated FROM position") == [("94111.1", 3, 4_000)]
    await feed(step(3, TradeClosed(9_000, closed(), account())))
    assert asked(database.path, "SELECT * FROM position") == []
    assert asked(
        database.path, "SELECT trade, seq, symbol, direction, strategy, entry_at, entry_price, exit_at FROM trade"
    ) == [("7", 3, BTC, "long", "ma_cross", 3_000, "94111.1", 9_000)]
    assert asked(database.path, "SELECT exit_price, amount, fee, funding, pnl, reason, initial_risk FROM trade") == [
        ("95000", "0.01", "0.9455555", "-0.01", "7.9334445", "target", "0")
    ]


async def test_a_trade_that_opens_and_closes_at_once_leaves_no_position(feed: Feed, database: Database) -> None:
    await feed(
        step(1, TradeOpened(1, position("7"), ""), TradeClosed(1, closed("7"), account())),
        step(2, TradeOpened(2, position("8"), "")),
    )
    assert asked(database.path, "SELECT trade FROM position") == ["8"]
    assert asked(database.path, "SELECT trade FROM trade") == ["7"]


async def test_a_late_fill_may_close_a_trade_again(feed: Feed, database: Database) -> None:
    await feed(step(1, TradeClosed(1, closed(), account())), step(2, TradeClosed(2, closed(), account())))
    assert asked(database.path, "SELECT trade, seq FROM trade ORDER BY seq") == [("7", 1), ("7", 2)]


async def test_an_hourly_mark_keeps_the_account(feed: Feed, database: Database) -> None:
    await feed(step(1, EquityMarked(3_600_000, account(), Decimal("941.10"), Decimal("0.000175"), 1)))
    assert asked(
        database.path,
        "SELECT at, start, cash, realised, fees, funding, unrealised, equity, exposure, drawdown, positions"
        " FROM risk_metric",
    ) == [(3_600_000, "10000", "9999.5", "0", "0.5", "0", "-1.25", "9998.25", "941.1", "0.000175", 1)]


async def test_a_mark_keeps_what_the_book_could_lose(feed: Feed, database: Database) -> None:
    book = [Decimal(text) for text in ("-85", "50.00", "36.0555127546", "258.118189979", "0.0354")]
    mark = EquityMarked(3_660_000, account(), Decimal("355"), Decimal(0), 2, *book)
    await feed(step(1, mark))
    assert asked(database.path, "SELECT net, heat, stress_heat, correlated, var, es FROM risk_metric") == [
        ("-85", "50", "36.0555127546", "258.118189979", "0.0354", None)
    ]


async def test_the_trading_state_is_a_setting_and_its_change_is_audited(feed: Feed, database: Database) -> None:
    await feed(step(1, StateChanged(5_000, "ACTIVE", "HALTED", "emergency stop", 42)))
    assert asked(database.path, "SELECT name, value, at, actor FROM setting") == [
        ("trading_state", "HALTED", 5_000, 42)
    ]
    assert asked(database.path, "SELECT at, kind, actor, subject, before, after, reason, seq FROM audit") == [
        (5_000, "state", 42, "trading_state", "ACTIVE", "HALTED", "emergency stop", 1)
    ]


async def test_a_setting_holds_until_it_is_reset(feed: Feed, database: Database) -> None:
    await feed(step(1, SettingChanged(1, "max_leverage", None, "3", 42)))
    assert asked(database.path, "SELECT name, value FROM setting") == [("max_leverage", "3")]
    await feed(
        step(2, SettingChanged(2, "max_leverage", "3", "2", 42), SettingChanged(2, "max_leverage", "2", None, 42))
    )
    assert asked(database.path, "SELECT name, value FROM setting") == []
    assert asked(database.path, "SELECT before, after FROM audit ORDER BY id") == [(None, "3"), ("3", "2"), ("2", None)]


async def test_a_breaker_is_kept_as_it_last_moved(feed: Feed, database: Database) -> None:
    trip = BreakerMoved(1, "daily_loss", tripped=True, value="5.1%", limit="5%", text="Resets at midnight.")
    await feed(step(1, trip))
    assert asked(database.path, "SELECT name, tripped, value, threshold, text, at FROM breaker") == [
        ("daily_loss", 1, "5.1%", "5%", "Resets at midnight.", 1)
    ]
    await feed(step(2, msgspec.structs.replace(trip, at=2, tripped=False)))
    assert asked(database.path, "SELECT tripped, at FROM breaker") == [(0, 2)]
    assert asked(database.path, "SELECT kind, subject, after FROM audit ORDER BY id") == [
        ("breaker", "daily_loss", "tripped"),
        ("breaker", "daily_loss", "reset"),
    ]


async def test_a_decision_is_found_by_order_trade_and_signal(feed: Feed, database: Database) -> None:
    signal = Signal("s1", 1, 2, BTC, "5m", "razor", "Long", 70.0, 0.7, None, None, None, "cross_up")
    entry = Decided(1, BTC, "razor", "entry", "approved", "", (), signal, "q1e", "7")
    stop = Decided(2, BTC, "razor", "stop", "approved", "", (), None, "q1s", "7")
    await feed(step(1, entry), step(2, stop))
    assert asked(database.path, "SELECT key, seq FROM decision ORDER BY key") == [
        ("7", 1),
        ("q1e", 1),
        ("q1s", 2),
        ("s1", 1),
    ]


async def test_a_refusal_is_a_row(feed: Feed, database: Database) -> None:
    await feed(step(1, Denied(1, BTC, "razor", "entry", "daily_loss", "5.1 % lost today.")))
    assert asked(database.path, "SELECT seq, symbol, strategy, leg, code, text FROM denial") == [
        (1, BTC, "razor", "entry", "daily_loss", "5.1 % lost today.")
    ]


async def test_a_command_is_audited_and_answers_its_inbox_row(feed: Feed, database: Database) -> None:
    await SqliteInbox(database).store([(900, "{}"), (901, "{}")], 1)
    done = CommandDone(5_000, "i1", ok=False, code="reserved", text="Nothing to close.")
    await feed(step(1, done, event=command(CloseAll(), inbox=900)))
    assert asked(database.path, "SELECT update_id, state, answer FROM inbox") == [
        (900, "done", "Nothing to close."),
        (901, "new", ""),
    ]
    assert asked(database.path, "SELECT at, kind, actor, subject, after, reason, seq FROM audit") == [
        (5_000, "command", 42, "CloseAll", '{"type":"CloseAll","reason":"close_all"}', "reserved: Nothing to close.", 1)
    ]


async def test_a_command_without_an_answer_yet_leaves_its_inbox_row_open(feed: Feed, database: Database) -> None:
    await SqliteInbox(database).store([(900, "{}")], 1)
    await feed(step(1, event=command(SetRisk("max_leverage", "3"), inbox=900)))
    assert asked(database.path, "SELECT state FROM inbox") == ["new"]


async def test_a_switched_strategy_is_remembered_if_it_was_carried_out(feed: Feed, database: Database) -> None:
    on = CommandDone(1, "i1", ok=True, code="done", text="On.")
    refused = CommandDone(1, "i1", ok=False, code="unknown_strategy", text="No such strategy.")
    await feed(
        step(1, on, event=command(StrategySwitch("razor", on=True))),
        step(2, refused, event=command(StrategySwitch("ghost", on=True))),
    )
    assert asked(database.path, "SELECT name, enabled FROM strategy") == [("razor", 1)]
    await feed(step(3, on, event=command(StrategySwitch("razor", on=False))))
    assert asked(database.path, "SELECT name, enabled FROM strategy") == [("razor", 0)]
