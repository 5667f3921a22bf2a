"""Gives one stored update to the handlers, with what they ask for by name."""

import asyncio
import time

from aiogram import Bot, Dispatcher
from aiogram.types import Update
from pydantic import ValidationError

from bot.telegram.answers import Answers
from bot.telegram.clerk import Poison
from bot.telegram.updates import Said

HANDLER_S = 60.0
SPINNER_S = 0.5
"""A press is answered after this long even while its work goes on."""
DOUBLE_TAP_S = 1.0
"""The same button pressed again within this time counts once."""


class Handling:
    """Parses an update and feeds it to the dispatcher; raises Poison, a TimeoutError, or what a handler raises."""

    def __init__(self, bot: Bot, dispatcher: Dispatcher, answer: Answers) -> None:
        self._bot = bot
        self._dispatcher = dispatcher
        self._answer = answer
        self._taps: dict[int, tuple[int, str, float]] = {}

    async def __call__(self, said: Said, raw: str) -> None:
        """Returns when the handler has; a press that it did not answer is answered without words."""
        if said.query and self._tapped_twice(said):
            await self._answer(said.query)
            return
        try:
            update = Update.model_validate_json(raw, context={"bot": self._bot})
        except ValidationError as error:
            raise Poison from error
        work = asyncio.create_task(self._dispatcher.feed_update(self._bot, update))
        try:
            async with asyncio.timeout(HANDLER_S):
                done, _ = await asyncio.wait({work}, timeout=SPINNER_S)
                if not done and said.query:
                    await self._answer(said.query)
                await work
        finally:
            work.cancel()
            if said.query:
                await self._answer(said.query)

    def _tapped_twice(self, said: Said) -> bool:
        now = time.monotonic()
        message_id, data, at = self._taps.get(said.user, (0, "", 0.0))
        self._taps[said.user] = (said.message_id, said.data, now)
        return (message_id, data) == (said.message_id, said.data) and now - at < DOUBLE_TAP_S
