"""The figures of a result, each with its name in JSON, its label, its unit and which way is better."""

from collections.abc import Callable
from decimal import Decimal
from itertools import chain
from statistics import fmean
from typing import Literal

import msgspec

from bot.figures.currency import told
from bot.figures.figures import span
from bot.figures.printing import iso
from engine.model.result import Result
from engine.stats.performance import Performance

Value = Decimal | float | int | None
Unit = Literal["money", "percent", "ratio", "count", "days", "time", "span"]
Better = Literal["more", "less", "neither"]


class Figure(msgspec.Struct, frozen=True):
    """One figure; a percent is 5 for 5 %, a time is UTC ms, a span is ms."""

    name: str
    label: str
    unit: Unit
    of: Callable[[Result], Value]
    better: Better = "neither"

    def text(self, result: Result) -> str:
        """The value as people read it; `n/a` where it is undefined."""
        return shown(self.of(result), self.unit)


def _card(name: str) -> Callable[[Result], Value]:
    def read(result: Result) -> Value:
        value: Value = getattr(result.performance, name)
        return value

    return read


def _percent(of: Callable[[Performance], float | None]) -> Callable[[Result], Value]:
    def read(result: Result) -> Value:
        value = of(result.performance)
        return None if value is None else 100 * value

    return read


def market(result: Result) -> float | None:
    """Percent that holding every symbol in equal parts would have given, before costs; None when one is unknown."""
    changes = list(result.market.values())
    known = [change for change in changes if change is not None]
    return 100 * fmean(known) if known and len(known) == len(changes) else None


def held(result: Result) -> int | None:
    """Mean time from entry to exit, ms."""
    times = [part.held_ms * part.trades for part in result.by_side if part.held_ms is not None]
    return sum(times) // len(result.trades) if result.trades else None


def _ulcer(card: Performance) -> float | None:
    return card.drawdown.ulcer if card.drawdown else None


def _day(choose: Callable[..., float]) -> Callable[[Result], Value]:
    return lambda result: 100 * choose(change for _, change in result.daily) if result.daily else None


def _fall(name: str) -> Callable[[Result], Value]:
    def read(result: Result) -> Value:
        value: int | None = getattr(result.fall, name) if result.fall else None
        return value

    return read


GROUPS: dict[str, tuple[Figure, ...]] = {
    "Return": (
        Figure("profit", "profit", "money", lambda r: r.profit, "more"),
        Figure("profit_percent", "profit %", "percent", lambda r: r.profit_percent, "more"),
        Figure("cagr_percent", "CAGR", "percent", lambda r: r.cagr_percent, "more"),
        Figure("market_percent", "market", "percent", market),
        Figure("final_equity", "final equity", "money", lambda r: r.final_equity, "more"),
        Figure("best_day_percent", "best day", "percent", _day(max), "more"),
        Figure("worst_day_percent", "worst day", "percent", _day(min), "more"),
        Figure("unrealised", "open at the end", "money", lambda r: r.unrealised),
        Figure("open_positions", "positions open", "count", lambda r: r.open_positions),
    ),
    "Risk": (
        Figure("max_drawdown_percent", "max drawdown", "percent", lambda r: r.max_drawdown_percent, "less"),
        Figure("drawdown_from", "  from", "time", _fall("peak_at")),
        Figure("drawdown_to", "  lowest", "time", _fall("trough_at")),
        Figure("drawdown_recovered", "  recovered", "time", _fall("recovered_at")),
        Figure(
            "longest_drawdown_days",
            "longest drawdown",
            "days",
            lambda r: r.performance.drawdown.longest if r.performance.drawdown else None,
            "less",
        ),
        Figure("ulcer_percent", "ulcer index", "percent", _percent(_ulcer), "less"),
        Figure("volatility_percent", "volatility a year", "percent", _percent(lambda p: p.volatility), "less"),
        Figure("exposure_percent", "time in the market", "percent", lambda r: r.exposure_percent),
    ),
    "Trades": (
        Figure("trades", "trades", "count", lambda r: len(r.trades)),
        Figure("wins", "wins", "count", lambda r: r.wins),
        Figure("losses", "losses", "count", lambda r: r.losses),
        Figure("win_percent", "win rate", "percent", _percent(lambda p: p.win_rate), "more"),
        Figure("profit_factor", "profit factor", "ratio", lambda r: r.profit_factor, "more"),
        Figure("expectancy", "expectancy", "money", lambda r: r.expectancy, "more"),
        Figure("expectancy_r", "expectancy in R", "ratio", _card("expectancy_r"), "more"),
        Figure("payoff", "payoff", "ratio", _card("payoff"), "more"),
        Figure("best", "best trade", "money", _card("best"), "more"),
        Figure("worst", "worst trade", "money", _card("worst"), "more"),
        Figure("winning_streak", "wins in a row", "count", _card("winning_streak"), "more"),
        Figure("losing_streak", "losses in a row", "count", _card("losing_streak"), "less"),
        Figure("held_ms", "mean time held", "span", held),
    ),
    "Ratios": (
        Figure("sharpe", "Sharpe", "ratio", lambda r: r.sharpe, "more"),
        Figure("sortino", "Sortino", "ratio", lambda r: r.sortino, "more"),
        Figure("calmar", "Calmar", "ratio", lambda r: r.calmar, "more"),
        Figure("sqn", "SQN", "ratio", _card("sqn"), "more"),
        Figure("psr", "probability Sharpe > 0", "ratio", _card("psr"), "more"),
        Figure("deflated_sharpe", "deflated Sharpe", "ratio", _card("deflated_sharpe"), "more"),
        Figure("minimum_track_record", "days for 95 % proof", "days", _card("minimum_track_record"), "less"),
    ),
    "Costs": (
        Figure("fees", "fees", "money", lambda r: r.fees, "less"),
        Figure("funding", "funding received", "money", lambda r: r.funding, "more"),
        Figure("denied_total", "requests denied", "count", lambda r: sum(r.denied.values())),
    ),
}
FIGURES: dict[str, Figure] = {figure.name: figure for figure in chain.from_iterable(GROUPS.values())}


def shown(value: Value, unit: Unit) -> str:
    """A value of a unit as people read it."""
    if value is None:
        return "n/a"
    match unit:
        case "money":
            return grouped(value, told().places)
        case "percent":
            return f"{grouped(value, 2)} %"
        case "ratio":
            return grouped(value, 3)
        case "count":
            return f"{int(value):,}"
        case "days":
            return f"{grouped(value, 0)} d"
        case "time":
            return iso(int(value))[:16].replace("T", " ")
        case "span":
            return span(int(value))


def grouped(value: Decimal | float, places: int) -> str:
    """A number with thousands set apart, more places where it would else be nothing, and no negative zero."""
    if 1e-12 <= abs(float(value)) < 0.5 * float(f"1e-{places}"):
        return f"{value:.1g}"
    text = f"{value:,.{places}f}"
    return text.removeprefix("-") if not any(digit in text for digit in "123456789") else text
