"""Signs that a parameter set was fitted to the past: backtests of it, of its neighbours and of others on the same data.

Walk-forward: the days are cut into PARTS; before each part but the first, the best of the other sets so far is chosen
and used in it. The chosen set takes no part: it may have been picked on these very days.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import fmean, median, variance

import msgspec
import numpy as np

from engine.backtest.backtest import by_day, run
from engine.model.errors import BadInput
from engine.plan import Plan
from engine.ports import Params, Source
from engine.proof.effort import SEED
from engine.proof.findings import Finding
from engine.proof.subject import Subject
from engine.proof.variants import neighbours, spread
from engine.stats import returns
from engine.stats.evidence import deflated_sharpe, shape
from engine.stats.overfit import walk_forward

LEAST_TRADES = 30
"""Below it a record counts as insufficient (risk.md section 2)."""
LEAST_DAYS = 20
PARTS = 5
OTHERS = 20
"""Sets spread over the range."""
HALF = 0.5
"""Least walk-forward efficiency (Pardo), and least share of the aim that neighbours keep."""
CONFIDENT = 0.95

Progress = Callable[[int, int], None]


class Runs(msgspec.Struct, frozen=True):
    """Daily returns of the chosen set and of others, and the trades of the chosen one."""

    chosen: list[float]
    near: list[list[float]]
    far: list[list[float]]
    trades: int


def fitting(
    subject: Subject, source: Source, plan: Plan, trials: int | None = None, progress: Progress | None = None
) -> list[Finding]:
    """The findings on this data; `plan` gives symbols, costs and limits, `trials` is how many sets were tried.

    The set is called over-fitted (`over_fit`, a fail) when it earned and two of the three signs are against it.
    Where no `trials` are told, a Sharpe ratio that proves little is no sign of a choice among many: it does not count.
    """
    found = backtested(subject, source, plan, progress)
    findings = [_trades(found.trades)]
    if len(found.chosen) < LEAST_DAYS:
        return [*findings, Finding("over_fit", "warn", f"{len(found.chosen)} days are too few to tell; "
                                   f"it takes {LEAST_DAYS}")]  # fmt: skip
    signs = [_plateau(found), _walked(found), _deflated(found, trials)]
    return [*findings, *signs, _verdict(found, signs, told=trials is not None)]


def backtested(subject: Subject, source: Source, plan: Plan, progress: Progress | None = None) -> Runs:
    """All backtests: the chosen set, its neighbours, the others."""
    near, far = neighbours(subject), spread(subject, OTHERS, SEED)
    total = 1 + len(near) + len(far)
    results: list[tuple[list[float], int]] = []
    for params in (subject.params, *near, *far):
        subject.pause()
        results.append(_daily(subject, params, source, plan))
        if progress is not None:
            progress(len(results), total)
    curves = [curve for curve, _ in results]
    return Runs(curves[0], curves[1 : 1 + len(near)], curves[1 + len(near) :], results[0][1])


def _verdict(found: Runs, signs: Sequence[Finding], *, told: bool) -> Finding:
    counted = [sign for sign in signs if told or sign.check != "deflated_sharpe"]
    against = [sign.check for sign in counted if sign.level != "ok"]
    if sharpe(found.chosen) <= 0:
        return Finding("over_fit", "warn", "it earned nothing on this data, so there is nothing to doubt")
    if len(against) > 1:
        return Finding("over_fit", "fail", f"it earned on this data, but {' and '.join(against)} speak against it")
    return Finding("over_fit", "ok", f"{len(counted) - len(against)} of {len(counted)} signs are good")


def sharpe(daily: Sequence[float]) -> float:
    """Per day; 0 where it is undefined."""
    found = shape(daily)
    return 0.0 if found is None else found.sharpe


def _daily(subject: Subject, params: Params, source: Source, plan: Plan) -> tuple[list[float], int]:
    own = next((each for each in plan.strategies if each.id == subject.id), None)
    if own is None:
        raise BadInput(f"The plan does not run {subject.id}.")
    alone = msgspec.structs.replace(plan, strategies=(msgspec.structs.replace(own, params=params),))
    result = run(source, alone)
    return list(returns(by_day(result.equity, plan.zone))), len(result.trades)


def _trades(trades: int) -> Finding:
    if trades < LEAST_TRADES:
        return Finding("trades", "warn", f"{trades} trades prove little; {LEAST_TRADES} are the least")
    return Finding("trades", "ok", f"{trades} trades")


def _plateau(found: Runs) -> Finding:
    check, best = "plateau", sharpe(found.chosen)
    if not found.near:
        return Finding(check, "ok", "there are no parameters to have neighbours")
    if best <= 0:
        return Finding(check, "warn", "the chosen set itself earned nothing")
    share = median(sharpe(curve) for curve in found.near) / best
    sentence = f"{len(found.near)} neighbours keep {share:.0%} of the set's Sharpe ratio"
    if share < HALF:
        return Finding(check, "warn", f"{sentence}: a lone peak, less than {HALF:.0%}")
    return Finding(check, "ok", sentence)


def _walked(found: Runs) -> Finding:
    check, sets = "walk_forward", found.far or [found.chosen]
    size = len(found.chosen) // PARTS
    edges = [len(found.chosen) - size * (PARTS - part) for part in range(PARTS + 1)]
    inside, outside = [], []
    for start, stop in pairwise(edges[1:]):
        picked = sets[int(np.argmax([sharpe(curve[:start]) for curve in sets]))]
        inside.append(picked[:start])
        outside.append(picked[start:stop])
    walked = walk_forward(inside, outside)
    won = sum(sum(window) > 0 for window in outside)
    if walked.efficiency is None:
        return Finding(check, "warn", f"the best of {len(sets)} sets earned nothing even where it was chosen")
    kept = f"chosen anew {len(outside)} times among {len(sets)} sets, {walked.efficiency:.0%} of the result was left"
    sentence = f"{kept} in the time after, {won} of {len(outside)} times a gain"
    return Finding(check, "ok" if walked.efficiency >= HALF else "warn", sentence)


def _deflated(found: Runs, trials: int | None) -> Finding:
    """R9.4 with the spread of the other sets' ratios, at least that of chance, 1/(n-1)."""
    check, of = "deflated_sharpe", shape(found.chosen)
    tried = trials or 1
    ratios = [sharpe(curve) for curve in (found.chosen, *found.near, *found.far)]
    chance = 1.0 / (len(found.chosen) - 1)
    spread_of = max(chance, variance(ratios) if len(ratios) > 1 else 0.0)
    probability = None if of is None else deflated_sharpe(of, tried, spread_of)
    if probability is None:
        return Finding(check, "warn", "the Sharpe ratio is undefined")
    rival = f"the luckiest of {tried} sets without skill" if tried > 1 else "chance (no --trials told)"
    sentence = f"{fmean(found.chosen):.3%} a day beats {rival} with a probability of {probability:.0%}"
    if probability < CONFIDENT:
        return Finding(check, "warn", f"{sentence}, less than {CONFIDENT:.0%}")
    return Finding(check, "ok", sentence)
