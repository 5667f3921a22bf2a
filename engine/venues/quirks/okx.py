"""okx: the candles of inverse markets in contracts, as their trades and books are."""

from engine.venues.counting import InContracts


class Quirk(InContracts):
    """Mixed in before ccxt.pro.okx."""
