"""A search finds what was planted, again and again, on any number of cores, and never looks ahead."""

from collections import Counter
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
import pytest

from engine.backtest.backtest import run
from engine.feeds.files import Candles
from engine.model.errors import BadInput
from engine.model.market import DAY_MS, BarsByTimeframe, Scores
from engine.optimise.market import Market
from engine.optimise.search import Found, search
from engine.optimise.space import Point
from engine.optimise.study import in_folder
from engine.optimise.trial import Bench, Span, Task, placed
from engine.optimise.windows import Lengths
from strategies.base import AnyStrategy
from tests.planted import Hourly, Params, market, wanted
from tests.scripted import START

COARSE = {"phase": "9:59:10", "hold": "10:50:10"}
FEW = {"phase": "29:59:30", "hold": "30:50:10"}


def trials(found: Found) -> list[tuple[dict[str, object], tuple[float, ...]]]:
    return [(dict(each.point), each.values) for each in found.best]


def test_a_grid_finds_the_planted_best() -> None:
    found = search(wanted(market(2), COARSE))
    assert found.trials == 6 * 5
    assert found.best[0].point == {"phase": 59, "hold": 40}
    assert found.best[0].outcome.trades == 47
    assert found.verdict.neighbours == 3  # phase 59 has a neighbour on one side only


def test_neighbours_of_the_best_that_were_tried_already_are_not_run_again() -> None:
    seen: Counter[tuple[int, int]] = Counter()

    class Counted(Hourly):
        def evaluate(self, given: BarsByTimeframe, params: Params) -> Scores:
            seen[params.phase, params.hold] += 1
            return super().evaluate(given, params)

    asked = wanted(market(2), COARSE)
    (only,) = asked.plan.strategies
    counted: AnyStrategy = Counted()
    plan = msgspec.structs.replace(asked.plan, strategies=(msgspec.structs.replace(only, strategy=counted),))
    found = search(msgspec.structs.replace(asked, plan=plan))
    assert found.verdict.neighbours == 3
    assert found.verdict == search(asked).verdict
    assert len(seen) == 6 * 5
    assert len(set(seen.values())) == 1


def test_tpe_comes_near_the_planted_best_among_thousands() -> None:
    found = search(wanted(market(1), sampler="tpe", trials=120))
    phase, hold = found.best[0].point["phase"], found.best[0].point["hold"]
    assert isinstance(phase, int)
    assert isinstance(hold, int)
    assert min(abs(phase - 59), phase + 1) <= 5
    assert abs(hold - 40) <= 6


def test_the_same_seed_finds_the_same_on_one_core_and_on_two_and_another_seed_something_else() -> None:
    of = market(1)
    first = search(wanted(of, sampler="tpe", trials=30))
    again = search(wanted(of, sampler="tpe", trials=30, jobs=2))
    other = search(wanted(of, sampler="tpe", trials=30, seed=8))
    assert trials(first) == trials(again)
    assert trials(first) != trials(other)


def test_a_trial_is_what_a_single_backtest_of_its_point_finds() -> None:
    of = market(1)
    asked = wanted(of, COARSE)
    (best, *_) = search(asked).best
    single = run(of.whole(), placed(asked.plan, best.point))
    assert Decimal(best.outcome.final_equity) == single.final_equity
    assert best.outcome.figures["profit"] == float(single.profit)
    assert best.outcome.trades == len(single.trades)


def test_several_aims_give_what_no_other_beats_in_all_of_them() -> None:
    found = search(wanted(market(1), COARSE, aims=("profit", "exposure")))
    values = [each.values for each in found.best]
    assert len(values) > 1
    assert all(one[0] > other[0] and one[1] > other[1] for one, other in pairwise(values))
    assert found.best[0].point == {"phase": 59, "hold": 40}


def test_nsga2_searches_several_aims() -> None:
    found = search(wanted(market(1), sampler="nsga2", trials=60, aims=("profit", "exposure")))
    assert max(each.values[0] for each in found.best) > 0
    assert found.trials == 60


def test_points_with_too_few_trades_do_not_count() -> None:
    of = market(1)
    with pytest.raises(BadInput, match=r"No trial counts \(few_trades 4\)"):
        search(wanted(of, {"phase": "9:59:10", "hold": "40"}, sampler="random", trials=4, min_trades=1000))


