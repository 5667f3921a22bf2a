"""Recorded crashes (or stand-ins) with the limits as shipped: nothing ends beyond its line but for one bar."""

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from engine.backtest.backtest import Result, run
from engine.feeds.replay import ReplaySource
from engine.model.days import day_of
from engine.model.limits import RiskLimits
from engine.model.market import DAY_MS, Timeframe
from engine.plan import Plan, StrategyPlan
from strategies.base import build, parse_params
from tests.stand_in import Recorded

CRASHES: dict[str, tuple[tuple[str, ...], Timeframe, str, str]] = {
    "March 2020": (
        ("usdm/BTCUSDT-1h-20200101-20220531.parquet", "usdm/ETHUSDT-1h-20200101-20220531.parquet"),
        "1h",
        "2020-01-02",
        "2020-03-12",
    ),
    "May 2021": (
        ("spot/BTCUSDT-1m-20210420-20210520.parquet", "spot/ETHUSDT-1m-20210420-20210520.parquet"),
        "5m",
        "2021-05-16",
        "2021-05-19",
    ),
    "April 2024": (
        ("spot/BTCUSDT-5m-20240101-20240531.parquet", "spot/DOGEUSDT-5m-20240101-20240531.parquet"),
        "5m",
        "2024-04-09",
        "2024-04-13",
    ),
}
"""Files, candles, where trading begins and the day of the crash. Weeks before it, most of these strategies have lost so
much that only exits are allowed: they would not be there."""
SPECS = ("ma_cross", "breakout", "razor", "rsi_mr", "macd_bb")
UTC = ZoneInfo("UTC")


@pytest.mark.parametrize(("files", "timeframe", "begin", "day"), CRASHES.values(), ids=CRASHES)
def test_no_crash_takes_more_than_the_lines_allow(
    files: tuple[str, ...], timeframe: Timeframe, begin: str, day: str, recorded: Recorded
) -> None:
    source = ReplaySource.open([str(recorded(file)) for file in files], start=midnight(begin))
    result = run(source, plan(source, timeframe))
    limits = RiskLimits()
    slip = slippage(source, limits)
    crash = midnight(day)
    held = [trade for trade in result.trades if trade.entry_at < crash + DAY_MS and trade.exit_at >= crash]
    assert len(held) > 5, "it is traded on the day itself"
    assert deepest_day(result) <= float(limits.max_daily_loss) + slip
    assert result.fall is None or result.fall.depth <= float(limits.emergency_stop_loss) + slip
    for each in result.breakers:
        assert each.text, "a trip says how it ends, a reset why"


def midnight(day: str) -> int:
    """UTC ms."""
    return int(datetime.fromisoformat(f"{day}T00:00Z").timestamp()) * 1000


def plan(source: ReplaySource, timeframe: Timeframe) -> Plan:
    """Five strategies on every symbol, with the limits as they are shipped."""
    symbols = tuple(source.timeframes)
    plans = []
    for name in SPECS:
        strategy = build(name)
        plans.append(StrategyPlan(name, strategy, parse_params(strategy, {}), timeframe, symbols))
    return Plan(tuple(plans))


def slippage(source: ReplaySource, limits: RiskLimits) -> float:
    """What one bar may take from full positions in every symbol before an order can be filled, fees of 0.1 % too."""
    worst = sum(
        float(np.max((bars.high - bars.low) / np.minimum(bars.open, bars.low)))
        for bars in (source.bars(symbol) for symbol in source.timeframes)
    )
    return (worst + 0.001) * float(limits.max_position_size)


def deepest_day(result: Result) -> float:
    """The largest loss of a day from its first equity, by the marks of each hour."""
    deepest, base = 0.0, result.equity[0][1]
    day = day_of(result.equity[0][0], UTC)
    for at, value in result.equity[1:]:
        deepest = max(deepest, 1 - value / base)
        if day_of(at, UTC) != day:
            day, base = day_of(at, UTC), value
    return deepest
