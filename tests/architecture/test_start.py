"""Asking for help costs nothing: what is heavy is loaded by the part that needs it, when it starts."""

import subprocess
import sys

from tests.architecture.source import ROOT

HEAVY = {"aiogram", "ccxt", "matplotlib", "numba", "pandas", "pandas_ta", "pyarrow", "sqlalchemy", "sqlmodel"}
PROBE = """
import sys
sys.argv = ["pocketdesk", "--help"]
from bot.cli import main
try:
    main()
finally:
    print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


def test_help_loads_no_heavy_library() -> None:
    asked = subprocess.run([sys.executable, "-c", PROBE], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert asked.returncode == 0, asked.stderr
    assert "demo" in asked.stdout
    assert HEAVY & set(asked.stderr.split()) == set()


def test_options_and_backtests_load_no_messenger() -> None:
    """aiogram takes three seconds, in which a wrong option could be refused and a short backtest be over."""
    looked = "import sys, bot.options.planning, bot.desk.ground; print('aiogram' in sys.modules)"
    asked = subprocess.run([sys.executable, "-c", looked], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (asked.stdout, asked.stderr) == ("False\n", "")
