"""The strategy under examination, asked on bars of its own so that nothing it does reaches another check."""

from collections.abc import Callable, Mapping

import msgspec
import numpy as np

from engine.model.errors import PocketdeskError
from engine.model.market import Bars, BarsByTimeframe, Flow, FlowBars, Scores, Timeframe, with_flow
from engine.ports import Params, Strategy
from engine.proof.columns import Column

Ask = Callable[[BarsByTimeframe], Scores]


class StrategyRaised(PocketdeskError):
    """A strategy ended with an error of its own instead of an answer."""


class Stopped(PocketdeskError):
    """The examination was called off."""


class Subject(msgspec.Struct, frozen=True):
    """A strategy with its parameters on one base timeframe."""

    id: str
    """As it was asked for."""
    strategy: Strategy
    params: Params
    timeframe: Timeframe
    pause: Callable[[], None] = lambda: None
    """Called before each evaluation; may raise Stopped."""

    @property
    def reads(self) -> dict[Timeframe, int]:
        """Bars it asks for of each timeframe beside its own."""
        stated: Mapping[Timeframe, int] = self._ask(lambda: self.strategy.reads(self.params))
        return {timeframe: bars for timeframe, bars in stated.items() if timeframe != self.timeframe}

    @property
    def warmup(self) -> int:
        """Stated bars of its own timeframe."""
        return self._ask(lambda: self.strategy.warmup(self.params))

    @property
    def first_bar(self) -> int:
        """Stated first row with a signal."""
        return self._ask(lambda: self.strategy.first_bar(self.params))

    def say(self, bars: BarsByTimeframe) -> Scores:
        """Its scores of a copy of these bars; StrategyRaised tells of an error of its own."""
        return self.say_of({timeframe: copied(each) for timeframe, each in bars.items()})

    def say_of(self, bars: BarsByTimeframe) -> Scores:
        """Its scores of exactly these arrays."""
        self.pause()
        return self._ask(lambda: self.strategy.evaluate(bars, self.params))

    def _ask[T](self, question: Callable[[], T]) -> T:
        try:
            return question()
        except Exception as error:
            raise StrategyRaised(f"{type(error).__name__}: {error}") from error


def arrays(bars: Bars) -> dict[str, Column]:
    """Every column that a strategy can see, those of the order flow too."""
    flow = bars.flow()
    return {name: getattr(bars, name) for name in Bars.__struct_fields__} | {
        name: getattr(flow, name) for name in Flow.__struct_fields__
    }


def copied(bars: Bars, shift: int = 0) -> Bars:
    """The same bars in memory of their own; with `shift` they begin so many values into it, as live windows do."""
    moved = {}
    for name, column in arrays(bars).items():
        room = np.empty(len(column) + shift, column.dtype)
        room[shift:] = column
        moved[name] = room[shift:]
    same = Bars(*(moved[name] for name in Bars.__struct_fields__))
    if not isinstance(bars, FlowBars):
        return same
    return with_flow(same, Flow(*(moved[name] for name in Flow.__struct_fields__)))
