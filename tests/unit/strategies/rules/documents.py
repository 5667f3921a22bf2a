"""Strategy files for tests, and what they say of bars."""

import json
from typing import Any

import numpy as np

from engine.model.market import Bars, BarsByTimeframe, Floats, Scores
from strategies.rules.compiled import RulesStrategy
from strategies.rules.errors import RuleError
from strategies.rules.evidence import Evidence
from strategies.rules.folder import read
from strategies.rules.parse import parse
from strategies.rules.schema import Document

Json = dict[str, Any]
LOW = {"type": "compare", "left": {"price": "close"}, "op": ">", "right": 0}
"""A rule that holds on every bar."""


def file(*rules: Json, **changes: Any) -> bytes:
    """A small valid file, long only, with these rules; a change to None leaves a key out."""
    whole: Json = {
        "id": "a-test",
        "instrument": "ETH/USDT:USDT",
        "timeframe": "5m",
        "direction": "long",
        "rules": list(rules) or [LOW],
        "risk": {"mode": "percent", "value": 1},
        "stopLoss": {"type": "percent", "value": 1},
    }
    whole |= changes
    return json.dumps({key: value for key, value in whole.items() if value is not None}).encode()


def built(*rules: Json, evidence: Evidence | None = None, **changes: Any) -> RulesStrategy:
    """The strategy of `file`."""
    found = read(file(*rules, **changes), evidence)
    assert isinstance(found, RulesStrategy), found
    return found


def mistakes(*rules: Json, **changes: Any) -> list[tuple[str, str]]:
    """Code and pointer of every mistake of `file`."""
    found = parse(file(*rules, **changes))
    assert not isinstance(found, Document)
    return places(found)


def places(errors: tuple[RuleError, ...]) -> list[tuple[str, str]]:
    return [(error.code, error.pointer) for error in errors]


def scored(strategy: RulesStrategy, bars: Bars | BarsByTimeframe) -> Scores:
    by_timeframe = {strategy.timeframes[0]: bars} if isinstance(bars, Bars) else bars
    return strategy.evaluate(by_timeframe, strategy.params_type())


def longs(*rules: Json, bars: Bars | BarsByTimeframe, **changes: Any) -> list[int]:
    """Bars on which a long file signals."""
    return where(scored(built(*rules, **changes), bars).score > 0.0)


def where(condition: Any) -> list[int]:
    return [int(row) for row in np.flatnonzero(condition)]


def before(x: Floats, bars: int = 1) -> Floats:
    return np.concatenate([np.full(bars, np.nan), x[:-bars]])
