"""Kelly sizes for one asset (risk.md R1.8, R1.10; Kelly 1956, Merton 1969, Thorp 2006)."""

from decimal import Decimal
from math import isfinite, log

import msgspec

from engine.model.money import ONE
from engine.model.orders import Denial
from engine.sizing.notional import size_weight
from engine.sizing.terms import Size, Terms

FRACTION = 0.25
CAP = 2.0


class Kelly(msgspec.Struct, frozen=True):
    """Notional as a fraction of equity: as computed, as used; growth is the mean log growth of one bet at `full`."""

    raw: float
    full: float
    growth: float
    used: float


class Drift(msgspec.Struct, frozen=True):
    """The continuous form: full Kelly, how far it is trusted (`shrink`), and the notional that is used."""

    full: float
    shrink: float
    used: float


def kelly(p: float, win: float, loss: float, fraction: float = FRACTION, cap: float = CAP) -> Kelly | Denial:
    """R1.8: `p` is the probability to gain `win`, else `loss` is lost, per unit of notional."""
    if not 0 <= p <= 1 or not _positive(win, loss, fraction, cap):
        return Denial("bad_input", f"a win rate of {p} with a win of {win} and a loss of {loss} is no bet")
    raw = p / loss - (1 - p) / win
    full = max(0.0, raw)
    growth = _part(p, 1 + win * full) + _part(1 - p, 1 - loss * full)
    return Kelly(raw, full, growth, used(full, fraction, cap))


def used(full: float, fraction: float = FRACTION, cap: float = CAP) -> float:
    """The notional that is traded: a fraction of full Kelly, never above the cap, which is not optional."""
    return min(cap, fraction * full)


def continuous(mean: float, sd: float, n: int, fraction: float = FRACTION, cap: float = CAP) -> Drift | Denial:
    """R1.10: `mean` and `sd` of the return of one period, estimated from `n` of them."""
    if not isfinite(mean) or not _positive(sd, fraction, cap) or n <= 0:
        return Denial("bad_input", f"a mean of {mean} with a deviation of {sd} over {n} periods gives no size")
    variance = sd * sd
    full, shrink = mean / variance, mean * mean / (mean * mean + variance / n)
    return Drift(full, shrink, max(0.0, min(cap, fraction * shrink * full)))


def size_kelly(terms: Terms, weight: float, scale: Decimal = ONE) -> Size | Denial:
    """Mode `kelly`: a notional of `weight` (a `used` of this module) times equity; 0 is `kelly_zero`, no trade."""
    if weight == 0:
        return Denial("kelly_zero", "the record of this strategy has no edge to bet on")
    return size_weight(terms, weight, scale)


def _positive(*values: float) -> bool:
    return all(isfinite(value) and value > 0 for value in values)


def _part(share: float, wealth: float) -> float:
    return share * log(wealth) if share else 0.0