def test_contradictory_points_are_passed_over_and_do_not_use_up_trials() -> None:
    found = search(wanted(market(1), {"phase": "13,14", "hold": "13,14"}))
    assert found.trials == 3
    assert {"phase": 13, "hold": 13} not in [each.point for each in found.best]
    drawn = search(wanted(market(1), {"phase": "13,14", "hold": "13,14"}, sampler="random", trials=12))
    assert drawn.trials == 12
    assert drawn.refused["contradiction"] > 0


def test_windows_follow_each_other_and_no_fit_sees_a_day_that_comes_after_it() -> None:
    of, lengths = market(7), Lengths(3, 1)
    asked = wanted(of, FEW, walk=lengths)
    found = search(asked)
    assert [(stage.train_start, stage.train_end) for stage in found.windows] == [
        (START + k * DAY_MS, START + (k + 3) * DAY_MS) for k in range(4)
    ]
    assert all(stage.test_start == stage.train_end for stage in found.windows)
    assert all(one.test_end == other.test_start for one, other in pairwise(found.windows))
    last = found.windows[-1]
    changed = search(msgspec.structs.replace(asked, market=_upside_down(of, last.test_start)))
    assert changed.windows[-1].train == msgspec.structs.replace(last.train, seconds=changed.windows[-1].train.seconds)
    assert changed.windows[-1].point == last.point
    assert changed.windows[-1].test.figures["profit"] != last.test.figures["profit"]


def test_the_tests_of_all_windows_make_one_account() -> None:
    found = search(wanted(market(6), FEW, walk=Lengths(2, 1)))
    assert found.outside is not None
    growth = 1.0
    for stage in found.windows:
        growth *= float(stage.test.final_equity) / 10_000
    assert found.outside.equity[-1][1] == pytest.approx(10_000 * growth)
    assert found.outside.total == pytest.approx(growth - 1)
    assert found.outside.trades == sum(stage.test.trades for stage in found.windows)
    assert found.outside.winning == 1.0
    assert found.outside.efficiency == pytest.approx(1, abs=0.3)


def test_a_kept_study_runs_only_what_is_missing_and_refuses_another_question(tmp_path: Path) -> None:
    of, url = market(1), in_folder(tmp_path, "kept")
    short = msgspec.structs.replace(wanted(of, COARSE, sampler="random", trials=5), url=url)
    begun = search(short)
    grown = msgspec.structs.replace(wanted(of, COARSE, sampler="random", trials=12), url=url)
    seen: list[int] = []
    ended = search(grown, lambda _, done, total: seen.append(done))
    assert (begun.trials, ended.trials, seen[0]) == (5, 12, 5)
    assert trials(ended) == trials(search(wanted(of, COARSE, sampler="random", trials=12)))
    with pytest.raises(BadInput, match="begun with another --aim: profit, now sharpe"):
        search(msgspec.structs.replace(wanted(of, COARSE, sampler="random", aims=("sharpe",)), url=url))


def test_a_stretch_with_the_candles_that_warm_it_trades_like_the_whole() -> None:
    of = market(6)
    asked = wanted(of)
    span = Span(START + 4 * DAY_MS, START + 5 * DAY_MS)
    whole = msgspec.structs.replace(of, start=span.start, end=span.end).whole()
    point: Point = {"phase": 59, "hold": 40}
    cut = Bench(of, asked.plan).result(point, span)
    assert cut.trades == run(whole, placed(asked.plan, point)).trades
    assert Bench(of, asked.plan).run(Task(point, span, True)).daily == cut.daily


def test_a_strategy_that_other_processes_cannot_have_is_refused_in_one_sentence() -> None:
    class Local(Hourly):
        pass

    asked = wanted(market(1), COARSE, jobs=2)
    (only,) = asked.plan.strategies
    local: AnyStrategy = Local()
    plan = msgspec.structs.replace(asked.plan, strategies=(msgspec.structs.replace(only, strategy=local),))
    with pytest.raises(BadInput, match="give --jobs 1"):
        search(msgspec.structs.replace(asked, plan=plan))


def _upside_down(of: Market, since: int) -> Market:
    """The market with falling prices where they rose, from a moment on."""
    (recording,) = of.recordings
    assert isinstance(recording, Candles)
    old = recording.bars
    turn = int(old.ts.searchsorted(since))
    pivot = old.open[turn]
    columns = {}
    for name, source in (("open", old.open), ("close", old.close), ("high", old.low), ("low", old.high)):
        columns[name] = np.concatenate([getattr(old, name)[:turn], pivot * pivot / source[turn:]])
    return Market((Candles("BTC", "1m", msgspec.structs.replace(old, **columns)),))
