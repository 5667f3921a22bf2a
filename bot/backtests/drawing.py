"""Curves and candles as SVG paths. A drawing is 1000 wide and as high as asked; the page stretches it to its width."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import accumulate
from math import floor, log10
from zoneinfo import ZoneInfo

import msgspec

from bot.backtests.card import shown
from bot.backtests.kept import Picture
from engine.model.account import ClosedTrade

WIDE = 1000
POINTS = 700
"""Points of a curve, at most: more than a screen can show apart."""
ARROWS = 60
"""Trades on one picture, at most."""
STEPS = (1, 2, 2.5, 5, 10)


class Tick(msgspec.Struct, frozen=True):
    """A label at a share of the drawing's width or height, percent from the left or from the top."""

    at: float
    text: str


class Curve(msgspec.Struct, frozen=True):
    """A line with the area below it."""

    line: str
    area: str
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    rising: bool


class Arrow(msgspec.Struct, frozen=True):
    """A trade on candles, from entry to exit."""

    line: str
    entry: str
    won: bool
    long: bool
    title: str


class Chart(msgspec.Struct, frozen=True):
    """Candles and the trades on them."""

    title: str
    wicks: str
    rising: str
    falling: str
    arrows: tuple[Arrow, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    note: str


class Scale(msgspec.Struct, frozen=True):
    """From values to places: x of times, y of values, the highest at the top."""

    first: float
    last: float
    low: float
    high: float
    height: int

    def x(self, at: float) -> float:
        """Place of a time."""
        return round(WIDE * (at - self.first) / ((self.last - self.first) or 1), 1)

    def y(self, value: float) -> float:
        """Place of a value."""
        return round(self.height * (self.high - value) / ((self.high - self.low) or 1), 1)


def equity(points: Sequence[tuple[int, float]], zone: ZoneInfo, height: int) -> Curve:
    """The equity curve."""
    few = thinned(points)
    values = [value for _, value in few]
    return curve(few, _around(min(values), max(values)), zone, height, base=None)


def underwater(points: Sequence[tuple[int, float]], zone: ZoneInfo, height: int) -> Curve:
    """Percent below the highest equity so far, 0 at the top."""
    peaks = accumulate((value for _, value in points), max)
    falls = [(at, 100 * (value / top - 1) if top > 0 else 0.0) for (at, value), top in zip(points, peaks, strict=True)]
    few = thinned(falls)
    return curve(few, (min(min(value for _, value in few), -0.01), 0.0), zone, height, base=0.0)


def curve(
    points: Sequence[tuple[int, float]], span: tuple[float, float], zone: ZoneInfo, height: int, base: float | None
) -> Curve:
    """Points as a line, and the area between it and `base` (None: the bottom)."""
    scale = Scale(points[0][0], points[-1][0], *span, height)
    line = "M" + "L".join(f"{scale.x(at)} {scale.y(value)}" for at, value in points)
    ground = height if base is None else scale.y(base)
    area = f"{line}L{scale.x(points[-1][0])} {ground}L{scale.x(points[0][0])} {ground}Z"
    return Curve(line, area, dates(scale, zone), levels(scale), points[-1][1] >= points[0][1])


def candles(picture: Picture, trades: Sequence[ClosedTrade], zone: ZoneInfo, height: int) -> Chart:
    """A picture's candles with the trades that fall into it; of too many those with the largest results."""
    end = picture.ts[-1] + picture.span_ms
    within = [t for t in trades if t.entry_at >= picture.ts[0] and t.exit_at <= end]
    drawn = sorted(within, key=lambda t: -abs(t.pnl))[:ARROWS]
    scale = Scale(picture.ts[0], end, *_around(min(picture.low), max(picture.high)), height)
    wicks: list[str] = []
    bodies: dict[bool, list[str]] = {True: [], False: []}
    width = round(0.7 * WIDE / len(picture.ts), 2)
    rows = zip(picture.ts, picture.open, picture.high, picture.low, picture.close, strict=True)
    for ts, first, high, low, last in rows:
        middle = scale.x(ts + picture.span_ms / 2)
        wicks.append(f"M{middle} {scale.y(high)}V{scale.y(low)}")
        top, bottom = scale.y(max(first, last)), scale.y(min(first, last))
        left = round(middle - width / 2, 2)
        bodies[last >= first].append(f"M{left} {top}h{width}v{max(round(bottom - top, 1), 0.6)}h{-width}Z")
    some = f" of {len(within):,} trades, those with the largest results" if len(drawn) < len(within) else " trades"
    return Chart(
        title=f"{picture.symbol}, {'the last trades' if picture.what == 'close' else 'the whole time'}",
        wicks="".join(wicks),
        rising="".join(bodies[True]),
        falling="".join(bodies[False]),
        arrows=tuple(_arrow(trade, scale) for trade in drawn),
        across=dates(scale, zone),
        up=levels(scale),
        note=f"{len(drawn):,}{some}; candles of {length(picture.span_ms)}",
    )


def _arrow(trade: ClosedTrade, scale: Scale) -> Arrow:
    start = f"{scale.x(trade.entry_at)} {scale.y(float(trade.entry_price))}"
    return Arrow(
        line=f"M{start}L{scale.x(trade.exit_at)} {scale.y(float(trade.exit_price))}",
        entry=f"M{start}h0",
        won=trade.pnl > 0,
        long=trade.direction == "long",
        title=f"{trade.direction} {trade.strategy}: {shown(trade.pnl, 'money')} ({trade.reason})",
    )


def thinned(points: Sequence[tuple[int, float]], most: int = POINTS) -> list[tuple[int, float]]:
    """Fewer points of the same shape: the first and last, and of every stretch its lowest and highest."""
    if len(points) <= most:
        return list(points)
    size = -(-2 * len(points) // most)
    few = [points[0]]
    for start in range(1, len(points) - 1, size):
        part = points[start : min(start + size, len(points) - 1)]
        few += sorted({min(part, key=lambda p: p[1]), max(part, key=lambda p: p[1])})
    return [*few, points[-1]]


def levels(scale: Scale) -> tuple[Tick, ...]:
    """Round values for the height, three to five."""
    rough = (scale.high - scale.low) / 5 or 1
    power = 10.0 ** floor(log10(rough))
    step = next(power * each for each in STEPS if power * each >= rough * 0.999)
    places = len(f"{step:.10f}".rstrip("0").partition(".")[2])
    first = -(-scale.low // step)
    values = [step * (first + i) for i in range(8) if step * (first + i) <= scale.high]
    return tuple(Tick(round(100 * scale.y(value) / scale.height, 2), f"{value:,.{places}f}") for value in values)


def dates(scale: Scale, zone: ZoneInfo, count: int = 4) -> tuple[Tick, ...]:
    """Times for the width, evenly set, as exact as the whole is short."""
    days = (scale.last - scale.first) / 86_400_000
    form = "%b %Y" if days > 400 else "%d %b" if days > 5 else "%d %b %H:%M"
    times = [scale.first + (scale.last - scale.first) * (i + 0.5) / count for i in range(count)]
    return tuple(
        Tick(round(100 * (i + 0.5) / count, 2), datetime.fromtimestamp(at / 1000, zone).strftime(form))
        for i, at in enumerate(times)
    )


def length(ms: int) -> str:
    """The length of a candle: `5 minutes`."""
    for unit, size in (("day", 86_400_000), ("hour", 3_600_000)):
        if ms >= size and ms % size == 0:
            return f"{ms // size} {unit}{'s' if ms > size else ''}"
    return f"{ms // 60_000} minute{'s' if ms > 60_000 else ''}"


def _around(low: float, high: float) -> tuple[float, float]:
    """A span with a little room above and below."""
    margin = (high - low or abs(high) or 1.0) * 0.06
    return low - margin, high + margin


def charts(pictures: Iterable[Picture], trades: Sequence[ClosedTrade], zone: ZoneInfo, height: int) -> list[Chart]:
    """A chart of each picture that has candles."""
    by_symbol: dict[str, list[ClosedTrade]] = {}
    for trade in trades:
        by_symbol.setdefault(trade.symbol, []).append(trade)
    return [candles(each, by_symbol.get(each.symbol, []), zone, height) for each in pictures if each.ts]
