"""Backtests for people: in a process of their own, one each, stopped when asked, and never lost in silence."""

import asyncio
import json
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from loguru import logger

from bot.backtests.trial import FOLDER, Request, Setup, Simulated, Stored, Terms
from bot.backtests.trials import Trials
from bot.outbox.body import Body
from bot.outbox.outbox import Say
from engine.backtest import backtest
from engine.feeds.cache.folder import Cache
from engine.feeds.cache.sheet import Head, Sheet
from engine.feeds.files import Candles
from engine.feeds.replay import ReplaySource
from engine.feeds.synthetic import EPOCH, SyntheticSource
from engine.model.errors import BadInput
from engine.model.limits import RiskLimits, with_settings
from engine.model.market import DAY_MS, MINUTE_MS
from engine.model.member import Member
from engine.plan import Bracket, Costs, Plan, StrategyPlan
from strategies.base import build
from tests.unit.bot.stand_ins import Shelf

UTC = ZoneInfo("UTC")
PERSON = 1001
DAYS = 3
MARKET = SyntheticSource(5, ("BTCUSDT", "ETHUSDT"))
TERMS = Terms(msgspec.to_builtins(Costs()), msgspec.to_builtins(Bracket()), "UTC")
LIMITS = {"MAX_POSITIONS": "2"}


