"""Scoring one close in a running desk: twelve strategies on twenty symbols, every timeframe closing at once."""

from collections.abc import Iterator
from time import process_time

import numpy as np

from engine.feeds.synthetic import SyntheticSource
from engine.model.market import DAY_MS, SPAN_MS, Bars, Timeframe
from engine.model.messages import CandleClosed
from engine.plan import StrategyPlan
from engine.scoring.evaluate import WindowEvaluator
from engine.scoring.histories import aggregated
from strategies.base import build, parse_params, parse_spec
from tests.bench.year import EMA, show

SYMBOLS = tuple(f"S{n:02}USDT" for n in range(20))
LISTED = "BTCUSDT"
SPECS = (
    "breakout@1h", "breakout@15m", "classic_five@15m", "fabio@5m", "failed_breakout@15m", "flow_model@1m",
    "ma_cross@1h", "ma_cross@5m", "macd_bb@15m", "razor@5m", "rsi_mr@15m", "vol_model@1h",
)  # fmt: skip
DAYS, HOURS = 40, 10
HOUR = SPAN_MS["1h"]
BUDGET_MS = 40.0


def plans() -> tuple[StrategyPlan, ...]:
    found = []
    for spec in SPECS:
        strategy, timeframe = parse_spec(spec)
        params = parse_params(build(strategy.name), EMA if spec == "ma_cross@5m" else {})
        found.append(StrategyPlan(spec, strategy, params, timeframe, SYMBOLS))
    return tuple(found)


def rows(symbol: str, timeframe: Timeframe, bars: Bars) -> Iterator[CandleClosed]:
    columns = (bars.ts, bars.open, bars.high, bars.low, bars.close, bars.volume, bars.taker_buy)
    for ts, *row in zip(*(column.tolist() for column in columns), strict=True):
        yield CandleClosed(ts + SPAN_MS[timeframe], symbol, timeframe, ts, *row)


def desk() -> tuple[WindowEvaluator, tuple[StrategyPlan, ...], dict[int, list[CandleClosed]]]:
    """Windows filled but for the last hours of the market, and the candles of these by the time they close."""
    chosen = plans()
    evaluator, later = WindowEvaluator(chosen), dict[int, list[CandleClosed]]()
    for seed, symbol in enumerate(SYMBOLS):
        minutes = SyntheticSource(seed, (LISTED,), footprints=False).columns(LISTED, DAYS * DAY_MS // SPAN_MS["1m"])
        since = (int(minutes.ts[-1]) + SPAN_MS["1m"]) // HOUR * HOUR - HOURS * HOUR
        for timeframe in {timeframe for name, timeframe in evaluator.windows() if name == symbol}:
            bars = aggregated(minutes, "1m", timeframe)
            known = int(bars.ts.searchsorted(since - SPAN_MS[timeframe], "right"))
            table = np.array([getattr(bars, name)[:known] for name in Bars.__struct_fields__[1:]])
            evaluator.fill(symbol, timeframe, bars.ts[:known], table)
            for candle in rows(symbol, timeframe, bars.slice(known, len(bars))):
                later.setdefault(candle.at, []).append(candle)
    return evaluator, chosen, dict(sorted(later.items()))


def test_twelve_strategies_score_twenty_symbols_in_forty_milliseconds() -> None:
    evaluator, chosen, later = desk()
    taken: dict[str, list[float]] = {plan.id: [] for plan in chosen}
    for at, candles in later.items():
        for candle in candles:
            evaluator.push(candle)
        for plan in chosen:
            if at % SPAN_MS[plan.timeframe] == 0 and (at % HOUR == 0 or plan.timeframe == "5m"):
                began = process_time()
                for symbol in SYMBOLS:
                    evaluator.row(plan, symbol, at - SPAN_MS[plan.timeframe])
                if at % HOUR == 0:
                    taken[plan.id].append((process_time() - began) * 1e3)
    whole = np.sum(list(taken.values()), axis=0)[1:]  # the first hour finds nothing remembered of the days before
    show(f"\n{len(SYMBOLS)} symbols x {len(SPECS)} strategies, all closing at once, {len(whole)} hours:")
    show(f"  whole close        median {np.median(whole):6.2f} ms   worst {whole.max():6.2f} ms")
    for name, times in taken.items():
        show(f"  {name:18} median {np.median(times[1:]):6.2f} ms")
    assert len(whole) == HOURS - 1
    assert np.median(whole) <= BUDGET_MS
