"""The send and edit budget of a chat: so many hits in so many seconds, then 429."""

import math
from collections import defaultdict, deque

from bot.playground.errors import too_many


class Budget:
    """`hits` messages sent or edited in any `seconds`, for each chat on its own; no rate, no limit.

    A refused try counts as a hit, so hammering lengthens the ban, as it does at the real server.
    """

    def __init__(self) -> None:
        self.rate: tuple[int, float] | None = None
        self._hits: defaultdict[int, deque[float]] = defaultdict(deque)

    def limit(self, rate: tuple[int, float] | None) -> None:
        """Sets or lifts the limit and forgets what was spent."""
        self.rate = rate
        self._hits.clear()

    def spend(self, chat_id: int, now: float) -> None:
        """Books a send or an edit at `now` (seconds); an ApiError 429 with the whole seconds to wait."""
        if self.rate is None:
            return
        allowed, seconds = self.rate
        hits = self._hits[chat_id]
        while hits and hits[0] <= now - seconds:
            hits.popleft()
        hits.append(now)
        if len(hits) > allowed:
            raise too_many(max(1, math.ceil(hits[-allowed] + seconds - now)))
