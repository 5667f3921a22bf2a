"""All checks of one strategy, in an order in which each may rely on those before it."""

from collections.abc import Callable, Iterator
from functools import partial
from time import perf_counter

import msgspec

from engine.model.market import SPAN_MS, Timeframe
from engine.proof import conduct
from engine.proof.causality import look_ahead
from engine.proof.effort import QUICK, SEED, Effort
from engine.proof.findings import Finding, Verdict
from engine.proof.subject import StrategyRaised, Subject
from engine.proof.tape import Tape, simulated
from engine.proof.windows import first_bar, warm_up
from engine.scoring.blocks import BLOCK

Check = Callable[[], Finding]
GROUNDS = ("columns", "determinism", "look_ahead")
"""Where one of these fails, those after it have nothing to stand on."""


def examine(subject: Subject, effort: Effort = QUICK, tapes: tuple[Tape, ...] = ()) -> Verdict:
    """The verdict on a strategy from a simulated market and, where given, recorded ones.

    An error of the strategy itself is a finding too. Stopped, raised by the subject's pause, propagates.
    """
    findings: list[Finding] = []
    for name, check in _checks(subject, effort, tapes):
        try:
            finding = check()
        except StrategyRaised as error:
            finding = Finding(name, "fail", f"it ends with {error}")
        findings.append(finding)
        if finding.level == "fail" and name in GROUNDS:
            break
    return Verdict(subject.id, subject.timeframe, shown_params(subject), tuple(findings))


def shown_params(subject: Subject) -> dict[str, str]:
    """Parameters by name, as text."""
    return {name: str(getattr(subject.params, name)) for name in subject.params.__struct_fields__}


def _checks(subject: Subject, effort: Effort, tapes: tuple[Tape, ...]) -> Iterator[tuple[str, Check]]:
    try:
        tape, past = _short(subject, effort), _long(subject)
    except StrategyRaised as error:
        told = Finding("columns", "fail", f"it ends with {error}")
        yield "columns", lambda: told
        return
    yield "columns", lambda: conduct.shapes(subject, tape)
    yield "determinism", lambda: conduct.determinism(subject, tape)
    yield "inputs", lambda: conduct.inputs(subject, tape)
    yield "ranges", lambda: conduct.ranges(subject, tape)
    yield "missing_data", lambda: conduct.missing_data(subject, tape)
    yield "first_bar", lambda: first_bar(subject, tape)
    yield "look_ahead", lambda: look_ahead(subject, tape, effort)
    yield "warm_up", lambda: warm_up(subject, past, effort)
    for each in tapes:
        yield "ranges", partial(_on, each, partial(conduct.ranges, subject, each))
        yield "look_ahead", partial(_on, each, partial(look_ahead, subject, each, effort))
    yield "speed", lambda: conduct.speed(subject, past, perf_counter, subject.warmup + BLOCK)


def _on(tape: Tape, check: Check) -> Finding:
    """A finding on recorded bars, which says of what."""
    found = check()
    return msgspec.structs.replace(found, sentence=f"{tape.symbol}: {found.sentence}")


def _short(subject: Subject, effort: Effort) -> Tape:
    """A market to cut prefixes from."""
    size = subject.first_bar + effort.bars
    return simulated(subject.timeframe, {subject.timeframe: size} | _others(subject, size, 1), SEED)


def _long(subject: Subject) -> Tape:
    """A market with a past much longer than the stated warm-up."""
    size = max(2 * BLOCK, 3 * subject.warmup) + 1_500
    return simulated(subject.timeframe, {subject.timeframe: size} | _others(subject, size, 2), SEED + 1)


def _others(subject: Subject, size: int, times: int) -> dict[Timeframe, int]:
    """Bars of other timeframes so that `times` the stated ones lie before the first of `size` base bars."""
    span = SPAN_MS[subject.timeframe]
    return {
        timeframe: times * bars + -(-size * span // SPAN_MS[timeframe]) + 2 for timeframe, bars in subject.reads.items()
    }
