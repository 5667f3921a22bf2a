"""The emulator's own clock, which may run ahead of the machine's."""

import time


class Clock:
    """Wall time in seconds since the epoch; it runs `skew` seconds ahead (below zero: behind)."""

    def __init__(self) -> None:
        self.skew = 0.0

    def now(self) -> float:
        """Seconds since the epoch, with the fraction."""
        return time.time() + self.skew

    def date(self) -> int:
        """Whole seconds since the epoch, as the Bot API dates things."""
        return int(self.now())
