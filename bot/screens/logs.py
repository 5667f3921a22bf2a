"""The newest lines of the log, as far as they fit one message."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from bot.dialogue.presses import ShowLogs
from bot.figures.figures import clip, moment
from bot.outbox.body import Body
from bot.screens.layout import WIDTH, as_of, key, menu_key, screen
from engine.model.views import LogLine

LETTERS = 150
"""Of one line; the file has the rest."""
LINES = 20


def render(lines: Sequence[LogLine], count: int, at: int, zone: ZoneInfo) -> Body:
    """The last `count` lines, oldest first, each wrapped into the block."""
    shown = lines[-min(count, LINES) :]
    bad = sum(line.level in ("WARNING", "ERROR", "CRITICAL") for line in shown)
    rows = [row for line in shown for row in _wrapped(line, zone)] or ["nothing logged yet"]
    keys = [[key("Refresh", ShowLogs(count=count)), menu_key()]]
    return screen(f"📜 {len(shown)} log lines · {bad} of them bad", [*rows, as_of(at, zone)], keys=keys)


def _wrapped(line: LogLine, zone: ZoneInfo) -> list[str]:
    text = f"{moment(line.at, zone, '%H:%M:%S')} {line.level[:4]} {clip(line.text, LETTERS)}"
    return [text[start : start + WIDTH] for start in range(0, len(text), WIDTH)]
