"""The disk as people hear of it: one message when it takes nothing any more, one when it does again."""

from collections.abc import Awaitable, Callable, Iterable

from bot.outbox.body import body
from bot.outbox.outbox import Say

DOWN = (
    "New entries are refused; exits and stops go on, and so do this chat, /close_all and Emergency, from memory. "
    "Free some space on the disk of the data directory."
)
UP = "Everything that waited in memory is stored."


class DiskWatch:
    """Tells everybody, critically: what the journal knows of its own trouble cannot come out of the journal."""

    def __init__(self, trouble: Callable[[], str], say: Say, people: Callable[[], Awaitable[Iterable[int]]]) -> None:
        """`trouble` is why the journal cannot be written, empty while it can be."""
        self._trouble = trouble
        self._say = say
        self._people = people
        self._down = False

    async def look(self) -> None:
        """Look once; called each second."""
        trouble = self._trouble()
        if bool(trouble) == self._down:
            return
        self._down = bool(trouble)
        text = f"🟥 DISK: nothing can be stored\n{trouble} {DOWN}" if trouble else f"🟢 DISK: well again\n{UP}"
        await self._say.alert(await self._people(), body(text), critical=True)
