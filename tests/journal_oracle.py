"""What the tables of a desk should hold, by a plain replay of its steps, and what they do hold."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.model.facts import (
    BreakerMoved,
    Denied,
    EquityMarked,
    Fact,
    OrderMoved,
    SettingChanged,
    StateChanged,
    TradeChanged,
    TradeClosed,
    TradeOpened,
)
from engine.model.messages import Command, Event, OrderFilled, OutcomeUnknown, Report, Step
from tests.journaled import asked


class Oracle:
    """The tables as plain dictionaries, one step at a time."""

    def __init__(self) -> None:
        self.orders: dict[str, list[Any]] = {}
        self.fills: dict[tuple[str, str], Decimal] = {}
        self.positions: dict[str, Decimal] = {}
        self.trades: list[tuple[str, Decimal]] = []
        self.settings: dict[str, str] = {}
        self.breakers: dict[str, bool] = {}
        self.marks: list[Decimal] = []
        self.denials: list[str] = []
        self.audited = 0

    def take(self, step: Step) -> None:
        """One step."""
        for effect in step.effects:
            if isinstance(effect, Report):
                self._fact(effect.fact)
        self._event(step.event)

    def _event(self, event: Event) -> None:
        match event:
            case OrderFilled():
                self.fills.setdefault((event.symbol, event.trade_id), event.price)
            case OutcomeUnknown() if event.order_id in self.orders:
                self.orders[event.order_id][1] = "unknown"
            case Command():
                self.audited += 1

    def _fact(self, fact: Fact) -> None:
        match fact:
            case OrderMoved():
                asked = fact.after in ("submitted", "canceling")
                self.orders[fact.order.id] = [str(fact.after), "pending" if asked else "none", fact.filled]
            case TradeOpened() | TradeChanged():
                self.positions[fact.position.trade] = fact.position.qty
            case TradeClosed():
                self.positions.pop(fact.trade.trade, None)
                self.trades.append((fact.trade.trade, fact.trade.pnl))
            case StateChanged():
                self.settings["trading_state"] = fact.after
                self.audited += 1
            case SettingChanged(after=None):
                self.settings.pop(fact.name, None)
                self.audited += 1
            case SettingChanged():
                self.settings[fact.name] = str(fact.after)
                self.audited += 1
            case BreakerMoved():
                self.breakers[fact.breaker] = fact.tripped
                self.audited += 1
            case EquityMarked():
                self.marks.append(fact.account.cash)
            case Denied():
                self.denials.append(fact.text)


def tables(path: Path) -> Oracle:
    """The same, read from the file."""
    found = Oracle()
    found.orders = {
        coid: [state, outcome, Decimal(filled)]
        for coid, state, outcome, filled in asked(path, "SELECT coid, state, outcome, cum_qty FROM intent")
    }
    found.fills = {
        (symbol, trade_id): Decimal(price)
        for symbol, trade_id, price in asked(path, "SELECT symbol, trade_id, price FROM fill")
    }
    found.positions = {trade: Decimal(qty) for trade, qty in asked(path, "SELECT trade, qty FROM position")}
    found.trades = [(trade, Decimal(pnl)) for trade, pnl in asked(path, "SELECT trade, pnl FROM trade ORDER BY rowid")]
    found.settings = dict(asked(path, "SELECT name, value FROM setting"))
    found.breakers = {name: bool(tripped) for name, tripped in asked(path, "SELECT name, tripped FROM breaker")}
    found.marks = [Decimal(cash) for cash in asked(path, "SELECT cash FROM risk_metric ORDER BY id")]
    found.denials = asked(path, "SELECT text FROM denial ORDER BY id")
    (found.audited,) = asked(path, "SELECT count(*) FROM audit")
    return found
