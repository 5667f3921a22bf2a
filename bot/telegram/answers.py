"""Answers to presses: what ends the little clock on a button, sometimes with a line of text. Not a message."""

from collections import OrderedDict

from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.methods import AnswerCallbackQuery
from loguru import logger

TEXT_LIMIT = 200
TIMEOUT_S = 10
REMEMBERED = 1_000


class Answers:
    """Answers each press once; what comes too late or does not get through is no loss."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._answered: OrderedDict[str, None] = OrderedDict()

    async def __call__(self, query: str, text: str = "", alert: bool = False) -> None:
        """Shows `text` (up to 200 characters) to who pressed, as a toast or as a window to be closed."""
        if query in self._answered:
            return
        self._answered[query] = None
        if len(self._answered) > REMEMBERED:
            self._answered.popitem(last=False)
        call = AnswerCallbackQuery(callback_query_id=query, text=text[:TEXT_LIMIT] or None, show_alert=alert or None)
        try:
            await self._bot(call, request_timeout=TIMEOUT_S)
        except AiogramError as error:
            logger.info("press_not_answered", why=type(error).__name__)
