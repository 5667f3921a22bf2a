"""What every screen is laid out with: a headline for the lock screen, 36 columns below, buttons under it."""

import textwrap
from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from aiogram.filters.callback_data import CallbackData
from aiogram.utils.formatting import Pre

from bot.dialogue.presses import ShowMenu
from bot.figures.figures import clip, cut, moment
from bot.outbox.body import Body, Button, body
from engine.model.facts import TradingState

HEADLINE = 40
"""Columns of line 1, outside the block."""
WIDTH = 36
"""Columns inside the block."""

Keys = Sequence[Sequence[Button]]

LIGHTS: dict[TradingState, str] = {"ACTIVE": "🟢", "REDUCING": "🟠", "HALTED": "🟥"}
WORDS: dict[TradingState, str] = {"ACTIVE": "RUN", "REDUCING": "PAUSED", "HALTED": "HALTED"}


def screen(headline: str, rows: Iterable[str], below: str = "", keys: Keys = ()) -> Body:
    """A message of a headline, a block of rows, a line below it, and its buttons."""
    block = "\n".join(clip_row(row) for row in rows)
    parts: list[Pre | str] = [clip(headline, HEADLINE)]
    if block:
        parts += ["\n", Pre(block)]
    if below:
        parts += ["\n", below]
    return body(*parts, buttons=tuple(tuple(row) for row in keys))


def clip_row(row: str) -> str:
    """A row of the block, its columns kept, its end cut where it is too long."""
    return cut(row.rstrip(), WIDTH)


def pair(label: str, value: str, other: str, second: str) -> list[str]:
    """`entry  64,120.0   now  65,287.0`: two figures in one row, or in two where they are too long for one."""
    left, right = f"{label:<6}{value:>11}", f"{other:<6}{second:>11}"
    if len(left) + 2 + len(right) <= WIDTH:
        return [f"{left}  {right}"]
    return [left, right]


def row(label: str, *values: str) -> str:
    """`equity  10,421.50  +0.41% 24h`: a label and what belongs to it."""
    return f"{label:<7} {'  '.join(values)}"


def words(text: str, first: str = "", then: str = "") -> list[str]:
    """A sentence broken at blanks into rows of the block; `first` leads the first row, `then` the others."""
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=then)


def as_of(at: int, zone: ZoneInfo) -> str:
    """The row that shows how fresh a screen is."""
    return f"as of {moment(at, zone, '%d %b %H:%M:%S %Z')}"


def key(label: str, press: CallbackData, style: str | None = None) -> Button:
    """A button; `style` is danger, success or primary."""
    return Button(label, press.pack(), style)


def menu_key() -> Button:
    """The way home."""
    return key("Menu", ShowMenu())


def arrows(page: int, pages: int, turn: type[CallbackData]) -> list[Button]:
    """`[<] [2/3] [>]`, nothing where there is one page. The middle one refreshes."""
    if pages <= 1:
        return []
    return [
        key("<", turn(page=max(0, page - 1))),
        key(f"{page + 1}/{pages}", turn(page=page)),
        key(">", turn(page=min(pages - 1, page + 1))),
    ]


def paged[Item](items: Sequence[Item], page: int, size: int) -> tuple[int, int, Sequence[Item]]:
    """The page that is there (the last one when `page` is beyond it), how many there are, and its items."""
    pages = max(1, -(-len(items) // size))
    page = min(max(0, page), pages - 1)
    return page, pages, items[page * size : (page + 1) * size]
