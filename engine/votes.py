"""An ensemble's votes: which count, what they say together, and whose order is taken (strategies.md section 14)."""

from collections.abc import Collection, Iterable, Mapping
from math import fsum
from typing import Literal

import msgspec

from engine.model.facts import MarketState, Signal
from engine.model.orders import Direction

Kind = Literal["trend", "reversion", "flow"]
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

MIN_SCORE = 50.0
VETO, LEAST_AGREEING, LEAST_SCORE = 0.8, 2, 0.5
PAUSE_TRADES, PAUSE_SQN = 20, -1.0
SAME = 1e-12
"""Sums nearer than this are equal, so that rounding noise decides nothing."""
UNREADY = ("warming_up", "data_gap")
SIDES = {"Long": 1, "Neutral": 0, "Short": -1}


class Vote(msgspec.Struct, frozen=True):
    """What one member says of a symbol."""

    strategy: str
    side: int
    """+1 long, -1 short, 0 abstains."""
    confidence: float
    """0..1"""
    weight: float = 1.0
    """Base weight (0..5) times the multiplier of its kind in this market."""

    @property
    def pull(self) -> float:
        """Weight times confidence."""
        return self.weight * self.confidence


class Verdict(msgspec.Struct, frozen=True):
    """What the votes say together. `score` is -1..1; without a direction `reason` says why."""

    score: float
    reason: str
    direction: Direction | None = None
    leader: str | None = None
    """The agreeing member whose entry, stop, target and exits are taken."""

    @property
    def confidence(self) -> float:
        """0..100, by which symbols are ranked."""
        return 100.0 * abs(self.score)


def weight(strategy: str, state: MarketState, base: float = 1.0, multipliers: Multipliers | None = None) -> float:
    """A member's weight in this market."""
    kind = KINDS.get(strategy)
    return base if kind is None else base * (multipliers or {}).get((kind, state), 1.0)


def vote(signal: Signal, weight: float = 1.0) -> Vote:
    """The vote that a signal record is."""
    return Vote(signal.strategy, SIDES[signal.signal], signal.confidence, weight)


def dropped(signal: Signal, at: int, paused: Collection[str] = (), min_score: float = MIN_SCORE) -> str | None:
    """Why a member's signal is no vote at this time: a reason code, None when it is one. `min_score` is 0..100."""
    if at > signal.valid_until:
        return "expired"
    if signal.reason in UNREADY:
        return signal.reason
    if signal.strategy in paused:
        return "paused"
    return "low_score" if 100.0 * signal.confidence < min_score - SAME else None


def to_be_paused(trades: int, sqn: float | None) -> bool:
    """True for a strategy that lost steadily: enough closed trades in 30 days, their system quality number below -1."""
    return trades >= PAUSE_TRADES and sqn is not None and sqn < PAUSE_SQN


def combine(votes: Iterable[Vote]) -> Verdict:
    """One verdict on a symbol from the votes left; their order does not matter."""
    cast = [each for each in votes if each.side]
    total = fsum(each.weight for each in cast)
    if total <= 0.0:
        return Verdict(0.0, "flat")
    score = fsum(each.side * each.pull for each in cast) / total
    if abs(score) <= SAME:
        return Verdict(0.0, "score 0.00")
    side = 1 if score > 0.0 else -1
    agreeing = [each for each in cast if each.side == side]
    if any(each.confidence >= VETO - SAME for each in cast if each.side != side):
        return Verdict(score, "veto")
    if len(agreeing) < LEAST_AGREEING:
        return Verdict(score, "single vote")
    if abs(score) < LEAST_SCORE - SAME:
        return Verdict(score, f"score {score:.2f}")
    leader = min(agreeing, key=lambda each: (-each.pull, each.strategy))
    return Verdict(score, "ok", "long" if side > 0 else "short", leader.strategy)
