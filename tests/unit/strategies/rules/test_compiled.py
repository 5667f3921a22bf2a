"""A file as a strategy: sides, score, filters, exits, stops and targets, what it asks of the engine."""

from decimal import Decimal as D
from typing import cast

import numpy as np
import pytest

from engine.model.instrument import Instrument
from engine.model.market import Bars, Exits
from engine.model.own import shown
from engine.plan import Bracket, StrategyPlan
from engine.ports import Strategy
from strategies import indicators
from strategies.base import CandleStrategy
from strategies.rules.compiled import NoParams
from tests.desk import Desk
from tests.series import bars_of, e60, random_bars
from tests.unit.strategies.rules.documents import LOW, Json, built, scored, where

BARS = random_bars(4, 900)
PARAMS = NoParams()


def wave(*closes: float) -> Bars:
    close = np.array(closes, float)
    return bars_of(close, high=close + 1.0, low=close - 1.0)


def above(level: float, **keys: object) -> Json:
    return {"type": "compare", "left": {"price": "close"}, "op": ">", "right": level} | keys


def below(level: float, **keys: object) -> Json:
    return above(level, op="<") | keys


def test_it_is_a_strategy_like_any_other() -> None:
    assert isinstance(built(), CandleStrategy)


def test_the_score_is_the_share_of_weight_that_holds() -> None:
    of = built(above(10), above(20, weight=2, required=False), above(30, required=False))
    np.testing.assert_allclose(scored(of, wave(5, 15, 25, 35)).score, [0, 25, 75, 100])


def test_a_signal_needs_the_least_score_and_says_when_it_falls_short() -> None:
    of = built(above(10), above(20, weight=2, required=False), minScore=50)
    scores = scored(of, wave(5, 15, 25))
    np.testing.assert_allclose(scores.score, [0, 0, 100])
    assert [scores.reasons[r] for r in scores.reason] == ["no_signal", "below_min_score", "rules_long"]


def test_filters_hold_for_both_sides_and_are_not_mirrored() -> None:
    rules = [{"type": "indicator", "indicator": "mom", "condition": "above", "value": 0, "params": {"period": 1}}]
    of = built(*rules, direction="both", filters=[above(12)])
    assert scored(of, wave(10, 11, 13, 14, 13, 10)).score.tolist() == [0, 0, 100, 100, -100, 0]
    assert scored(of, wave(10, 11, 13)).checks[1].name == "filter: close > 12"


def test_entry_names_each_side() -> None:
    of = built(rules=None, direction="both", entry={"long": above(20), "short": below(10)})
    assert scored(of, wave(5, 15, 25)).score.tolist() == [-100, 0, 100]
    only = built(rules=None, direction="both", entry={"short": below(10)})
    assert scored(only, wave(5, 15, 25)).score.tolist() == [-100, 0, 0]


def test_rules_of_a_short_strategy_are_taken_as_written() -> None:
    assert scored(built(below(10), direction="short"), wave(5, 15)).score.tolist() == [-100, 0]


def test_long_goes_before_short() -> None:
    of = built(rules=None, direction="both", entry={"long": above(1), "short": above(1)})
    assert scored(of, wave(5)).score.tolist() == [100]


def test_exits_are_said_on_their_bars() -> None:
    of = built(LOW, direction="both", rules=None, entry={"long": LOW}, exit={"long": above(20), "short": below(10)})
    scores = scored(of, wave(5, 15, 25))
    assert (scores.exit_long.tolist(), scores.exit_short.tolist()) == ([False, False, True], [True, False, False])


