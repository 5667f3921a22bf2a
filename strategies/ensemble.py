"""Ensembles: one strategy id whose members vote and do not trade (strategies.md section 14)."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from engine.model.errors import BadInput
from engine.model.market import (
    DAY_MS,
    SPAN_MS,
    TIMEFRAMES,
    Bars,
    BarsByTimeframe,
    Check,
    Exits,
    Floats,
    Ints,
    Led,
    Scores,
    Timeframe,
)
from strategies.base import CandleStrategy, settled
from strategies.columns import SAME, Marks, base, explained, scores, signals
from strategies.members import Member, ballot, checks, members, named
from strategies.structure.current import CLOSES, SETUPS, states
from strategies.structure.state import STATES
from strategies.tail import tail
from strategies.votes import LEAST_SCORE, OK, REASONS, combine, weight
from strategies.weights import multipliers, weights

STATE_MINUTES = 2 * DAY_MS // SPAN_MS["1m"]
"""Minutes behind a market state: since 00:00 UTC of the previous day."""


class Params(msgspec.Struct, frozen=True):
    """Parameters of every ensemble."""

    min_score: Annotated[float, Meta(ge=0, le=100, description="votes with a lower score are dropped")] = 50.0
    weights: Annotated[str, Meta(description="base weights 0..5 by member (1 where not given): razor:2,grid:0.5")] = ""
    multipliers: Annotated[
        str,
        Meta(description="0..3 by kind and market state (1 where not given): trend/BALANCED:0.5,flow/TRANSITION:2"),
    ] = ""


class ChosenParams(Params, frozen=True):
    """Parameters of `ensemble`."""

    of: Annotated[str, Meta(description="the members, two or more")] = "breakout,ma_cross,macd_bb,rsi_mr"


class Ensemble[P: Params](CandleStrategy[P]):
    """What all ensembles do with the votes of their members."""

    is_ensemble = True

    @abstractmethod
    def names(self, params: P) -> tuple[str, ...]:
        """Ids of the members."""

    def members(self, params: P) -> tuple[Member, ...]:
        """The members that are loaded, in the order of their ids."""
        return members(self.names(params))

    def check(self, params: P) -> str | None:
        """Members, weights and multipliers must be readable."""
        try:
            weights(params.weights, self.names(params))
            multipliers(params.multipliers)
        except BadInput as refusal:
            return str(refusal)
        return None

    def warmup(self, params: P) -> int:
        """What the slowest member needs; and where the weights depend on the market state, what that takes of minutes,
        which may be the bars themselves."""
        longest = max(settled(), *(member.warmup for member in self.members(params)))
        return max(longest, STATE_MINUTES if params.multipliers else 0)

    def first_bar(self, params: P) -> int:
        """The first bar on which two members may agree."""
        return sorted(member.first_bar for member in self.members(params))[1]

    def reads(self, params: P) -> Mapping[Timeframe, int]:
        """What any member reads, and what the market state takes where the weights depend on it."""
        every = [member.strategy.reads(member.params) for member in self.members(params)]
        if params.multipliers:
            every.append({"1m": STATE_MINUTES, SETUPS: CLOSES})
        return {
            name: max(needs.get(name, 0) for needs in every)
            for name in TIMEFRAMES
            if any(name in needs for needs in every)
        }

    def exits(self, params: P) -> Exits:
        """Those of each member, for the trades that it leads."""
        return Exits(led={member.name: member.exits for member in self.members(params)})

    def evaluate(self, bars: BarsByTimeframe, params: P) -> Scores:
        """Score every bar; see the class."""
        return self._decided(bars, base(bars), params)

    def newest(self, bars: BarsByTimeframe, params: P) -> Scores:
        """The votes on the last bar, which its members may have been asked for already."""
        return self._decided(bars, tail(base(bars), 1), params)

    def _decided(self, bars: BarsByTimeframe, of: Bars, params: P) -> Scores:
        """Scores of `of`: all bars of the base timeframe, or a tail of them."""
        voting = self.members(params)
        said = ballot(voting, bars, of)
        counted = said.counted(params.min_score)
        verdicts = combine(counted, self._weights(bars, voting, params)[:, -len(of) :])
        decided = verdicts.code == OK
        found = signals(of, self.first_bar(params), decided & (verdicts.score > 0.0), decided & (verdicts.score < 0.0))

        def mark(rows: Ints, _: Floats) -> Marks:
            leader = verdicts.leader[rows]
            brackets = said.stop[leader, rows], said.target[leader, rows]
            return Marks(100.0 * np.abs(verdicts.score[rows]), *brackets, verdicts.code[rows])

        out = scores(
            found,
            mark,
            REASONS,
            exits=(np.logical_or.reduce(said.leaves_long), np.logical_or.reduce(said.leaves_short)),
            checks=(
                *checks(voting, said, counted),
                Check("score", verdicts.score, np.abs(verdicts.score) >= LEAST_SCORE - SAME),
            ),
            setup=self.name,
        )
        names = tuple(member.name for member in voting)
        every, multiples = np.full(len(of), -1), np.full(len(of), np.nan)
        every[found.rows] = verdicts.leader[found.rows]
        multiples[found.rows] = said.target_r[every[found.rows], found.rows]
        led = Led(names, every, multiples, said.leaves_long, said.leaves_short)
        return explained(msgspec.structs.replace(out, led=led), verdicts.code)

    def _weights(self, bars: BarsByTimeframe, voting: tuple[Member, ...], params: P) -> Floats:
        """(members, bars): base weight times the multiplier of the member's kind in the market of each bar.

        One column for all bars where the market makes no difference.
        """
        own = weights(params.weights, self.names(params))
        table = multipliers(params.multipliers)
        if not table:
            return np.array([[own.get(member.name, 1.0)] for member in voting])
        seen = states(bars)
        by_state = [
            [weight(member.name, state, own.get(member.name, 1.0), table) for state in STATES] for member in voting
        ]
        return np.array(by_state, float)[:, seen]


class Chosen(Ensemble[ChosenParams]):
    """The strategies you name vote; it trades when they agree.

    Signal: a bar's votes are its members' signals on these candles, with their default parameters, less those whose
    score is below 50 (`min_score`). The combined score is the mean of their confidences (score/100, with the sign of
    the side), weighted by base weight (`weights`) and by kind of strategy and market state (`multipliers`). Long
    or short when at least 2 votes agree with its sign, no vote against it has a confidence of 0.8 or more, and it
    is at least 0.5 either way.

    Members: any strategy of this page that is no ensemble, and `grid`, which votes on candles: while ATR14 is below
    0.5 % of the close, for the middle of the range of the last 48 bars from its lowest or highest third; score 100
    lin(0.5 - ATR14 in percent, 0, 0.5), stop one ATR14 beyond the range. One that does not run on these candles
    abstains.

    Stop and target: those of the agreeing vote with the largest weight times confidence, the leader (equal: the
    smaller id).

    Exit: the leader's exits, time stop and trailing: of the vote that the open trade took, to its end.

    Score: 100 |combined score|.

    Checks: one per member (its score with the sign of its side, 0 when it abstains; met when it counts), `score`
    (the combined one, -1..1; met from 0.5 on, either way).

    Reason codes: `ok`, `flat` (no vote), `veto`, `single vote`, `score 0.43` (too small; with its two decimals).
    """

    name = "ensemble"
    timeframes: tuple[Timeframe, ...] = ("15m",)
    params_type = ChosenParams

    def names(self, params: ChosenParams) -> tuple[str, ...]:
        """The members named; BadInput when they cannot be."""
        return named(params.of)


class Preset(Ensemble[Params]):
    """An ensemble whose members are fixed; those that are not loaded, or do not run on its candles, abstain."""

    voters: tuple[str, ...]
    params_type = Params

    def names(self, params: Params) -> tuple[str, ...]:
        """The fixed members."""
        return self.voters


strategy = Chosen()
