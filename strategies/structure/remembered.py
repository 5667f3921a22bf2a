"""What was worked out of some numbers, remembered by those very numbers: asked again, the same ones cost nothing.

A desk looks at every close back on days that have not changed since the close before. Nothing here can change
what a strategy says: a key is the SHA-256 of all that a value depends on.
"""

from collections import OrderedDict
from hashlib import sha256
from threading import Lock

import numpy as np

from engine.model.market import Floats, Ints


def content(*parts: Floats | Ints | object) -> bytes:
    """The key of some columns and single values, in this order."""
    digest = sha256(repr([part.nbytes if isinstance(part, np.ndarray) else part for part in parts]).encode())
    for part in parts:
        if isinstance(part, np.ndarray):
            digest.update(np.ascontiguousarray(part).data)
    return digest.digest()


class Remembered[V]:
    """Values by key, the `most` that were used last; may be asked from several threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[bytes, V] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        """How many are remembered."""
        return len(self._values)

    def known(self, key: bytes) -> V | None:
        """The value of a key, None when it is not remembered."""
        with self._lock:
            value = self._values.get(key)
            if value is not None:
                self._values.move_to_end(key)
            return value

    def keep(self, key: bytes, value: V) -> V:
        """Remember a value and give it back; the one that was not used for longest may be forgotten for it."""
        with self._lock:
            self._values[key] = value
            if len(self._values) > self._most:
                self._values.popitem(last=False)
        return value

    def forget(self) -> None:
        """Begin anew."""
        with self._lock:
            self._values.clear()
