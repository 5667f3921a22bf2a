"""What a backtest is kept with beside its result: its settings as texts, its candles by hash and as small pictures."""

import hashlib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import msgspec
import numpy as np

from bot.backtests.kept import VERSION, Candles, Kept, Picture
from bot.figures.printing import iso
from bot.form import running
from engine.feeds.replay import ReplaySource
from engine.model.account import ClosedTrade
from engine.model.limits import shown
from engine.model.market import SPAN_MS, Bars
from engine.model.money import plain
from engine.model.result import Result
from engine.plan import Plan

DRAWN = 300
"""Candles in a picture, at most."""
LOOKED_AT = 12
"""Trades in the close look."""


def kept(source: ReplaySource, plan: Plan, result: Result, files: Iterable[str], saved_at: int) -> Kept:
    """Everything of a run, not yet stored: it has no id."""
    return Kept(
        version=VERSION,
        id="",
        saved_at=saved_at,
        settings=settings(source, plan),
        files=tuple(files),
        candles=tuple(candles(source)),
        result=result,
        pictures=tuple(pictures(source, result)),
        core=running(),
    )


def settings(source: ReplaySource, plan: Plan) -> dict[str, str]:
    """What decided a run: strategies and their parameters, the bracket, costs, every limit."""
    told = {"strategies": ", ".join(each.id for each in plan.strategies)}
    for each in plan.strategies:
        told[f"{each.id} timeframe"] = each.timeframe
        told[f"{each.id} symbols"] = ", ".join(each.symbols)
        document = getattr(each.strategy, "document", None)
        if document is not None:
            told[f"{each.id} rules"] = hashlib.sha256(msgspec.json.encode(document)).hexdigest()[:12]
        parameters: dict[str, Any] = msgspec.to_builtins(each.params) if each.params is not None else {}
        told |= {f"{each.id}.{name}": text(value) for name, value in parameters.items()}
    told |= {"from": iso(source.start), "to": iso(source.end), "cash": plain(plan.cash), "time zone": plan.zone}
    told |= {name.replace("_", "-"): text(value) for name, value in msgspec.structs.asdict(plan.bracket).items()}
    costs = msgspec.structs.asdict(plan.costs)
    if costs.pop("listed"):
        del costs["fee"], costs["maker_fee"]
        for instrument in source.instruments:
            own = plan.costs.of(instrument)
            told |= {f"{instrument.symbol} fee": text(own.fee), f"{instrument.symbol} maker-fee": text(own.maker)}
    told |= {name.replace("_", "-"): text(value) for name, value in costs.items()}
    for instrument in source.instruments:
        rules: tuple[tuple[str, object], ...] = (("tick", instrument.tick), ("step", instrument.step))
        if instrument.inverse is not None:
            rules = (*rules, ("contract-size", instrument.inverse.size))
        told |= {f"{instrument.symbol} {name}": text(value) for name, value in rules}
    return told | shown(plan.limits)


def text(value: object) -> str:
    """A setting's value as a person types it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping | list | tuple):
        return msgspec.json.encode(value).decode()
    return plain(value) if isinstance(value, Decimal) else str(value)


def candles(source: ReplaySource) -> Iterable[Candles]:
    """The candles of each symbol that were there to be read."""
    for symbol, timeframe in source.timeframes.items():
        bars = source.bars(symbol)
        digest = hashlib.sha256()
        for column in Bars.__struct_fields__:
            digest.update(np.ascontiguousarray(getattr(bars, column)))
        yield Candles(symbol, timeframe, len(bars), int(bars.ts[0]), int(bars.ts[-1]), digest.hexdigest())


def pictures(source: ReplaySource, result: Result) -> Iterable[Picture]:
    """For each symbol the whole time and, where it traded, a close look at its last trades."""
    for symbol, base in source.timeframes.items():
        bars, span = source.bars(symbol), SPAN_MS[base]
        yield drawn(symbol, "whole", bars, span, result.start - span, result.end)
        last = [trade for trade in result.trades if trade.symbol == symbol][-LOOKED_AT:]
        if last:
            first, end = window(last, span)
            yield drawn(symbol, "close", bars, span, first, end)


def window(trades: list[ClosedTrade], span: int) -> tuple[int, int]:
    """From a little before the first of some trades to a little after the last."""
    first, end = min(trade.entry_at for trade in trades), max(trade.exit_at for trade in trades)
    margin = max((end - first) // 20, 5 * span)
    return first - margin, end + margin


def drawn(symbol: str, what: str, bars: Bars, span: int, first: int, end: int) -> Picture:
    """The candles of a time, so many of them joined to one that they can be told apart."""
    rows = np.flatnonzero((bars.ts >= first) & (bars.ts < end) & (bars.low > 0) & (bars.high < np.inf))
    if not len(rows):
        return Picture(symbol, what, span, (), (), (), (), ())
    size = -(-len(rows) // DRAWN)
    heads = np.arange(0, len(rows), size)
    tails = rows[np.minimum(heads + size, len(rows)) - 1]
    return Picture(
        symbol,
        what,
        span * size,
        tuple(bars.ts[rows[heads]].tolist()),
        tuple(bars.open[rows[heads]].tolist()),
        tuple(np.maximum.reduceat(bars.high[rows], heads).tolist()),
        tuple(np.minimum.reduceat(bars.low[rows], heads).tolist()),
        tuple(bars.close[tails].tolist()),
    )
