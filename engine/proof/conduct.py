"""Conduct: the same answer to the same bars, arguments left alone, columns in shape and in range, fast enough."""

from collections.abc import Callable, Iterator

import numpy as np

from engine.model.market import Bars, Flags, Scores
from engine.proof.columns import columns, first_difference
from engine.proof.findings import Finding, Level
from engine.proof.subject import StrategyRaised, Subject, arrays, copied
from engine.proof.tape import Tape

SYMBOLS, BUDGET_MS = 20, 40.0
"""Milliseconds that one closed candle of so many symbols may take, of all strategies together."""
STALLS_MS = 1_000.0
RUNS = 5
KINDS = {"f": "floats", "b": "flags", "i": "whole numbers"}


def shapes(subject: Subject, tape: Tape) -> Finding:
    """One value for each bar in every column, also where there are few bars."""
    for size in (1, 2, min(len(tape), subject.first_bar + 1), len(tape)):
        wrong = _misshapen(subject.say(tape.known(0, size, subject.reads)), size)
        if wrong:
            return Finding("columns", "fail", f"{wrong} (asked of {size} bars)", column=wrong.split(" ", 1)[0])
    return Finding("columns", "ok", "every column has one value for each bar")


def _misshapen(scores: Scores, size: int) -> str:
    kinds = {"score": "f", "confidence": "f", "stop": "f", "target": "f", "exit_long": "b", "exit_short": "b"}
    named = [(name, getattr(scores, name), kind) for name, kind in kinds.items()]
    named += [(f"check {check.name} value", check.value, "f") for check in scores.checks]
    named += [(f"check {check.name} met", check.met, "b") for check in scores.checks]
    for name, column, kind in [*named, ("reason", scores.reason, "i")]:
        if not isinstance(column, np.ndarray) or column.shape != (size,):
            return f"{name} has the shape {np.shape(column)}, but there are {size} bars"
        if column.dtype.kind != kind:
            return f"{name} holds {column.dtype}, but it takes {KINDS[kind]}"
    if size and (scores.reason.min() < 0 or scores.reason.max() >= len(scores.reasons)):
        return f"reason points beyond its {len(scores.reasons)} codes"
    return ""


def ranges(subject: Subject, tape: Tape) -> Finding:
    """Scores within -100..100, confidence 0..100, stop and target finite and on their side of the close.

    A target that the close has passed already is a warning: no rule asks for a minimum reward where none is written.
    """
    scores = subject.say(tape.known(0, len(tape), subject.reads))
    for level, column, sentence, bad in _out_of_range(scores, tape.bars):
        rows = np.flatnonzero(bad)
        if len(rows):
            row = int(rows[0])
            value = getattr(scores, column)[row]
            said = f"{column} of bar {row} is {value:g}, but {sentence}"
            return Finding("ranges", level, said, row, int(tape.bars.ts[row]), column)
    return Finding("ranges", "ok", "scores are in range, stops and targets on their side")


def _out_of_range(scores: Scores, bars: Bars) -> Iterator[tuple[Level, str, str, Flags]]:
    """Fails first. A stop on the entry itself is not wrong: the gate refuses it (`stop_too_close`)."""
    side = np.sign(scores.score)
    acts = side != 0
    yield "fail", "score", "it takes -100 to 100", ~(np.abs(scores.score) <= 100.0)
    yield "fail", "confidence", "it takes 0 to 100", ~((scores.confidence >= 0.0) & (scores.confidence <= 100.0))
    yield "fail", "stop", "it takes a price or none", np.isinf(scores.stop)
    yield "fail", "target", "it takes a price or none", np.isinf(scores.target)
    lost, won = side * (bars.close - scores.stop), side * (scores.target - bars.close)
    yield "fail", "stop", "a stop lies on the losing side of the close", acts & (lost < 0.0)
    yield "warn", "target", "a target lies on the winning side of the close", acts & (won <= 0.0)


def determinism(subject: Subject, tape: Tape) -> Finding:
    """The same answer to the same bars: again, after another question, and from another place in memory."""
    known, half = tape.known(0, len(tape), subject.reads), tape.known(0, len(tape) // 2, subject.reads)
    first = columns(subject.say(known))
    subject.say(half)
    moved = {timeframe: copied(bars, 3) for timeframe, bars in known.items()}
    for again in (columns(subject.say(known)), columns(subject.say_of(moved))):
        found = first_difference(first, again)
        if found is not None:
            sentence = f"{found.column} of bar {found.row} was {found.one}, asked again {found.other}"
            return Finding("determinism", "fail", sentence, found.row, int(tape.bars.ts[found.row]), found.column)
    return Finding("determinism", "ok", "the same bars get the same answer")


def inputs(subject: Subject, tape: Tape) -> Finding:
    """The arrays it was given are as they were."""
    known = tape.known(0, len(tape), subject.reads)
    given = {timeframe: copied(bars) for timeframe, bars in known.items()}
    subject.say_of(given)
    for timeframe, bars in known.items():
        changed = arrays(given[timeframe])
        for name, before in arrays(bars).items():
            after = changed[name]
            if before.tobytes() != after.tobytes():
                row = int(np.flatnonzero((before != after) & ~((before != before) & (after != after)))[0])
                return Finding("inputs", "fail", f"it writes into the bars it is given: {name} of bar {row} "
                               f"({timeframe})", row, int(bars.ts[row]), name)  # fmt: skip
    return Finding("inputs", "ok", "the bars it is given stay as they are")


def missing_data(subject: Subject, tape: Tape) -> Finding:
    """Without taker volume, without other timeframes and in a dead market it abstains; it does not break."""
    known = tape.known(0, len(tape), subject.reads)
    bars = known[tape.base]
    unknown = np.full(len(bars), np.nan)
    prices = (bars.open, bars.high, bars.low, bars.close)
    price, none = np.full(len(bars), bars.close[0]), np.zeros(len(bars))
    cases = {
        "without taker volume": known | {tape.base: Bars(bars.ts, *prices, bars.volume, unknown)},
        "without the other timeframes": {tape.base: bars},
        "of one price without volume": known | {tape.base: Bars(bars.ts, price, price, price, price, none, none)},
    }
    for case, given in cases.items():
        try:
            wrong = _misshapen(subject.say(given), len(bars))
        except StrategyRaised as error:
            wrong = str(error)
        if wrong:
            return Finding("missing_data", "fail", f"bars {case}: {wrong}")
    return Finding("missing_data", "ok", "it abstains where data is missing")


def speed(subject: Subject, tape: Tape, clock: Callable[[], float], bars: int) -> Finding:
    """Milliseconds of one evaluation of a live window, the least of RUNS: a busy machine is not its fault."""
    stop = len(tape)
    known = tape.known(max(0, stop - bars), stop, subject.reads)
    taken = []
    for _ in range(RUNS):
        began = clock()
        subject.say_of(known)
        taken.append((clock() - began) * 1_000.0)
    spent = min(taken)
    all_symbols = spent * SYMBOLS
    sentence = (
        f"{spent:.2f} ms a live window, {all_symbols:.1f} of the {BUDGET_MS:.0f} ms that {SYMBOLS} symbols may take"
    )
    return Finding("speed", "ok" if all_symbols <= BUDGET_MS else "warn" if spent <= STALLS_MS else "fail", sentence)
