"""Everything is closed at a venue that refuses, fills a part, and does not answer; and a person reads what happened."""

from decimal import Decimal as D
from zoneinfo import ZoneInfo

import pytest

from bot.news.telling import Teller
from engine.model.commands import CloseAll, Resume
from engine.model.facts import CommandDone, Flattened, Trouble
from engine.model.messages import LinkDown, Query, Step, Timer
from tests.desk import Desk, long
from tests.doubles.moody import MoodyVenue

MINUTE = 60_000
HELD = ("BTC", "ETH", "SOL", "XRP")


class World:
    """A desk at a moody venue, with a position of 10,000 x 2 % / 10 = 20 in each symbol."""

    def __init__(self) -> None:
        self.desk = Desk({symbol: {0: long(90), 3: long(90)} for symbol in HELD}, venue=False)
        self.venue = MoodyVenue({"BTC": ["refused", "refused"], "ETH": ["half"], "SOL": ["silent"]})
        self.open_questions: list[Query] = []
        """What the venue was asked and does not answer yet."""
        self._carried_out = 0
        self.minute()

    def minute(self) -> None:
        """A minute closes for every symbol."""
        for symbol in HELD:
            self.desk.bar(100, symbol=symbol)
            self.talk()
        self.desk.feed(Timer(self.desk.now + 1000, "minute"))
        self.talk()

    def talk(self) -> None:
        """The venue does what it is told and the desk hears of it, until both are silent."""
        while self._carried_out < len(self.desk.effects):
            effect = self.desk.effects[self._carried_out]
            self._carried_out += 1
            if isinstance(effect, Query):
                self.open_questions.append(effect)
            else:
                self.desk.feed(*self.venue.answers(effect, self.desk.now))

    def silence_ends(self) -> None:
        """The venue answers the one question."""
        (question,) = self.open_questions
        self.desk.feed(*self.venue.answers(question, self.desk.now))
        self.talk()

    def chat(self) -> list[str]:
        """The message that asked for it, as it reads after each of its edits."""
        steps = [Step(n, event, tuple(effects)) for n, (event, effects) in enumerate(self.desk.turns, 1)]
        return [d.content.text for d in Teller(ZoneInfo("UTC")).drafts(steps) if d.lane == "reply"]

    def exits(self, symbol: str) -> list[D]:
        """What was ordered to leave a symbol."""
        return [order.qty for order in self.desk.submitted if (order.symbol, order.leg) == (symbol, "exit")]


@pytest.fixture
def world() -> World:
    found = World()
    assert found.venue.positions == dict.fromkeys(HELD, D(20))
    found.desk.command(CloseAll())
    found.talk()
    return found


def test_each_position_is_closed_on_its_own_until_the_venue_is_flat(world: World) -> None:
    desk, venue = world.desk, world.venue
    assert venue.positions == {"BTC": D(20), "ETH": D(10)}, "SOL is gone too, but nobody said so"
    assert {symbol: holding.qty for symbol, holding in desk.core.state.holdings.items()} == {
        "BTC": D(20),
        "ETH": D(10),
        "SOL": D(20),
    }
    assert world.exits("BTC") == [D(20), D(20)], "refused, and asked once more at once"
    desk.command(Resume())
    assert desk.told(CommandDone)[-1].text == "3 positions are still being closed; wait until flat."
    world.minute()
    assert [world.exits(symbol) for symbol in HELD] == [[D(20)] * 3, [D(20), D(10)], [D(20)], [D(20)]]
    assert venue.positions == {}
    assert desk.told(Flattened) == [], "what became of SOL is not known yet"
    world.minute()
    assert len(world.exits("SOL")) == 1, "an order of unknown outcome is never sent again"
    world.silence_ends()
    assert len(desk.told(Flattened)) == 1
    assert (desk.core.state.holdings, desk.core.state.orders) == ({}, {})
    assert (venue.positions, venue.resting) == ({}, {}), "flat at the venue, and no stop is left there"
    assert all(order.reduce_only for order in desk.submitted if order.leg != "entry")


def test_nothing_is_entered_until_a_person_resumes(world: World) -> None:
    world.minute()
    world.silence_ends()
    world.minute()
    world.minute()
    assert world.desk.trading == "HALTED"
    assert world.desk.denied[-4:] == ["halted"] * 4
    assert world.venue.positions == {}
    world.desk.command(Resume())
    assert world.desk.trading == "ACTIVE"


def test_the_message_that_asked_says_what_happened_with_each(world: World) -> None:
    world.minute()
    world.minute()
    world.silence_ends()
    texts = world.chat()
    assert texts[3].splitlines() == [
        "🟥 CLOSE ALL 0/4 closed · 4 working",
        *("BTC      working", "  refused once"),
        *("ETH      working", "  a part is closed"),
        *("SOL      working", "  no answer, the venue is asked"),
        "XRP      working",
    ]
    assert texts[-1].splitlines() == [
        "⬜ FLAT +80.00 · 4 closed · 1m",
        "XRP      L    +1.00%      +20.00",
        *("BTC      L    +1.00%      +20.00", "  refused 2 times"),
        *("ETH      L    +1.00%      +20.00", "  in 2 parts"),
        *("SOL      L    +1.00%      +20.00", "  no answer, found filled"),
        "HALTED · verified flat",
    ]
    assert [fact.text for fact in world.desk.told(Trouble)] == ["SOL: no answer within 10 s"]


def test_a_closing_order_that_nobody_fills_is_told_after_a_minute_and_stands() -> None:
    desk = Desk({0: long(90)}, venue=False)
    desk.bar(100)
    desk.feed(desk.filled(desk.order("entry"), "20"))
    desk.feed(LinkDown(desk.now, "feed", "no data"))
    desk.command(CloseAll())
    began = desk.order("exit").at // MINUTE * MINUTE
    for minute in range(1, 6):
        desk.feed(Timer(began + minute * MINUTE + minute % 3, "minute"))
    assert [(fact.at // MINUTE - began // MINUTE, fact.text) for fact in desk.told(Trouble)] == [
        (2, "BTC: its closing order has waited for a minute (down: feed). It stands until it fills.")
    ]
    assert len([order for order in desk.submitted if order.leg == "exit"]) == 1
