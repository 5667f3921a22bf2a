"""Trades of a JSON strategy that leave in parts, against a plain walk over the bars of each trade."""

from decimal import Decimal

from bot.desk.shelf import resolve
from engine.backtest.backtest import run
from engine.feeds.files import Candles
from engine.feeds.replay import ReplaySource
from engine.feeds.synthetic import SyntheticSource
from engine.model.account import ClosedTrade
from engine.model.limits import RiskLimits, with_settings
from engine.model.market import Bars
from engine.model.member import Member
from engine.plan import Costs, Plan, StrategyPlan

DOCUMENT = """{"id": "parts", "instrument": "BTCUSDT", "timeframe": "1m", "risk": {"mode": "percent", "value": 1},
"rules": [{"type": "indicator", "indicator": "ema", "condition": "crossover", "params": {"fast": 5, "slow": 12}}],
"stopLoss": {"type": "percent", "value": 0.3}, "timeStop": {"bars": 45},
"takeProfit": [{"type": "percent", "value": 0.15, "portion": 0.5}, {"type": "percent", "value": 0.3, "portion": 0.3},
               {"type": "percent", "value": 0.6, "portion": 0.2}]}"""
STOP, AIMS, SHARES = 0.003, (0.0015, 0.003, 0.006), (Decimal("0.5"), Decimal("0.3"), Decimal("0.2"))
STEP = Decimal("0.000001")
Left = list[tuple[str, Decimal, float]]


def walk(bars: Bars, trade: ClosedTrade) -> Left:
    """What leaves where: within a bar the stop first, a gap at the open; the time stop at the next open."""
    s = 1 if trade.direction == "long" else -1
    row = int(bars.ts.searchsorted(trade.entry_at))
    decided = float(bars.close[row - 1])
    stop, aims = decided * (1 - s * STOP), [decided * (1 + s * aim) for aim in AIMS]
    first, second = (trade.amount * share // STEP * STEP for share in SHARES[:2])
    ahead = list(zip(aims, (first, second, trade.amount - first - second), strict=True))
    found: Left = []
    for t in range(row, len(bars)):
        opened, high, low = (float(column[t]) for column in (bars.open, bars.high, bars.low))
        left = sum((qty for _, qty in ahead), Decimal(0))
        if t - row == 45:
            return [*found, ("time_stop", left, opened)]
        while ahead and s * (opened - ahead[0][0]) >= 0:
            found.append(("target", ahead.pop(0)[1], opened))
        if ahead and (low <= stop if s > 0 else high >= stop):
            rest = sum((qty for _, qty in ahead), Decimal(0))
            return [*found, ("stop", rest, min(opened, stop) if s > 0 else max(opened, stop))]
        while ahead and (high >= ahead[0][0] if s > 0 else low <= ahead[0][0]):
            price, qty = ahead.pop(0)
            found.append(("target", qty, price))
        if not ahead:
            return found
    return found


def test_every_trade_leaves_where_a_plain_walk_leaves() -> None:
    bars = SyntheticSource(7, ("BTCUSDT",), footprints=False).columns("BTCUSDT", 20_000)
    strategy, params = resolve(Member("parts", "parts", "1m", ("BTCUSDT",), {}, DOCUMENT))
    plan = Plan(
        (StrategyPlan("parts", strategy, params, "1m", ("BTCUSDT",)),),
        with_settings(RiskLimits(), {"MAX_DAILY_LOSS_PERCENT": "50", "EMERGENCY_STOP_LOSS_PERCENT": "90"}),
        Costs(fee=Decimal(0)),
    )
    trades = run(ReplaySource([Candles("BTCUSDT", "1m", bars)]), plan).trades
    assert len(trades) > 200
    endings = {tuple(part.reason for part in trade.parts) for trade in trades}
    assert {("target",) * 3, ("target", "stop"), ("target", "target", "stop")} <= endings
    for trade in trades[:-1]:
        expected = walk(bars, trade)
        if trade.reason == "signal":
            continue
        told = trade.parts or ()
        if not told:
            ((reason, _, price),) = expected
            assert (reason, round(price, 4)) == (trade.reason, round(float(trade.exit_price), 4))
            continue
        assert [(reason, qty) for reason, qty, _ in expected] == [(part.reason, part.qty) for part in told]
        for (_, _, price), part in zip(expected, told, strict=True):
            assert abs(price / float(part.price) - 1) < 1e-9
        assert sum(part.qty for part in told) == trade.amount
        gain = sum((part.price - trade.entry_price) * part.qty for part in told)
        assert abs(trade.pnl - (gain if trade.direction == "long" else -gain)) < Decimal("1e-9")
