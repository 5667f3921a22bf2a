"""An exchange that does not answer at the start: what is known of its markets, and how it is waited for."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from pydantic import SecretStr

from bot.desk.running import (
    LINK,
    AwaitedFeed,
    Reached,
    before,
    known_markets,
    market_room,
    reach,
    run_plan,
    tuned,
    waiting_room,
)
from bot.options.fees import Fees
from bot.settings import Settings
from engine import ledger
from engine.feeds.synthetic import SyntheticSource
from engine.model.errors import BadInput
from engine.model.limits import RiskLimits
from engine.model.messages import CandleClosed, Event, LinkDown
from engine.venues.failures import VenueFailure
from storage.db import Database
from tests.exchange.listings import BTC_COIN
from tests.exchange.market import Market
from tests.exchange.server import Exchange, running
from tests.exchange.tour import market_of

SYMBOLS = ("BTCUSDT", "ETHUSDT")
FAILED = VenueFailure("markets of okx: refused")


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    source = SyntheticSource(7, SYMBOLS, history_minutes=60)
    first = next(event.at for event in source.events() if isinstance(event, CandleClosed))
    async with running(market_of(source, first)) as made:
        yield made


def settings(folder: Path, url: str = "http://127.0.0.1:9", symbols: tuple[str, ...] = SYMBOLS) -> Settings:
    token = SecretStr("1:x")
    return Settings(
        "SIM", token, {}, url, "UTC", "INFO", "binanceusdm", url, symbols, (), ("razor",), folder, RiskLimits()
    )


async def nothing(seconds: float) -> None:
    return None


async def first(feed: AwaitedFeed) -> list[Event]:
    """What the feed says until it has ended."""
    said: list[Event] = []

    async def listen() -> None:
        async for event in feed.events():
            said.append(event)

    listening = asyncio.create_task(listen())
    ended = asyncio.create_task(feed.ended.wait())
    await asyncio.wait((listening, ended), timeout=20, return_when=asyncio.FIRST_COMPLETED)
    ended.cancel()
    if not listening.done():
        listening.cancel()
    failed = (await asyncio.gather(listening, return_exceptions=True))[0]
    if isinstance(failed, BadInput):
        raise failed
    return said


async def test_an_exchange_that_comes_late_is_reached_and_its_absence_is_said_once(
    exchange: Exchange, tmp_path: Path
) -> None:
    await exchange.refuse()
    wanted = settings(tmp_path, exchange.url)
    asked = 0

    async def ask() -> Reached:
        nonlocal asked
        asked += 1
        if asked == 3:
            await exchange.start()
        return await reach(wanted, 10, None, lambda symbol, done, total: None)

    feed = AwaitedFeed((), ask, FAILED, asyncio.Event(), nothing)
    said = await first(feed)
    assert [(type(event), event.link) for event in said if isinstance(event, LinkDown)] == [(LinkDown, LINK)]
    assert len(said) == 1
    assert feed.reached is not None
    assert [i.symbol for i in feed.reached.feed.instruments] == ["BTC/USDT:USDT", "ETH/USDT:USDT"]
    await feed.reached.feed.close()
    assert known_markets(wanted) == feed.reached.feed.instruments


async def test_who_waits_for_an_exchange_stops_at_once_when_asked(tmp_path: Path) -> None:
    over, began = asyncio.Event(), asyncio.Event()

    async def ask() -> Reached:
        began.set()
        await asyncio.sleep(60)
        raise FAILED

    feed = AwaitedFeed((), ask, FAILED, over, nothing)
    waiting = asyncio.create_task(first(feed))
    await began.wait()
    over.set()
    await asyncio.wait_for(waiting, 30)
    assert feed.reached is None


async def test_a_symbol_that_the_exchange_turns_out_not_to_have_is_refused_by_name(
    exchange: Exchange, tmp_path: Path
) -> None:
    wanted = settings(tmp_path, exchange.url, ("BTCUSDT", "NOPEUSDT"))

    async def ask() -> Reached:
        return await reach(wanted, 10, None, lambda symbol, done, total: None)

    with pytest.raises(BadInput, match="binanceusdm has no symbol 'NOPEUSDT'"):
        await first(AwaitedFeed((), ask, FAILED, asyncio.Event(), nothing))


async def test_work_that_ends_in_time_gives_its_result_or_its_error() -> None:
    async def fine() -> int:
        return 7

    async def broken() -> int:
        raise FAILED

    assert await before(asyncio.Event(), fine()) == 7
    with pytest.raises(VenueFailure):
        await before(asyncio.Event(), broken())


async def test_a_desk_knows_its_past_days_and_begins_with_links_that_work(exchange: Exchange, tmp_path: Path) -> None:
    wanted = settings(tmp_path, exchange.url)
    for life in range(2):
        database = Database.open(tmp_path)
        reached = await reach(wanted, 10, None, lambda symbol, done, total: None)
        room = await market_room(wanted, run_plan(wanted), database, reached)
        core, working = room.runner.core, asyncio.create_task(room.runner.run())
        await room.runner.idle()
        assert [len(closes) for closes in core.state.closes.values()] == [60, 60]
        assert not core.desk.gate.past.waits
        assert all(core.state.links.values()), f"what had broken in the life before {life} is forgotten"
        silent = [core.state.unheard is not None]
        for link in ("feed", "feed gap"):
            room.runner.post(LinkDown(core.state.now + 1, link, "silent"))
        await room.runner.idle()
        silent.append(core.state.unheard is not None)
        assert silent == [False, True]
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        await reached.feed.close()
        await database.close()


async def test_a_desk_without_fees_of_its_own_pays_those_of_its_exchange(exchange: Exchange, tmp_path: Path) -> None:
    wanted = settings(tmp_path, exchange.url)
    reached = await reach(wanted, 10, None, lambda symbol, done, total: None)
    await reached.feed.close()
    of = run_plan(wanted).costs.of(reached.feed.instruments[0])
    assert (of.fee, of.maker) == (Decimal("0.0005"), Decimal("0.0002")), "what Binance asks of USD-M beginners"
    own = msgspec.structs.replace(wanted, fees=Fees(Decimal("0.0004")))
    assert run_plan(own).costs.of(reached.feed.instruments[0]).maker == Decimal("0.0004")


async def test_a_desk_that_has_waited_for_markets_nobody_knew_begins_with_the_coin_of_those_that_come(
    tmp_path: Path,
) -> None:
    typed = settings(tmp_path, symbols=("BTCUSD_PERP",))
    database = Database.open(tmp_path)
    waited = await waiting_room(typed, run_plan(typed), database, ())
    await waited.runner.picture()
    assert ledger.equity(waited.runner.core.state) == 10_000
    market = Market([BTC_COIN])
    market.history(5)
    async with running(market) as exchange:
        wanted = msgspec.structs.replace(typed, exchange="binancecoinm", exchange_url=exchange.url)
        reached = await reach(wanted, 5, None, lambda symbol, done, total: None)
        state = (await market_room(wanted, run_plan(wanted), database, reached)).runner.core.state
        assert {state.start, ledger.equity(state), state.hwm, state.day_base, state.week.base} == {Decimal(1)}
        await reached.feed.close()
    await database.close()


async def test_markets_are_known_only_of_the_settings_they_were_asked_for(tmp_path: Path) -> None:
    database = Database.open(tmp_path)
    mine = settings(tmp_path)
    assert known_markets(mine) == ()
    (tmp_path / "markets.json").write_text("half a fi")
    assert known_markets(mine) == ()
    kept = {"exchange": "binanceusdm", "symbols": SYMBOLS, "instruments": [{"symbol": "A", "base": "A", "quote": "B"}]}
    (tmp_path / "markets.json").write_bytes(msgspec.json.encode(kept))
    assert [market.symbol for market in known_markets(mine) or ()] == ["A"]
    other = settings(tmp_path, symbols=("SOLUSDT",))
    assert known_markets(other) == ()
    await database.close()
    lived(tmp_path)
    assert known_markets(other) is None
    assert [market.symbol for market in known_markets(mine) or ()] == ["A"]


def lived(folder: Path) -> None:
    """A candle in the journal."""
    candle = CandleClosed(60_000, "A", "1m", 0, 1.0, 1.0, 1.0, 1.0, 1.0)
    with closing(sqlite3.connect(folder / "desk.db", isolation_level=None)) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(step)")]
        row = {"seq": 1, "run": 1, "at": 60_000, "event": msgspec.json.encode(candle).decode(), "effects": "[]"}
        marks = ", ".join("?" for name in columns if name in row)
        names = [name for name in columns if name in row]
        connection.execute(f"INSERT INTO step ({', '.join(names)}) VALUES ({marks})", [row[name] for name in names])


def kept(folder: Path, name: str, strategy: str, **rest: object) -> str:
    path = folder / name
    path.write_bytes(msgspec.json.encode({"strategy": strategy, "params": {"fast": 7, "slow": 33}, **rest}))
    return str(path)


def test_a_file_of_parameters_takes_the_place_of_the_same_strategy_or_stands_beside(tmp_path: Path) -> None:
    own = msgspec.structs.replace(settings(tmp_path), strategies=("razor", "ma_cross"))
    files = [kept(tmp_path, "a.json", "ma_cross@1h"), kept(tmp_path, "b.json", "ma_cross@5m", others=[])]
    plan = run_plan(tuned(own, files))
    assert [each.id for each in plan.strategies] == ["razor", "ma_cross", "ma_cross@5m"]
    assert [getattr(each.params, "slow") for each in plan.strategies[1:]] == [33, 33]  # noqa: B009
    assert plan.bracket.stop is None


def test_a_file_with_a_stop_is_for_the_whole_desk(tmp_path: Path) -> None:
    own = msgspec.structs.replace(settings(tmp_path), strategies=("ma_cross",))
    file = kept(tmp_path, "a.json", "ma_cross@1h", stop="0.5%")
    assert run_plan(tuned(own, [file])).bracket.stop == Decimal("0.005")
    with pytest.raises(BadInput, match="with a stop or target is for a desk whose strategies all"):
        tuned(msgspec.structs.replace(own, strategies=("razor", "ma_cross")), [file])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{}", "is not what `optimise --out` writes"),
        (b'{"strategy":"nothing","params":{}}', "nothing"),
        (b'{"strategy":"ma_cross@1h","params":{"fast":900}}', "fast"),
        (b'{"strategy":"ma_cross@1h","params":{"mood":1}}', "mood"),
    ],
)
def test_a_file_that_cannot_be_run_is_refused_in_one_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / "best.json").write_bytes(content)
    with pytest.raises(BadInput, match=sentence) as refused:
        tuned(settings(tmp_path), [str(tmp_path / "best.json")])
    assert "\n" not in str(refused.value)
