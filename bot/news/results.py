"""What a period was like, from the closed trades and the hourly marks of the account. Pure."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from bot.news.calendar import Period
from engine.model.account import ClosedTrade
from engine.model.facts import EquityMarked

SETTLED_MS = 60_000
"""A mark is made just after its hour: one within a minute of a boundary belongs to it."""
ZERO = Decimal(0)


class Results(msgspec.Struct, frozen=True):
    """A period's result. Money in the account's currency, net of fees and funding; drawdown as a fraction."""

    start: Decimal
    """Equity at the beginning."""
    end: Decimal
    trades: tuple[ClosedTrade, ...]
    curve: tuple[tuple[int, Decimal], ...]
    drawdown: Decimal
    """The deepest fall from the highest mark within the period."""
    open: int
    """Positions open at the end."""

    @property
    def change(self) -> Decimal:
        """Change of equity, open positions included."""
        return self.end - self.start

    @property
    def wins(self) -> int:
        """Closed trades that made money."""
        return sum(trade.pnl > 0 for trade in self.trades)

    @property
    def profit_factor(self) -> Decimal | None:
        """Won over lost money; None where nothing was lost."""
        lost = -sum((trade.pnl for trade in self.trades if trade.pnl < 0), ZERO)
        won = sum((trade.pnl for trade in self.trades if trade.pnl > 0), ZERO)
        return won / lost if lost else None

    @property
    def fees(self) -> Decimal:
        """Paid, positive."""
        return sum((trade.fee for trade in self.trades), ZERO)

    @property
    def funding(self) -> Decimal:
        """Received, negative when paid."""
        return sum((trade.funding for trade in self.trades), ZERO)

    def by_strategy(self) -> list[tuple[str, int, Decimal]]:
        """Strategy, closed trades, their result; the best first."""
        names = {trade.strategy for trade in self.trades}
        rows = [
            (name, len(own), sum((trade.pnl for trade in own), ZERO))
            for name in sorted(names)
            if (own := [trade for trade in self.trades if trade.strategy == name])
        ]
        return sorted(rows, key=lambda row: row[2], reverse=True)


def results(
    period: Period, trades: Sequence[ClosedTrade], marks: Sequence[EquityMarked], otherwise: Decimal
) -> Results:
    """The period's result. `otherwise` stands in for the equity before the first mark."""
    within = [mark for mark in marks if period.start - SETTLED_MS < mark.at <= period.end + SETTLED_MS]
    curve = tuple((mark.at, mark.account.equity) for mark in within)
    start = equity_at(marks, period.start, otherwise)
    peak, fall = start, ZERO
    for _, equity in curve:
        peak = max(peak, equity)
        fall = max(fall, 1 - equity / peak) if peak > 0 else fall
    closed = tuple(trade for trade in trades if period.start <= trade.exit_at < period.end)
    positions = within[-1].positions if within else 0
    return Results(start, equity_at(marks, period.end, start), closed, curve, fall, positions)


def equity_at(marks: Sequence[EquityMarked], at: int, otherwise: Decimal) -> Decimal:
    """Equity by the last mark made by then."""
    known = [mark for mark in marks if mark.at <= at + SETTLED_MS]
    return known[-1].account.equity if known else otherwise
