"""The currency of the account that is told of: quote currency to the cent, or the coin of inverse contracts."""

from collections.abc import Iterable
from contextvars import ContextVar
from typing import NamedTuple

from engine.model.contract import contract
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
    _tell([one.base for one in instruments if one.inverse is not None])


def tell_of_symbols(symbols: Iterable[str]) -> None:
    """The same of what is known by its unified names alone."""
    markets = [market for symbol in symbols if (market := contract(symbol)) is not None]
    _tell([market.base for market in markets if market.inverse])


def unit() -> str:
    """What follows an amount that stands alone: coin is named, quote currency is what nobody doubts."""
    return "" if told() is QUOTE else f" {told().name}"


def money_is() -> str:
    """What is added to a heading where money is coin."""
    return f"; money is{unit()}" if unit() else ""


def currency_of(symbol: str) -> str:
    """What the profits of a market are paid in, as its unified name says; of another name what most are."""
    market = contract(symbol)
    return QUOTE.name if market is None else market.base if market.inverse else market.quote


def _tell(coins: list[str]) -> None:
    _TOLD.set(Currency(coins[0], COIN_PLACES) if coins else QUOTE)
