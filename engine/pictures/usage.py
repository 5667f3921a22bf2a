"""How much of each limit in force is used, as the gate would find it at this instant. Limits that are off are left out.

Worked out when a person asks: nothing of it is on the way of an order.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

import msgspec

from engine.core import Core
from engine.model.facts import EquityMarked
from engine.model.history import RiskHistory, RiskPoint, Together
from engine.model.limits import RiskLimits
from engine.model.market import DAY_MS
from engine.model.money import ZERO
from engine.model.views import LimitView
from engine.pictures.counting import counting
from engine.risk.book import Book
from engine.risk.daily_loss import day_loss
from engine.risk.depth import thinner
from engine.risk.gate import Gate
from engine.risk.ladder import EXITS_ONLY, HALTED, HALVED, STEPS
from engine.risk.max_drawdown import drawdown
from engine.risk.measure import Measure
from engine.risk.order_rate import SECOND, Bucket
from engine.risk.period_loss import lost
from engine.risk.reject_rate import paused as rejecting
from engine.risk.spread import spread_of
from engine.risk.streak import paused
from engine.risk.touch import depth_share
from engine.state import DeskState

HUNDRED = Decimal(100)
RUNGS = {HALVED: "sizes are halved", EXITS_ONLY: "exits only", HALTED: "trading is halted"}
"""What a rung of the drawdown ladder does."""


def usage(core: Core) -> tuple[LimitView, ...]:
    """Every limit in force, losses first."""
    state, gate = core.state, core.desk.gate
    book, measure = gate.book(state), gate.measure(state)
    found = (
        *_losses(state, gate.limits, book),
        *_counts(state, gate.limits, book),
        *_sizes(core, book, measure),
        *_loads(gate.limits, measure),
        *_spread(state, gate.limits),
        *_depth(state, gate, book),
        *_rates(state, gate.limits),
    )
    return tuple(msgspec.structs.replace(each, parts=counting(each.name, state, book, gate.inverse)) for each in found)


def history(core: Core, period: str, marks: Sequence[EquityMarked]) -> RiskHistory:
    """Risk over time as it was marked, with the limits of now."""
    limits = core.desk.gate.limits
    points = []
    for mark in marks:
        equity = mark.account.equity
        heat = None if mark.heat is None else _share(mark.heat, equity)
        points.append(RiskPoint(mark.at, equity, _share(mark.exposure, equity), heat, mark.var))
    return RiskHistory(period, tuple(points), limits.max_leverage, limits.max_heat, limits.var_limit)


def together(core: Core) -> Together:
    """How what is held and under way moves together, as the gate knows it."""
    gate = core.desk.gate
    gate.past.look(core.state)
    held = {weight.symbol: weight.base for weight in gate.book(core.state).weights}
    matrix = gate.past.among(list(held))
    return Together(tuple(held.values()), tuple(tuple(float(value) for value in row) for row in matrix))


def _losses(state: DeskState, limits: RiskLimits, book: Book) -> Iterator[LimitView]:
    equity, base = book.equity, state.day_base
    day = max(ZERO, day_loss(base, equity))
    yield _percent("MAX_DAILY_LOSS_PERCENT", "day loss", day, limits.max_daily_loss)
    stopped = book.to_stops + book.pending_risk + max(ZERO, base - equity)
    note = "if every stop is hit"
    yield _percent("MAX_DAILY_LOSS_PERCENT", "day's end", _share(stopped, base), limits.max_daily_loss, note)
    yield _percent("MAX_WEEKLY_LOSS_PERCENT", "week loss", max(ZERO, lost(state.week, equity)), limits.max_weekly_loss)
    fall = drawdown(state.hwm, equity)
    yield _percent("EMERGENCY_STOP_LOSS_PERCENT", "drawdown", fall, limits.emergency_stop_loss, _rung(state, limits))
    most = limits.consecutive_losses
    if most is not None:
        run, note = 0, ""
        for name, streak in state.streaks.items():
            pausing = paused(streak, state.now)
            losses = most if pausing else streak.losses
            if losses > run:
                run, note = losses, f"{name}{' pauses' if pausing else ''}"
        yield LimitView("CONSECUTIVE_LOSSES", "loss run", Decimal(run), Decimal(most), "count", note)


def _rung(state: DeskState, limits: RiskLimits) -> str:
    """Where on the ladder the account is, and where it goes next."""
    now = f"rung {state.rung} of {HALTED}"
    if state.rung:
        return f"{now}: {RUNGS[state.rung]}"
    return f"{now}; halved sizes at {STEPS[0] * limits.emergency_stop_loss * HUNDRED:.1f}%"


def _counts(state: DeskState, limits: RiskLimits, book: Book) -> Iterator[LimitView]:
    symbols = {weight.symbol for weight in book.weights} | state.grants.keys()
    yield LimitView("MAX_POSITIONS", "positions", Decimal(len(symbols)), Decimal(limits.max_positions), "count")
    if limits.max_same_direction is not None:
        sides = {"long": len(book.side(True)), "short": len(book.side(False))}
        side = max(sides, key=lambda name: sides[name])
        most, note = Decimal(limits.max_same_direction), side if sides[side] else ""
        yield LimitView("MAX_SAME_DIRECTION", "one side", Decimal(sides[side]), most, "count", note)
    if limits.max_trades_per_day is not None:
        day = state.now // DAY_MS
        today = {name: pace.entries for name, pace in state.paces.items() if pace.day == day}
        name = max(today, key=lambda each: today[each], default="")
        most = Decimal(limits.max_trades_per_day)
        yield LimitView("MAX_TRADES_PER_DAY", "trades", Decimal(today.get(name, 0)), most, "count", name)


def _sizes(core: Core, book: Book, measure: Measure) -> Iterator[LimitView]:
    limits, equity = core.desk.gate.limits, measure.equity
    gross = _share(measure.gross, equity)
    yield _percent("MAX_LEVERAGE", "exposure", gross, limits.max_leverage)
    if limits.max_net_exposure is not None:
        net = _share(abs(measure.net), equity)
        note = "" if not net else "long" if measure.net > 0 else "short"
        yield _percent("MAX_NET_EXPOSURE", "net", net, limits.max_net_exposure, note)
    largest = max((weight.gross for weight in book.weights), default=ZERO)
    yield _percent("MAX_POSITION_SIZE_PERCENT", "position", _share(largest, equity), limits.max_position_size)
    if limits.max_notional is not None:
        yield LimitView("MAX_POSITION_SIZE", "amount", largest, limits.max_notional, "quote")
    if limits.max_concentration is not None:
        assets = {weight.base: book.by_base(weight.base) for weight in book.weights}
        base = max(assets, key=lambda each: assets[each], default="")
        held = _share(assets.get(base, ZERO), equity)
        yield _percent("MAX_CONCENTRATION_PERCENT", "one asset", held, limits.max_concentration, base)
    yield from _budget(core, book)


def _budget(core: Core, book: Book) -> Iterator[LimitView]:
    """The strategy that has used most of its own budget."""
    gate = core.desk.gate
    found = [
        _percent("STRATEGY_BUDGET_PERCENT", "budget", _share(book.by_strategy(name), book.equity), budget, name)
        for name in dict.fromkeys(weight.strategy for weight in book.weights)
        if (budget := gate.limits_of(name).strategy_budget) is not None
    ]
    if not found and gate.limits.strategy_budget is not None:
        found = [_percent("STRATEGY_BUDGET_PERCENT", "budget", ZERO, gate.limits.strategy_budget)]
    if found:
        yield max(found, key=lambda each: each.used)


def _loads(limits: RiskLimits, measure: Measure) -> Iterator[LimitView]:
    """What may be lost together, and on a bad day."""
    equity = measure.equity
    yield _percent("MAX_HEAT_PERCENT", "heat", _share(measure.heat, equity), limits.max_heat)
    stressed = _share(measure.stress_heat, equity)
    yield _percent("MAX_STRESS_HEAT_PERCENT", "stress", stressed, limits.max_stress_heat)
    together = _share(measure.correlated, equity)
    yield _percent("MAX_CORRELATED_EXPOSURE", "correlated", together, limits.max_correlated_exposure)
    sure = f"{(1 - limits.var_alpha) * HUNDRED:f}".rstrip("0").rstrip(".")
    note = "too few past days are known" if measure.var is None else ""
    yield _percent("VAR_LIMIT_PERCENT", f"VaR {sure}%", measure.var, limits.var_limit, note)
    yield _percent("ES_LIMIT_PERCENT", f"ES {sure}%", measure.es, limits.es_limit)


def _spread(state: DeskState, limits: RiskLimits) -> Iterator[LimitView]:
    """The widest gap between bid and ask, where quotes are streamed."""
    spreads = {symbol: found for symbol in state.quotes if (found := spread_of(state, symbol, state.now)) is not None}
    if spreads:
        widest = max(spreads, key=lambda each: spreads[each])
        yield _percent("MAX_SPREAD_PERCENT", "spread", spreads[widest], limits.max_spread, widest)


def _depth(state: DeskState, gate: Gate, book: Book) -> Iterator[LimitView]:
    """What the largest position allowed would take of the thinnest book, where books are streamed."""
    each = ((symbol, thinner(state, symbol, state.now, gate.inverse)) for symbol in state.quotes)
    stands, limits = {symbol: found for symbol, found in each if found is not None}, gate.limits
    if stands:
        thinnest = min(stands, key=lambda each: stands[each])
        largest = limits.max_position_size * book.equity
        if limits.max_notional is not None:
            largest = min(largest, limits.max_notional)
        share = depth_share(largest, stands[thinnest])
        note = f"{thinnest}, the largest position allowed"
        yield _percent("MAX_DEPTH_SHARE", "depth", share, limits.max_depth_share, note)


def _rates(state: DeskState, limits: RiskLimits) -> Iterator[LimitView]:
    burst = Decimal(limits.order_burst)
    yield LimitView("ORDER_BURST", "order rate", _taken(state.bucket, state.now, limits), burst, "count")
    since = state.now - limits.reject_window_s * SECOND
    rejects = sum(at > since for at in state.rejects.times)
    if rejecting(state.rejects, state.now):
        rejects = limits.max_rejects
    yield LimitView("MAX_REJECTS", "rejects", Decimal(rejects), Decimal(limits.max_rejects), "count")


def _taken(bucket: Bucket, at: int, limits: RiskLimits) -> Decimal:
    """Tokens of the bucket that have not come back yet."""
    if bucket.tokens is None:
        return ZERO
    refilled = bucket.tokens + max(0, at - bucket.at) * limits.order_rate / SECOND
    return max(ZERO, limits.order_burst - refilled)


def _percent(name: str, label: str, value: Decimal | None, limit: Decimal, note: str = "") -> LimitView:
    """Fractions, shown as percentages."""
    return LimitView(name, label, None if value is None else value * HUNDRED, limit * HUNDRED, "percent", note)


def _share(value: Decimal, of: Decimal) -> Decimal:
    return value / of if of > 0 else ZERO
