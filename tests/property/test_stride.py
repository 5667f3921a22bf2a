"""A backtest that passes over quiet rows finds what one finds that looks at every row."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.desk.shelf import resolve
from engine.backtest.backtest import Result, run
from engine.desk.lineup import own_of
from engine.feeds.files import Candles, Funding, Recording
from engine.feeds.replay import ReplaySource
from engine.feeds.synthetic import SyntheticSource
from engine.model.instrument import Instrument
from engine.model.limits import RiskLimits, with_settings
from engine.model.market import SPAN_MS, Bars, Timeframe
from engine.model.member import Member
from engine.model.messages import CandleClosed, MarketEvent, Timer
from engine.plan import Bracket, Costs, Plan, StrategyPlan
from engine.scoring.histories import aggregated
from strategies.base import AnyStrategy, build, parse_params
from tests.desk import WIDE
from tests.forms.cases import STRICT, TIGHT
from tests.planted import Hourly, Params
from tests.scripted import scripted

SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT")
INVERSE = ("BTC/USD:BTC", "BTC/USD:BTC-271231")
BARS = 2 * 1440
LOOSE = {"MAX_DAILY_LOSS_PERCENT": "50", "EMERGENCY_STOP_LOSS_PERCENT": "90", "RISK_PER_TRADE_PERCENT": "0.5"}
TYPED = {
    "ma_cross": {"kind": "ema", "fast": "5", "slow": "12"},
    "classic_five": {"min_score": "0"},
    "ensemble": {"min_score": "0", "of": "breakout,macd_bb,rsi_mr"},
}
CAREFUL = LOOSE | {"PERFORMANCE_PAUSE": "on", "COOLDOWN_BARS": "2", "CONSECUTIVE_LOSSES": "none"}
SPECS: tuple[tuple[str, Timeframe], ...] = (
    ("ma_cross", "1m"),
    ("ma_cross", "5m"),
    ("razor", "1m"),
    ("rsi_mr", "1m"),
    ("rsi_mr", "5m"),
    ("breakout", "15m"),
    ("classic_five", "5m"),
    ("ensemble", "1m"),
    ("parts", "1m"),
    ("parts", "5m"),
)
BASES: tuple[Timeframe, ...] = ("1m", "5m")
RULES = """{"id": "parts", "instrument": "BTCUSDT", "timeframe": "1m", "risk": {"mode": "percent", "value": 1},
"rules": [{"type": "indicator", "indicator": "ema", "condition": "crossover", "params": {"fast": 5, "slow": 12}}],
"stopLoss": {"type": "atr", "value": 3}, "breakEven": {"atR": 1.5, "offsetTicks": 1}, "timeStop": {"bars": 90},
"cooldownBars": 7, "maxTradesPerDay": 9,
"takeProfit": [{"type": "risk_reward", "value": 1, "portion": 0.4}, {"type": "percent", "value": 0.4, "portion": 0.35},
               {"type": "none", "portion": 0.25}]}"""
"""Leaves in parts, with a stop that goes to the entry, and trades seldom."""


class EveryRow:
    """A recording of which the backtest does not know that it may pass over rows."""

    def __init__(self, source: ReplaySource) -> None:
        self._source = source
        self.instruments: Sequence[Instrument] = source.instruments
        self.timeframes = source.timeframes
        self.start = source.start

    def bars(self, symbol: str, timeframe: Timeframe | None = None) -> Bars:
        """All candles of a symbol."""
        return self._source.bars(symbol, timeframe)

    def history(self) -> Iterator[CandleClosed]:
        """Candles before the start."""
        return self._source.history()

    def events(self, since: int | None = None) -> Iterator[MarketEvent | Timer]:
        """Every candle, funding and Timer."""
        return self._source.events(since)


def market(
    seed: int,
    symbols: int,
    gaps: Sequence[tuple[int, int]],
    funded: bool,
    late: bool,
    base: Timeframe,
    names: Sequence[str] = SYMBOLS,
) -> ReplaySource:
    """2,880 candles of each symbol, with holes; `late`: the first third is history."""
    synthetic = SyntheticSource(seed, SYMBOLS[:symbols], footprints=False)
    recordings: list[Recording] = []
    start = 0
    for number, symbol in enumerate(SYMBOLS[:symbols]):
        bars = aggregated(synthetic.columns(symbol, BARS * SPAN_MS[base] // SPAN_MS["1m"]), "1m", base)
        start = int(bars.ts[960])
        keep = np.ones(len(bars), bool)
        for begin, length in gaps:
            keep[begin + 7 * number : begin + length] = False
        name = names[number]
        recordings.append(Candles(name, base, Bars(*(getattr(bars, c)[keep] for c in Bars.__struct_fields__))))
        if funded:
            at = bars.ts[::480][1:]
            recordings.append(Funding(name, at, np.where(np.arange(len(at)) % 2, 0.001, -0.002)))
    return ReplaySource(recordings, start=start if late else None)


def planned(name: str, timeframe: Timeframe, symbols: tuple[str, ...]) -> StrategyPlan:
    """A strategy of the program, or the rules."""
    if name == "parts":
        document = RULES.replace('"1m"', f'"{timeframe}"')
        member = Member("parts", "parts", timeframe, symbols, {}, document)
        rules, nothing = resolve(member)
        return StrategyPlan(f"{name}@{timeframe}", rules, nothing, timeframe, symbols, own_of(rules, member))
    strategy = build(name)
    params = parse_params(strategy, TYPED.get(name, {}))
    return StrategyPlan(f"{name}@{timeframe}", strategy, params, timeframe, symbols)


def found(source: ReplaySource | EveryRow, plan: Plan) -> dict[str, object]:
    result: Result = run(source, plan)
    told = msgspec.structs.asdict(result)
    del told["run_seconds"], told["bars_per_second"]
    return told


@settings(max_examples=15, deadline=None)
@given(
    st.integers(1, 10_000),
    st.integers(1, 3),
    st.lists(st.sampled_from(SPECS), min_size=1, max_size=4, unique=True),
    st.lists(st.tuples(st.integers(0, 2_800), st.integers(1, 70)), max_size=3),
    st.booleans(),
    st.booleans(),
    st.sampled_from([LOOSE, TIGHT, {}, STRICT, CAREFUL]),
    st.sampled_from([Costs(), Costs(participation=Decimal("0.0005"), slippage_bps=Decimal(2))]),
    st.sampled_from([Bracket(), Bracket(Decimal("0.005"), Decimal("0.01"))]),
    st.sampled_from(BASES),
    st.booleans(),
)
def test_passing_over_quiet_rows_changes_nothing(
    seed: int,
    symbols: int,
    specs: list[tuple[str, Timeframe]],
    gaps: list[tuple[int, int]],
    funded: bool,
    late: bool,
    limits: dict[str, str],
    costs: Costs,
    bracket: Bracket,
    base: Timeframe,
    shared: bool,
) -> None:
    source = market(seed, symbols, gaps, funded, late, base)
    plans = {}
    for number, (name, timeframe) in enumerate(specs):
        longer = max(timeframe, base, key=lambda each: SPAN_MS[each])
        traded = SYMBOLS[:symbols] if shared else (SYMBOLS[number % symbols],)
        plans[name, longer] = planned(name, longer, traded)
    plan = Plan(tuple(plans.values()), with_settings(RiskLimits(), limits), costs, Decimal(10_000), bracket)
    assert found(source, plan) == found(EveryRow(source), plan)


def test_a_wish_that_is_only_counted_is_asked_for_where_trouble_begins_within_its_close() -> None:
    source = market(11, 3, [(900, 40)], False, False, "5m")
    plans = tuple(planned(name, "5m", SYMBOLS) for name in ("ma_cross", "razor", "rsi_mr", "parts"))
    plan = Plan(plans, with_settings(RiskLimits(), TIGHT), Costs(), Decimal(10_000), Bracket())
    assert found(source, plan) == found(EveryRow(source), plan)


def test_candidates_of_a_close_that_lacks_a_symbol_wait_for_it_until_the_timer() -> None:
    # The first symbol is missing every other while; a price of a second ago is too old.
    source = market(3, 3, [(row, 7) for row in range(0, 2_800, 14)], False, False, "5m")
    limits = with_settings(RiskLimits(), LOOSE | {"STALE_PRICE_MS": "999"})
    plan = Plan((planned("razor", "5m", SYMBOLS),), limits, Costs(), Decimal(10_000), Bracket())
    denied = run(source, plan).denied
    assert denied["stale_price"] == run(EveryRow(source), plan).denied["stale_price"] > 0


@pytest.mark.parametrize(
    ("bought", "rise", "fall"),
    [(0, [100.0, *np.linspace(100, 115, 30)], np.linspace(115, 100, 25)), (30, [*[100.0] * 59, 115.0], [103.0] * 9)],
)
def test_a_fall_from_a_peak_that_nobody_looked_at_ends_at_the_emergency_stop(
    bought: int, rise: list[float], fall: Sequence[float]
) -> None:
    # The stop is 10 % away and 390 may be lost: 39 at most are bought at 100. At 115 equity is 10,585; 4 % less are
    # reached at 104.1, and there is no row between that somebody asks at or an order is near. The second peak is the
    # close that an hour begins with, and the next one is beyond the line.
    closes = [*rise, *fall]
    source = scripted({"BTCUSDT": closes, "ETHUSDT": [50.0] * len(closes)})
    near = {"MAX_DAILY_LOSS_PERCENT": "3.9", "EMERGENCY_STOP_LOSS_PERCENT": "4", "RISK_PER_TRADE_PERCENT": "10"}
    hourly: AnyStrategy = Hourly()
    limits = with_settings(RiskLimits(), WIDE | near)
    plan = Plan((StrategyPlan("hourly", hourly, Params(bought, 59), "1m", tuple(source.timeframes)),), limits)
    assert run(source, plan).breakers[-1].breaker == "max_drawdown"
    assert found(source, plan) == found(EveryRow(source), plan)


@settings(max_examples=5, deadline=None)
@given(
    st.integers(1, 10_000),
    st.integers(1, 2),
    st.lists(st.sampled_from(SPECS[:8]), min_size=1, max_size=3, unique=True),
    st.booleans(),
    st.sampled_from([LOOSE, TIGHT, STRICT]),
    st.sampled_from([Costs(), Costs(slippage_bps=Decimal(2))]),
)
def test_nor_does_it_for_an_account_in_coin(
    seed: int, symbols: int, specs: list[tuple[str, Timeframe]], funded: bool, limits: dict[str, str], costs: Costs
) -> None:
    source = market(seed, symbols, [], funded, False, "1m", INVERSE)
    plans = tuple(planned(name, timeframe, INVERSE[:symbols]) for name, timeframe in specs)
    bracket = Bracket(Decimal("0.005"), Decimal("0.01"))
    plan = Plan(plans, with_settings(RiskLimits(), limits), costs, Decimal(10), bracket)
    assert found(source, plan) == found(EveryRow(source), plan)
