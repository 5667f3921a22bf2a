"""The rows that a group of steps leaves in the tables, and the statements that write them."""

import sqlite3
from typing import Any, NamedTuple

import msgspec

from engine.model.account import Account, ClosedTrade, Position
from engine.model.facts import OrderMoved
from engine.model.orders import OrderState
from storage import audit
from storage.audit import Entry
from storage.money import canonical, optional

ASKED = {OrderState.SUBMITTED, OrderState.CANCELING}
"""States in which the venue owes an answer."""

Values = tuple[Any, ...]

STEP = "INSERT INTO step (seq, run, at, event, effects) VALUES (?, ?, ?, ?, ?)"
INTENT = """
INSERT INTO intent (run, coid, trade, leg, symbol, side, type, qty, price, trigger_price, stop, target, reduce_only,
    strategy, reason, reserved_risk, state, outcome, cum_qty, created, updated)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (coid) DO UPDATE SET qty = excluded.qty, price = excluded.price, trigger_price = excluded.trigger_price,
    stop = excluded.stop, target = excluded.target, reserved_risk = excluded.reserved_risk, state = excluded.state,
    outcome = excluded.outcome, cum_qty = excluded.cum_qty, updated = excluded.updated
"""
UNKNOWN = "UPDATE intent SET outcome = 'unknown', updated = ? WHERE coid = ?"
INTENT_EVENT = "INSERT INTO intent_event (coid, seq, at, before, after, filled, reason) VALUES (?, ?, ?, ?, ?, ?, ?)"
FILL = """
INSERT INTO fill (account, symbol, trade_id, coid, side, qty, price, fee, maker, at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
"""
DECISION = "INSERT INTO decision (key, seq, at, symbol, verdict) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
DENIAL = "INSERT INTO denial (seq, at, symbol, strategy, leg, code, text) VALUES (?, ?, ?, ?, ?, ?, ?)"
POSITION = """
INSERT OR REPLACE INTO position (trade, symbol, direction, qty, avg, strategy, opened_at, stop, target, realised, fees,
    funding, initial_risk, peak_qty, bars_held, updated)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
POSITION_GONE = "DELETE FROM position WHERE trade = ?"
TRADE = """
INSERT INTO trade (trade, seq, symbol, direction, strategy, entry_at, entry_price, exit_at, exit_price, amount, fee,
    funding, pnl, reason, initial_risk, parts)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
