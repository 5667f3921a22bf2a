"""Strategies by name or from a file of one's own, with their parameters, and the market they are looked at on."""

from collections.abc import Iterator, Sequence
from importlib import util
from pathlib import Path

import msgspec

from bot.options.options import CostOptions, MarketOptions, RiskOptions, StrategyOptions
from bot.options.planning import plan_of, replayed, strategy_plans, synthetic
from bot.options.typed import pairs, refused
from engine.feeds.replay import ReplaySource
from engine.model.errors import BadInput
from engine.model.market import Timeframe
from engine.plan import Plan, StrategyPlan
from strategies.base import AnyStrategy, CandleStrategy, catalogue, parse_params
from strategies.rules.folder import library, load

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
    if len(set(rest)) < len(rest):
        raise BadInput("--strategy names the same strategy twice; give each once, or with another @timeframe.")
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
    name, _, wanted = spec.partition("@")
    strategy = _found(name)
    timeframe = next(_matching(strategy, wanted), None)
    if timeframe is None:
        raise refused("--strategy", spec, f"one of its timeframes: {', '.join(strategy.accepts)}")
    return StrategyPlan(spec, strategy, parse_params(strategy, pairs("--param", params)), timeframe, ())


def _matching(strategy: AnyStrategy, wanted: str) -> Iterator[Timeframe]:
    if not wanted:
        yield strategy.timeframes[0]
    yield from (timeframe for timeframe in strategy.accepts if timeframe == wanted)


def _found(name: str) -> AnyStrategy:
    if name.endswith(".json"):
        return load(Path(name))
    if name.endswith(".py"):
        return _module(Path(name))
    if name not in library():
        raise refused("--strategy", name, f"{', '.join([*catalogue(), *library()])}, FILE.json, FILE.py or all")
    return library()[name]


def _module(path: Path) -> AnyStrategy:
    """The `strategy` of a Python file, which is run; BadInput says why it cannot be used."""
    spec = util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise BadInput(f"{path} cannot be read: no such file.")
    module = util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise BadInput(f"{path} cannot be loaded: {type(error).__name__}: {error}.") from error
    strategy = getattr(module, "strategy", None)
    if not isinstance(strategy, CandleStrategy):
        raise BadInput(f"{path} has no `strategy` that is a CandleStrategy.")
    return strategy
