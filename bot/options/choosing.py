"""Strategies by name or from a file of one's own, with their parameters, and the market they are looked at on."""

from collections.abc import Sequence

import msgspec

from bot.options.filed import filed
from bot.options.options import CostOptions, MarketOptions, RiskOptions, StrategyOptions
from bot.options.planning import expect_once, plan_of, replayed, strategy_plans, synthetic
from bot.options.typed import pairs
from engine.feeds.replay import ReplaySource
from engine.plan import Plan, StrategyPlan
from strategies.base import catalogue, parse_params
from strategies.rules.folder import library

EVERYTHING = "all"


def chosen(
    files: Sequence[str], market: MarketOptions, options: StrategyOptions, costs: CostOptions
) -> tuple[ReplaySource | None, Plan]:
    """The recorded market, where one is given, and the plan: what is named, or everything there is.

    A name is one of the catalogue (`ma_cross`, `ma_cross@5m`), of the library of strategy files, or a FILE.json or
    FILE.py of the user's own.
    """
    source = replayed(files, market) if files else None
    everything = options.strategy in ([], [EVERYTHING])
    specs = [*catalogue(), *library()] if everything else [spec.strip() for spec in options.strategy]
    plain = [spec for spec in specs if spec.partition("@")[0] in catalogue()]
    rest = [spec for spec in specs if spec not in plain]
    expect_once(rest)
    any_market = synthetic("0", MarketOptions())
    named = msgspec.structs.replace(options, strategy=plain, param=options.param if plain else [])
    plans = strategy_plans(any_market, named, ()) if plain else ()
    own = tuple(_own(spec, [] if plain else options.param) for spec in rest)
    symbols = tuple(any_market.timeframes if source is None else source.timeframes)
    placed = tuple(msgspec.structs.replace(each, symbols=symbols) for each in (*plans, *own))
    whole = plan_of(any_market, StrategyOptions(stop=options.stop, target=options.target), RiskOptions(), costs,
                    tuple(catalogue())[:1])  # fmt: skip
    return source, msgspec.structs.replace(whole, strategies=placed)


def _own(spec: str, params: Sequence[str]) -> StrategyPlan:
    strategy, timeframe = filed(spec)
    return StrategyPlan(spec, strategy, parse_params(strategy, pairs("--param", params)), timeframe, ())
