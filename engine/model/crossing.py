"""Markets that are paid in another currency than the account's: an order there exchanges one holding for another.

A cross market (SOL/ETH on an account in USDT) holds no position of its own. What is paid there comes out of the
position of the market of its quote currency (ETH/USDT), what is bought goes into that of its base currency (SOL/USDT),
so everything the desk owns stays a position with a price in the currency of the account.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from engine.model.contract import contract
from engine.model.errors import BadInput
from engine.model.instrument import Instrument
from engine.model.orders import Side


class Cross(NamedTuple):
    """The markets in the account's currency that stand behind a cross market."""

    quote: str
    """Where its quote currency is held."""
    base: str
    """Where its base currency is held."""

    def ends(self, side: Side) -> tuple[str, str]:
        """Whose position pays an order on this side, and whose grows by it."""
        return (self.quote, self.base) if side == "buy" else (self.base, self.quote)


def crosses_of(symbols: Iterable[str]) -> dict[str, Cross]:
    """The cross markets among these, by symbol: spot markets whose quote currency is traded here too.

    BadInput where one of the two markets behind it is missing.
    """
    markets = {symbol: of for symbol in sorted(symbols) if (of := contract(symbol)) is not None and not of.inverse}
    traded = {of.base for of in markets.values()}
    spots = {(of.base, of.quote): symbol for symbol, of in markets.items() if of.kind == "spot"}
    accounts = sorted({quote for _, quote in spots} - traded)
    found: dict[str, Cross] = {}
    for (base, quote), symbol in spots.items():
        if quote not in traded:
            continue
        behind = [(spots.get((quote, each)), spots.get((base, each))) for each in accounts]
        whole = next((Cross(first, last) for first, last in behind if first and last), None)
        if whole is None:
            raise BadInput(
                f"{symbol} is paid in {quote}, in which no account is kept; it needs the spot markets of {quote} and "
                f"{base} in one currency beside it, such as {quote}/USDT and {base}/USDT."
            )
        found[symbol] = whole
    return found


def homes_of(crosses: Mapping[str, Cross]) -> frozenset[str]:
    """The markets behind all of these."""
    return frozenset(home for cross in crosses.values() for home in cross)


def crumb(instruments: Mapping[str, Instrument], symbol: str, home: str, side: Side, price: Decimal) -> Decimal:
    """Less than this is dust, when an order on `symbol` leaves it of the position in `home` that it was paid from.

    It pays for not one step more of that order, or is not one step of its own market.
    """
    step = instruments[symbol].step
    return max(step * price if side == "buy" else step, instruments[home].step)
