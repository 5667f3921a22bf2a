"""Who may do what here, and who tried without being known."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from bot.dialogue.presses import AskRole, ShowPeople, ShowSettings
from bot.outbox.body import Body, Button
from bot.screens.layout import as_of, key, screen
from engine.model.roles import Role

LISTED = 20
OFFERED = 6
"""Strangers with buttons, the last to write first; the others by `/users id role`."""


def render(people: Mapping[int, Role], strangers: Mapping[int, int], at: int, zone: ZoneInfo) -> Body:
    """Everybody with a role, then strangers (updates by id, the last to write last) with what can be done."""
    rows = [f"{user:<14}{role.name.lower()}" for user, role in sorted(people.items(), key=_rank)[:LISTED]]
    if len(people) > LISTED:
        rows.append(f"and {len(people) - LISTED} more")
    last = list(reversed(strangers))
    rows.append("strangers:" if last else "no strangers")
    rows += [f"{user:<14}{_times(strangers[user])}" for user in last[:LISTED]]
    keys = [_choices(user) for user in last[:OFFERED]]
    keys.append([key("Refresh", ShowPeople()), key("Back", ShowSettings())])
    tried = "1 stranger" if len(strangers) == 1 else f"{len(strangers)} strangers"
    headline = f"👥 {len(people)} known · {tried}"
    return screen(headline, [*rows, as_of(at, zone)], "Another role: /users id viewer", keys)


def render_notice(counts: Mapping[int, int]) -> Body:
    """Once a day: who tried."""
    several = "1 stranger" if len(counts) == 1 else f"{len(counts)} strangers"
    rows = [f"{user:<14}{_times(count)}" for user, count in list(counts.items())[-LISTED:]]
    rows.append("none of them got an answer")
    return screen(f"👤 {several} wrote to me", rows, keys=[[key("Review", ShowPeople())]])


def _choices(user: int) -> list[Button]:
    return [
        key(f"Enrol {user}", AskRole(user=user, role=Role.VIEWER.value)),
        key(f"Block {user}", AskRole(user=user, role=0), "danger"),
    ]


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _rank(one: tuple[int, Role]) -> tuple[int, int]:
    user, role = one
    return (-role, user)
