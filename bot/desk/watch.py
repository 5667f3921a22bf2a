"""A look at the folder of strategies now and then, and what the admins are told of it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from bot.desk.shelf import Shelf
from bot.outbox.body import Body
from bot.outbox.outbox import Say
from bot.screens.shelf import render_accepted, render_refused, render_taken
from strategies.rules.folder import Change


class ShelfWatch:
    """Looks at the folder again and again, and tells the admins what has become of a file."""

    def __init__(self, shelf: Shelf, say: Say, admins: Callable[[], Awaitable[Sequence[int]]]) -> None:
        self._shelf, self._say, self._admins = shelf, say, admins
        self._refused: dict[Path, Change] = {}
        """Files with mistakes, told of at the next look: one that is being written now has none then."""
        self._begun = False

    async def look(self) -> None:
        """One look; called every few seconds."""
        changes = {change.path: change for change in await asyncio.to_thread(self._shelf.look)}
        waited = {path: change for path, change in self._refused.items() if path not in changes}
        self._refused = {path: change for path, change in changes.items() if change.errors}
        for path, change in waited.items():
            await self._tell(render_refused(path.name, [str(error) for error in change.errors]), change)
        for path, change in changes.items():
            if change.strategy is not None and self._shelf.taken(path):
                self._shelf.drop(path)
                await self._tell(render_taken(path.name, change.strategy.name), change)
            elif change.strategy is not None and self._begun:
                await self._tell(render_accepted(change.strategy.name), change)
        self._begun = True

    async def _tell(self, content: Body, change: Change) -> None:
        """Once for each content of a file, also across restarts."""
        await self._say.alert(await self._admins(), content, dedupe=f"rules:{change.path.name}:{change.digest}")
