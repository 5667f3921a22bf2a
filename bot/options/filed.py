"""Strategies that are files: those of the library by id, and a FILE.json or FILE.py of one's own."""

from collections.abc import Iterator, Sequence
from importlib import util
from pathlib import Path

from bot.desk.shelf import plain
from bot.options.typed import refused
from engine.model.errors import BadInput
from engine.model.market import Timeframe
from strategies.base import AnyStrategy, CandleStrategy, catalogue
from strategies.rules.compiled import RulesStrategy
from strategies.rules.folder import library, load


def filed(spec: str) -> tuple[AnyStrategy, Timeframe]:
    """`ID`, `FILE.json` or `FILE.py`, with `@5m` or without, as the strategy and its base timeframe."""
    name, _, wanted = spec.partition("@")
    strategy = _found(name)
    timeframe = next(_matching(strategy, wanted), None)
    if timeframe is None:
        raise refused("--strategy", spec, f"one of its timeframes: {', '.join(strategy.accepts)}")
    return strategy, timeframe


def is_rules(spec: str) -> bool:
    """Whether a name is that of a file of rules: one of the library's, or a FILE.json."""
    name = spec.partition("@")[0]
    return name not in catalogue() and (name.endswith(".json") or name in library())


def traded(strategy: RulesStrategy, symbols: Sequence[str]) -> tuple[str, ...]:
    """Which of these symbols a file of rules names; BadInput when it names none of them."""
    named = {plain(symbol) for symbol in strategy.symbols}
    found = tuple(symbol for symbol in symbols if plain(symbol) in named)
    if not found:
        there, asked = ", ".join(symbols), ", ".join(strategy.symbols)
        raise BadInput(f"{strategy.name} trades {asked}, but the data has {there}; --data SYMBOL=FILE names a file.")
    return found


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