@pytest.mark.parametrize(
    ("stop", "price"),
    [
        ({"type": "percent", "value": 2}, lambda b, s: b.close * (1 - s * 0.02)),
        ({"type": "atr", "value": 1.5, "period": 10}, lambda b, s: b.close - s * 1.5 * indicators.atr(b, 10)),
        ({"type": "price", "value": 40}, lambda b, s: np.full(len(b), 40.0 if s > 0 else np.nan)),
        (
            {"type": "swing", "bars": 5},
            lambda b, s: indicators.lowest(b.low, 5) if s > 0 else indicators.highest(b.high, 5),
        ),
        (
            {"type": "operand", "value": {"indicator": "bbands", "output": "lower"}},
            lambda b, s: indicators.bbands(b.close)[2 if s > 0 else 0],
        ),
    ],
)
def test_stops_lie_where_they_are_asked_for(stop: Json, price: object) -> None:
    rule = {"type": "indicator", "indicator": "mom", "condition": "above", "value": 0}
    both = "long" if stop["type"] == "price" else "both"
    bars = bars_of(BARS.close + 30, open=BARS.open + 30, high=BARS.high + 30, low=BARS.low + 30)
    scores = scored(built(rule, direction=both, stopLoss=stop), bars)
    assert callable(price)
    for side in (1.0, -1.0):
        rows = where(scores.score * side > 0)
        assert rows or (side < 0 and both == "long")
        np.testing.assert_allclose(scores.stop[rows], price(bars, side)[rows], rtol=1e-12)


@pytest.mark.parametrize(
    ("target", "price"),
    [
        ({"type": "percent", "value": 2}, lambda b, s: b.close * (1 + s * 0.02)),
        ({"type": "risk_reward", "value": 3}, lambda b, s: b.close * (1 + s * 0.03)),
        ({"type": "atr", "value": 2}, lambda b, s: b.close + s * 2 * indicators.atr(b)),
        ({"type": "none"}, lambda b, s: np.full(len(b), np.nan)),
        (None, lambda b, s: np.full(len(b), np.nan)),
    ],
)
def test_targets_lie_where_they_are_asked_for(target: Json | None, price: object) -> None:
    rule = {"type": "indicator", "indicator": "mom", "condition": "above", "value": 0}
    scores = scored(built(rule, direction="both", takeProfit=target), BARS)
    assert callable(price)
    for side in (1.0, -1.0):
        rows = where(scores.score * side > 0)
        assert rows
        np.testing.assert_allclose(scores.target[rows], price(BARS, side)[rows], rtol=1e-12)
    assert scores.target_r == (3.0 if target and target["type"] == "risk_reward" else None)


def test_a_price_on_the_wrong_side_makes_no_signal_and_says_so() -> None:
    of = built(stopLoss={"type": "price", "value": 10}, takeProfit={"type": "price", "value": 20})
    scores = scored(of, wave(5, 10, 15, 20, 25))
    assert [scores.reasons[r] for r in scores.reason] == [
        "stop_wrong_side",
        "stop_wrong_side",
        "rules_long",
        "target_wrong_side",
        "target_wrong_side",
    ]
    assert where(scores.score) == [2]


def test_a_stop_that_is_not_defined_yet_makes_no_signal() -> None:
    scores = scored(built(stopLoss={"type": "swing", "bars": 3}), wave(5, 6, 7, 8))
    assert [scores.reasons[r] for r in scores.reason] == ["warming_up", "warming_up", "rules_long", "rules_long"]


def test_the_buffer_of_a_swing_stop_is_told_in_ticks() -> None:
    stop = {"type": "swing", "bars": 2, "bufferTicks": 3}
    scores = scored(built(stopLoss=stop), wave(5, 6, 7))
    np.testing.assert_allclose(scores.stop[1:], [4, 5])
    assert scores.stop_ticks == 3
    assert scored(built(stopLoss=stop | {"bufferTicks": 0}), wave(5, 6, 7)).stop_ticks == 0


