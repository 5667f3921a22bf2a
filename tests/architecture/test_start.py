"""Asking for help costs nothing: what is heavy is loaded by the part that needs it, when it starts."""

import subprocess
import sys

import pytest

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


@pytest.mark.skipif(not (ROOT / "bot" / "cli.py").exists(), reason="the command line is not written yet")
def test_help_loads_no_heavy_library() -> None:
    asked = subprocess.run([sys.executable, "-c", PROBE], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert asked.returncode == 0, asked.stderr
    assert "demo" in asked.stdout
    assert HEAVY & set(asked.stderr.split()) == set()
