"""Pictures for a phone: equity with its drawdown, results by day, use of limits, correlations. Drawn off the loop."""

import asyncio
import io
import math
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.figures.currency import unit
from bot.figures.figures import compact, percent, signed
from engine.model.history import RiskHistory, Together
from engine.model.views import DayRow

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Curve = Sequence[tuple[int, Decimal]]
"""Equity at times of the engine (UTC ms), oldest first."""

PAPER, PANEL, INK, FAINT, GRID = "#0e1621", "#17212b", "#e8edf2", "#8a99a8", "#243240"
WATER, FIRE = "#5aa9e6", "#f2b35d"
GAIN, LOSS = "#4fd08a", "#f0616d"
INCHES, DOTS = (5.4, 4.05), 200
"""1080 x 810 dots: sharp on a phone, its letters readable where the picture is 9 cm wide, well under 10 MB."""
TITLED = 38
"""Letters of a title and its result, together, that fit above a picture at their full size."""
UPRIGHT = 8
"""More symbols than this have their names below a matrix turned."""
NUMBERED = 12
"""Symbols up to which a matrix has its numbers written in it."""


async def draw_equity(curve: Curve, zone: ZoneInfo, title: str) -> bytes:
    """`equity` in a thread."""
    return await asyncio.to_thread(equity, curve, zone, title)


async def draw_days(days: Sequence[DayRow], title: str) -> bytes:
    """`daily` in a thread."""
    return await asyncio.to_thread(daily, days, title)


async def draw_use(history: RiskHistory, zone: ZoneInfo, title: str) -> bytes:
    """`use` in a thread."""
    return await asyncio.to_thread(use, history, zone, title)


async def draw_together(found: Together, title: str) -> bytes:
    """`correlations` in a thread."""
    return await asyncio.to_thread(correlations, found, title)


def equity(curve: Curve, zone: ZoneInfo, title: str) -> bytes:
    """A PNG of equity over time with the drawdown from its peak below. A ValueError for less than two points."""
    if len(curve) < 2:
        raise ValueError(f"an equity chart of {len(curve)} points, takes at least 2")
    from matplotlib.dates import date2num

    times = date2num([datetime.fromtimestamp(at / 1000, zone) for at, _ in curve])  # type: ignore[no-untyped-call]
    values = [float(value) for _, value in curve]
    figure = paper()
    above, below = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": [3, 1], "hspace": 0.08})
    first, last = curve[0][1], curve[-1][1]
    colour = GAIN if last >= first else LOSS
    above.plot(times, values, color=colour, linewidth=2.2, solid_capstyle="round")
    above.fill_between(times, values, min(values), color=colour, alpha=0.13, linewidth=0)
    above.axhline(values[0], color=FAINT, linewidth=0.9, linestyle=(0, (4, 4)))
    above.plot(times[-1], values[-1], "o", color=colour, markersize=6)
    change = percent((last - first) / first) if first else "n/a"
    titled(above, title, f"{signed(last - first)}{unit()}  ({change})", colour)
    drops = _drawdown(values)
    below.fill_between(times, drops, 0, color=LOSS, alpha=0.35, linewidth=0)
    below.plot(times, drops, color=LOSS, linewidth=1.2)
    below.set_ylabel("drawdown %", color=FAINT, fontsize=9)
    below.set_ylim(min(min(drops) * 1.15, -0.1), 0)
    _dated(below, zone)
    for axes in (above, below):
        styled(axes)
    above.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}" if _wide(values) else f"{value:,.2f}")
    above.tick_params(labelbottom=False)
    return png(figure)


def use(history: RiskHistory, zone: ZoneInfo, title: str) -> bytes:
    """A PNG of leverage, heat and value at risk over time, each in percent of its limit. ValueError below 2 points."""
    points = history.points
    if len(points) < 2:
        raise ValueError(f"a chart of use over {len(points)} points, takes at least 2")
    from matplotlib.dates import date2num

    figure = paper()
    axes = figure.subplots()
    times = date2num([datetime.fromtimestamp(point.at / 1000, zone) for point in points])  # type: ignore[no-untyped-call]
    highest = 0.0
    for (name, values), colour in zip(use_of(history).items(), (WATER, FIRE, GAIN), strict=True):
        axes.plot(times, values, color=colour, linewidth=1.8, label=name)
        highest = max([highest, *(value for value in values if value == value)])
    axes.axhline(100, color=LOSS, linewidth=1.2, linestyle=(0, (4, 4)))
    axes.set_ylim(0, max(105.0, highest * 1.05))
    axes.set_ylabel("% of the limit of now", color=FAINT, fontsize=9)
    axes.legend(loc="upper left", bbox_to_anchor=(0, -0.06), ncols=3, frameon=False, labelcolor=INK, fontsize=9)
    _dated(axes, zone)
    titled(axes, title, f"at most {highest:.0f}%", LOSS if highest >= 100 else INK)
    styled(axes)
    return png(figure)


