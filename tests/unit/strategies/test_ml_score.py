"""Learned scorer: thresholds and brackets beside its probabilities, silence and its reasons, prefixes and windows."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from engine.model.errors import BadInput
from engine.model.market import DAY_MS
from strategies.base import build, parse_params
from strategies.indicators import atr
from strategies.learning.model import Recipe, load
from strategies.learning.train import train
from strategies.ml_score import Params
from tests.series import random_bars

STRATEGY = build("ml_score")
BARS = random_bars(41, 4 * 288)


@pytest.fixture(scope="module")
def params(tmp_path_factory: pytest.TempPathFactory) -> Params:
    """A model fitted on two days and used on the two after them, a day each."""
    path: Path = tmp_path_factory.mktemp("learned") / "model.json"
    path.write_bytes(train(BARS, Recipe("5m", 6, 0.0001, fit_days=2, use_days=1)))
    return Params(model=str(path), horizon=6, fee=0.0001, fit_days=2, use_days=1)


def test_the_probability_decides_side_and_score(params: Params) -> None:
    out = STRATEGY.evaluate({"5m": BARS}, params)
    chance = load(params.model).probability(BARS)
    unit, seen = atr(BARS), 0
    for t, p in enumerate(chance.tolist()):
        side = int(p >= 0.6) - int(p <= 0.4)
        if out.reasons[out.reason[t]] == "flat_market":
            side = 0
        assert np.sign(out.score[t]) == side
        assert bool(out.checks[0].met[t]) == (p >= 0.6 or p <= 0.4)
        if side:
            seen += 1
            assert abs(out.score[t]) == pytest.approx(100 * min(1.0, abs(p - 0.5) / 0.3), abs=1e-9)
            assert out.stop[t] == pytest.approx(BARS.close[t] - side * 2 * unit[t], rel=1e-12)
            assert out.target[t] == pytest.approx(BARS.close[t] + side * 4 * unit[t], rel=1e-12)
            assert out.reasons[out.reason[t]] == ("likely_up" if side > 0 else "likely_down")
    assert seen > 100
    assert STRATEGY.exits(params).time_stop == 6


def test_it_warms_up_before_the_first_fit_and_expires_after_the_last(params: Params) -> None:
    out = STRATEGY.evaluate({"5m": BARS}, params)
    reasons = np.array(out.reasons)[out.reason]
    assert set(reasons[: 2 * 288]) == {"warming_up"}
    assert set(reasons[2 * 288 :]) == {"likely_up", "likely_down", "no_signal", "flat_market"}
    later = msgspec.structs.replace(BARS, ts=BARS.ts + 4 * DAY_MS)
    reasons = np.array(out.reasons)[STRATEGY.evaluate({"5m": later}, params).reason]
    assert set(reasons[STRATEGY.first_bar(params) :]) == {"model_expired", "flat_market"}


def test_without_a_model_it_says_so() -> None:
    out = STRATEGY.evaluate({"5m": BARS}, Params())
    assert {out.reasons[code] for code in out.reason} == {"warming_up", "no_model", "flat_market"}
    assert STRATEGY.check(Params()) is None


@pytest.mark.parametrize("change", [{"horizon": 7}, {"fee": 0.0002}, {"fit_days": 3}, {"model": "/nowhere"}])
def test_a_model_that_does_not_fit_is_refused_and_never_asked(params: Params, change: dict[str, object]) -> None:
    other = msgspec.structs.replace(params, **change)
    out = STRATEGY.evaluate({"5m": BARS}, other)
    assert not out.score.any()
    assert {out.reasons[code] for code in out.reason[STRATEGY.first_bar(other) :]} == {"model_mismatch", "flat_market"}
    typed = {name: str(getattr(other, name)) for name in ("model", "horizon", "fee", "fit_days", "use_days")}
    with pytest.raises(BadInput, match=r"^ml_score: model_mismatch: the model "):
        parse_params(STRATEGY, typed)


def test_another_timeframe_than_the_model_was_trained_on_is_silent(params: Params) -> None:
    out = STRATEGY.evaluate({"15m": random_bars(41, 300, "15m")}, params)
    assert not out.score.any()
    assert out.reasons[out.reason[-1]] == "model_mismatch"


def test_every_prefix_says_the_same_bit_for_bit(params: Params) -> None:
    whole = STRATEGY.evaluate({"5m": BARS}, params)
    for size in range(600, 4 * 288, 37):
        part = STRATEGY.evaluate({"5m": BARS.slice(0, size)}, params)
        for name in ("score", "confidence", "stop", "target", "reason"):
            assert getattr(part, name).tobytes() == getattr(whole, name)[:size].tobytes()
        assert part.checks[0].value.tobytes() == whole.checks[0].value[:size].tobytes()


def test_a_window_of_warmup_bars_says_what_the_whole_history_says(params: Params) -> None:
    whole, window = STRATEGY.evaluate({"5m": BARS}, params), STRATEGY.warmup(params)
    for row in range(2 * 288, 4 * 288, 41):
        part = STRATEGY.evaluate({"5m": BARS.slice(row + 1 - window, row + 1)}, params)
        assert part.score[-1] == pytest.approx(whole.score[row], rel=1e-9)
        assert part.checks[0].value[-1] == pytest.approx(whole.checks[0].value[row], rel=1e-9, nan_ok=True)
