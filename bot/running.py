"""From settings to a plan: which strategies run on what, and how much past they need."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import msgspec

from bot.settings import Settings
from engine.evaluate import BLOCK
from engine.model.market import MINUTE_MS, SPAN_MS
from engine.plan import Plan, StrategyPlan
from storage.db import FILE, open_reading
from strategies.base import parse_spec


def run_plan(settings: Settings) -> Plan:
    """The plan of `.env`; symbols as typed until the exchange has named them."""
    plans = []
    for spec in settings.strategies:
        strategy, timeframe = parse_spec(spec)
        plans.append(StrategyPlan(spec, strategy, strategy.params_type(), timeframe, settings.symbols))
    return Plan(tuple(plans), settings.limits, zone=settings.zone)


def on_symbols(plan: Plan, symbols: Sequence[str]) -> Plan:
    """The same plan on the symbols as the exchange names them."""
    strategies = tuple(msgspec.structs.replace(each, symbols=tuple(symbols)) for each in plan.strategies)
    return msgspec.structs.replace(plan, strategies=strategies)


def history_minutes(plan: Plan) -> int:
    """Past minutes that fill every window: the longest warm-up and one block of its timeframe."""
    return max(
        (each.strategy.warmup(each.params) + BLOCK) * SPAN_MS[each.timeframe] // MINUTE_MS for each in plan.strategies
    )


def newest_settlement(data_dir: Path) -> int | None:
    """Market time of the newest journaled step, from which on funding may be missing; None on a first start."""
    with closing(open_reading(data_dir / FILE)) as connection:
        found: sqlite3.Row | tuple[int | None] | None = connection.execute("SELECT max(at) FROM step").fetchone()
    return None if found is None or found[0] is None else int(found[0])
