"""Whether Telegram answers, as seen by whoever calls it: the pump and the sender report here."""

import asyncio
from collections.abc import Callable

import msgspec

from engine.model.messages import LinkDown, LinkUp
from engine.ports import EventSink

NAME = "telegram"
TELL_AFTER = 2
"""Failures in a row before the engine is told; one lost answer is no outage."""


class Outage(msgspec.Struct, frozen=True):
    """When Telegram was away, wall UTC ms."""

    since: int
    until: int


class Link:
    """Up or down, with one LinkDown when it breaks and one LinkUp when it heals."""

    def __init__(self, clock: Callable[[], int], sink: EventSink) -> None:
        self.up = asyncio.Event()
        self.up.set()
        self.trouble = ""
        """What is wrong, in a few words; empty while all is well."""
        self.outages: list[Outage] = []
        """Ended outages of which people have not been told; the sender takes them."""
        self._clock = clock
        self._sink = sink
        self._since: int | None = None
        self._failures = 0

    def broke(self, why: str) -> None:
        """A call got no answer."""
        now = self._clock()
        self.trouble = why
        self._failures += 1
        if self._since is None:
            self._since = now
            self.up.clear()
        if self._failures == TELL_AFTER:
            self._sink(LinkDown(now, NAME, why))

    def works(self) -> None:
        """A call got an answer, whatever it said."""
        if self._since is None:
            return
        now = self._clock()
        self.outages.append(Outage(self._since, now))
        if self._failures >= TELL_AFTER:
            self._sink(LinkUp(now, NAME))
        self._since, self._failures, self.trouble = None, 0, ""
        self.up.set()
