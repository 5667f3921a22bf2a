"""How a history is cut for scoring: blocks on a fixed grid of time, each with the bars that warm it."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from engine.model.market import SPAN_MS, Bars, Timeframe

BLOCK = 512
"""Bars in a block. A window holds between warm-up and warm-up + BLOCK bars."""
TOGETHER = 64
"""Blocks that are scored at once, where a strategy can: more would gain nothing."""


class Block(NamedTuple):
    """Rows begin..stop-1 of a history, scored with those from `start` on."""

    start: int
    begin: int
    stop: int


def anchor(open_at: int, timeframe: Timeframe, warmup: int) -> int:
    """Opening time of the first bar that the bar opening at `open_at` is scored with."""
    span = SPAN_MS[timeframe]
    block = BLOCK * span
    return open_at - open_at % block - warmup * span


def blocks(bars: Bars, timeframe: Timeframe, warmup: int) -> Iterator[Block]:
    """All rows; none is scored with bars before a missing one."""
    span = SPAN_MS[timeframe]
    breaks = np.flatnonzero(np.diff(bars.ts) != span) + 1
    for first, end in pairwise([0, *breaks.tolist(), len(bars)]):
        begin = first
        while begin < end:
            opened = int(bars.ts[begin])
            stop = min(end, begin + BLOCK - opened // span % BLOCK)
            yield Block(max(first, begin - (opened - anchor(opened, timeframe, warmup)) // span), begin, stop)
            begin = stop


def gathered(found: Iterator[Block], warmup: int) -> Iterator[list[Block]]:
    """Blocks in heaps of neighbours that are warm all; what is not warm, or begins within a block, stays alone."""
    heap: list[Block] = []
    for block in found:
        warm = block.begin - block.start == warmup
        if heap and (not warm or len(heap) == TOGETHER or block.begin != heap[-1].stop):
            yield heap
            heap = []
        if warm:
            heap.append(block)
        else:
            yield [block]
    if heap:
        yield heap
