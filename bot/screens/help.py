"""The help: what a person of this role may send, from the registry."""

from collections.abc import Sequence

from bot.dialogue.presses import ShowStatus
from bot.dialogue.registry import CommandSpec
from bot.outbox.body import Body, body
from bot.screens.layout import Keys, key, menu_key
from engine.model.roles import Role

KEYS: Keys = ((key("Status", ShowStatus()), menu_key()),)


def render(specs: Sequence[CommandSpec], role: Role) -> Body:
    """Outside the block, so that a phone makes each command a link."""
    lines = [f"/{spec.name} {spec.usage}".rstrip() + f" — {spec.help}" for spec in specs]
    head = f"ℹ️ You are {role.name.lower()}. {len(specs)} commands:"
    tail = "Everything is also on buttons: /menu. Nothing dangerous happens without Confirm."
    return body("\n".join([head, *lines, "", tail]), buttons=tuple(tuple(row) for row in KEYS))
