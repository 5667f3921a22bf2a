"""The door between people and the desk: views of the running core, commands through its inbox."""

import asyncio
from decimal import Decimal

import pytest

from engine.control import DeskControl, Setting
from engine.model.account import Account, ClosedTrade
from engine.model.commands import Pause, SetMode
from engine.model.facts import EquityMarked, MarketState
from engine.model.limits import RiskLimits
from engine.model.market import Bars
from engine.model.messages import Timer
from engine.model.views import LogLine
from engine.runner import Runner
from tests.desk import D, Desk, long
from tests.doubles.archive import MemoryArchive
from tests.doubles.journal import MemoryJournal
from tests.scripted import START

HOUR, DAY = 3_600_000, 86_400_000
NOW = START + 40 * DAY
NIL, ONE = Decimal(0), Decimal(1)


def seen(*values: object) -> tuple[object, ...]:
    """Values side by side: Decimals are compared with whole numbers here."""
    return values


class World:
    """A desk of forty days behind its control, on a clock that a test moves."""

    def __init__(self, ceiling: str = "SIM", archive: MemoryArchive | None = None) -> None:
        self.time = 100.0
        desk = Desk({})
        desk.core.state.began = START
        self.journal = MemoryJournal()
        self.runner = Runner(desk.core, desk.broker, self.journal, lambda: self.time)
        self.journal.observers.append(self.runner)
        lines = [LogLine(1, "INFO", "one"), LogLine(2, "INFO", "two")]
        setting = Setting("SIM", ceiling, False, "test", RiskLimits(), lambda n: lines[-n:], lambda: self.time)
        self.control = DeskControl(self.runner, archive or MemoryArchive(), setting)
        desk.feed(Timer(NOW, "minute"))


def closed(days_ago: int, pnl: int) -> ClosedTrade:
    at = NOW - days_ago * DAY
    return ClosedTrade(f"t{at}", "BTC", "long", "s", at - 1, ONE, at, ONE, ONE, NIL, NIL, D(pnl), "stop")


def marked(days_ago: int, equity: int) -> EquityMarked:
    return EquityMarked(NOW - days_ago * DAY, Account(D(10_000), D(equity), NIL, NIL, NIL, NIL), NIL, NIL, 0)


def filled() -> MemoryArchive:
    return MemoryArchive(
        [closed(39, 1), closed(20, 2), closed(6, 4), closed(1, 8), closed(0, 16)],
        [marked(39, 10_001), marked(20, 10_003), marked(6, 10_007), marked(1, 10_015)],
    )


@pytest.mark.parametrize(("period", "apart", "points"), [("24h", 1, 61), ("7d", 10, 7), ("30d", 60, 2), ("all", 60, 2)])
async def test_risk_over_time_is_drawn_finely_of_a_day_and_coarsely_of_a_month(
    period: str, apart: int, points: int
) -> None:
    minute, hour = 60_000, NOW - NOW % 3_600_000 - 3_600_000
    account = Account(D(10_000), D(10_000), NIL, NIL, NIL, NIL)
    marks = [EquityMarked(hour + n * minute, account, D(5_000), NIL, 1) for n in range(61)]
    found = (await World(archive=MemoryArchive(hours=marks)).control.risk_history(period)).points
    assert [point.at for point in found] == [hour + n * apart * minute for n in range(points)]
    assert {point.leverage for point in found} == {D("0.5")}


@pytest.mark.parametrize(
    ("period", "realised", "trades", "start"),
    [("24h", 24, 2, 10_015), ("7d", 28, 3, 10_007), ("30d", 30, 4, 10_003), ("all", 31, 5, 10_000)],
)
async def test_a_period_holds_its_own_trades_and_starts_with_its_own_equity(
    period: str, realised: int, trades: int, start: int
) -> None:
    view = await World(archive=filled()).control.pnl(period)
    assert seen(view.period, view.realised, view.trades, view.equity_start) == (period, realised, trades, start)
    assert view.equity_end == 10_000  # nothing was traded by the desk itself


async def test_all_begins_where_the_desk_began_with_its_cash() -> None:
    view = await World(archive=filled()).control.pnl("all")
    assert view.since == START
    assert seen(*view.equity_curve[0]) == (START, 10_000)


async def test_a_period_longer_than_the_desk_is_all_of_it() -> None:
    world = World()
    world.runner.core.state.began = NOW - HOUR
    view = await world.control.pnl("7d")
    assert seen(view.since, view.equity_start) == (NOW - HOUR, 10_000)


