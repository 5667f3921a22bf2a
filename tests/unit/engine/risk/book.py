"""The book of risk.md section 5: four positions, their printed correlations, equity 8400."""

from decimal import Decimal as D

import numpy as np

from engine.model.orders import Direction
from engine.risk.correlation import Correlations
from engine.risk.stake import Stake

EQUITY = 8400.0


def stake(
    symbol: str, direction: Direction, qty: str, entry: str, stop: str | None, *, mark: str = "", strategy: str = "ema"
) -> Stake:
    return Stake(
        symbol, symbol, strategy, direction, D(qty), D(entry), D(mark or entry), None if stop is None else D(stop)
    )


ETH = stake("ETH", "long", "1.2", "2480", "2440")
SOL = stake("SOL", "long", "15", "151", "146")
LTC = stake("LTC", "short", "20", "84", "86")
ADA = stake("ADA", "long", "2500", "0.4100", "0.4120")
BOOK = (ETH, SOL, LTC, ADA)

PAIRS = {"ETH-SOL": 0.80, "ETH-LTC": 0.60, "ETH-ADA": 0.50, "SOL-LTC": 0.55, "SOL-ADA": 0.65, "LTC-ADA": 0.40}
PRINTED = Correlations({"ETH": 0, "SOL": 1, "LTC": 2, "ADA": 3}, np.eye(4))
for pair, rho in PAIRS.items():
    one, other = (PRINTED.index[name] for name in pair.split("-"))
    PRINTED.matrix[one, other] = PRINTED.matrix[other, one] = rho
RHO = PRINTED.among([held.symbol for held in BOOK])
