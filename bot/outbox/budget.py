"""How often a chat may be written to: sends and edits together, about 1 a second and 20 a minute.

A person who talks to the bot is not kept waiting: answers may overdraw the minute, and alerts pay it back.
"""

from collections import defaultdict

BURST = 8
"""Messages that may go out at once, so that a conversation does not feel slow."""
PER_SECOND = 1.0
MINUTE = 20
PER_MINUTE_S = 60.0
KEPT_FOR_ANSWERS = 5
KEPT_OF_BURST = 3
"""So much of the minute and of the burst is left for answers and critical alerts."""
OVERDRAFT = 40
"""By so much may answers overdraw the minute, so that the long-term rate stays what it is."""
ALERTS_EVERY_S = 10.0
"""While that is paid back an alert (which may list many) goes out so often all the same, or it would be told late."""


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

    def __init__(self, minute: int = MINUTE) -> None:
        self._minute = minute
        self.limited = True
        """Whether there are buckets at all; a pause holds a chat in any case."""
        self._chats: dict[int, tuple[Bucket, Bucket]] = {}
        self._paused: defaultdict[int, float] = defaultdict(float)
        self._alerted: dict[int, float] = {}
        """When the last one that is no answer went out."""

    def wait(self, chat: int, now: float, *, answer: bool) -> float:
        """Seconds until the chat may be written to; an answer may use what is kept for answers, and more."""
        if not self.limited:
            return max(self._paused[chat] - now, 0.0)
        second, minute = self._buckets(chat, now)
        if answer:
            due = max(second.wait(now), minute.wait(now, -OVERDRAFT))
        else:
            turn = self._alerted.get(chat, -ALERTS_EVERY_S) + ALERTS_EVERY_S - now
            due = max(second.wait(now, KEPT_OF_BURST), min(minute.wait(now, KEPT_FOR_ANSWERS), turn))
        return max(self._paused[chat] - now, due, 0.0)

    def spend(self, chat: int, now: float, *, answer: bool) -> None:
        """Books one send or edit."""
        for bucket in self._buckets(chat, now):
            bucket.take()
        if not answer:
            self._alerted[chat] = now

    def pause(self, chat: int, until: float) -> None:
        """Telegram said 429: this chat, and no other, waits."""
        self._paused[chat] = max(self._paused[chat], until)

    def _buckets(self, chat: int, now: float) -> tuple[Bucket, Bucket]:
        if chat not in self._chats:
            self._chats[chat] = Bucket(BURST, PER_SECOND, now), Bucket(self._minute, self._minute / PER_MINUTE_S, now)
        return self._chats[chat]
