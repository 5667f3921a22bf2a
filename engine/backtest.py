"""A backtest: the desk driven over a recorded market as fast as it goes. Same core, gate, ledger and venue as live."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from time import perf_counter
from zoneinfo import ZoneInfo

import msgspec

from engine.core import Core
from engine.days import day_of
from engine.drive import Driver
from engine.evaluate import HistoryEvaluator
from engine.feeds.replay import ReplaySource
from engine.histories import clean, evaluator
from engine.model.account import ClosedTrade
from engine.model.facts import Denied, EquityMarked, TradeClosed
from engine.model.messages import CandleClosed, Effect, Event, Report, Timer
from engine.plan import Plan
from engine.ports import Source
from engine.simbroker import SimBroker
from engine.stats import cagr, calmar, max_drawdown, profit_factor, returns, sharpe, sortino
from engine.stride import Stride

Progress = Callable[[int, int], None]
"""Told bars done and bars in all, now and then."""
EVERY = 20_000


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
    scores = evaluator(source, plan)
    core = Core(plan, instruments, source.timeframes, scores, journaled=False)
    broker = SimBroker(instruments, plan.costs, plan.limits.max_leverage, acknowledges=False)
    tally = _Tally(core)
    driver = Driver(core, broker, tally.see, silent=False)
    for candle in source.history():
        core.warm(candle)
    if isinstance(source, ReplaySource) and isinstance(scores, HistoryEvaluator) and orderly(source):
        walk = _strides(source, driver, tally, scores)
    else:
        walk = _steps(source, driver, tally)
    for bars in walk:
        if progress is not None:
            progress(bars, total)
    return tally.result(source, perf_counter() - began)


def _steps(source: Source, driver: Driver, tally: "_Tally") -> Iterator[int]:
    """Every event of any source."""
    take, idle, holdings = driver.take, driver.core.idle, driver.core.state.holdings
    for event in source.events():
        if type(event) is CandleClosed:
            take(event)
            tally.bars += 1
            tally.exposed += bool(holdings)
            if tally.bars % EVERY == 0:
                yield tally.bars
        elif type(event) is not Timer or not idle(event):
            take(event)


def _strides(source: ReplaySource, driver: Driver, tally: "_Tally", scores: HistoryEvaluator) -> Iterator[int]:
    """The rows of a clean recording in which something can happen."""
    stride = Stride(source.rows, driver, scores, source.first)
    for part in source.stretches():
        if isinstance(part, range):
            for row in stride.through(part.start, part.stop):
                tally.bars = row - source.first
                yield tally.bars
        else:
            stride.fund(part)
    stride.end()
    tally.exposed = stride.exposed


def orderly(source: ReplaySource) -> bool:
    """Whether every symbol has one stream, and every candle of it would be accepted."""
    return source.rows.single and all(clean(source.bars(s), base) for s, base in source.timeframes.items())


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
