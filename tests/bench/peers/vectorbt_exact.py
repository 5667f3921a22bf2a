"""The task in vectorbt, exact: an order function that looks at every minute, compiled by numba."""

from typing import Any

import numpy as np
from numba import njit
from vectorbt import Portfolio
from vectorbt.portfolio.enums import NoOrder
from vectorbt.portfolio.nb import order_nb

from tests.bench.peers.task import CASH, FEE, SHARE, STOP, TARGET, Minutes, Outcome, Sides, measure_columns


def _order(c: Any, side: Any, opened: Any, high: Any, low: Any, close: Any, levels: Any) -> Any:
    """First what is decided at the open, then what the rest of the minute touches, the stop first."""
    i, col = c.i, c.from_col
    held = c.last_position[col]
    if c.call_idx == 0 and i > 0:
        turn = side[i - 1, col]
        if turn != 0 and turn * held <= 0:
            last = close[i - 1]
            levels[col, 0], levels[col, 1] = last * (1 - turn * STOP), last * (1 + turn * TARGET)
            wanted = turn * SHARE * (c.last_cash[col] + held * last) / last
            return col, order_nb(size=wanted - held, price=opened[i], fees=FEE)
    stop, target = levels[col, 0], levels[col, 1]
    if held > 0 and low[i] <= stop:
        return col, order_nb(size=-held, price=min(opened[i], stop), fees=FEE)
    if held < 0 and high[i] >= stop:
        return col, order_nb(size=-held, price=max(opened[i], stop), fees=FEE)
    if held > 0 and high[i] >= target:
        return col, order_nb(size=-held, price=max(opened[i], target), fees=FEE)
    if held < 0 and low[i] <= target:
        return col, order_nb(size=-held, price=min(opened[i], target), fees=FEE)
    return -1, NoOrder


ORDER = njit(_order)


def trade(bars: Minutes, side: Sides) -> Outcome:
    """Every column of `side` (minutes x columns) on an account of its own: all their trades, equity of the first."""
    columns = side.shape[1]
    portfolio = Portfolio.from_order_func(
        np.broadcast_to(bars.close[:, None], side.shape),
        ORDER,
        side,
        bars.open,
        bars.high,
        bars.low,
        bars.close,
        np.zeros((columns, 2)),
        flexible=True,
        init_cash=CASH,
        max_orders=2 * int(np.count_nonzero(side)) + columns,
        update_value=False,
    )
    trades = portfolio.exit_trades.records
    return Outcome(len(trades), CASH + float(trades["pnl"][trades["col"] == 0].sum()))


if __name__ == "__main__":
    measure_columns("vectorbt", trade)
