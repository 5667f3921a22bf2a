"""The catalogue: what is found, what is refused, specs and frames."""

import importlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine import ports
from engine.model.errors import BadInput
from strategies.base import build, catalogue, frame, parse_spec, scan
from strategies.params import listed
from tests.series import e60

THERE_ARE = listed(sorted(catalogue()))
GOOD = """
import msgspec
from strategies.base import CandleStrategy


class Params(msgspec.Struct, frozen=True):
    pass


class One(CandleStrategy[Params]):
    name = "{name}"
    timeframes = ("1m",)
    params_type = Params

    def warmup(self, params): return 500
    def first_bar(self, params): return 0
    def evaluate(self, bars, params): raise NotImplementedError


strategy = One()
"""


def package(folder: Path, monkeypatch: pytest.MonkeyPatch, **modules: str) -> str:
    name = f"plug_{folder.name.replace('-', '_')}"
    (folder / name).mkdir()
    (folder / name / "__init__.py").write_text("")
    for module, text in modules.items():
        (folder / name / f"{module}.py").write_text(text)
    monkeypatch.syspath_prepend(str(folder))
    return name


def test_the_five_strategies_are_found_on_their_timeframes() -> None:
    timeframes = {"breakout": "1h", "ma_cross": "1h", "macd_bb": "15m", "razor": "5m", "rsi_mr": "15m"}
    assert {name: build(name).timeframes[0] for name in timeframes} == timeframes
    assert timeframes.keys() <= catalogue().keys()


def test_each_satisfies_the_contract_of_the_engine() -> None:
    strategies: list[ports.Strategy] = list(catalogue().values())
    for strategy in strategies:
        params = strategy.params_type()
        assert strategy.check(params) is None
        assert strategy.exits(params).trail_percent is None
        assert strategy.warmup(params) >= strategy.first_bar(params)


def test_a_new_file_with_a_strategy_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = package(tmp_path, monkeypatch, b=GOOD.format(name="b"), a=GOOD.format(name="a"), other="x = 1")
    assert list(scan(importlib.import_module(name))) == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("import no_such_library", "ModuleNotFoundError: No module named 'no_such_library'"),
        ("def broken(", "SyntaxError"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("strategy = 5", "its `strategy` is a int, not a CandleStrategy"),
    ],
)
def test_a_broken_module_is_named_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, says: str
) -> None:
    name = package(tmp_path, monkeypatch, good=GOOD.format(name="good"), wrong=text)
    with pytest.raises(BadInput) as refusal:
        scan(importlib.import_module(name))
    assert f"{name}.wrong" in str(refusal.value)
    assert says in str(refusal.value)


def test_two_modules_with_one_name_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = package(tmp_path, monkeypatch, one=GOOD.format(name="same"), two=GOOD.format(name="same"))
    with pytest.raises(BadInput, match=r"\.two: the name 'same' is taken already"):
        scan(importlib.import_module(name))


def test_a_spec_names_a_strategy_and_maybe_a_timeframe() -> None:
    assert parse_spec("razor") == (build("razor"), "5m")
    assert parse_spec(" ma_cross@1m ") == (build("ma_cross"), "1m")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("rasor", f"There is no strategy 'rasor'; there are {THERE_ARE}."),
        ("", f"There is no strategy ''; there are {THERE_ARE}."),
        (
            "ma_cross@7m",
            "ma_cross does not run on the timeframe '7m'; it takes 1m, 5m, 15m, 1h, 4h and 1d.",
        ),
        ("razor@4h", "razor does not run on the timeframe '4h'; it takes 1m, 5m, 15m and 1h."),
        ("razor@", "razor does not run on the timeframe ''; it takes 1m, 5m, 15m and 1h."),
    ],
)
def test_a_wrong_spec_is_refused_with_what_there_is(text: str, sentence: str) -> None:
    with pytest.raises(BadInput) as refusal:
        parse_spec(text)
    assert str(refusal.value) == sentence


def test_a_frame_has_the_columns_and_utc_opening_times() -> None:
    bars = e60()
    table = frame(bars)
    assert list(table.columns) == ["open", "high", "low", "close", "volume", "taker_buy"]
    assert str(table.index[1]) == "2023-11-15 00:05:00+00:00"
    np.testing.assert_array_equal(table["close"].to_numpy(), bars.close)


def test_loading_and_asking_all_strategies_needs_no_pandas() -> None:
    script = (
        "import sys; from strategies.base import catalogue; from tests.series import e60\n"
        "for one in catalogue().values(): one.evaluate({'5m': e60()}, one.params_type())\n"
        "print(sorted({'pandas', 'pandas_ta', 'numba', 'talib', 'sklearn', 'pyarrow'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
