"""Quotes of the synthetic market: after each trade, around its price, with the flow of the trades themselves, and with
books that thin out when the market falls."""

from collections import defaultdict
from itertools import takewhile
from statistics import median

import pytest

from engine.feeds.synthetic import SyntheticSource
from engine.model.market import DAY_MS, MINUTE_MS
from engine.model.messages import CandleClosed, Quote

SYMBOLS = ("DOGEUSDT", "SOLUSDT")
MINUTES = 30


def source(quoted: bool) -> SyntheticSource:
    return SyntheticSource(4, SYMBOLS, history_minutes=0, footprints=False, quoted=quoted)


def test_quotes_stand_among_the_same_other_events_in_the_order_of_time() -> None:
    with_quotes, without = source(True), source(False)
    end = with_quotes.start + MINUTES * MINUTE_MS + 2_000
    events = list(takewhile(lambda event: event.at < end, with_quotes.events()))
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert sum(isinstance(event, Quote) for event in events) == MINUTES * 24 * 2 + 2
    rest = [event for event in events if not isinstance(event, Quote)]
    assert rest == list(takewhile(lambda event: event.at < end, without.events()))


def test_each_quote_is_a_tick_wide_around_its_trade_and_knows_who_took() -> None:
    market = source(True)
    opened = market.start + 5 * MINUTE_MS
    trades = market.trades("SOLUSDT", opened)
    quotes = [
        event
        for event in takewhile(lambda event: event.at < opened + MINUTE_MS, market.events(opened))
        if isinstance(event, Quote) and event.symbol == "SOLUSDT"
    ]
    for trade, quote in zip(trades, quotes, strict=True):
        assert quote.at == trade.at + 1_250
        assert quote.ask - quote.bid == pytest.approx(0.01, abs=1e-9)
        assert (quote.bid if trade.taker_sold else quote.ask) == trade.price
        assert quote.bid_qty > 0
        assert quote.ask_qty > 0
    for last in range(3, 24):
        four = trades[last - 3 : last + 1]
        bought = sum(trade.qty for trade in four if not trade.taker_sold)
        sold = sum(trade.qty for trade in four if trade.taker_sold)
        assert quotes[last].flow == pytest.approx((bought - sold) / (bought + sold), abs=1e-9)


def test_the_flow_of_a_days_first_trades_is_not_known() -> None:
    market = source(True)
    first = [e for e in takewhile(lambda e: e.at < market.start + 11_000, market.events()) if isinstance(e, Quote)]
    assert [quote.flow is None for quote in first] == [True] * 6 + [False] * 2


def test_a_candle_brings_a_quote_of_its_close_whose_book_is_a_tenth_as_deep_in_a_crash_as_on_the_way_up() -> None:
    """Seed 7 has a crash on its second day. Turnover of a calm minute is 500,000; twice that stands near the price."""
    market = SyntheticSource(7, ["ADAUSDT"], history_minutes=0)
    stood: dict[str, list[float]] = defaultdict(list)
    for event in takewhile(lambda event: event.at < market.start + 3 * DAY_MS, market.events()):
        if isinstance(event, CandleClosed):
            quote = event.quote
            assert quote is not None
            assert quote.depth is not None
            assert quote.at == quote.depth.at == event.at
            assert event.close in (quote.bid, quote.ask)
            assert event.obi == pytest.approx((quote.bid_qty - quote.ask_qty) / (quote.bid_qty + quote.ask_qty))
            assert quote.depth.bid >= quote.bid_qty - 0.001
            assert quote.depth.ask >= quote.ask_qty - 0.001
            stood[market.regime(event.open_at)].append(quote.depth.bid * quote.bid)
    calm, crash = median(stood["up"]), median(stood["crash"])
    assert calm == pytest.approx(1e6, rel=0.5)
    assert crash < 0.2 * calm
    assert min(stood["crash"]) < 0.1 * calm
