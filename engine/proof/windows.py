"""Warm-up: a live window of the stated length must say what the whole history says (strategies.md 1.4)."""

from collections.abc import Iterator, Mapping

import numpy as np

from engine.model.market import Timeframe
from engine.proof.columns import Column, Columns, columns, nearly
from engine.proof.effort import Effort
from engine.proof.findings import Finding, utc
from engine.proof.subject import Subject
from engine.proof.tape import Tape

CHECK = "warm_up"
ROWS = 24
"""Rows compared of each window: the first has exactly the stated bars, the others some more."""


class Lengths(dict[Timeframe, int]):
    """Bars held of each timeframe."""


class Windows:
    """Windows of any lengths compared with the answer to the whole history, at chosen rows."""

    def __init__(self, subject: Subject, tape: Tape, effort: Effort) -> None:
        self._subject, self._tape = subject, tape
        self._base = subject.timeframe
        self.stated = {self._base: subject.warmup} | subject.reads
        every = {timeframe: len(tape.histories.get(timeframe, ())) for timeframe in subject.reads}
        self._whole = columns(subject.say(tape.known(0, len(tape), every)))
        self._scales = {name: _scale(name, column) for name, column in self._whole.items()}
        self.longest = self.stated | every | {self._base: 2 * len(tape) // 3}
        """The longest windows that the tape can tell from the whole of it."""
        self.starts = list(self._rows(effort.windows))

    def miss(self, lengths: Mapping[Timeframe, int], *, values: bool = False) -> tuple[int, str] | None:
        """The first row at which windows so long say something else than the whole, and the column.

        Values of checks are shown only, nothing is decided by them: they are looked at with `values`.
        """
        needs = {timeframe: bars for timeframe, bars in lengths.items() if timeframe != self._base}
        for row in self.starts:
            start = max(0, row + 1 - lengths[self._base])
            stop = min(row + ROWS, len(self._tape))
            part = columns(self._subject.say(self._tape.known(start, stop, needs, row=row)))
            found = self._difference(part, start, row, stop, values)
            if found is not None:
                return found
        return None

    def _difference(self, part: Columns, start: int, row: int, stop: int, values: bool) -> tuple[int, str] | None:
        for name, column in self._whole.items():
            if name.endswith(" value") is not values:
                continue
            if name not in part:
                return row, name
            theirs, mine = column[row:stop], part[name][row - start :]
            differ = nearly(mine, theirs, self._scales[name])
            if name == "score":
                differ = differ | (np.sign(mine) != np.sign(theirs))
            if differ.any():
                return row + int(differ.argmax()), name
        return None

    def _rows(self, count: int) -> Iterator[int]:
        """First rows of windows: half of them at signals, half spread, all with much more behind them."""
        first, last = self.longest[self._base], len(self._tape) - 1
        signals = first + np.flatnonzero(self._whole["score"][first:])
        chosen = signals[np.linspace(0, len(signals) - 1, min(len(signals), count // 2)).astype(int)]
        spread = np.linspace(first, last, count - len(chosen)).astype(int)
        yield from np.unique(np.concatenate([chosen, spread])).tolist()


def warm_up(subject: Subject, tape: Tape, effort: Effort) -> Finding:
    """Whether the stated lengths suffice and, at full effort, what was really needed of the base timeframe."""
    of = Windows(subject, tape, effort)
    missed = of.miss(of.stated)
    stated, base = of.stated[subject.timeframe], subject.timeframe
    if missed is None:
        shown = of.miss(of.stated, values=True)
        if shown is not None:
            said = f"{shown[1]} of bar {shown[0]} depends on more than the {stated} bars stated; no decision does"
            return Finding(CHECK, "warn", said, shown[0], int(tape.bars.ts[shown[0]]), shown[1])
        least = f", {_needed(of, base, subject.first_bar, stated)} are needed" if effort.measured else ""
        return Finding(CHECK, "ok", f"windows of the {stated} bars stated say what the whole history says{least}")
    row, column = missed
    culprit = next((each for each in of.stated if of.miss(of.stated | {each: of.longest[each]}) is None), None)
    at = int(tape.bars.ts[row])
    where = f"{column} of bar {row} ({utc(at)}) is another one with a longer past"
    if culprit is None:
        sentence = f"{where}, however long the window: it uses everything there is, so no warm-up is enough"
    else:
        needed = _needed(of, culprit, of.stated[culprit], of.longest[culprit])
        sentence = f"{of.stated[culprit]} bars of {culprit} are stated, but {needed} are needed: {where}"
    return Finding(CHECK, "fail", sentence, row, at, column)


def first_bar(subject: Subject, tape: Tape) -> Finding:
    """Whether nothing is said before the stated first bar, and something may be from it on."""
    scores = subject.say(tape.known(0, len(tape), subject.reads))
    stated, check = subject.first_bar, "first_bar"
    early = np.flatnonzero(scores.score[:stated])
    if len(early):
        row = int(early[0])
        return Finding(check, "fail", f"bar {stated} is stated, but bar {row} has a signal", row,
                       int(tape.bars.ts[row]), "score")  # fmt: skip
    spoken = np.flatnonzero(np.array(scores.reasons, object)[scores.reason] != "warming_up")
    really = int(spoken[0]) if len(spoken) else len(tape)
    if really != stated:
        return Finding(check, "warn", f"bar {stated} is stated, but `warming_up` ends at bar {really}", really)
    return Finding(check, "ok", f"no signal before bar {stated}")


def _needed(of: Windows, timeframe: Timeframe, short: int, enough: int) -> int:
    """The least length of one timeframe that suffices between two, the others as stated or enough."""
    short = max(0, min(short, enough) - 1)
    while enough - short > 1:
        middle = (short + enough) // 2
        if of.miss(of.stated | {timeframe: middle}) is None:
            enough = middle
        else:
            short = middle
    return enough


def _scale(name: str, column: Column) -> float:
    """What an absolute difference is measured by: prices by themselves, scores by 1, shown values by their largest."""
    if name in ("stop", "target") or column.dtype.kind != "f":
        return 0.0
    if not name.endswith(" value"):
        return 1.0
    finite = np.abs(column[np.isfinite(column)])
    return max(1.0, float(finite.max())) if len(finite) else 1.0
