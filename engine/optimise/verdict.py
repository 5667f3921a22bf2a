"""Doubts about a fitted result: whether luck, a lone peak or the past alone explains it."""

from collections.abc import Sequence
from itertools import accumulate
from statistics import median

import msgspec

from engine.optimise.aims import Aim
from engine.optimise.space import Point, Space
from engine.optimise.study import Check, Scored
from engine.optimise.trial import Outcome
from engine.stats import calmar, max_drawdown, sharpe, sortino, total
from engine.stats.evidence import deflated_of_trials
from engine.stats.overfit import walk_forward

SURE = 0.95
"""Probability that the Sharpe ratio of the best beats luck, below which it is warned."""
LEFT = 0.5
"""Share of the best that its neighbours, or the time after the fit, should keep (Pardo asks for it)."""


class Warned(msgspec.Struct, frozen=True):
    """A sign of over-fitting by its name, with a sentence for the person who reads it."""

    name: str
    sentence: str


class Stage(msgspec.Struct, frozen=True):
    """One walk-forward window: what was fitted, and what it then did."""

    train_start: int
    train_end: int
    test_start: int
    test_end: int
    point: Point
    train: Outcome
    test: Outcome


class Outside(msgspec.Struct, frozen=True):
    """All tests as one account, each window's returns after the other's. Fractions; None where undefined."""

    trades: int
    total: float | None
    sharpe: float | None
    sortino: float | None
    calmar: float | None
    max_drawdown: float
    efficiency: float | None
    """Mean daily return in the tests over the one in the fits."""
    winning: float | None
    """Share of windows that earned something in their test."""
    equity: tuple[tuple[int, float], ...]
    """Of an account that begins with the cash of the plan."""


class Verdict(msgspec.Struct, frozen=True):
    """The measures, None where one is undefined, and a warning for each that is bad."""

    deflated_sharpe: float | None
    plateau: float | None
    """Median of the neighbours' aim over the best's."""
    neighbours: int
    warnings: tuple[Warned, ...]


def neighbours(space: Space, point: Point, check: Check) -> list[Point]:
    """The points one step away in one parameter, those that are allowed."""
    found = [{**point, axis.name: value} for axis in space for value in axis.beside(point[axis.name])]
    return [each for each in found if check(each) is None]


def stitched(stages: Sequence[Stage], cash: float) -> Outside:
    """The tests of all windows as one account."""
    daily = [[change for _, change in stage.test.daily] for stage in stages]
    used = [change for window in daily for change in window]
    kept = walk_forward([[change for _, change in stage.train.daily] for stage in stages], daily)
    scales = accumulate((stage.test.equity[-1][1] / cash for stage in stages), lambda a, b: a * b, initial=1.0)
    equity = tuple(
        (at, value * scale) for stage, scale in zip(stages, scales, strict=False) for at, value in stage.test.equity
    )
    return Outside(
        trades=sum(stage.test.trades for stage in stages),
        total=total(used),
        sharpe=sharpe(used),
        sortino=sortino(used),
        calmar=calmar(used),
        max_drawdown=max_drawdown([value for _, value in equity]),
        efficiency=kept.efficiency,
        winning=kept.winning,
        equity=equity,
    )


def verdict(
    best: Scored,
    trials: Sequence[Scored],
    near: Sequence[Outcome],
    aim: Aim,
    outside: Outside | None,
) -> Verdict:
    """What speaks against the best of these trials. `near`: outcomes of its neighbours."""
    ratios = [each.outcome.shape.sharpe for each in trials if each.outcome.shape is not None]
    shape = best.outcome.shape
    deflated = deflated_of_trials(shape, ratios) if shape is not None else None
    share = _share(best.values[0], [outcome.figures[aim.name] for outcome in near], aim)
    found = [
        _luck(deflated, len(ratios)),
        _peak(share, aim),
        None if outside is None else _decay(outside),
    ]
    return Verdict(deflated, share, len(near), tuple(each for each in found if each is not None))


def _share(value: float, near: Sequence[float | None], aim: Aim) -> float | None:
    """Median of the neighbours over the best, an undefined one as 0; inverted where less is better (a drawdown).

    None without neighbours, and where the best is not positive.
    """
    if not near or value <= 0:
        return None
    if aim.most:
        return median(other or 0.0 for other in near) / value
    return median(value / other if other else 1.0 for other in near)


def _luck(deflated: float | None, trials: int) -> Warned | None:
    if deflated is None or deflated >= SURE:
        return None
    return Warned(
        "deflated_sharpe",
        f"the best of {trials} trials beats what luck alone would find with a probability of {deflated:.3f} only.",
    )


def _peak(share: float | None, aim: Aim) -> Warned | None:
    if share is None or share >= LEFT:
        return None
    return Warned("plateau", f"one step away from the best, {aim.name} keeps {share:.0%}: a lone peak.")


def _decay(outside: Outside) -> Warned | None:
    if outside.efficiency is None:
        return Warned("walk_forward", "the fits themselves earned nothing, so nothing can be left of them.")
    if outside.efficiency >= LEFT:
        return None
    return Warned(
        "walk_forward", f"after the fit {outside.efficiency:.0%} of its daily return is left, {LEFT:.0%} is asked for."
    )
