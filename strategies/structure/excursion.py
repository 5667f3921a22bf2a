"""Excursions out of value and the bars at which they come back in time (strategies.md 7.2)."""

import numpy as np

from engine.model.market import Flags, Ints


def returns(beyond: Flags, inside: Flags, start: Ints, bars: int) -> Ints:
    """Where an excursion ends in time: at these rows the row it began at, elsewhere -1.

    It begins at the first bar with `beyond` (its high above, or its low below, value) since the last close
    `inside`, or since the row `start` where the present value area came into force. It ends at the first close
    inside, that bar included; a return later than `bars` after the beginning gives nothing.
    """
    size = len(beyond)
    row = np.arange(size)
    last = np.maximum.accumulate(np.where(inside, row, -1))
    since = np.maximum(np.concatenate([[-1], last])[:size] + 1, start)
    left = np.minimum.accumulate(np.where(beyond, row, size)[::-1])[::-1]
    began = np.append(left, size)[since]
    return np.where(inside & (began <= row) & (row - began <= bars), began, -1)
