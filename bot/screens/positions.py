"""The open positions, eight to a page, each a button that opens its card."""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from bot.dialogue.presses import SendPositions, ShowPosition, ShowPositions
from bot.figures.currency import told
from bot.figures.figures import age, clip, percent, plain, signed, tight
from bot.outbox.body import Body
from bot.screens.layout import Keys, arrows, as_of, key, menu_key, paged, screen
from bot.screens.menu import open_result
from bot.screens.status import side
from engine.model.views import PositionView, StatusView

PAGE = 8


def render(view: StatusView, zone: ZoneInfo, page: int = 0) -> Body:
    """A page of the list. A page that is not there any more shows the last one."""
    page, pages, shown = paged(view.positions, page, PAGE)
    number = page * PAGE + 1
    keys = _keys(shown, number, page, pages)
    return screen(_headline(view), [*_rows(view, shown, number), as_of(view.at, zone)], keys=keys)


def _headline(view: StatusView) -> str:
    if not view.positions:
        return "⚪ flat · no open positions"
    total = open_result(view)
    ratio = total / view.account.equity if view.account.equity else total
    light = "🔴" if total < 0 else "🟢"
    return f"{light} {len(view.positions)} open · {signed(total)} ({percent(ratio)})"


def _rows(view: StatusView, shown: Sequence[PositionView], number: int) -> Iterator[str]:
    if not shown:
        yield f"pending entries {view.pending_entries}"
        return
    yield f"{'#':<3}{'pair':<6}{'side':<5}{'pnl%':>7}{told().name:>10}{'age':>5}"
    for index, position in enumerate(shown, number):
        yield (
            f"{index:<3}{clip(position.base, 5):<6}{side(position):<5}"
            f"{tight(position.pnl_percent * 100, 7):>7}{tight(position.pnl, 9):>10}"
            f"{age(view.at - position.opened_at):>5}"
        )
        if position.version:
            yield f"   kept by {clip(position.strategy, 25)}"
        if position.targets:
            yield f"   left {plain(position.qty)} · target {position.hit + 1} of {position.hit + len(position.targets)}"


def _keys(shown: Sequence[PositionView], number: int, page: int, pages: int) -> Keys:
    cards = [
        key(f"{index} {clip(position.base, 8)}", ShowPosition(trade=position.trade))
        for index, position in enumerate(shown, number)
    ]
    turn = arrows(page, pages, ShowPositions)
    return [
        *(cards[start : start + 4] for start in range(0, len(cards), 4)),
        *([turn] if turn else []),
        [key("Refresh", ShowPositions(page=page)), *([key("CSV", SendPositions())] if shown else []), menu_key()],
    ]
