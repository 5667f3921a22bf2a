"""bybit: inverse markets are counted in dollars."""

from typing import Any

from engine.venues.counting import InContracts, InQuote, is_inverse


class Quirk(InContracts, InQuote):
    """Mixed in before ccxt.pro.bybit."""

    def parse_ws_ohlcv(self, ohlcv: Any, market: Any = None) -> list[float | None]:
        """A row off the stream, which has names instead of places."""
        row: list[float | None] = super().parse_ws_ohlcv(ohlcv, market)  # type: ignore[misc]
        if is_inverse(market):
            row[5] = float(ohlcv["volume"])
        return row
