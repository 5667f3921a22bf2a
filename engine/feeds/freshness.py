"""Tells a stream that has died from one that has nothing to say."""

from collections.abc import Callable
from math import inf

LIMITS_S = {"trades": 10.0, "candles": 10.0, "quotes": 5.0, "books": 10.0}
"""Longest silence of a stream (exchange.md section 9)."""
NEVER_SILENT = "quotes"
"""The best bid and ask of a live market always move; trades and candles may pause."""


class Freshness:
    """Silence of streams by the monotonic clock.

    Trades and candles are stale only when something else told of a trade meanwhile, books only when the quotes moved:
    `doubt`. When the quotes are stale the others are doubted too.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._seen: dict[str, float] = {}
        self._doubted: set[str] = set()

    def watch(self, stream: str) -> None:
        """Expect something of this stream once it is connected."""
        self._seen[stream] = inf

    def lost(self, stream: str) -> None:
        """The stream is not connected: until it is, nothing is expected of it."""
        self.watch(stream)

    def limit(self, stream: str) -> float:
        """Seconds of silence a stream is allowed."""
        return LIMITS_S[stream]

    def seen(self, stream: str) -> None:
        """Something arrived, or the stream was connected: its silence begins now."""
        if stream in self._seen:
            self._seen[stream] = self._monotonic()
        self._doubted.discard(stream)

    def doubt(self, stream: str) -> None:
        """The stream should have said something."""
        if stream in self._seen:
            self._doubted.add(stream)

    def stale(self) -> list[str]:
        """Streams that have been silent for longer than they may."""
        now = self._monotonic()
        silent = [name for name, at in self._seen.items() if now - at > LIMITS_S[name]]
        if NEVER_SILENT in silent:
            self._doubted.update(self._seen)
        return [name for name in silent if name == NEVER_SILENT or name in self._doubted]
