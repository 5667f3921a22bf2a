"""Learned scorer: gradient-boosted trees over what the other strategies say."""

from typing import Annotated, NamedTuple

import msgspec
import numpy as np
from msgspec import Meta

from engine.model.errors import BadInput
from engine.model.market import DAY_MS, Bars, BarsByTimeframe, Check, Exits, Floats, Ints, Scores, Timeframe
from strategies.base import CandleStrategy, settled
from strategies.columns import NO_CODE, Marks, base, explained, lin, scores, signals
from strategies.indicators import atr
from strategies.learning import features
from strategies.learning.model import Recipe, load

ATR_BARS = 14
CODES = ("likely_up", "likely_down", "no_model", "model_mismatch", "model_expired")
NO_MODEL, MISMATCH, EXPIRED = 2, 3, 4


class Params(msgspec.Struct, frozen=True):
    """Parameters of `ml_score`."""

    model: Annotated[str, Meta(description="the model file; without one it says nothing")] = ""
    horizon: Annotated[int, Meta(ge=2, le=100, description="bars a trade lasts")] = 12
    certainty: Annotated[float, Meta(ge=0.5, le=0.95, description="least probability of the side")] = 0.6
    atr_mult: Annotated[float, Meta(ge=0.5, le=10, description="stop distance in ATR14")] = 2.0
    rr: Annotated[float, Meta(ge=0.5, le=10, description="target in multiples of the stop distance")] = 2.0
    fee: Annotated[float, Meta(ge=0, le=0.05, description="fee of a fill the model was trained with")] = 0.0005
    fit_days: Annotated[int, Meta(ge=1, le=2000, description="days each block was fitted on")] = 180
    use_days: Annotated[int, Meta(ge=1, le=365, description="days each block is used")] = 30


class LearnedScorer(CandleStrategy[Params]):
    """Trades when a model trained on what the other strategies said thinks one side likely to pay.

    Signal: p is the probability that a long pays: long when p >= 0.60 (`certainty`), short when p <= 0.40. The model
    sees the scores of the candle strategies that run on this timeframe alone, ATR14 in percent, rsi14, the move z
    of `vol_model` and the hour. It learned from the outcome of trades of 12 bars (`horizon`) after a `fee` per
    fill, walk-forward: fitted on 180 days (`fit_days`), used on the next 30 (`use_days`), never on what it
    learned from. The model file (`model`) is data; one made with other features or parameters is refused.

    Stop and target: stop 2 ATR14 (`atr_mult`) from entry, target 2 R (`rr`).

    Exit: after 12 bars (`horizon`).

    Score: 100 lin(|p - 0.5|, 0, 0.3).

    Checks: `probability` (p; met when it is enough for either side).

    Reason codes: `likely_up`, `likely_down`, `no_model` (none is given, or it has none for these days),
    `model_mismatch` (the file does not fit), `model_expired` (these candles are later than any it may be used on);
    `warming_up` also before the first fit.
    """

    name = "ml_score"
    timeframes: tuple[Timeframe, ...] = ("1h",)
    params_type = Params

    def check(self, params: Params) -> str | None:
        """The model file must fit the parameters."""
        try:
            if params.model:
                held = load(params.model)
                held.check(recipe(params, held.recipe.timeframe))
        except BadInput as refusal:
            return str(refusal)
        return None

    def refuses(self, timeframe: Timeframe, params: Params, bars: Bars | None = None) -> str | None:
        """The model must have been trained for this timeframe, and on these candles as far as they are here."""
        try:
            if params.model:
                held = load(params.model)
                held.check(recipe(params, timeframe))
                if bars is not None:
                    held.check_data(bars)
        except BadInput as refusal:
            return str(refusal)
        return None

    def made_of(self, params: Params) -> tuple[int, int] | None:
        """The days that the model's newest block was fitted on."""
        blocks = load(params.model).blocks if params.model else ()
        return (blocks[-1].start - params.fit_days * DAY_MS, blocks[-1].start) if blocks else None

    def warmup(self, params: Params) -> int:
        """What the slowest of the strategies it listens to needs."""
        return max(settled(wilder=ATR_BARS), *(member.warmup for member in features.scorers(self.timeframes[0])))

    def first_bar(self, params: Params) -> int:
        """The first bar on which every feature is defined."""
        return features.first_row(self.timeframes[0])

    def exits(self, params: Params) -> Exits:
        """The time stop."""
        return Exits(time_stop=params.horizon)

    def evaluate(self, bars: BarsByTimeframe, params: Params) -> Scores:
        """Score every bar; see the class."""
        of, timeframe = base(bars), next(iter(bars))
        asked = _ask(of, timeframe, params)
        chance = asked.chance
        up, down = chance >= params.certainty, chance <= 1.0 - params.certainty
        found = signals(of, max(self.first_bar(params), asked.first), up, down & ~up)

        def mark(rows: Ints, side: Floats) -> Marks:
            score = 100.0 * lin(np.abs(chance[rows] - 0.5), 0.0, 0.3)
            return Marks(score, of.close[rows] - side * params.atr_mult * atr(of, ATR_BARS)[rows])

        out = scores(
            found,
            mark,
            CODES,
            target_r=params.rr,
            checks=(Check("probability", chance, up | down),),
            setup=self.name,
        )
        return explained(out, asked.code)


def recipe(params: Params, timeframe: Timeframe) -> Recipe:
    """What a model for these parameters is trained with."""
    return Recipe(timeframe, params.horizon, params.fee, params.fit_days, params.use_days)


class Asked(NamedTuple):
    """What the model says of some bars."""

    first: int
    """First row that a block may be used on."""
    chance: Floats
    """Probability that a long pays, NaN where the model says nothing."""
    code: Ints
    """Index into `CODES` of why it does not."""


def _ask(of: Bars, timeframe: Timeframe, params: Params) -> Asked:
    try:
        held = load(params.model) if params.model else None
        if held is not None:
            held.check(recipe(params, timeframe))
    except BadInput:
        return _silent(of, MISMATCH)
    if held is None or not held.blocks:
        return _silent(of, NO_MODEL)
    chance = held.probability(of)
    code = np.where(np.isfinite(chance), NO_CODE, np.where(of.ts >= held.blocks[-1].end, EXPIRED, NO_MODEL))
    return Asked(int(np.searchsorted(of.ts, held.blocks[0].start)), chance, code)


def _silent(of: Bars, code: int) -> Asked:
    return Asked(0, np.full(len(of), np.nan), np.full(len(of), code))


strategy = LearnedScorer()
