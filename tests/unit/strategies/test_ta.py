"""TA-Lib loaded lean: refused when missing, and at peace with a later import of the package."""

import subprocess
import sys


def run(script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True)


def test_without_talib_the_strategies_refuse_with_one_sentence() -> None:
    done = run(
        "import sys; sys.modules['talib'] = None\n"
        "from engine.model.errors import Fatal\n"
        "from strategies.base import catalogue\n"
        "try: catalogue()\n"
        "except Fatal as error: print(error)"
    )
    assert done.stdout.startswith("talib_missing: TA-Lib cannot be loaded")
    assert done.stdout.count("\n") == 1


def test_the_package_imported_later_takes_pandas_objects_and_changes_nothing_here() -> None:
    done = run(
        "import numpy as np; from strategies.indicators import ema\n"
        "from strategies import ta\n"
        "x = np.arange(40.0) ** 1.1\n"
        "before, function = ema(x, 9), ta.EMA\n"
        "import pandas as pd; import talib\n"
        "assert np.array_equal(talib.EMA(pd.Series(x), 9), before, equal_nan=True)\n"
        "assert ta.EMA is function\n"
        "assert np.array_equal(ema(x, 9), before, equal_nan=True)\n"
        "print('both')"
    )
    assert done.stdout.strip() == "both", done.stderr


def test_the_package_imported_first_serves_as_well() -> None:
    done = run(
        "import talib, numpy as np; from strategies import ta\n"
        "assert not hasattr(ta.EMA, '__wrapped__')\n"
        "print(ta.EMA(np.array([1.0, 2.0, 3.0, 4.0]), 3)[-1])"
    )
    assert done.stdout.strip() == "3.0", done.stderr
