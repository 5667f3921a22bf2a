"""What was recorded can be asked for, exactly as it was reported."""

from decimal import Decimal

import msgspec
import pytest

from engine.model.account import PartExit
from engine.model.commands import StrategyParams
from engine.model.facts import (
    CommandDone,
    Decided,
    Denied,
    EquityMarked,
    Flattened,
    Signal,
    StateChanged,
    TradeClosed,
    Trouble,
)
from engine.model.messages import Cancel, Step, Timer
from engine.model.orders import OrderState
from engine.model.views import VersionView
from engine.ports import Archive
from storage.archive import SqliteArchive
from storage.db import Database
from tests.journaled import BTC, account, asked, candle, closed, command, fill, moved, order, step
from tests.unit.storage.conftest import Feed


@pytest.fixture
def archive(database: Database) -> Archive:
    return SqliteArchive(database)


async def test_closed_trades_come_back_equal_and_oldest_first(feed: Feed, archive: Archive) -> None:
    trades = [closed(str(at), at, pnl=Decimal(f"-0.{at:037}")) for at in (30, 10, 20)]
    await feed(*(step(seq, TradeClosed(1, trade, account())) for seq, trade in enumerate(trades, 1)))
    assert await archive.trades() == [trades[1], trades[2], trades[0]]
    assert await archive.trades(since=20) == [trades[2], trades[0]]
    assert await archive.trades(limit=2) == [trades[2], trades[0]]
    assert await archive.trades(limit=0) == []


async def test_the_parts_in_which_a_trade_left_come_back_with_it(feed: Feed, archive: Archive) -> None:
    parts = (PartExit(3, Decimal("0.4"), Decimal("94000.1"), "target", "q1t"),)
    await feed(step(1, TradeClosed(1, closed(parts=parts), account())))
    assert (await archive.trades())[0].parts == parts


async def test_marks_come_back_equal(feed: Feed, archive: Archive) -> None:
    marks = [EquityMarked(at, account(), Decimal("941.1"), Decimal("0.01"), 1) for at in (1, 2, 3)]
    await feed(*(step(seq, mark) for seq, mark in enumerate(marks, 1)))
    assert await archive.marks(every=1) == marks
    assert await archive.marks(since=2, every=1) == marks[1:]


async def test_the_first_mark_of_each_span_is_given(feed: Feed, archive: Archive) -> None:
    hour, minute = 3_600_000, 60_000
    at = (hour, hour + minute, hour + 2 * minute, 2 * hour - 1, 2 * hour, 2 * hour + minute)
    book = [Decimal(n) / 100 for n in range(1, 7)]
    marks = [EquityMarked(each, account(), Decimal("941.1"), Decimal("0.01"), 1, *book) for each in at]
    await feed(*(step(seq, mark) for seq, mark in enumerate(marks, 1)))
    assert await archive.marks() == [marks[0], marks[4]]
    assert await archive.marks(since=hour + 1) == [marks[1], marks[4]]
    assert await archive.marks(every=minute) == marks
    assert await archive.marks(every=2 * minute) == [marks[0], marks[2], marks[3], marks[4]]


async def test_a_decision_is_found_by_each_of_its_ids(feed: Feed, archive: Archive) -> None:
    signal = Signal("s1", 1, 2, BTC, "5m", "razor", "Long", 70.0, 0.7, None, None, None, "cross_up")
    other = Decided(1, BTC, "rsi_mr", "entry", "daily_loss", "No.", ())
    entry = Decided(1, BTC, "razor", "entry", "approved", "", (), signal, "q1e", "7")
    stop = Decided(1, BTC, "razor", "stop", "approved", "", (), None, "q1s", "7")
    await feed(step(1, other, entry, stop))
    assert await archive.decision("7") == entry
    assert await archive.decision("q1e") == entry
    assert await archive.decision("s1") == entry
    assert await archive.decision("q1s") == stop
    assert await archive.decision("8") is None


async def test_the_newest_decisions_about_entries_are_found_again_by_their_keys(feed: Feed, archive: Archive) -> None:
    signal = Signal("s1", 1, 2, BTC, "5m", "razor", "Long", 70.0, 0.7, None, None, None, "cross_up")
    entry = Decided(1, BTC, "razor", "entry", "approved", "", (), signal, "q1e", "7")
    stop = Decided(1, BTC, "razor", "stop", "approved", "", (), None, "q1s", "7")
    first = msgspec.structs.replace(
        entry, verdict="daily_loss", text="No.", order_id=None, trade=None, signal=msgspec.structs.replace(signal)
    )
    second = msgspec.structs.replace(first, signal=msgspec.structs.replace(signal, signal_id="s2"), text="Nor this.")
    await feed(step(1, entry, stop), step(2, first, second))
    found = await archive.decisions(8)
    assert [one.decided for one in found] == [entry, first, second]
    assert [await archive.decision(one.key) for one in found] == [entry, first, second]
    assert [one.decided for one in await archive.decisions(1)] == [second]
    assert await archive.decision("R-2-7") is None
    assert await archive.decision("R-1") is None  # an approved one is found by its trade


