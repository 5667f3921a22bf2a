"""In which currency the account of a desk is: all symbols of one that trades inverse contracts are settled alike."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from engine.model.errors import BadInput
from engine.model.instrument import Instrument
from engine.model.inverse import Inverse

CASH = Decimal(10_000)
"""What a simulated account begins with where nothing is said: quote currency ..."""
COINS = {"BTC": Decimal(1), "ETH": Decimal(10)}
OTHER_COINS = Decimal(1_000)
"""... or coin, by its name. Nobody knows a price then, so it is no sum of money, but one that contracts fit into."""


def inverse_of(instruments: Mapping[str, Instrument]) -> dict[str, Inverse]:
    """The inverse contracts by symbol: all of these, or none.

    BadInput when coins are mixed, or when some are settled in coin and some in quote currency: one account cannot
    hold both.
    """
    found = {symbol: one.inverse for symbol, one in instruments.items() if one.inverse is not None}
    if found and (len(found) < len(instruments) or len({one.base for one in instruments.values()}) > 1):
        named = ", ".join(f"{symbol} in {one.currency}" for symbol, one in instruments.items())
        raise BadInput(f"One account is in one currency, but these are settled in several: {named}.")
    return found


def account_currency(instruments: Mapping[str, Instrument]) -> str:
    """What the account is in: the coin of inverse contracts, else the quote of the first symbol; "" for none known."""
    return next((one.currency for one in instruments.values()), "")


def starting_cash(instruments: Iterable[Instrument]) -> Decimal:
    """What a simulated account begins with where nothing is said, in the currency it is in."""
    coin = next((one.base for one in instruments if one.inverse is not None), None)
    return CASH if coin is None else COINS.get(coin, OTHER_COINS)
