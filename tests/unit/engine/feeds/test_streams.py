"""Which books are watched, with how many levels, and what they are good for where no best prices are streamed."""

import asyncio
from types import SimpleNamespace
from typing import cast

import pytest

from engine.feeds.depths import Depths
from engine.feeds.freshness import Freshness
from engine.feeds.minutes import Minutes
from engine.feeds.streams import Streams
from engine.feeds.tops import Tops
from engine.model.messages import Depth, Quote
from engine.venues.api import PublicApi

BOOK = {"bids": [[99.9, 3.0]], "asks": [[100.1, 5.0], [100.11, 7.0]], "nonce": 4, "timestamp": None}


class Watching:
    """Streams of one symbol in contracts of a half, on an exchange that notes what it is asked for."""

    def __init__(self, name: str, *has: str) -> None:
        self.asked: list[tuple[object, int | None]] = []
        self.depths = Depths(lambda: 7)
        self.tops = Tops(lambda: 7, depth=self.depths.of)
        api = SimpleNamespace(
            id=name,
            has=dict.fromkeys(has, True),
            orderbooks={"BTC": BOOK},
            watch_order_book=self._watch,
            watch_order_book_for_symbols=self._watch,
        )
        minutes = {"BTC": Minutes("BTC", None, calls_closed=False, counts_trades=False)}
        freshness = Freshness(lambda: 0.0)
        self.streams = Streams(
            cast(PublicApi, api), minutes, {"BTC": 0.5}, self.tops, self.depths, freshness, lambda: 7, lambda: None
        )

    async def _watch(self, what: object, limit: int | None) -> None:
        self.asked.append((what, limit))
        if len(self.asked) > 1:
            raise asyncio.CancelledError

    async def books(self) -> None:
        """Watch until the second call is cancelled."""
        (call,) = self.streams.calls("books")
        task = asyncio.create_task(self.streams.run("books", call, lambda: None))
        with pytest.raises(Exception, match="dropped"):
            await task


@pytest.mark.parametrize(
    ("name", "has", "asked"),
    [
        ("binanceusdm", ("watchOrderBook", "watchOrderBookForSymbols"), (["BTC"], 100)),
        ("kraken", ("watchOrderBookForSymbols",), (["BTC"], 500)),
        ("mexc", ("watchOrderBook",), ("BTC", None)),
    ],
)
async def test_books_are_watched_together_where_possible_with_the_levels_it_takes(
    name: str, has: tuple[str, ...], asked: tuple[object, int | None]
) -> None:
    watching = Watching(name, *has)
    await watching.books()
    assert watching.asked[0] == asked
    assert Watching(name).streams.calls("books") == []


async def test_where_no_quotes_are_streamed_they_are_made_of_the_books() -> None:
    watching = Watching("htx", "watchOrderBook")
    await watching.books()
    # The middle is 100: 99.9 and 100.1 are on the line.
    assert watching.tops.take() == [Quote(7, "BTC", 99.9, 100.1, 1.5, 2.5, None, Depth(7, 1.5, 2.5))]
    quoted = Watching("gate", "watchOrderBook", "watchBidsAsks")
    await quoted.books()
    assert quoted.tops.take() == []
    assert quoted.depths.of("BTC") == Depth(7, 1.5, 2.5)
