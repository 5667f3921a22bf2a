"""The task in backtesting.py: whole units, so that a unit is a millionth of a coin."""

import pandas as pd
from backtesting import Backtest, Strategy

from tests.bench.peers.task import CASH, FAST, FEE, SHARE, SLOW, STOP, TARGET, UNIT, Outcome, measure, minutes, sides


class Cross(Strategy):  # type: ignore[misc]
    """Enters at the open after a cross; an entry the other way closes what is held."""

    def init(self) -> None:
        self.side = self.I(lambda: sides(self.data.Close, [(FAST, SLOW)])[:, 0], plot=False)

    def next(self) -> None:
        side = int(self.side[-1])
        if side and side * self.position.size <= 0:
            close = float(self.data.Close[-1])
            enter = self.buy if side > 0 else self.sell
            enter(size=SHARE, sl=close * (1 - side * STOP), tp=close * (1 + side * TARGET))


def main() -> None:
    bars = minutes()
    frame = pd.DataFrame(
        {name: getattr(bars, name.lower()) * UNIT for name in ("Open", "High", "Low", "Close")}
        | {"Volume": bars.volume / UNIT},
        index=pd.to_datetime(bars.ts, unit="ms"),
    )

    def year() -> Outcome:
        test = Backtest(frame, Cross, cash=CASH, commission=FEE, exclusive_orders=True, finalize_trades=True)
        stats = test.run()
        return Outcome(len(stats["_trades"]), float(stats["Equity Final [$]"]))

    measure("backtesting", len(bars.ts), year)


if __name__ == "__main__":
    main()
