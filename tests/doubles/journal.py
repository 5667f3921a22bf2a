"""A journal in memory."""

import asyncio

from engine.model.messages import Step
from engine.ports import Observer


class MemoryJournal:
    """Port Journal with pictures; what is appended is durable once `held` is off, which wakes who waits."""

    def __init__(self, held: bool = False) -> None:
        self.turns: list[tuple[Step, ...]] = []
        self.snapshots: list[tuple[int, bytes]] = []
        self.observers: list[Observer] = []
        self.trouble = ""
        self._shown = 0
        self._free = asyncio.Event()
        if not held:
            self._free.set()

    @property
    def pending(self) -> int:
        return sum(map(len, self.turns[self._shown :]))

    def append(self, *steps: Step) -> None:
        self.turns.append(steps)
        self._show()

    async def settled(self) -> None:
        await self._free.wait()

    async def snapshot(self, seq: int, at: int, blob: bytes) -> None:
        await self.settled()
        self.snapshots.append((seq, blob))

    def release(self) -> None:
        """The disk works again."""
        self._free.set()
        self._show()

    def _show(self) -> None:
        while self._free.is_set() and self._shown < len(self.turns):
            self._shown += 1
            for observer in self.observers:
                for step in self.turns[self._shown - 1]:
                    observer.observe(step)
