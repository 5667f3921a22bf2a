"""Every table, as the first release had them. Constraints get their names from the metadata's convention."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.money import Money

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From an empty file."""
    _journal()
    _orders()
    _decisions()
    _account()
    _rules()
    _inbox_and_outbox()
    _people()


def _key(name: str = "id", kind: type[Any] = sa.Integer) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=True)


def _some(kind: type[Any], *names: str) -> list[sa.Column[Any]]:
    """Columns that always have a value."""
    return [sa.Column(name, kind, nullable=False) for name in names]


def _maybe(kind: type[Any], *names: str) -> list[sa.Column[Any]]:
    """Columns that may be empty."""
    return [sa.Column(name, kind, nullable=True) for name in names]


def _reference(name: str, target: str, kind: type[Any] = sa.Integer) -> sa.Column[Any]:
    return sa.Column(name, kind, sa.ForeignKey(target), nullable=False)


def _journal() -> None:
    op.create_table(
        "run",
        _key(),
        *_some(sa.Integer, "started", "pid"),
        *_some(sa.String, "host", "version", "config_hash", "mode", "db_uuid"),
    )
    op.create_table(
        "step",
        _key("seq"),
        _reference("run", "run.id"),
        *_some(sa.Integer, "at"),
        *_some(sa.Text, "event", "effects"),
    )
    op.create_index("ix_step_told", "step", ["seq"], sqlite_where=sa.text("effects <> '[]'"))
    op.create_table("snapshot", _key("seq"), *_some(sa.Integer, "at"), *_some(sa.LargeBinary, "state"))
    op.create_table("cursor", _key("name", sa.String), *_some(sa.Integer, "value"))


def _orders() -> None:
    op.create_table(
        "intent",
        _key(),
        _reference("run", "run.id"),
        *_some(sa.String, "coid", "trade", "leg", "symbol", "side", "type"),
        *_some(Money, "qty"),
        *_maybe(Money, "price", "trigger_price", "stop", "target"),
        *_some(sa.Boolean, "reduce_only"),
        *_some(sa.String, "strategy", "reason", "state", "outcome"),
        *_some(Money, "reserved_risk", "cum_qty"),
        *_some(sa.Integer, "created", "updated"),
        sa.UniqueConstraint("coid"),
    )
    op.create_index("ix_intent_state", "intent", ["state"])
    op.create_index("ix_intent_trade", "intent", ["trade"])
    op.create_table(
        "intent_event",
        _key(),
        _reference("coid", "intent.coid", sa.String),
        _reference("seq", "step.seq"),
        *_some(sa.Integer, "at"),
        *_some(sa.String, "before", "after", "reason"),
        *_some(Money, "filled"),
    )
    op.create_index("ix_intent_event_coid", "intent_event", ["coid"])
    op.create_table(
        "fill",
        *(_key(name, sa.String) for name in ("account", "symbol", "trade_id")),
        *_some(sa.String, "coid", "side"),
        *_some(Money, "qty", "price", "fee"),
        *_some(sa.Boolean, "maker"),
        *_some(sa.Integer, "at"),
    )
    op.create_index("ix_fill_at", "fill", ["at"])
    op.create_index("ix_fill_coid", "fill", ["coid"])


def _decisions() -> None:
    op.create_table(
        "decision",
        _key("key", sa.String),
        _reference("seq", "step.seq"),
        *_some(sa.Integer, "at"),
        *_some(sa.String, "symbol", "verdict"),
    )
    op.create_table(
        "denial",
        _key(),
        _reference("seq", "step.seq"),
        *_some(sa.Integer, "at"),
        *_some(sa.String, "symbol", "strategy", "leg", "code", "text"),
    )


def _account() -> None:
    op.create_table(
        "position",
        _key("trade", sa.String),
        *_some(sa.String, "symbol", "direction", "strategy"),
        *_some(Money, "qty", "avg", "realised", "fees", "funding", "initial_risk", "peak_qty"),
        *_maybe(Money, "stop", "target"),
        *_some(sa.Integer, "opened_at", "bars_held", "updated"),
    )
    op.create_table(
        "trade",
        _key("trade", sa.String),
        sa.Column("seq", sa.Integer, sa.ForeignKey("step.seq"), primary_key=True),
        *_some(sa.String, "symbol", "direction", "strategy", "reason"),
        *_some(sa.Integer, "entry_at", "exit_at"),
        *_some(Money, "entry_price", "exit_price", "amount", "fee", "funding", "pnl", "initial_risk"),
    )
    op.create_index("ix_trade_exit_at", "trade", ["exit_at"])
    op.create_table(
        "risk_metric",
        _key(),
        *_some(sa.Integer, "at", "positions"),
        *_some(Money, "start", "cash", "realised", "fees", "funding", "unrealised", "equity", "exposure", "drawdown"),
    )
    op.create_index("ix_risk_metric_at", "risk_metric", ["at"])


def _rules() -> None:
    op.create_table(
        "setting",
        _key("name", sa.String),
        *_some(sa.String, "value"),
        *_some(sa.Integer, "at"),
        *_maybe(sa.Integer, "actor"),
    )
    op.create_table("strategy", _key("name", sa.String), *_some(sa.Boolean, "enabled"), *_some(sa.Integer, "at"))
    op.create_table(
        "breaker",
        _key("name", sa.String),
        *_some(sa.Boolean, "tripped"),
        *_some(sa.String, "value", "threshold", "text"),
        *_some(sa.Integer, "at"),
    )
    op.create_table(
        "audit",
        _key(),
        *_some(sa.Integer, "at"),
        *_some(sa.String, "kind", "subject", "reason", "prev_hash", "hash"),
        *_maybe(sa.String, "before", "after"),
        *_maybe(sa.Integer, "actor", "seq"),
    )


def _inbox_and_outbox() -> None:
    op.create_table(
        "inbox",
        _key("update_id"),
        *_some(sa.Integer, "received_at"),
        *_some(sa.Text, "raw"),
        *_some(sa.String, "state", "answer"),
    )
    op.create_index("ix_inbox_state", "inbox", ["state"])
    op.create_table(
        "outbox",
        _key(),
        *_some(sa.String, "lane", "state", "why"),
        *_some(sa.Integer, "chat", "at", "tries", "retry_at"),
        *_some(sa.Text, "body"),
        *_some(sa.Boolean, "silent"),
        *_maybe(sa.String, "dedupe", "key", "reply_to"),
        *_maybe(sa.Integer, "not_after", "topic", "message_id"),
        sa.UniqueConstraint("dedupe"),
    )
    op.create_index("ix_outbox_waiting", "outbox", ["id"], sqlite_where=sa.text("state = 'waiting'"))
    op.create_table("message", _key("chat"), _key("key", sa.String), *_some(sa.Integer, "message_id"))


def _people() -> None:
    op.create_table(
        "report",
        _key(),
        *_some(sa.String, "kind", "period"),
        *_some(sa.Integer, "recipient", "at"),
        sa.UniqueConstraint("kind", "recipient", "period"),
    )
    op.create_table("user", _key(), *_maybe(sa.Integer, "role"), *_some(sa.Text, "preferences"))