class Room:
    """A data directory with three days of minutes, and a person who asks for backtests on them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.shelf = folder, Shelf()
        setup = Setup(Stored(str(folder), "test"), TERMS, folder)
        self.trials = Trials(setup, Say(self.shelf, lambda: 7), lambda: 7)
        cache = Cache(folder)
        for symbol in MARKET.symbols:
            cache.put(Sheet(Head("test", symbol, "1m"), MARKET.columns(symbol, DAYS * 1440)))

    def request(self, **changes: object) -> Request:
        made = Request(
            ground=self.trials.setup.ground,
            member=Member("razor@1m", "razor", "1m", ("BTCUSDT", "ETHUSDT")),
            instruments=tuple(MARKET.instruments),
            period=DAY_MS,
            until=EPOCH + 2 * DAY_MS,
            cash="10000",
            limits=LIMITS,
            terms=TERMS,
            keep=str(self.folder),
        )
        return msgspec.structs.replace(made, **changes)

    async def ended(self) -> list[Body]:
        """What was said when it is over."""
        for _ in range(3_000):
            if not self.trials.runs(PERSON):
                break
            await asyncio.sleep(0.02)
        return self.shelf.bodies()


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


async def test_what_a_backtest_ended_of_is_in_the_log(room: Room) -> None:
    lines: list[str] = []
    sink = logger.add(lines.append, format="{message} {extra[said]}")
    await room.trials.begin(PERSON, room.request(terms=Terms({"fee": "a lot"}, {}, "UTC")), UTC)
    (body,) = {body.text for body in await room.ended() if "early" in body.text}
    logger.remove(sink)
    assert "(code 1)" in body
    assert any("backtest_ended_early" in line and "a lot" not in body and "fee" in line for line in lines)


async def test_the_result_is_that_of_the_same_backtest_here_and_comes_with_its_files(room: Room) -> None:
    await room.trials.begin(PERSON, room.request(), UTC)
    said = await room.ended()
    card = next(body for body in said if body.photo)
    files = {(body.filename or "").rpartition(".")[2]: body.document for body in said if body.document}
    expected = by_hand()
    record = json.loads(files["json"] or b"")
    assert (record["trades"], record["profit"]) == (len(expected.trades), str(expected.profit.normalize()))
    assert expected.trades
    assert f"trades {len(expected.trades)} · " in card.text
    assert (files["csv"] or b"").count(b"\n") == 1 + len(expected.trades)
    assert b"<html" in (files["html"] or b"")
    assert list((room.folder / "backtests").glob("*.json"))
    assert list((room.folder / FOLDER).iterdir()) == []


def by_hand() -> backtest.Result:
    """The second day, warmed up with the first; nothing of the third."""
    candles = [Candles(symbol, "1m", MARKET.columns(symbol, DAYS * 1440)) for symbol in MARKET.symbols]
    source = ReplaySource(candles, start=EPOCH + DAY_MS, end=EPOCH + 2 * DAY_MS)
    source.instruments = MARKET.instruments
    razor = build("razor")
    plan = StrategyPlan("razor@1m", razor, razor.params_type(), "1m", tuple(MARKET.symbols))
    return backtest.run(source, Plan((plan,), with_settings(RiskLimits(), LIMITS), cash=Decimal(10_000)))


async def test_the_loop_of_the_desk_goes_on_turning_beside_it(room: Room) -> None:
    await room.trials.begin(PERSON, room.request(), UTC)
    longest, began = 0.0, time.monotonic()
    last = began
    while room.trials.runs(PERSON):
        await asyncio.sleep(0.002)
        now = time.monotonic()
        longest, last = max(longest, now - last), now
    assert longest < max(0.5, (last - began) / 4)  # it would stand still from first to last, however slow the machine


async def test_a_person_has_one_at_a_time_and_another_person_their_own(room: Room) -> None:
    await room.trials.begin(PERSON, room.request(), UTC)
    with pytest.raises(BadInput, match="A backtest of yours is running"):
        await room.trials.begin(PERSON, room.request(), UTC)
    await room.trials.begin(1002, room.request(), UTC)
    await room.ended()
    await room.trials.close()


@pytest.mark.parametrize("wait", [0.0, 0.6])
async def test_stop_ends_it_and_its_message_says_so(room: Room, wait: float) -> None:
    long = room.request(ground=Simulated(5, EPOCH), period=300 * DAY_MS, until=EPOCH + 2 * DAY_MS)
    await room.trials.begin(PERSON, long, UTC)
    await asyncio.sleep(wait)
    room.trials.stop(PERSON)
    said = await room.ended()
    assert said[-1].text.splitlines() == ["⚪ Backtest without a result", "stopped by you"]
    assert {item.key for item in room.shelf.items} == {room.shelf.items[0].key}
    with pytest.raises(BadInput, match="No backtest of yours is running"):
        room.trials.stop(PERSON)


async def test_the_end_of_the_desk_is_the_end_of_it(room: Room) -> None:
    await room.trials.begin(PERSON, room.request(), UTC)
    await room.trials.close()
    assert "the desk was shut down" in room.shelf.texts()[-1]
    assert not room.trials.runs(PERSON)


async def test_what_a_killed_desk_had_begun_is_told_at_the_next_start_once(room: Room) -> None:
    await room.trials.begin(PERSON, room.request(), UTC)
    notes = {path.name: path.read_text() for path in (room.folder / FOLDER).iterdir()}
    await room.trials.close()
    for name, text in notes.items():
        (room.folder / FOLDER / name).write_text(text)
    again = Room(room.folder)
    await again.trials.clear_up()
    await again.trials.clear_up()
    (item,) = again.shelf.items
    assert (item.chat, item.key) == (PERSON, room.shelf.items[0].key)
    assert "the desk was started again" in again.shelf.texts()[0]


def missing(room: Room) -> Request:
    return room.request(instruments=(msgspec.structs.replace(MARKET.instruments[0], symbol="XRPUSDT"),))


def too_late(room: Room) -> Request:
    return room.request(until=EPOCH - DAY_MS)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [(missing, "There are no candles of XRPUSDT"), (too_late, "No candle closes in the chosen time")],
)
async def test_what_cannot_be_run_is_said_in_one_sentence(
    room: Room, asked: Callable[[Room], Request], sentence: str
) -> None:
    await room.trials.begin(PERSON, asked(room), UTC)
    said = await room.ended()
    head, _, text = said[-1].text.partition("\n")
    assert head == "⚪ Backtest without a result"
    assert " ".join(text.split()).startswith(sentence)


async def test_a_simulated_market_is_tried_on_its_own_past_with_its_funding(room: Room) -> None:
    ground = Simulated(5, EPOCH)
    await room.trials.begin(PERSON, room.request(ground=ground, period=None, until=EPOCH + DAY_MS + MINUTE_MS), UTC)
    said = await room.ended()
    record: dict[str, Any] = next(
        json.loads(body.document) for body in said if body.document and (body.filename or "").endswith("json")
    )
    assert (record["from"], record["to"]) == ("2026-01-05T00:00:00Z", "2026-01-06T00:01:00Z")
    assert Decimal(record["funding"]) != 0


async def test_a_backtest_that_cannot_be_noted_does_not_count_as_running(room: Room) -> None:
    (room.folder / FOLDER).write_text("a file where the folder should be")
    with pytest.raises(FileExistsError):
        await room.trials.begin(PERSON, room.request(), UTC)
    assert not room.trials.runs(PERSON)
