"""The printed example of the rules without code."""

import json

import numpy as np
import pytest

from engine.model.instrument import Instrument
from engine.model.money import exact
from strategies.rules.compiled import RulesStrategy
from strategies.rules.errors import RuleError
from strategies.rules.folder import read
from strategies.rules.parse import parse
from tests.series import e60
from tests.unit.strategies.rules.documents import places, scored

EXAMPLE = """{"id": "ema-rsi-demo", "instrument": "ETH/USDT:USDT", "timeframe": "5m",
 "rules": [{"type": "indicator", "indicator": "ema", "condition": "crossover"},
           {"type": "indicator", "indicator": "rsi", "condition": "above", "value": 50}],
 "risk": {"mode": "percent", "value": 1.5, "maxLeverage": 8},
 "stopLoss": {"type": "percent", "value": 1.2}, "takeProfit": {"type": "risk_reward", "value": 2}}"""


def example() -> RulesStrategy:
    found = read(EXAMPLE.encode())
    assert isinstance(found, RulesStrategy)
    return found


def test_the_example_signals_at_bars_40_and_59() -> None:
    scores = scored(example(), e60())
    assert {int(t): float(scores.score[t]) for t in np.flatnonzero(scores.score)} == {40: 100.0, 59: -100.0}
    assert [scores.reasons[scores.reason[t]] for t in (0, 20, 21, 40, 59)] == [
        "warming_up",
        "warming_up",
        "no_signal",
        "rules_long",
        "rules_short",
    ]


def test_the_short_of_bar_59_has_the_printed_bracket_on_the_tick() -> None:
    scores = scored(example(), e60())
    tick = Instrument("ETH/USDT:USDT", "ETH", "USDT", tick=exact(0.1))
    stop = tick.price(float(scores.stop[59]), "down")
    entry = tick.price(1601.8)
    assert scores.target_r == 2.0
    assert (str(stop), str(tick.round_price(entry - 2 * (stop - entry), "up"))) == ("1621.0", "1563.4")


def test_a_check_stands_for_each_rule_on_the_side_of_the_bar() -> None:
    checks = scored(example(), e60()).checks
    assert [check.name for check in checks] == ["ema crossover", "rsi above 50"]
    assert [bool(check.met[59]) for check in checks] == [True, True]
    assert checks[1].value[59] == pytest.approx(48.30147, abs=5e-6)


def test_the_example_asks_for_what_it_says() -> None:
    of = example()
    params = of.params_type()
    assert (of.name, of.symbols, of.timeframes, of.accepts) == (
        "ema-rsi-demo",
        ("ETH/USDT:USDT",),
        ("5m",),
        ("5m",),
    )
    assert (of.first_bar(params), of.warmup(params)) == (21, 500)
    assert (of.document.risk.mode, of.document.risk.value, of.document.risk.max_leverage) == ("percent", 1.5, 8.0)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"stopLoss": None}, ("dsl_no_stop", "/stopLoss")),
        ({"stoploss": {"type": "percent", "value": 1}}, ("dsl_unknown_key", "/stoploss")),
        (
            {"rules": [{"type": "indicator", "indicator": "rsi", "condition": "crossover"}]},
            ("dsl_type", "/rules/0/condition"),
        ),
    ],
)
def test_the_example_with_one_mistake_is_refused_with_its_place(
    change: dict[str, object], error: tuple[str, str]
) -> None:
    whole = {key: value for key, value in (json.loads(EXAMPLE) | change).items() if value is not None}
    found = parse(json.dumps(whole).encode())
    assert isinstance(found, tuple)
    assert places(found) == [error]
    assert isinstance(found[0], RuleError)
