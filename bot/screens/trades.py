"""The newest closed trades."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.dialogue.presses import SendTrades, ShowDecisions, ShowPnl, ShowTrades
from bot.figures.currency import told
from bot.figures.figures import base, clip, moment, signed, tight
from bot.outbox.body import Body
from bot.screens.layout import as_of, key, menu_key, screen
from bot.screens.pnl import count as counted
from engine.model.account import ClosedTrade

ROWS = 30


def render(trades: Sequence[ClosedTrade], count: int, at: int, zone: ZoneInfo) -> Body:
    """Newest last, as they happened."""
    total = sum((trade.pnl for trade in trades), Decimal(0))
    light = "⚪" if not trades else "🔴" if total < 0 else "🟢"
    keys = [
        [key("Refresh", ShowTrades(count=count)), key("CSV", SendTrades())],
        [key("PnL", ShowPnl(period="24h")), key("Decisions", ShowDecisions()), menu_key()],
    ]
    headline = f"{light} last {counted(len(trades))} · {signed(total)}"
    return screen(headline, [*_rows(trades, zone), as_of(at, zone)], "Why one: /why code", keys)


def _rows(trades: Sequence[ClosedTrade], zone: ZoneInfo) -> Iterator[str]:
    if not trades:
        yield "no closed trades yet"
        return
    yield f"{'no':<6}{'exit':<6}{'pair':<6}{told().name:>9} why"
    for trade in trades[-ROWS:]:
        letter = "L" if trade.direction == "long" else "S"
        yield (
            f"{clip(trade.trade, 5):<6}{moment(trade.exit_at, zone, '%H:%M'):<6}{clip(base(trade.symbol), 4):<5}"
            f"{letter}{tight(trade.pnl, 8):>9} {clip(trade.reason, 7)}"
        )
