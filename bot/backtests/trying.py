"""Runs a backtest for the chat: `python -m bot.backtests.trying`. It gives way to the desk, and dies with it."""

import os
import sys
import threading
from time import monotonic

import msgspec

from bot.backtests.trial import Failed, Going, Request, Told
from engine.model.errors import PocketdeskError

LOWER = 10
"""How much nicer than the desk it is to other processes."""
TOLD_EVERY_S = 0.5


def main() -> None:
    """Reads one request, answers until it is done. Without a reader at the other end it ends at once."""
    os.nice(LOWER)
    request = msgspec.json.decode(sys.stdin.buffer.readline(), type=Request)
    threading.Thread(target=_until_left, daemon=True).start()
    _say(Going(0, 0))
    try:
        from bot.desk.ground import tried

        _say(tried(request, _Teller()))
    except PocketdeskError as error:
        _say(Failed(str(error)))


def _until_left() -> None:
    """The desk holds the other end as long as it lives.

    Read without a buffer: an interpreter that ends while a thread holds the lock of one aborts.
    """
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os._exit(1)


class _Teller:
    """Progress, not too often."""

    def __init__(self) -> None:
        self._told = 0.0

    def __call__(self, done: int, total: int) -> None:
        if monotonic() - self._told >= TOLD_EVERY_S:
            self._told = monotonic()
            _say(Going(done, total))


def _say(told: Told) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(told) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
