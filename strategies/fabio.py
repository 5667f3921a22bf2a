"""The Fabio playbook: auction market theory with order flow (strategies.md 7)."""

from collections.abc import Mapping

import numpy as np

from engine.model.market import DAY_MS, SPAN_MS, Bars, BarsByTimeframe, Check, Floats, Ints, Scores, Timeframe
from strategies import playbook
from strategies.base import CandleStrategy, settled
from strategies.columns import NO_CODE, Marks, base, explained, scores, signals
from strategies.playbook import NEAR_LEVEL, Params, Setup
from strategies.structure.auction import ATR_BARS, Auction, auction
from strategies.structure.confluence import SLOW
from strategies.structure.flow import VOLUME_BARS
from strategies.structure.landmarks import POC_DAYS
from strategies.structure.state import BALANCED, DOWN, STATES, TRANSITION, UNKNOWN, UP

BASE: Timeframe = "5m"
HISTORY: dict[Timeframe, int] = {
    "1m": (POC_DAYS + 1) * DAY_MS // SPAN_MS["1m"],
    "1h": settled(ema=SLOW),
    "4h": settled(ema=SLOW),
    "1d": settled(ema=SLOW),
}
"""Closed bars of the other timeframes before the first bar scored; more make no difference."""

CODES = (
    "trend_long",
    "trend_short",
    "reversion_long",
    "reversion_short",
    "missing_timeframe",
    "unknown_state",
    "incomplete_flow",
    "unknown_confluence",
    "low_confluence",
)


