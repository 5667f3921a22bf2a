"""Made-up files of the names and forms of recorded ones, so that no test falls away where nothing was recorded.

A name says what to make: `usdm/BTCUSDT-1m-20250504-20250602.parquet` becomes minutes of those days. The same name
always gives the same content.
"""

from collections.abc import Callable
from pathlib import Path

from tests.stand_in import messages, series

Recorded = Callable[[str], Path]
"""Where the file of recorded market data of a name lies, or its stand-in."""


def stand_in(folder: Path, path: str) -> Path:
    """Writes the file of this name below the folder, once."""
    made = folder / path
    if not made.exists():
        made.parent.mkdir(parents=True, exist_ok=True)
        (series if made.suffix in (".parquet", ".gz") and "_raw" not in path else messages).write(made)
    return made
