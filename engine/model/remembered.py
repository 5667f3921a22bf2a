"""What was worked out once, for whoever asks for the same again."""

from collections import OrderedDict
from collections.abc import Hashable

MOST = 128
"""A month of days, the legs and days of today, and as much again."""


class Remembered:
    """Values by key, those that were used last.

    May be asked from several threads: each step is one of the dictionary's own. Who comes in between finds nothing
    and works the same out again.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._values: OrderedDict[Hashable, object] = OrderedDict()

    def known(self, key: Hashable) -> object | None:
        """The value of a key, None when it is not remembered."""
        value = self._values.pop(key, None)
        if value is not None:
            self._values[key] = value
        return value

    def keep[V](self, key: Hashable, value: V) -> V:
        """Remember a value and give it back; the one that was not used for longest may be forgotten for it."""
        self._values.pop(key, None)
        self._values[key] = value
        if len(self._values) > self._most:
            self._values.popitem(last=False)
        return value
