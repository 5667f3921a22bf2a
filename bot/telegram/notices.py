"""What the pump itself has to tell people: commands not run, cut short, late or failed."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from bot.outbox.body import Body, body
from bot.outbox.parcels import late
from bot.telegram.updates import Said

SHOWN = 30
"""Characters shown of a text that is no command."""
LISTED = 20


def skipped(stale: Sequence[Said], zone: tzinfo) -> Body:
    """These came too late to be carried out."""
    title = (
        f"⏳ {_commands(len(stale))} came while I was away, none was run:"
        if len(stale) != 1
        else "⏳ 1 command came while I was away and was not run:"
    )
    return body("\n".join([title, *_lines(stale, zone), "Send again what still holds."]))


def interrupted(cut: Sequence[Said], zone: tzinfo) -> Body:
    """These were being carried out when the process ended."""
    title = f"⚠️ A restart cut off {_commands(len(cut))}, which I do not run twice:"
    return body("\n".join([title, *_lines(cut, zone), "Look at /status before you send again."]))


def delayed(said: Said, age_s: float, zone: tzinfo) -> Body:
    """This came late and is carried out all the same, for it takes risk away."""
    return body(f"⏰ {_line(said, zone)} came {late(round(age_s * 1000))} late and is carried out.")


def failed(said: Said, ref: str) -> Body:
    """Something went wrong that is not the person's doing."""
    what = f"/{said.command}" if said.command else "That"
    return body(f"🟠 {what} failed, ref {ref}\nThe detail is in the log. Look at /status, then try again.")


def unreadable() -> Body:
    """A message that the library cannot read."""
    return body("🟠 I could not read that message, so nothing was done.")


def _commands(count: int) -> str:
    return "1 command" if count == 1 else f"{count} commands"


def _lines(said: Sequence[Said], zone: tzinfo) -> list[str]:
    rest = [f"… and {len(said) - LISTED} more"] if len(said) > LISTED else []
    return [_line(one, zone) for one in said[:LISTED]] + rest


def _line(said: Said, zone: tzinfo) -> str:
    if said.query:
        return "a press on a button"
    text = " ".join(said.text.split())
    text = text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
    return f"{datetime.fromtimestamp(said.date, zone):%H:%M} {text}"
