"""What a backtest found: one frozen view that is printed, drawn, kept and compared."""

from decimal import Decimal

import msgspec

from engine.model.account import ClosedTrade
from engine.model.facts import BreakerMoved, StateChanged
from engine.stats.months import Year
from engine.stats.performance import Performance


class Part(msgspec.Struct, frozen=True):
    """The closed trades that have one thing in common: a strategy, a symbol, a side or the reason they ended."""

    name: str
    trades: int
    wins: int
    losses: int
    win_rate: float | None
    profit: Decimal
    """Net of fees and funding."""
    fees: Decimal
    funding: Decimal
    profit_factor: float | None
    expectancy: Decimal | None
    best: Decimal | None
    worst: Decimal | None
    held_ms: int | None
    """Mean time from entry to exit; like all that is None, undefined without a trade."""


class Fall(msgspec.Struct, frozen=True):
    """The deepest fall of the marked equity from its peak (risk.md R4.1), in times; finer than daily returns show."""

    depth: float
    """Fraction of the peak."""
    peak_at: int
    trough_at: int
    recovered_at: int | None
    """When the peak's value was reached again; None: not before the end."""


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
    """Refused requests by reason code."""
    run_seconds: float
    bars_per_second: float
    equity: tuple[tuple[int, float], ...]
    """At the start, at each hour of market time and at the end."""
    performance: Performance
    """The whole card of risk.md section 9, from the daily returns and the closed trades."""
    daily: tuple[tuple[str, float], ...]
    """Return of each day by its date in the user's zone."""
    months: tuple[Year, ...]
    fall: Fall | None
    by_strategy: tuple[Part, ...]
    by_symbol: tuple[Part, ...]
    by_side: tuple[Part, ...]
    by_reason: tuple[Part, ...]
    breakers: tuple[BreakerMoved, ...]
    """Every trip and reset, in order."""
    states: tuple[StateChanged, ...]
    """Every change of the trading state, in order."""
    market: dict[str, float | None]
    """Change of each symbol's price from its first close to its last, a fraction: what holding it would have given."""
    unrealised: Decimal
    """Of positions that were still open at the end; part of the profit, of no trade."""
    open_positions: int
