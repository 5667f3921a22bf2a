"""How deep the books of an exchange are near their middle: kept current by ccxt, summed only when somebody asks.

Books change a hundred times a second and more; of all that the desk takes two numbers with the quotes it takes anyway.
"""

from collections.abc import Callable

import msgspec

from engine.model.messages import Depth
from engine.risk.touch import near
from engine.venues.api import Book, Top

PLACES = 8
"""Decimals kept of a sum: what is beyond them is binary noise."""


class Heard(msgspec.Struct, frozen=True):
    """A book as ccxt keeps it, in units of `size`, and by what it was seen to have changed `at` last."""

    at: int
    book: Book
    size: float
    sign: tuple[object, ...]


class Depths:
    """The books that are heard of, by symbol. One that did not change since it was read last is as old as then."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._heard: dict[str, Heard] = {}

    def seen(self, symbol: str, book: Book, size: float = 1.0) -> None:
        """A book that may have changed; amounts in units of `size`."""
        sign = (book.get("nonce"), book.get("timestamp"), *(tuple(side[0]) for side in _sides(book) if side))
        before = self._heard.get(symbol)
        if before is None or before.book is not book or before.sign != sign:
            self._heard[symbol] = Heard(self._clock(), book, size, sign)

    def forget(self) -> None:
        """The stream broke or begins anew: nothing is known until it tells."""
        self._heard.clear()

    def of(self, symbol: str) -> Depth | None:
        """What stands within 0.1 % of the middle; None where no book is known, or one that is crossed or one-sided."""
        heard, top = self._heard.get(symbol), self.top(symbol)
        if heard is None or top is None or not (bid := top["bid"] or 0.0) < (ask := top["ask"] or 0.0):
            return None
        mid = (bid + ask) / 2
        sums = [round(near(mid, side) * heard.size, PLACES) for side in _sides(heard.book)]
        return Depth(heard.at, *sums)

    def top(self, symbol: str) -> Top | None:
        """The best levels of a book that has two sides."""
        heard = self._heard.get(symbol)
        if heard is None or not all(_sides(heard.book)):
            return None
        (bid, bids, *_), (ask, asks, *_) = (side[0] for side in _sides(heard.book))
        return {"bid": bid, "ask": ask, "bidVolume": bids, "askVolume": asks}


def _sides(book: Book) -> tuple[list[list[float]], list[list[float]]]:
    return book["bids"], book["asks"]
