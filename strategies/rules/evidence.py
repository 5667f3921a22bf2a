"""What candles alone do not tell: the market state, footprints, levels. A part that has them supplies one of these."""

from collections.abc import Mapping
from typing import Literal, Protocol

from engine.model.market import BarsByTimeframe, Floats, Ints, Timeframe
from strategies.rules.nodes import FlowMetric

Asked = Literal["state", "session", "key", "flow"]
"""What conditions may ask for: the market state, levels of the session before, key levels, footprints or swings."""
STATES = ("BALANCED", "IMBALANCED_UP", "IMBALANCED_DOWN", "TRANSITION")


class Evidence(Protocol):
    """Columns beside the bars of the base timeframe; what is missing or has a gap is undefined, never 0."""

    def reads(self, base: Timeframe, asked: frozenset[Asked]) -> Mapping[Timeframe, int]:
        """Closed bars needed of each timeframe before the first bar scored."""

    def state(self, bars: BarsByTimeframe) -> Ints:
        """Of each base bar the index of its market state in `STATES`, -1 undefined (strategies.md 6.1)."""

    def flow(self, metric: FlowMetric, bars: BarsByTimeframe) -> Floats:
        """`stacked_buy`, `stacked_sell` or `divergence` of each base bar, NaN undefined (strategies.md 5.4, 5.5)."""

    def levels(self, kind: str, tier: int, bars: BarsByTimeframe) -> Floats:
        """Of each base bar (rows) the prices of the levels of a kind; a row without any known one is all NaN.

        `kind` is poc, vah, val, hvn, lvn of the session before, or key: clusters of at most this tier.
        """