def correlations(found: Together, title: str) -> bytes:
    """A PNG of a matrix of correlations, red where two rise and fall together. A ValueError for less than two."""
    count = len(found.bases)
    if count < 2:
        raise ValueError(f"correlations of {count}, takes at least 2")
    figure = paper()
    figure.subplots_adjust(right=0.92)
    axes = figure.subplots()
    picture = axes.imshow(found.matrix, cmap="coolwarm", vmin=-1, vmax=1, aspect="auto")
    for ticks in (axes.set_xticks, axes.set_yticks):
        ticks(range(count), found.bases)
    if count > UPRIGHT:
        axes.tick_params(axis="x", rotation=90)
        figure.subplots_adjust(left=0.17, bottom=0.2)
    if count <= NUMBERED:
        for row, values in enumerate(found.matrix):
            for column, value in enumerate(values):
                axes.text(
                    column,
                    row,
                    f"{value:.2f}",
                    ha="center",
                    va="center",
                    color=INK if abs(value) > 0.75 else PAPER,
                    fontsize=9,
                )
    pairs = [value for row, values in enumerate(found.matrix) for value in values[:row]]
    titled(axes, title, f"mean {sum(pairs) / len(pairs):+.2f}", INK)
    styled(axes)
    axes.grid(False)
    bar = figure.colorbar(picture, ax=axes, fraction=0.04, pad=0.02)
    bar.ax.tick_params(colors=FAINT, labelsize=9, length=0)
    return png(figure)


def use_of(history: RiskHistory) -> dict[str, list[float]]:
    """Percent of each limit that was used at each point; nan, which leaves a gap, where nothing was measured."""
    points = history.points
    return {
        "leverage": _used([point.leverage for point in points], history.leverage),
        "heat": _used([point.heat for point in points], history.heat),
        "VaR": _used([point.var for point in points], history.var),
    }


def _used(values: Sequence[Decimal | None], limit: Decimal) -> list[float]:
    return [math.nan if value is None or not limit else float(100 * value / limit) for value in values]


def _dated(axes: "Axes", zone: ZoneInfo) -> None:
    """A few dates or times of day below."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator(minticks=4, maxticks=7, tz=zone)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, tz=zone))  # type: ignore[no-untyped-call]
    axes.margins(x=0.01)


def daily(days: Sequence[DayRow], title: str) -> bytes:
    """A PNG of the result of each day as a bar. A ValueError without a day."""
    if not days:
        raise ValueError("a chart of no days, takes at least 1")
    figure = paper()
    axes = figure.subplots()
    values = [float(row.pnl) for row in days]
    axes.bar(range(len(days)), values, color=[LOSS if value < 0 else GAIN for value in values], width=0.7)
    axes.axhline(0, color=FAINT, linewidth=0.9)
    every = -(-len(days) // 10)
    axes.set_xticks(range(0, len(days), every), [row.day[5:] for row in days[::every]])
    if len(days) <= 10:
        for place, row in enumerate(days):
            axes.annotate(
                f"{'+' if row.pnl > 0 else ''}{compact(row.pnl)}",
                (place, values[place]),
                xytext=(0, 4 if values[place] >= 0 else -4),
                textcoords="offset points",
                ha="center",
                va="bottom" if values[place] >= 0 else "top",
                color=INK,
                fontsize=9,
            )
    axes.margins(y=0.15)
    total = sum((row.pnl for row in days), Decimal(0))
    titled(axes, title, f"{signed(total)}{unit()}", LOSS if total < 0 else GAIN)
    styled(axes)
    return png(figure)


def _drawdown(values: Sequence[float]) -> list[float]:
    """Percent below the highest value so far, 0 or negative."""
    peak, drops = values[0], []
    for value in values:
        peak = max(peak, value)
        drops.append(100 * (value / peak - 1) if peak > 0 else 0.0)
    return drops


def _wide(values: Sequence[float]) -> bool:
    return max(values) - min(values) >= 10


def paper() -> "Figure":
    """A dark sheet."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=INCHES, dpi=DOTS, facecolor=PAPER)
    figure.subplots_adjust(left=0.14, right=0.96, top=0.86, bottom=0.13)
    return figure


def titled(axes: "Axes", title: str, result: str, colour: str) -> None:
    """What it is at the left, what came of it at the right, above the axes; smaller where both are long."""
    size = min(12.0, 12.0 * TITLED / (len(title) + len(result)))
    axes.text(0, 1.09, title, transform=axes.transAxes, color=INK, fontsize=size, fontweight="bold")
    axes.text(1, 1.09, result, transform=axes.transAxes, color=colour, fontsize=size, fontweight="bold", ha="right")


def styled(axes: "Axes") -> None:
    """Colours and lines of a panel."""
    axes.set_facecolor(PANEL)
    axes.grid(True, axis="y", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=FAINT, labelsize=9, length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)


def png(figure: "Figure") -> bytes:
    """The finished picture."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    out = io.BytesIO()
    FigureCanvasAgg(figure).print_png(out)  # type: ignore[no-untyped-call]
    return out.getvalue()
