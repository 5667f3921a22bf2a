"""How often a chat may be written to: sends and edits together, about 1 a second and 20 a minute."""

from collections import defaultdict

BURST = 8
"""Messages that may go out at once, so that a conversation does not feel slow."""
PER_SECOND = 1.0
MINUTE = 20
PER_MINUTE_S = 60.0
KEPT_FOR_ANSWERS = 5
KEPT_OF_BURST = 3
"""So much of the minute and of the burst is left for answers and critical alerts."""


class Bucket:
    """`size` tokens, refilled at `rate` a second."""

    def __init__(self, size: float, rate: float, now: float) -> None:
        self._size = size
        self._rate = rate
        self._tokens = size
        self._at = now

    def wait(self, now: float, reserve: float = 0) -> float:
        """Seconds until a token above the reserve is there, 0 when it is."""
        self._tokens = min(self._size, self._tokens + (now - self._at) * self._rate)
        self._at = now
        return max(0.0, (1 + reserve - self._tokens) / self._rate)

    def take(self) -> None:
        """Spends a token."""
        self._tokens -= 1


class Budget:
    """The buckets of every chat. Times are monotonic seconds."""

    def __init__(self) -> None:
        self.limited = True
        """Whether there are buckets at all; a pause holds a chat in any case."""
        self._chats: dict[int, tuple[Bucket, Bucket]] = {}
        self._paused: defaultdict[int, float] = defaultdict(float)

    def wait(self, chat: int, now: float, *, answer: bool) -> float:
        """Seconds until the chat may be written to; an answer may use what is kept for answers."""
        if not self.limited:
            return max(self._paused[chat] - now, 0.0)
        second, minute = self._buckets(chat, now)
        kept, kept_of_burst = (0, 0) if answer else (KEPT_FOR_ANSWERS, KEPT_OF_BURST)
        return max(self._paused[chat] - now, second.wait(now, kept_of_burst), minute.wait(now, kept), 0.0)

    def spend(self, chat: int, now: float) -> None:
        """Books one send or edit."""
        for bucket in self._buckets(chat, now):
            bucket.take()

    def pause(self, chat: int, until: float) -> None:
        """Telegram said 429: this chat, and no other, waits."""
        self._paused[chat] = max(self._paused[chat], until)

    def _buckets(self, chat: int, now: float) -> tuple[Bucket, Bucket]:
        if chat not in self._chats:
            self._chats[chat] = Bucket(BURST, PER_SECOND, now), Bucket(MINUTE, MINUTE / PER_MINUTE_S, now)
        return self._chats[chat]
