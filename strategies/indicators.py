"""The indicators of the strategies, on numpy columns: one value per bar, NaN before the first bar that has
one.

Recursive ones come from TA-Lib, averages and deviations of a window from `strategies.rolling` (same formulas,
no running sum). Every row depends on the bars up to it only, and is the same bit for bit however many bars
follow.
"""

from itertools import pairwise

import numpy as np

from engine.model.market import DAY_MS, Bars, Floats
from strategies import rolling
from strategies.ta import (
    ADX,
    ATR,
    CCI,
    EMA,
    MACD,
    MAX,
    MFI,
    MIN,
    MINUS_DI,
    MOM,
    OBV,
    PLUS_DI,
    ROC,
    RSI,
    STOCH,
    WILLR,
    WMA,
)
from strategies.tail import along

STILL = 1e-14
"""An average movement below this is none: the rsi is 50 there, where TA-Lib says 0 or 100."""


def sma(x: Floats, n: int) -> Floats:
    """Mean of the last n values, from bar n - 1."""
    return rolling.mean(x, n)


def ema(x: Floats, n: int) -> Floats:
    """Exponential average, factor 2 / (n + 1), from bar n - 1 where it is the mean of the first n values."""
    return EMA(x, n)


def wma(x: Floats, n: int) -> Floats:
    """Mean with weights 1..n, the newest heaviest, from bar n - 1."""
    return WMA(x, n)


def rsi(x: Floats, n: int = 14) -> Floats:
    """Wilder's relative strength 0..100, from bar n; 50 where nothing moves."""
    out = RSI(x, n)
    if np.count_nonzero((out == 0.0) | (out == 100.0)):
        # With high = low = close the true range is |change|: this is average gain plus average loss.
        out[ATR(x, x, x, n) < STILL] = 50.0
    return out


def atr(bars: Bars, n: int = 14) -> Floats:
    """Wilder's average true range in price units, from bar n."""
    return along(bars, ("atr", n), lambda of: ATR(of.high, of.low, of.close, n))


def bbands(x: Floats, n: int = 20, k: float = 2.0) -> tuple[Floats, Floats, Floats]:
    """Upper, middle and lower band: mean and k population deviations, from bar n - 1."""
    middle, deviation = rolling.deviation(x, n)
    deviation *= k
    return middle + deviation, middle, middle - deviation


def macd(x: Floats, fast: int = 12, slow: int = 26, signal: int = 9) -> tuple[Floats, Floats, Floats]:
    """Line, signal and histogram, all from bar slow + signal - 2."""
    return MACD(x, fast, slow, signal)


def adx(bars: Bars, n: int = 14) -> Floats:
    """Average directional index 0..100, from bar 2 n - 1."""
    return ADX(bars.high, bars.low, bars.close, n)


def plus_di(bars: Bars, n: int = 14) -> Floats:
    """Upward directional index 0..100, from bar n."""
    return PLUS_DI(bars.high, bars.low, bars.close, n)


def minus_di(bars: Bars, n: int = 14) -> Floats:
    """Downward directional index 0..100, from bar n."""
    return MINUS_DI(bars.high, bars.low, bars.close, n)


def stoch(bars: Bars, k: int = 14, smooth: int = 3, d: int = 3) -> tuple[Floats, Floats]:
    """Stochastic k and d with simple averages, 0..100, from bar k + smooth + d - 3."""
    return STOCH(bars.high, bars.low, bars.close, fastk_period=k, slowk_period=smooth, slowd_period=d)


def cci(bars: Bars, n: int = 20) -> Floats:
    """Commodity channel index, from bar n - 1."""
    return CCI(bars.high, bars.low, bars.close, n)


def mfi(bars: Bars, n: int = 14) -> Floats:
    """Money flow index 0..100, from bar n."""
    return MFI(bars.high, bars.low, bars.close, bars.volume, n)


def willr(bars: Bars, n: int = 14) -> Floats:
    """Williams %R, -100..0, from bar n - 1."""
    return WILLR(bars.high, bars.low, bars.close, n)


def roc(x: Floats, n: int = 10) -> Floats:
    """Change over n bars in percent, from bar n."""
    return ROC(x, n)


def mom(x: Floats, n: int = 10) -> Floats:
    """Change over n bars in units of x, from bar n."""
    return MOM(x, n)


def obv(bars: Bars) -> Floats:
    """On-balance volume, from bar 0; its origin is the first bar, so it is compared only with itself."""
    return OBV(bars.close, bars.volume)


def stddev(x: Floats, n: int) -> Floats:
    """Population standard deviation of the last n values, from bar n - 1."""
    return rolling.deviation(x, n)[1]


def highest(x: Floats, n: int) -> Floats:
    """Largest of the last n values (n at least 2), from bar n - 1."""
    return MAX(x, n)


def lowest(x: Floats, n: int) -> Floats:
    """Smallest of the last n values (n at least 2), from bar n - 1."""
    return MIN(x, n)


def donchian(bars: Bars, n: int = 20) -> tuple[Floats, Floats]:
    """Highest high and lowest low of the n bars before this one, from bar n."""
    return rolling.before(highest(bars.high, n)), rolling.before(lowest(bars.low, n))


def vol_sma(bars: Bars, n: int = 20) -> Floats:
    """Mean volume of the n bars before this one, from bar n."""
    return rolling.before(rolling.mean(bars.volume, n))


def vwap(bars: Bars) -> Floats:
    """Volume-weighted mean of (high + low + close) / 3 since 00:00 UTC; NaN while the day has no volume."""
    volume = bars.volume
    paid = (bars.high + bars.low + bars.close) / 3.0 * volume
    out = np.full(len(bars), np.nan)
    day = bars.ts // DAY_MS
    edges = [0, *(np.flatnonzero(day[1:] != day[:-1]) + 1), len(bars)]
    for start, stop in pairwise(edges):
        traded = np.cumsum(volume[start:stop])
        np.divide(np.cumsum(paid[start:stop]), traded, out=out[start:stop], where=traded > 0.0)
    return out
