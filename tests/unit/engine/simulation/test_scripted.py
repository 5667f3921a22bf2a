"""A venue and a feed with which something goes wrong as written."""

from collections.abc import AsyncIterator, Sequence
from decimal import Decimal as D
from zoneinfo import ZoneInfo

import pytest

from bot.news.telling import Teller
from engine.feeds.scripted import ScriptedFeed, unscripted
from engine.model.commands import CloseAll
from engine.model.facts import BreakerMoved, Flattened
from engine.model.instrument import Instrument
from engine.model.messages import CandleClosed, Event, LinkDown, LinkUp, Step, Timer
from engine.pictures import snapshot
from engine.simulation.script import Script, Spell, What
from tests.desk import WIDE, Desk, long
from tests.scripted import START

MINUTE = 60_000
HELD = ("BTC", "ETH", "SOL", "XRP")


def spell(what: What, first: int, end: int, symbol: str | None = None) -> Spell:
    """From one minute to another."""
    return Spell(START + first * MINUTE, START + end * MINUTE, what, symbol)


def restarted(desk: Desk) -> None:
    """The venue as a desk finds it that was stopped."""
    desk.trade_at(snapshot.decode(snapshot.take(desk.core, desk.broker, None)).sim)


def minute(desk: Desk, close: float) -> None:
    for symbol in HELD:
        desk.bar(close, symbol=symbol)
        restarted(desk)
    desk.feed(Timer(desk.now + 1000, "minute"))
    restarted(desk)


def test_everything_is_closed_through_a_refusal_a_part_and_a_silence_also_by_a_desk_that_is_started_again() -> None:
    spells = spell("refuse", 3, 4, "BTC"), spell("part", 3, 4, "ETH"), spell("silence", 3, 6, "SOL")
    desk = Desk({symbol: {0: long(90)} for symbol in HELD}, script=Script(spells))
    for close in (100, 100, 101):
        minute(desk, close)
    assert {symbol: position.qty for symbol, position in desk.broker.state.positions.items()} == dict.fromkeys(
        HELD, D(20)
    )
    desk.command(CloseAll())
    for flat in ({"BTC", "ETH"}, set(), set()):
        assert desk.told(Flattened) == []
        minute(desk, 101)
        assert set(desk.broker.state.positions) == flat, "SOL is gone in the first minute, and nobody is told"
    minute(desk, 101)
    assert len(desk.told(Flattened)) == 1
    steps = [Step(n, event, tuple(effects)) for n, (event, effects) in enumerate(desk.turns, 1)]
    answers = [draft.content.text for draft in Teller(ZoneInfo("UTC")).drafts(steps) if draft.lane == "reply"]
    lines = answers[-1].splitlines()
    assert lines[0].startswith("⬜ FLAT +80.00 · 4 closed")
    said = {lines[row].split()[0]: lines[row + 1].strip() for row in range(1, len(lines) - 1)}
    assert (said["BTC"], said["ETH"], said["SOL"]) == ("refused 2 times", "in 2 parts", "no answer, found filled")


def test_refused_entries_trip_the_breaker_of_rejected_orders() -> None:
    desk = Desk(
        {symbol: {0: long(90)} for symbol in HELD},
        settings=WIDE | {"MAX_REJECTS": "3"},
        script=Script((spell("refuse", 0, 5),)),
    )
    minute(desk, 100)
    assert [fact.breaker for fact in desk.told(BreakerMoved)] == ["reject_rate"]
    assert desk.broker.state.positions == {}


def test_an_order_of_the_silence_that_is_cancelled_is_heard_of_after_it_too() -> None:
    desk = Desk({0: long(90)}, script=Script((spell("silence", 1, 4, "BTC"),)))
    desk.walk(100)
    entry = desk.order("entry")
    desk.broker.cancel(entry.id, "BTC", desk.now)
    assert [type(fact).__name__ for fact in desk.broker.state.unheard[entry.id].facts] == [
        *("OrderAccepted", "OrderCanceled")
    ]
    desk.walk(100, 100, 100)
    assert desk.broker.state.unheard == {}
    assert desk.core.state.orders == {}


class Played:
    """Port Feed over a list."""

    instruments: Sequence[Instrument] = ()

    def __init__(self, events: Sequence[Event]) -> None:
        self._events = events

    async def history(self) -> Sequence[CandleClosed]:
        return ()

    async def events(self) -> AsyncIterator[Event]:
        for event in self._events:
            yield event


def candle(symbol: str, number: int) -> CandleClosed:
    opened = START + (number - 1) * MINUTE
    return CandleClosed(opened + MINUTE, symbol, "1m", opened, 1.0, 1.0, 1.0, 1.0, 1.0)


@pytest.mark.parametrize("begins", [1, 3])
async def test_nothing_is_heard_in_a_deaf_spell_but_time_and_a_desk_that_is_started_in_it_hears_of_its_end(
    begins: int,
) -> None:
    market = [
        event for n in range(begins, 6) for event in (candle("BTC", n), Timer(START + n * MINUTE + 1000, "minute"))
    ]
    heard = [event async for event in ScriptedFeed(Played(market), Script((spell("deaf", 2, 4),))).events()]
    links = [(type(event), (event.at - START) // MINUTE) for event in heard if isinstance(event, LinkDown | LinkUp)]
    down, up = (LinkDown, max(begins, 2)), (LinkUp, 4)
    assert links == ([(LinkUp, 1), down, up] if begins == 1 else [down, up])
    assert [event.at for event in heard if isinstance(event, Timer)] == [e.at for e in market if isinstance(e, Timer)]
    minutes = [(event.at - START) // MINUTE for event in heard if isinstance(event, CandleClosed)]
    assert minutes == [number for number in (1, 4, 5) if number >= begins]


async def test_minutes_of_a_clock_that_is_wrong_come_from_the_future_and_a_desk_finds_its_place_all_the_same() -> None:
    market = [candle(symbol, 2) for symbol in ("BTC", "ETH")]
    heard = [event async for event in ScriptedFeed(Played(market), Script((spell("ahead", 2, 3, "BTC"),))).events()]
    assert [event.at - market[0].at for event in heard if isinstance(event, CandleClosed)] == [5_000, 0]
    assert [unscripted(event) for event in heard if isinstance(event, CandleClosed)] == market
