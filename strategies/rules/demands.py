"""What a file asks of the rest of the program: bars, evidence, and rules of a trade that columns do not carry."""

from collections.abc import Iterable, Iterator

from engine.model.market import Timeframe
from strategies.rules import lower, reach
from strategies.rules import nodes as n
from strategies.rules import schema as s
from strategies.rules.bracket import TARGET_ATR
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
    if isinstance(stop, s.SwingStop):
        yield base, stop.bars
    for one in (stop, *_targets(document)):
        if isinstance(one, s.OperandStop | s.OperandTarget):
            yield from reach.operand_windows(lower.operand(one.value), base)
        if isinstance(one, s.AtrTarget):
            yield base, WILDER * TARGET_ATR


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


def unmet(document: s.Document) -> tuple[str, ...]:
    """The keys whose rules the columns of a strategy and its `Exits` cannot express, as JSON pointers.

    Whoever runs the strategy carries them out from its `document`, or refuses to run it.
    """
    stop, trail = document.stop_loss, document.trailing
    asked = {
        "/risk": True,
        "/cooldownBars": document.cooldown_bars > 0,
        "/maxTradesPerDay": document.max_trades_per_day is not None,
        "/stopLoss/bufferTicks": isinstance(stop, s.SwingStop) and stop.buffer_ticks > 0,
        "/trailing": isinstance(trail, s.AtrTrail),
    }
    return tuple(pointer for pointer, is_asked in asked.items() if is_asked)


def _targets(document: s.Document) -> tuple[s.Target, ...]:
    found = document.take_profit
    if found is None:
        return ()
    return tuple(part.target for part in found) if isinstance(found, tuple) else (found,)
