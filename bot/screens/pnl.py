"""Results of a period: the change of equity, day by day or pair by pair, and what the closed trades were like."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.dialogue.presses import SendTrades, ShowEquity, ShowPnl
from bot.figures.currency import QUOTE, told
from bot.figures.figures import base, clip, percent, plain, signed, tight
from bot.outbox.body import Body
from bot.screens.layout import Keys, as_of, key, menu_key, screen
from engine.model.views import DayRow, PnlView

PERIODS = ("24h", "7d", "30d", "all")
LABELS = {"24h": "24h", "7d": "7d", "30d": "30d", "all": "All"}
ROWS = 31
BAR = 14
"""Columns for the bars of losing and winning days together."""
ZERO = Decimal(0)


def render(view: PnlView, zone: ZoneInfo, pairs: bool = False) -> Body:
    """The whole screen."""
    table = _pairs(view) if pairs else _days(view.days)
    rows = [*table, *_summary(view), as_of(view.at, zone)]
    return screen(headline(view), rows, keys=_keys(view, pairs))


def headline(view: PnlView) -> str:
    """The change of equity over the period: open and closed trades together."""
    change = view.equity_end - view.equity_start
    ratio = change / view.equity_start if view.equity_start else ZERO
    light = "🔴" if change < 0 else "🟢"
    return f"{light} {LABELS[view.period]} {signed(change)} ({percent(ratio, 1)}) · {count(view.trades)}"


def count(trades: int) -> str:
    """`1 trade`, `34 trades`."""
    return "1 trade" if trades == 1 else f"{trades} trades"


def _keys(view: PnlView, pairs: bool) -> Keys:
    period = view.period
    turn = key("By day" if pairs else "By pair", ShowPnl(period=period, pairs=not pairs))
    return (
        [key(LABELS[name], ShowPnl(period=name, pairs=pairs)) for name in PERIODS],
        (turn, key("Equity chart", ShowEquity(period=period)), key("CSV", SendTrades(start=view.since))),
        (key("Refresh", ShowPnl(period=period, pairs=pairs)), menu_key()),
    )


def _days(days: Sequence[DayRow]) -> Iterator[str]:
    shown = days[-ROWS:]
    scale = max((row.pnl for row in shown), default=ZERO).max(ZERO)
    depth = -min((row.pnl for row in shown), default=ZERO).min(ZERO)
    left = _length(depth, scale + depth)
    for row in shown:
        label = _label(row.day, len(shown))
        hashes = "#" * _length(abs(row.pnl), scale + depth)
        drawn = f"{hashes:>{left}}|" if row.pnl < 0 else f"{'':>{left}}|{hashes}"
        yield f"{label:<5}{tight(row.pnl, 9):>9}{row.trades:>4}  {drawn}"
    if len(days) > ROWS:
        yield f"{len(days) - ROWS} earlier days not shown"


def _length(value: Decimal, whole: Decimal) -> int:
    return max(1, int(value * BAR / whole)) if value else 0


def _label(day: str, shown: int) -> str:
    if shown > 7:
        return day[5:]
    return date.fromisoformat(day).strftime("%a")[:2]


def _pairs(view: PnlView) -> Iterator[str]:
    yield f"{'pair':<10}{'result':>12}{'trades':>8}"
    best_first = sorted(view.by_symbol, key=lambda item: item[1], reverse=True)
    for symbol, pnl, trades in best_first[:ROWS]:
        yield f"{clip(base(symbol), 10):<10}{tight(pnl, 12):>12}{trades:>8}"
    if not best_first:
        yield "no closed trades"


def _summary(view: PnlView) -> Iterator[str]:
    yield f"closed {tight(view.realised, 11)} · open {tight(view.unrealised, 11)}"
    if view.trades:
        factor = "n/a" if view.profit_factor is None else f"{view.profit_factor:.2f}"
        won = plain(Decimal(100 * view.wins) / view.trades, 0)
        expected = "n/a" if view.expectancy is None else tight(view.expectancy, 9)
        yield f"win {won}% · PF {factor} · exp {expected}"
    yield f"fees {tight(-view.fees, 10)} · funding {tight(view.funding, 9)}"
    if view.best and view.worst:
        best, worst = (
            f"{clip(base(t.symbol), 6)} {tight(t.pnl, 7, 1 if told() is QUOTE else None)}"
            for t in (view.best, view.worst)
        )
        yield f"best {best} · worst {worst}"
