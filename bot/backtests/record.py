"""A backtest as JSON: money as text, undefined figures null, times ISO UTC. The keys are stable; new ones are added."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec

from bot.backtests.card import FIGURES
from bot.backtests.comparison import Comparison
from bot.backtests.kept import Damaged, Entry, Kept
from bot.figures.currency import currency_of
from bot.figures.printing import iso
from engine.model.money import plain
from engine.model.result import Part, Result

FIRST = (
    *("strategy", "symbols", "timeframe", "from", "to", "bars", "trades", "wins", "losses", "win_rate", "profit"),
    *("profit_percent", "final_equity", "max_drawdown_percent", "sharpe", "sortino", "calmar", "cagr_percent"),
    *("profit_factor", "expectancy", "fees", "funding", "exposure_percent", "denied", "run_seconds"),
    "bars_per_second",
)
"""The keys a result always had, in their order; the figures of the card follow."""
ELSEWHERE = {"win_percent", "denied_total"}
"""Figures that JSON has in another form."""
RENAMED = {"from": "start", "to": "end"}


def summary(result: Result) -> dict[str, Any]:
    """A result as one JSON object, without its trades and its equity."""
    told: dict[str, Any] = {}
    for key in FIRST:
        value = getattr(result, RENAMED.get(key, key))
        told[key] = iso(value) if key in RENAMED else len(value) if key == "trades" else natural(value)
    told["currency"] = currency_of(result.symbols[0])
    for name, figure in FIGURES.items():
        if name not in told and name not in ELSEWHERE:
            value = figure.of(result)
            told[name] = iso(int(value)) if figure.unit == "time" and value is not None else natural(value)
    return told | {
        "trials": result.performance.trials,
        "market": natural(result.market),
        "months": [natural(msgspec.structs.asdict(year)) for year in result.months],
        "by_strategy": rows(result.by_strategy),
        "by_symbol": rows(result.by_symbol),
        "by_side": rows(result.by_side),
        "by_reason": rows(result.by_reason),
        "breakers": [moved(msgspec.structs.asdict(each)) for each in result.breakers],
        "states": [moved(msgspec.structs.asdict(each)) for each in result.states],
    }


def record(kept: Kept) -> dict[str, Any]:
    """A kept backtest: its summary, and what it was made from."""
    return summary(kept.result) | {
        "id": kept.id or None,
        "saved": iso(kept.saved_at),
        "core": kept.core,
        "settings": kept.settings,
        "files": list(kept.files),
        "data": [moved(msgspec.structs.asdict(each), ("first", "last")) for each in kept.candles],
    }


def comparison(found: Comparison) -> dict[str, Any]:
    """A comparison: each run whole, and how they differ."""
    ids = [kept.id for kept in found.runs]
    return {
        "runs": [record(kept) for kept in found.runs],
        "deflated_of_these": dict(zip(ids, found.deflated, strict=True)),
        "settings": {name: dict(zip(ids, values, strict=True)) for name, values in found.settings.items()},
        "notes": list(found.notes),
    }


def line(entry: Entry | Damaged) -> dict[str, Any]:
    """An entry of the list."""
    if isinstance(entry, Damaged):
        return {"id": entry.id, "damaged": entry.sentence}
    result, card = entry.result, entry.result.performance
    return {
        "id": entry.id,
        "saved": iso(entry.saved_at),
        "strategy": result.strategy,
        "symbols": list(result.symbols),
        "timeframe": result.timeframe,
        "from": iso(result.start),
        "to": iso(result.end),
        "trades": card.trades,
        "profit_percent": plain(result.profit_percent),
        "max_drawdown_percent": result.max_drawdown_percent,
        "sharpe": card.sharpe,
        "profit_factor": card.profit_factor,
    }


def rows(parts: Sequence[Part]) -> list[dict[str, Any]]:
    """A breakdown."""
    return [natural(msgspec.structs.asdict(part)) for part in parts]


def moved(fields: dict[str, Any], times: Sequence[str] = ("at",)) -> dict[str, Any]:
    """Fields with their times as text."""
    return {name: iso(value) if name in times else natural(value) for name, value in fields.items()}


def natural(value: Any) -> Any:
    """Money as text, a tuple as a list, all the way down; other values as they are."""
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, dict):
        return {key: natural(each) for key, each in value.items()}
    return [natural(each) for each in value] if isinstance(value, tuple | list) else value