class Fabio(CandleStrategy[Params]):
    """Trades with a market that has left value, and against one that tried to and failed.

    Market state, location and aggression must all hold. State: of the previous UTC day's value area (70 % of
    its volume) and the one developing today, from the last 12 closes (`k`). Aggression: |delta| at least 25 %
    (`delta_share`) of a volume at least one deviation (`volume_sd`) above the mean of the 20 bars before.

    Signal, trend: out of balance, the bar's low (short: high) is within 0.1 % (`lvn_tolerance`) of a low
    volume node of the impulse leg and closes back beyond it, with aggression in the direction. Reversion:
    balanced or in transition, the first close back inside value, at most 3 bars (`excursion_bars`) after price
    left it, with aggression towards value. Either only when the timeframes agree: s confluence >= 0.2
    (`min_confluence`).

    Stop and target, trend: 0.15 ATR14 (`trend_stop`) beyond the node; the nearest high volume node or point of
    control of the leg or the previous day, at least 1.5 R (`min_rr`) away. Reversion: 0.1 ATR14
    (`reversion_stop`) beyond the extreme of the excursion; the previous day's point of control.

    Exit: the state turns to the opposite imbalance.

    Score: 100 (0.25 share + 0.20 level/100 + 0.30 (0.5 lin(|delta|/volume, 0.25, 0.60) + 0.5 lin((volume -
    mean)/sd, 1, 3)) + 0.25 (1 + s confluence)/2); share: of the last 12 closes beyond the edge (trend) or
    inside value (reversion); level: the largest significance of a key level within 0.15 % of node or edge.

    Checks: `state` (0 unknown, 1 balanced, 2 imbalanced up, 3 imbalanced down, 4 in transition; met when
    known), `aggression` (+1 buyers, -1 sellers, 0 nobody; met when not 0), `location` (the node or edge a
    model stands on; met when one does), `confluence` (-1..1; met when it lets that model's side pass).

    Reason codes: `trend_long`, `trend_short`, `reversion_long`, `reversion_short`, `missing_timeframe` (one of
    1m, 1h, 4h, 1d is not given), `unknown_state` (no complete previous day, a missing minute today or too few
    closes), `incomplete_flow` (a minute of the bar or its taker side is missing), `unknown_confluence` and
    `low_confluence` (a model's signal that is not forwarded).
    """

    name = "fabio"
    timeframes: tuple[Timeframe, ...] = (BASE, "1m", "1h", "4h", "1d")
    accepts: tuple[Timeframe, ...] = (BASE,)
    params_type = Params

    def warmup(self, params: Params) -> int:
        """Every bar since 00:00 UTC of the previous day; seeds of averages no longer show by then."""
        return max(settled(wilder=ATR_BARS, ema=SLOW), 2 * DAY_MS // SPAN_MS[BASE])

    def first_bar(self, params: Params) -> int:
        """The first bar with a usual volume and enough closes for a state."""
        return max(VOLUME_BARS, params.k - 1)

    def reads(self, params: Params) -> Mapping[Timeframe, int]:
        """A month of minutes for profiles and levels, and averages of the longer bars."""
        return HISTORY

    def evaluate(self, bars: BarsByTimeframe, params: Params) -> Scores:
        """Score every bar of five minutes from what had closed by its close; see the class."""
        return self._scored(bars, params, 0)

    def newest(self, bars: BarsByTimeframe, params: Params) -> Scores:
        """The last row; those before are over."""
        return self._scored(bars, params, max(0, len(base(bars)) - 1))

    def _scored(self, bars: BarsByTimeframe, params: Params, since: int) -> Scores:
        """Scores of the rows from a little before `since` on."""
        of, first = base(bars), self.first_bar(params)
        if any(timeframe not in bars for timeframe in self.timeframes):
            return _silent(of, first)
        view = auction(bars, params, since)
        of, first = view.of, max(0, first - view.since)
        setups = _setups(view, first, params)
        side = np.zeros(len(of))
        side[list(setups)] = [setup.side for setup in setups.values()]
        lean = side * view.agreement
        passed = {t: setup for t, setup in setups.items() if lean[t] >= params.min_confluence}
        forwarded = np.zeros(len(of), bool)
        forwarded[list(passed)] = True
        found = signals(of, first, forwarded & (side > 0.0), forwarded & (side < 0.0))
        chosen = [passed[t] for t in found.rows.tolist()]

        def mark(rows: Ints, _: Floats) -> Marks:
            return Marks(
                np.array([_score(view, t, setup) for t, setup in zip(rows.tolist(), chosen, strict=True)]),
                np.array([setup.stop for setup in chosen]),
                np.array([setup.target for setup in chosen]),
                np.array([CODES.index(_name(setup)) for setup in chosen]),
            )

        out = scores(
            found,
            mark,
            CODES,
            exits=(view.state == DOWN, view.state == UP),
            checks=_checks(view, setups, lean, params),
            setup=self.name,
        )
        return explained(out, _abstentions(view, lean, side, params))


def _setups(view: Auction, first: int, params: Params) -> dict[int, Setup]:
    """What the models propose, by row; only rows where somebody presses are looked at."""
    rows = np.flatnonzero(np.abs(view.push) > 0.0)
    proposed = {t: _setup(view, t, params) for t in rows[rows >= first].tolist()}
    return {t: setup for t, setup in proposed.items() if setup is not None}


def _setup(view: Auction, t: int, params: Params) -> Setup | None:
    """What the model of the state says: with a market that is out of value, towards one that price comes back to."""
    code, side = int(view.state[t]), int(view.push[t])
    if code == (UP if side > 0 else DOWN):
        return playbook.trend(STATES[code], view.bar(t), *view.nodes(t, side), params)
    if code in (BALANCED, TRANSITION) and view.returned[0 if side > 0 else 1][t] >= 0:
        return playbook.reversion(STATES[code], view.bar(t), side, view.extreme(t, side), view.value(t), params)
    return None


def _score(view: Auction, t: int, setup: Setup) -> float:
    inside, above, below = view.shares
    share = inside if setup.model == "reversion" else above if setup.side > 0 else below
    significance = view.significance(t, setup.level, NEAR_LEVEL)
    return playbook.score(setup, view.bar(t), float(share[t]), significance, float(view.agreement[t]))


def _name(setup: Setup) -> str:
    return f"{setup.model}_{'long' if setup.side > 0 else 'short'}"


def _checks(view: Auction, setups: dict[int, Setup], lean: Floats, params: Params) -> tuple[Check, ...]:
    location = np.full(len(view.of), np.nan)
    location[list(setups)] = [setup.level for setup in setups.values()]
    held = ~np.isnan(location)
    return (
        Check("state", view.state.astype(float), view.state != UNKNOWN),
        Check("aggression", view.push, np.abs(view.push) > 0.0),
        Check("location", location, held),
        Check("confluence", view.agreement, held & (lean >= params.min_confluence)),
    )


def _abstentions(view: Auction, lean: Floats, side: Floats, params: Params) -> Ints:
    """Code of each row that says why it is silent, `NO_CODE` where nothing needs saying; the last that holds."""
    proposed = side != 0.0
    code = np.where(proposed & (lean < params.min_confluence), CODES.index("low_confluence"), NO_CODE)
    code[proposed & np.isnan(lean)] = CODES.index("unknown_confluence")
    code[np.isnan(view.delta)] = CODES.index("incomplete_flow")
    code[view.state == UNKNOWN] = CODES.index("unknown_state")
    return code


def _silent(of: Bars, first: int) -> Scores:
    """No signal anywhere: a timeframe the playbook needs is not given."""
    nowhere = np.zeros(len(of), bool)
    out = scores(signals(of, first, nowhere, nowhere), lambda _, side: Marks(side, side), CODES, setup=Fabio.name)
    return explained(out, np.full(len(of), CODES.index("missing_timeframe")))


strategy = Fabio()