async def test_the_orders_of_a_trade_come_with_their_fills_and_where_they_stand(feed: Feed, archive: Archive) -> None:
    entry, stop = order("q1e"), order("q1s", leg="stop", side="sell", reduce_only=True)
    other = order("q2e", trade="8")
    submitted, filled, canceled = OrderState.SUBMITTED, OrderState.FILLED, OrderState.CANCELED
    await feed(
        step(1, moved(entry, OrderState.APPROVED, submitted, 1), moved(other, OrderState.APPROVED, submitted, 1)),
        step(2, moved(entry, submitted, filled, 2, "0.010"), event=fill("t1")),
        step(3, moved(stop, OrderState.APPROVED, submitted, 3)),
        step(4, moved(stop, submitted, canceled, 4)),
    )
    lives = await archive.orders("7")
    assert [(life.order, life.state, life.at) for life in lives] == [(entry, filled, 2), (stop, canceled, 4)]
    assert [fill.price for fill in lives[0].fills] == [Decimal("94111.10")]
    assert lives[1].fills == ()
    assert await archive.orders("9") == []


async def test_the_version_of_a_strategy_is_what_people_had_made_of_it_by_then(feed: Feed, archive: Archive) -> None:
    grown, other = StrategyParams("razor", {"fast": "12"}), StrategyParams("razor@5m", {"fast": "7"})
    answers = [
        (grown, 2_000, True, "changed", "razor runs with fast=12 from its next bar on. It has taken over."),
        (other, 3_000, True, "changed", "razor@5m runs with fast=7 from its next bar on."),
        (grown, 4_000, False, "bad_input", "razor is bad."),
        (grown, 5_000, True, "shadowed", "razor is shadowed."),
    ]
    for seq, (action, at, ok, code, text) in enumerate(answers, 1):
        await feed(step(seq, CommandDone(at, "i1", ok, code, text), event=command(action, at=at)))
    assert await archive.version("razor", 1_999) is None
    assert await archive.version("razor", 9_000) == VersionView(2_000, "razor runs with fast=12 from its next bar on")
    assert await archive.version("ma_cross", 9_000) is None


async def test_the_newest_refusals_are_told_oldest_first(feed: Feed, archive: Archive) -> None:
    denied = [Denied(at, BTC, "razor", "entry", "daily_loss", "No.") for at in (1, 2, 3)]
    await feed(step(1, denied[0], denied[1]), step(2, denied[2]))
    assert await archive.denials(2) == denied[1:]


async def test_only_steps_that_report_are_told(feed: Feed, archive: Archive) -> None:
    telling = step(3, Trouble(1, "x", 'says {"type":"Report"'))
    quoting = Step(2, Timer(1, "minute"), (Cancel('{"type":"Report"', BTC),))
    await feed(Step(1, candle(), ()), quoting, telling, step(4, Trouble(1, "y", "")))
    assert await archive.steps(0) == [telling, step(4, Trouble(1, "y", ""))]
    assert [one.seq for one in await archive.steps(3)] == [4]


async def test_steps_come_a_thousand_at_a_time(feed: Feed, archive: Archive) -> None:
    await feed(*(step(seq, Trouble(1, "x", "")) for seq in range(1, 1_203)))
    assert [one.seq for one in await archive.steps(0)] == list(range(1, 1_001))
    assert [one.seq for one in await archive.steps(1_000)] == list(range(1_001, 1_203))


async def test_finding_them_does_not_read_the_whole_journal(database: Database) -> None:
    plan = asked(database.path, "EXPLAIN QUERY PLAN SELECT * FROM step WHERE seq > 5 AND effects <> '[]' ORDER BY seq")
    assert "ix_step_told" in str(plan)


async def test_a_halt_is_under_way_until_everything_was_reported_flat(feed: Feed, archive: Archive) -> None:
    halted = StateChanged(1, "ACTIVE", "HALTED", "close_all")
    await feed(
        *(step(1), step(2, halted), step(3, Trouble(1, "order", "no answer"))),
        step(4, Flattened(1, "close_all", account())),
    )
    assert [await archive.halt_under_way(until) for until in (1, 2, 3, 4)] == [None, 2, 2, None]
    await feed(step(5, msgspec.structs.replace(halted, before="HALTED", after="ACTIVE")), step(6, halted))
    assert [await archive.halt_under_way(until) for until in (5, 6)] == [None, 6]
