"""Reads of what the journal has recorded."""

from collections.abc import Sequence

import msgspec
from sqlmodel import col, select

from engine.model.account import Account, ClosedTrade
from engine.model.errors import Corrupt
from engine.model.facts import Decided, Denied, EquityMarked
from engine.model.messages import Report, Step
from storage import tables
from storage.coding import StepText, decode
from storage.db import Database
from storage.tables.journal import HAS_EFFECTS

PAGE = 1_000
"""Most steps in one answer."""

TOLD = '{"type":"Report"'
"""Stands in the effects of a step exactly if one is a Report: inside a JSON text its quotes would be escaped."""


class SqliteArchive:
    """Port Archive. Results are oldest first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def trades(self, since: int = 0, limit: int | None = None) -> Sequence[ClosedTrade]:
        """Closed trades with exit_at >= since; with a limit the newest ones."""
        found = await self._database.read(
            select(tables.Trade)
            .where(col(tables.Trade.exit_at) >= since)
            .order_by(col(tables.Trade.exit_at).desc(), col(tables.Trade.seq).desc())
            .limit(limit)
        )
        return [_trade(row) for row in reversed(found)]

    async def marks(self, since: int = 0) -> Sequence[EquityMarked]:
        """Hourly account marks at or after `since`."""
        found = await self._database.read(
            select(tables.RiskMetric)
            .where(col(tables.RiskMetric.at) >= since)
            .order_by(col(tables.RiskMetric.at), col(tables.RiskMetric.id))
        )
        return [_mark(row) for row in found]

    async def decision(self, key: str) -> Decided | None:
        """The decision record of a trade, order or signal id; of a trade the one that opened it."""
        found = await self._database.read(
            select(tables.Step)
            .join(tables.Decision, col(tables.Decision.seq) == col(tables.Step.seq))
            .where(col(tables.Decision.key) == key)
        )
        for row in found:
            for effect in _step(row).effects:
                if isinstance(effect, Report) and isinstance(effect.fact, Decided) and _speaks_of(effect.fact, key):
                    return effect.fact
        return None

    async def denials(self, limit: int) -> Sequence[Denied]:
        """The newest refusals."""
        found = await self._database.read(select(tables.Denial).order_by(col(tables.Denial.id).desc()).limit(limit))
        return [Denied(row.at, row.symbol, row.strategy, row.leg, row.code, row.text) for row in reversed(found)]

    async def steps(self, after: int) -> Sequence[Step]:
        """Journaled steps with seq > after that carry at least one Report, at most 1,000 of them."""
        found = await self._database.read(
            select(tables.Step)
            .where(
                col(tables.Step.seq) > after,
                HAS_EFFECTS,
                col(tables.Step.effects).contains(TOLD, autoescape=True),
            )
            .order_by(col(tables.Step.seq))
            .limit(PAGE)
        )
        return [_step(row) for row in found]


def _step(row: tables.Step) -> Step:
    try:
        return decode(StepText(row.seq, row.at, row.event, row.effects))
    except msgspec.DecodeError as error:
        raise Corrupt(f"Step {row.seq} of the journal is not readable ({error}).") from error


def _speaks_of(decided: Decided, key: str) -> bool:
    return key in (decided.order_id, decided.trade) or (decided.signal is not None and decided.signal.signal_id == key)


def _trade(row: tables.Trade) -> ClosedTrade:
    return ClosedTrade(**{name: getattr(row, name) for name in ClosedTrade.__struct_fields__})


def _mark(row: tables.RiskMetric) -> EquityMarked:
    account = Account(**{name: getattr(row, name) for name in Account.__struct_fields__})
    return EquityMarked(row.at, account, row.exposure, row.drawdown, row.positions)
