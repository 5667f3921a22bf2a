"""What the risk rules print: the return series X of their examples, table T of tiers, and how near is right."""

from decimal import Decimal as D

import numpy as np
import pytest

from engine.model.instrument import Instrument, Tier
from engine.model.market import Floats

X: Floats = np.array([((7 * i * i + 3 * i) % 41 - 19) / 1000 for i in range(1, 33)])

TIERS = (
    Tier(D(0), D(20_000), D("0.006"), D(75), D(0)),
    Tier(D(20_000), D(250_000), D("0.008"), D(50), D(40)),
    Tier(D(250_000), D(1_200_000), D("0.015"), D(25), D(1790)),
    Tier(D(1_200_000), D(5_000_000), D("0.03"), D(10), D(19_790)),
)
ETH = Instrument("ETH", "ETH", "USDT", tiers=TIERS)


def near(printed: float) -> object:
    """Equal to a printed float within 1e-9 of it."""
    return pytest.approx(printed, rel=1e-9, abs=1e-15)


def exactly(price: D | None, printed: str) -> bool:
    """A Decimal price rounded to as many decimals as are printed."""
    return price is not None and round(price, max(0, -int(D(printed).as_tuple().exponent))) == D(printed)
