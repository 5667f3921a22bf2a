"""Closed trades and open positions as CSV files for the chat: plain numbers, times in ISO UTC."""

import csv
import io
from collections.abc import Iterable, Sequence

from bot.figures.currency import currency_of
from bot.figures.printing import TRADE_COLUMNS, iso, trade_row
from engine.model.account import ClosedTrade
from engine.model.money import plain
from engine.model.views import PositionView

POSITION_COLUMNS = [
    "symbol",
    "side",
    "opened_at",
    "amount",
    "entry_price",
    "mark_price",
    "stop",
    "target",
    "fees",
    "funding",
    "pnl",
    "strategy",
    "trade",
    "currency",
]


def trades_csv(trades: Sequence[ClosedTrade]) -> bytes:
    """The columns of `backtest --trades`."""
    return _csv(TRADE_COLUMNS, map(trade_row, trades))


def positions_csv(positions: Sequence[PositionView]) -> bytes:
    """At their marks; what there is none of is empty."""
    return _csv(POSITION_COLUMNS, map(_position, positions))


def _position(one: PositionView) -> list[str]:
    ends = ("" if price is None else plain(price) for price in (one.stop, one.target))
    return [
        one.symbol,
        one.direction,
        iso(one.opened_at),
        *(plain(number) for number in (one.qty, one.avg, one.mark)),
        *ends,
        *(plain(number) for number in (one.fees, one.funding, one.pnl)),
        one.strategy,
        one.trade,
        currency_of(one.symbol),
    ]


def _csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue().encode()
