"""What the emulator tells those who watch it: the page, and tests that wait for something."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec


class Event(msgspec.Struct, frozen=True):
    """Something that happened.

    `name` is message, edit, delete, answer, reaction, action, commands, pin or state.
    """

    name: str
    data: object


type Listener = asyncio.Queue[Event | None]


class Events:
    """Hands every event to every listener; None tells a listener that the emulator has closed."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()

    def publish(self, name: str, data: object) -> None:
        """Tells all listeners; `data` is what JSON can hold."""
        for listener in self._listeners:
            listener.put_nowait(Event(name, data))

    @contextmanager
    def listen(self) -> Iterator[Listener]:
        """A queue of everything that happens from now on."""
        listener: Listener = asyncio.Queue()
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def close(self) -> None:
        """Ends every listener."""
        for listener in self._listeners:
            listener.put_nowait(None)
