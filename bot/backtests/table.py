"""A backtest on the terminal: its card, who and what made the money, months, refusals and breakers."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import batched
from typing import TYPE_CHECKING

from bot.backtests.card import GROUPS, shown
from bot.backtests.comparison import Comparison
from bot.backtests.kept import Damaged, Entry, Kept
from bot.figures.currency import money_is, unit
from bot.figures.printing import iso
from engine.model.result import Part, Result
from engine.stats.months import Year

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
PARTS = ("trades", "win rate", "profit", "profit factor", "expectancy", "best", "worst", "fees", "funding", "held")
SHOWN_TRIPS = 10


def result_table(kept: Kept) -> "RenderableType":
    """Everything but the single trades."""
    from rich.console import Group

    result = kept.result
    shapes: list[RenderableType] = [heading(kept), card(result)]
    for title, rows in breakdowns(result):
        shapes.append(breakdown(title, rows))
    if len(result.daily) > 1:
        shapes.append(calendar(result.months))
    shapes += [line for line in (refusals(result), *stops(result)) if line]
    return Group(*shapes)


def heading(kept: Kept) -> str:
    """One paragraph: what ran, on what, from when to when, how fast."""
    result = kept.result
    speed = f"{result.bars:,} bars in {result.run_seconds:.2f} s, {result.bars_per_second:,.0f} a second"
    return (
        f"Backtest of {spaced(result.strategy)} on {', '.join(result.symbols)}; {spaced(result.timeframe)}"
        f"{money_is()}\n"
        f"{iso(result.start)} to {iso(result.end)}: {speed} ({kept.core} core)"
    )


def card(result: Result) -> "Table":
    """All figures, two groups beside one another."""
    table = bare("", "", "", "", justify=("left", "right", "left", "right"))
    for pair in batched(GROUPS.items(), 2):
        heads = [f"[bold]{name}[/bold]" for name, _ in pair]
        table.add_row(heads[0], "", *(heads[1:] or [""]), "")
        columns = [[(figure.label, figure.text(result)) for figure in figures] for _, figures in pair]
        for place in range(max(map(len, columns))):
            cells = [column[place] if place < len(column) else ("", "") for column in columns]
            table.add_row(*(text for cell in cells for text in cell))
        table.add_row()
    return table


def breakdowns(result: Result) -> list[tuple[str, tuple[Part, ...]]]:
    """Groupings that say more than the card does: those with more than one row, and the reasons for exits."""
    if not result.trades:
        return []
    groupings = (("strategy", result.by_strategy), ("symbol", result.by_symbol), ("side", result.by_side))
    return [each for each in groupings if len(each[1]) > 1] + [("exit", result.by_reason)]


def breakdown(title: str, rows: Sequence[Part]) -> "Table":
    """A grouping, a row for each part."""
    table = bare(title, *PARTS, justify=("left", *["right"] * len(PARTS)))
    for part in rows:
        table.add_row(part.name, *cells(part))
    return table


def cells(part: Part) -> list[str]:
    """A part as the cells of PARTS."""
    return [
        f"{part.trades:,}",
        shown(None if part.win_rate is None else 100 * part.win_rate, "percent"),
        shown(part.profit, "money"),
        shown(part.profit_factor, "ratio"),
        shown(part.expectancy, "money"),
        shown(part.best, "money"),
        shown(part.worst, "money"),
        shown(part.fees, "money"),
        shown(part.funding, "money"),
        shown(part.held_ms, "span"),
    ]


def calendar(years: Iterable[Year]) -> "Table":
    """The table of months, in percent."""
    table = bare("% a month", *MONTHS, "year", justify=("left", *["right"] * 13))
    for year in years:
        table.add_row(str(year.year), *("" if each is None else percent(each) for each in (*year.months, year.total)))
    return table


def percent(change: float) -> str:
    """A fraction as percent with its sign: `+1.25`."""
    text = f"{100 * change:+.2f}"
    return "0.00" if text in ("+0.00", "-0.00") else text


def refusals(result: Result) -> str:
    """What the gate refused, the most frequent code first; empty when nothing was."""
    codes = sorted(result.denied.items(), key=lambda item: (-item[1], item[0]))
    return f"Denied: {', '.join(f'{code} {count:,}' for code, count in codes)}" if codes else ""


def stops(result: Result) -> Iterable[str]:
    """Breakers that tripped and changes of the trading state, with their times: of many a few, first the account's."""
    trips = [each for each in result.breakers if each.tripped]
    if trips:
        counts = Counter(each.breaker for each in trips)
        yield f"Breakers tripped: {', '.join(f'{name} {count:,}' for name, count in counts.items())}"
    wide = [each for each in trips if " " not in each.breaker]
    others = [each for each in trips if " " in each.breaker]
    for each in sorted((*wide, *others)[:SHOWN_TRIPS], key=lambda trip: trip.at):
        yield f"  {iso(each.at)}  {each.breaker}  {each.value} of {each.limit}; {each.text}"
    if len(trips) > SHOWN_TRIPS:
        yield f"  ... and {len(trips) - SHOWN_TRIPS:,} more"
    for change in result.states[:SHOWN_TRIPS]:
        yield f"  {iso(change.at)}  {change.before} to {change.after}: {change.reason}"


