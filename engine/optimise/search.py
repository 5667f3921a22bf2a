"""The whole search: windows, trials over the workers, the best of them, and the doubts about it."""

from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import msgspec

from engine.model.errors import BadInput
from engine.optimise.interrupts import undisturbed
from engine.optimise.market import Market
from engine.optimise.space import Point
from engine.optimise.study import Asked, Question, Scored, Store, Study, foreseen
from engine.optimise.trial import Outcome, Span, Task, params_at
from engine.optimise.verdict import Outside, Stage, Verdict, neighbours, stitched, verdict
from engine.optimise.windows import Lengths, latest, windows
from engine.optimise.workers import Begun, Pending, Workers, workers
from engine.plan import Plan

AHEAD = 8
"""Points of a learning sampler that are out at once, on any number of cores: so the result is the same on each."""
IN_STOCK = 4
"""Points of the other samplers that are out at once for each core: none waits while one of them takes long."""
Progress = Callable[[str, int, int], None]
"""Told what is searched, trials done and trials in all."""


class Search(msgspec.Struct, frozen=True):
    """What to search. The plan has one strategy; its parameters hold what is not searched."""

    market: Market
    plan: Plan
    question: Question
    jobs: int
    walk: Lengths | None = None
    url: str | None = None
    """Database of the study; None: it is forgotten at the end."""
    name: str = "study"


class Found(msgspec.Struct, frozen=True):
    """What a search found. `best`: of one aim the best trials, the first to be used; of several those that none beats.

    With windows, the best are those of the last `train` days, for the time after the data.
    """

    best: tuple[Scored, ...]
    trials: int
    refused: dict[str, int]
    """Trials that do not count, by reason: contradiction, few_trades, undefined."""
    span: Span
    windows: tuple[Stage, ...]
    outside: Outside | None
    verdict: Verdict


SHOWN = 10
"""Trials of one aim that a result names."""


def search(wanted: Search, progress: Progress | None = None) -> Found:
    """Run the trials that are still missing, on all workers; the same seed finds the same."""
    with workers(wanted.market, wanted.plan, wanted.jobs) as every:
        span = Span(wanted.market.start, wanted.market.end)
        early = foreseen(wanted.url, wanted.question)[: wanted.jobs] if wanted.walk is None else []
        crew = Begun(every, [Task(point, span) for point in early])
        store = Store(wanted.url)
        stages = _walk(wanted, store, crew, progress)
        if wanted.walk is not None:
            span = latest(_times(wanted.market)[1], wanted.walk)
        study = _fit(wanted, store, crew, wanted.name, span, progress)
        scored = study.scored()
        front = study.front()
        if not front:
            raise BadInput(f"No trial counts ({_reasons(study.refused())}); try more --trials or a wider --space.")
        near = neighbours(wanted.question.space, front[0].point, wanted.question.check)
        beside = _outcomes(near, scored, crew, span)
    outside = stitched(stages, float(wanted.plan.cash)) if stages else None
    doubts = verdict(front[0], scored, beside, wanted.question.aims[0], outside)
    best = front if len(wanted.question.aims) > 1 else study.distinct()[:SHOWN]
    return Found(tuple(best), study.told(), study.refused(), span, tuple(stages), outside, doubts)


def checker(plan: Plan) -> Callable[[Point], str | None]:
    """What the plan's strategy says of a point."""
    (only,) = plan.strategies
    return lambda point: only.strategy.check(params_at(only, point))


def _walk(wanted: Search, store: Store, crew: Workers, progress: Progress | None) -> list[Stage]:
    """Fit on each window and use what was found on the days that follow it."""
    if wanted.walk is None:
        return []
    stages: list[Stage] = []
    parts = windows(*_times(wanted.market), wanted.walk)
    for place, window in enumerate(parts, 1):
        told = None if progress is None else _labelled(progress, f"window {place}/{len(parts)}")
        front = _fit(wanted, store, crew, f"{wanted.name}/{place}", window.train, told).front()
        if not front:
            raise BadInput(f"No trial counts in the window from {_day(window.train.start)}; try more --trials.")
        point = front[0].point
        train, test = (crew.submit(Task(point, span, True)) for span in (window.train, window.test))
        times = (window.train.start or 0, window.train.end or 0, window.test.start or 0, window.test.end or 0)
        stages.append(Stage(*times, point, train.result(), test.result()))
    return stages


def _fit(wanted: Search, store: Store, crew: Workers, name: str, span: Span, progress: Progress | None) -> Study:
    """Run the missing trials of one study. Outcomes are told in the order of proposals, whichever comes first."""
    with undisturbed():
        study = Study(store, name, wanted.question)
        done = study.told()
    ahead = max(AHEAD, IN_STOCK * wanted.jobs) if study.independent else AHEAD
    out: deque[tuple[Asked, Pending]] = deque()
    while True:
        while len(out) < ahead:
            with undisturbed():
                asked = study.ask()
            if asked is None:
                break
            out.append((asked, crew.submit(Task(asked.point, span))))
        if progress is not None:
            progress("trials", done, study.wanted)
        if not out:
            return study
        first, pending = out.popleft()
        outcome = pending.result()
        with undisturbed():
            study.tell(first, outcome)
        done += 1


def _outcomes(wanted: Sequence[Point], scored: Sequence[Scored], crew: Workers, span: Span) -> list[Outcome]:
    """What comes of these points: known of those that were tried, the others are run."""
    known = {frozenset(each.point.items()): each.outcome for each in scored}
    found = [known.get(frozenset(point.items())) or crew.submit(Task(point, span)) for point in wanted]
    return [each if isinstance(each, Outcome) else each.result() for each in found]


def _times(market: Market) -> tuple[int, int]:
    """When the market begins to trade and when it ends."""
    source = market.whole()
    return source.start, source.end


def _labelled(progress: Progress, label: str) -> Progress:
    return lambda _, done, total: progress(label, done, total)


def _reasons(refused: dict[str, int]) -> str:
    return ", ".join(f"{why} {count}" for why, count in refused.items()) or "none was run"


def _day(at: int | None) -> str:
    return f"{datetime.fromtimestamp((at or 0) / 1000, UTC):%Y-%m-%d}"
