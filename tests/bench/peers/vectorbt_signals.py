"""vectorbt's quick mode, which answers another question.

One order a minute: an entry is dropped where a stop ends the old position in the same minute, the minute of the entry
cannot reach stop or target, and each entry has the same notional.
"""

import numpy as np
from vectorbt import Portfolio
from vectorbt.portfolio.enums import SizeType, StopEntryPrice, StopExitPrice

from tests.bench.peers.task import CASH, FEE, SHARE, STOP, TARGET, Minutes, Outcome, Sides, measure_columns


def trade(bars: Minutes, side: Sides) -> Outcome:
    """Every column of `side` (minutes x columns) on an account of its own: all their trades, equity of the first."""
    turn = np.zeros_like(side)
    turn[1:] = side[:-1]
    portfolio = Portfolio.from_signals(
        bars.close[:, None],
        turn > 0,
        short_entries=turn < 0,
        price=bars.open[:, None],
        open=bars.open[:, None],
        high=bars.high[:, None],
        low=bars.low[:, None],
        size=CASH * SHARE,
        size_type=SizeType.Value,
        fees=FEE,
        sl_stop=STOP,
        tp_stop=TARGET,
        stop_entry_price=StopEntryPrice.FillPrice,
        stop_exit_price=StopExitPrice.StopMarket,
        init_cash=CASH,
        max_orders=2 * int(np.count_nonzero(side)) + side.shape[1],
    )
    trades = portfolio.exit_trades.records
    return Outcome(len(trades), CASH + float(trades["pnl"][trades["col"] == 0].sum()))


if __name__ == "__main__":
    measure_columns("vectorbt", trade)
