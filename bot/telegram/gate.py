"""How old a command may be, by what it does to risk: a close-all of an hour ago must not be carried out."""

from collections.abc import Mapping
from typing import Literal

from bot.dialogue.registry import CommandSpec, Direction
from bot.telegram.updates import Said

LIMITS_S: Mapping[Direction, float] = {"read": 600, "reduce": 3600, "trade": 60}
"""Greatest age at which a command of this direction still runs."""

LATE_S = 60
"""From this age on a command that takes risk away is announced as late."""

URGENT = {"stop", "pause", "close_all", "flatten"}
"""Commands that overtake whatever else waits in their chat."""
CLOSING = {"close", "close_all", "flatten"}
"""Commands that trade but only to reduce."""
ASKING = {"risk"}
"""Commands that do at once only what allows less; their Confirm is refused where it has to be."""

Verdict = Literal["run", "late", "stale"]


def direction(said: Said, commands: Mapping[str, CommandSpec]) -> Direction:
    """What a message does to risk; a command that only changes something when given arguments reads without."""
    spec = commands.get(said.command)
    if spec is None or (spec.changes is not None and not said.arguments):
        return "read"
    return spec.direction


def judge(towards: Direction, age_s: float) -> Verdict:
    """Whether a message of that age still runs. Presses are not judged here: their intents expire."""
    if age_s > LIMITS_S[towards]:
        return "stale"
    return "late" if towards == "reduce" and age_s > LATE_S else "run"


def adds_risk(said: Said, commands: Mapping[str, CommandSpec]) -> bool:
    """Whether a message might add risk, which is refused while somebody else holds our token."""
    return direction(said, commands) == "trade" and said.command not in CLOSING | ASKING
