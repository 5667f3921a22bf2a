"""From scores to candidates: the signal record, the bracket on the tick, and the ranking across symbols."""

from decimal import Decimal
from typing import Final

from engine.model.facts import Signal, SignalCheck
from engine.model.instrument import Instrument
from engine.model.market import SPAN_MS, Timeframe
from engine.model.messages import CandleClosed
from engine.model.money import ONE, ZERO, exact
from engine.model.orders import Direction, Portion
from engine.model.tick import Towards, price, rounded
from engine.plan import Bracket, StrategyPlan
from engine.scoring.row import Row
from engine.state import Candidate

VALID_MS: Final = 30_000
"""How long after the close a signal may still become an order (strategies.md section 0)."""


def record(plan: StrategyPlan, row: Row, bar: CandleClosed, instrument: Instrument, bracket: Bracket) -> Signal:
    """The signal record of one bar; `Neutral` with its code where the strategy abstains."""
    closed_at = bar.open_at + SPAN_MS[bar.timeframe]
    if row.score == 0:
        setup = row.setup or plan.strategy.name
        return abstention(plan.id, bar.symbol, bar.timeframe, closed_at, row.reason, setup, row.checks)
    long = row.score > 0
    tick = instrument.tick
    entry = price(bar.close, tick)
    side: Direction = "long" if long else "short"
    stop, target = levels(row, side, entry, tick, bracket)
    return Signal(
        name_of(plan.id, bar.symbol, bar.timeframe, closed_at),
        closed_at,
        closed_at + VALID_MS,
        bar.symbol,
        bar.timeframe,
        plan.id,
        "Long" if long else "Short",
        row.score,
        row.confidence / 100,
        entry,
        stop,
        target,
        row.reason,
        "UNKNOWN",
        row.setup or plan.strategy.name,
        row.checks,
        portions(row, side, entry, stop, tick) if row.aims and bracket.target is None else (),
        row.lead,
    )


def abstention(
    strategy: str,
    symbol: str,
    timeframe: Timeframe,
    closed_at: int,
    reason: str,
    setup: str,
    checks: tuple[SignalCheck, ...] = (),
) -> Signal:
    """The record of a strategy that says nothing: `Neutral`, with the code of why."""
    return Signal(
        name_of(strategy, symbol, timeframe, closed_at),
        closed_at,
        closed_at + VALID_MS,
        symbol,
        timeframe,
        strategy,
        "Neutral",
        0.0,
        0.0,
        None,
        None,
        None,
        reason,
        setup=setup,
        checks=checks,
    )


def name_of(strategy: str, symbol: str, timeframe: Timeframe, closed_at: int) -> str:
    """The id of a signal."""
    return f"{strategy}:{symbol}:{timeframe}:{closed_at}"


def levels(
    row: Row, direction: Direction, entry: Decimal, tick: Decimal | None, bracket: Bracket
) -> tuple[Decimal | None, Decimal | None]:
    """Stop and target on the tick, both rounded towards entry; a bracket of the user's replaces the strategy's."""
    long = direction == "long"
    stop_way: Towards = "up" if long else "down"
    target_way: Towards = "down" if long else "up"
    stop = target = None
    if bracket.stop is not None:
        stop = rounded(entry * (ONE - bracket.stop if long else ONE + bracket.stop), tick, stop_way)
    elif row.stop is not None:
        beyond = row.stop_ticks * (tick or ZERO)
        stop = price(row.stop, tick, stop_way) - (beyond if long else -beyond)
    if bracket.target is not None:
        target = rounded(entry * (ONE + bracket.target if long else ONE - bracket.target), tick, target_way)
    else:
        target = aimed(row.target, row.target_r, direction, entry, stop, tick)
    return stop, target


def aimed(
    aim: float | None, r: float | None, direction: Direction, entry: Decimal, stop: Decimal | None, tick: Decimal | None
) -> Decimal | None:
    """A target on the tick, towards entry: a multiple of R from the stop on its tick, or the price itself."""
    way: Towards = "down" if direction == "long" else "up"
    if r is not None and stop is not None and tick is not None:
        return rounded(entry + (ONE if direction == "long" else -ONE) * exact(r) * abs(entry - stop), tick, way)
    return None if aim is None else price(aim, tick, way)


def portions(
    row: Row, direction: Direction, entry: Decimal, stop: Decimal | None, tick: Decimal | None
) -> tuple[Portion, ...]:
    """The parts in which a position leaves."""
    return tuple(Portion(exact(share), aimed(aim, r, direction, entry, stop, tick)) for share, aim, r in row.aims)


def reward(signal: Signal) -> float:
    """Reward over risk, 0 without a target."""
    if signal.entry is None or signal.stop_loss is None or signal.target is None:
        return 0.0
    risk = abs(signal.entry - signal.stop_loss)
    return float(abs(signal.target - signal.entry) / risk) if risk else 0.0


def ranked(candidates: list[Candidate]) -> list[Candidate]:
    """Best first: confidence, then reward over risk, then symbol and strategy (strategies.md section 14)."""
    if len(candidates) < 2:
        return list(candidates)
    return sorted(
        candidates,
        key=lambda c: (-c.signal.confidence, -reward(c.signal), c.signal.symbol, c.plan),
    )
