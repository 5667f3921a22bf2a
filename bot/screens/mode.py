"""Where the desk trades: simulated or live, and what live trading would need."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from bot.dialogue.presses import AskMode, ShowMode, ShowSettings
from bot.outbox.body import Body
from bot.screens.layout import as_of, key, screen, words
from engine.model.roles import Role
from engine.model.views import ModeView


def render(view: ModeView, at: int, zone: ZoneInfo, role: Role = Role.ADMIN) -> Body:
    """The whole screen; the switch only for admins, and only where nothing is missing."""
    light = "🔴" if view.mode == "LIVE" else "🔵"
    other = "live" if view.mode == "SIM" else "sim"
    switch = key(f"Switch to {other.upper()}...", AskMode(mode=other), "danger" if other == "live" else None)
    keys = [
        *([[switch]] if role >= Role.ADMIN and not (other == "live" and view.missing) else []),
        [key("Refresh", ShowMode()), key("Back", ShowSettings())],
    ]
    return screen(f"{light} {view.mode} · {view.venue}", [*_rows(view), as_of(at, zone)], keys=keys)


def _rows(view: ModeView) -> Iterator[str]:
    yield "orders are simulated" if view.mode == "SIM" else "orders are real"
    yield f"ceiling {view.ceiling}{' · demo' if view.demo else ''}"
    if view.missing:
        yield "LIVE needs:"
        for item in view.missing:
            yield from words(item, "- ", "  ")
    elif view.mode == "SIM":
        yield "LIVE: nothing is missing"
