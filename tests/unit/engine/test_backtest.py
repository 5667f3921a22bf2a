"""A backtest's result, by hand, and that it does not matter how its scores are computed."""

from decimal import Decimal as D

import msgspec
import numpy as np
import pytest

from engine.backtest import by_day, run
from engine.evaluate import HistoryEvaluator, WindowEvaluator
from engine.feeds.files import Candles
from engine.feeds.replay import ReplaySource
from engine.feeds.scripted import START, scripted
from engine.histories import evaluator
from engine.model.limits import RiskLimits, with_settings
from engine.model.market import Bars
from engine.plan import Plan, StrategyPlan
from tests.desk import FREE, WIDE, Say, Scripted, long, short

MINUTE, DAY = 60_000, 86_400_000


def plan(table: dict[int, Say]) -> Plan:
    limits = with_settings(RiskLimits(), WIDE)
    return Plan((StrategyPlan("s", Scripted(table), None, "1m", ("BTC",)),), limits, FREE)


def test_a_win_and_a_loss_by_hand() -> None:
    # Long 20 from 100 to its target 110: +200. Short from 110, 2 % of 10,200 over 10: 20.4, stopped at 120: -204.
    source = scripted({"BTC": [100.0, 100.0, 110.0, 110.0, 110.0, 120.0, 120.0]})
    result = run(source, plan({0: long(90, 110), 3: short(120)}))
    assert [(t.pnl, t.reason) for t in result.trades] == [(D(200), "target"), (D(-204), "stop")]
    assert (result.wins, result.losses, result.win_rate) == (1, 1, 0.5)
    assert (result.profit, result.final_equity, result.expectancy) == (D(-4), D(9996), D(-2))
    assert result.profit_factor == pytest.approx(200 / 204)
    assert (result.bars, result.symbols, result.timeframe, result.strategy) == (7, ("BTC",), "1m", "s")
    assert (result.sharpe, result.denied) == (None, {})


def test_a_recording_with_repeated_rows_is_refused_row_by_row_and_trades_the_same() -> None:
    table = {0: long(90, 110), 3: short(120)}
    clean = scripted({"BTC": [100.0, 100.0, 110.0, 110.0, 110.0, 120.0, 120.0]})
    of = clean.bars("BTC")
    rows = np.array([0, 1, 2, 2, 3, 4, 5, 6, 4])
    prices = [column[rows] for column in (of.open, of.high, of.low, of.close, of.volume, of.taker_buy)]
    dirty = ReplaySource([Candles("BTC", "1m", Bars(of.ts[rows], *prices))])
    assert isinstance(evaluator(clean, plan(table)), HistoryEvaluator)
    assert isinstance(evaluator(dirty, plan(table)), WindowEvaluator)
    one, two = run(clean, plan(table)), run(dirty, plan(table))
    assert one.trades == two.trades
    assert one.final_equity == two.final_equity


def test_history_before_the_start_warms_and_never_trades() -> None:
    source = scripted({"BTC": [100.0, 100.0, 110.0, 110.0, 110.0, 120.0, 120.0]})
    of = source.bars("BTC")
    later = ReplaySource([Candles("BTC", "1m", of)], start=START + 2 * MINUTE)
    result = run(later, plan({0: long(90, 110), 3: short(120)}))
    assert [t.reason for t in result.trades] == ["stop"]
    assert result.bars == 5


def test_two_runs_of_one_plan_are_equal_but_for_the_clock() -> None:
    closes = [round(100 + 5 * float(np.sin(i / 3)), 1) for i in range(400)]
    table = {i: (long if i % 20 else short)(closes[i] * (0.97 if i % 20 else 1.03)) for i in range(0, 400, 10)}
    first, second = (run(scripted({"BTC": closes}), plan(table)) for _ in range(2))
    still = {"run_seconds": 0.0, "bars_per_second": 0.0}
    assert msgspec.structs.replace(first, **still) == msgspec.structs.replace(second, **still)
    assert len(first.trades) > 10


def test_a_days_equity_is_the_last_one_up_to_its_midnight() -> None:
    marks = [(START, 100.0), (START + DAY // 2, 90.0), (START + DAY, 110.0), (START + DAY + 1, 120.0)]
    assert by_day(marks, "UTC") == [100, 110, 120]
