"""A backtest: the desk driven over a recorded market as fast as it goes. Same core, gate, ledger and venue as live."""

from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal
from time import perf_counter
from typing import Protocol
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from engine.core import Core
from engine.days import day_of
from engine.drive import Driver
from engine.evaluate import Evaluator, HistoryEvaluator, WindowEvaluator
from engine.model.account import ClosedTrade
from engine.model.facts import Denied, EquityMarked, TradeClosed
from engine.model.market import SPAN_MS, Bars, Floats, Timeframe
from engine.model.messages import CandleClosed, Effect, Event, Report, Timer
from engine.plan import Plan
from engine.ports import Source
from engine.simbroker import SimBroker
from engine.stats import cagr, calmar, max_drawdown, profit_factor, returns, sharpe, sortino

Progress = Callable[[int, int], None]
"""Told bars done and bars in all, now and then."""
EVERY = 20_000


class Columnar(Protocol):
    """A source whose candles can be had as whole columns."""

    def bars(self, symbol: str, timeframe: Timeframe | None = None) -> Bars:
        """All candles of a symbol, as recorded."""


class Result(msgspec.Struct, frozen=True):
    """What a backtest found. Money exact, statistics floats, undefined ones None; times UTC ms."""

    strategy: str
    symbols: tuple[str, ...]
    timeframe: str
    start: int
    end: int
    bars: int
    trades: tuple[ClosedTrade, ...]
    wins: int
    losses: int
    win_rate: float | None
    profit: Decimal
    profit_percent: Decimal
    final_equity: Decimal
    max_drawdown_percent: float
    sharpe: float | None
    sortino: float | None
    calmar: float | None
    cagr_percent: float | None
    profit_factor: float | None
    expectancy: Decimal | None
    fees: Decimal
    funding: Decimal
    exposure_percent: float
    denied: dict[str, int]
    run_seconds: float
    bars_per_second: float
    equity: tuple[tuple[int, float], ...]


def run(source: Source, plan: Plan, progress: Progress | None = None, total: int = 0) -> Result:
    """Drive a fresh desk over the whole source."""
    began = perf_counter()
    instruments = {i.symbol: i for i in source.instruments}
    core = Core(plan, instruments, source.timeframes, evaluator(source, plan))
    tally = _Tally(core)
    driver = Driver(core, SimBroker(instruments, plan.costs, plan.limits.max_leverage), tally.see, silent=False)
    for candle in source.history():
        core.warm(candle)
    take, idle, holdings = driver.take, core.idle, core.state.holdings
    bars = exposed = 0
    for event in source.events():
        if type(event) is CandleClosed:
            take(event)
            bars += 1
            if holdings:
                exposed += 1
            if progress is not None and bars % EVERY == 0:
                progress(bars, total)
        elif type(event) is not Timer or not idle(event):
            take(event)
    tally.bars, tally.exposed = bars, exposed
    return tally.result(source, perf_counter() - began)


def evaluator(source: Source, plan: Plan) -> Evaluator:
    """Whole histories where the source has clean columns, else windows; both score the same."""
    bars = getattr(source, "bars", None)
    if bars is None:
        return WindowEvaluator(plan.strategies)
    columnar: Columnar = source  # type: ignore[assignment]
    histories: dict[tuple[str, Timeframe], Bars] = {}
    for strategy in plan.strategies:
        for symbol in strategy.symbols:
            base = source.timeframes[symbol]
            columns = columnar.bars(symbol, base)
            if not clean(columns, base):
                return WindowEvaluator(plan.strategies)
            histories[symbol, strategy.timeframe] = aggregated(columns, base, strategy.timeframe)
    return HistoryEvaluator(plan.strategies, histories)


def clean(bars: Bars, timeframe: Timeframe) -> bool:
    """Whether every row would be accepted (strategies.md 1.1) in the order it stands."""
    span = SPAN_MS[timeframe]
    return bool(
        np.all(np.diff(bars.ts) > 0)
        and np.all(bars.ts % span == 0)
        and np.all((bars.low > 0) & (bars.low <= bars.open) & (bars.open <= bars.high) & (bars.high < np.inf))
        and np.all((bars.low <= bars.close) & (bars.close <= bars.high))
        and np.all((bars.volume >= 0) & (bars.volume < np.inf))
    )


