"""What a file asks of the rest of the program: bars, evidence, and rules of a trade that columns do not carry."""

from collections.abc import Iterable, Iterator
from typing import assert_never

from engine.model.market import Timeframe
from engine.model.money import exact
from engine.model.own import Own
from engine.model.setting import Value
from strategies.rules import lower, reach
from strategies.rules import nodes as n
from strategies.rules import schema as s
from strategies.rules.bracket import BRACKET_ATR
from strategies.rules.evidence import Asked

WILDER = 25


def windows_of(document: s.Document, conditions: Iterable[n.Condition]) -> dict[Timeframe, int]:
    """Closed bars a window of each timeframe must hold so that its last row is that of the whole history."""
    base = document.timeframe
    found: dict[Timeframe, int] = {base: 1}
    for timeframe, bars in _windows(document, conditions):
        found[timeframe] = max(found.get(timeframe, 0), bars)
    return found


def _windows(document: s.Document, conditions: Iterable[n.Condition]) -> Iterator[tuple[Timeframe, int]]:
    base, stop = document.timeframe, document.stop_loss
    for condition in conditions:
        yield from reach.windows(condition, base)
    if isinstance(stop, s.AtrStop):
        yield base, WILDER * stop.period
    if isinstance(document.trailing, s.AtrTrail):
        yield base, WILDER * BRACKET_ATR
    if isinstance(stop, s.SwingStop):
        yield base, stop.bars
    for one in (stop, *_targets(document)):
        if isinstance(one, s.OperandStop | s.OperandTarget):
            yield from reach.operand_windows(lower.operand(one.value), base)
        if isinstance(one, s.AtrTarget):
            yield base, WILDER * BRACKET_ATR


def evidence_asked(conditions: Iterable[n.Condition]) -> frozenset[Asked]:
    """What conditions need beside candles."""
    return frozenset(kind for one in conditions for kind in _asked(one))


def _asked(condition: n.Condition) -> Iterator[Asked]:
    match condition:
        case n.Every() | n.Some():
            for one in condition.of:
                yield from _asked(one)
        case n.Negation() | n.Recent():
            yield from _asked(condition.of)
        case n.InState():
            yield "state"
        case n.NearLevel():
            yield "key" if condition.kind == "key" else "session"
        case n.Comparison(left=n.FlowValue(metric="stacked_buy" | "stacked_sell" | "divergence")):
            yield "flow"
        case _:
            pass


def own_risk(document: s.Document) -> Own:
    """The file's sizing and pace as risk settings of the strategy's own.

    `maxLeverage` is at least 1 and bounds the notional over equity of one position, which the desk's own limit never
    lets beyond 1: there is nothing to set.
    """
    risk, value = document.risk, exact(document.risk.value)
    found: dict[str, Value] = {"SIZING_MODE": risk.mode}
    match risk.mode:
        case "percent":
            found["RISK_PER_TRADE_PERCENT"] = value.scaleb(-2)
        case "atr":
            found["RISK_PER_TRADE_PERCENT"] = value.scaleb(-2)
            if isinstance(document.stop_loss, s.AtrStop):
                found["SIZING_ATR"] = exact(document.stop_loss.value)
        case "fixed" | "amount":
            found["SIZING_AMOUNT"] = value
        case "percent_equity":
            found["SIZING_SHARE_PERCENT"] = value.scaleb(-2)
        case "kelly":
            found["KELLY_FRACTION"] = value
        case "vol_target":
            found["VOL_TARGET_PERCENT"] = value.scaleb(-2)
        case _:
            assert_never(risk.mode)
    if document.cooldown_bars:
        found["COOLDOWN_BARS"] = document.cooldown_bars
    if document.max_trades_per_day is not None:
        found["MAX_TRADES_PER_DAY"] = document.max_trades_per_day
    return found


def _targets(document: s.Document) -> tuple[s.Target, ...]:
    found = document.take_profit
    if found is None:
        return ()
    return tuple(part.target for part in found) if isinstance(found, tuple) else (found,)
