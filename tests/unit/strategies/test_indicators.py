"""Indicators against printed values, hand loops written here, TA-Lib and pandas-ta."""

from itertools import pairwise

import numpy as np
import pytest

from engine.model.market import Bars, Floats
from strategies import indicators as own
from strategies.ta import library
from tests.series import bars_of, e60, random_bars

CLOSES = np.array([10.0, 11.0, 13.0, 12.0, 16.0, 15.0])


def first(x: Floats) -> int:
    return int(np.flatnonzero(np.isfinite(x))[0])


def test_the_example_series_is_the_printed_one() -> None:
    bars = e60()
    rows = [bars.open, bars.high, bars.low, bars.close, bars.volume, bars.taker_buy]
    assert [[round(float(column[t]), 6) for column in rows] for t in range(4)] == [
        [1597.5, 1597.5, 1597.5, 1597.5, 100.0, 50.0],
        [1597.5, 1602.3, 1596.9, 1601.3, 227.0, 136.2],
        [1601.3, 1601.9, 1598.9, 1599.1, 249.0, 74.7],
        [1599.1, 1602.1, 1598.3, 1601.9, 256.0, 140.8],
    ]
    assert list(bars.close[-5:]) == [1601.5, 1603.7, 1599.9, 1601.1, 1601.8]
    delta = 2 * bars.taker_buy - bars.volume
    assert delta[1:5] == pytest.approx((45.4, -99.6, 25.6, 74.4))
    assert delta.sum() == pytest.approx(-16.2)


def test_ema_and_rsi_of_six_closes() -> None:
    nan = float("nan")
    np.testing.assert_allclose(
        own.ema(CLOSES, 3), [nan, nan, 11.33333333, 11.66666667, 13.83333333, 14.41666667], atol=5e-9
    )
    np.testing.assert_allclose(own.rsi(CLOSES, 3), [nan, nan, nan, 75.0, 90.0, 73.46939], atol=5e-6)


@pytest.mark.parametrize(
    ("bar", "ema9", "ema21", "rsi", "atr"),
    [
        (22, 1601.340894, 1603.120779, 41.37964644, 2.679081168),
        (41, 1599.442604, 1598.648172, 62.20011249, 2.526073325),
        (59, 1603.089406, 1603.113067, 48.30146614, 2.772640389),
    ],
)
def test_averages_rsi_and_atr_of_the_example_series(
    bar: int, ema9: float, ema21: float, rsi: float, atr: float
) -> None:
    bars = e60()
    assert own.ema(bars.close, 9)[bar] == pytest.approx(ema9, abs=5e-7)
    assert own.ema(bars.close, 21)[bar] == pytest.approx(ema21, abs=5e-7)
    assert own.rsi(bars.close)[bar] == pytest.approx(rsi, abs=5e-9)
    assert own.atr(bars)[bar] == pytest.approx(atr, abs=5e-10)


@pytest.mark.parametrize(
    ("bar", "bands"),
    [
        (22, (1610.722496, 1604.41, 1598.097504)),
        (41, (1602.745513, 1596.605, 1590.464487)),
        (59, (1610.635903, 1604.325, 1598.014097)),
    ],
)
def test_bollinger_bands_of_the_example_series(bar: int, bands: tuple[float, ...]) -> None:
    assert [band[bar] for band in own.bbands(e60().close)] == pytest.approx(bands, abs=5e-7)


def test_macd_of_the_example_series() -> None:
    line, signal, hist = own.macd(e60().close)
    assert (line[41], signal[41], hist[41]) == pytest.approx((-0.2313988474, -1.515936158, 1.284537311), abs=5e-10)
    assert (line[59], signal[59], hist[59]) == pytest.approx((0.3968274292, 1.143924839, -0.7470974099), abs=5e-10)
    assert first(line) == first(signal) == first(hist) == 33