RISK_METRIC = """
INSERT INTO risk_metric (at, start, cash, realised, fees, funding, unrealised, equity, exposure, drawdown, positions,
    net, heat, stress_heat, correlated, var, es)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
SETTING = "INSERT OR REPLACE INTO setting (name, value, at, actor) VALUES (?, ?, ?, ?)"
SETTING_GONE = "DELETE FROM setting WHERE name = ?"
BREAKER = "INSERT OR REPLACE INTO breaker (name, tripped, value, threshold, text, at) VALUES (?, ?, ?, ?, ?, ?)"
STRATEGY = "INSERT OR REPLACE INTO strategy (name, enabled, at) VALUES (?, ?, ?)"
ANSWER = "UPDATE inbox SET state = 'done', answer = ? WHERE update_id = ?"

ORDER = (
    STEP, UNKNOWN, INTENT, INTENT_EVENT, FILL, DECISION, DENIAL, POSITION_GONE, POSITION, TRADE, RISK_METRIC,
    SETTING_GONE, SETTING, BREAKER, STRATEGY, ANSWER,
)  # fmt: skip
"""What is referred to comes before what refers to it."""


class IntentValues(NamedTuple):
    """The row of `INTENT`, in its order."""

    run: int
    coid: str
    trade: str
    leg: str
    symbol: str
    side: str
    type: str
    qty: str
    price: str | None
    trigger_price: str | None
    stop: str | None
    target: str | None
    reduce_only: bool
    strategy: str
    reason: str
    reserved_risk: str
    state: str
    outcome: str
    cum_qty: str
    created: int
    updated: int


class Rows:
    """Rows by statement. Of an order, a position and a setting only what it is at the end is written."""

    def __init__(self) -> None:
        self._rows: dict[str, list[Values]] = {statement: [] for statement in ORDER}
        self._intents: dict[str, IntentValues] = {}
        self._positions: dict[str, Values | None] = {}
        self._settings: dict[str, Values | None] = {}
        self._entries: list[Entry] = []

    def add(self, statement: str, *values: Any) -> None:
        """One more row for a statement."""
        self._rows[statement].append(values)

    def audit(self, entry: Entry) -> None:
        """One more audit entry."""
        self._entries.append(entry)

    def intent(self, run: int, moved: OrderMoved) -> None:
        """An order is now this."""
        self._intents[moved.order.id] = intent_values(run, moved)

    def unknown(self, coid: str, at: int) -> None:
        """No answer came about an order."""
        if coid in self._intents:
            self._intents[coid] = self._intents[coid]._replace(outcome="unknown", updated=at)
        else:
            self.add(UNKNOWN, at, coid)

    def position(self, position: Position, at: int) -> None:
        """A position is now this."""
        self._positions[position.trade] = position_values(position, at)

    def trade(self, trade: ClosedTrade, seq: int) -> None:
        """A trade is over: its position is no more."""
        self._positions[trade.trade] = None
        self.add(TRADE, *trade_values(trade, seq))

    def setting(self, name: str, value: str | None, at: int, actor: int | None) -> None:
        """A setting is now this, or (None) not set."""
        self._settings[name] = None if value is None else (name, value, at, actor)

    def write(self, connection: sqlite3.Connection) -> None:
        """Write everything, in the writer's transaction."""
        self._rows[INTENT] = list(self._intents.values())
        for name, values in self._positions.items():
            self._put(POSITION, POSITION_GONE, name, values)
        for name, values in self._settings.items():
            self._put(SETTING, SETTING_GONE, name, values)
        for statement, rows in self._rows.items():
            if rows:
                connection.executemany(statement, rows)
        if self._entries:
            audit.record(connection, self._entries)

    def _put(self, statement: str, removal: str, name: str, values: Values | None) -> None:
        if values is None:
            self.add(removal, name)
        else:
            self.add(statement, *values)


def intent_values(run: int, moved: OrderMoved) -> IntentValues:
    """The row of `INTENT`."""
    order = moved.order
    return IntentValues(
        run=run,
        coid=order.id,
        trade=order.trade,
        leg=order.leg,
        symbol=order.symbol,
        side=order.side,
        type=order.type,
        qty=canonical(order.qty),
        price=optional(order.price),
        trigger_price=optional(order.trigger),
        stop=optional(order.stop),
        target=optional(order.target),
        reduce_only=order.reduce_only,
        strategy=order.strategy,
        reason=order.reason,
        reserved_risk=canonical(order.reserved_risk),
        state=moved.after.value,
        outcome="pending" if moved.after in ASKED else "none",
        cum_qty=canonical(moved.filled),
        created=order.at,
        updated=moved.at,
    )


def position_values(position: Position, at: int) -> Values:
    """The row of `POSITION`."""
    return (
        position.trade,
        position.symbol,
        position.direction,
        canonical(position.qty),
        canonical(position.avg),
        position.strategy,
        position.opened_at,
        optional(position.stop),
        optional(position.target),
        canonical(position.realised),
        canonical(position.fees),
        canonical(position.funding),
        canonical(position.initial_risk),
        canonical(position.peak_qty),
        position.bars_held,
        at,
    )


def trade_values(trade: ClosedTrade, seq: int) -> Values:
    """The row of `TRADE`."""
    return (
        trade.trade,
        seq,
        trade.symbol,
        trade.direction,
        trade.strategy,
        trade.entry_at,
        canonical(trade.entry_price),
        trade.exit_at,
        canonical(trade.exit_price),
        canonical(trade.amount),
        canonical(trade.fee),
        canonical(trade.funding),
        canonical(trade.pnl),
        trade.reason,
        canonical(trade.initial_risk),
        msgspec.json.encode(trade.parts).decode(),
    )


def account_values(account: Account) -> Values:
    """The money columns of `RISK_METRIC`, start to equity."""
    return (
        canonical(account.start),
        canonical(account.cash),
        canonical(account.realised),
        canonical(account.fees),
        canonical(account.funding),
        canonical(account.unrealised),
        canonical(account.equity),
    )
