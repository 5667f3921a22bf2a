"""A minute as an exchange reports it, still forming or final."""

from collections.abc import Sequence

import msgspec


class Kline(msgspec.Struct, frozen=True):
    """One 1m row: opening time in UTC ms, prices, volume in base units (inverse: contracts); `final` when the exchange
    called it closed."""

    open_at: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    taker_buy: float | None = None
    last_trade: int | None = None
    """Id of the minute's last trade, where the exchange tells."""
    final: bool = False


def kline(row: Sequence[float | None], final: bool = False) -> Kline | None:
    """A ccxt candle row (time, open, high, low, close, volume[, taker buy]); None when a number is missing."""
    numbers = [value for value in row[:6] if value is not None]
    if len(numbers) < 6:
        return None
    opened, first, high, low, last, volume = map(float, numbers)
    bought = row[6] if len(row) > 6 else None
    return Kline(int(opened), first, high, low, last, volume, bought, final=final)
