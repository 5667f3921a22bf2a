"""A year of seeded minutes and the plans that are timed on it. Run as a program it prints one measured run as JSON."""

import resource
import sys
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from time import process_time

import msgspec

from engine.backtest import stride
from engine.backtest.backtest import run
from engine.feeds.files import Candles
from engine.feeds.replay import ReplaySource
from engine.feeds.synthetic import SyntheticSource
from engine.model.limits import RiskLimits, with_settings
from engine.model.market import Timeframe
from engine.plan import Bracket, Plan, StrategyPlan
from strategies.base import build, parse_params

SYMBOL = "BTCUSDT"
MINUTES = 525_600
LOOSE = {
    "MAX_DAILY_LOSS_PERCENT": "50",
    "MAX_WEEKLY_LOSS_PERCENT": "90",
    "EMERGENCY_STOP_LOSS_PERCENT": "90",
    "RISK_PER_TRADE_PERCENT": "0.01",
    "CONSECUTIVE_LOSSES": "none",
    "VOLATILITY_HALT_K": "100",
    "VOLATILITY_HALT_M": "none",
    "BAD_PRICE_PERCENT": "50",
}
"""Limits at which no breaker ends the year or halves its sizes; every rule of the gate is in force but three."""
EMA = {"kind": "ema", "fast": "9", "slow": "21"}


def market(minutes: int = MINUTES) -> ReplaySource:
    """The minutes, as if they had been read from a file."""
    bars = SyntheticSource(7, (SYMBOL,), footprints=False).columns(SYMBOL, minutes)
    return ReplaySource([Candles(SYMBOL, "1m", bars)])


def plan(timeframe: Timeframe) -> Plan:
    """`ma_cross` of two exponential averages: on minutes with a bracket of 0.5 % and 1 %, else with its own exits."""
    strategy = build("ma_cross")
    crossing = StrategyPlan("ma_cross", strategy, parse_params(strategy, EMA), timeframe, (SYMBOL,))
    bracket = Bracket(Decimal("0.005"), Decimal("0.01")) if timeframe == "1m" else Bracket()
    return Plan((crossing,), limits=with_settings(RiskLimits(), LOOSE), bracket=bracket)


def peak_mb() -> float:
    """Most memory this process has had resident, in MB.

    Linux's own figure begins anew with the program; `ru_maxrss` counts what its parent had when it started it.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM:")) / 1024


class Measured(msgspec.Struct, frozen=True):
    """One run: seconds by the wall and of this process, peak resident memory of the process in MB, what came out."""

    seconds: float
    cpu: float
    trades: int
    bars: int
    denied: int
    peak_mb: float
    answer: str
    """Hash of every trade and of the equity's course: equal where the results are."""
    compiled: bool
    """Whether the core that ran was the compiled one."""


def measured(source: ReplaySource, chosen: Plan) -> Measured:
    """Run once."""
    began = process_time()
    result = run(source, chosen)
    cpu = process_time() - began
    return Measured(
        result.run_seconds,
        cpu,
        len(result.trades),
        result.bars,
        sum(result.denied.values()),
        peak_mb(),
        sha256(msgspec.json.encode((result.trades, result.equity, result.final_equity))).hexdigest(),
        not stride.__file__.endswith(".py"),
    )


def show(line: str) -> None:
    """A line of the table that `make bench` prints."""
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    show(msgspec.json.encode(measured(market(), plan("1m" if sys.argv[1] == "1m" else "1h"))).decode())
