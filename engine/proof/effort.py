"""How hard to look: seconds at the start of a desk, or as long as it takes for a person who asked."""

import msgspec


class Effort(msgspec.Struct, frozen=True):
    """How many bars are looked at, and how often."""

    bars: int
    """Of the market that prefixes are cut from, after the first bar that may signal."""
    samples: int
    """Prefixes spread over it."""
    signals: int
    """Signals around which prefixes are cut too."""
    tail: int
    """Last bars whose every prefix is run."""
    windows: int
    """Windows compared with the whole history."""
    measured: bool
    """Whether to find out how short the warm-up could be."""


QUICK = Effort(bars=1_200, samples=24, signals=8, tail=16, windows=12, measured=False)
FULL = Effort(bars=2_000, samples=60, signals=20, tail=60, windows=24, measured=True)
SEED = 20_240_101
"""Of the simulated markets."""
