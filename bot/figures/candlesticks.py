"""The picture of a signal: the newest candles, with entry, stop and target across them. Drawn off the event loop."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

import msgspec

from bot.figures.charts import FAINT, GAIN, INK, LOSS, PANEL, paper, png, styled, titled
from bot.figures.figures import base, price
from engine.model.market import TIMEFRAMES, Bars, Timeframe
from engine.model.views import AnalysisView, SignalView

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COUNT = 72
"""Candles in a picture."""
BODY = 0.68
"""Width of a candle's body, in bars."""
MARGIN = 22
"""Bars of room at the right, for the labels of the lines."""
COLOURS = {"entry": INK, "stop": LOSS, "target": GAIN}


Kind = Literal["entry", "stop", "target"]


class Line(msgspec.Struct, frozen=True):
    """A price across the picture."""

    kind: Kind
    price: float
    label: str


class Picture(msgspec.Struct, frozen=True):
    """What is drawn: closed bars, oldest first, and lines; `result` stands at the right above them."""

    bars: Bars
    lines: Sequence[Line]
    title: str
    result: str
    rising: bool | None = None
    """Colour of the result: which way the signal points, None for none."""


def picture_of(view: AnalysisView, candles: Callable[[str, Timeframe, int], Bars]) -> Picture | None:
    """The strongest signal on its candles; without one what is open, on the shortest candles. None without candles."""
    best = view.signals[0] if view.signals else None
    speaks = best is not None and best.signal is not None and best.signal.score != 0
    named = best.timeframe if best is not None and (speaks or len(view.signals) == 1) else None
    for timeframe in TIMEFRAMES if named is None else (each for each in TIMEFRAMES if each == named):
        bars = candles(view.symbol, timeframe, COUNT)
        if len(bars) < 2:
            continue
        title = f"{base(view.symbol)} {timeframe}"
        if best is None or best.signal is None or not speaks:
            return Picture(bars, _held(view), title, "no signal")
        result = f"{best.strategy} {best.signal.signal} {100 * best.signal.confidence:.0f}"
        return Picture(bars, _planned(best), title, result, best.signal.signal == "Long")
    return None


def _planned(one: SignalView) -> list[Line]:
    said = one.signal
    return [] if said is None else _lines("entry", said.entry, said.stop_loss, said.target)


def _held(view: AnalysisView) -> list[Line]:
    """Where an open position began and where it ends."""
    held = view.position
    return [] if held is None else _lines(f"open {held.direction}", held.avg, held.stop, held.target)


def _lines(label: str, entry: Decimal | None, stop: Decimal | None, target: Decimal | None) -> list[Line]:
    kinds: tuple[tuple[Kind, str, Decimal | None], ...] = (
        ("entry", label, entry),
        ("stop", "stop", stop),
        ("target", "target", target),
    )
    return [Line(kind, float(at), f"{name} {price(at)}") for kind, name, at in kinds if at is not None]


async def draw_candles(picture: Picture, zone: ZoneInfo) -> bytes:
    """`candlesticks` in a thread."""
    return await asyncio.to_thread(candlesticks, picture, zone)


def candlesticks(picture: Picture, zone: ZoneInfo) -> bytes:
    """A PNG of the candles with volume below. A ValueError for less than two candles."""
    bars = picture.bars
    if len(bars) < 2:
        raise ValueError(f"a chart of {len(bars)} candles, takes at least 2")
    figure = paper()
    above, below = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": [5, 1], "hspace": 0.06})
    up = bars.close >= bars.open
    colours = [GAIN if rises else LOSS for rises in up]
    places = range(len(bars))
    above.vlines(places, bars.low, bars.high, colors=colours, linewidth=1.1)
    heights = abs(bars.close - bars.open)
    least = (float(bars.high.max()) - float(bars.low.min())) * 0.002
    above.bar(places, heights.clip(min=least), BODY, bottom=bars.open.clip(max=bars.close), color=colours)
    below.bar(places, bars.volume, BODY, color=colours, alpha=0.6)
    for line in picture.lines:
        _across(above, line, len(bars))
    colour = FAINT if picture.rising is None else GAIN if picture.rising else LOSS
    titled(above, picture.title, picture.result, colour)
    for axes in (above, below):
        styled(axes)
    _scale(above, below, bars, zone)
    return png(figure)


def _across(axes: "Axes", line: Line, count: int) -> None:
    colour = COLOURS[line.kind]
    axes.axhline(line.price, color=colour, linewidth=1.4, linestyle=(0, (5, 3)))
    axes.annotate(
        line.label,
        (count + MARGIN - 1, line.price),
        xytext=(0, 4),
        textcoords="offset points",
        ha="right",
        color=colour,
        fontsize=10,
        fontweight="bold",
        bbox={"facecolor": PANEL, "edgecolor": "none", "alpha": 0.75, "pad": 1.5},
    )


def _scale(above: "Axes", below: "Axes", bars: Bars, zone: ZoneInfo) -> None:
    """Times below, prices as wide as they need to be, room at the right."""
    every = max(1, len(bars) // 6)
    marks = range(0, len(bars), every)
    days = int(bars.ts[-1]) - int(bars.ts[0]) > 3 * 86_400_000
    form = "%d %b" if days else "%H:%M"
    names = [datetime.fromtimestamp(int(bars.ts[mark]) / 1000, zone).strftime(form) for mark in marks]
    below.set_xticks(list(marks), names)
    below.set_xlim(-1, len(bars) + MARGIN)
    below.set_yticks([])
    above.tick_params(labelbottom=False)
    above.margins(y=0.12)
    spread = float(bars.high.max()) - float(bars.low.min())
    places = next((n for n in range(8) if spread >= 5 * 10.0**-n), 8)
    above.yaxis.set_major_formatter(lambda value, _: f"{value:,.{places}f}")
