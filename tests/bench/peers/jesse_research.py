"""The task in Jesse's research backtest: orders fill at the close that gave the signal, a reversal a minute later."""

from typing import Any

import numpy as np
from jesse.research import backtest
from jesse.strategies import Strategy

from tests.bench.peers.task import CASH, FAST, FEE, SHARE, SLOW, STOP, TARGET, Outcome, Sides, measure, minutes, sides

VENUE, SYMBOL = "Bybit USDT Perpetual", "BTC-USDT"
WARM = 240
"""Minutes handed over beforehand; with none a year does not end."""


class Cross(Strategy):  # type: ignore[misc]
    """Closes at a cross the other way and enters at the next minute, unless the averages have crossed back."""

    turns: Sides
    wanted = 0

    def before(self) -> None:
        turn = int(self.turns[WARM + self.index])
        if turn:
            self.wanted = 0 if (self.is_long and turn > 0) or (self.is_short and turn < 0) else turn

    def should_long(self) -> bool:
        return self.wanted > 0

    def should_short(self) -> bool:
        return self.wanted < 0

    def go_long(self) -> None:
        self.buy = self.amount(), self.price

    def go_short(self) -> None:
        self.sell = self.amount(), self.price

    def amount(self) -> float:
        """In coins."""
        return float(SHARE * self.portfolio_value / self.price)

    def on_open_position(self, order: Any) -> None:
        side = 1 if self.is_long else -1
        self.wanted = 0
        self.stop_loss = self.position.qty, self.price * (1 - side * STOP)
        self.take_profit = self.position.qty, self.price * (1 + side * TARGET)

    def update_position(self) -> None:
        if self.wanted:
            self.liquidate()

    def should_cancel_entry(self) -> bool:
        return True


def main() -> None:
    bars = minutes()
    candles = np.column_stack([bars.ts, bars.open, bars.close, bars.high, bars.low, bars.volume])
    config = {
        "starting_balance": CASH,
        "fee": FEE,
        "type": "futures",
        "futures_leverage": 1,
        "futures_leverage_mode": "cross",
        "exchange": VENUE,
        "warm_up_candles": WARM,
    }
    route = {"exchange": VENUE, "strategy": Cross, "symbol": SYMBOL, "timeframe": "1m"}

    def part(rows: Any) -> Any:
        return {f"{VENUE}-{SYMBOL}": {"exchange": VENUE, "symbol": SYMBOL, "candles": rows}}

    def year() -> Outcome:
        Cross.turns = sides(bars.close, [(FAST, SLOW)])[:, 0]
        found = backtest(config, [route], [], part(candles[WARM:]), part(candles[:WARM]))["metrics"]
        return Outcome(int(found["total"]), float(found["finishing_balance"]))

    measure("jesse", len(bars.ts), year)


if __name__ == "__main__":
    main()
