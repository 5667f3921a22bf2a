"""What strategies say of the last closed candles of a recording: a signal record of each on each symbol."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from bot.desk.balance import state_of
from bot.options.options import StrategyOptions
from bot.options.planning import expect_timeframe, params_of, refused_data
from engine.candles import Series
from engine.model.errors import BadInput
from engine.model.facts import Signal
from engine.model.market import SPAN_MS, Timeframe
from engine.model.messages import CandleClosed
from engine.plan import Bracket, StrategyPlan
from engine.ports import Source
from engine.scoring.backdrop import Backdrop
from engine.scoring.evaluate import WindowEvaluator, others
from engine.signals import abstention, record
from strategies.base import AnyStrategy, catalogue, parse_params


class Unable(NamedTuple):
    """A strategy that cannot run on what is there of a symbol."""

    strategy: str
    symbol: str
    timeframe: Timeframe
    reason: str
    """Stable code."""


def taken(source: Source, options: StrategyOptions) -> tuple[tuple[StrategyPlan, ...], tuple[Unable, ...]]:
    """All strategies there are, each on the symbols whose data it takes, and those it cannot run on with the reason."""
    names = tuple(catalogue())
    if options.timeframe is not None:
        expect_timeframe(options.timeframe, names)
    texts = params_of(names, options.param)
    plans: list[StrategyPlan] = []
    unable: list[Unable] = []
    for name, strategy in catalogue().items():
        timeframe = next((each for each in SPAN_MS if each == options.timeframe), strategy.timeframes[0])
        plan = StrategyPlan(name, strategy, parse_params(strategy, texts[name]), timeframe, ())
        reasons = {symbol: _unfit(source, symbol, strategy, plan) for symbol in source.timeframes}
        unable += [Unable(name, symbol, timeframe, reason) for symbol, reason in reasons.items() if reason]
        fit = tuple(symbol for symbol, reason in reasons.items() if not reason)
        if fit:
            plans.append(msgspec.structs.replace(plan, symbols=fit))
    return tuple(plans), tuple(unable)


def _unfit(source: Source, symbol: str, strategy: AnyStrategy, plan: StrategyPlan) -> str:
    """The reason code against a strategy on a symbol's data, empty without one."""
    if plan.timeframe not in strategy.accepts:
        return "timeframe_not_taken"
    if SPAN_MS[plan.timeframe] < SPAN_MS[source.timeframes[symbol]]:
        return "needs_finer_candles"
    refusal = refused_data(source, symbol, strategy, plan.timeframe, plan.params)
    return "" if refusal is None else refusal.partition(":")[0]


def last_signals(
    source: Source, plans: tuple[StrategyPlan, ...], bracket: Bracket, unable: Sequence[Unable] = ()
) -> list[Signal]:
    """The signal record of each strategy and symbol at its last closed candle, by symbol and strategy."""
    windows = WindowEvaluator(plans)
    backdrop = Backdrop(windows, state_of)
    backdrop.hold([symbol for symbol, base in source.timeframes.items() if base == "1m"])
    wanted = frozenset(timeframe for plan in plans for timeframe in (plan.timeframe, *others(plan)))
    series = {symbol: Series(symbol, base, wanted) for symbol, base in source.timeframes.items()}
    last: dict[tuple[str, str], CandleClosed] = {}
    for candle in _accepted(source, series):
        windows.push(candle)
        last[candle.symbol, candle.timeframe] = candle
    found = [abstention(*each[:3], _closed(source, last, each.symbol), each.reason, each.strategy) for each in unable]
    for instrument in source.instruments:
        for plan in plans:
            if instrument.symbol in plan.symbols:
                row, bar = windows.latest(plan, instrument.symbol), last.get((instrument.symbol, plan.timeframe))
                if row is None or bar is None:
                    at = _closed(source, last, instrument.symbol)
                    found.append(abstention(plan.id, instrument.symbol, plan.timeframe, at, "warming_up", plan.id))
                else:
                    found.append(record(plan, row, bar, instrument, bracket))
    order = {symbol: place for place, symbol in enumerate(source.timeframes)}
    return sorted(map(backdrop.behind, found), key=lambda each: (order[each.symbol], each.strategy))


def _accepted(source: Source, series: dict[str, Series]) -> Iterable[CandleClosed]:
    """The valid candles, and the longer ones they complete."""
    for stream in (source.history(), source.events()):
        for event in stream:
            if isinstance(event, CandleClosed) and series[event.symbol].refuse(event) is None:
                yield event
                yield from series[event.symbol].longer(event)


def _closed(source: Source, last: dict[tuple[str, str], CandleClosed], symbol: str) -> int:
    """When the last candle of a symbol closed."""
    base = source.timeframes[symbol]
    if (symbol, base) not in last:
        raise BadInput(f"{symbol} has no valid candle.")
    return last[symbol, base].open_at + SPAN_MS[base]
