"""The desk with a real bot, as a process: on an emulated exchange's live streams, spoken to through the Bot API."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.playground import Emulator
from engine.model.messages import CandleClosed, OrderFilled
from storage.db import open_reading
from storage.recovery import read_steps
from tests.e2e.run_process import ADMIN, Street, street
from tests.journaled import asked

pytest_plugins = ["tests.e2e.emulator_fixture"]
pytestmark = pytest.mark.kill


@pytest.fixture
async def around(emulator: Emulator, tmp_path: Path) -> AsyncIterator[Street]:
    folder = tmp_path / "desk"
    folder.mkdir()
    async with street(emulator, folder, seed=5) as made:
        yield made


def count(folder: Path, table: str) -> int:
    """Rows of a table."""
    file = folder / "desk.db"
    if not file.exists() or not asked(file, "SELECT 1 FROM sqlite_master WHERE name = ?", table):
        return 0
    found: int = asked(file, f"SELECT count(*) FROM {table}")[0]
    return found


def texts(emulator: Emulator) -> list[str]:
    """What the bot has said."""
    return [view.get("text") or "" for view in emulator.messages() if view["from"]["is_bot"]]


async def test_it_greets_trades_on_live_prices_and_stops_when_asked(around: Street) -> None:
    async with around.desk() as desk:
        await desk.until(lambda: texts(around.emulator))
        await desk.until(lambda: count(around.folder, "fill"), 120)
        said = around.emulator.say("/status", user_id=ADMIN)
        await desk.until(
            lambda: any(
                view["message_id"] > said["message_id"] and "SIM ·" in view.get("text", "")
                for view in around.emulator.messages()
            )
        )
        asked_at = time.monotonic()
        desk.process.terminate()
        assert await desk.ended(10) == 0, desk.said
        assert time.monotonic() - asked_at < 10
        assert "Traceback" not in desk.said
        assert desk.said.rstrip().rpartition("\n")[2].startswith("Stopped. ")


async def test_it_stops_in_time_while_the_messenger_is_away(around: Street) -> None:
    async with around.desk() as desk:
        await desk.until(lambda: texts(around.emulator))
        around.emulator.fault(down=True)
        await asyncio.sleep(1)
        desk.process.terminate()
        assert await desk.ended(10) == 0, desk.said
        assert "Traceback" not in desk.said


async def test_a_second_desk_on_the_directory_is_refused_before_it_calls_anybody(around: Street) -> None:
    calls: list[str] = []

    def called(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        calls.append("somebody")
        writer.close()

    server = await asyncio.start_server(called, "127.0.0.1", 0)
    nobody = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with around.desk() as first:
        await first.until(lambda: (around.folder / "desk.db").exists())
        async with around.desk(EXCHANGE_URL=nobody, TELEGRAM_API_URL=nobody) as second:
            assert await second.ended(30) == 2
            assert second.said.count("\n") == 1
            assert f"process {first.process.pid}" in second.said
        assert first.process.returncode is None
    server.close()
    assert calls == []


async def test_kills_lose_nothing_and_every_start_goes_on(around: Street) -> None:
    """Each life ends by kill -9 in the middle of trading; the last one ends in order."""
    fills: list[tuple[str, str]] = []
    for life in range(3):
        before = count(around.folder, "step")
        async with around.desk() as desk:
            await desk.until(lambda seen=before: count(around.folder, "step") > seen + 20, 60)  # type: ignore[misc]
            if life == 0:
                await desk.until(lambda: count(around.folder, "fill"), 120)
            if life == 2:
                desk.process.terminate()
                assert await desk.ended(10) == 0, desk.said
            else:
                desk.process.kill()
                await desk.ended(10)
            assert "other settings" not in desk.said
        now = [
            (row[0], row[1])
            for row in asked(around.folder / "desk.db", "SELECT trade_id, price FROM fill ORDER BY rowid")
        ]
        assert now[: len(fills)] == fills
        fills = now
    with open_reading(around.folder / "desk.db") as connection:
        steps = list(read_steps(connection, 0))
    assert [step.seq for step in steps] == sorted({step.seq for step in steps})
    bars = Counter((e.symbol, e.open_at) for e in (step.event for step in steps) if isinstance(e, CandleClosed))
    assert set(bars.values()) == {1}
    for symbol in {symbol for symbol, _ in bars}:
        opened = sorted(at for name, at in bars if name == symbol)
        assert opened == list(range(opened[0], opened[-1] + 1, 60_000)), f"{symbol} lacks minutes"
    assert len({e.trade_id for e in (step.event for step in steps) if isinstance(e, OrderFilled)}) == len(fills) > 0


async def test_a_desk_that_is_blind_says_so_stays_so_through_kill_9_and_sees_again_with_its_market(
    around: Street,
) -> None:
    async with around.desk() as desk:
        await desk.until(lambda: count(around.folder, "step") > 20)
        await around.exchange.refuse()
        blind = "🟥 blind tripped 10 s\nlimit 10 s · entries wait until the market is heard again"
        await desk.until(lambda: blind in texts(around.emulator))
        desk.process.kill()
        await desk.ended(10)
    async with around.desk() as desk:
        await desk.until(lambda: sum("The desk has started" in text for text in texts(around.emulator)) > 1)
        around.emulator.say("/risk", user_id=ADMIN)
        await desk.until(lambda: any("TRIPPED blind" in text for text in texts(around.emulator)))
        await around.exchange.start()
        await desk.until(lambda: any("🟢 blind armed again" in text for text in texts(around.emulator)), 60)
        assert texts(around.emulator).count(blind) == 1
        desk.process.terminate()
        assert await desk.ended(10) == 0, desk.said


async def test_an_exchange_that_comes_later_is_waited_for_in_the_chat_and_then_traded_on(around: Street) -> None:
    await around.exchange.refuse()
    async with around.desk() as desk:
        await desk.until(lambda: any("exchange is down" in text for text in texts(around.emulator)))
        said = around.emulator.say("/status", user_id=ADMIN)
        await desk.until(
            lambda: any(
                view["message_id"] > said["message_id"] and "down: exchange" in view.get("text", "")
                for view in around.emulator.messages()
            )
        )
        await around.exchange.start()
        await desk.until(lambda: any("exchange is back" in text for text in texts(around.emulator)), 60)
        await desk.until(lambda: count(around.folder, "fill"), 120)
        assert sum("exchange is down" in text for text in texts(around.emulator)) == 1
        desk.process.terminate()
        assert await desk.ended(10) == 0, desk.said
        assert "Traceback" not in desk.said


async def test_a_desk_that_waits_for_its_exchange_stops_in_time_and_says_it_is_down_once(around: Street) -> None:
    await around.exchange.refuse()
    for _ in range(2):
        async with around.desk() as desk:
            await desk.until(lambda: "desk_started" in desk.said)
            await desk.until(lambda: any("exchange is down" in text for text in texts(around.emulator)))
            desk.process.terminate()
            assert await desk.ended(10) == 0, desk.said
            assert "Traceback" not in desk.said
    assert sum("exchange is down" in text for text in texts(around.emulator)) == 1


async def test_a_symbol_that_is_found_wrong_only_later_ends_the_desk_in_one_sentence(around: Street) -> None:
    await around.exchange.refuse()
    async with around.desk(SYMBOLS="BTCUSDT,NOPEUSDT") as desk:
        await desk.until(lambda: "desk_started" in desk.said)
        await around.exchange.start()
        assert await desk.ended(120) == 2
        assert "Traceback" not in desk.said
        assert desk.said.splitlines()[-1].startswith("binanceusdm has no symbol 'NOPEUSDT'")
