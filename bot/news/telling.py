"""Which messages come of the facts of a step: the rules of who hears what, where and how loudly. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import assert_never
from zoneinfo import ZoneInfo

import msgspec

from bot.dialogue.questions import name
from bot.figures.currency import unit
from bot.figures.figures import money
from bot.news.denials import Denials
from bot.news.story import Story, changed, closed, of_order, of_position, of_trade, opened
from bot.outbox.body import Body
from bot.people.preferences import Matter
from bot.screens import closing, notice, trade
from bot.screens.layout import words
from engine.model.account import ClosedTrade, Position
from engine.model.commands import FLATTENING, CloseAll, flattens
from engine.model.facts import (
    BreakerMoved,
    CandleRefused,
    CommandDone,
    Decided,
    Denied,
    EquityMarked,
    Fact,
    Flattened,
    FundingBooked,
    LinkMoved,
    MoneyMoved,
    OrderMoved,
    SettingChanged,
    Signal,
    StateChanged,
    StrategyChanged,
    TradeChanged,
    TradeClosed,
    TradeOpened,
    Trouble,
)
from engine.model.inverse import worth
from engine.model.messages import Command, Event, OrderFilled, OutcomeUnknown, Report, Step
from engine.model.orders import OrderState

ACCOUNT_WIDE = ("daily_loss", "weekly_loss", "drawdown_ladder", "max_drawdown", "reject_rate", "blind")
"""Breakers that stop the whole desk: said in the lane that waits for nothing."""
DEAD = (OrderState.REJECTED, OrderState.CANCELED, OrderState.EXPIRED)


class Draft(msgspec.Struct, frozen=True):
    """A message before it is addressed."""

    content: Body
    lane: str = "trade"
    key: str | None = None
    reply_to: str | None = None
    silent: bool = False
    to: int | None = None
    """One person alone; None: everybody."""
    matter: Matter | None = None
    """What it is about, for those who want to hear less; None: the card of a trade, or an answer."""
    notional: Decimal | None = None
    """Size of what was opened, in the currency of the account."""


class Following(msgspec.Struct):
    """A close-all that is being followed."""

    at: int
    everybody: bool
    """Whether it began without a person asking in the chat."""
    asked: dict[str, int] = {}
    """Who asked in the chat, by the intent whose message says how far it is."""
    closed: list[ClosedTrade] = []
    courses: dict[str, closing.Course] = {}
    """Of every symbol that is being closed."""
    orders: dict[str, str] = {}
    """Symbols of the orders that close."""


class Teller:
    """Follows the journal and drafts messages. What it remembers only makes them richer, never more or fewer."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._stories: dict[str, Story] = {}
        self._open: dict[str, str] = {}
        self._denials = Denials()
        self._following: Following | None = None

    def remember(self, positions: Iterable[tuple[str, str]]) -> None:
        """(trade, symbol) of what is open when the desk starts."""
        self._open |= dict(positions)

    def drafts(self, steps: Sequence[Step]) -> list[Draft]:
        """The messages of these steps, in their order; refusals of one moment together."""
        found: list[Draft] = []
        denied: list[Denied] = []
        for step in steps:
            facts = [effect.fact for effect in step.effects if isinstance(effect, Report)]
            self._begun(step, facts)
            unusual = self._taken(step, facts)
            for fact in facts:
                if isinstance(fact, Denied):
                    denied.append(fact)
                else:
                    found += self._told(fact)
            found += self._commanded(step, facts)
            if unusual:
                found += self._progress()
        news = self._denials.news(denied)
        found += [Draft(notice.render_denied(group, silent), matter="risk") for group, silent in news]
        return found

    def _told(self, fact: Fact) -> list[Draft]:
        match fact:
            case OrderMoved():
                return self._order(fact)
            case TradeOpened():
                return self._opened(fact)
            case TradeChanged():
                return self._changed(fact)
            case TradeClosed():
                return self._closed(fact)
            case BreakerMoved():
                wide = fact.tripped and fact.breaker.startswith(ACCOUNT_WIDE)
                return [Draft(notice.render_breaker(fact), "critical" if wide else "trade", matter="risk")]
            case StateChanged():
                lane = "trade" if fact.after == "ACTIVE" else "critical"
                return [Draft(notice.render_state(fact), lane, matter="system")]
            case LinkMoved():
                if fact.link in ("telegram", "storage"):
                    return []  # told by the sender once it is over, and by `bot.news.disk` where no disk is needed
                return [Draft(notice.render_link(fact), "trade" if fact.up else "critical", matter="error")]
            case Trouble():
                return [Draft(notice.render_trouble(fact), "critical", matter="error")]
            case Flattened():
                return self._flat(fact)
            case MoneyMoved():
                return [Draft(notice.render_money(fact), silent=True, matter="system")]
            case SettingChanged():
                return [Draft(notice.render_setting(fact), silent=True, matter="system")]
            case StrategyChanged():
                return [Draft(notice.render_strategy(fact), silent=fact.actor is not None, matter="system")]
            case Signal() | Decided() | Denied() | FundingBooked() | CommandDone() | CandleRefused() | EquityMarked():
                return []
            case _:
                assert_never(fact)

    def _order(self, fact: OrderMoved) -> list[Draft]:
        """An entry begins a story; one that came to nothing ends it. A refused order of any kind rings."""
        order = fact.order
        story = self._stories.get(order.trade)
        found = []
        if order.leg == "entry" and story is None and fact.after not in DEAD and order.trade not in self._open:
            story = self._stories[order.trade] = of_order(order, self._zone)
            found.append(self._root(story, trade.render_opening(story, order)))
        story = story or of_order(order, self._zone)
        if order.leg == "entry" and fact.after in DEAD and not fact.filled:
            self._stories.pop(order.trade, None)
            found.append(self._root(story, trade.render_unopened(story, fact.reason or fact.after.value)))
        if fact.after == OrderState.REJECTED:
            found.append(self._reply(story, trade.push_rejected(story, order.leg, fact.reason), "error"))
        return found

    def _opened(self, fact: TradeOpened) -> list[Draft]:
        position = fact.position
        story = self._stories.get(position.trade) or of_position(position, self._zone)
        story = self._stories[position.trade] = opened(story, fact, self._zone)
        self._open[position.trade] = position.symbol
        return [
            self._root(story, trade.render_open(story, position)),
            self._reply(story, trade.push_opened(story, position), "entry", position=position),
        ]

    def _changed(self, fact: TradeChanged) -> list[Draft]:
        """Rings the first time a stop or a size moves; later moves edit that message."""
        position = fact.position
        story = self._stories.get(position.trade) or of_position(position, self._zone)
        story = self._stories[position.trade] = changed(story, fact, self._zone)
        self._open[position.trade] = position.symbol
        found = [self._root(story, trade.render_open(story, position))]
        if fact.what == "stop":
            found.append(self._reply(story, trade.push_stop(story, position), "stop", "stop"))
        elif fact.what == "size":
            found.append(self._reply(story, trade.push_size(story, position), "fill", "size", position))
        return found

    def _closed(self, fact: TradeClosed) -> list[Draft]:
        ended = fact.trade
        story = self._stories.pop(ended.trade, None) or of_trade(ended, self._zone)
        story = closed(story, fact, self._zone)
        self._open.pop(ended.trade, None)
        found = [
            self._root(story, trade.render_closed(story, ended)),
            self._reply(story, trade.push_closed(ended), "exit_loss" if ended.pnl < 0 else "exit_win"),
        ]
        if self._following is not None:
            self._following.closed.append(ended)
            found += self._progress()
        return found

    def _begun(self, step: Step, facts: Sequence[Fact]) -> None:
        """Everything is being closed, or was and this life of the desk has not heard why; or trading goes on."""
        for fact in facts:
            halted = isinstance(fact, StateChanged) and fact.after == "HALTED" and flattens(fact.reason)
            left = isinstance(fact, TradeClosed) and fact.trade.reason in FLATTENING
            if (halted or left) and self._following is None:
                self._following = Following(fact.at, everybody=not _asks(step.event))
            elif isinstance(fact, StateChanged) and fact.after != "HALTED":
                self._following = None

    def _commanded(self, step: Step, facts: Sequence[Fact]) -> list[Draft]:
        """A close-all is followed in the message that asked for it, until everything is flat."""
        command = step.event
        if not isinstance(command, Command) or not _asks(command):
            return []
        done = next((fact for fact in facts if isinstance(fact, CommandDone)), None)
        if done is None or not done.ok:
            return []
        if done.code == "flat":
            self._following = None
            return _followed({command.intent: command.actor}, closing.render_flat([], 0, {}))
        if self._following is None:
            self._following = Following(command.at, everybody=False)
            self._taken(step, facts)
        self._following.asked[command.intent] = command.actor
        return self._progress()

    def _taken(self, step: Step, facts: Sequence[Fact]) -> bool:
        """Note what the venue makes of the orders of a close-all; whether that is out of the ordinary."""
        if self._following is None:
            return False
        courses, orders, event = self._following.courses, self._following.orders, step.event
        before = _said(courses)
        for fact in facts:
            if isinstance(fact, OrderMoved) and fact.order.leg == "exit":
                orders[fact.order.id] = fact.order.symbol
                course = courses.setdefault(fact.order.symbol, closing.Course())
                course.refused += fact.after is OrderState.REJECTED
                course.fills += isinstance(event, OrderFilled)
        if isinstance(event, OutcomeUnknown) and event.order_id in orders:
            courses[orders[event.order_id]].unanswered = True
        return _said(courses) != before

    def _progress(self) -> list[Draft]:
        """How far it is, for those who asked."""
        following, still = self._following, list(self._open.values())
        if following is None:
            return []
        return _followed(following.asked, closing.render_progress(following.closed, still, following.courses))

    def _flat(self, fact: Flattened) -> list[Draft]:
        """The end of a close-all: the result where it was asked for, and to everybody where nobody asked."""
        following, self._following = self._following or Following(fact.at, everybody=True), None
        took, courses = fact.at - following.at, following.courses
        found = _followed(following.asked, closing.render_flat(following.closed, took, courses))
        if following.everybody:
            unasked = (*words(fact.reason.replace("_", " ")), f"equity {money(fact.account.equity)}{unit()}")
            content = closing.render_flat(following.closed, took, courses, unasked)
            found.append(Draft(content, "critical", matter="system"))
        return found

    def _root(self, story: Story, content: Body) -> Draft:
        return Draft(content, key=_key(story), silent=True)

    def _reply(
        self, story: Story, content: Body, matter: Matter, of: str | None = None, position: Position | None = None
    ) -> Draft:
        key = f"{_key(story)}:{of}" if of else None
        notional = None if position is None else position.qty * worth(position.inverse, position.avg)
        return Draft(content, key=key, reply_to=_key(story), matter=matter, notional=notional)


def _said(courses: closing.Courses) -> list[str]:
    return [said for course in courses.values() if (said := course.words(over=False))]


def _asks(event: Event) -> bool:
    """Whether a person asks in the chat that everything be closed."""
    return isinstance(event, Command) and bool(event.actor) and isinstance(event.action, CloseAll)


def _followed(asked: Mapping[str, int], content: Body) -> list[Draft]:
    return [Draft(content, "reply", name(intent), to=actor) for intent, actor in asked.items()]


def _key(story: Story) -> str:
    return f"trade:{story.trade}"