def test_every_indicator_begins_at_its_first_bar() -> None:
    bars = random_bars(3, 80)
    x = bars.close
    begins = {
        "sma": (own.sma(x, 10), 9),
        "ema": (own.ema(x, 10), 9),
        "wma": (own.wma(x, 10), 9),
        "rsi": (own.rsi(x, 14), 14),
        "atr": (own.atr(bars, 14), 14),
        "bbands": (own.bbands(x, 20)[2], 19),
        "adx": (own.adx(bars), 27),
        "plus_di": (own.plus_di(bars), 14),
        "minus_di": (own.minus_di(bars), 14),
        "stoch k": (own.stoch(bars)[0], 17),
        "stoch d": (own.stoch(bars)[1], 17),
        "cci": (own.cci(bars), 19),
        "mfi": (own.mfi(bars), 14),
        "willr": (own.willr(bars), 13),
        "roc": (own.roc(x), 10),
        "mom": (own.mom(x), 10),
        "obv": (own.obv(bars), 0),
        "stddev": (own.stddev(x, 7), 6),
        "donchian": (own.donchian(bars, 20)[0], 20),
        "vol_sma": (own.vol_sma(bars, 20), 20),
    }
    assert {name: first(column) for name, (column, _) in begins.items()} == {
        name: bar for name, (_, bar) in begins.items()
    }


def hand_ema(x: Floats, n: int) -> float:
    value = float(np.mean(x[:n]))
    for price in x[n:]:
        value += 2.0 / (n + 1) * (float(price) - value)
    return value


def hand_wilder(x: list[float], n: int) -> float:
    value = sum(x[:n]) / n
    for one in x[n:]:
        value = (value * (n - 1) + one) / n
    return value


def hand_rsi(x: Floats, n: int) -> float:
    steps = [float(b - a) for a, b in pairwise(x)]
    gain = hand_wilder([max(step, 0.0) for step in steps], n)
    loss = hand_wilder([max(-step, 0.0) for step in steps], n)
    return 100.0 * gain / (gain + loss)


def hand_atr(bars: Bars, n: int) -> float:
    ranges = [
        max(high - low, abs(high - close), abs(low - close))
        for high, low, close in zip(bars.high[1:], bars.low[1:], bars.close, strict=False)
    ]
    return hand_wilder(ranges, n)


def test_recursions_are_those_of_a_plain_loop() -> None:
    bars = random_bars(11, 400)
    assert own.ema(bars.close, 21)[-1] == pytest.approx(hand_ema(bars.close, 21), rel=1e-12, abs=0.0)
    assert own.rsi(bars.close, 14)[-1] == pytest.approx(hand_rsi(bars.close, 14), rel=1e-11)
    assert own.atr(bars, 14)[-1] == pytest.approx(hand_atr(bars, 14), rel=1e-12, abs=0.0)


def test_macd_is_the_difference_of_two_averages_that_begin_together() -> None:
    x = random_bars(11, 200).close
    line = [hand_ema(x[14 : t + 1], 12) - hand_ema(x[: t + 1], 26) for t in range(25, 200)]
    signal = [hand_ema(np.array(line[: t + 1]), 9) for t in range(8, len(line))]
    np.testing.assert_allclose(own.macd(x)[0][33:], line[8:], rtol=0.0, atol=1e-10)
    np.testing.assert_allclose(own.macd(x)[1][33:], signal, rtol=0.0, atol=1e-10)


def test_window_averages_agree_with_talib() -> None:
    x, talib = random_bars(2, 500).close, library()
    np.testing.assert_allclose(own.sma(x, 30), talib.SMA(x, 30), rtol=1e-12)
    np.testing.assert_allclose(own.stddev(x, 20), talib.STDDEV(x, 20, 1.0), rtol=1e-9, atol=1e-9)
    for band, expected in zip(own.bbands(x, 20, 2.0), talib.BBANDS(x, 20, 2.0, 2.0), strict=True):
        np.testing.assert_allclose(band, expected, rtol=1e-9)


def test_windows_of_a_coin_that_lost_almost_everything_forget_its_old_price() -> None:
    rng = np.random.default_rng(3)
    walk = np.exp(np.cumsum(rng.normal(0.0, 0.002, 5_000)))
    x = np.concatenate([80.0 * walk, np.geomspace(80.0, 1e-4, 300), 1e-4 * walk])
    upper, middle, _ = own.bbands(x, 20, 2.0)
    last = x[-20:]
    assert own.sma(x, 20)[-1] == pytest.approx(last.mean(), rel=1e-13, abs=0.0)
    assert middle[-1] == pytest.approx(last.mean(), rel=1e-13, abs=0.0)
    assert upper[-1] - middle[-1] == pytest.approx(2.0 * last.std(), rel=1e-12, abs=0.0)


