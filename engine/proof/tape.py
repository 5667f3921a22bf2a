"""Histories of one market in several timeframes, and what of them is known at a bar's close."""

from collections.abc import Collection, Mapping

import msgspec
import numpy as np

from engine.model.market import DAY_MS, SPAN_MS, Bars, Floats, Flow, Timeframe, with_flow
from engine.scoring.histories import aggregated

END = 1_704_067_200_000
"""2024-01-01 00:00 UTC: where the simulated market stops."""
PACES = (0.0, 0.0008, 0.003, 0.012)
"""Regimes of the simulated market: standard deviation of a bar's return. The first is dead: one price, no volume."""
STRETCH = 25
TICK = 0.01
START_PRICE = 500.0


class Tape(msgspec.Struct, frozen=True):
    """Bars of a market by timeframe; those of `base` have no gap."""

    base: Timeframe
    histories: Mapping[Timeframe, Bars]
    symbol: str = ""
    """Of recorded bars."""

    def __len__(self) -> int:
        """Bars of the base timeframe."""
        return len(self.histories[self.base])

    @property
    def bars(self) -> Bars:
        """The base timeframe."""
        return self.histories[self.base]

    def known(
        self, start: int, stop: int, needs: Mapping[Timeframe, int], *, row: int | None = None, early: str = ""
    ) -> dict[Timeframe, Bars]:
        """Base rows start..stop-1 and what had closed of the others by then, `needs` bars of them before `row`.

        `row` is the start where none is given; of the timeframe `early` bars are given that close later.
        """
        bars = self.bars
        seen = {self.base: bars.slice(start, stop)}
        opened = int(bars.ts[start if row is None else row])
        end = int(bars.ts[stop - 1]) + SPAN_MS[self.base]
        for timeframe, need in needs.items():
            other, span = self.histories.get(timeframe), SPAN_MS[timeframe]
            if other is None:
                continue
            first, last = other.ts.searchsorted((opened - opened % span - need * span, end - span + 1)).tolist()
            last = len(other) if timeframe == early else last
            if first < last:
                seen[timeframe] = other.slice(first, last)
        return seen


def simulated(base: Timeframe, needs: Mapping[Timeframe, int], seed: int) -> Tape:
    """A seeded market with at least so many bars of each timeframe: calm, wild and dead stretches.

    Longer bars are made of shorter ones where there are such, and go on into the past by themselves where more of them
    are needed. Everything begins at 00:00 UTC and ends at one moment.
    """
    rng = np.random.default_rng(seed)
    histories: dict[Timeframe, Bars] = {}
    shorter: Timeframe | None = None
    for timeframe in sorted(needs, key=SPAN_MS.__getitem__):
        made = None if shorter is None else aggregated(histories[shorter], shorter, timeframe)
        day = DAY_MS // SPAN_MS[timeframe]
        lacking = needs[timeframe] - (0 if made is None else len(made))
        if lacking > 0:
            made = _before(made, _walk(rng, -(-lacking // day) * day), timeframe)
        assert made is not None
        histories[timeframe] = made
        shorter = timeframe
    return Tape(base, {timeframe: _flowing(rng, bars) for timeframe, bars in histories.items()})


def recorded(
    symbol: str, bars: Bars, own: Timeframe, base: Timeframe, wanted: Collection[Timeframe], most: int
) -> Tape:
    """The longest unbroken stretch of a symbol's bars, recorded in `own`: at most `most` of the base timeframe.

    Of stretches as long as that the newest is taken.
    """
    longest = {
        timeframe: aggregated(bars, own, timeframe)
        for timeframe in (base, *wanted)
        if SPAN_MS[timeframe] >= SPAN_MS[own]
    }
    mine = longest[base]
    breaks = np.flatnonzero(np.diff(mine.ts) != SPAN_MS[base]) + 1
    edges = [0, *breaks.tolist(), len(mine)]
    sizes = np.diff(edges)
    chosen = len(sizes) - 1 - int(np.minimum(sizes[::-1], most).argmax())
    start, stop = edges[chosen], edges[chosen + 1]
    return Tape(base, longest | {base: mine.slice(max(start, stop - most), stop)}, symbol)


def _flowing(rng: np.random.Generator, bars: Bars) -> Bars:
    """The same bars with an order flow that has nothing to do with them."""
    runs = rng.integers(0, 5, (2, len(bars))).astype(np.float64)
    return with_flow(bars, Flow(runs[0], runs[1], rng.uniform(-1.0, 1.0, len(bars))))


def _walk(rng: np.random.Generator, size: int) -> list[Floats]:
    """Open, high, low, close, volume, taker buy of a random market that begins at START_PRICE."""
    pace = np.repeat(rng.choice(PACES, size // STRETCH + 1), STRETCH)[:size]
    log = np.cumsum(rng.normal(0.0, 1.0, size) * pace)
    # Reflected where the price is 7.4 times the first or its 7.4th part, so that years do not drift below the tick.
    close = START_PRICE * np.exp(2.0 - np.abs((log + 2.0) % 8.0 - 4.0))
    opened = np.concatenate([close[:1], close[:-1]])
    wick = np.abs(rng.normal(0.0, 0.6, (2, size))) * pace
    high = np.maximum(opened, close) * (1.0 + wick[0])
    low = np.minimum(opened, close) * (1.0 - wick[1])
    volume = np.round(rng.lognormal(3.0, 1.0, size) * (pace > 0.0), 3)
    taker = volume * np.clip(rng.normal(0.5, 0.2, size), 0.0, 1.0)
    return [opened, high, low, close, volume, taker]


def _before(newer: Bars | None, walk: list[Floats], timeframe: Timeframe) -> Bars:
    """The walk as bars that end where the newer ones begin, in time and in price."""
    end = END if newer is None else int(newer.ts[0])
    size = len(walk[0])
    scale = 1.0 if newer is None else float(newer.open[0] / walk[3][-1])
    prices = [np.maximum(TICK, np.round(np.round(column * scale / TICK) * TICK, 8)) for column in walk[:4]]
    ts = end - SPAN_MS[timeframe] * np.arange(size, 0, -1, dtype=np.int64)
    older = Bars(ts, *prices, *walk[4:])
    if newer is None:
        return older
    return Bars(*(np.concatenate([getattr(older, n), getattr(newer, n)]) for n in Bars.__struct_fields__))
