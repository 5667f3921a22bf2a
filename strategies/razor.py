"""Razor: trend, strength, volatility and momentum in one direction."""

from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from engine.model.market import BarsByTimeframe, Check, Flags, Floats, Ints, Scores, Timeframe
from strategies import rolling
from strategies.base import CandleStrategy, settled
from strategies.columns import ABSTENTIONS, NO_SIGNAL, Marks, base, lin, scores, signals
from strategies.indicators import ema, rsi
from strategies.tail import along_closes

CODES = ("razor_long", "razor_short", "below_threshold")


class Params(msgspec.Struct, frozen=True):
    """Parameters of `razor`."""

    fast: Annotated[int, Meta(ge=2, le=50, description="bars of the fast exponential average")] = 9
    slow: Annotated[int, Meta(ge=3, le=200, description="bars of the slow one, more than fast")] = 21
    rsi: Annotated[int, Meta(ge=2, le=50, description="bars of the rsi")] = 14
    vol_window: Annotated[int, Meta(ge=5, le=200, description="returns the volatility is taken from")] = 20
    vol_min: Annotated[float, Meta(ge=0, le=100, description="least volatility, percent a bar")] = 0.02
    vol_max: Annotated[float, Meta(ge=0, le=100, description="most volatility, percent a bar")] = 1.0
    mom_bars: Annotated[int, Meta(ge=1, le=50, description="bars of the momentum")] = 5
    mom_min: Annotated[float, Meta(ge=0, le=1, description="least momentum, fraction of the price")] = 0.0005
    threshold: Annotated[float, Meta(ge=0, le=100, description="strength a signal must exceed")] = 70.0
    stop: Annotated[float, Meta(ge=0.001, le=0.05, description="stop distance, fraction of the price")] = 0.005
    target: Annotated[float, Meta(ge=0.001, le=0.2, description="target distance, fraction of the price")] = 0.01


class Razor(CandleStrategy[Params]):
    """Takes quick trades in the direction of trend and momentum when volatility is neither dead nor wild.

    Signal: all four checks and strength > 70 (`threshold`). The side is long when the fast average is above
    the slow one, short when below.

    Stop and target: 0.5 % (`stop`) and 1 % (`target`) of the price from entry.

    Exit: stop or target, nothing else.

    Score: the strength, 100 (0.30 min(1, |fast/slow - 1|/0.002) + 0.25 min(1, s (rsi - 50)/15) + 0.20 when
    the volatility check passes + 0.25 min(1, |momentum|/0.003)); the rsi counts 0 when its check fails.
    `confidence` is the strength on every bar from the first on, also without a signal.

    Checks: `trend` (fast/slow - 1; met when not 0), `rsi` (met in 50..70 for a long, 30..50 for a short, 50
    excluded), `volatility` (sample deviation of the last 20 returns in percent; met in 0.02..1), `momentum`
    (change over 5 bars as a fraction; met when it has the sign of the side and at least 0.0005).

    Reason codes: `razor_long`, `razor_short`, `below_threshold` (all checks met, too weak).
    """

    name = "razor"
    timeframes: tuple[Timeframe, ...] = ("5m",)
    accepts: tuple[Timeframe, ...] = ("1m", "5m", "15m", "1h")
    params_type = Params

    def check(self, params: Params) -> str | None:
        """The fast average must be the shorter one, the volatility band not empty."""
        if params.fast >= params.slow:
            return f"fast must be less than slow, but they are {params.fast} and {params.slow}."
        if params.vol_min >= params.vol_max:
            return f"vol_min must be less than vol_max, but they are {params.vol_min:g} and {params.vol_max:g}."
        return None

    def warmup(self, params: Params) -> int:
        """Bars after which the seeds of rsi and averages no longer show."""
        return settled(wilder=params.rsi, ema=params.slow)

    def first_bar(self, params: Params) -> int:
        """The bar after the first on which every quantity is defined."""
        return max(params.slow - 1, params.rsi, params.vol_window, params.mom_bars) + 1

    def reach(self, params: Params) -> int:
        """Enough for the returns of the volatility."""
        return max(params.vol_window, params.mom_bars) + 1

    def evaluate(self, bars: BarsByTimeframe, params: Params) -> Scores:
        """Score every bar; see the class."""
        of = base(bars)
        close = of.close
        fast, slow = (along_closes(of, ema, bars) for bars in (params.fast, params.slow))
        side = np.sign(fast - slow)
        trend = fast / slow - 1.0
        index = along_closes(of, rsi, params.rsi)
        lean = side * (index - 50.0)
        volatility = 100.0 * rolling.deviation(_change(close, 1), params.vol_window, ddof=1)[1]
        momentum = _change(close, params.mom_bars)
        pull = side * momentum
        met = (
            side * side > 0.0,
            (lean > 0.0) & (lean <= 20.0),
            (volatility >= params.vol_min) & (volatility <= params.vol_max),
            (pull > 0.0) & (pull >= params.mom_min),
        )
        strength = _strength(trend, lean * met[1], met[2], momentum)
        every: Flags = met[0] & met[1] & met[2] & met[3]
        strong = every & (strength > params.threshold)
        found = signals(of, self.first_bar(params), strong & (side > 0.0), strong & (side < 0.0))
        strength[: found.first_bar] = 0.0

        def mark(rows: Ints, way: Floats) -> Marks:
            entry = close[rows]
            return Marks(strength[rows], entry * (1.0 - params.stop * way), entry * (1.0 + params.target * way))

        out = scores(
            found,
            mark,
            CODES,
            checks=(
                Check("trend", trend, met[0]),
                Check("rsi", index, met[1]),
                Check("volatility", volatility, met[2]),
                Check("momentum", momentum, met[3]),
            ),
            setup=self.name,
        )
        out.reason[every & (out.reason == NO_SIGNAL)] = len(ABSTENTIONS) + CODES.index("below_threshold")
        return msgspec.structs.replace(out, confidence=strength)


def break_even(params: Params, fee: float) -> tuple[float, float, float]:
    """Win and loss after taker fees (fractions of the entry), and the share of wins that makes them even."""
    win = (1.0 + params.target) * (1.0 - fee) - (1.0 + fee)
    loss = (1.0 + fee) - (1.0 - params.stop) * (1.0 - fee)
    return win, loss, loss / (win + loss)


def _change(close: Floats, bars: int) -> Floats:
    """close / close `bars` earlier - 1, NaN where there is none."""
    return close / rolling.before(close, bars) - 1.0


def _strength(trend: Floats, lean: Floats, calm: Flags, momentum: Floats) -> Floats:
    """0..100; `lean` is 0 where the rsi check fails."""
    return 100.0 * (
        0.30 * lin(np.abs(trend), 0.0, 0.002)
        + 0.25 * lin(lean, 0.0, 15.0)
        + 0.20 * calm
        + 0.25 * lin(np.abs(momentum), 0.0, 0.003)
    )


strategy = Razor()
