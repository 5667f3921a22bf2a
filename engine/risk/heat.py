"""Heat: the share of equity lost if every stop is hit, alone and with correlations (risk.md R5.1-R5.3).

Sources: Van Tharp (portfolio heat); Markowitz (1952) for the quadratic form.
"""

from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from engine.model.market import Floats, Ints
from engine.model.money import ZERO, shadow
from engine.risk.stake import Stake
from engine.risk.stress import FLOOR, load, stressed


def total_heat(stakes: Sequence[Stake]) -> Decimal:
    """Money lost if every stop is hit, entries under way counted as filled (R5.1)."""
    return sum((stake.heat for stake in stakes), ZERO)


def heats(stakes: Sequence[Stake]) -> Floats:
    """Heat of each stake as floats, for the forms below."""
    return np.array([shadow(stake.heat) for stake in stakes])


def signs(stakes: Sequence[Stake]) -> Ints:
    """Side of each stake, +1 or -1."""
    return np.array([stake.sign for stake in stakes], dtype=np.int64)


def correlated_heat(stakes: Sequence[Stake], rho: Floats, equity: float) -> tuple[float, float]:
    """R5.2, for information: signed, and its upper bound that gives no credit for hedges; fractions of equity."""
    losses = heats(stakes)
    return load(np.copysign(losses, signs(stakes)), rho) / equity, load(losses, rho) / equity


def stress_heat(stakes: Sequence[Stake], rho: Floats, equity: float, floor: float = FLOOR) -> float:
    """R5.3, the limited one: correlations of one side are at least `floor`; a fraction of equity."""
    return load(heats(stakes), stressed(rho, signs(stakes), floor)) / equity
