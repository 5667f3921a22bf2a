"""What rings, what arrives silently, what does not arrive; and from when to when nothing rings."""

from zoneinfo import ZoneInfo

from bot.dialogue.presses import SetQuiet, SetSmallest, ShowNotifications, ShowQuiet, ShowSettings, TurnMatter
from bot.figures.currency import told
from bot.figures.figures import compact
from bot.outbox.body import Body, Button
from bot.people.preferences import MATTERS, NEXT, REPORTS, Loudness, Matter, Preferences
from bot.screens.layout import as_of, key, screen

SIGNS: dict[Loudness, str] = {"rings": "🔔", "silent": "🔕", "off": "off"}
MEANINGS: dict[Matter, str] = {
    "entry": "a position is opened",
    "fill": "its size changes",
    "exit_win": "it is closed with a gain",
    "exit_loss": "it is closed with a loss",
    "stop": "its stop is moved",
    "risk": "limits and breakers act",
    "error": "an order or a link fails",
    "system": "state and settings change",
    "hourly": "the hour, in a few lines",
    "daily": "the day, with its chart",
    "weekly": "the week, with its chart",
}
SIZES = {0: "any", 100: "100", 500: "500", 1000: "1k", 5000: "5k"}
"""Smallest notional that rings, with its label."""
USUAL_QUIET = (22, 7)
OTHERS = tuple(matter for matter in MATTERS if matter not in REPORTS)


def turn_key(preferences: Preferences, matter: Matter) -> Button:
    """`exit win 🔔`: a tap makes it silent, another turns it off. It carries what it makes: two quick taps are two."""
    loud = preferences.of(matter)
    return key(f"{matter.replace('_', ' ')} {SIGNS[loud]}", TurnMatter(matter=matter, loud=NEXT[loud]))


def meaning(matter: Matter) -> str:
    """A row that says what a matter is."""
    return f"{matter.replace('_', ' '):<10}{MEANINGS[matter]}"


def render(preferences: Preferences, at: int, zone: ZoneInfo) -> Body:
    """The matrix."""
    turns = [turn_key(preferences, matter) for matter in OTHERS]
    sizes = [
        key(f"• {label}" if size == preferences.smallest else label, SetSmallest(size=size))
        for size, label in SIZES.items()
    ]
    keys = [
        *(turns[start : start + 2] for start in range(0, len(turns), 2)),
        sizes,
        [key("Quiet hours...", ShowQuiet()), key("Back", ShowSettings())],
    ]
    small = f"from {compact(preferences.smallest)} {told().name} on" if preferences.smallest else "of any size"
    rows = [
        *(meaning(matter) for matter in OTHERS),
        f"entries and fills {small} ring",
        "what is critical always rings",
        as_of(at, zone),
    ]
    return screen(f"🔔 Notifications · {quiet(preferences)}", rows, keys=keys)


def render_quiet(preferences: Preferences, at: int, zone: ZoneInfo) -> Body:
    """Quiet hours: on and off, and each end an hour earlier or later."""
    start, end = preferences.quiet or USUAL_QUIET
    keys = [[key(f"Turn on {_span(start, end)}", SetQuiet(start=start, end=end))]]
    if preferences.quiet:
        keys = [_ends("from", start, end, 1, 0), _ends("to", start, end, 0, 1), [key("Turn off", SetQuiet())]]
    keys.append([key("Back", ShowNotifications())])
    rows = ["all arrives silently in these hours,", "but what is critical rings", f"zone {zone.key}", as_of(at, zone)]
    return screen(f"🌙 {quiet(preferences).capitalize()}", rows, keys=keys)


def quiet(preferences: Preferences) -> str:
    """`quiet 22:00-07:00`, or that there are no quiet hours."""
    return f"quiet {_span(*preferences.quiet)}" if preferences.quiet else "no quiet hours"


def _ends(word: str, start: int, end: int, moves_start: int, moves_end: int) -> list[Button]:
    """`[-] [from 22:00] [+]`, each button with the hours it makes; both ends never meet."""

    def moved(by: int) -> SetQuiet:
        first, last = (start + by * moves_start) % 24, (end + by * moves_end) % 24
        return SetQuiet(start=start, end=end) if first == last else SetQuiet(start=first, end=last)

    shown = start if moves_start else end
    return [key("-", moved(-1)), key(f"{word} {shown:02}:00", moved(0)), key("+", moved(1))]


def _span(start: int, end: int) -> str:
    return f"{start:02}:00-{end:02}:00"
