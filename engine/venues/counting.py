"""Inverse markets are counted in contracts (risk.md R1.3), whatever the exchange and ccxt count them in.

ccxt leaves the trades and books of an inverse market in the unit of the exchange, which is contracts or quote units,
but gives the volume of its candles in coin, so that one is not the sum of the other. What stands here makes all of
them contracts as the answers are read: nothing behind it has to know. It is mixed in by `engine/venues/quirks`.
"""

from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any


class InContracts:
    """For exchanges whose candles hold their contracts in the sixth place and the coin of these behind."""

    def parse_ohlcv(self, ohlcv: Any, market: Any = None) -> list[float | None]:
        """A row of ccxt's, its volume in contracts."""
        row: list[float | None] = super().parse_ohlcv(ohlcv, market)  # type: ignore[misc]
        if is_inverse(market):
            row[5] = float(ohlcv[5])
        return row


class InQuote:
    """For exchanges that count the amounts of their inverse markets in quote units: a contract is one of these."""

    def set_markets(self, markets: Any, currencies: Any = None) -> Any:
        """The markets as the exchange lists them; what it calls a contract is no more than a least order."""
        listed: Iterable[MutableMapping[str, object]] = markets.values() if isinstance(markets, Mapping) else markets
        for market in listed:
            if is_inverse(market):
                market["contractSize"] = 1.0
        return super().set_markets(markets, currencies)  # type: ignore[misc]


def is_inverse(market: Mapping[str, object] | None) -> bool:
    """Whether a market is settled in its base currency."""
    return market is not None and market.get("inverse") is True
