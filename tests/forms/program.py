"""The two forms of the core, as programs of their own: read from the checkout, or compiled (`make compiled`)."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMPILED = ROOT / "build" / "compiled"
"""Where `make compiled` puts an engine with a compiled core; nothing of it lies beside the sources."""


def told(module: str, *arguments: str, compiled: bool = False) -> bytes:
    """What a module run as a program prints, on one thread."""
    path = os.pathsep.join(map(str, [COMPILED, ROOT] if compiled else [ROOT]))
    threads = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    process = subprocess.run(
        [sys.executable, "-P", "-m", module, *arguments],
        env=os.environ | threads | {"PYTHONPATH": path},
        stdout=subprocess.PIPE,
        check=True,
    )
    return process.stdout
