"""Market data: timeframes, closed candles, columns of bars and scores, footprints."""

from collections.abc import Hashable, Mapping, Sequence
from functools import cached_property
from typing import Literal, Self, get_args

import msgspec
import numpy as np
import numpy.typing as npt

from engine.model.remembered import Remembered

Timeframe = Literal["1m", "5m", "15m", "1h", "4h", "1d"]
TIMEFRAMES: tuple[Timeframe, ...] = get_args(Timeframe)
MINUTE_MS = 60_000
HOUR_MS = 3_600_000
DAY_MS = 86_400_000
NEVER = 2**62
"""A time that does not come."""
SPAN_MS: dict[Timeframe, int] = {
    "1m": MINUTE_MS,
    "5m": 5 * MINUTE_MS,
    "15m": 15 * MINUTE_MS,
    "1h": 60 * MINUTE_MS,
    "4h": 240 * MINUTE_MS,
    "1d": DAY_MS,
}
"""Length of one bar in milliseconds."""

Days = Mapping[str, Sequence[tuple[int, float]]]
"""Of each symbol its past days, oldest first: when each ended (UTC ms), and its last price."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class FootprintRow(msgspec.Struct, frozen=True, array_like=True):
    """One price row of a footprint: volume whose taker sold (bid) and bought (ask), base units."""

    price: float
    bid: float
    ask: float


class Footprint(msgspec.Struct, frozen=True):
    """A bar's volume by price row, lowest first (strategies.md 5.4); `complete` when no trade id is missing."""

    rows: tuple[FootprintRow, ...]
    complete: bool = True


class Flow(msgspec.Struct, frozen=True):
    """What trades and the order book tell of each bar beside its candle; NaN where it is unknown or incomplete."""

    stacked_buy: Floats
    """Longest run of consecutive footprint rows with a buy imbalance (strategies.md 5.4)."""
    stacked_sell: Floats
    obi: Floats
    """Imbalance of the best bid and ask at the close, -1..1 (strategies.md 11)."""


class Bars(msgspec.Struct, frozen=True, eq=False, dict=True):
    """Columns of closed bars of one symbol and timeframe, oldest first, all of one length.

    `ts` is the opening time (UTC ms), volumes are base units; `taker_buy` is NaN where unknown. Bars are equal to
    themselves alone.
    """

    ts: Ints
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    taker_buy: Floats

    def __len__(self) -> int:
        """Number of bars."""
        return len(self.ts)

    @cached_property
    def memory(self) -> dict[Hashable, object]:
        """What was worked out of these very bars, for whoever asks for the same again."""
        return {}

    @cached_property
    def series(self) -> Remembered:
        """What was worked out of some of these bars and stays true whatever bars come after, such as of a day that is
        over: bars of the same series share it, cut out of one another or of a window that goes on."""
        return Remembered()

    def among(self, series: Remembered) -> Self:
        """The same object, its bars being of a series of which others know."""
        self.__dict__["series"] = series
        return self

    def slice(self, start: int, stop: int) -> "Bars":
        """Rows start..stop-1 as views on the same memory."""
        return Bars(
            self.ts[start:stop],
            self.open[start:stop],
            self.high[start:stop],
            self.low[start:stop],
            self.close[start:stop],
            self.volume[start:stop],
            self.taker_buy[start:stop],
        ).among(self.series)

    def flow(self) -> Flow:
        """Order flow of each bar: unknown, unless it was recorded."""
        return Flow(*np.full((3, len(self)), np.nan))


class FlowBars(Bars, frozen=True):
    """Bars of which footprints or the order book are known too, of some at least."""

    recorded: Flow

    def flow(self) -> Flow:
        """Order flow of each bar."""
        return self.recorded

    def slice(self, start: int, stop: int) -> "FlowBars":
        """Rows start..stop-1 as views on the same memory."""
        flow = (getattr(self.recorded, name)[start:stop] for name in Flow.__struct_fields__)
        return with_flow(super().slice(start, stop), Flow(*flow))


def with_flow(bars: Bars, flow: Flow) -> FlowBars:
    """The same bars, their order flow known."""
    columns = bars.ts, bars.open, bars.high, bars.low, bars.close, bars.volume, bars.taker_buy
    return FlowBars(*columns, recorded=flow).among(bars.series)


class Check(msgspec.Struct, frozen=True):
    """One named condition of a strategy over all bars: its value and whether it was met."""

    name: str
    value: Floats
    met: Flags


class Aim(msgspec.Struct, frozen=True):
    """One of several targets: the share (0..1) of the position that leaves there, its price on each bar (NaN: none).

    `r` as `Scores.target_r`.
    """

    share: float
    target: Floats
    r: float | None = None


class Led(msgspec.Struct, frozen=True):
    """Who among several led each signal, and where each of them leaves: a trade is its leader's to the end."""

    names: tuple[str, ...]
    leader: Ints
    """Index into `names` at each bar that signals, else -1."""
    target_r: Floats
    """`Scores.target_r` of each bar's leader, NaN where its target is a price."""
    leaves_long: Flags
    """(names, bars): where each asks to close a long."""
    leaves_short: Flags


class Scores(msgspec.Struct, frozen=True):
    """What a strategy says of each bar of its base timeframe: columns of one length.

    `score` is -100..100 (sign = side, 0 = no signal), `confidence` 0..100, `stop` and `target` prices (NaN = none),
    `reason` indexes `reasons` (stable codes), `exit_long` / `exit_short` ask to close that side at this bar's close.
    """

    score: Floats
    confidence: Floats
    stop: Floats
    target: Floats
    reason: npt.NDArray[np.int8]
    reasons: tuple[str, ...]
    exit_long: Flags
    exit_short: Flags
    checks: tuple[Check, ...] = ()
    setup: str = ""
    target_r: float | None = None
    """Target as a multiple of R = |entry - stop|: where a tick rounds the stop, it counts from the rounded one."""
    stop_ticks: int = 0
    """So many ticks the stop is further away than `stop`; without a tick it is not."""
    trail: Floats | None = None
    """Of an open position: how far behind the best close since entry its stop follows, in price (NaN: not now)."""
    reach: Floats | None = None
    """The average true range that `stop` was set by, which the sizing mode `atr` takes in place of its own."""
    aims: tuple[Aim, ...] = ()
    """Where a position leaves in parts; `target` is that of the first. Empty: all of it leaves there."""
    led: Led | None = None
    """Of an ensemble; its `exit_long` and `exit_short` are true where any member leaves."""


class Exits(msgspec.Struct, frozen=True):
    """Exit rules that stay constant over a trade. `time_stop` in bars of the strategy, fractions of R and of price."""

    time_stop: int | None = None
    trail_percent: float | None = None
    """Trailing distance as a fraction of the best close since entry."""
    trail_scored: bool = False
    """The trailing distance is that of the scores at each bar (`Scores.trail`)."""
    trail_activate_r: float = 0.0
    break_even_r: float | None = None
    """Move the stop to the entry price once the best close has earned this many R."""
    break_even_on_target: bool = False
    """Move it there at the close of the first bar by which the first of several targets was reached."""
    break_even_ticks: int = 0
    """So many ticks beyond the entry price, on the side that earns."""
    led: dict[str, "Exits"] = {}
    """Of an ensemble: the rules of each member, which count for the trades that it led."""

    @property
    def watchful(self) -> bool:
        """Whether they look at every bar."""
        own = (self.time_stop, self.trail_percent, self.break_even_r) != (None, None, None)
        return own or self.trail_scored or self.break_even_on_target or any(each.watchful for each in self.led.values())


BarsByTimeframe = Mapping[Timeframe, Bars]
