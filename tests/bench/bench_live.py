"""The running desk: twenty symbols and five strategies whose candles all close at once."""

from collections.abc import Sequence
from time import perf_counter

import numpy as np
from msgspec import structs

from engine.core import Core
from engine.feeds.synthetic import SyntheticSource
from engine.model.limits import RiskLimits, with_settings
from engine.model.market import SPAN_MS
from engine.model.messages import CandleClosed, Effect, Event, Submit, Timer
from engine.plan import Plan, StrategyPlan
from engine.scoring.evaluate import WindowEvaluator
from engine.simbroker import SimBroker
from engine.simulation.drive import Driver
from strategies.base import build, parse_params
from tests.bench.year import LOOSE, show

SYMBOLS = tuple(f"S{n:02}USDT" for n in range(20))
LISTED = "BTCUSDT"
STRATEGIES = ("breakout", "ma_cross", "macd_bb", "razor", "rsi_mr")
WARM, MINUTES = 1_600, 300
BUDGET_MS = 20.0


class Sent:
    """When the newest order had gone to the broker."""

    at = 0.0

    def note(self, event: Event, effects: Sequence[Effect]) -> None:
        if any(type(effect) is Submit for effect in effects):
            self.at = perf_counter()


def plans() -> tuple[StrategyPlan, ...]:
    chosen = [build(name) for name in STRATEGIES]
    return tuple(StrategyPlan(s.name, s, parse_params(s, {}), "1m", SYMBOLS) for s in chosen)


def candles(seed: int, symbol: str) -> list[CandleClosed]:
    """A market of its own for each symbol: the synthetic one lists fewer than twenty."""
    bars = SyntheticSource(seed, (LISTED,), footprints=False).columns(LISTED, WARM + MINUTES)
    columns = (bars.ts, bars.open, bars.high, bars.low, bars.close, bars.volume, bars.taker_buy)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [CandleClosed(ts + SPAN_MS["1m"], symbol, "1m", ts, *row) for ts, *row in rows]


def desk() -> tuple[Core, SimBroker, list[tuple[CandleClosed, ...]]]:
    """A desk warmed up to the last `MINUTES` minutes, and these."""
    plan = Plan(plans(), limits=with_settings(RiskLimits(), LOOSE | {"MAX_POSITIONS": "20"}))
    listed = SyntheticSource(7, (LISTED,)).instruments[0]
    instruments = {symbol: structs.replace(listed, symbol=symbol) for symbol in SYMBOLS}
    core = Core(plan, instruments, dict.fromkeys(SYMBOLS, "1m"), WindowEvaluator(plan.strategies))
    minutes = list(zip(*(candles(n, symbol) for n, symbol in enumerate(SYMBOLS)), strict=True))
    for minute in minutes[:WARM]:
        for candle in minute:
            core.background.warm(candle)
    return core, SimBroker(instruments, plan.costs, plan.limits.max_leverage), minutes[WARM:]


def test_an_order_leaves_within_twenty_milliseconds_of_the_close() -> None:
    core, broker, minutes = desk()
    sent = Sent()
    driver = Driver(core, broker, sent.note)
    whole: list[float] = []
    last: list[float] = []
    for minute in minutes:
        sent.at = 0.0
        began = perf_counter()
        for candle in minute[:-1]:
            driver.take(candle)
        handed = perf_counter()
        driver.take(minute[-1])
        if sent.at > handed:
            whole.append((sent.at - began) * 1e3)
            last.append((sent.at - handed) * 1e3)
        driver.take(Timer(minute[0].at + 1_000, "minute"))
    show(f"\n20 symbols x 5 strategies, {len(minutes)} minutes, {len(whole)} of them with orders:")
    for name, times in (("from the last candle", last), ("from the first of the 20", whole)):
        p50, p95 = np.percentile(times, [50, 95])
        show(f"  {name:26} p50 {p50:6.2f} ms   p95 {p95:6.2f} ms   worst {max(times):6.2f} ms")
    assert len(minutes) >= 200
    assert len(whole) >= 50, "an order leaves often enough for a 95th percentile"
    assert np.percentile(last, 95) <= BUDGET_MS
    assert np.percentile(whole, 95) <= BUDGET_MS
