"""A backtest's result, by hand, and that it does not matter how its scores are computed."""

import gc
from decimal import Decimal as D

import msgspec
import numpy as np
import pytest

from engine.backtest.backtest import by_day, run
from engine.backtest.tally import by_date, timed
from engine.core import Core
from engine.feeds.files import Candles
from engine.feeds.replay import ReplaySource
from engine.model.limits import RiskLimits, with_settings
from engine.model.market import Bars
from engine.model.result import Fall
from engine.plan import Plan, StrategyPlan
from engine.scoring.evaluate import WindowEvaluator
from engine.scoring.histories import evaluator
from engine.scoring.known import HistoryEvaluator
from engine.stats.drawdown import drawdown
from tests.desk import FREE, WIDE, Say, Scripted, long, short
from tests.scripted import START, scripted

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


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


def test_a_desk_that_is_over_goes_without_waiting_for_the_collector() -> None:
    """A search runs hundreds of them in one process, each with a history of scores."""

    def desks() -> int:
        return sum(isinstance(each, Core) for each in gc.get_objects())

    source = scripted({"BTC": [100.0, 100.0, 110.0, 110.0, 110.0, 120.0, 120.0]})
    gc.collect()
    gc.disable()
    try:
        before = desks()
        result = run(source, plan({0: long(90, 110), 3: short(120)}))
        assert (len(result.trades), desks()) == (2, before)
    finally:
        gc.enable()


def test_a_days_equity_is_the_last_one_up_to_its_midnight() -> None:
    marks = [(START, 100.0), (START + DAY // 2, 90.0), (START + DAY, 110.0), (START + DAY + 1, 120.0)]
    assert by_day(marks, "UTC") == [100, 110, 120]


def test_the_card_of_a_run_by_hand() -> None:
    # The trades of the first test: R +1 (200 of 200 at risk) and -1 (204 of 204), one after the other.
    result = run(
        scripted({"BTC": [100.0, 100.0, 110.0, 110.0, 110.0, 120.0, 120.0]}), plan({0: long(90, 110), 3: short(120)})
    )
    card = result.performance
    assert (card.trades, card.winning_streak, card.losing_streak) == (2, 1, 1)
    assert card.payoff == pytest.approx(200 / 204)
    assert (card.expectancy_r, card.best, card.worst) == (0, 200, -204)
    assert [(p.name, p.trades, p.profit) for p in result.by_side] == [("long", 1, D(200)), ("short", 1, D(-204))]
    assert {p.name: p.profit for p in result.by_reason} == {"target": D(200), "stop": D(-204)}
    assert [(p.name, p.trades) for p in (*result.by_strategy, *result.by_symbol)] == [("s", 2), ("BTC", 2)]
    assert result.market == {"BTC": pytest.approx(0.2)}
    assert (result.unrealised, result.open_positions) == (D(0), 0)
    assert (len(result.breakers), len(result.states)) == (0, 0)
    assert [day for day, _ in result.daily] == ["2024-01-01"]
    assert [change for _, change in result.daily] == [pytest.approx(-0.0004)]
    (year,) = result.months
    assert year.year == 2024
    assert year.months[0] == pytest.approx(-0.0004)


def test_a_breaker_that_trips_is_in_the_result_with_its_time() -> None:
    # 2 % at risk over a stop at 90: long 20, which the gap to 40 makes a loss of 20 x 60 = 1,200 or 12 %.
    limits = with_settings(RiskLimits(), WIDE | {"MAX_DAILY_LOSS_PERCENT": "5"})
    still = [(price, price, price, price, 1.0) for price in (100.0, 100.0, 40.0, 40.0, 40.0)]
    source = scripted({"BTC": still})
    result = run(source, msgspec.structs.replace(plan({0: long(90), 3: long(30)}), limits=limits))
    (trip,) = result.breakers
    assert (trip.breaker, trip.tripped) == ("daily_loss", True)
    assert START <= trip.at <= START + 5 * MINUTE
    assert result.denied == {"daily_loss": 1}


def test_an_emergency_stop_is_in_the_result_with_its_time() -> None:
    # The same gap loses 12 % of the highest equity, which is beyond an emergency stop of 10 %.
    limits = with_settings(RiskLimits(), WIDE | {"MAX_DAILY_LOSS_PERCENT": "9", "EMERGENCY_STOP_LOSS_PERCENT": "10"})
    still = [(price, price, price, price, 1.0) for price in (100.0, 100.0, 40.0, 40.0, 40.0)]
    result = run(scripted({"BTC": still}), msgspec.structs.replace(plan({0: long(90), 3: long(30)}), limits=limits))
    assert [trip.breaker for trip in result.breakers] == ["daily_loss", "max_drawdown"]
    (halt,) = result.states
    assert (halt.before, halt.after, halt.at) == ("ACTIVE", "HALTED", result.breakers[-1].at)


def test_the_deepest_fall_is_told_by_its_times() -> None:
    curve = [(0, 100.0), (10, 120.0), (20, 90.0), (30, 110.0), (40, 120.0), (50, 119.0)]
    assert timed(drawdown([value for _, value in curve]), curve) == Fall(0.25, 10, 20, 40)
    assert timed(drawdown([100.0, 101.0]), [(0, 100.0), (1, 101.0)]) is None


def test_days_and_their_returns_follow_the_zone() -> None:
    # In Tashkent (UTC+5) the day ends at 19:00 UTC; the equity of that moment still belongs to it.
    marks = [(START, 100.0), (START + 19 * HOUR, 110.0), (START + 19 * HOUR + 1, 99.0), (START + 43 * HOUR, 121.0)]
    first, second = by_date(marks, "Asia/Tashkent")
    assert (first[0], second[0]) == ("2024-01-01", "2024-01-02")
    assert first[1] == pytest.approx(0.1)
    assert second[1] == pytest.approx(0.1)


def test_a_day_that_begins_with_nothing_has_no_return() -> None:
    marks = [(START, 100.0), (START + DAY, 0.0), (START + 2 * DAY, 5.0), (START + 3 * DAY, 10.0)]
    assert by_date(marks, "UTC") == (("2024-01-01", -1.0), ("2024-01-03", 1.0))
