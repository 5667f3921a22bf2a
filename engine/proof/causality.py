"""Look-ahead: what is said of a bar must not change when later bars become known (strategies.md 1.2)."""

from collections.abc import Mapping

import numpy as np

from engine.model.market import Timeframe
from engine.proof.columns import Columns, Difference, columns, first_difference, head
from engine.proof.effort import Effort
from engine.proof.findings import Finding, utc
from engine.proof.subject import StrategyRaised, Subject
from engine.proof.tape import Tape

CHECK = "look_ahead"


class Prefixes:
    """Answers on a tape cut off after some bar; of other timeframes what had closed by then."""

    def __init__(self, subject: Subject, tape: Tape) -> None:
        self._subject, self._tape, self._needs = subject, tape, subject.reads
        self.size = len(tape)
        self.whole = self.run(self.size)

    @property
    def needs(self) -> Mapping[Timeframe, int]:
        """The other timeframes it reads."""
        return self._needs

    def run(self, stop: int, early: str = "") -> Columns:
        """The answer to the first `stop` bars; of the timeframe `early` also bars that close later are given."""
        return columns(self._subject.say(self._tape.known(0, stop, self._needs, early=early)))

    def difference(self, stop: int) -> Difference | None:
        """Where the answer to a prefix parts from the answer to everything."""
        return first_difference(self.run(stop), head(self.whole, stop))

    def settled_by(self, stop: int, found: Difference) -> int:
        """Bars after which the value of a prefix's bad row first is another one."""
        before = _value(self.run(stop), found)
        good, bad = stop, self.size
        while bad - good > 1:
            middle = (good + bad) // 2
            if _same(_value(self.run(middle), found), before):
                good = middle
            else:
                bad = middle
        return bad - stop

    def leaking(self, stop: int, found: Difference) -> str:
        """The timeframe whose later bars alone change the row, "" when it is the base timeframe."""
        before = _value(self.run(stop), found)
        for timeframe in self._needs:
            if not _same(_value(self.run(stop, timeframe), found), before):
                return timeframe
        return ""


def look_ahead(subject: Subject, tape: Tape, effort: Effort) -> Finding:
    """Compares prefixes with the whole, every value of every row; names the first bar whose answer changes.

    Prefixes end at bars spread over the tape, around signals, and at every one of the last bars. Where one parts from
    the whole, the earliest is found by bisection from the last one that did not.
    """
    of = Prefixes(subject, tape)
    cuts = _cuts(of, subject.first_bar, effort)
    good = 0
    for cut in cuts:
        if of.difference(cut) is not None:
            return _named(of, tape, *_earliest(of, good, cut))
        good = cut
    signals = int(np.count_nonzero(of.whole["score"]))
    if signals == 0:
        return Finding(CHECK, "warn", f"no signal in {of.size} bars, so prefixes agreed on nothing that trades")
    return Finding(
        CHECK, "ok", f"{len(cuts)} prefixes of {of.size} bars with {signals} signals say the same, bit for bit"
    )


def _cuts(of: Prefixes, first_bar: int, effort: Effort) -> list[int]:
    """Prefix lengths, ascending."""
    size = of.size
    spread = np.linspace(min(first_bar + 1, size - 1), size - 1, effort.samples).astype(int)
    signals = np.flatnonzero(of.whole["score"])
    chosen = signals[np.linspace(0, len(signals) - 1, min(len(signals), effort.signals)).astype(int)]
    around = (chosen[:, None] + np.arange(3)).ravel()
    tail = np.arange(size - effort.tail, size)
    cuts = np.unique(np.concatenate([spread, around, tail]))
    return [int(cut) for cut in cuts if 0 < cut < size]


def _earliest(of: Prefixes, good: int, bad: int) -> tuple[int, Difference]:
    """The shortest prefix between one that agrees and one that does not at which agreement ends."""
    while bad - good > 1:
        middle = (good + bad) // 2
        if of.difference(middle) is None:
            good = middle
        else:
            bad = middle
    found = of.difference(bad)
    if found is None:
        raise StrategyRaised("another answer to the same bars")
    return bad, found


def _named(of: Prefixes, tape: Tape, stop: int, found: Difference) -> Finding:
    later = of.settled_by(stop, found)
    leak = of.leaking(stop, found)
    source = f"a {leak} bar that closes later" if leak else f"{later} later bar{'s' if later > 1 else ''}"
    at = int(tape.bars.ts[found.row])
    sentence = (
        f"{found.column} of bar {found.row} ({utc(at)}) is {found.one} at the close of bar {stop - 1}, "
        f"but {found.other} once {source} {'is' if leak or later == 1 else 'are'} known"
    )
    return Finding(CHECK, "fail", sentence, found.row, at, found.column)


def _value(table: Columns, found: Difference) -> object:
    """What a table says where two others part; None where it has no such column."""
    column = table.get(found.column)
    return None if column is None else column[found.row]


def _same(one: object, other: object) -> bool:
    return one == other or (one != one and other != other)
