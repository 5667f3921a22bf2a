"""Steps and facts for tests of what is stored, and direct looks into the file they are stored in."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.model.account import Account, ClosedTrade, Position
from engine.model.commands import Action
from engine.model.facts import Fact, OrderMoved
from engine.model.messages import CandleClosed, Command, Event, OrderFilled, Report, Step, Timer
from engine.model.orders import ApprovedOrder, OrderState

BTC = "BTC/USDT:USDT"


def asked(path: Path, query: str, *values: Any) -> list[Any]:
    """The rows of a query, through a connection of its own; a row of one column is that column."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        rows = connection.execute(query, values).fetchall()
    return [row[0] if len(row) == 1 else row for row in rows]


def step(seq: int, *facts: Fact, event: Event | None = None) -> Step:
    """A step that reports facts; without an event of its own, at a timer."""
    return Step(seq, event or Timer(1_000 * seq, "minute"), tuple(Report(fact) for fact in facts))


def candle(at: int = 60_000, **fields: Any) -> CandleClosed:
    """A closed candle of one minute."""
    columns = {"open": 94123.1, "high": 94200.5, "low": 94000.25, "close": 94111.0, "volume": 12.5} | fields
    return CandleClosed(at=at, symbol=BTC, timeframe="1m", open_at=at - 60_000, **columns)


def order(coid: str = "q1e", **fields: Any) -> ApprovedOrder:
    """An approved entry."""
    known: dict[str, Any] = {
        "id": coid,
        "at": 1_000,
        "symbol": BTC,
        "side": "buy",
        "leg": "entry",
        "type": "market",
        "qty": Decimal("0.010"),
        "reduce_only": False,
        "strategy": "ma_cross",
        "trade": "7",
        "reason": "cross_up",
        "stop": Decimal("93000.5"),
        "reserved_risk": Decimal("11.1050"),
    }
    return ApprovedOrder(**known | fields)


def moved(
    approved: ApprovedOrder, before: OrderState, after: OrderState, at: int = 2_000, filled: str = "0"
) -> OrderMoved:
    """A move of an order."""
    return OrderMoved(at, approved, before, after, Decimal(filled), "")


def fill(trade_id: str = "t1", coid: str = "q1e", **fields: Any) -> OrderFilled:
    """An execution as a venue reports it."""
    known: dict[str, Any] = {"at": 3_000, "symbol": BTC, "side": "buy", "qty": Decimal("0.010")}
    known |= {"price": Decimal("94111.10"), "fee": Decimal("0.47055550")}
    return OrderFilled(order_id=coid, trade_id=trade_id, **known | fields)


def position(trade: str = "7", **fields: Any) -> Position:
    """An open long."""
    known: dict[str, Any] = {
        "symbol": BTC,
        "direction": "long",
        "qty": Decimal("0.01"),
        "avg": Decimal("94111.1"),
        "strategy": "ma_cross",
        "opened_at": 3_000,
        "stop": Decimal("93000.5"),
        "target": None,
    }
    return Position(trade=trade, **known | fields)


def closed(trade: str = "7", exit_at: int = 9_000, **fields: Any) -> ClosedTrade:
    """A finished long."""
    known: dict[str, Any] = {
        "symbol": BTC,
        "direction": "long",
        "strategy": "ma_cross",
        "entry_at": 3_000,
        "entry_price": Decimal("94111.1"),
        "exit_price": Decimal("95000"),
        "amount": Decimal("0.01"),
        "fee": Decimal("0.9455555"),
        "funding": Decimal("-0.01"),
        "pnl": Decimal("7.9334445"),
        "reason": "target",
    }
    return ClosedTrade(trade=trade, exit_at=exit_at, **known | fields)


def account(**fields: Any) -> Account:
    """An account that has lost a little."""
    known: dict[str, Any] = {
        "start": Decimal(10_000),
        "cash": Decimal("9999.5"),
        "realised": Decimal(0),
        "fees": Decimal("0.5"),
        "funding": Decimal(0),
        "unrealised": Decimal("-1.25"),
    }
    return Account(**known | fields)


def command(action: Action, inbox: int | None = None, at: int = 5_000) -> Command:
    """A wish of user 42."""
    return Command(at=at, actor=42, intent="i1", action=action, inbox=inbox)


class Seen:
    """An Observer that remembers."""

    def __init__(self) -> None:
        self.steps: list[Step] = []

    def observe(self, step: Step) -> None:
        """Remember it."""
        self.steps.append(step)

    def seqs(self) -> Sequence[int]:
        """What was seen, in order."""
        return [step.seq for step in self.steps]
