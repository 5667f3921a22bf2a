"""What has become of a strategy file that somebody put into the folder."""

from collections.abc import Sequence

from bot.dialogue.presses import ShowStrategy
from bot.outbox.body import Body
from bot.screens.layout import key, menu_key, screen, words

MOST = 10
"""Mistakes told in one message."""


def render_accepted(strategy: str) -> Body:
    """A good file: it can be started, or take the place of the version that runs."""
    rows = words("The file is good. Nothing of it runs until somebody turns it on.")
    return screen(
        f"📄 {strategy} is available", rows, keys=[[key(strategy, ShowStrategy(strategy=strategy)), menu_key()]]
    )


def render_refused(name: str, errors: Sequence[str]) -> Body:
    """Every mistake with its place, ten at most."""
    count = "1 mistake" if len(errors) == 1 else f"{len(errors)} mistakes"
    rows = [row for error in errors[:MOST] for row in words(error, "- ", "  ")]
    if len(errors) > MOST:
        rows.append(f"and {len(errors) - MOST} more")
    rows += words("The file is refused as a whole; what runs goes on.")
    return screen(f"⛔ {name}: {count}", rows, keys=[[menu_key()]])


def render_taken(name: str, strategy: str) -> Body:
    """A good file under an id that is somebody else's."""
    rows = words(f"Another strategy has the id {strategy}; give the file one of its own.")
    return screen(f"⛔ {name} is not used", rows, keys=[[menu_key()]])
