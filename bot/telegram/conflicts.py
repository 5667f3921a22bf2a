"""Somebody else polls with our token: what adds risk waits, and when it goes on the desk stops entering."""

import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from loguru import logger

from bot.dialogue.intents import Intents
from bot.outbox.body import body
from bot.outbox.outbox import Say
from engine.control import Control
from engine.model.commands import Pause

LASTS_S = 60.0
"""A conflict counts as going on for this long after the last 409."""
TOO_MANY = 3
"""So many within that time, and entries stop."""
THE_DESK = 0
"""Actor of what the desk does by itself."""
HELD = "Refused: another program is using this bot's token, so nothing that adds risk is taken from the chat now."


class Conflicts:
    """Counts the 409 answers to our polls."""

    def __init__(
        self,
        control: Control,
        intents: Intents,
        say: Say,
        admins: Callable[[], Awaitable[Sequence[int]]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._control = control
        self._intents = intents
        self._say = say
        self._admins = admins
        self._clock = clock
        self._times: deque[float] = deque(maxlen=TOO_MANY)
        self._told = False

    @property
    def lasting(self) -> bool:
        """Whether there was one within the last minute."""
        return bool(self._times) and self._clock() - self._times[-1] < LASTS_S

    async def seen(self) -> None:
        """One more 409."""
        now = self._clock()
        self._times.append(now)
        self._intents.hold = HELD
        if self._told or len(self._times) < TOO_MANY or now - self._times[0] >= LASTS_S:
            return
        self._told = True
        logger.error("telegram_token_shared")
        paused = ""
        if self._control.status().state == "ACTIVE":
            answer = await self._control.do(Pause(), THE_DESK, f"conflict-{round(now * 1000)}", None)
            paused = "Entries are paused. " if answer.ok else f"Entries could not be paused: {answer.text} "
        text = (
            f"🟥 Another program uses this bot's token\n{paused}Commands that add risk are refused. If that is "
            "not you, revoke the token at @BotFather and put the new one into TELEGRAM_TOKEN."
        )
        await self._say.alert(await self._admins(), body(text), critical=True)

    def calm(self) -> None:
        """A poll was answered: after a minute without a 409 all is as before, but the desk stays paused."""
        if self._times and not self.lasting:
            self._times.clear()
            self._intents.hold = None
            self._told = False
