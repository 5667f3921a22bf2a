"""A strategy file: from bytes to a `Document`, or to every mistake it holds."""

import json
from math import isclose
from typing import Any, Never

from engine.model.market import SPAN_MS, Timeframe
from strategies.rules.checks import Checks
from strategies.rules.errors import RuleError, below
from strategies.rules.reader import BAD, Bad, Reader
from strategies.rules.schema import AtrStop, BreakEven, Document, NoTarget, Part, Risk, Weighed

MOST_BYTES = 65_536


def parse(data: bytes) -> Document | tuple[RuleError, ...]:
    """The strategy a file holds, or all its mistakes; never raises, whatever the bytes."""
    if len(data) > MOST_BYTES:
        return (RuleError("dsl_too_large", "", f"has {len(data)} bytes; a file has at most {MOST_BYTES}."),)
    try:
        raw = json.loads(data.decode(), object_pairs_hook=_object, parse_constant=_constant)
    except RecursionError:
        return (RuleError("dsl_too_large", "", "is nested too deeply; at most 5 conditions stand in one another."),)
    except ValueError as error:
        return (RuleError("dsl_syntax", "", f"is no JSON object in UTF-8: {error}."),)
    if not isinstance(raw, dict):
        return (RuleError("dsl_type", "", "takes one JSON object."),)
    return _document(raw)


def _document(raw: dict[str, Any]) -> Document | tuple[RuleError, ...]:
    both = raw.get("direction", "both") == "both"
    entry = raw.get("entry")
    sides = both and (not isinstance(entry, dict) or {"long", "short"} <= entry.keys())
    timeframe = raw.get("timeframe")
    base: Timeframe | None = next((one for one in SPAN_MS if one == timeframe), None)
    reader = Reader(Checks(base, both, sides), {"stopLoss": "dsl_no_stop"})
    values = reader.values(Document, raw, "", 0)
    good = {name: value for name, value in values.items() if not isinstance(value, Bad)}
    _choices(reader, raw)
    _directions(reader, raw)
    _weights(reader, good)
    _portions(reader, good.get("take_profit"))
    if not isinstance(values.get("take_profit"), Bad):
        _break_even(reader, good.get("break_even"), good.get("take_profit"))
    risk, stop = good.get("risk"), good.get("stop_loss")
    if isinstance(risk, Risk) and risk.mode == "atr" and stop is not None and not isinstance(stop, AtrStop):
        reader.refuse("dsl_type", "/stopLoss/type", "takes atr, because risk.mode is atr.")
    instruments = good.get("instruments")
    if isinstance(instruments, tuple) and len(set(instruments)) < len(instruments):
        reader.refuse("dsl_range", "/instruments", "names an instrument twice.")
    return tuple(reader.errors) if reader.errors or BAD in values.values() else _made(good)


def _choices(reader: Reader, raw: dict[str, Any]) -> None:
    for one, other in (("instrument", "instruments"), ("rules", "entry")):
        if one not in raw and other not in raw:
            reader.refuse("dsl_type", below("", one), f"is missing; a file has either {one} or {other}.")
        elif one in raw and other in raw:
            reader.refuse("dsl_type", below("", other), f"stands beside {one}; a file has one of the two.")


def _directions(reader: Reader, raw: dict[str, Any]) -> None:
    direction = raw.get("direction")
    unused = {"long": "short", "short": "long"}.get(direction) if isinstance(direction, str) else None
    for key in ("entry", "exit"):
        if unused and isinstance(raw.get(key), dict) and unused in raw[key]:
            reader.refuse("dsl_type", f"/{key}/{unused}", f"is never used: direction is {direction}.")


def _weights(reader: Reader, good: dict[str, object]) -> None:
    rules, least = good.get("rules"), good.get("min_score", 0.0)
    if not isinstance(rules, tuple) or not isinstance(least, int | float):
        return
    weighed = [rule for rule in rules if isinstance(rule, Weighed)]
    if not any(rule.weight for rule in weighed):
        reader.refuse("dsl_range", "/rules", "have no weight; at least one takes a weight above 0.")
    elif not least and not any(rule.required for rule in weighed):
        reader.refuse("dsl_range", "/rules", "are all optional; one must be required, or minScore above 0.")


def _portions(reader: Reader, targets: object) -> None:
    if not isinstance(targets, tuple):
        return
    total = sum(part.portion for part in targets if isinstance(part, Part))
    if not isclose(total, 1.0, abs_tol=1e-9):
        reader.refuse("dsl_range", "/takeProfit", f"has portions that sum to {total:g}; they must sum to 1.")


def _break_even(reader: Reader, even: object, targets: object) -> None:
    if not isinstance(even, BreakEven) or even.after is None:
        return
    parts = [part for part in targets if part.portion] if isinstance(targets, tuple) else []
    if len(parts) < 2 or all(isinstance(part.target, NoTarget) for part in parts):
        text = "needs a first target that leaves something: takeProfit takes a list of two parts or more."
        reader.refuse("dsl_type", "/breakEven/after", text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice[:40]!a} stands twice in one object")
    return found


def _constant(name: str) -> Never:
    raise ValueError(f"{name} is no number of JSON")


def _made(values: dict[str, Any]) -> Document:
    return Document(**values)
