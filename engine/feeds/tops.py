"""Best bid and ask, thinned: a book changes a hundred times a second, a desk decides once a minute."""

from collections.abc import Callable

from engine.model.messages import Quote
from engine.venues.api import Top

INTERVAL_MS = 1_000
"""A symbol's quote is given at most this often ..."""
MOVE = 0.0005
"""... unless its middle moved by this share since the one given before."""


class Tops:
    """Keeps the newest quote of each symbol and gives it when it is due."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._newest: dict[str, Quote] = {}
        self._given: dict[str, Quote] = {}

    def seen(self, symbol: str, top: Top, size: float = 1.0) -> None:
        """A quote off the stream, amounts in units of `size`; one-sided and crossed ones are left out."""
        bid, ask = top["bid"], top["ask"]
        if bid and ask and 0 < bid < ask:
            self._newest[symbol] = Quote(
                self._clock(),
                symbol,
                bid,
                ask,
                (top.get("bidVolume") or 0.0) * size,
                (top.get("askVolume") or 0.0) * size,
            )

    def take(self) -> list[Quote]:
        """The quotes that are due now, stamped with their arrival."""
        due = [quote for symbol, quote in self._newest.items() if self._due(quote, self._given.get(symbol))]
        for quote in due:
            self._given[quote.symbol] = quote
            del self._newest[quote.symbol]
        return due

    def _due(self, quote: Quote, given: Quote | None) -> bool:
        if given is None or self._clock() - given.at >= INTERVAL_MS:
            return True
        before, after = given.bid + given.ask, quote.bid + quote.ask
        return abs(after - before) > MOVE * before