def test_indicators_agree_with_pandas_ta() -> None:
    import pandas as pd
    import pandas_ta

    bars = random_bars(2, 500)
    high, low, close, volume = (pd.Series(x) for x in (bars.high, bars.low, bars.close, bars.volume))
    macd = pandas_ta.macd(close)
    bands = pandas_ta.bbands(close, length=20, lower_std=2.0, upper_std=2.0)
    stoch = pandas_ta.stoch(high, low, close, k=14, d=3, smooth_k=3)
    pairs = {
        "ema": (own.ema(bars.close, 21), pandas_ta.ema(close, length=21)),
        "wma": (own.wma(bars.close, 21), pandas_ta.wma(close, length=21)),
        "atr": (own.atr(bars), pandas_ta.atr(high, low, close, length=14)),
        "macd": (own.macd(bars.close)[0], macd.iloc[:, 0]),
        "signal": (own.macd(bars.close)[1], macd.iloc[:, 2]),
        "lower": (own.bbands(bars.close)[2], bands.iloc[:, 0]),
        "upper": (own.bbands(bars.close)[0], bands.iloc[:, 2]),
        "k": (own.stoch(bars)[0], stoch.iloc[:, 0]),
        "cci": (own.cci(bars, 20), pandas_ta.cci(high, low, close, length=20)),
        "willr": (own.willr(bars), pandas_ta.willr(high, low, close, length=14)),
        "mfi": (own.mfi(bars), pandas_ta.mfi(high, low, close, volume, length=14)),
        "obv": (own.obv(bars), pandas_ta.obv(close, volume)),
        "roc": (own.roc(bars.close), pandas_ta.roc(close, length=10)),
    }
    for name, (ours, theirs) in pairs.items():
        expected = theirs.to_numpy()[-400:]
        np.testing.assert_allclose(ours[-400:], expected, rtol=1e-9, atol=1e-9, err_msg=name)


def test_rsi_is_50_where_nothing_moves() -> None:
    assert (own.rsi(np.full(40, 1600.0))[14:] == 50.0).all()


def test_rsi_turns_to_50_once_an_old_rise_or_fall_is_forgotten() -> None:
    for step in (1.0, -1.0):
        x = np.full(700, 100.0)
        x[:20] += step * np.arange(20)[::-1]
        rsi = own.rsi(x)
        sums = [abs(step) * (13 / 14) ** (t - 19) for t in range(700)]
        assert rsi[300] == (0.0 if step > 0 else 100.0)
        assert rsi[-1] == 50.0
        assert np.flatnonzero(rsi == 50.0)[0] == next(t for t, left in enumerate(sums) if left < 1e-14)


def test_rsi_of_nothing_but_losses_is_0() -> None:
    assert own.rsi(np.array([float(x) for x in range(40, 0, -1)]))[-1] == 0.0


def test_donchian_and_volume_mean_leave_the_bar_itself_out() -> None:
    close = np.array([float(x) for x in range(1, 31)])
    bars = bars_of(close, high=close + 1.0, low=close - 1.0, volume=close * 10.0)
    top, bottom = own.donchian(bars, 20)
    assert (top[25], bottom[25]) == (close[24] + 1.0, close[5] - 1.0)
    assert own.vol_sma(bars, 20)[25] == np.mean(bars.volume[5:25])


def test_vwap_starts_again_at_midnight_utc() -> None:
    close = np.array([10.0, 12.0, 20.0, 30.0])
    bars = bars_of(close, "1h", volume=np.array([1.0, 3.0, 0.0, 2.0]))
    later = Bars(bars.ts + 46 * 3_600_000, *(getattr(bars, name) for name in bars.__struct_fields__[1:]))
    np.testing.assert_allclose(own.vwap(bars), [10.0, 11.5, 11.5, (10.0 + 36.0 + 60.0) / 6.0])
    np.testing.assert_allclose(own.vwap(later), [10.0, 11.5, np.nan, 30.0])


@pytest.mark.parametrize("size", [0, 1, 2, 13])
def test_a_series_too_short_is_undefined_everywhere(size: int) -> None:
    bars = e60().slice(0, size)
    columns = (
        own.ema(bars.close, 21),
        own.rsi(bars.close),
        own.atr(bars),
        *own.bbands(bars.close),
        *own.macd(bars.close),
        *own.donchian(bars),
        own.vol_sma(bars),
    )
    for column in columns:
        assert len(column) == size
        assert np.isnan(column).all()
    assert len(own.vwap(bars)) == size
