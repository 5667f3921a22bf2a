"""Opening a data directory: a fresh desk, one that goes on, one that must not."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.desk.room import Room, open_room
from bot.desk.running import history_minutes, newest_settlement, on_symbols
from engine.model.errors import BadInput
from engine.model.instrument import Instrument
from engine.model.limits import RiskLimits, with_settings
from engine.model.messages import CandleClosed, Timer
from engine.plan import Plan, StrategyPlan
from engine.scoring.blocks import BLOCK
from storage.db import Database
from strategies.base import build
from tests.desk import WIDE, Scripted, long
from tests.scripted import START

MINUTE = 60_000


def plan(stop: float = 90) -> Plan:
    """Buys at the third bar."""
    scripted = Scripted({2: long(stop)})
    strategy = StrategyPlan("scripted", scripted, scripted.params_type(), "1m", ("BTC",))
    return Plan((strategy,), with_settings(RiskLimits(), WIDE))


def candle(number: int) -> CandleClosed:
    opened = START + number * MINUTE
    return CandleClosed(opened + MINUTE, "BTC", "1m", opened, 100.0, 100.0, 100.0, 100.0, 9.0)


@asynccontextmanager
async def opened(
    folder: Path, rules: Plan | None = None, symbols: Sequence[str] = ("BTC",), past: int = 0
) -> AsyncIterator[Room]:
    """A room whose desk turns; left without a picture, as by a kill."""
    database = Database.open(folder)
    running: asyncio.Task[None] | None = None
    try:
        market = [Instrument(symbol, symbol, "USDT") for symbol in symbols]
        room = await open_room(
            database,
            folder,
            rules or plan(),
            market,
            dict.fromkeys(symbols, "1m"),
            lambda: [candle(number) for number in range(-past, 0)],
            START,
            "SIM",
        )
        running = asyncio.create_task(room.runner.run())
        yield room
    finally:
        if running is not None:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        await database.close()


async def live(room: Room, *numbers: int) -> None:
    """Minutes of the market."""
    for number in numbers:
        room.runner.post(candle(number))
    await room.runner.idle()


async def test_a_fresh_desk_is_warm_and_begins_at_the_start(tmp_path: Path) -> None:
    async with opened(tmp_path, past=5) as room:
        assert not room.resumed
        assert (room.runner.core.state.began, room.runner.core.state.now) == (START, START)
        assert room.runner.core.state.marks == {"BTC": 100.0}
        assert room.runner.last_event is None


@pytest.mark.parametrize("pictured", [None, 1, 3, 5])
async def test_a_desk_that_was_killed_goes_on_where_it_was(tmp_path: Path, pictured: int | None) -> None:
    async with opened(tmp_path, past=5) as room:
        for number in range(5):
            if number == pictured:
                await room.runner.picture()
            await live(room, number)
        state = room.runner.core.state
        assert "BTC" in state.holdings
    async with opened(tmp_path, past=5) as again:
        assert again.resumed
        assert again.run == room.run + 1
        assert again.runner.core.state == state
        assert again.runner.last_event == candle(4)
        await live(again, 5)
        assert again.runner.core.state.refused == {}


async def test_a_killed_desk_with_other_strategies_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    async with opened(tmp_path) as room:
        await live(room, *range(5))
        state = room.runner.core.state
    with pytest.raises(BadInput, match="other settings"):
        async with opened(tmp_path, plan(stop=95)):
            pass
    async with opened(tmp_path) as again:
        assert again.runner.core.state == state


async def test_after_a_stop_in_order_other_strategies_may_go_on(tmp_path: Path) -> None:
    async with opened(tmp_path) as room:
        await live(room, *range(5))
        await room.runner.picture()
    async with opened(tmp_path, plan(stop=95)) as again:
        assert "BTC" in again.runner.core.state.holdings


async def test_a_market_without_a_symbol_that_is_held_is_refused(tmp_path: Path) -> None:
    async with opened(tmp_path) as room:
        await live(room, *range(5))
        await room.runner.picture()
    with pytest.raises(BadInput, match="holds BTC, which this market does not have"):
        async with opened(tmp_path, Plan(()), symbols=("ETH",)):
            pass


async def test_settlements_may_be_missing_from_the_newest_candle_on(tmp_path: Path) -> None:
    async with opened(tmp_path) as room:
        room.runner.post(Timer(START + 77, "minute"))
        await room.runner.idle()
        assert newest_settlement(tmp_path) is None
        await live(room, 0, 1)
        room.runner.post(Timer(START + 999_000, "minute"))
        await room.runner.idle()
        assert newest_settlement(tmp_path) == START + 2 * 60_000


def test_enough_past_is_fetched_for_the_longest_window() -> None:
    scripted = Scripted({})
    plans = tuple(StrategyPlan(t, scripted, None, t, ("BTC",)) for t in ("1m", "15m"))
    assert history_minutes(Plan(plans)) == (1 + BLOCK) * 15


def test_no_more_than_a_month_is_fetched_for_what_a_strategy_reads_beside() -> None:
    fabio = build("fabio")
    plan = StrategyPlan("f", fabio, fabio.params_type(), "5m", ("BTC",))
    assert history_minutes(Plan((plan,))) == 31 * 24 * 60
    slow = StrategyPlan("s", Scripted({}), None, "4h", ("BTC",))
    assert history_minutes(Plan((plan, slow))) == (1 + BLOCK) * 240
    assert history_minutes(Plan(())) == 0


def test_a_plan_is_put_on_the_symbols_as_the_exchange_names_them() -> None:
    renamed = on_symbols(plan(), ["BTC/USDT:USDT", "ETH/USDT:USDT"])
    assert [each.symbols for each in renamed.strategies] == [("BTC/USDT:USDT", "ETH/USDT:USDT")]
    assert renamed.limits == plan().limits
