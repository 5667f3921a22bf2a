"""Every trade of the desk against a plain loop that was written from the rules alone."""

from decimal import Decimal

import numpy as np

from engine.backtest.backtest import Result, run
from engine.feeds.files import Candles
from engine.feeds.replay import ReplaySource
from engine.model.limits import RiskLimits, with_settings
from engine.model.market import Bars
from engine.plan import Bracket, Plan, StrategyPlan
from strategies.base import build, parse_params
from tests.scenario.plain_engine import Bar, Done, Plain, Rules
from tests.scripted import Row, scripted
from tests.stand_in import Recorded

CASH = Decimal(10_000)
LOOSE = {
    "MAX_DAILY_LOSS_PERCENT": "50",
    "MAX_WEEKLY_LOSS_PERCENT": "90",
    "EMERGENCY_STOP_LOSS_PERCENT": "90",
    "CONSECUTIVE_LOSSES": "none",
    "VOLATILITY_HALT_K": "100",
    "VOLATILITY_HALT_M": "none",
    "BAD_PRICE_PERCENT": "50",
}
"""The plain loop knows the day's loss and no other breaker."""
TIGHT = LOOSE | {"MAX_DAILY_LOSS_PERCENT": "0.5"}
RISKY = LOOSE | {"RISK_PER_TRADE_PERCENT": "0.05", "MAX_POSITION_SIZE_PERCENT": "100"}


def test_the_desk_and_the_plain_loop_agree_on_every_trade_of_a_made_market() -> None:
    rows = market(20_000)
    trades = desk(scripted({"BTC": rows}), LOOSE)
    expected = Plain(CASH, Rules()).run(minutes(rows))
    assert len(expected) > 500
    assert {done.reason for done in expected} == {"stop", "target", "signal"}
    assert done(trades) == expected


def test_they_agree_where_risk_decides_the_amount() -> None:
    rows = market(8_000, seed=3)
    trades = desk(scripted({"BTC": rows}), RISKY)
    expected = Plain(CASH, Rules(risk=Decimal("0.0005"), position=Decimal(1))).run(minutes(rows))
    assert len(expected) > 200
    assert done(trades) == expected


def test_they_agree_when_the_daily_loss_keeps_refusing() -> None:
    rows = market(20_000, seed=5)
    result = desk(scripted({"BTC": rows}), TIGHT)
    plain = Plain(CASH, Rules(day_loss=Decimal("0.005")))
    expected = plain.run(minutes(rows))
    assert plain.denied > 20
    assert done(result) == expected
    assert sum(result.denied.values()) == plain.denied


def test_they_agree_on_inverse_contracts_in_coin() -> None:
    rows, coin = market(8_000, seed=3), Decimal("1.5")
    bars = scripted({"BTC": rows}).bars("BTC")
    source = ReplaySource([Candles("BTC/USD:BTC", "1m", bars)], contract_size=Decimal("0.1"))
    # Risk decides the amount of some, the cap of the position that of the others.
    result = desk(source, LOOSE | {"RISK_PER_TRADE_PERCENT": "0.055"}, coin)
    rules = Rules(risk=Decimal("0.00055"), position=Decimal("0.1"), step=Decimal(1), inverse=Decimal("0.1"))
    plain = Plain(coin, rules)
    expected = plain.run(minutes(rows))
    assert len(expected) > 200
    assert {done.reason for done in expected} == {"stop", "target", "signal"}
    found = done(result)
    # The coin of a contract has 20 decimals here and all there are in the plain loop.
    assert [(*each[:6], each.reason) for each in found] == [(*each[:6], each.reason) for each in expected]
    pairs = list(zip(found, expected, strict=True))
    assert max(abs(one.fee - other.fee) + abs(one.pnl - other.pnl) for one, other in pairs) < Decimal("1e-15")
    assert abs(result.final_equity - plain.equity(dec(rows[-1][3]))) < Decimal("1e-13")


