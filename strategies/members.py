"""Who may vote in an ensemble, and what each member said of some bars."""

from functools import cache
from typing import NamedTuple

import msgspec
import numpy as np

from engine.model.errors import BadInput
from engine.model.market import Bars, BarsByTimeframe, Check, Exits, Flags, Floats, Scores, Timeframe
from strategies.base import AnyStrategy, catalogue
from strategies.columns import SAME
from strategies.params import listed, shown
from strategies.tail import Tail


class Member(NamedTuple):
    """A strategy that votes, with its default parameters."""

    strategy: AnyStrategy
    params: msgspec.Struct

    @property
    def name(self) -> str:
        """Id of the strategy."""
        return self.strategy.name

    @property
    def warmup(self) -> int:
        """Closed bars it needs."""
        return self.strategy.warmup(self.params)

    @property
    def first_bar(self) -> int:
        """First row it may vote on."""
        return self.strategy.first_bar(self.params)

    @property
    def exits(self) -> Exits:
        """What is constant over a trade that it leads."""
        return self.strategy.exits(self.params)

    def says(self, bars: BarsByTimeframe, newest: bool) -> Scores | None:
        """Its scores on these bars, or on the last of them; None where it does not run on their timeframe."""
        timeframe: Timeframe = next(iter(bars))
        if timeframe not in self.strategy.accepts:
            return None
        return (self.strategy.newest if newest else self.strategy.evaluate)(bars, self.params)


@cache
def known() -> dict[str, AnyStrategy]:
    """Every strategy that can vote, by id: no ensemble, and none that trades on more than candles."""
    return {name: one for name, one in catalogue().items() if _votes(one)}


def _votes(one: AnyStrategy) -> bool:
    return not getattr(one, "is_ensemble", False) and bool(getattr(one, "votes", True))


@cache
def members(names: tuple[str, ...]) -> tuple[Member, ...]:
    """The members of these names, in the order of their ids; what is not loaded is left out."""
    there = known()
    return tuple(Member(there[name], there[name].params_type()) for name in sorted(set(names)) if name in there)


def named(text: str) -> tuple[str, ...]:
    """`a, b, c` -> the ids; BadInput when one cannot vote, stands twice, or fewer than two are left."""
    names = tuple(name.strip() for name in text.split(","))
    there = known()
    for name in names:
        if name not in there:
            raise BadInput(f"of names {shown(name)}, but those who can vote are {listed(there)}.")
    if len(names) < 2 or len(set(names)) < len(names):
        raise BadInput(f"of takes two or more different strategies, but it is {shown(text)}.")
    return names


class Ballot(NamedTuple):
    """Tables (members, bars) of what the members said: scores with the sign of their side, prices, exits."""

    score: Floats
    stop: Floats
    target: Floats
    leaves_long: Flags
    leaves_short: Flags
    target_r: Floats
    """NaN where the target is a price."""

    def counted(self, min_score: float) -> Floats:
        """Signed confidences -1..1 of the votes that count, 0 for the others."""
        return np.where(np.abs(self.score) >= min_score - SAME, self.score / 100.0, 0.0)


def ballot(voting: tuple[Member, ...], bars: BarsByTimeframe, of: Bars) -> Ballot:
    """Ask every member about `of`, all bars or a tail of them; one that does not run on this timeframe abstains."""
    size = (len(voting), len(of))
    score, (stop, target, target_r), leaves = np.zeros(size), np.full((3, *size), np.nan), np.zeros((2, *size), bool)
    newest = isinstance(of, Tail)
    last = -1 if newest else slice(None)
    for row, member in enumerate(voting):
        said = member.says(bars, newest)
        if said is not None:
            score[row, last], stop[row, last], target[row, last] = said.score[last], said.stop[last], said.target[last]
            leaves[0, row, last], leaves[1, row, last] = said.exit_long[last], said.exit_short[last]
            target_r[row] = np.nan if said.target_r is None else said.target_r
    return Ballot(score, stop, target, leaves[0], leaves[1], target_r)


def checks(voting: tuple[Member, ...], said: Ballot, counted: Floats) -> tuple[Check, ...]:
    """Each vote by the member's name: its signed score, met when it counts."""
    return tuple(
        Check(member.name, score, vote != 0.0) for member, score, vote in zip(voting, said.score, counted, strict=True)
    )
