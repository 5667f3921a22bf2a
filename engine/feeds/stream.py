"""One symbol and timeframe of a market: its rows, and the parts of them put together."""

from collections.abc import Sequence

import msgspec
import numpy as np

from engine.model.market import SPAN_MS, Bars, Footprint, Ints, Timeframe


class Stream(msgspec.Struct, frozen=True):
    """Rows of one symbol and timeframe; footprints for each row, or none at all."""

    symbol: str
    timeframe: Timeframe
    bars: Bars
    footprints: tuple[Footprint | None, ...] = ()

    def at(self) -> Ints:
        """When each row is delivered: its close, or the latest close before it when it is out of order."""
        return np.maximum.accumulate(self.bars.ts + SPAN_MS[self.timeframe])


def joined(bars: Sequence[Bars]) -> Bars:
    """Bars one after the other."""
    if len(bars) == 1:
        return bars[0]
    return Bars(*(np.concatenate([getattr(b, column) for b in bars]) for column in Bars.__struct_fields__))
