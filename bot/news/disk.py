"""The disk as people hear of it: one message when it takes nothing any more, one when it does again.

What happens meanwhile is told once it is stored. Two things do not wait for that: that trading halts, and that nothing
is open any more.
"""

from collections.abc import Awaitable, Callable, Iterable

from bot.figures.figures import clip
from bot.outbox.body import body
from bot.outbox.outbox import Say
from bot.screens.layout import HEADLINE
from engine.model.commands import flattens
from engine.model.views import StatusView

DOWN = (
    "New entries are refused; exits and stops go on, and so do this chat, /close_all and Emergency, from memory. "
    "Free some space on the disk of the data directory."
)
UP = "Everything that waited in memory is stored."
UNSTORED = "None of it is stored yet."


class DiskWatch:
    """Tells everybody, critically: what the journal knows of its own trouble cannot come out of the journal."""

    def __init__(
        self,
        trouble: Callable[[], str],
        pending: Callable[[], int],
        status: Callable[[], StatusView],
        say: Say,
        people: Callable[[], Awaitable[Iterable[int]]],
    ) -> None:
        """`trouble` is why the journal cannot be written, empty while it can be; `pending` is what it has to write."""
        self._trouble = trouble
        self._pending = pending
        self._status = status
        self._say = say
        self._people = people
        self._down = False
        self._halt: tuple[str, int] | None = None
        """Why trading is halted and how many positions are open, as people know it."""

    async def look(self) -> None:
        """Look once; called each second."""
        trouble, view = self._trouble(), self._status()
        halt = (view.state_reason, len(view.positions)) if view.state == "HALTED" else None
        if bool(trouble) != self._down:
            self._down = bool(trouble)
            text = f"🟥 DISK: nothing can be stored\n{trouble} {DOWN}" if trouble else f"🟢 DISK: well again\n{UP}"
            await self._tell(text)
        if trouble and halt is not None and halt != self._halt:
            await self._tell(_halted(*halt))
        if trouble or not self._pending():  # a halt that waits to be stored is not known, and trouble takes 5 s to show
            self._halt = halt

    async def _tell(self, text: str) -> None:
        await self._say.alert(await self._people(), body(text), critical=True)


def _halted(reason: str, left: int) -> str:
    """What a halt has come to, before any of it is stored."""
    headline = clip(f"🟥 HALTED · {reason}", HEADLINE)
    if not flattens(reason):
        return f"{headline}\nNo entries; kept positions keep their stops. {UNSTORED}"
    if left:
        return f"{headline}\nEverything is being closed, {left} open. {UNSTORED}"
    return f"⬜ FLAT\nHalted ({reason}), nothing is open any more. {UNSTORED}"
