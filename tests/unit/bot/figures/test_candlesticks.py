"""The picture of a signal shows the candles it was seen on, and its prices."""

from zoneinfo import ZoneInfo

import msgspec
import pytest

from bot.figures.candlesticks import COUNT, draw_candles, picture_of
from engine.model.market import Bars, Timeframe
from tests.unit.bot import pictures
from tests.unit.bot.figures.test_charts import size

UTC = ZoneInfo("UTC")


def candles(symbol: str, timeframe: Timeframe, count: int) -> Bars:
    return pictures.bars(count) if timeframe in ("1m", "5m") else pictures.bars(0)


def test_a_signal_is_drawn_on_its_own_timeframe_with_its_three_prices() -> None:
    picture = picture_of(pictures.analysis(), candles)
    assert picture
    assert (picture.title, picture.result, picture.rising) == ("BTC 5m", "razor Short 76", False)
    assert [(line.kind, line.price) for line in picture.lines] == [
        ("entry", 64120.0),
        ("stop", 64440.6),
        ("target", 63478.8),
    ]
    assert len(picture.bars) == COUNT


def test_without_a_signal_the_open_position_is_drawn() -> None:
    (_, quiet) = pictures.analysis().signals
    view = pictures.analysis(signals=(quiet, quiet), position=pictures.position())
    picture = picture_of(view, candles)
    assert picture
    assert (picture.title, picture.result) == ("BTC 1m", "no signal")
    assert [line.label for line in picture.lines] == ["open long 64,120.0", "stop 63,100.0", "target 66,800.0"]


def test_without_candles_there_is_no_picture() -> None:
    assert picture_of(pictures.analysis(), lambda symbol, timeframe, count: pictures.bars(1)) is None
    assert picture_of(pictures.analysis(signals=()), lambda symbol, timeframe, count: pictures.bars(0)) is None


@pytest.mark.parametrize("count", [2, 72, 500])
async def test_it_is_a_png_for_a_phone(count: int) -> None:
    picture = picture_of(pictures.analysis(), candles)
    assert picture
    drawn = await draw_candles(msgspec.structs.replace(picture, bars=pictures.bars(count)), UTC)
    assert size(drawn) == (1080, 810)


async def test_a_market_that_stands_still_can_be_drawn() -> None:
    bars = pictures.bars(9)
    seven = bars.open * 0 + 7
    still = Bars(bars.ts, seven, seven, seven, seven, bars.volume * 0, bars.taker_buy)
    picture = picture_of(pictures.analysis(), lambda symbol, timeframe, count: still)
    assert picture
    assert size(await draw_candles(picture, UTC)) == (1080, 810)
