"""Indicators by name: the same numbers as TA-Lib, their first bars, and what is refused."""

import subprocess
import sys

import numpy as np
import pytest

from engine.model.errors import BadInput
from engine.model.market import Floats
from strategies.named import names
from strategies.rules.own import OWN
from strategies.rules.registry import Params, as_params, compute, trial
from strategies.ta import library
from tests.series import random_bars

BARS = random_bars(6, 800)
H, L, C, V = BARS.high, BARS.low, BARS.close, BARS.volume
TA = library()


def given(**values: float) -> Params:
    return as_params(values)


EXPECTED: dict[str, tuple[Params, list[Floats], int]] = {
    "sma": (given(period=12), [TA.SMA(C, 12)], 11),
    "ema": (given(period=12), [TA.EMA(C, 12)], 11),
    "wma": (given(period=12), [TA.WMA(C, 12)], 11),
    "rsi": (given(period=14), [TA.RSI(C, 14)], 14),
    "atr": (given(period=14), [TA.ATR(H, L, C, 14)], 14),
    "bbands": (given(period=20, std=2.0), list(TA.BBANDS(C, 20, 2.0, 2.0)), 19),
    "macd": (given(fast=12, slow=26, signal=9), list(TA.MACD(C, 12, 26, 9)), 33),
    "adx": (given(period=14), [TA.ADX(H, L, C, 14)], 27),
    "plus_di": (given(period=14), [TA.PLUS_DI(H, L, C, 14)], 14),
    "minus_di": (given(period=14), [TA.MINUS_DI(H, L, C, 14)], 14),
    "stoch": (given(k=14, smooth=3, d=3), list(TA.STOCH(H, L, C, 14, 3, 0, 3, 0)), 17),
    "cci": (given(period=20), [TA.CCI(H, L, C, 20)], 19),
    "mfi": (given(period=14), [TA.MFI(H, L, C, V, 14)], 14),
    "willr": (given(period=14), [TA.WILLR(H, L, C, 14)], 13),
    "roc": (given(period=10), [TA.ROC(C, 10)], 10),
    "mom": (given(period=10), [TA.MOM(C, 10)], 10),
    "obv": ((), [TA.OBV(C, V)], 0),
    "stddev": (given(period=12), [TA.STDDEV(C, 12, 1.0)], 11),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_an_indicator_equals_talib_and_begins_where_it_should(name: str) -> None:
    params, columns, first = EXPECTED[name]
    found = compute(name, params, BARS)
    for (output, column), expected in zip(found.items(), columns, strict=True):
        # Where nothing moves TA-Lib says 0 and we say 50.
        same = expected if name != "rsi" else np.where((expected == 0.0) & (column == 50.0), 50.0, expected)
        np.testing.assert_allclose(column, same, rtol=1e-9, atol=1e-9 * np.nanmax(np.abs(C)), err_msg=output)
    assert trial(name, params).first[next(iter(found))] == first


def test_the_names_without_a_function_in_talib_begin_where_they_should() -> None:
    begins = {"donchian": 20, "vol_sma": 20, "vwap": 0, "cvd": 0}
    for name, first in begins.items():
        params = given(period=20) if first else ()
        assert trial(name, params).first[OWN[name].outputs[0]] == first
    assert set(OWN) == set(EXPECTED) | set(begins)


def test_more_than_fifty_indicators_are_usable_by_name() -> None:
    usable, refused = [], []
    for name in names("ta"):
        try:
            usable.append(name) if not trial(name).ahead else refused.append(name)
        except BadInput:
            refused.append(name)
    assert len(usable) > 190
    assert refused == ["ta.mavp", "ta.nvi", "ta.pvi", "ta.vwap"]


@pytest.mark.parametrize("name", ["pta.fisher", "pta.supertrend", "pta.zscore", "pta.chop", "pta.vortex"])
def test_an_indicator_of_pandas_ta_is_usable(name: str) -> None:
    found = trial(name)
    assert not found.ahead
    assert 0 <= found.first[found.outputs[0]] < 100


def test_outputs_that_look_ahead_are_found_by_trying() -> None:
    assert trial("pta.ichimoku").ahead == {"ICS_26"}
    assert trial("pta.dpo").ahead == {"DPO_20"}
    assert trial("pta.sma", given(length=10, offset=-3)).ahead == {"SMA_10"}
    assert not trial("pta.sma", given(length=10)).ahead


def test_a_value_that_counts_from_the_first_bar_is_known_as_such() -> None:
    assert [trial(name).origin for name in ("obv", "ta.obv", "ta.ad", "ta.adosc")] == [True, True, True, False]


def test_a_recursive_indicator_gets_the_window_it_needs() -> None:
    assert trial("ta.rma").settle > trial("ta.trima").settle
    assert trial("rsi", given(period=100)).settle == 2500
    assert trial("ema", given(period=100)).settle == 1500


def test_pandas_is_imported_only_for_names_of_pandas_ta() -> None:
    script = (
        "import sys\n"
        "from strategies.rules.folder import library\n"
        "from strategies.rules.registry import trial\n"
        "library(); trial('ta.kama'); assert 'pandas' not in sys.modules and 'numba' not in sys.modules\n"
        "trial('pta.zscore'); assert 'pandas' in sys.modules; print('lean')"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.strip() == "lean", done.stderr
