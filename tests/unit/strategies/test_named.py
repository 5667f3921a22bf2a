"""Indicators by name: both libraries, their own parameters and outputs, clear refusals."""

import numpy as np
import pytest

from engine.model.errors import BadInput
from strategies import indicators
from strategies.named import named
from tests.series import random_bars

BARS = random_bars(1, 300)


def test_a_talib_name_gives_its_outputs_in_order() -> None:
    outputs = named("ta.macd", BARS, {"fastperiod": 5})
    assert list(outputs) == ["macd", "macdsignal", "macdhist"]
    np.testing.assert_array_equal(outputs["macd"], indicators.macd(BARS.close, 5)[0])


def test_a_talib_pattern_is_computed_from_all_prices() -> None:
    found = named("ta.cdlengulfing", BARS)["integer"]
    assert set(np.unique(found)) <= {-100.0, -80.0, 0.0, 80.0, 100.0}
    assert found.any()


def test_a_pandas_ta_name_gives_its_columns() -> None:
    outputs = named("pta.supertrend", BARS, {"length": 10})
    assert next(iter(outputs)) == "SUPERT_10_3.0"
    assert np.isfinite(outputs["SUPERT_10_3.0"][-1])


def test_a_pandas_ta_indicator_that_looks_ahead_gives_only_its_columns_of_today() -> None:
    assert {len(column) for column in named("pta.ichimoku", BARS).values()} == {300}


def test_pandas_ta_reaches_talib_through_frames_as_well() -> None:
    np.testing.assert_array_equal(
        named("pta.cdl_pattern", BARS, {"name": "engulfing"})["CDL_ENGULFING"] != 0.0,
        named("ta.cdlengulfing", BARS)["integer"] != 0.0,
    )


def test_a_series_too_short_is_undefined_everywhere() -> None:
    short = BARS.slice(0, 5)
    for name in ("ta.cmo", "pta.supertrend"):
        for column in named(name, short).values():
            assert len(column) == 5
            assert np.isnan(column).all()


@pytest.mark.parametrize(
    ("name", "params", "says"),
    [
        ("rsi", {}, "There is no indicator 'rsi'; a name begins with ta."),
        ("ta.nothing", {}, "TA-Lib has no indicator 'ta.nothing'."),
        ("ta.CMO", {}, "TA-Lib has no indicator 'ta.CMO'."),
        ("ta.Function", {}, "TA-Lib has no indicator"),
        ("pta.strategy", {}, "pandas-ta has no indicator 'pta.strategy'."),
        ("ta.cmo", {"length": 3}, "ta.cmo has no parameter 'length'; it has timeperiod."),
        ("ta.cmo", {"timeperiod": -3}, "ta.cmo cannot be computed"),
        ("pta.rsi", {"talib": 0}, "pta.rsi has no parameter 'talib'; it has length, scalar, mamode"),
    ],
)
def test_what_cannot_be_computed_is_refused_in_one_sentence(
    name: str, params: dict[str, float | str], says: str
) -> None:
    with pytest.raises(BadInput) as refusal:
        named(name, BARS, params)
    assert str(refusal.value).startswith(says)