async def test_the_newest_trades_are_given_oldest_first() -> None:
    assert [trade.pnl for trade in await World(archive=filled()).control.trades(2)] == [8, 16]


def test_the_mode_says_what_live_is_missing() -> None:
    under_sim, under_live = World("SIM").control.mode(), World("LIVE").control.mode()
    assert (under_sim.mode, under_sim.ceiling, under_sim.missing[0]) == ("SIM", "SIM", "BOT_MODE=LIVE")
    assert "BOT_MODE=LIVE" not in under_live.missing
    assert under_live.missing != ()


def test_the_age_of_the_feed_and_the_uptime_go_by_a_clock_that_never_jumps() -> None:
    world = World()
    world.time = 160.5
    assert world.control.status().feed_age_ms is None
    world.runner.fed = 160.0
    view = world.control.status()
    assert (view.feed_age_ms, view.uptime_ms) == (500, 60_500)


def test_the_newest_log_lines_are_given() -> None:
    assert [line.text for line in World().control.logs(1)] == ["two"]


async def test_why_of_an_unknown_key_is_nothing() -> None:
    assert await World().control.why("t1") is None


async def test_a_command_is_answered_and_changes_what_is_seen() -> None:
    world = World()
    running = asyncio.create_task(world.runner.run())
    assert (await world.control.do(Pause(), 7, "a", None)).ok
    assert world.control.status().state == "REDUCING"
    assert (await world.control.do(SetMode("live"), 7, "b", None)).code == "mode_denied"
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def test_live_names_the_strategies_that_fail_their_checks_and_those_not_checked_yet() -> None:
    world = World("LIVE")
    assert world.control.mode().missing == ("a live broker (this version simulates)",)
    (plan,) = world.runner.core.lineup.plans
    said: dict[str, str | None] = {plan.id: "look_ahead: it peeks"}
    setting = Setting(
        "SIM", "LIVE", False, "test", RiskLimits(), lambda n: [], lambda: 0.0, refusal=lambda each: said[each.id]
    )
    control = DeskControl(world.runner, MemoryArchive(), setting)
    assert control.mode().missing[-1] == f"{plan.id} without faults (look_ahead: it peeks)"
    assert [view.refusal for view in control.strategies()] == ["look_ahead: it peeks"]
    said[plan.id] = None
    assert control.mode().missing[-1] == f"the checks of {plan.id}, which are not done yet"
    said[plan.id] = ""
    assert control.mode().missing == ("a live broker (this version simulates)",)


async def test_a_switch_to_live_is_refused_for_a_strategy_that_fails_its_checks() -> None:
    world = World("LIVE")
    setting = Setting(
        "SIM", "LIVE", False, "test", RiskLimits(), lambda n: [], lambda: 0.0, refusal=lambda each: "over_fit: fitted"
    )
    control = DeskControl(world.runner, MemoryArchive(), setting)
    running = asyncio.create_task(world.runner.run())
    answer = await control.do(SetMode("live"), 7, "b", None)
    assert (answer.code, "over_fit: fitted" in answer.text) == ("mode_denied", True)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_an_analysis_is_the_signal_of_the_newest_bar_with_its_reward_and_the_market_state() -> None:
    desk = Desk({3: long(stop=99.0, target=102.5)})
    desk.walk(100.0, 100.0, 100.0, 100.0)
    seen_minutes: list[int] = []

    def state(minutes: Bars) -> MarketState:
        seen_minutes.append(len(minutes))
        return "BALANCED"

    setting = Setting("SIM", "SIM", False, "test", RiskLimits(), lambda n: [], lambda: 0.0, state)
    control = DeskControl(Runner(desk.core, desk.broker, MemoryJournal(), lambda: 0.0), MemoryArchive(), setting)
    (symbol,) = control.symbols()
    view = await control.analysis(symbol)
    (said,) = view.signals
    assert said.signal
    assert (said.signal.signal, said.signal.confidence, view.state, seen_minutes) == ("Long", 0.6, "BALANCED", [4])
    assert seen(said.signal.entry, said.signal.stop_loss, said.signal.target) == (100, 99, D("102.5"))
    assert said.reward == 2.5
    assert (await control.analysis(symbol, "nothing")).signals == ()
    assert control.candles(symbol, "1m", 3).close.tolist() == [100.0] * 3
    assert len(control.candles(symbol, "4h", 3)) == 0