def aggregated(bars: Bars, base: Timeframe, wanted: Timeframe) -> Bars:
    """Complete longer bars (strategies.md 1.3), each sum taken in the order of time like the running desk's."""
    if wanted == base:
        return bars
    span, need = SPAN_MS[wanted], SPAN_MS[wanted] // SPAN_MS[base]
    if len(bars) == 0:
        return bars
    opened = bars.ts - bars.ts % span
    starts = np.flatnonzero(np.diff(opened, prepend=opened[0] - 1))
    counts = np.diff(np.append(starts, len(opened)))
    starts = starts[counts == need]
    rows = starts[:, None] + np.arange(need)
    return Bars(
        opened[starts],
        bars.open[starts],
        bars.high[rows].max(axis=1, initial=0.0),
        bars.low[rows].min(axis=1, initial=np.inf),
        bars.close[starts + need - 1] if len(starts) else bars.close[:0],
        _summed(bars.volume[rows]),
        _summed(bars.taker_buy[rows]),
    )


def _summed(table: Floats) -> Floats:
    total: Floats = table[:, 0].copy()
    for k in range(1, table.shape[1]):
        total += table[:, k]
    return total


class _Tally:
    """Counts as the desk turns."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self.bars = 0
        self.exposed = 0
        self._trades: list[ClosedTrade] = []
        self._denied: Counter[str] = Counter()
        self._equity: list[tuple[int, float]] = []

    def see(self, event: Event, effects: Sequence[Effect]) -> None:
        """Note what a result needs."""
        for effect in effects:
            if type(effect) is Report:
                fact = effect.fact
                if type(fact) is TradeClosed:
                    self._trades.append(fact.trade)
                elif type(fact) is Denied:
                    self._denied[fact.code] += 1
                elif type(fact) is EquityMarked:
                    self._equity.append((fact.at, float(fact.account.equity)))

    def result(self, source: Source, seconds: float) -> Result:
        """The finished result."""
        plan, state = self._core.plan, self._core.state
        account = state.account()
        start, end = source.start, max(series.closed_at for series in self._core.series.values())
        equity = [(start, float(account.start)), *self._equity, (end, float(account.equity))]
        daily = returns(by_day(equity, plan.zone))
        pnl = [trade.pnl for trade in self._trades]
        wins, losses, n = sum(p > 0 for p in pnl), sum(p < 0 for p in pnl), len(pnl)
        profit = account.equity - account.start
        growth = cagr(daily)
        ids = ",".join(p.id for p in plan.strategies)
        return Result(
            strategy=ids,
            symbols=tuple(i.symbol for i in source.instruments),
            timeframe=",".join(dict.fromkeys(p.timeframe for p in plan.strategies)),
            start=start,
            end=end,
            bars=self.bars,
            trades=tuple(self._trades),
            wins=wins,
            losses=losses,
            win_rate=wins / n if n else None,
            profit=profit,
            profit_percent=profit / account.start * 100,
            final_equity=account.equity,
            max_drawdown_percent=max_drawdown([value for _, value in equity]) * 100,
            sharpe=sharpe(daily),
            sortino=sortino(daily),
            calmar=calmar(daily),
            cagr_percent=None if growth is None else growth * 100,
            profit_factor=profit_factor([float(p) for p in pnl]),
            expectancy=sum(pnl, Decimal(0)) / n if n else None,
            fees=account.fees,
            funding=account.funding,
            exposure_percent=100 * self.exposed / self.bars if self.bars else 0.0,
            denied=dict(self._denied),
            run_seconds=seconds,
            bars_per_second=self.bars / seconds if seconds else 0.0,
            equity=tuple(equity),
        )


def by_day(equity: Sequence[tuple[int, float]], zone: str) -> list[float]:
    """Equity at the start and at the end of each day of the zone."""
    tz = ZoneInfo(zone)
    ends: dict[str, float] = {}
    for at, value in equity[1:]:
        ends[day_of(at - 1, tz)] = value
    return [equity[0][1], *ends.values()]
