"""Every table of `desk.db`, declared once: schema, column types and reads."""

from storage.tables.account import Position, RiskMetric, Trade
from storage.tables.base import Table
from storage.tables.chat import Inbox, Message, Outbox, Report, User
from storage.tables.journal import Cursor, Run, Snapshot, Step
from storage.tables.orders import Decision, Denial, Fill, Intent, IntentEvent
from storage.tables.rules import Audit, Breaker, Setting, Strategy

__all__ = [
    "Audit",
    "Breaker",
    "Cursor",
    "Decision",
    "Denial",
    "Fill",
    "Inbox",
    "Intent",
    "IntentEvent",
    "Message",
    "Outbox",
    "Position",
    "Report",
    "RiskMetric",
    "Run",
    "Setting",
    "Snapshot",
    "Step",
    "Strategy",
    "Table",
    "Trade",
    "User",
]
