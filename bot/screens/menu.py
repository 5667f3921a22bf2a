"""The menus: main, settings and emergency. Their labels are the product's words."""

from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.dialogue.presses import (
    AskCloseAll,
    AskPause,
    AskResume,
    AskStop,
    ShowEmergency,
    ShowMenu,
    ShowMode,
    ShowNotifications,
    ShowPnl,
    ShowPositions,
    ShowRisk,
    ShowSchedule,
    ShowSettings,
    ShowStatus,
    ShowStrategies,
)
from bot.figures.currency import unit
from bot.figures.figures import money, signed
from bot.outbox.body import Body
from bot.screens.layout import LIGHTS, Keys, as_of, key, screen
from engine.model.views import StatusView

RUNNING = {"ACTIVE": "running", "REDUCING": "paused", "HALTED": "halted"}


def main_keys() -> Keys:
    """Status, PnL, Positions, Settings."""
    return (
        (key("Status", ShowStatus()), key("PnL", ShowPnl(period="24h"))),
        (key("Positions", ShowPositions()), key("Settings", ShowSettings())),
    )


def render(view: StatusView, zone: ZoneInfo) -> Body:
    """The greeting and the main menu."""
    return screen(f"{_state(view)} · {signed(view.day_pnl)} today", _lines(view, zone), keys=main_keys())


def render_started(view: StatusView, zone: ZoneInfo) -> Body:
    """What the desk says when it has started."""
    return screen(
        f"{_state(view)} · equity {money(view.account.equity)}{unit()}",
        _lines(view, zone),
        "The desk has started.",
        main_keys(),
    )


def render_settings(view: StatusView, zone: ZoneInfo) -> Body:
    """The settings menu."""
    keys = (
        (key("Strategies", ShowStrategies()), key("Risk Controls", ShowRisk())),
        (key("Mode Switch", ShowMode()), key("Emergency", ShowEmergency(), "danger")),
        (key("Notifications", ShowNotifications()), key("Reports", ShowSchedule())),
        (key("Back", ShowMenu()),),
    )
    return screen(f"⚙️ Settings · {_state(view)}", [as_of(view.at, zone)], keys=keys)


def render_emergency(view: StatusView, zone: ZoneInfo) -> Body:
    """What to press when something is wrong, and what each button does."""
    rows = [
        "Pause   no entries, exits go on",
        "Stop    halts; positions keep stops",
        "Close   stop, then close everything",
        f"open {len(view.positions)} · pending {view.pending_entries} · {entries(view)}",
        as_of(view.at, zone),
    ]
    first = [key("Pause entries", AskPause()), key("Stop", AskStop(), "danger")]
    keys = (
        first,
        (key("Close all", AskCloseAll(), "danger"),),
        (key("Resume", AskResume()), key("Back", ShowSettings())),
    )
    return screen(f"🚨 Emergency · {_state(view)}", rows, keys=keys)


def entries(view: StatusView) -> str:
    """`entries ON` when the desk may open positions."""
    return "entries ON" if view.state == "ACTIVE" and view.ready else "entries OFF"


def _state(view: StatusView) -> str:
    light = LIGHTS[view.state] if view.ready else "🟡"
    word = RUNNING[view.state] if view.ready else "starting"
    return f"{light} {view.mode} · {word}"


def _lines(view: StatusView, zone: ZoneInfo) -> list[str]:
    return [
        f"{view.venue} · {len(view.positions)} open · {entries(view)}",
        f"equity {money(view.account.equity)}{unit()} · {signed(open_result(view))} open",
        as_of(view.at, zone),
    ]


def open_result(view: StatusView) -> Decimal:
    """What the open trades have made so far, with their fees and funding."""
    return sum((position.pnl for position in view.positions), Decimal(0))
