"""`python -m tests.e2e.hurried SPEED BEGAN COMMAND`: the program under a wall clock that ran BEGAN seconds of the epoch
at the moment BEGAN and runs SPEED times as fast since. Timeouts and pauses, which are durations, stay as they are.
"""

import sys
import time

from tests.e2e.run_process import hurried


def main(speed: float, began: float) -> None:
    """Turn the clock, then be the program."""
    now = hurried(speed, began)
    time.time = now
    time.time_ns = lambda: int(now() * 1000) * 1_000_000
    from bot.cli import main as program

    program(sys.argv[3:])


if __name__ == "__main__":
    main(float(sys.argv[1]), float(sys.argv[2]))
