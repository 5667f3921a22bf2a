"""The currency of the account that is told of: quote currency to the cent, or the coin of inverse contracts."""

from collections.abc import Iterable
from contextvars import ContextVar
from typing import NamedTuple

from engine.model.instrument import Instrument


class Currency(NamedTuple):
    """How money is written."""

    name: str
    places: int
    """Decimals."""


QUOTE = Currency("USDT", 2)
COIN_PLACES = 6
_TOLD: ContextVar[Currency] = ContextVar("currency", default=QUOTE)


def told() -> Currency:
    """That of whatever this task tells of."""
    return _TOLD.get()


def tell_of(instruments: Iterable[Instrument]) -> None:
    """From here on this task, and those that it starts, tell of a desk of these instruments."""
    coins = [one.base for one in instruments if one.inverse is not None]
    _TOLD.set(Currency(coins[0], COIN_PLACES) if coins else QUOTE)
