"""What the playbook sees on the close of every bar of five minutes (strategies.md 7)."""

from typing import NamedTuple

import numpy as np

from engine.model.market import DAY_MS, SPAN_MS, Bars, BarsByTimeframe, Floats, Ints
from engine.model.money import exact
from strategies.columns import FLAT_BARS, base
from strategies.indicators import atr
from strategies.playbook import Bar, Params
from strategies.structure import flow
from strategies.structure.areas import Areas
from strategies.structure.confluence import confluence_at
from strategies.structure.excursion import returns
from strategies.structure.impulse import leg
from strategies.structure.landmarks import History, landmarks
from strategies.structure.levels import clusters, significance_near
from strategies.structure.rows import row_size
from strategies.structure.sessions import Sessions, day_of, developing, previous
from strategies.structure.state import States, shares, states

ATR_BARS = 14
BASE_MS = SPAN_MS["5m"]


class Auction(NamedTuple):
    """Columns over the bars of five minutes, and the histories behind them; NaN where something is not known."""

    whole: Bars
    """All bars of five minutes; an impulse leg may begin anywhere."""
    since: int
    """Their row that is the first one here."""
    of: Bars
    at: Ints
    """When each bar closed, UTC ms: nothing later is looked at for it."""
    history: History
    before: Areas
    """Value area of the previous day."""
    state: States
    delta: Floats
    """NaN also where a minute of the bar or its taker side is missing."""
    usual: flow.Usual
    push: Floats
    """Aggression: +1 buyers, -1 sellers, 0 nobody."""
    unit: Floats
    """ATR14."""
    agreement: Floats
    """Confluence of the timeframes."""
    shares: tuple[Floats, Floats, Floats]
    """Of the last closes inside, above and below value."""
    returned: tuple[Ints, Ints]
    """Rows of `whole` where excursions below and above value began, at the bars they come back on; else -1. With
    nobody who presses they are not looked for."""

    def bar(self, t: int) -> Bar:
        """Row t as the models take it."""
        of = self.of
        columns = (of.low, of.high, of.close, of.volume, self.delta, *self.usual, self.unit)
        return Bar(*(float(column[t]) for column in columns))

    def value(self, t: int) -> tuple[float, float, float]:
        """Val, poc and vah of the day before row t."""
        val, poc, vah = (float(column[t]) for column in self.before)
        return val, poc, vah

    def extreme(self, t: int, side: int) -> float:
        """Lowest low of the excursion below value (`side` +1), highest high of the one above it (-1), that comes
        back at row t."""
        began, end = int(self.returned[0 if side > 0 else 1][t]), self.since + t + 1
        return float(self.whole.low[began:end].min() if side > 0 else self.whole.high[began:end].max())

    def nodes(self, t: int, side: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Low volume nodes of the impulse leg before row t, and where it may run to: the high volume nodes and
        points of control of leg and previous day. Both empty without a leg."""
        day, sessions = int(self.at[t]) // DAY_MS, self.history.sessions
        session = sessions.of(day - 1)
        val, _, vah = self.value(t)
        found = leg(self.whole, self.since + t, side, val, vah, float(self.unit[t]))
        today = day_of(sessions.minutes, day)
        shape = found.shape(self.whole, row_size(exact(today.open[0]))) if found and len(today) else None
        if shape is None or session is None:
            return (), ()
        return shape.lvn, (*shape.hvn, shape.poc, *session.hvn, session.poc)

    def significance(self, t: int, price: float, within: float) -> float:
        """Largest significance of a key level within this fraction of `price`, as known at row t."""
        levels = landmarks(self.history, int(self.at[t]), float(self.of.close[t]))
        return significance_near(clusters(levels), price, within)


def auction(bars: BarsByTimeframe, params: Params, since: int = 0) -> Auction:
    """The view from bars of 5m (the first of the mapping), 1m, 1h, 4h and 1d, of the rows from `since` on.

    All of these closed on one UTC day, unless `since` is 0. Before them some rows stand of which no state is known:
    what is said of the rows after them is the same, bit for bit, as with all bars.
    """
    whole, minutes = base(bars), bars["1m"]
    first = max(0, since - max(params.k, FLAT_BARS))
    of, known = whole.slice(first, len(whole)), since - first
    at = of.ts + BASE_MS
    sessions = Sessions(minutes)
    before, now = previous(sessions, at), _later(developing(minutes, at[known:]), known)
    delta = flow.delta(of) * flow.whole(at, BASE_MS, minutes)
    usual = flow.usual_volume(of.volume)
    push = flow.aggression(delta, of.volume, *usual, share=params.delta_share, sds=params.volume_sd)
    closes = shares(of.close, before, params.k)
    begun = int(whole.ts[0]) + BASE_MS if len(whole) else 0
    return Auction(
        whole=whole,
        since=first,
        of=of,
        at=at,
        history=History(sessions, bars["1h"], bars["1d"]),
        before=before,
        state=states(of.close, closes[0], before, now, params.inside, params.overlap),
        delta=delta,
        usual=usual,
        push=push,
        unit=atr(whole, ATR_BARS)[first:],
        agreement=_behind(known, confluence_at(bars, at[known:], begun)),
        shares=closes,
        returned=_returned(whole, since, before, push, params.excursion_bars, known),
    )


def _returned(whole: Bars, since: int, before: Areas, push: Floats, bars: int, known: int) -> tuple[Ints, Ints]:
    """`Auction.returned`, looked for from the start of the day where somebody pressed."""
    if not np.count_nonzero(np.abs(push[known:]) > 0.0):
        nowhere = np.full(len(push), -1)
        return nowhere, nowhere
    at = whole.ts + BASE_MS
    start = int(at.searchsorted(at[since] // DAY_MS * DAY_MS)) if since else 0
    val, vah = (column[known:] for column in (before.val, before.vah))
    val, vah = (np.concatenate([column[:1].repeat(since - start), column]) for column in (val, vah))
    of, at = whole.slice(start, len(whole)), at[start:]
    inside, came_in = (of.close >= val) & (of.close <= vah), at.searchsorted(at // DAY_MS * DAY_MS)
    began = (returns(beyond, inside, came_in, bars)[since - start :] for beyond in (of.low < val, of.high > vah))
    below, above = (np.append(np.full(known, -1), np.where(rows < 0, rows, rows + start)) for rows in began)
    return below, above


def _behind(rows: int, column: Floats) -> Floats:
    """A column after so many unknown rows."""
    return np.concatenate([np.full(rows, np.nan), column]) if rows else column


def _later(areas: Areas, rows: int) -> Areas:
    """The areas after so many unknown ones."""
    return Areas(*(_behind(rows, column) for column in areas))
