"""Hand-made pictures of a desk: the numbers of the product's mock-ups."""

from decimal import Decimal

import msgspec
import numpy as np

from engine.model.account import Account, ClosedTrade
from engine.model.facts import Signal, SignalCheck
from engine.model.history import RiskHistory, RiskPoint
from engine.model.market import Bars
from engine.model.views import (
    AnalysisView,
    BreakerView,
    LimitView,
    ModeView,
    PnlView,
    PositionView,
    RiskView,
    SettingView,
    SignalView,
    StatusView,
    StrategyView,
)

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
NOW = 1_746_369_125_000
"""2025-05-04 14:32:05 UTC, a Sunday."""


def position(base: str = "BTC", trade: str = "17", **changes: object) -> PositionView:
    """Long 0.0156 BTC from 64,120 at 65,287."""
    made = PositionView(
        symbol=f"{base}/USDT:USDT",
        base=base,
        direction="long",
        qty=Decimal("0.0156"),
        avg=Decimal("64120"),
        mark=Decimal("65287"),
        notional=Decimal("1018.4772"),
        leverage=Decimal("2"),
        unrealised=Decimal("18.2052"),
        pnl=Decimal("18.20"),
        pnl_percent=Decimal("0.0182"),
        stop=Decimal("63100"),
        target=Decimal("66800"),
        risk=Decimal("34.1172"),
        fees=Decimal("0.41"),
        funding=Decimal("-0.12"),
        strategy="ma_cross",
        trade=trade,
        opened_at=NOW - 2 * HOUR,
    )
    return msgspec.structs.replace(made, **changes)


THREE = (
    position(),
    position(
        "ETH", "18", direction="short", leverage=Decimal("0.1"), pnl=Decimal("-3.10"),
        pnl_percent=Decimal("-0.004"), opened_at=NOW - 40 * MINUTE,
    ),
    position(
        "SOL", "19", leverage=Decimal("0.1"), pnl=Decimal("0.90"), pnl_percent=Decimal("0.0012"),
        opened_at=NOW - 6 * MINUTE,
    ),
)  # fmt: skip


def status(**changes: object) -> StatusView:
    """Running in SIM with three positions."""
    made = StatusView(
        at=NOW,
        mode="SIM",
        venue="binanceusdm",
        state="ACTIVE",
        state_reason="",
        ready=True,
        account=Account(
            start=Decimal(10_000),
            cash=Decimal("10405.50"),
            realised=Decimal("420"),
            fees=Decimal("14.5"),
            funding=Decimal(0),
            unrealised=Decimal("16.00"),
        ),
        day_pnl=Decimal("42.10"),
        day_base=Decimal("10379.40"),
        exposure=Decimal("2718"),
        exposure_limit=Decimal("52107.50"),
        drawdown=Decimal("0.012"),
        drawdown_limit=Decimal("0.15"),
        positions=THREE,
        orders=(),
        pending_entries=1,
        feed_age_ms=312,
        links=(("feed", True), ("broker", True)),
        candles_refused=0,
        denials=0,
        uptime_ms=3 * DAY + 4 * HOUR,
    )
    return msgspec.structs.replace(made, **changes)


def trade(number: int = 5, result: str = "24.60", **changes: object) -> ClosedTrade:
    """Long BTC, won by its target."""
    made = ClosedTrade(
        trade=str(number),
        symbol="BTC/USDT:USDT",
        direction="long",
        strategy="ma_cross",
        entry_at=NOW - 6 * HOUR,
        entry_price=Decimal("64120"),
        exit_at=NOW - HOUR,
        exit_price=Decimal("65697.352"),
        amount=Decimal("0.0156"),
        fee=Decimal("0.82"),
        funding=Decimal("-0.10"),
        pnl=Decimal(result),
        reason="target",
        initial_risk=Decimal("16.4"),
    )
    return msgspec.structs.replace(made, **changes)


def risk(**changes: object) -> RiskView:
    """Six limits, one of them above 70 %."""
    rows = (
        ("day_loss", "day loss", "0", "5", "percent"),
        ("drawdown", "drawdown", "1.2", "15", "percent"),
        ("exposure", "exposure", "26", "500", "percent"),
        ("position", "position", "8", "10", "percent"),
        ("trades", "trades", "3", "5", "count"),
        ("loss_run", "loss run", "1", "3", "count"),
    )
    made = RiskView(
        at=NOW,
        state="ACTIVE",
        limits=tuple(LimitView(name, label, Decimal(a), Decimal(b), unit) for name, label, a, b, unit in rows),
        breakers=(BreakerView("daily_loss", False, None, ""), BreakerView("max_drawdown", False, None, "")),
        settings=(
            SettingView("RISK_PER_TRADE_PERCENT", "2", "2", "a number from 0.01 to 10", False),
            SettingView("MAX_POSITIONS", "3", "5", "a whole number from 1 to 50", True),
        ),
    )
    return msgspec.structs.replace(made, **changes)


