"""Closing everything, while it runs and when it is done; the message that asked becomes this one."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

import msgspec

from bot.dialogue.presses import AskResume, ShowPnl, ShowStatus
from bot.figures.figures import base, clip, percent, signed, span, tight
from bot.outbox.body import Body
from bot.screens.layout import key, menu_key, screen, words
from engine.model.account import ClosedTrade

SHOWN = 20


class Course(msgspec.Struct):
    """How the venue took the closing of one position."""

    refused: int = 0
    fills: int = 0
    unanswered: bool = False
    """Whether it did not say what became of an order."""

    def words(self, over: bool) -> str:
        """What was out of the ordinary; nothing where it simply is, or was, closed."""
        said = []
        if self.refused:
            said.append("refused once" if self.refused == 1 else f"refused {self.refused} times")
        if self.unanswered:
            said.append("no answer, found filled" if over else "no answer, the venue is asked")
        if over and self.fills > 1:
            said.append(f"in {self.fills} parts")
        elif not over and self.fills:
            said.append("a part is closed")
        return " · ".join(said)


Courses = Mapping[str, Course]
"""By symbol."""


def render_progress(closed: Sequence[ClosedTrade], open_symbols: Sequence[str], courses: Courses) -> Body:
    """How far it is."""
    total = len(closed) + len(open_symbols)
    rows = list(_rows(closed, courses))
    for symbol in open_symbols[:SHOWN]:
        rows += [f"{clip(base(symbol), 8):<8} working", *_course(symbol, courses, over=False)]
    headline = f"🟥 CLOSE ALL {len(closed)}/{total} closed · {len(open_symbols)} working"
    return screen(headline, rows, keys=[[key("Status", ShowStatus())]])


def render_flat(closed: Sequence[ClosedTrade], took_ms: int, courses: Courses, unasked: Sequence[str] = ()) -> Body:
    """The result table. `took_ms` is market time from the command to the last close.

    `unasked` are rows for everybody, where no person asked for it in the chat.
    """
    total = sum((trade.pnl for trade in closed), Decimal(0))
    rows = [*unasked, *_rows(closed, courses), "HALTED · verified flat"]
    keys = [[key("Resume...", AskResume()), key("PnL", ShowPnl(period="24h"))], [menu_key()]]
    below = "An admin's /resume starts trading again." if unasked else ""
    return screen(f"⬜ FLAT {signed(total)} · {len(closed)} closed · {span(took_ms)}", rows, below, keys=keys)


def _rows(closed: Sequence[ClosedTrade], courses: Courses) -> Iterator[str]:
    for trade in closed[-SHOWN:]:
        yield _closed(trade)
        yield from _course(trade.symbol, courses, over=True)


def _course(symbol: str, courses: Courses, over: bool) -> list[str]:
    said = courses[symbol].words(over) if symbol in courses else ""
    return words(said, "  ", "  ") if said else []


def _closed(trade: ClosedTrade) -> str:
    letter = "L" if trade.direction == "long" else "S"
    sign = 1 if trade.direction == "long" else -1
    moved = sign * (trade.exit_price - trade.entry_price) / trade.entry_price if trade.entry_price else 0
    return f"{clip(base(trade.symbol), 8):<8} {letter} {percent(Decimal(moved)):>9}{tight(trade.pnl, 11):>12}"
