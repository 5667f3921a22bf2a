"""What the learned scorer sees of each bar: what the other strategies say of it, and a little of the market."""

from math import cos, pi, sin

import numpy as np

from engine.model.market import DAY_MS, SPAN_MS, Bars, Floats, Timeframe
from strategies import vol_model
from strategies.indicators import atr, rsi
from strategies.members import Member, members

SCORERS = (
    "razor",
    "fabio",
    "grid",
    "failed_breakout",
    "ma_cross",
    "rsi_mr",
    "macd_bb",
    "breakout",
    "vol_model",
    "flow_model",
)
"""The candle strategies whose scores are features; of them, those that score these candles alone."""
MARKET = ("atr_pct", "rsi14", "z", "hour_sin", "hour_cos")
HOURS = np.array([[sin(2.0 * pi * hour / 24), cos(2.0 * pi * hour / 24)] for hour in range(24)])


def scorers(timeframe: Timeframe) -> tuple[Member, ...]:
    """The strategies that are loaded, run on this timeframe and read no other, by id."""
    return tuple(
        member
        for member in members(SCORERS)
        if timeframe in member.strategy.accepts and not member.strategy.reads(member.params)
    )


def names(timeframe: Timeframe) -> tuple[str, ...]:
    """The features in the order of the table's columns."""
    return (*(member.name for member in scorers(timeframe)), *MARKET)


def first_row(timeframe: Timeframe) -> int:
    """First row on which every feature is defined."""
    return max(member.first_bar for member in scorers(timeframe))


def table(bars: Bars, timeframe: Timeframe) -> Floats:
    """(bars, features) of bars that follow on each other; NaN throughout before `first_row`.

    Scores are -100..100 (an abstention is 0), ATR14 in percent of the close, the move z of `vol_model` (0 where the
    market does not move), and the hour in which the bar opened as a point on a circle.
    """
    close = bars.close
    _, move = vol_model.volatility(close, vol_model.Params())
    said = [member.strategy.evaluate({timeframe: bars}, member.params).score for member in scorers(timeframe)]
    hour = HOURS[bars.ts % DAY_MS // SPAN_MS["1h"]]
    columns = (*said, 100.0 * atr(bars) / close, rsi(close), np.nan_to_num(move), hour[:, 0], hour[:, 1])
    out = np.stack(columns, axis=1)
    out[: first_row(timeframe)] = np.nan
    return out
