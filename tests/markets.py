"""Markets that feed any strategy: bars of its base timeframe with order flow, and the other timeframes it reads."""

from pathlib import Path

import numpy as np

from engine.model.market import SPAN_MS, Bars, BarsByTimeframe, Flow, Timeframe, with_flow
from strategies.base import AnyStrategy
from strategies.columns import base
from tests.auctions import closed_by, every_timeframe, gathered, generated, unknown, with_takers
from tests.series import random_bars, read_bars

RARE = {"ml_score", "grid"}
"""Strategies that say nothing before months of a market are known, or in a market that is not calm."""


def flowing(bars: Bars, seed: int) -> Bars:
    """The same with takers, stacked imbalances and a book; of one bar in twenty-five one of them is unknown."""
    rng, size = np.random.default_rng(seed), len(bars)
    taken = with_takers(bars, seed)
    stacks = np.maximum(rng.integers(-4, 6, (2, size)), 0).astype(float)
    book = np.clip(rng.normal(0.0, 0.6, size), -1.0, 1.0)
    stacks[:, rng.random(size) < 0.02] = np.nan
    book[rng.random(size) < 0.02] = np.nan
    return with_flow(taken, Flow(stacks[0], stacks[1], book))


def several(strategy: AnyStrategy) -> bool:
    """Whether it reads more than one timeframe; on a given market it may then signal rarely."""
    return bool(strategy.reads(strategy.params_type()))


def signals_of(strategy: AnyStrategy, expected: int) -> int:
    """How many signals a market must hold for a test on it to mean something; members of an ensemble may disagree."""
    seldom = strategy.name in RARE or getattr(strategy, "is_ensemble", False)
    return 0 if seldom or not getattr(strategy, "votes", True) else expected


def base_of(strategy: AnyStrategy) -> Timeframe:
    """5m where it runs on that."""
    return "5m" if "5m" in strategy.accepts else strategy.accepts[0]


def market(strategy: AnyStrategy, seed: int, size: int, tick: float = 0.1) -> BarsByTimeframe:
    """`size` random bars of the base timeframe; for one that reads others, minutes of a market with structure and
    all that is made of them."""
    if not several(strategy):
        timeframe = base_of(strategy)
        return {timeframe: flowing(random_bars(seed, size, timeframe, tick), seed)}
    return prefix(every_timeframe(generated(seed, size // 288 + 1)), size)


def recorded_market(strategy: AnyStrategy, path: Path, rows: int) -> BarsByTimeframe:
    """The same of the first rows of a recorded file; one that reads several timeframes needs a file of minutes."""
    if not several(strategy):
        own = [timeframe for timeframe in strategy.accepts if f"-{timeframe}-" in path.name]
        return {(own or [base_of(strategy)])[0]: flowing(read_bars(path, rows), 5)}
    minutes = with_takers(read_bars(path, rows * SPAN_MS[base_of(strategy)] // SPAN_MS["1m"]), 5)
    return {name: minutes if name == "1m" else gathered(minutes, name) for name in strategy.timeframes}


def prefix(bars: BarsByTimeframe, size: int) -> BarsByTimeframe:
    """The first bars of the base timeframe and what else had closed by their end."""
    timeframe, of = next(iter(bars.items()))
    at = int(of.ts[size - 1]) + SPAN_MS[timeframe] if size else int(of.ts[0]) if len(of) else 0
    return {**closed_by(bars, at), timeframe: unknown(of.slice(0, size))}


def part(bars: BarsByTimeframe, first: int, last: int) -> BarsByTimeframe:
    """Rows first..last-1 of the base timeframe, the others whole: bars that close later change nothing."""
    timeframe = next(iter(bars))
    return {**bars, timeframe: base(bars).slice(first, last)}