def listing(entries: Iterable[Entry | Damaged]) -> "RenderableType":
    """Kept backtests, the oldest first, then a sentence for each file that is none."""
    from rich.console import Group

    names = ("id", "strategy", "symbols", "timeframe", "from", "to")
    numbers = ("trades", "profit", "max drawdown", "Sharpe", "profit factor")
    table = bare(*names, *numbers, justify=[*["left"] * len(names), *["right"] * len(numbers)])
    for place in (0, 4, 5):
        table.columns[place].no_wrap = True
    damaged = []
    for each in entries:
        if isinstance(each, Damaged):
            damaged.append(each.sentence)
            continue
        of, figures = each.result, each.result.performance
        table.add_row(
            each.id,
            spaced(of.strategy),
            some(of.symbols),
            spaced(of.timeframe),
            iso(of.start)[:10],
            iso(of.end)[:10],
            f"{figures.trades:,}",
            shown(of.profit_percent, "percent"),
            shown(of.max_drawdown_percent, "percent"),
            shown(figures.sharpe, "ratio"),
            shown(figures.profit_factor, "ratio"),
        )
    return Group(table, *damaged)


def spaced(names: str) -> str:
    """Names with commas, so that a line may break between them."""
    return names.replace(",", ", ")


def some(names: Sequence[str], most: int = 3) -> str:
    """A few names and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def side_by_side(comparison: Comparison) -> "RenderableType":
    """Figures of several backtests in columns, the best of each row in bold, and the settings that differ."""
    from rich.console import Group

    names = [kept.id for kept in comparison.runs]
    figures = bare("", *names, justify=["left", *["right"] * len(names)])
    for row in comparison.rows:
        texts = [f"[bold]{text}[/bold]" if place in row.best else text for place, text in enumerate(row.texts)]
        figures.add_row(row.label, *texts)
    settings = bare("setting", *names, justify=["left", *["right"] * len(names)])
    for name, values in comparison.settings.items():
        settings.add_row(name, *values)
    same = "The settings are the same." if not comparison.settings else settings
    return Group(figures, same, *comparison.notes)


def bare(*columns: str, justify: Sequence[str] = ()) -> "Table":
    """An empty table."""
    from rich.box import SIMPLE
    from rich.table import Table

    table = Table(box=SIMPLE, show_header=any(columns), pad_edge=False)
    for column, side in zip(columns, justify, strict=True):
        table.add_column(column, justify="right" if side == "right" else "left", overflow="fold")
    return table


def total(result: Result) -> str:
    """The result in one line."""
    profit = f"{shown(result.profit, 'money')}{unit()} ({shown(result.profit_percent, 'percent')})"
    return f"{profit} in {len(result.trades):,} trades"
