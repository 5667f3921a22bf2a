"""The task in NautilusTrader's low-level engine; a market order fills at the close that gave its signal."""

from decimal import Decimal

import pandas as pd
from nautilus_trader.backtest.config import BacktestEngineConfig
from nautilus_trader.backtest.engine import BacktestEngine
from nautilus_trader.config import LoggingConfig, RiskEngineConfig
from nautilus_trader.model.currencies import BTC, USDT
from nautilus_trader.model.data import Bar, BarType
from nautilus_trader.model.enums import AccountType, OmsType, OrderSide
from nautilus_trader.model.events import PositionClosed
from nautilus_trader.model.identifiers import InstrumentId, Symbol, Venue
from nautilus_trader.model.instruments import CryptoPerpetual
from nautilus_trader.model.objects import Money, Price, Quantity
from nautilus_trader.persistence.wranglers import BarDataWrangler
from nautilus_trader.trading.strategy import Strategy

from tests.bench.peers.task import (
    CASH,
    FAST,
    FEE,
    SHARE,
    SLOW,
    STOP,
    TARGET,
    Minutes,
    Outcome,
    Sides,
    measure,
    minutes,
    sides,
)

VENUE = Venue("SIM")
NAME = InstrumentId(Symbol("BTCUSDT-PERP"), VENUE)
BARS = BarType.from_str(f"{NAME}-1-MINUTE-LAST-EXTERNAL")
DAYS = 90
"""A year does not end within minutes: what a trade costs grows with the number of trades before it."""


class Cross(Strategy):  # type: ignore[misc]
    """Turns around at a cross: what rests is cancelled, what is held is closed, then a bracket is sent."""

    def __init__(self, turns: Sides) -> None:
        super().__init__()
        self.turns = iter(turns.tolist())
        self.closed = 0
        self.waiting = (0, 0.0)

    def on_start(self) -> None:
        self.instrument = self.cache.instrument(NAME)
        self.subscribe_bars(BARS)

    def on_bar(self, bar: Bar) -> None:
        turn = next(self.turns)
        if not turn:
            return
        held = self.portfolio.net_position(NAME)
        if not held:
            self.enter(turn, float(bar.close))
        elif turn * held < 0:
            self.waiting = (turn, float(bar.close))
            self.cancel_all_orders(NAME)
            self.close_all_positions(NAME)

    def on_position_closed(self, event: PositionClosed) -> None:
        self.closed += 1
        if self.waiting[0]:
            self.enter(*self.waiting)
            self.waiting = (0, 0.0)

    def enter(self, turn: int, last: float) -> None:
        equity = float(self.portfolio.account(VENUE).balance_total(USDT))
        bracket = self.order_factory.bracket(
            instrument_id=NAME,
            order_side=OrderSide.BUY if turn > 0 else OrderSide.SELL,
            quantity=self.instrument.make_qty(SHARE * equity / last),
            sl_trigger_price=self.instrument.make_price(last * (1 - turn * STOP)),
            tp_price=self.instrument.make_price(last * (1 + turn * TARGET)),
        )
        self.submit_order_list(bracket)


def perpetual() -> CryptoPerpetual:
    """The symbol as the desk lists it: amounts to a millionth, prices free."""
    return CryptoPerpetual(
        instrument_id=NAME,
        raw_symbol=NAME.symbol,
        base_currency=BTC,
        quote_currency=USDT,
        settlement_currency=USDT,
        is_inverse=False,
        price_precision=4,
        size_precision=6,
        price_increment=Price.from_str("0.0001"),
        size_increment=Quantity.from_str("0.000001"),
        margin_init=Decimal("0.1"),
        margin_maint=Decimal("0.05"),
        maker_fee=Decimal(str(FEE)),
        taker_fee=Decimal(str(FEE)),
        ts_event=0,
        ts_init=0,
    )


def engine(bars: Minutes) -> BacktestEngine:
    """An engine with the recording in it."""
    made = BacktestEngine(
        BacktestEngineConfig(
            logging=LoggingConfig(bypass_logging=True), risk_engine=RiskEngineConfig(bypass=True), run_analysis=False
        )
    )
    made.add_venue(VENUE, OmsType.NETTING, AccountType.MARGIN, [Money(CASH, USDT)])
    made.add_instrument(perpetual())
    frame = pd.DataFrame(
        {name: getattr(bars, name) for name in ("open", "high", "low", "close", "volume")},
        index=pd.to_datetime(bars.ts, unit="ms", utc=True),
    )
    made.add_data(BarDataWrangler(BARS, perpetual()).process(frame, ts_init_delta=60_000_000_000))
    return made


def main() -> None:
    bars = minutes(DAYS)
    made = engine(bars)

    def year() -> Outcome:
        strategy = Cross(sides(bars.close, [(FAST, SLOW)])[:, 0])
        made.add_strategy(strategy)
        made.run()
        account = made.portfolio.account(VENUE)
        return Outcome(strategy.closed, float(account.balance_total(USDT)))

    measure("nautilus_trader", len(bars.ts), year)


if __name__ == "__main__":
    main()