def test_they_agree_across_missing_minutes() -> None:
    rows = market(6_000, seed=11)
    holes = {700, 701, 1500, *range(2200, 2300), 3001, *range(4000, 4100, 3)}
    bars = [bar for i, bar in enumerate(minutes(rows)) if i not in holes]
    expected = Plain(CASH, Rules()).run(bars)
    source = scripted({"BTC": rows})
    columns = source.bars("BTC")
    kept = [i for i in range(len(columns)) if i not in holes]
    trades = desk(thinned(source, kept), LOOSE)
    assert done(trades) == expected


def test_they_agree_on_a_month_of_recorded_minutes(recorded: Recorded) -> None:
    source = ReplaySource.open([str(recorded("usdm/BTCUSDT-1m-20250504-20250602.parquet"))])
    symbol = source.instruments[0].symbol
    columns = source.bars(symbol)
    bars = [
        Bar(*row)
        for row in zip(
            columns.ts.tolist(),
            columns.open.tolist(),
            columns.high.tolist(),
            columns.low.tolist(),
            columns.close.tolist(),
            strict=True,
        )
    ]
    result = desk(source, LOOSE)
    plain = Plain(CASH, Rules())
    expected = plain.run(bars)
    assert len(expected) > 1_000
    assert done(result) == expected
    assert result.final_equity == plain.equity(dec(bars[-1].close))


def dec(price: float) -> Decimal:
    return Decimal(repr(price))


def market(bars: int, seed: int = 1) -> list[Row]:
    """A random walk in dimes with gaps at opens and stretches that do not move at all."""
    rng = np.random.default_rng(seed)
    pace = np.repeat(rng.choice([0.0, 3.0, 12.0, 40.0], bars // 50 + 1, p=[0.05, 0.4, 0.4, 0.15]), 50)[:bars]
    close = np.maximum(20_000 + np.cumsum(np.round(rng.normal(0, 1, bars) * pace)), 2_000)
    jump = np.where(rng.random(bars) < 0.02, np.round(rng.normal(0, 1, bars) * 80), 0.0) * (pace > 0)
    opened = np.maximum(np.concatenate([close[:1], close[:-1]]) + jump, 1_000)
    high = np.maximum(opened, close) + rng.integers(0, 30, bars) * (pace > 0)
    low = np.minimum(opened, close) - rng.integers(0, 30, bars) * (pace > 0)
    columns = [np.round(column / 10, 1).tolist() for column in (opened, high, low, close)]
    return [(*prices, 1.0) for prices in zip(*columns, strict=True)]


def minutes(rows: list[Row]) -> list[Bar]:
    start = int(scripted({"BTC": [1.0]}).bars("BTC").ts[0])
    return [Bar(start + 60_000 * i, *row[:4]) for i, row in enumerate(rows)]


def thinned(source: ReplaySource, kept: list[int]) -> ReplaySource:
    """The same market with these minutes only."""
    of = source.bars("BTC")
    prices = [column[kept] for column in (of.open, of.high, of.low, of.close, of.volume, of.taker_buy)]
    return ReplaySource([Candles("BTC", "1m", Bars(of.ts[kept], *prices))])


def desk(source: ReplaySource, settings: dict[str, str], cash: Decimal = CASH) -> Result:
    symbol = source.instruments[0].symbol
    strategy = build("ma_cross")
    params = parse_params(strategy, {"kind": "ema", "fast": "9", "slow": "21"})
    bracket = Bracket(Decimal("0.005"), Decimal("0.01"))
    one = StrategyPlan("ma_cross", strategy, params, "1m", (symbol,))
    return run(source, Plan((one,), with_settings(RiskLimits(), settings), cash=cash, bracket=bracket))


def done(result: Result) -> list[Done]:
    return [
        Done(t.direction, t.entry_at, t.entry_price, t.exit_at, t.exit_price, t.amount, t.fee, t.pnl, t.reason)
        for t in result.trades
    ]