def test_a_swing_low_on_the_close_is_a_stop_where_a_buffer_stands_beyond_it() -> None:
    falling = bars_of(
        np.array([6.0, 5.0]), high=np.array([7.0, 6.0]), low=np.array([6.0, 5.0]), open=np.array([7.0, 6.0])
    )
    plain = scored(built(stopLoss={"type": "swing", "bars": 2}), falling)
    buffered = scored(built(stopLoss={"type": "swing", "bars": 2, "bufferTicks": 1}), falling)
    assert plain.reasons[plain.reason[1]] == "stop_wrong_side"
    assert buffered.reasons[buffered.reason[1]] == "rules_long"


def test_an_operand_stop_of_a_single_side_is_taken_as_written() -> None:
    stop = {"type": "operand", "value": {"mul": [{"price": "close"}, 1.1]}}
    of = built(rules=None, direction="both", entry={"short": LOW}, stopLoss=stop)
    np.testing.assert_allclose(scored(of, wave(10, 20)).stop, [11, 22])


def test_first_bar_and_warmup_follow_the_operands() -> None:
    def ema(period: int, offset: int = 0) -> Json:
        return {"indicator": "ema", "params": {"period": period}, "offset": offset}

    def compare(op: str, right: Json) -> Json:
        return {"type": "compare", "left": {"price": "close"}, "op": op, "right": right}

    assert built(compare(">", ema(50))).first_bar(PARAMS) == 49
    assert built(compare("crosses_above", ema(50, 7))).first_bar(PARAMS) == 57
    assert built(compare(">", {"highest": {"of": ema(20), "bars": 30}})).first_bar(PARAMS) == 49
    assert built({"type": "indicator", "indicator": "macd", "condition": "crossover"}).first_bar(PARAMS) == 34
    assert built(compare(">", ema(100))).warmup(PARAMS) >= 1500
    assert built(stopLoss={"type": "atr", "value": 1, "period": 100}).warmup(PARAMS) >= 2500
    hourly = built(compare(">", ema(200) | {"timeframe": "1h"}))
    assert (hourly.first_bar(PARAMS), hourly.warmup(PARAMS)) == (0, 500)
    assert hourly.windows["1h"] >= 3000


def test_what_is_constant_over_a_trade_is_said() -> None:
    of = built(trailing={"type": "percent", "value": 2, "activateR": 1.5}, breakEven={"atR": 1}, timeStop={"bars": 48})
    assert of.exits(PARAMS) == Exits(time_stop=48, trail_percent=0.02, trail_activate_r=1.5, break_even_r=1.0)
    assert built().exits(PARAMS) == Exits()


def test_a_trailing_range_is_a_multiple_of_atr14_at_every_bar_and_unknown_before_it_is() -> None:
    trail = scored(built(trailing={"type": "atr", "value": 3}), e60()).trail
    assert trail is not None
    # ATR14 of bars 22, 41 and 59 as the example series prints it.
    np.testing.assert_allclose(trail[[22, 41, 59]], [3 * x for x in (2.679081168, 2.526073325, 2.772640389)], rtol=1e-9)
    assert np.flatnonzero(np.isfinite(trail))[0] == 14
    assert scored(built(), e60()).trail is None


def test_targets_in_parts_trailing_by_range_and_break_even_are_said() -> None:
    of = built(
        cooldownBars=5,
        maxTradesPerDay=3,
        takeProfit=[
            {"type": "risk_reward", "value": 1, "portion": 0.4},
            {"type": "risk_reward", "value": 3, "portion": 0.6},
        ],
        trailing={"type": "atr", "value": 3},
        breakEven={"after": "first_target", "offsetTicks": 2},
    )
    assert [part.portion for part in of.targets] == [0.4, 0.6]
    assert (of.exits(PARAMS).trail_percent, of.exits(PARAMS).trail_scored) == (None, True)
    exits = of.exits(PARAMS)
    assert (exits.break_even_r, exits.break_even_on_target, exits.break_even_ticks) == (None, True, 2)


