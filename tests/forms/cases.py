"""Seeded backtests over all that the core does, small enough to be run at once. As a program: their results as JSON."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from hashlib import sha256
from types import MappingProxyType

import msgspec
import numpy as np

from engine.backtest.backtest import run
from engine.feeds.files import Candles, Funding, Recording
from engine.feeds.replay import ReplaySource
from engine.feeds.synthetic import SyntheticSource
from engine.model.limits import RiskLimits, with_settings
from engine.model.market import Bars, Ints
from engine.model.result import Result
from engine.plan import Bracket, Costs, Plan, StrategyPlan
from strategies.base import parse_params, parse_spec

PAIR = ("BTCUSDT", "ETHUSDT")
INVERSE = "BTC/USD:BTC"
TIGHT = {"MAX_DAILY_LOSS_PERCENT": "1", "EMERGENCY_STOP_LOSS_PERCENT": "3", "RISK_PER_TRADE_PERCENT": "2"}
LOOSE = {
    "MAX_DAILY_LOSS_PERCENT": "50",
    "MAX_WEEKLY_LOSS_PERCENT": "90",
    "EMERGENCY_STOP_LOSS_PERCENT": "90",
    "RISK_PER_TRADE_PERCENT": "0.5",
    "CONSECUTIVE_LOSSES": "none",
}
STRICT = {
    "MAX_DAILY_LOSS_PERCENT": "3",
    "MAX_WEEKLY_LOSS_PERCENT": "2",
    "EMERGENCY_STOP_LOSS_PERCENT": "5",
    "CONSECUTIVE_LOSSES": "2",
    "LOSS_PAUSE_MIN": "17",
    "VOLATILITY_HALT_M": "1.4",
    "BAD_PRICE_PERCENT": "0.2",
    "MAX_HEAT_PERCENT": "0.3",
    "MAX_STRESS_HEAT_PERCENT": "0.25",
    "MAX_CORRELATED_EXPOSURE": "0.15",
    "ORDER_BURST": "1",
    "ORDER_RATE": "0.1",
}
"""Limits of which every breaker and portfolio rule has something to say within days."""
BINDING = STRICT | {"PERFORMANCE_PAUSE": "on", "COOLDOWN_BARS": "2"}
GEARED = LOOSE | {"RISK_PER_TRADE_PERCENT": "5", "MAX_LEVERAGE": "20", "MAX_POSITION_SIZE_PERCENT": "100"}
FIVE = ("ma_cross@1m", "razor@1m", "rsi_mr@5m", "macd_bb@5m", "breakout@15m")
OWN, BRACKET = Bracket(), Bracket(Decimal("0.005"), Decimal("0.01"))
EMA = {"kind": "ema", "fast": "9", "slow": "21"}
USUAL = Costs()
COSTLY = Costs(
    maker_fee=Decimal("0.0001"), spread_bps=Decimal(2), slippage_bps=Decimal(1), participation=Decimal("0.0002")
)


class Told(msgspec.Struct, frozen=True):
    """What came of a case: how much happened, by name, and the hash of every figure of it."""

    seen: dict[str, int]
    answer: str


def market(symbols: Sequence[str], days: int, *, stepped: bool = False, holes: bool = False) -> ReplaySource:
    """Minutes of some symbols with their funding, as if read from files.

    `holes`: an hour is missing, and a row comes twice. `stepped`: prices and amounts have steps.
    """
    source = SyntheticSource(7, PAIR, footprints=False)
    recordings: list[Recording] = []
    for place, symbol in enumerate(symbols):
        bars = source.columns(PAIR[place % 2], days * 1440)
        rows = np.arange(len(bars))
        if holes:
            rows = np.sort(np.concatenate([rows[:700], rows[760 + 90 * place :], [900 + place]]))
        recordings.append(Candles(symbol, "1m", _rows(bars, rows)))
        at = bars.ts[::480][1:]
        recordings.append(Funding(symbol, at, np.where(np.arange(len(at)) % 2, 0.0001, -0.0003)))
    steps = (Decimal("0.01"), Decimal("0.001")) if stepped else (None, None)
    return ReplaySource(recordings, tick=steps[0], step=steps[1])


def _rows(bars: Bars, rows: Ints) -> Bars:
    columns = (bars.open, bars.high, bars.low, bars.close, bars.volume, bars.taker_buy)
    return Bars(bars.ts[rows], *(column[rows] for column in columns))


def crash() -> ReplaySource:
    """A market that jumps to four fifths of its last price and back: where it is thin, a stop does not save anybody."""
    bars = SyntheticSource(7, PAIR, footprints=False).columns(PAIR[0], 4 * 1440)
    share = np.where(np.arange(len(bars)) // 300 % 2, 0.8, 1.0)
    opened, high, low, close = (column * share for column in (bars.open, bars.high, bars.low, bars.close))
    jumping = Bars(bars.ts, opened, high, low, close, bars.volume, bars.taker_buy)
    return ReplaySource([Candles(PAIR[0], "1m", jumping)])


def plan(
    source: ReplaySource,
    specs: Sequence[str],
    limits: Mapping[str, str],
    params: Mapping[str, str] = MappingProxyType({}),
    costs: Costs = USUAL,
    bracket: Bracket = OWN,
) -> Plan:
    """Strategies as they are typed, on every symbol of the market."""
    chosen = []
    for spec in specs:
        strategy, timeframe = parse_spec(spec)
        found = parse_params(strategy, params)
        chosen.append(StrategyPlan(spec, strategy, found, timeframe, tuple(source.timeframes)))
    return Plan(tuple(chosen), with_settings(RiskLimits(), limits), costs, bracket=bracket)


def cases() -> Iterator[tuple[str, ReplaySource, Plan]]:
    """Each with its name."""
    one, two = market(PAIR[:1], 6), market(PAIR, 5)
    yield "bracket", one, plan(one, ["ma_cross@1m"], LOOSE, EMA, bracket=BRACKET)
    yield "hours", one, plan(one, ["ma_cross@1h"], LOOSE, EMA)
    stepped = market(PAIR[:1], 4, stepped=True)
    yield "partial fills", stepped, plan(stepped, ["ma_cross@1m"], LOOSE, EMA, COSTLY, BRACKET)
    yield "five strategies", two, plan(two, FIVE, {})
    yield "tight breakers", two, plan(two, ["ma_cross@1m"], TIGHT, EMA, Costs(Decimal("0.001")), BRACKET)
    yield "binding limits", two, plan(two, FIVE, BINDING)
    holed = market(PAIR, 3, holes=True)
    yield "missing candles", holed, plan(holed, ["ma_cross@1m", "breakout@15m"], LOOSE)
    for mode in ("atr", "percent_equity"):
        yield f"sizes by {mode}", one, plan(one, ["rsi_mr@1m", "razor@5m"], LOOSE | {"SIZING_MODE": mode})
    inverse = market((INVERSE,), 4)
    yield "inverse", inverse, plan(inverse, ["ma_cross@1m"], LOOSE, EMA, bracket=BRACKET)
    yield "grid", one, plan(one, ["grid@1m"], LOOSE)
    fallen = crash()
    yield "liquidation", fallen, plan(fallen, ["ma_cross@1m"], GEARED, EMA, COSTLY, Bracket(Decimal("0.01")))


def told(result: Result) -> Told:
    """All of a result but the clock's part."""
    timeless = msgspec.structs.replace(result, run_seconds=0.0, bars_per_second=0.0)
    seen = {"trades": len(result.trades), "denied": sum(result.denied.values()), "breakers": len(result.breakers)}
    seen |= {part.name: part.trades for part in result.by_reason}
    return Told(seen, sha256(msgspec.json.encode(timeless)).hexdigest())


if __name__ == "__main__":
    found = {name: told(run(source, chosen)) for name, source, chosen in cases()}
    sys.stdout.buffer.write(msgspec.json.encode(found))
