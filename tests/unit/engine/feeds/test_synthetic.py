import itertools

import numpy as np
import pytest

from engine.feeds.listings import LISTINGS
from engine.feeds.regimes import REGIMES
from engine.feeds.synthetic import EPOCH, SyntheticSource
from engine.model.errors import BadInput
from engine.model.market import DAY_MS, MINUTE_MS
from engine.model.messages import CandleClosed, FundingSettled


@pytest.fixture(scope="module")
def source() -> SyntheticSource:
    return SyntheticSource(7, history_minutes=2_000)


def test_it_lists_six_symbols_with_their_published_rules(source: SyntheticSource) -> None:
    names = [instrument.symbol for instrument in source.instruments]
    assert names == ["ADAUSDT", "BTCUSDT", "DOGEUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT"]
    assert all(instrument.tick and instrument.min_notional for instrument in source.instruments)
    assert source.timeframes == dict.fromkeys(names, "1m")


def test_the_first_minute_opens_at_the_listing_price_give_or_take_a_few_ticks(
    source: SyntheticSource,
) -> None:
    for symbol, listing in LISTINGS.items():
        opened = source.columns(symbol, 1).open[0]
        assert opened == pytest.approx(listing.price, rel=10 * listing.volatility)


def test_history_ends_where_trading_begins_without_a_break(source: SyntheticSource) -> None:
    history = [candle for candle in source.history() if candle.symbol == "BTCUSDT"]
    first = next(e for e in source.events() if isinstance(e, CandleClosed) and e.symbol == "BTCUSDT")
    assert [candle.open_at for candle in history] == [EPOCH - i * MINUTE_MS for i in range(2_000, 0, -1)]
    assert first.open == pytest.approx(history[-1].close, rel=0.003)
    assert all(candle.footprint is None for candle in history)


def test_the_past_is_the_same_however_much_of_it_is_asked_for(source: SyntheticSource) -> None:
    late = source.columns("ETHUSDT", 100, EPOCH - 50 * MINUTE_MS)
    early = source.columns("ETHUSDT", 10_000, EPOCH - 5_000 * MINUTE_MS).slice(4_950, 5_050)
    assert (late.close == early.close).all()
    assert (late.ts == early.ts).all()


def test_columns_are_the_candles_of_the_events(source: SyntheticSource) -> None:
    columns = source.columns("SOLUSDT", 300)
    candles = [e for e in itertools.islice(source.events(), 2_500) if isinstance(e, CandleClosed)]
    own = [candle for candle in candles if candle.symbol == "SOLUSDT"][:300]
    assert [candle.close for candle in own] == columns.close.tolist()
    assert [candle.volume for candle in own] == columns.volume.tolist()
    assert [candle.open_at for candle in own] == columns.ts.tolist()


def test_a_symbol_moves_the_same_alone_as_among_others(source: SyntheticSource) -> None:
    alone = SyntheticSource(7, ["XRPUSDT"])
    assert (alone.columns("XRPUSDT", 3_000).close == source.columns("XRPUSDT", 3_000).close).all()


def test_each_day_opens_where_the_one_before_closed(source: SyntheticSource) -> None:
    bars = source.columns("BTCUSDT", 6 * 1_440, EPOCH - 3 * DAY_MS)
    midnights = slice(1_440, None, 1_440)
    gaps = np.abs(bars.open[midnights] / bars.close[1_439:-1:1_440] - 1)
    assert gaps.max() < 0.003


def test_funding_settles_each_eight_hours_near_its_base_rate() -> None:
    source = SyntheticSource(3, ["BTCUSDT"], footprints=False)
    events = itertools.takewhile(lambda event: event.at <= EPOCH + 2 * DAY_MS, source.events())
    settled = [event for event in events if isinstance(event, FundingSettled)]
    assert [event.at - EPOCH for event in settled] == [h * 3_600_000 for h in (8, 16, 24, 32, 40, 48)]
    assert all(abs(event.rate) <= 3 * 10**-3 for event in settled)
    assert len({event.rate for event in settled}) > 1
    assert all(-event.rate.as_tuple().exponent <= 8 for event in settled)  # type: ignore[operator]


def test_going_on_gives_what_was_stamped_since() -> None:
    source = SyntheticSource(3, ["BTCUSDT", "ETHUSDT"])
    everything = list(itertools.takewhile(lambda e: e.at < EPOCH + 3 * DAY_MS, source.events()))
    for since in (
        EPOCH,
        EPOCH + DAY_MS,
        EPOCH + DAY_MS + 1_000,
        EPOCH + DAY_MS + 1_001,
        EPOCH + 2 * DAY_MS + 7,
    ):
        rest = [event for event in everything if event.at >= since]
        fresh = SyntheticSource(3, ["BTCUSDT", "ETHUSDT"])
        assert list(itertools.islice(fresh.events(since), len(rest))) == rest


def test_the_ids_of_the_trades_follow_on_each_other_over_midnight(source: SyntheticSource) -> None:
    minutes = [EPOCH + DAY_MS + k * MINUTE_MS for k in (-2, -1, 0, 1)]
    trades = [trade for opened in minutes for trade in source.trades("BTCUSDT", opened)]
    assert [trade.id - trades[0].id for trade in trades] == list(range(len(trades)))
    assert [trade.at for trade in trades] == sorted(trade.at for trade in trades)
    assert {trade.at // MINUTE_MS * MINUTE_MS for trade in trades} == set(minutes)


def test_without_history_and_footprints_there_are_none() -> None:
    source = SyntheticSource(3, history_minutes=0, footprints=False)
    assert list(source.history()) == []
    first = next(source.events())
    assert isinstance(first, CandleClosed)
    assert first.footprint is None


def test_the_regime_of_a_minute_can_be_asked(source: SyntheticSource) -> None:
    names = {source.regime(EPOCH + minute * MINUTE_MS) for minute in range(-20_000, 20_000, 10)}
    assert names == {regime.name for regime in REGIMES}


def test_an_unknown_symbol_and_a_negative_seed_are_refused() -> None:
    with pytest.raises(BadInput, match="has no PEPEUSDT; it lists BTCUSDT, ETHUSDT"):
        SyntheticSource(1, ["BTCUSDT", "PEPEUSDT"])
    with pytest.raises(BadInput, match="The seed is -1"):
        SyntheticSource(-1)
