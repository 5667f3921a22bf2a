"""Which reports a person gets, how loudly, at what hour and in what zone."""

from zoneinfo import ZoneInfo

from bot.dialogue.presses import SetHour, ShowReport, ShowSettings
from bot.outbox.body import Body
from bot.people.preferences import REPORTS, Preferences
from bot.screens.layout import as_of, key, screen
from bot.screens.notifications import meaning, turn_key


def render(preferences: Preferences, at: int, zone: ZoneInfo) -> Body:
    """The whole screen; `zone` is the person's."""
    hour = preferences.hour
    keys = [
        [turn_key(preferences, kind) for kind in REPORTS],
        [
            key("-", SetHour(hour=(hour - 1) % 24)),
            key(f"at {hour:02}:00", SetHour(hour=hour)),
            key("+", SetHour(hour=(hour + 1) % 24)),
        ],
        [key("Report now", ShowReport()), key("Back", ShowSettings())],
    ]
    on = sum(preferences.of(kind) != "off" for kind in REPORTS)
    rows = [
        *(meaning(kind) for kind in REPORTS),
        f"day and week come at {hour:02}:00",
        f"zone {zone.key}",
        as_of(at, zone),
    ]
    return screen(f"📅 Reports · {on} of 3 on", rows, "Another zone: /settings zone Europe/Berlin", keys)
