"""The status screen: is it running, what is the account worth, what is open, is everything connected."""

from collections.abc import Iterator
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.dialogue.presses import AskPause, AskResume, ShowPositions, ShowRisk, ShowStatus
from bot.figures.currency import unit
from bot.figures.figures import bar, clip, money, percent, share, signed, span, tight
from bot.outbox.body import Body, Button
from bot.screens.layout import LIGHTS, WIDTH, WORDS, as_of, key, menu_key, screen, words
from bot.screens.menu import entries
from engine.model.roles import Role
from engine.model.views import PositionView, StatusView

SHOWN = 6
"""Positions listed here; the positions screen has them all."""
ZERO = Decimal(0)


def render(view: StatusView, zone: ZoneInfo, role: Role = Role.ADMIN) -> Body:
    """The whole screen; the trading buttons only for those who may press them."""
    light = LIGHTS[view.state] if view.ready else "🟡"
    word = WORDS[view.state] if view.ready else "STARTING"
    headline = f"{light} {word} · {view.mode} · {signed(view.day_pnl)} today"
    keys = [
        [key("Refresh", ShowStatus()), key("Positions", ShowPositions()), key("Risk", ShowRisk())],
        [*_switch(view, role), menu_key()],
    ]
    return screen(headline, _rows(view, zone), keys=keys)


def side(position: PositionView) -> str:
    """`L2x` with leverage from 1.5 on, else `L` or `S`."""
    letter = "L" if position.direction == "long" else "S"
    times = round(position.leverage)
    return f"{letter}{times}x" if times >= 2 else letter


def _switch(view: StatusView, role: Role) -> list[Button]:
    if role < Role.TRADER:
        return []
    if view.state == "ACTIVE":
        return [key("Pause entries", AskPause())]
    return [key("Resume...", AskResume())]


def _rows(view: StatusView, zone: ZoneInfo) -> Iterator[str]:
    day = view.day_pnl / view.day_base if view.day_base else ZERO
    equity = f"equity {money(view.account.equity) + unit():>11}  {percent(day):>7} today"
    yield equity if len(equity) <= WIDTH else equity.removesuffix(" today")
    yield f"exposed{money(view.exposure):>11}  {_use(view.exposure, view.exposure_limit):>4} of cap"
    used = view.drawdown / view.drawdown_limit if view.drawdown_limit else ZERO
    drawn = f"{money(view.drawdown * 100, 1)} of {share(view.drawdown_limit, 1)}"
    yield f"drawdn {drawn:>14} {bar(used)}"
    yield f"open {len(view.positions)} · pending {view.pending_entries} · {entries(view)}"
    for position in view.positions[:SHOWN]:
        yield (
            f"{clip(position.base, 6):<6} {side(position):<5}"
            f"{percent(position.pnl_percent):>9}{tight(position.pnl, 11):>12}"
        )
    if len(view.positions) > SHOWN:
        yield f"and {len(view.positions) - SHOWN} more: /positions"
    yield _links(view)
    if view.candles_refused or view.denials:
        yield f"refused {view.candles_refused} candles, {view.denials} orders"
    if view.state != "ACTIVE" and view.state_reason:
        yield from words(f"{WORDS[view.state].lower()}: {view.state_reason}")
    yield as_of(view.at, zone)


def _use(value: Decimal, limit: Decimal) -> str:
    return share(value / limit) if limit else "n/a"


def _links(view: StatusView) -> str:
    if view.feed_age_ms is None:
        feed = "feed waiting"
    elif view.feed_age_ms < 60_000:
        feed = f"feed {view.feed_age_ms / 1000:.1f}s"
    else:
        feed = f"feed {span(view.feed_age_ms)}"
    down = [name for name, up in view.links if not up]
    return f"{feed} · {'down: ' + ', '.join(down) if down else 'links ok'} · up {span(view.uptime_ms)}"
