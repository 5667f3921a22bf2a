"""Reads of what the journal has recorded."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

import msgspec
from sqlalchemy import func, or_, text
from sqlmodel import col, select

from engine.model.account import Account, ClosedTrade, Fill, PartExit
from engine.model.facts import Decided, Denied, EquityMarked, OrderMoved
from engine.model.market import HOUR_MS
from engine.model.messages import Report, Step
from engine.model.views import DecisionView, OrderLife, VersionView
from storage import tables
from storage.coding import StepText, decode
from storage.db import Database
from storage.tables.journal import HAS_EFFECTS

PAGE = 1_000
"""Most steps in one answer."""

TOLD = '{"type":"Report"'
"""Stands in the effects of a step exactly if one is a Report: inside a JSON text its quotes would be escaped."""

HALT = '"after":"HALTED"'
FLAT = '{"type":"Flattened"'
"""As the facts stand in the effects of a step."""

KEYS_EACH = 8
"""Index rows looked at for each decision about an entry: its own, and those of the orders that protect and close."""
CHANGES = ("added", "changed", "swapped", "promoted")
"""What makes another version of a strategy: how the answers begin."""
REFUSAL = re.compile(r"R-([0-9]{1,15})(?:-([0-9]{1,4}))?")
"""Key of a refusal, which has neither order nor trade: its step, and which of that step's decisions it is."""


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

    async def marks(self, since: int = 0, every: int = HOUR_MS) -> Sequence[EquityMarked]:
        """The first account mark of each span of `every` ms, at or after `since`."""
        first = (
            select(func.min(tables.RiskMetric.id))
            .where(col(tables.RiskMetric.at) >= since)
            .group_by(col(tables.RiskMetric.at) // every)
        )
        found = await self._database.read(
            select(tables.RiskMetric)
            .where(col(tables.RiskMetric.id).in_(first))
            .order_by(col(tables.RiskMetric.at), col(tables.RiskMetric.id))
        )
        return [_mark(row) for row in found]

    async def decision(self, key: str) -> Decided | None:
        """The decision record of a trade, order or signal id, or of a refusal's key; of a trade what opened it."""
        refusal = REFUSAL.fullmatch(key)
        if refusal:
            return await self._refusal(int(refusal[1]), int(refusal[2] or 0))
        found = await self._database.read(
            select(tables.Step)
            .join(tables.Decision, col(tables.Decision.seq) == col(tables.Step.seq))
            .where(col(tables.Decision.key) == key)
        )
        for row in found:
            for decided in _decisions(_step(row)):
                if _speaks_of(decided, key):
                    return decided
        return None

    async def decisions(self, limit: int) -> Sequence[DecisionView]:
        """The newest decisions about entries, approved or refused."""
        newest = select(tables.Decision).order_by(text("rowid DESC")).limit(limit * KEYS_EACH)
        seqs = {row.seq for row in await self._database.read(newest)}
        steps = await self._database.read(
            select(tables.Step).where(col(tables.Step.seq).in_(seqs)).order_by(col(tables.Step.seq))
        )
        found = [
            DecisionView(decided.trade or _refusal_key(row.seq, place), decided)
            for row in steps
            for place, decided in enumerate(_decisions(_step(row)))
            if decided.leg == "entry"
        ]
        return found[-limit:] if limit else []

    async def orders(self, trade: str) -> Sequence[OrderLife]:
        """Every order of a trade with its fills, in the order they were made."""
        own = select(tables.Intent.coid).where(col(tables.Intent.trade) == trade)
        steps = await self._database.read(
            select(tables.Step)
            .where(
                col(tables.Step.seq).in_(
                    select(tables.IntentEvent.seq).where(col(tables.IntentEvent.coid).in_(own)).distinct()
                )
            )
            .order_by(col(tables.Step.seq))
        )
        last: dict[str, OrderMoved] = {}
        for moved in (moved for row in steps for moved in _moves(_step(row), trade)):
            last[moved.order.id] = moved
        filled = await self._database.read(
            select(tables.Fill).where(col(tables.Fill.coid).in_(own)).order_by(col(tables.Fill.at))
        )
        fills: defaultdict[str, list[Fill]] = defaultdict(list)
        for row in filled:
            fills[row.coid].append(_fill(row))
        return [
            OrderLife(moved.order, moved.after, moved.filled, moved.reason, moved.at, tuple(fills[order]))
            for order, moved in last.items()
        ]

    async def _refusal(self, seq: int, place: int) -> Decided | None:
        found = await self._database.read(select(tables.Step).where(col(tables.Step.seq) == seq))
        made = [decided for row in found for decided in _decisions(_step(row))]
        return made[place] if place < len(made) and made[place].trade is None else None

    async def version(self, strategy: str, at: int) -> VersionView | None:
        """The last change that a person had made to a strategy by then; None: it was as configured.

        The answer to each change begins with the id of what runs since.
        """
        told = or_(*(col(tables.Audit.reason).startswith(f"{code}: {strategy} ", autoescape=True) for code in CHANGES))
        found = await self._database.read(
            select(tables.Audit)
            .where(col(tables.Audit.kind) == "command", col(tables.Audit.at) <= at, told)
            .order_by(col(tables.Audit.id).desc())
            .limit(1)
        )
        if not found:
            return None
        return VersionView(found[0].at, found[0].reason.partition(": ")[2].partition(". ")[0].rstrip("."))

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

    async def halt_under_way(self, until: int) -> int | None:
        """The newest step up to `until` that halted trading; None where everything was reported flat after it."""
        halt = await self._newest_of(HALT, 0, until)
        return None if halt is None or await self._newest_of(FLAT, halt, until) else halt

    async def _newest_of(self, fact: str, after: int, until: int) -> int | None:
        """The newest step of after < seq <= until whose effects hold this text."""
        seq = col(tables.Step.seq)
        told = col(tables.Step.effects).contains(fact, autoescape=True)
        found = await self._database.read(
            select(tables.Step).where(seq > after, seq <= until, HAS_EFFECTS, told).order_by(seq.desc()).limit(1)
        )
        return found[0].seq if found else None


def _step(row: tables.Step) -> Step:
    return decode(StepText(row.seq, row.at, row.event, row.effects))


def _decisions(step: Step) -> Iterator[Decided]:
    for effect in step.effects:
        if isinstance(effect, Report) and isinstance(effect.fact, Decided):
            yield effect.fact


def _moves(step: Step, trade: str) -> Iterator[OrderMoved]:
    for effect in step.effects:
        if isinstance(effect, Report) and isinstance(effect.fact, OrderMoved) and effect.fact.order.trade == trade:
            yield effect.fact


def _refusal_key(seq: int, place: int) -> str:
    return f"R-{seq}-{place}" if place else f"R-{seq}"


def _fill(row: tables.Fill) -> Fill:
    return Fill(
        row.at, row.symbol, row.trade_id, row.coid, "buy" if row.side == "buy" else "sell", row.qty, row.price, row.fee,
        row.maker,
    )  # fmt: skip


def _speaks_of(decided: Decided, key: str) -> bool:
    return key in (decided.order_id, decided.trade) or (decided.signal is not None and decided.signal.signal_id == key)


def _trade(row: tables.Trade) -> ClosedTrade:
    told = {name: getattr(row, name) for name in ClosedTrade.__struct_fields__}
    return ClosedTrade(**told | {"parts": msgspec.json.decode(row.parts, type=tuple[PartExit, ...])})


def _mark(row: tables.RiskMetric) -> EquityMarked:
    account = Account(**{name: getattr(row, name) for name in Account.__struct_fields__})
    return EquityMarked(
        row.at, account, row.exposure, row.drawdown, row.positions,
        row.net, row.heat, row.stress_heat, row.correlated, row.var, row.es,
    )  # fmt: skip
