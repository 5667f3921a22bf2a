"""Quotes are thinned; how the book leaned at a minute's close is a part of the candle."""

import msgspec
import pytest

from engine.feeds.tops import Tops
from engine.model.messages import CandleClosed, Depth, Quote
from engine.venues.api import Top

CLOSE = 1_700_006_460_000


class Clock:
    now = CLOSE - 30_000

    def __call__(self) -> int:
        return self.now


def top(bid_qty: float | None = 4.0, ask_qty: float | None = 1.5, bid: float | None = 2480.1) -> Top:
    return {"bid": bid, "ask": 2480.3, "bidVolume": bid_qty, "askVolume": ask_qty}


def closed(tops: Tops, close: int = CLOSE, symbol: str = "ETH") -> float | None:
    return tops.closed(CandleClosed(close + 80, symbol, "1m", close - 60_000, 1.0, 1.0, 1.0, 1.0, 1.0)).obi


def seen(*quotes: tuple[int, Top]) -> Tops:
    """Quotes by their time relative to the close."""
    clock = Clock()
    tops = Tops(clock)
    for after, quote in quotes:
        clock.now = CLOSE + after
        tops.seen("ETH", quote)
    return tops


def test_the_printed_example_of_the_book() -> None:
    """2480.1 x 4 / 2480.3 x 1.5: obi 0.4545454545 (strategies.md 11)."""
    assert closed(seen((-100, top()))) == pytest.approx(0.4545454545)


def test_the_last_quote_before_the_close_counts_also_when_newer_ones_have_come() -> None:
    tops = seen((-300, top(1, 3)), (-100, top(3, 1)), (0, top(1, 9)), (40, top(1, 99)))
    assert closed(tops) == 0.5
    assert closed(tops, CLOSE + 60_000) is None


@pytest.mark.parametrize(("age", "obi"), [(5_000, 0.5), (5_001, None)])
def test_a_quote_that_stood_too_long_is_not_the_book(age: int, obi: float | None) -> None:
    assert closed(seen((-age, top(3, 1)))) == obi
    assert closed(seen((-age, top(3, 1)), (10, top()))) == obi


@pytest.mark.parametrize("bad", [top(None, None), top(0, 0), top(bid=None), top(bid=2480.3), top(bid=2481.0)])
def test_a_bad_book_is_not_known_and_no_older_one_stands_in(bad: Top) -> None:
    assert closed(seen((-200, top()), (-100, bad))) is None


def test_one_side_without_a_size_leans_wholly() -> None:
    assert closed(seen((-1, top(2, None)))) == 1.0


def test_nothing_is_known_of_other_symbols_earlier_closes_and_books_nobody_watched() -> None:
    tops = seen((-100, top()))
    assert closed(tops, symbol="BTC") is None
    assert closed(tops, CLOSE - 60_000) is None
    assert closed(seen((5, top()))) is None
    assert closed(seen()) is None


def test_a_candle_brings_the_newest_quote_unless_it_is_old_or_was_fetched() -> None:
    clock = Clock()
    tops = Tops(clock)
    candle = CandleClosed(CLOSE + 80, "ETH", "1m", CLOSE - 60_000, 1.0, 1.0, 1.0, 1.0, 1.0)
    assert tops.closed(candle).quote is None
    for after, quote in ((-100, top()), (40, top(1, 2, bid=2479.0)), (60, top(bid=2481.0))):
        clock.now = CLOSE + after
        tops.seen("ETH", quote)
    assert tops.closed(candle).quote == Quote(CLOSE + 40, "ETH", 2479.0, 2480.3, 1.0, 2.0)
    tops.take()
    clock.now = CLOSE + 5_040
    found = tops.closed(candle).quote
    assert found is not None
    assert found.at == CLOSE + 40
    assert tops.closed(msgspec.structs.replace(candle, backfilled=True)).quote is None
    clock.now += 1
    assert tops.closed(candle).quote is None


def test_a_quote_brings_the_depth_of_the_moment_it_is_given() -> None:
    clock = Clock()
    tops = Tops(clock, depth=lambda symbol: Depth(clock.now, 1.0, 2.0) if symbol == "ETH" else None)
    for symbol in ("ETH", "BTC"):
        tops.seen(symbol, top())
    assert [quote.depth for quote in tops.take()] == [Depth(CLOSE - 30_000, 1.0, 2.0), None]
    clock.now += 900
    found = tops.closed(CandleClosed(CLOSE, "ETH", "1m", CLOSE - 60_000, 1.0, 1.0, 1.0, 1.0, 1.0)).quote
    assert found is not None
    assert (found.at, found.depth) == (CLOSE - 30_000, Depth(CLOSE - 29_100, 1.0, 2.0))


def test_a_quote_is_given_once_a_second_or_when_it_moves() -> None:
    clock = Clock()
    tops = Tops(clock)
    tops.seen("ETH", top(), 10.0)
    (first,) = tops.take()
    assert (first.bid, first.ask, first.bid_qty, first.ask_qty) == (2480.1, 2480.3, 40.0, 15.0)
    clock.now += 500
    tops.seen("ETH", top(1, 1))
    assert tops.take() == []
    tops.seen("ETH", top(bid=2400.0))
    assert len(tops.take()) == 1
    clock.now += 1_000
    tops.seen("ETH", top(bid=2400.0))
    assert len(tops.take()) == 1
    tops.seen("ETH", top(bid=None))
    assert tops.take() == []
