"""`python -m tests.e2e.hurried SPEED BEGAN COMMAND`: the program under a wall clock that runs SPEED times as fast.

It was right at BEGAN (epoch seconds). Timeouts and pauses, which are durations, stay as they are.
"""

import sys
import time
from collections.abc import Callable


def hurried(speed: float, began: float) -> Callable[[], float]:
    """A wall clock that is right at `began` and fast since (epoch seconds)."""
    wall = time.time
    return lambda: began + (wall() - began) * speed


def main(speed: float, began: float) -> None:
    """Turn the clock, then be the program."""
    now = hurried(speed, began)
    time.time = now
    time.time_ns = lambda: int(now() * 1000) * 1_000_000
    from bot.cli import main as program

    program(sys.argv[3:])


if __name__ == "__main__":
    main(float(sys.argv[1]), float(sys.argv[2]))
