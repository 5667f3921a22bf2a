"""What a strategy is, and where the program finds them: modules with an object named `strategy`."""

import importlib
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

import msgspec
import numpy as np

from engine.model.errors import BadInput, PocketdeskError
from engine.model.market import TIMEFRAMES, Bars, BarsByTimeframe, Exits, Ints, Scores, Timeframe
from strategies.params import listed, parse_params, shown
from strategies.tail import ample, splice, tail

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CandleStrategy", "build", "catalogue", "frame", "parse_params", "parse_spec", "scan", "settled"]


LAYOUTS = 16
"""Ways in which rows lie behind others, kept: the blocks of a history have the same but at its end."""


class CandleStrategy[P: msgspec.Struct](ABC):
    """A pure function of closed candles; satisfies `engine.ports.Strategy`.

    A file of this package holds one subclass and one instance of it, named `strategy`. The class docstring is
    the page a user reads, so it states the rule, the bracket, the exits, the score and the reason codes.
    """

    name: str
    """Id by which it is chosen, stored and reported."""
    timeframes: tuple[Timeframe, ...]
    """The base timeframe it scores on by default, then the ones it also reads."""
    accepts: tuple[Timeframe, ...] = TIMEFRAMES
    """Base timeframes it may be run on."""
    params_type: type[P]

    def check(self, params: P) -> str | None:
        """A sentence when parameters contradict one another, else None."""
        return None

    def refuses(self, timeframe: Timeframe, params: P, bars: Bars | None = None) -> str | None:
        """A sentence when something in the parameters was made of other candles than these, else None.

        Their timeframe is judged, and the candles themselves where they are at hand.
        """
        return None

    def made_of(self, params: P) -> tuple[int, int] | None:
        """From when to when (UTC ms) the candles were that something in the parameters was made of last, if any."""
        return None

    @abstractmethod
    def warmup(self, params: P) -> int:
        """Closed bars of the base timeframe a live window must hold."""

    @abstractmethod
    def first_bar(self, params: P) -> int:
        """First row that may carry a signal; rows before it say `warming_up`."""

    def reads(self, params: P) -> Mapping[Timeframe, int]:
        """Closed bars needed of the other timeframes; by default none is read."""
        return {}

    def exits(self, params: P) -> Exits:
        """What is constant over a trade; by default nothing."""
        return Exits()

    @abstractmethod
    def evaluate(self, bars: BarsByTimeframe, params: P) -> Scores:
        """Score every bar of the base timeframe, the first of the mapping; row t uses bars 0..t only."""

    def reach(self, params: P) -> int | None:
        """Bars of the base timeframe that a row is scored with, beside `tail.along`; by default all, which is None."""
        return None

    def recent(self, of: Bars, params: P) -> Bars:
        """The bars that the last one of these is scored with, beside `tail.along`: a `tail` of them, or all."""
        reach = self.reach(params)
        return of if reach is None else tail(of, reach)

    def newest(self, bars: BarsByTimeframe, params: P) -> Scores:
        """Scores of the last bars, of one at least, as `evaluate` has them: what a desk asks for at each close.

        Worked out once for everybody who asks about these bars, an ensemble and its members.
        """
        (timeframe, of), *others = bars.items()
        key = (self.name, params, *others)
        found = of.memory.get(key)
        if found is None:
            found = of.memory[key] = self.evaluate({**bars, timeframe: self.recent(of, params)}, params)
        return cast(Scores, found)

    def together(
        self, timeframe: Timeframe, blocks: Sequence[Bars], rows: Sequence[int], params: P
    ) -> tuple[Scores, Ints] | None:
        """Scores among which are those that `evaluate` gives the last rows of each block, and the places of these.

        None where each block must be looked at for itself.
        """
        reach = self.reach(params)
        if reach is None:
            return None
        lead, before = ample(reach), min(len(block) - size for block, size in zip(blocks, rows, strict=True))
        if before < max(lead, self.first_bar(params)) or self.reads(params).keys() - {timeframe}:
            return None
        of = splice(blocks, [size + lead for size in rows])
        return self.evaluate({timeframe: of}, params), _behind(lead, tuple(rows))


AnyStrategy = CandleStrategy[Any]


@lru_cache(LAYOUTS)
def _behind(lead: int, rows: tuple[int, ...]) -> Ints:
    """Places of so many rows, each time after `lead` others."""
    places: Ints = np.repeat(np.arange(1, len(rows) + 1) * lead, rows)
    places += np.arange(len(places))
    places.flags.writeable = False
    return places


LEAST_WINDOW = 500


def settled(wilder: int = 0, ema: int = 0) -> int:
    """Bars after which the seeds of averages this long no longer show: less than 1e-10 of them is left."""
    return max(LEAST_WINDOW, 25 * wilder, 15 * ema)


def scan(package: ModuleType) -> dict[str, AnyStrategy]:
    """All strategies of a package by name, sorted; BadInput names the module that cannot be used, and why."""
    found: dict[str, AnyStrategy] = {}
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        strategy = _strategy_of(module.name)
        if strategy is None:
            continue
        if strategy.name in found:
            raise BadInput(f"Strategy module {module.name}: the name {shown(strategy.name)} is taken already.")
        found[strategy.name] = strategy
    return dict(sorted(found.items()))


@cache
def catalogue() -> dict[str, AnyStrategy]:
    """The strategies shipped with the program, by name; loaded at the first call."""
    return scan(importlib.import_module("strategies"))


def build(name: str) -> AnyStrategy:
    """The strategy of this name; BadInput lists the names there are."""
    strategy = catalogue().get(name)
    if strategy is None:
        raise BadInput(f"There is no strategy {shown(name)}; there are {listed(catalogue())}.")
    return strategy


def parse_spec(text: str) -> tuple[AnyStrategy, Timeframe]:
    """`name` or `name@5m` -> the strategy and its base timeframe; BadInput says what there is instead."""
    name, at, wanted = text.strip().partition("@")
    strategy = build(name)
    if not at:
        return strategy, strategy.timeframes[0]
    for timeframe in strategy.accepts:
        if timeframe == wanted:
            return strategy, timeframe
    raise BadInput(f"{name} does not run on the timeframe {shown(wanted)}; it takes {listed(strategy.accepts)}.")


def frame(bars: Bars) -> "pd.DataFrame":
    """Bars as a pandas frame: a UTC DatetimeIndex of opening times, float columns open to taker_buy."""
    import pandas as pd

    columns = {name: getattr(bars, name) for name in ("open", "high", "low", "close", "volume", "taker_buy")}
    return pd.DataFrame(columns, index=pd.DatetimeIndex(pd.to_datetime(bars.ts, unit="ms", utc=True), name="ts"))


def _strategy_of(module: str) -> AnyStrategy | None:
    try:
        strategy = getattr(importlib.import_module(module), "strategy", None)
    except PocketdeskError:
        raise
    except Exception as error:
        raise BadInput(f"Strategy module {module} cannot be loaded: {type(error).__name__}: {error}.") from error
    if strategy is None or isinstance(strategy, CandleStrategy):
        return strategy
    raise BadInput(f"Strategy module {module}: its `strategy` is a {type(strategy).__name__}, not a CandleStrategy.")
