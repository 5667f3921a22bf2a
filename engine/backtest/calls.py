"""What strategies ask for at the rows of a backtest, and which of it can come to something."""

from collections.abc import Mapping

import numpy as np
from msgspec import structs

from engine.backtest.lane import Calls
from engine.candles import KnownSeries
from engine.core import Core
from engine.feeds.replay import TIMER_DELAY_MS
from engine.feeds.rows import Rows
from engine.model.market import SPAN_MS, Ints, Timeframe
from engine.plan import Plan
from engine.scoring.known import HistoryEvaluator


def calls(series: KnownSeries, rows: Rows, first: int, scores: HistoryEvaluator, minds: bool) -> Calls:
    """What strategies ask for at the rows of a symbol, from the first one on; `minds`: it does depend on who holds."""
    by: dict[str, Ints] = {}
    exits: dict[tuple[str, bool], Ints] = {}
    asked = np.zeros(len(rows), bool)
    for asking in scores.asking(series.symbol):
        shift = SPAN_MS[asking.timeframe] - SPAN_MS[series.base]
        by[asking.plan] = rows.of(series.symbol, asking.entries + shift)
        asked[by[asking.plan]] = True
        for long, opened in ((True, asking.long_exits), (False, asking.short_exits)):
            exits[asking.plan, long] = rows.of(series.symbol, opened + shift)
    wanted = np.flatnonzero(asked)
    minds = minds or any(len(np.setdiff1d(leaving, wanted)) for leaving in exits.values())
    never = len(rows)
    return Calls(
        coming(wanted, first, never), by, {key: coming(leaving, first, never) for key, leaving in exits.items()}, minds
    )


def coming(rows: Ints, first: int, never: int) -> list[int]:
    """Rows from the first one on, the next one last; before them one that never comes."""
    return [never, *rows[rows.searchsorted(first) :][::-1].tolist()]


def patience(plan: Plan, bases: Mapping[str, Timeframe]) -> tuple[dict[str, int], dict[str, int]]:
    """Strategies whose exit rules look at bars for nothing but the time stop, with its bars; the others that look at
    bars longer than those of a symbol of theirs, with their length.

    Of the symbol's own bars that is in the band which `Core.band` gives.
    """
    patient, restless = {}, {}
    for each in plan.strategies:
        rules = each.strategy.exits(each.params)
        own = all(bases[symbol] == each.timeframe for symbol in each.symbols)
        if own and rules.time_stop and not rules.led and not structs.replace(rules, time_stop=None).watchful:
            patient[each.id] = rules.time_stop
        elif not own and rules.watchful:
            restless[each.id] = SPAN_MS[each.timeframe]
    return patient, restless


def refusing(core: Core) -> frozenset[str]:
    """Symbols of which every entry is refused while they are held, and for that alone unless the desk is in trouble.

    Not those with minutes, which the gate judges first, nor any where strategies may be turned off for their losses.
    """
    gate, plans = core.desk.gate, core.plan.strategies
    if (
        len(plans) < 2
        or gate.watchful
        or any(gate.limits_of(each.id).stale_price_ms < TIMER_DELAY_MS for each in plans)
    ):
        return frozenset()
    known = core.desk.instruments.values()
    return frozenset(i.symbol for i in known if i.tradable and not i.spot and not core.series[i.symbol].minutely)
