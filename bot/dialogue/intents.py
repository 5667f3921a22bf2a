"""Two-step confirmation: what a dangerous button means is kept here, the button carries only the id.

An intent belongs to one person in one chat, holds what was shown, lives 60 s and is used once. Intents are
kept in memory on purpose: after a restart every old confirm button is void.
"""

import base64
import secrets
import time
from collections.abc import Callable
from typing import Literal

import msgspec

from bot.people.access import refusal
from engine.model.commands import Action, CancelEntry, Close, CloseAll, Halt, Pause
from engine.model.roles import Role

LIFE_S = 60.0
UNDO_S = 30.0
"""What was done at once can be undone for so long."""
GRAIN_S = 1.0
"""Telegram dates in whole seconds."""
REMEMBERED_S = 600.0
"""How long a press on a dead button is still told what became of it."""

ID_BYTES = 10
MARK_BYTES = 5
CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 3
LESS_RISK = Pause | Halt | Close | CloseAll | CancelEntry


class SetRole(msgspec.Struct, frozen=True):
    """A person's role is to change: a matter of the chat, not of the desk. Role 0 shuts the person out."""

    user: int
    role: int


Wish = Action | SetRole
"""What a question can be about."""

State = Literal["open", "used", "expired", "cancelled"]
VOID_TEXTS = {
    "unknown": "This button is from before a restart and does nothing any more. Please start again.",
    "not_yours": "Only who asked can confirm this.",
    "used": "This was confirmed already.",
    "expired": "This was open for 60 seconds and has expired. Please start again.",
    "cancelled": "This was cancelled.",
}


class Intent[S](msgspec.Struct, frozen=True):
    """An action that waits for its confirmation; `snapshot` is what the person was shown."""

    id: str
    code: str
    """Short name for people, e.g. #F7Q."""
    action: Wish
    snapshot: S
    user: int
    chat: int
    floor: Role
    run: str
    expires_at: float
    """On the monotonic clock, seconds."""
    undo: bool = False
    """Whether it is the way back from something that is done already, and no question."""


class Void(msgspec.Struct, frozen=True):
    """Why an intent was not handed out: a stable code and a sentence for the person who pressed."""

    code: str
    text: str


class Intents:
    """The intents of one run of the process. `hold` is a reason for which nothing that adds risk is handed out."""

    def __init__(self, run: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.run = run
        self.hold: str | None = None
        self._clock = clock
        self._mark = base64.b32encode(secrets.token_bytes(MARK_BYTES)).decode()
        """How the ids of this run of the process begin: those that are forgotten have expired."""
        self._intents: dict[str, Intent[object]] = {}
        self._ended: dict[str, State] = {}

    def open[S](self, action: Wish, snapshot: S, user: int, chat: int, floor: Role, *, undo: bool = False) -> Intent[S]:
        """A new intent for this person; `floor` is the role that taking it needs."""
        now = self._clock()
        self._forget(now)
        key = self._mark + base64.b32encode(secrets.token_bytes(ID_BYTES)).decode()
        expires_at = now + (UNDO_S if undo else LIFE_S)
        intent = Intent(key, self._code(), action, snapshot, user, chat, floor, self.run, expires_at, undo)
        self._intents[key] = intent
        return intent

    def take(self, key: str, user: int, chat: int, role: Role, age_s: float = 0.0) -> Intent[object] | Void:
        """The intent, handed out once and only to its owner; from then on it is used.

        `age_s` is how long ago its button was shown as Telegram dates it: by either clock it lives no longer.
        """
        intent = self._intents.get(key)
        state = self.state(key)
        if intent is None or state is None:
            return self._gone(key)
        if (user, chat) != (intent.user, intent.chat):
            return _void("not_yours")
        if state == "open" and age_s > (UNDO_S if intent.undo else LIFE_S) + GRAIN_S:
            self._ended[key] = state = "expired"
        if state != "open":
            return _void(state)
        if role < intent.floor:
            return Void("role", refusal("This", intent.floor, role))
        if self.hold is not None and not isinstance(intent.action, LESS_RISK):
            return Void("held", self.hold)
        self._ended[key] = "used"
        return intent

    def cancel(self, key: str, user: int, chat: int) -> Void | None:
        """Ends an open intent; None when that is done."""
        intent = self._intents.get(key)
        state = self.state(key)
        if intent is None or state is None:
            return self._gone(key)
        if (user, chat) != (intent.user, intent.chat):
            return _void("not_yours")
        if state != "open":
            return _void(state)
        self._ended[key] = "cancelled"
        return None

    def end(self, which: Callable[[Intent[object]], bool]) -> list[Intent[object]]:
        """Ends the open intents of which this is true, and answers them."""
        found = [one for key, one in self._intents.items() if self.state(key) == "open" and which(one)]
        for one in found:
            self._ended[one.id] = "cancelled"
        return found

    def state(self, key: str) -> State | None:
        """Where an intent stands; None for an id that was never given or is forgotten."""
        intent = self._intents.get(key)
        if intent is None:
            return None
        if ended := self._ended.get(key):
            return ended
        return "expired" if self._clock() >= intent.expires_at else "open"

    def _gone(self, key: str) -> Void:
        """An id that is not known: forgotten since, or of another run of the process."""
        return _void("expired" if key.startswith(self._mark) else "unknown")

    def _code(self) -> str:
        """A short name that no intent still remembered has."""
        taken = {intent.code for intent in self._intents.values()}
        while True:
            code = "#" + "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
            if code not in taken:
                return code

    def _forget(self, now: float) -> None:
        for key in [key for key, one in self._intents.items() if now > one.expires_at + REMEMBERED_S]:
            del self._intents[key]
            self._ended.pop(key, None)


def _void(code: str) -> Void:
    return Void(code, VOID_TEXTS[code])