@pytest.mark.parametrize(
    ("mode", "value", "settings"),
    [
        ("percent", 1.5, {"SIZING_MODE": "percent", "RISK_PER_TRADE_PERCENT": "1.5"}),
        ("fixed", 120, {"SIZING_MODE": "fixed", "SIZING_AMOUNT": "120"}),
        ("amount", 350, {"SIZING_MODE": "amount", "SIZING_AMOUNT": "350"}),
        ("percent_equity", 6, {"SIZING_MODE": "percent_equity", "SIZING_SHARE_PERCENT": "6"}),
        ("atr", 0.75, {"SIZING_MODE": "atr", "RISK_PER_TRADE_PERCENT": "0.75", "SIZING_ATR": "2"}),
        ("kelly", 0.2, {"SIZING_MODE": "kelly", "KELLY_FRACTION": "0.2"}),
        ("vol_target", 20, {"SIZING_MODE": "vol_target", "VOL_TARGET_PERCENT": "20"}),
    ],
)
def test_a_file_has_a_size_and_a_pace_of_its_own(mode: str, value: float, settings: dict[str, str]) -> None:
    stop = {"type": "atr", "value": 2}
    of = built(risk={"mode": mode, "value": value}, cooldownBars=5, maxTradesPerDay=3, stopLoss=stop)
    assert shown(of.own) == settings | {"COOLDOWN_BARS": "5", "MAX_TRADES_PER_DAY": "3"}


def test_a_file_sized_by_ranges_is_sized_by_the_range_of_its_own_stop() -> None:
    """Bars from 99 to 101: 2.5 ranges of 2 are 5, so 1 % of 10,000 buys 20; the stop at 95 is put on the tick of 2."""
    of = built(
        instrument="BTC",
        timeframe="1m",
        risk={"mode": "atr", "value": 1},
        stopLoss={"type": "atr", "value": 2.5, "period": 5},
    )
    plan = StrategyPlan("file", cast(Strategy, of), PARAMS, "1m", ("BTC",), of.own)
    for bracket, placed in ((Bracket(), (D(20), D(96))), (Bracket(stop=D("0.2")), (D(5), D(80)))):
        desk = Desk(
            {"BTC": {}}, strategies=[plan], instruments=[Instrument("BTC", "BTC", "USDT", tick=D(2))], bracket=bracket
        )
        for _ in range(6):
            desk.bar(100, high=101, low=99)
        order = desk.order("entry")
        assert (order.qty, order.stop) == placed


def test_every_target_of_several_has_its_share_and_its_price() -> None:
    of = built(
        takeProfit=[
            {"type": "risk_reward", "value": 1, "portion": 0.4},
            {"type": "percent", "value": 30, "portion": 0.5},
            {"type": "none", "portion": 0.1},
        ]
    )
    scores = scored(of, wave(10, 20))
    (first, second, last) = scores.aims
    assert (scores.target_r, first.r, second.r, last.r) == (1.0, 1.0, None, None)
    assert [aim.share for aim in scores.aims] == [0.4, 0.5, 0.1]
    np.testing.assert_allclose(first.target, scores.target)
    np.testing.assert_allclose(second.target, [13, 26])
    assert np.isnan(last.target).all()


def test_one_target_on_the_wrong_side_is_enough_for_no_signal() -> None:
    of = built(
        takeProfit=[
            {"type": "risk_reward", "value": 1, "portion": 0.5},
            {"type": "price", "value": 15, "portion": 0.5},
        ]
    )
    scores = scored(of, wave(10, 20))
    assert [scores.reasons[r] for r in scores.reason] == ["rules_long", "target_wrong_side"]


def test_several_instruments_run_each_on_its_own() -> None:
    assert built(instrument=None, instruments=["A/B", "C/D"]).symbols == ("A/B", "C/D")


def test_checks_that_read_alike_have_names_of_their_own() -> None:
    checks = scored(built(above(10), above(10)), wave(5, 15)).checks
    assert [check.name for check in checks] == ["close > 10", "close > 10 (2)"]


def test_nothing_is_said_of_no_bars() -> None:
    assert len(scored(built(), BARS.slice(0, 0)).score) == 0
