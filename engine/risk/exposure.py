"""Exposure: notionals at the marks, alone, by asset and with correlations (risk.md R5.4, R5.5, R5.7)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

import msgspec
import numpy as np

from engine.model.market import Floats
from engine.model.money import ZERO, shadow
from engine.model.orders import Direction
from engine.risk.heat import signs
from engine.risk.stake import Stake
from engine.risk.stress import FLOOR, load, stressed


class Exposure(msgspec.Struct, frozen=True):
    """Gross and net notional in the account's currency; net is signed."""

    gross: Decimal
    net: Decimal

    def leverage(self, equity: Decimal) -> Decimal | None:
        """Gross over equity; None without equity."""
        return self.gross / equity if equity > 0 else None


def exposure(stakes: Iterable[Stake]) -> Exposure:
    """R5.4 over everything held and under way."""
    gross = net = ZERO
    for stake in stakes:
        notional = stake.notional
        gross += abs(notional)
        net += notional
    return Exposure(gross, net)


def by_base(stakes: Iterable[Stake]) -> dict[str, Decimal]:
    """Gross notional of each base asset over all its instruments."""
    sums: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for stake in stakes:
        sums[stake.base] += abs(stake.notional)
    return dict(sums)


def by_strategy(stakes: Iterable[Stake]) -> dict[str, Decimal]:
    """Gross notional of each strategy."""
    sums: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for stake in stakes:
        sums[stake.strategy] += abs(stake.notional)
    return dict(sums)


def herfindahl(notionals: Iterable[Decimal]) -> Decimal | None:
    """Sum of squared shares of the gross, for information: 1 is one asset, 1/n is n equal ones; None without any."""
    sizes = [abs(notional) for notional in notionals]
    gross = sum(sizes)
    return sum(size * size for size in sizes) / (gross * gross) if gross else None


def same_direction(stakes: Iterable[Stake], direction: Direction) -> int:
    """How many symbols stand on this side, held or under way."""
    return len({stake.symbol for stake in stakes if stake.direction == direction})


def notionals(stakes: Sequence[Stake]) -> Floats:
    """Signed notional of each stake as floats."""
    return np.array([shadow(stake.notional) for stake in stakes])


def correlated_exposure(stakes: Sequence[Stake], rho: Floats, equity: float, floor: float = FLOOR) -> float:
    """R5.5, a multiple of equity: the form of R5.3 with notionals."""
    return load(np.abs(notionals(stakes)), stressed(rho, signs(stakes), floor)) / equity
