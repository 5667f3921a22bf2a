"""docs/commands.md, written from the registry: `python -m bot.program.roster`."""

from pathlib import Path

from bot.dialogue import presses
from bot.dialogue.registry import ButtonSpec, CommandSpec, buttons, specs
from engine.model.roles import Role

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"
AGES = {"read": "10 min", "reduce": "1 h", "trade": "60 s"}

INTRODUCTION = """# Commands

`make format` writes this page from the source. Edit `bot/commands/` and `bot/dialogue/presses.py`, not this file.

Everything works by buttons too: `/menu` leads to every screen. A screen is one message that is edited in place;
a command sends a new one. Whatever the bot does not understand gets one sentence and changes nothing.

A person is a viewer, a trader or an admin; each may do what those before may. Strangers get no answer at all.

Level 0 reads. Level 1 is done at once; a pause and a tighter limit can be undone for 30 seconds. Level 2 shows what
it is about to do and waits 60 seconds for Confirm, which only the person who asked can press, once; when the positions
have changed by then, it asks again. Level 3 is the same and for admins; a limit that becomes tighter is level 1.

Under Settings each person chooses what rings, what arrives silently and what does not arrive, the quiet hours, and the
hour and the zone of the reports. What is critical always rings. Admins see at `/users` who is here and who tried.

A command that comes late is not carried out when it is older than the age in the table.
"""


def document() -> str:
    """The whole page, as Markdown."""
    parts = [INTRODUCTION, "| Command | Role | To change | Level | Age | What it does |", "|---|---|---|---|---|---|"]
    parts += [_row(spec) for spec in specs()]
    parts += ["\n## Who may press what\n", "| Button | Viewer | Trader | Admin |", "|---|---|---|---|"]
    parts += sorted(_button(spec) for spec in buttons().values())
    return "\n".join(parts) + "\n"


def _row(spec: CommandSpec) -> str:
    names = ", ".join(f"`/{name}`" for name in (spec.name, *spec.aliases))
    usage = f" `{spec.usage}`".replace("|", "\\|") if spec.usage else ""
    changes = spec.changes.name.lower() if spec.changes else ""
    role, age = spec.role.name.lower(), AGES[spec.direction]
    return f"| {names}{usage} | {role} | {changes} | {spec.level} | {age} | {spec.help} |"


def _button(spec: ButtonSpec) -> str:
    marks = " | ".join("yes" if role >= spec.role else "no" for role in Role)
    return f"| {presses.meaning(spec.prefix)} (`{spec.prefix}`) | {marks} |"


if __name__ == "__main__":
    PAGE.write_text(document(), encoding="utf-8")
