"""Symbols that come without a venue: what is base, what is quote, and what rules an unlisted symbol has."""

from decimal import Decimal

from engine.model.instrument import Instrument

QUOTES = (
    "FDUSD",
    "USDT",
    "USDC",
    "BUSD",
    "TUSD",
    "USD",
    "EUR",
    "GBP",
    "TRY",
    "BRL",
    "JPY",
    "BTC",
    "ETH",
    "BNB",
)
"""Quote currencies a written-together symbol may end in; a longer name stands before its own ending."""


def split_symbol(symbol: str) -> tuple[str, str]:
    """Base and quote of `BTCUSDT`, `BTC/USDT` or `BTC/USDT:USDT`; an unknown quote is the empty text."""
    if "/" in symbol:
        base, _, rest = symbol.partition("/")
        return base, rest.partition(":")[0]
    for quote in QUOTES:
        if symbol.upper().endswith(quote) and len(symbol) > len(quote):
            return symbol[: -len(quote)], symbol[-len(quote) :]
    return symbol, ""


def unlisted(symbol: str, tick: Decimal | None = None, step: Decimal | None = None) -> Instrument:
    """The instrument of a symbol whose venue is not asked: no tick, step 0.000001, no minimums."""
    base, quote = split_symbol(symbol)
    bare = Instrument(symbol, base, quote, tick=tick)
    return bare if step is None else Instrument(symbol, base, quote, tick=tick, step=step)
