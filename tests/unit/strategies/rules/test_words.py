"""Each word of an indicator rule against plain comparisons of TA-Lib's columns."""

import numpy as np
import pytest

from engine.model.market import Flags, Floats
from strategies import indicators as own
from strategies.ta import library
from tests.series import random_bars
from tests.unit.strategies.rules.documents import before, longs, where

BARS = random_bars(4, 900)
CLOSE = BARS.close
TALIB = library()


def says(indicator: str, condition: str, **keys: object) -> list[int]:
    return longs({"type": "indicator", "indicator": indicator, "condition": condition} | keys, bars=BARS)


def expected(yes: Flags, first: int = 0) -> list[int]:
    """Rows that hold, outside the stretches where the market is flat, from the first bar on."""
    high, low = own.highest(BARS.high, 20), own.lowest(BARS.low, 20)
    return [t for t in where(yes & (high != low)) if t >= first]


def over(x: Floats, y: Floats | float) -> Flags:
    """Greater by more than rounding."""
    found: Flags = x - y > 1e-12 * np.maximum(np.abs(x), np.abs(y))
    return found


def crossed(x: Floats, y: Floats) -> Flags:
    found: Flags = over(x, y) & ~over(before(x), before(y)) & np.isfinite(before(x)) & np.isfinite(before(y))
    return found


def test_two_averages_cross() -> None:
    fast, slow = TALIB.EMA(CLOSE, 9), TALIB.EMA(CLOSE, 21)
    assert says("ema", "crossover") == expected(crossed(fast, slow), 21) != []
    assert says("ema", "crossunder") == expected(crossed(slow, fast), 21) != []
    fast, slow = TALIB.WMA(CLOSE, 5), TALIB.WMA(CLOSE, 12)
    assert says("wma", "crossover", params={"fast": 5, "slow": 12}) == expected(crossed(fast, slow), 12) != []


def test_a_close_crosses_one_average() -> None:
    line = own.sma(CLOSE, 20)
    assert says("sma", "crossover", params={"period": 20}) == expected(crossed(CLOSE, line), 20) != []
    assert says("sma", "crossunder", params={"period": 20}) == expected(crossed(line, CLOSE), 20) != []


def test_macd_and_stochastic_cross_their_signal() -> None:
    line, signal, _ = TALIB.MACD(CLOSE, 12, 26, 9)
    assert says("macd", "crossover") == expected(crossed(line, signal), 34) != []
    k, d = TALIB.STOCH(BARS.high, BARS.low, CLOSE, 14, 3, 0, 3, 0)
    assert says("stoch", "crossunder") == expected(crossed(d, k), 18) != []


@pytest.mark.parametrize(
    ("name", "column", "low", "high"),
    [
        ("rsi", own.rsi(CLOSE, 14), 30.0, 70.0),
        ("stoch", TALIB.STOCH(BARS.high, BARS.low, CLOSE, 14, 3, 0, 3, 0)[0], 20.0, 80.0),
        ("mfi", TALIB.MFI(BARS.high, BARS.low, CLOSE, BARS.volume, 14), 20.0, 80.0),
        ("willr", TALIB.WILLR(BARS.high, BARS.low, CLOSE, 14), -80.0, -20.0),
        ("cci", TALIB.CCI(BARS.high, BARS.low, CLOSE, 20), -100.0, 100.0),
    ],
)
def test_oscillators_are_oversold_and_overbought_beyond_their_limits(
    name: str, column: Floats, low: float, high: float
) -> None:
    size = np.full(len(column), 1.0)
    assert says(name, "oversold") == expected(over(low * size, column)) != []
    assert says(name, "overbought") == expected(over(column, high)) != []
    other = (low + 2 * high) / 3
    assert says(name, "overbought", value=other) == expected(over(column, other)) != []


def test_above_and_below_a_number() -> None:
    column = TALIB.ROC(CLOSE, 10)
    assert says("roc", "above", value=0.5) == expected(over(column, 0.5)) != []
    assert says("roc", "below", value=-0.5) == expected(over(np.full(900, -0.5), column)) != []
    assert says("macd", "above", value=0) == expected(over(TALIB.MACD(CLOSE, 12, 26, 9)[0], 0.0)) != []


def test_a_close_above_an_average_or_beyond_a_band() -> None:
    line = TALIB.EMA(CLOSE, 50)
    assert says("ema", "above", params={"period": 50}) == expected(over(CLOSE, line)) != []
    assert says("ema", "below", params={"period": 50}) == expected(over(line, CLOSE)) != []
    upper, _, lower = TALIB.BBANDS(CLOSE, 20, 2.0, 2.0)
    assert says("bbands", "above") == expected(over(CLOSE, upper)) != []
    assert says("bbands", "below") == expected(over(lower, CLOSE)) != []
    upper, _, lower = TALIB.BBANDS(CLOSE, 30, 1.5, 1.5)
    assert says("bbands", "below", params={"period": 30, "std": 1.5}) == expected(over(lower, CLOSE)) != []


def test_rising_and_falling_count_strict_steps() -> None:
    column = TALIB.MOM(CLOSE, 10)
    up, down = over(column, before(column)), over(before(column), column)
    assert says("mom", "rising") == expected(up, 11) != []
    three = np.zeros(900, bool)
    for t in range(13, 900):
        three[t] = down[t - 2 : t + 1].all()
    assert says("mom", "falling", bars=3) == expected(three, 13) != []


def test_a_touch_is_no_cross_and_leaving_it_is() -> None:
    rule = {"type": "compare", "left": {"price": "close"}, "op": "crosses_above", "right": 7}
    bars = random_bars(1, 30)
    bars.close[:] = 6.0
    bars.close[10:] = [6, 6.5, 7, 7.5, 7, 8, 9, 6, 7, 7, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8]
    assert longs(rule, bars=bars) == [13, 15, 20]
