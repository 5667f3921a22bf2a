"""A strategy file as a strategy like any other."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, cast

import msgspec
import numpy as np

from engine.model.market import TIMEFRAMES, Aim, BarsByTimeframe, Check, Exits, Flags, Floats, Ints, Scores, Timeframe
from strategies.base import CandleStrategy, settled
from strategies.columns import ABSTENTIONS, NO_SIGNAL, WARMING_UP, Marks, scores, signals
from strategies.rules import lower, reach
from strategies.rules import nodes as n
from strategies.rules import schema as s
from strategies.rules.bracket import buffer, multiple, reach_of, stops, targets, trail
from strategies.rules.demands import evidence_asked, own_risk, windows_of
from strategies.rules.evidence import Evidence
from strategies.rules.sides import Side, Weight, sides_of
from strategies.rules.structured import Structure
from strategies.rules.text import worded
from strategies.rules.truth import every
from strategies.rules.view import View

CODES = ("rules_long", "rules_short", "below_min_score", "stop_wrong_side", "target_wrong_side")
FINE = -1
NOISE = 1e-9
BELOW_MIN, STOP_WRONG, TARGET_WRONG = (len(ABSTENTIONS) + CODES.index(code) for code in CODES[2:])


class NoParams(msgspec.Struct, frozen=True):
    """A file has no parameters: another file is another strategy."""


class Stand(NamedTuple):
    """How one side stands at each bar."""

    holds: Flags
    weak: Flags
    """All that is required holds, but the score is too low."""
    score: Floats
    """0..100."""


class RulesStrategy(CandleStrategy[NoParams]):
    """Rules of a JSON file (strategies.md section 15), compiled once and evaluated on columns.

    Signal: all required rules and filters are true and the score is at least `minScore`; what is undefined is not
    true. Score: weight of the true rules in percent of all weight. Checks: one for each top-level rule and filter.

    Reason codes: `rules_long`, `rules_short`, `below_min_score`, `stop_wrong_side`, `target_wrong_side`.
    """

    params_type = NoParams

    def __init__(self, document: s.Document, evidence: Evidence | None = None) -> None:
        """`evidence` supplies market state, footprints and levels, by default those of `strategies.structure`."""
        self.document = document
        self.name = document.id
        self.symbols = document.instruments or (document.instrument or "",)
        """Instruments it trades, each on its own."""
        self.accepts = (document.timeframe,)
        self.own = own_risk(document)
        """Its risk settings."""
        self._evidence: Evidence = evidence or Structure()
        self._long, self._short = sides_of(document)
        self._filters = tuple((worded(one), lower.condition(one)) for one in document.filters)
        self._mirrored = bool(self._long.rules and self._short.rules)
        self.windows = windows_of(document, self._conditions())
        """Closed bars a live window of each timeframe must hold."""
        for one, bars in self._evidence.reads(document.timeframe, evidence_asked(self._conditions())).items():
            self.windows[one] = max(self.windows.get(one, 0), bars)
        others = [one for one in TIMEFRAMES if one in self.windows and one != document.timeframe]
        self.timeframes = (document.timeframe, *others)

    @property
    def targets(self) -> tuple[s.Part, ...]:
        """Targets and the share of the position each closes."""
        found = self.document.take_profit
        if found is None:
            return ()
        return found if isinstance(found, tuple) else (s.Part(found, 1.0),)

    def warmup(self, params: NoParams) -> int:
        """Bars after which no seed of an average shows; at least what the longest look-back needs."""
        return max(settled(), self.windows[self.document.timeframe])

    def reads(self, params: NoParams) -> Mapping[Timeframe, int]:
        """Closed bars needed of the timeframes its rules name, and of those its evidence is made of."""
        return {one: self.windows[one] for one in self.timeframes[1:]}

    def first_bar(self, params: NoParams) -> int:
        """The largest first bar of the operands of rules and filters, plus 1 for a cross."""
        rules = [rule.condition for side in (self._long, self._short) for rule in side.rules]
        return max(map(reach.first_bar, [*rules, *(one for _, one in self._filters)]))

    def exits(self, params: NoParams) -> Exits:
        """Time stop, trailing and break-even."""
        of, follows, even = self.document, self.document.trailing, self.document.break_even
        return Exits(
            time_stop=of.time_stop.bars if of.time_stop else None,
            trail_percent=follows.value / 100.0 if isinstance(follows, s.PercentTrail) else None,
            trail_scored=isinstance(follows, s.AtrTrail),
            trail_activate_r=follows.activate_r if follows else 0.0,
            break_even_r=even.at_r if even else None,
            break_even_on_target=even is not None and even.after == "first_target",
            break_even_ticks=even.offset_ticks if even else 0,
        )

    def evaluate(self, bars: BarsByTimeframe, params: NoParams) -> Scores:
        """Score every bar; see the class."""
        with np.errstate(all="ignore"):
            return self._evaluate(View(bars, self._evidence))

    def _evaluate(self, view: View) -> Scores:
        clear = every([view.truth(one) for _, one in self._filters]).yes if self._filters else True
        long, short = self._stand(view, self._long, clear), self._stand(view, self._short, clear)
        found = signals(view.base, self.first_bar(NoParams()), long.holds, short.holds)
        rows, side = found.rows, found.side
        stop = stops(view, self.document.stop_loss, rows, side, self._mirrored)
        wanted = [part.target for part in self.targets] or [s.NoTarget()]
        places = [targets(view, one, rows, side, self._mirrored, stop) for one in wanted]
        further = buffer(self.document.stop_loss)
        verdict = _verdict(view.base.close[rows], side, stop, further > 0, list(zip(places, wanted, strict=True)))
        fine = verdict == FINE
        out = scores(
            found._replace(rows=rows[fine], side=side[fine]),
            lambda rows, side: Marks(
                np.where(side > 0.0, long.score[rows], short.score[rows]), stop[fine], places[0][fine]
            ),
            CODES,
            target_r=multiple(wanted[0]),
            exits=(self._leaves(view, self._long), self._leaves(view, self._short)),
            checks=self._checks(view, short.score > long.score),
            setup=self.name,
        )
        if len(wanted) > 1:
            out = msgspec.structs.replace(out, aims=self._aims(len(view.base), rows[fine], [x[fine] for x in places]))
        if isinstance(self.document.trailing, s.AtrTrail):
            out = msgspec.structs.replace(out, trail=trail(view, self.document.trailing))
        if further:
            out = msgspec.structs.replace(out, stop_ticks=further)
        if self.document.risk.mode == "atr" and isinstance(self.document.stop_loss, s.AtrStop):
            out = msgspec.structs.replace(out, reach=reach_of(view, self.document.stop_loss))
        out.reason[rows[~fine]] = verdict[~fine]
        out.reason[(long.weak | short.weak) & (out.reason == NO_SIGNAL)] = BELOW_MIN
        return out

    def _stand(self, view: View, side: Side, clear: Flags | bool) -> Stand:
        size = len(view.base)
        if not side.rules:
            return Stand(np.zeros(size, bool), np.zeros(size, bool), np.zeros(size))
        score, met = np.zeros(size), np.ones(size, bool) & clear
        for rule in side.rules:
            yes = view.truth(rule.condition).yes
            score += rule.weight * yes
            if rule.required:
                met &= yes
        score *= 100.0 / sum(rule.weight for rule in side.rules)
        enough = score >= self.document.min_score - NOISE
        return Stand(met & enough, met & ~enough, score)

    def _aims(self, size: int, rows: Ints, places: Sequence[Floats]) -> tuple[Aim, ...]:
        columns = [np.full(size, np.nan) for _ in places]
        for column, values in zip(columns, places, strict=True):
            column[rows] = values
        return tuple(
            Aim(part.portion, column, multiple(part.target)) for part, column in zip(self.targets, columns, strict=True)
        )

    def _leaves(self, view: View, side: Side) -> Flags:
        return np.zeros(len(view.base), bool) if side.exit is None else view.truth(side.exit).yes

    def _checks(self, view: View, short: Flags) -> tuple[Check, ...]:
        """Each rule on the side that stands better at a bar (the long one when both do as well)."""
        found = []
        for i in range(max(len(self._long.rules), len(self._short.rules))):
            one, other = (side.rules[i] if side.rules else None for side in (self._long, self._short))
            if one is None or other is None:
                rule = one or cast(Weight, other)
                found.append(Check(rule.name, view.shown(rule.condition), view.truth(rule.condition).yes))
                continue
            value = np.where(short, view.shown(other.condition), view.shown(one.condition))
            met = np.where(short, view.truth(other.condition).yes, view.truth(one.condition).yes)
            found.append(Check(one.name, value, met))
        found += [Check(f"filter: {name}", view.shown(one), view.truth(one).yes) for name, one in self._filters]
        return tuple(found)

    def _conditions(self) -> list[n.Condition]:
        sides = (self._long, self._short)
        rules = [rule.condition for side in sides for rule in side.rules]
        return [*rules, *(side.exit for side in sides if side.exit), *(one for _, one in self._filters)]


def _verdict(
    close: Floats, side: Floats, stop: Floats, further: bool, places: Sequence[tuple[Floats, s.Target]]
) -> Ints:
    """Why a row makes no signal after all, FINE when it does; the first reason in this order.

    `further`: the stop will stand beyond its price, so that one on the close is on the right side.
    """
    unknown, wrong = np.zeros((2, len(close)), bool)
    for target, of in places:
        unknown |= np.isnan(target) & (not isinstance(of, s.NoTarget))
        wrong |= side * (target - close) <= 0.0
    away = side * (close - stop)
    return np.select(
        [np.isnan(stop), away < 0.0 if further else away <= 0.0, unknown, wrong],
        [WARMING_UP, STOP_WRONG, WARMING_UP, TARGET_WRONG],
        FINE,
    )
