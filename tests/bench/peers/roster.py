"""The engines that are measured, each with its versions and its licence. None is a dependency of the desk."""

from typing import NamedTuple


class Peer(NamedTuple):
    """One way to run one engine; `module` is the script beside this file."""

    label: str
    module: str
    licence: str
    pins: tuple[str, ...]
    """What is installed. None: the desk's own environment."""
    runs: int = 3
    """The fastest counts."""
    sweeps: bool = False


BACKTESTING = ("backtesting==0.6.6", "numpy==2.5.5", "pandas==3.1.1")
VECTORBT = ("vectorbt[rust]==1.2.0", "numba==0.68.1", "numpy==2.5.5", "pandas==3.1.1")
FREQTRADE = ("freqtrade==2026.9", "numpy==2.5.5", "pandas==3.1.1")
JESSE = ("jesse==3.5.3", "numpy==1.26.4", "pandas==2.2.3")
NAUTILUS = ("nautilus_trader==1.231.0", "numpy==2.2.6", "pandas==2.3.3")

OWN = Peer("pocketdesk", "own", "", (), sweeps=True)
PEERS = (
    Peer("backtesting.py", "backtestingpy", "AGPL-3", BACKTESTING),
    Peer("vectorbt, exact", "vectorbt_exact", "Apache-2 with Commons Clause", VECTORBT, sweeps=True),
    Peer("vectorbt, signals", "vectorbt_signals", "Apache-2 with Commons Clause", VECTORBT, sweeps=True),
    Peer("Jesse", "jesse_research", "MIT", JESSE, runs=1),
    Peer("freqtrade, long only", "freqtrade_spot", "GPL-3", FREQTRADE, runs=1),
    Peer("NautilusTrader, 90 of 365 days", "nautilus", "LGPL-3", NAUTILUS, runs=1),
)
