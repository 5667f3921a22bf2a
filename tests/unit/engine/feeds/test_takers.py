"""The flow of the last ten seconds: known when nothing can be missing in it."""

from engine.feeds.takers import Takers
from engine.feeds.tops import Tops
from engine.minute import Trade


def trade(number: int, qty: float, sold: bool = False) -> Trade:
    return Trade(0, number, 100.0, qty, sold)


def test_the_printed_flow() -> None:
    """Bought 30, sold 12: (30 - 12)/42 = 0.4285714286 (strategies.md 11); what is older than ten seconds is out."""
    takers = Takers(counts=True)
    takers.add(trade(1, 100.0), 0)
    takers.add(trade(2, 30.0), 5_000)
    takers.add(trade(3, 12.0, sold=True), 9_000)
    assert takers.flow(9_999) is None
    assert takers.flow(10_000) == 18.0 / 42.0
    assert takers.flow(15_000) == -1.0
    assert takers.flow(30_000) == 0.0


def test_a_missing_trade_makes_it_unknown_for_ten_seconds_where_ids_count() -> None:
    counting, plain = Takers(counts=True), Takers(counts=False)
    for takers in (counting, plain):
        takers.add(trade(1, 1.0), 0)
        takers.add(trade(3, 1.0), 12_000)
    assert (counting.flow(13_000), plain.flow(13_000)) == (None, 1.0)
    assert counting.flow(22_000) == 0.0


def test_a_new_stream_begins_anew_and_quotes_carry_what_is_known() -> None:
    now = [0]
    tops = Tops(lambda: now[0], counts_trades=True)
    tops.traded("ETH", trade(1, 1.0))
    now[0] = 10_000
    tops.traded("ETH", trade(2, 3.0))
    tops.seen("ETH", {"bid": 99.0, "ask": 101.0, "bidVolume": 1.0, "askVolume": 1.0})
    assert [quote.flow for quote in tops.take()] == [1.0]
    tops.new_tape()
    now[0] = 12_000
    tops.seen("ETH", {"bid": 99.0, "ask": 101.0, "bidVolume": 1.0, "askVolume": 1.0})
    assert [quote.flow for quote in tops.take()] == [None]
