"""Whether a model among a strategy's parameters was trained on the candles of this market. Part of the composition."""

from collections.abc import Iterable
from pathlib import Path
from typing import assert_never

import msgspec

from bot.backtests.trial import Ground, Simulated, Stored
from bot.desk.shelf import resolve
from engine.feeds.cache.folder import Cache
from engine.feeds.files import Candles, Recording
from engine.feeds.symbols import split_symbol
from engine.feeds.synthetic import SyntheticSource
from engine.model.errors import BadInput
from engine.model.market import MINUTE_MS, SPAN_MS, Bars
from engine.model.member import Member
from engine.plan import StrategyPlan
from engine.scoring.histories import aggregated, clean
from strategies.base import CandleStrategy


def expect_kin(ground: Ground, plans: Iterable[StrategyPlan]) -> None:
    """BadInput for the first strategy whose model belongs to another market."""
    for plan in plans:
        refusal = unfit(ground, plan)
        if refusal is not None:
            raise BadInput(refusal)


def strange(ground: Ground, member: Member) -> str | None:
    """`unfit` of a strategy that somebody wants to start."""
    return unfit(ground, StrategyPlan(member.id, *resolve(member), member.timeframe, member.symbols))


def unfit(ground: Ground, plan: StrategyPlan) -> str | None:
    """Why a strategy's model was not trained on this market's candles, if it was not.

    Candles that are not stored are not judged.
    """
    strategy = plan.strategy
    span = strategy.made_of(plan.params) if isinstance(strategy, CandleStrategy) else None
    if span is None or not isinstance(strategy, CandleStrategy):
        return None
    for symbol in plan.symbols:
        past = _past(ground, msgspec.structs.replace(plan, symbols=(symbol,)), *span)
        refusal = None if past is None else strategy.refuses(plan.timeframe, plan.params, past)
        if refusal is not None:
            return f"{plan.id} on {symbol}: {refusal}"
    return None


def _past(ground: Ground, plan: StrategyPlan, first: int, end: int) -> Bars | None:
    """The bars of the plan's only symbol in a stretch of time and the one after it; None where they are not known."""
    match ground:
        case Simulated():
            minutes = (end - first + SPAN_MS[plan.timeframe]) // MINUTE_MS
            bars = SyntheticSource(ground.seed, plan.symbols, footprints=False).columns(plan.symbols[0], minutes, first)
            return aggregated(bars, "1m", plan.timeframe)
        case Stored():
            try:
                found = stored(ground, plan)
            except BadInput:
                return None
        case _:
            assert_never(ground)
    held = next((one for one in found if isinstance(one, Candles)), None)
    if held is None or not clean(held.bars, held.timeframe):
        return None
    return aggregated(held.bars, held.timeframe, plan.timeframe)


def stored(ground: Stored, plan: StrategyPlan) -> list[Recording]:
    """The finest stored candles of each symbol that its strategy can be run on; those of its own exchange first."""
    cache = Cache(Path(ground.data_dir))
    fine = [place for place in cache.places() if SPAN_MS[place.timeframe] <= SPAN_MS[plan.timeframe]]
    found: list[Recording] = []
    for symbol in plan.symbols:
        places = [place for place in fine if split_symbol(place.symbol) == split_symbol(symbol)]
        if not places:
            raise BadInput(
                f"There are no candles of {symbol} to run {plan.id} on; "
                f"`pocketdesk data download --symbol {symbol} --from DATE` stores some."
            )
        best = min(places, key=lambda place: (place.source != ground.exchange, SPAN_MS[place.timeframe]))
        sheet = cache.get(best)
        if sheet is not None:
            found.append(Candles(symbol, best.timeframe, sheet.bars))
    return found
