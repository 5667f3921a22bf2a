"""Backtests made by hand: a round account, a few trades, candles to draw them on."""

from decimal import Decimal

import msgspec

from bot.backtests.kept import VERSION, Candles, Kept, Picture
from engine.backtest.parts import parts, sums
from engine.model.account import ClosedTrade
from engine.model.facts import BreakerMoved, StateChanged
from engine.model.result import Fall, Result
from engine.stats.months import Year
from engine.stats.performance import performance

START = 1_704_067_200_000
"""2024-01-01 00:00 UTC."""
HOUR, DAY = 3_600_000, 86_400_000
DAILY = (("2024-01-01", 0.02), ("2024-01-02", -0.01), ("2024-01-03", 0.03))


def trade(pnl: str, number: int = 1, reason: str = "target", strategy: str = "ma_cross") -> ClosedTrade:
    """A long of one coin from 100, opened in its hour."""
    at, price = START + number * HOUR, Decimal(100)
    exit_price = price + Decimal(pnl)
    return ClosedTrade(
        str(number), "BTC", "long", strategy, at, price, at + HOUR, exit_price, Decimal(1), Decimal(0), Decimal(0),
        Decimal(pnl), reason, Decimal(10),
    )  # fmt: skip


def result(*trades: ClosedTrade, daily: tuple[tuple[str, float], ...] = DAILY, final: str = "10403.06") -> Result:
    """Three days from 10,000."""
    found, pnl = sums(trades), [float(each.pnl) for each in trades]
    card = performance([change for _, change in daily], pnl, [10.0] * len(pnl), 36, 72)
    profit = Decimal(final) - 10_000
    return Result(
        strategy="ma_cross", symbols=("BTC",), timeframe="1h", start=START, end=START + 3 * DAY, bars=72,
        trades=trades, wins=sum(p > 0 for p in pnl), losses=sum(p < 0 for p in pnl), win_rate=card.win_rate,
        profit=profit, profit_percent=profit / 100, final_equity=Decimal(final), max_drawdown_percent=1.0,
        sharpe=card.sharpe, sortino=card.sortino, calmar=card.calmar, cagr_percent=None,
        profit_factor=card.profit_factor, expectancy=sum((t.pnl for t in trades), Decimal(0)) / max(len(trades), 1),
        fees=Decimal("1.5"), funding=Decimal("-0.5"), exposure_percent=50.0, denied={"daily_loss": 2, "paused": 7},
        run_seconds=0.5, bars_per_second=144.0,
        equity=((START, 10_000.0), (START + DAY, 10_200.0), (START + 2 * DAY, 10_098.0), (START + 3 * DAY, 10_403.06)),
        performance=card, daily=daily, months=(Year(2024, (0.0403, *[None] * 11), 0.0403),),
        fall=Fall(0.01, START + DAY, START + 2 * DAY, START + 3 * DAY), by_strategy=parts(found, 0, ("ma_cross",)),
        by_symbol=parts(found, 1, ("BTC",)), by_side=parts(found, 2), by_reason=parts(found, 3),
        breakers=(BreakerMoved(START + HOUR, "daily_loss", True, "5.10%", "5.00%", "entries again next day"),),
        states=(StateChanged(START + HOUR, "ACTIVE", "REDUCING", "daily_loss"),), market={"BTC": 0.05},
        unrealised=Decimal(0), open_positions=0,
    )  # fmt: skip


def kept(of: Result | None = None, **settings: str) -> Kept:
    """A backtest that is not stored yet."""
    picture = Picture(
        "BTC", "whole", HOUR, tuple(START + i * HOUR for i in range(4)), (100.0, 101.0, 103.0, 102.0),
        (102.0, 104.0, 105.0, 103.0), (99.0, 100.0, 101.0, 95.0), (101.0, 103.0, 102.0, 96.0),
    )  # fmt: skip
    return Kept(
        version=VERSION,
        id="",
        saved_at=START + 9 * DAY,
        settings={"strategies": "ma_cross", "time zone": "UTC", "fee": "0.0005"} | settings,
        files=("BTC-1h.csv",),
        candles=(Candles("BTC", "1h", 72, START, START + 71 * HOUR, "ab" * 32),),
        result=of or result(trade("12"), trade("-4", 2, "stop"), trade("6", 3)),
        pictures=(picture,),
    )


def renamed(made: Kept, name: str) -> Kept:
    """The same under another strategy's name."""
    return msgspec.structs.replace(made, result=msgspec.structs.replace(made.result, strategy=name))