def history(period: str = "24h", count: int = 60) -> RiskHistory:
    """Marks of minutes; heat and value at risk have been measured from the fifth on."""
    points = tuple(
        RiskPoint(
            NOW - (count - n) * MINUTE, Decimal(10_000 + n % 7), Decimal(n % 5),
            Decimal(n) / 1000 if n > 4 else None, Decimal(n) / 2000 if n > 4 else None,
        )
        for n in range(count)
    )  # fmt: skip
    return RiskHistory(period, points, Decimal(5), Decimal("0.06"), Decimal("0.05"))


def strategy(name: str = "ma_cross", on: bool = True) -> StrategyView:
    """A strategy with eight trades."""
    return StrategyView(
        name, name, "5m", on, (("fast", "9"), ("slow", "21")), 8, 5, Decimal("61.00"), "Long BTC 72", False
    )


def mode() -> ModeView:
    """The demo."""
    return ModeView("SIM", "SIM", True, "synthetic", ("BOT_MODE=LIVE", "an API key of the exchange"))


def pnl(period: str = "7d", **changes: object) -> PnlView:
    """The week of the mock-up."""
    from engine.model.views import DayRow

    week = (("28", "12.1", 5), ("29", "40.2", 7), ("30", "-18.0", 4))
    days = [DayRow(f"2025-04-{day}", Decimal(pnl), trades) for day, pnl, trades in week]
    days += [
        DayRow("2025-05-01", Decimal("88.4"), 9),
        DayRow("2025-05-02", Decimal("21.0"), 3),
        DayRow("2025-05-03", Decimal("0"), 0),
        DayRow("2025-05-04", Decimal("70.6"), 6),
    ]
    made = PnlView(
        at=NOW,
        period=period,
        since=NOW - 7 * DAY,
        equity_start=Decimal("10207.2"),
        equity_end=Decimal("10421.5"),
        realised=Decimal("198.30"),
        unrealised=Decimal("16.00"),
        fees=Decimal("9.80"),
        funding=Decimal("-1.12"),
        trades=34,
        wins=21,
        profit_factor=1.71,
        expectancy=Decimal("6.30"),
        best=trade(7, "61.0", symbol="SOL/USDT:USDT"),
        worst=trade(8, "-22.4", symbol="XRP/USDT:USDT"),
        days=tuple(days),
        by_symbol=(("SOL/USDT:USDT", Decimal("120.5"), 20), ("XRP/USDT:USDT", Decimal("-10.2"), 14)),
        equity_curve=tuple((NOW - (20 - n) * HOUR, Decimal(10_000 + n * n - 3 * n)) for n in range(20)),
        closed=(),
    )
    return msgspec.structs.replace(made, **changes)


def razor(**changes: object) -> Signal:
    """Bar 31 of the example series of the strategies page: a short, all four checks met."""
    names = ("trend", "rsi", "volatility", "momentum")
    values = (-0.0021, 41.5, 0.1089471447, -0.001503570981)
    made = Signal(
        signal_id="razor:BTC:5m:1",
        at=NOW - 5_000,
        valid_until=NOW + 25_000,
        symbol="BTC/USDT:USDT",
        timeframe="5m",
        strategy="razor",
        signal="Short",
        score=-75.73991564,
        confidence=0.7573991564,
        entry=Decimal("64120"),
        stop_loss=Decimal("64440.6"),
        target=Decimal("63478.8"),
        reason="razor_short",
        setup="razor",
        checks=tuple(SignalCheck(name, value, True) for name, value in zip(names, values, strict=True)),
    )
    return msgspec.structs.replace(made, **changes)


def abstains(**changes: object) -> Signal:
    """Bar 34 of that series: three of four checks, no signal."""
    checks = (*razor().checks[:3], SignalCheck("momentum", 0.0002507365386, False))
    nothing = {"signal": "Neutral", "score": 0.0, "confidence": 0.0, "entry": None, "stop_loss": None, "target": None}
    return razor(**{**nothing, "reason": "no_signal", "checks": checks, "strategy": "rsi_mr", **changes})


def analysis(**changes: object) -> AnalysisView:
    """One strategy wants to sell, one abstains."""
    made = AnalysisView(
        at=NOW,
        symbol="BTC/USDT:USDT",
        price=Decimal("64120"),
        state="BALANCED",
        signals=(
            SignalView("razor", "5m", True, razor(), 75.73991564, 2.0),
            SignalView("rsi_mr", "5m", True, abstains(), 50.48617624),
        ),
        position=None,
    )
    return msgspec.structs.replace(made, **changes)


def bars(count: int = 80) -> Bars:
    """Bars of five minutes that rise and fall."""
    place = np.arange(count)
    close = 64_000 + 120 * np.sin(place / 7)
    opened = np.concatenate((close[:1], close[:-1]))
    high, low = np.maximum(opened, close) + 20, np.minimum(opened, close) - 20
    ts = NOW // (5 * MINUTE) * 5 * MINUTE - (count - place) * 5 * MINUTE
    return Bars(ts, opened, high, low, close, np.full(count, 12.0), np.full(count, 6.0))
