"""The strategies on disk: which are on, what they have earned, and the card of each."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.body import Body
from bot.figures import clip, plain, signed, tight
from bot.presses import AskSwitch, ShowSettings, ShowStrategies, ShowStrategy
from bot.screens.layout import arrows, as_of, key, menu_key, paged, screen, words
from engine.model.roles import Role
from engine.model.views import StrategyView

PAGE = 8


def render(views: Sequence[StrategyView], at: int, zone: ZoneInfo, page: int = 0) -> Body:
    """A page of the list."""
    page, pages, shown = paged(views, page, PAGE)
    running = sum(view.on for view in views)
    total = sum((view.pnl for view in views), Decimal(0))
    cards = [key(view.id, ShowStrategy(strategy=view.id)) for view in shown]
    turn = arrows(page, pages, ShowStrategies)
    keys = [
        *(cards[start : start + 2] for start in range(0, len(cards), 2)),
        *([turn] if turn else []),
        [key("Refresh", ShowStrategies(page=page)), key("Back", ShowSettings())],
    ]
    headline = f"🧭 {running} of {len(views)} strategies on · {signed(total)}"
    return screen(headline, [*_list(shown), as_of(at, zone)], keys=keys)


def render_card(view: StrategyView, at: int, zone: ZoneInfo, role: Role = Role.ADMIN) -> Body:
    """One strategy: switch, evidence, parameters."""
    state = ("🟡 warming up" if view.warming_up else "🟢 on") if view.on else "⚪ off"
    headline = f"{state} · {view.name} {view.timeframe} · {signed(view.pnl)}"
    switch = key("Turn off..." if view.on else "Turn on...", AskSwitch(strategy=view.id, on=not view.on))
    keys = [
        *([[switch]] if role >= Role.TRADER else []),
        [key("Refresh", ShowStrategy(strategy=view.id)), key("Back", ShowStrategies())],
        [menu_key()],
    ]
    return screen(headline, [*_card(view), as_of(at, zone)], keys=keys)


def _list(shown: Sequence[StrategyView]) -> Iterator[str]:
    yield f"{'name':<15}{'on':<5}{'trades':>6}{'USDT':>10}"
    for view in shown:
        on = ("warm" if view.warming_up else "ON") if view.on else "off"
        yield f"{clip(view.id, 14):<15}{on:<5}{view.trades:>6}{tight(view.pnl, 9):>10}"


def _card(view: StrategyView) -> Iterator[str]:
    won = f"{plain(Decimal(100 * view.wins) / view.trades, 0)}% won" if view.trades else "none closed"
    yield f"trades {view.trades} · {won}"
    yield from words(f"last {view.last_signal or 'no signal yet'}")
    for name, value in view.params:
        yield f"{clip(name, 20):<20} {value:>12}"
