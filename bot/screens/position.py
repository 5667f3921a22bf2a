"""The card of one position: what it cost, what it is worth, where it ends, why it was opened."""

from collections.abc import Iterator
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.dialogue.presses import AskClose, ShowPosition, ShowPositions, ShowWhy
from bot.figures.currency import QUOTE, told
from bot.figures.figures import money, percent, plain, price, signed, span, tight
from bot.outbox.body import Body
from bot.screens.layout import Keys, as_of, key, pair, screen, words
from bot.screens.status import side
from engine.model.inverse import profit
from engine.model.roles import Role
from engine.model.views import PositionView, TargetView


def render(view: PositionView, at: int, zone: ZoneInfo, role: Role = Role.ADMIN) -> Body:
    """The card at market time `at`; closing buttons only for those who may press them."""
    light = "🔴" if view.pnl < 0 else "🟢"
    headline = f"{light} {view.base} {side(view)} {percent(view.pnl_percent)} ({signed(view.pnl)})"
    return screen(headline, [*_rows(view, at), as_of(at, zone)], keys=_keys(view, role))


def _rows(view: PositionView, at: int) -> Iterator[str]:
    yield from pair("entry", price(view.avg), "now", price(view.mark))
    yield from pair("size" if view.inverse is None else "contr.", plain(view.qty), "value", money(view.notional))
    yield _exit("stop", view, view.stop, "risk", -view.risk if view.risk is not None else None)
    for number, target in enumerate(view.targets or [TargetView(view.qty, view.target)], view.hit + 1):
        label = f"tgt {number}" if view.targets else "target"
        yield _exit(label, view, target.price, "gain", _gain(view, target))
        if view.targets:
            yield f"       {plain(target.qty)} of {plain(view.qty)} left"
    yield f"fees {tight(-view.fees, 9)} · funding {tight(view.funding, 9)}"
    yield f"why {view.strategy} · held {span(at - view.opened_at)}"
    if view.version:
        yield from words(f"kept by the version before: {view.version}", "", "    ")


def _gain(view: PositionView, target: TargetView) -> Decimal | None:
    if target.price is None:
        return None
    return profit(view.inverse, target.qty if view.direction == "long" else -target.qty, view.mark, target.price)


def _exit(label: str, view: PositionView, at: Decimal | None, word: str, cash: Decimal | None) -> str:
    """Price, how far from here it is, and what is lost or won from here if it is hit."""
    if at is None:
        return f"{label:<6}{'none':>11}"
    away = tight((at - view.mark) / view.mark * 100, 6, 1) if view.mark else "n/a"
    ending = f"{word} {tight(cash, 7, 1 if told() is QUOTE else None)}" if cash is not None else ""
    return f"{label:<6}{price(at):>11} {away}% {ending}"


def _keys(view: PositionView, role: Role) -> Keys:
    closing = (
        key("Close...", AskClose(trade=view.trade), "danger"),
        key("Half...", AskClose(trade=view.trade, share=50)),
    )
    reading = (key("Why", ShowWhy(key=view.trade)), key("Refresh", ShowPosition(trade=view.trade)))
    back = (key("Back", ShowPositions()),)
    return (closing, reading, back) if role >= Role.TRADER else (reading, back)
