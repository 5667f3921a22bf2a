"""Closing everything, while it runs and when it is done; the message that asked becomes this one."""

from collections.abc import Sequence
from decimal import Decimal

from bot.dialogue.presses import AskResume, ShowPnl, ShowStatus
from bot.figures.figures import base, clip, percent, signed, span, tight
from bot.outbox.body import Body
from bot.screens.layout import key, menu_key, screen
from engine.model.account import ClosedTrade

SHOWN = 20


def render_progress(closed: Sequence[ClosedTrade], open_symbols: Sequence[str]) -> Body:
    """How far it is."""
    total = len(closed) + len(open_symbols)
    rows = [_closed(trade) for trade in closed[-SHOWN:]]
    rows += [f"{clip(base(symbol), 8):<8} working" for symbol in open_symbols[:SHOWN]]
    headline = f"🟥 CLOSE ALL {len(closed)}/{total} closed · {len(open_symbols)} working"
    return screen(headline, rows, keys=[[key("Status", ShowStatus())]])


def render_flat(closed: Sequence[ClosedTrade], took_ms: int) -> Body:
    """The result table. `took_ms` is market time from the command to the last close."""
    total = sum((trade.pnl for trade in closed), Decimal(0))
    rows = [_closed(trade) for trade in closed[-SHOWN:]]
    rows += ["HALTED · verified flat"]
    keys = [[key("Resume...", AskResume()), key("PnL", ShowPnl(period="24h"))], [menu_key()]]
    return screen(f"⬜ FLAT {signed(total)} · {len(closed)} closed · {span(took_ms)}", rows, keys=keys)


def _closed(trade: ClosedTrade) -> str:
    letter = "L" if trade.direction == "long" else "S"
    sign = 1 if trade.direction == "long" else -1
    moved = sign * (trade.exit_price - trade.entry_price) / trade.entry_price if trade.entry_price else 0
    return f"{clip(base(trade.symbol), 8):<8} {letter} {percent(Decimal(moved)):>9}{tight(trade.pnl, 11):>12}"
