"""Rising volatility: follows a move that is large for its market while volatility expands."""

from functools import lru_cache
from itertools import accumulate
from math import ceil, sqrt
from typing import Annotated, Literal

import msgspec
import numpy as np
from msgspec import Meta

from engine.model.market import BarsByTimeframe, Check, Floats, Ints, Scores, Timeframe
from strategies import rolling
from strategies.base import CandleStrategy, settled
from strategies.columns import SAME, Marks, base, lin, over, scores, signals
from strategies.indicators import atr, highest
from strategies.tail import along

ATR_BARS = 14
MOVE_BARS = 3
RATIO, MOVE = 1.25, 1.0
"""Least ratio of fast to slow volatility, and least move z, of a vote."""
BLOCK = 32
"""Returns in a block of the fast volatility: short enough that a power of the decay never gets small."""
LOW, HIGH = 0.75, 1.5
"""Ratios below the first are the low regime, from the second on the high one."""
Regime = Literal["LOW", "NORMAL", "HIGH"]


class Params(msgspec.Struct, frozen=True):
    """Parameters of `vol_model`."""

    decay: Annotated[float, Meta(ge=0.5, le=0.99, description="weight of the past in the fast volatility")] = 0.85
    slow: Annotated[int, Meta(ge=20, le=500, description="returns of the slow volatility")] = 100
    atr_mult: Annotated[float, Meta(ge=0.5, le=10, description="stop distance in ATR14")] = 2.0
    rr: Annotated[float, Meta(ge=0.5, le=10, description="target in multiples of the stop distance")] = 2.0


class VolatilityModel(CandleStrategy[Params]):
    """Follows a move that is large for its market while volatility is rising.

    Signal: long when the fast volatility is at least 1.25 times the slow one and the move z is at least 1; short
    when z is -1 or less. Fast: root of the exponential average of squared returns, weight of the past 0.85
    (`decay`). Slow: sample deviation of the last 100 returns (`slow`). z is the return over 3 bars divided by
    (slow sqrt(3)). No signal where the slow volatility is nothing.

    Stop and target: stop 2 ATR14 (`atr_mult`) from entry, target 2 R (`rr`).

    Exit: stop or target, nothing else.

    Score: 100 (0.5 lin(fast/slow, 1.25, 2.5) + 0.5 lin(|z|, 1, 3)).

    Checks: `ratio` (fast/slow; below 0.75 the regime is low, from 1.5 on high, else normal; met from 1.25 on),
    `move` (z; met from 1 on, either way).

    Reason codes: `normal_up`, `normal_down`, `high_up`, `high_down` (the regime and the move).
    """

    name = "vol_model"
    timeframes: tuple[Timeframe, ...] = ("1h",)
    params_type = Params

    def warmup(self, params: Params) -> int:
        """Bars after which the seeds of ATR and of the fast volatility no longer show."""
        return max(settled(wilder=ATR_BARS, ema=ceil(round(2.0 / (1.0 - params.decay), 9))), params.slow + 1)

    def first_bar(self, params: Params) -> int:
        """The first bar with a slow volatility."""
        return params.slow

    def reach(self, params: Params) -> int:
        """Enough for the returns of the slow volatility."""
        return params.slow + 1

    def evaluate(self, bars: BarsByTimeframe, params: Params) -> Scores:
        """Score every bar; see the class."""
        of = base(bars)
        fast = along(of, ("ewma", params.decay), lambda every: ewma(_change(every.close, 1), params.decay))
        ratio, move = _measured(of.close, fast, params.slow)
        wide = ratio >= RATIO

        def mark(rows: Ints, side: Floats) -> Marks:
            score = 100.0 * (0.5 * lin(ratio[rows], RATIO, 2.5) + 0.5 * lin(np.abs(move[rows]), MOVE, 3.0))
            stop = of.close[rows] - side * params.atr_mult * atr(of, ATR_BARS)[rows]
            return Marks(score, stop, code=2 * (ratio[rows] >= HIGH) + (side < 0.0))

        return scores(
            signals(of, self.first_bar(params), wide & (move >= MOVE), wide & (move <= -MOVE)),
            mark,
            ("normal_up", "normal_down", "high_up", "high_down"),
            target_r=params.rr,
            checks=(Check("ratio", ratio, wide), Check("move", move, np.abs(move) >= MOVE)),
            setup=self.name,
        )


def volatility(close: Floats, params: Params) -> tuple[Floats, Floats]:
    """Ratio of fast to slow volatility, and the move z; NaN where undefined or the slow one is nothing."""
    return _measured(close, ewma(_change(close, 1), params.decay), params.slow)


def _measured(close: Floats, fast: Floats, bars: int) -> tuple[Floats, Floats]:
    change, move = _change(close, 1), _change(close, MOVE_BARS)
    slow = rolling.deviation(change, bars, ddof=1)[1]
    slow[slow <= SAME * highest(np.abs(change), bars)] = 0.0
    return over(fast, slow, np.nan), over(move, slow * sqrt(MOVE_BARS), np.nan)


def _change(close: Floats, bars: int) -> Floats:
    """close / close `bars` earlier - 1, NaN where there is none."""
    return close / rolling.before(close, bars) - 1.0


def ewma(change: Floats, decay: float) -> Floats:
    """Root of the exponential average of squared returns, seeded by the first; `change` begins with NaN.

    Computed in blocks: a block's own sum, weighted up and down again by powers of the decay, plus what is left of the
    average before it.
    """
    size = max(len(change) - 1, 0)
    blocks = np.zeros((-(-size // BLOCK), BLOCK))
    blocks.reshape(-1)[:size] = np.square(change[1:])
    power = _powers(decay)
    own = (1.0 - decay) * power * np.cumsum(blocks / power, axis=1)
    seed = blocks[0, 0] if size else 0.0
    left = list(accumulate(own[:-1, -1].tolist(), lambda before, now: power[-1] * before + now, initial=seed))
    variance = own + power * np.array(left[: len(own)])[:, None]
    out = np.empty(len(change))
    out[:1] = np.nan
    out[1:] = np.sqrt(variance.reshape(-1)[:size])
    return out


@lru_cache
def _powers(decay: float) -> Floats:
    """The first powers of the decay."""
    powers: Floats = np.power(decay, np.arange(1, BLOCK + 1), dtype=np.float64)
    powers.setflags(write=False)
    return powers


def regime(ratio: float) -> Regime:
    """The name of a ratio of fast to slow volatility."""
    return "LOW" if ratio < LOW else "HIGH" if ratio >= HIGH else "NORMAL"


strategy = VolatilityModel()
