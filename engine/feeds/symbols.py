"""Symbols that come without a venue: what is base, what is quote, and what rules an unlisted symbol has."""

from decimal import Decimal

from engine.model.contract import contract
from engine.model.instrument import Instrument
from engine.model.inverse import Inverse
from engine.model.money import ONE

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
CONTRACT_SIZES = {"BTC": Decimal(100)}
CONTRACT_SIZE = Decimal(10)
"""Quote units of a COIN-M contract of Binance, by base, and of every other base."""


def split_symbol(symbol: str) -> tuple[str, str]:
    """Base and quote of `BTCUSDT`, `BTC/USDT` or `BTC/USDT:USDT`; an unknown quote is the empty text."""
    if "/" in symbol:
        base, _, rest = symbol.partition("/")
        return base, rest.partition(":")[0]
    for quote in QUOTES:
        if symbol.upper().endswith(quote) and len(symbol) > len(quote):
            return symbol[: -len(quote)], symbol[-len(quote) :]
    return symbol, ""


def unlisted(
    symbol: str, tick: Decimal | None = None, step: Decimal | None = None, contract_size: Decimal | None = None
) -> Instrument:
    """The instrument of a symbol whose venue is not asked: no tick, step 0.000001, no minimums.

    `BTC/USD:BTC` names an inverse contract: whole ones of `contract_size` quote units, or of what Binance publishes.
    """
    base, quote = split_symbol(symbol)
    market = contract(symbol)
    if market is not None and market.inverse:
        size = contract_size or CONTRACT_SIZES.get(base, CONTRACT_SIZE)
        return Instrument(symbol, base, quote, tick, step or ONE, step or ONE, inverse=Inverse(size))
    bare = Instrument(symbol, base, quote, tick=tick)
    return bare if step is None else Instrument(symbol, base, quote, tick=tick, step=step)
