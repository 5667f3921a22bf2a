"""Ten symbols and five strategies on one account over a year of five minutes. As a program: one run as JSON."""

import msgspec

from engine.feeds.files import Candles
from engine.feeds.replay import ReplaySource
from engine.feeds.synthetic import SyntheticSource
from engine.model.limits import RiskLimits, with_settings
from engine.plan import Plan, StrategyPlan
from engine.scoring.histories import aggregated
from strategies.base import build, parse_params
from tests.bench.year import LOOSE, MINUTES, measured, show

SYMBOLS = tuple(f"S{n}USDT" for n in range(10))
LISTED = "BTCUSDT"
STRATEGIES = ("breakout", "ma_cross", "macd_bb", "razor", "rsi_mr")
BARS = MINUTES // 5


def market() -> ReplaySource:
    """A market of its own for each symbol, as if it had been read from files."""
    recordings = []
    for seed, symbol in enumerate(SYMBOLS):
        minutes = SyntheticSource(seed, (LISTED,), footprints=False).columns(LISTED, MINUTES)
        recordings.append(Candles(symbol, "5m", aggregated(minutes, "1m", "5m")))
    return ReplaySource(recordings)


def plan() -> Plan:
    """Every strategy on every symbol, on five minutes and its default parameters, at limits that end nothing."""
    chosen = [build(name) for name in STRATEGIES]
    plans = tuple(StrategyPlan(s.name, s, parse_params(s, {}), "5m", SYMBOLS) for s in chosen)
    return Plan(plans, limits=with_settings(RiskLimits(), LOOSE | {"MAX_POSITIONS": "10"}))


if __name__ == "__main__":
    show(msgspec.json.encode(measured(market(), plan())).decode())
