"""Closed trades by what they have in common: divided once, as finely as anybody asks, and added up from there."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import msgspec

from engine.model.account import ClosedTrade
from engine.model.money import ZERO
from engine.model.result import Part

Key = tuple[str, str, str, str]
"""Strategy, symbol, side, reason: what the smallest heap of trades has in common."""


class Sum(msgspec.Struct, frozen=True):
    """Some trades added up, exactly."""

    wins: int
    losses: int
    trades: int
    held: int
    won: Decimal
    lost: Decimal
    fees: Decimal
    funding: Decimal
    best: Decimal
    worst: Decimal

    def __add__(self, other: "Sum") -> "Sum":
        """All trades of both."""
        return Sum(
            self.wins + other.wins,
            self.losses + other.losses,
            self.trades + other.trades,
            self.held + other.held,
            self.won + other.won,
            self.lost + other.lost,
            self.fees + other.fees,
            self.funding + other.funding,
            max(self.best, other.best),
            min(self.worst, other.worst),
        )

    def part(self, name: str) -> Part:
        """As a row of a table."""
        profit = self.won + self.lost
        return Part(
            name=name,
            trades=self.trades,
            wins=self.wins,
            losses=self.losses,
            win_rate=self.wins / self.trades,
            profit=profit,
            fees=self.fees,
            funding=self.funding,
            profit_factor=float(self.won / -self.lost) if self.lost else None,
            expectancy=profit / self.trades,
            best=self.best,
            worst=self.worst,
            held_ms=self.held // self.trades,
        )


def sums(trades: Iterable[ClosedTrade]) -> dict[Key, Sum]:
    """The trades added up by strategy, symbol, side and reason."""
    heaps: dict[Key, list[ClosedTrade]] = {}
    for trade in trades:
        key = (trade.strategy, trade.symbol, trade.direction, trade.reason)
        if key in heaps:
            heaps[key].append(trade)
        else:
            heaps[key] = [trade]
    return {key: added(heap) for key, heap in heaps.items()}


def added(trades: Sequence[ClosedTrade]) -> Sum:
    """The sum of at least one trade."""
    pnl = [trade.pnl for trade in trades]
    wins = [each for each in pnl if each > ZERO]
    won, profit = sum(wins, ZERO), sum(pnl, ZERO)
    return Sum(
        wins=len(wins),
        losses=len(pnl) - len(wins) - pnl.count(ZERO),
        trades=len(pnl),
        held=sum(trade.exit_at - trade.entry_at for trade in trades),
        won=won,
        lost=profit - won,
        fees=sum([trade.fee for trade in trades], ZERO),
        funding=sum([trade.funding for trade in trades if trade.funding], ZERO),
        best=max(wins or pnl),
        worst=min(pnl),
    )


def parts(found: Mapping[Key, Sum], place: int, order: Sequence[str] = ()) -> tuple[Part, ...]:
    """A row for each value in one place of the keys: those of `order` first, traded or not, the others by trades."""
    by_name: dict[str, Sum] = {}
    for key, heap in found.items():
        name = key[place]
        by_name[name] = by_name[name] + heap if name in by_name else heap
    others = sorted(by_name.keys() - set(order), key=lambda name: (-by_name[name].trades, name))
    return tuple(by_name[name].part(name) if name in by_name else idle(name) for name in (*order, *others))


def idle(name: str) -> Part:
    """The row of what did not trade."""
    return Part(name, 0, 0, 0, None, ZERO, ZERO, ZERO, None, None, None, None, None)
