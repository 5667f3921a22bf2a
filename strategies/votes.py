"""An ensemble's votes, column by column: what they weigh, and what they say together (strategies.md section 14)."""

from collections.abc import Iterable, Mapping
from functools import reduce
from typing import Literal, NamedTuple, get_args

import numpy as np

from engine.model.facts import MarketState
from engine.model.market import Floats, Ints
from strategies.columns import SAME, over

Kind = Literal["trend", "reversion", "flow"]
KIND_NAMES: tuple[Kind, ...] = get_args(Kind)
KINDS: dict[str, Kind] = {
    "fabio": "trend",
    "ma_cross": "trend",
    "breakout": "trend",
    "vol_model": "trend",
    "rsi_mr": "reversion",
    "macd_bb": "reversion",
    "failed_breakout": "reversion",
    "grid": "reversion",
    "flow_model": "flow",
}
"""What a strategy lives on; one that is not named here keeps its base weight in every market."""
Multipliers = Mapping[tuple[Kind, MarketState], float]
"""Weight multipliers 0..3 by kind and market state; 1 where nothing is said."""

VETO, LEAST_AGREEING, LEAST_SCORE = 0.8, 2, 0.5
OK, FLAT, VETOED, SINGLE, ZERO = range(5)
REASONS = (
    "ok",
    "flat",
    "veto",
    "single vote",
    *(f"score {hundredths / 100:.2f}" for hundredths in range(51)),
    *(f"score -{hundredths / 100:.2f}" for hundredths in range(51)),
)
"""What a verdict says, by its code: a score too small for a direction is part of the reason."""
CODES = {reason: code for code, reason in enumerate(REASONS)}


class Verdicts(NamedTuple):
    """What the votes say together on each bar."""

    score: Floats
    """-1..1, 0 without votes."""
    code: Ints
    """Index into `REASONS`; only `ok` is a direction."""
    leader: Ints
    """Row of the agreeing member whose entry, stop, target and exits are taken; -1 without a direction."""


def weight(strategy: str, state: MarketState, base: float = 1.0, multipliers: Multipliers | None = None) -> float:
    """A member's weight in this market: base weight 0..5 times the multiplier of its kind."""
    kind = KINDS.get(strategy)
    return base if kind is None else base * (multipliers or {}).get((kind, state), 1.0)


def combine(said: Floats, weights: Floats) -> Verdicts:
    """One verdict per bar from what each member said of it.

    Both tables are (members, bars), members in the order of their ids: confidence 0..1 with the sign of the
    side, 0 for an abstention or a dropped vote; and the weight of that vote, in one column where it is always the same.
    """
    size = said.shape[1]
    if not said.any():
        return Verdicts(np.zeros(size), np.full(size, FLAT), np.full(size, -1))
    total = _sum(np.where(said != 0.0, weights, 0.0), size)
    score = over(_sum(weights * said, size), total)
    side = np.where(np.abs(score) > SAME, np.sign(score), 0.0)
    lean = said * side
    agree = lean > 0.0
    code = np.where(np.count_nonzero(agree, axis=0) < LEAST_AGREEING, SINGLE, OK)
    code[(lean <= SAME - VETO).any(axis=0)] = VETOED
    code[side == 0.0] = ZERO
    code[total <= 0.0] = FLAT
    weak = np.flatnonzero((code == OK) & (np.abs(score) < LEAST_SCORE - SAME))
    code[weak] = [CODES[f"score {value:.2f}"] for value in score[weak].tolist()]
    pull = np.where(agree, weights * np.abs(said), -1.0)
    leader = pull.argmax(axis=0) if len(pull) else np.zeros(size, np.int64)
    return Verdicts(score, code, np.where(code == OK, leader, -1))


def _sum(rows: Iterable[Floats], size: int) -> Floats:
    """Sum of the rows, one after the other, so that a bar's bits do not depend on how many bars there are."""
    return reduce(np.add, rows, np.zeros(size))
