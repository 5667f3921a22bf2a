"""deribit: inverse markets are counted in dollars, which its candles have as their cost."""

from typing import Any

from engine.venues.counting import InQuote, is_inverse

COST = 6
"""Place of the cost in a row made of REST's columns; ccxt leaves it out."""


class Quirk(InQuote):
    """Mixed in before ccxt.pro.deribit."""

    def convert_trading_view_to_ohlcv(self, ohlcvs: Any, *names: Any) -> list[list[float | None]]:
        """REST's columns as rows, their cost at the end."""
        rows: list[list[float | None]] = super().convert_trading_view_to_ohlcv(ohlcvs, *names)  # type: ignore[misc]
        return [[*row, cost] for row, cost in zip(rows, ohlcvs.get("cost") or [None] * len(rows), strict=True)]

    def parse_ohlcv(self, ohlcv: Any, market: Any = None) -> list[float | None]:
        """A row of REST's."""
        row: list[float | None] = super().parse_ohlcv(ohlcv, market)  # type: ignore[misc]
        if is_inverse(market):
            row[5] = ohlcv[COST]
        return row

    def parse_ws_ohlcv(self, ohlcv: Any, market: Any = None) -> list[float | None]:
        """A row off the stream."""
        row: list[float | None] = super().parse_ws_ohlcv(ohlcv, market)  # type: ignore[misc]
        if is_inverse(market):
            row[5] = ohlcv["cost"]
        return row
