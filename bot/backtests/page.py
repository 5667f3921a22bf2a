"""The report of a backtest: one HTML file that needs nothing else, for phone and desktop, light and dark."""

from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.backtests import drawing
from bot.backtests.card import GROUPS, shown
from bot.backtests.kept import Kept
from bot.backtests.table import MONTHS, PARTS, breakdowns, cells, percent, some, spaced, total
from bot.figures.currency import money_is
from bot.figures.figures import span
from bot.figures.printing import iso
from engine.model.account import ClosedTrade
from engine.model.money import plain

TEMPLATE = Path(__file__).with_name("report.html")
CURVE, FALL, CANDLES = 260, 120, 300
"""Heights of the drawings."""
SHOWN_TRADES = 500
SHOWN_MOVES = 100
HEADLINE = ("profit_percent", "max_drawdown_percent", "sharpe", "profit_factor", "win_percent", "trades")
TRADES = ("closed", "symbol", "side", "strategy", "entry", "exit", "amount", "held", "fees", "result", "why")


def page(kept: Kept) -> str:
    """The whole page. Text in it is escaped, so a name or a path can hold anything."""
    from jinja2 import Environment, StrictUndefined

    result = kept.result
    zone = ZoneInfo(kept.settings.get("time zone", "UTC"))
    figures = {figure.name: figure for group in GROUPS.values() for figure in group}
    template = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return template.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        kept=kept,
        result=result,
        name=f"{spaced(result.strategy)} on {some(result.symbols)}",
        timeframe=f"{spaced(result.timeframe)}{money_is()}",
        start=iso(result.start),
        end=iso(result.end),
        total=total(result),
        headline=[(figures[name].label, figures[name].text(result), tone(name, kept)) for name in HEADLINE],
        groups={name: [(f.label.strip(), f.text(result)) for f in group] for name, group in GROUPS.items()},
        equity=drawing.equity(result.equity, zone, CURVE),
        fall=drawing.underwater(result.equity, zone, FALL),
        heights={"curve": CURVE, "fall": FALL, "candles": CANDLES},
        months=MONTHS,
        years=[(year.year, [heat(each) for each in (*year.months, year.total)]) for year in result.months],
        columns=PARTS,
        breakdowns=[(title, [(part.name, cells(part)) for part in rows]) for title, rows in breakdowns(result)],
        charts=drawing.charts(kept.pictures, result.trades, zone, CANDLES),
        denied=sorted(result.denied.items(), key=lambda item: (-item[1], item[0])),
        breakers=[(iso(each.at), each) for each in result.breakers[:SHOWN_MOVES]],
        states=[(iso(each.at), each) for each in result.states[:SHOWN_MOVES]],
        trade_columns=TRADES,
        trades=[trade_cells(trade) for trade in result.trades[: -SHOWN_TRADES - 1 : -1]],
        data=[(each, iso(each.first), iso(each.last)) for each in kept.candles],
        saved=iso(kept.saved_at),
    )


def tone(name: str, kept: Kept) -> str:
    """`gain` or `loss` for the profit, nothing for other figures."""
    if name != "profit_percent":
        return ""
    return "loss" if kept.result.profit < 0 else "gain"


def heat(change: float | None) -> tuple[str, str, int]:
    """A month: its text, `gain` or `loss`, and how strong its colour is, 0 to 60 percent (full at 10 %)."""
    if change is None:
        return "", "", 0
    return percent(change), "gain" if change > 0 else "loss", min(60, round(600 * abs(change)))


def trade_cells(trade: ClosedTrade) -> tuple[Sequence[str], bool]:
    """A trade as the cells of TRADES, and whether it lost."""
    row = (
        iso(trade.exit_at)[:16].replace("T", " "),
        trade.symbol,
        trade.direction,
        trade.strategy,
        plain(trade.entry_price),
        plain(trade.exit_price),
        plain(trade.amount),
        span(trade.exit_at - trade.entry_at),
        shown(trade.fee, "money"),
        shown(trade.pnl, "money"),
        trade.reason,
    )
    return row, trade.pnl < 0
