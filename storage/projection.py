"""What each step means for the tables: the journal's facts as rows that can be asked."""

from typing import assert_never

import msgspec

from engine.model.commands import StrategyAdd, StrategyRemove, StrategySwap, StrategySwitch
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
from engine.model.messages import Command, Event, OrderFilled, OutcomeUnknown, Quote, Report, Step
from storage import rows
from storage.audit import Entry
from storage.coding import StepText, encode
from storage.money import canonical, optional
from storage.rows import Rows, account_values

TRADING_STATE = "trading_state"
"""The setting that holds ACTIVE, REDUCING or HALTED."""


def is_kept(step: Step) -> bool:
    """True for every step but a quote that nothing came of."""
    return bool(step.effects) or not isinstance(step.event, Quote)


class Projection:
    """Turns steps into the rows of one run and one account."""

    def __init__(self, run: int, account: str) -> None:
        self._run = run
        self._account = account

    def add(self, step: Step, into: Rows) -> None:
        """Add the step's own row and all that its event and facts mean."""
        text: StepText = encode(step)
        into.add(rows.STEP, text.seq, self._run, text.at, text.event, text.effects)
        for effect in step.effects:
            if isinstance(effect, Report):
                self._add_fact(effect.fact, step.seq, into)
        self._add_event(step.event, step, into)

    def _add_event(self, event: Event, step: Step, into: Rows) -> None:
        match event:
            case OrderFilled():
                self._add_fill(event, into)
            case OutcomeUnknown():
                into.unknown(event.order_id, event.at)
            case Command():
                _add_command(event, step, into)
            case _:
                return

    def _add_fact(self, fact: Fact, seq: int, into: Rows) -> None:
        match fact:
            case OrderMoved():
                self._add_order(fact, seq, into)
            case TradeOpened() | TradeChanged():
                into.position(fact.position, fact.at)
            case TradeClosed():
                into.trade(fact.trade, seq)
            case Decided():
                _add_decision(fact, seq, into)
            case Denied():
                into.add(rows.DENIAL, seq, fact.at, fact.symbol, fact.strategy, fact.leg, fact.code, fact.text)
            case EquityMarked():
                money = (*account_values(fact.account), canonical(fact.exposure), canonical(fact.drawdown))
                book = (fact.net, fact.heat, fact.stress_heat, fact.correlated, fact.var, fact.es)
                into.add(rows.RISK_METRIC, fact.at, *money, fact.positions, *map(optional, book))
            case StateChanged() | SettingChanged() | BreakerMoved():
                _add_change(fact, seq, into)
            case (
                StrategyChanged()
                | CommandDone()
                | Signal()
                | FundingBooked()
                | MoneyMoved()
                | CandleRefused()
                | LinkMoved()
                | Trouble()
                | Flattened()
            ):
                pass  # the step itself is all there is to keep
            case _:
                assert_never(fact)

    def _add_order(self, moved: OrderMoved, seq: int, into: Rows) -> None:
        order = moved.order
        into.intent(self._run, moved)
        into.add(
            rows.INTENT_EVENT,
            order.id,
            seq,
            moved.at,
            moved.before.value,
            moved.after.value,
            canonical(moved.filled),
            moved.reason,
        )

    def _add_fill(self, fill: OrderFilled, into: Rows) -> None:
        money = (canonical(fill.qty), canonical(fill.price), canonical(fill.fee))
        key = (self._account, fill.symbol, fill.trade_id)
        into.add(rows.FILL, *key, fill.order_id, fill.side, *money, fill.maker, fill.at)


def _add_decision(decided: Decided, seq: int, into: Rows) -> None:
    """Index a record under each id it may be asked for by; the first record of an id stands."""
    signal = None if decided.signal is None else decided.signal.signal_id
    for key in (decided.order_id, decided.trade, signal):
        if key:
            into.add(rows.DECISION, key, seq, decided.at, decided.symbol, decided.verdict)


def _add_change(fact: StateChanged | SettingChanged | BreakerMoved, seq: int, into: Rows) -> None:
    """What the desk runs by, with its line in the audit."""
    match fact:
        case StateChanged():
            into.setting(TRADING_STATE, fact.after, fact.at, fact.actor)
            change = (fact.actor, TRADING_STATE, fact.before, fact.after, fact.reason)
            into.audit(Entry(fact.at, "state", *change, seq))
        case SettingChanged():
            into.setting(fact.name, fact.after, fact.at, fact.actor)
            into.audit(Entry(fact.at, "setting", fact.actor, fact.name, fact.before, fact.after, "", seq))
        case BreakerMoved():
            into.add(rows.BREAKER, fact.breaker, fact.tripped, fact.value, fact.limit, fact.text, fact.at)
            after, reason = "reset", fact.text
            if fact.tripped:
                after, reason = "tripped", f"{fact.value}, limit {fact.limit}. {fact.text}"
            into.audit(Entry(fact.at, "breaker", None, fact.breaker, None, after, reason, seq))
        case _:
            assert_never(fact)


def _add_command(command: Command, step: Step, into: Rows) -> None:
    """A command's line in the audit, its answer in the inbox, and the strategy it switched or changed."""
    action = command.action
    done = _answer(step, command.intent)
    into.audit(
        Entry(
            command.at,
            "command",
            command.actor,
            type(action).__name__,
            None,
            msgspec.json.encode(action).decode(),
            "" if done is None else f"{done.code}: {done.text}",
            step.seq,
        )
    )
    if done is None:
        return
    if command.inbox is not None:
        into.add(rows.ANSWER, done.text, command.inbox)
    if done.ok and isinstance(action, StrategySwitch):
        into.add(rows.STRATEGY, action.strategy, action.on, command.at)
    elif done.ok and isinstance(action, StrategyAdd | StrategySwap):
        into.add(rows.STRATEGY, action.member.id, True, command.at)
    elif done.ok and isinstance(action, StrategyRemove):
        into.add(rows.STRATEGY, action.strategy, False, command.at)


def _answer(step: Step, intent: str) -> CommandDone | None:
    for effect in step.effects:
        if isinstance(effect, Report) and isinstance(effect.fact, CommandDone) and effect.fact.intent == intent:
            return effect.fact
    return None
