"""How fast orders may be sent: a bucket of tokens that refills (risk.md R6.8). Exact.

Entries take a token. Cancels and reduce-only orders neither wait nor take one.
"""

from decimal import ROUND_CEILING, Decimal

import msgspec

SECOND = 1000


class Bucket(msgspec.Struct, frozen=True):
    """Tokens left after the last request, and when that was. None: no request yet, the bucket is full."""

    tokens: Decimal | None = None
    at: int = 0


def take(state: Bucket, at: int, capacity: int, rate: Decimal) -> tuple[Bucket, bool]:
    """One request at `at` (ms), `rate` tokens a second: whether it may go; if not, `order_rate`."""
    tokens = Decimal(capacity)
    if state.tokens is not None:
        tokens = min(tokens, state.tokens + max(0, at - state.at) * rate / SECOND)
    at = max(at, state.at)
    return (Bucket(tokens - 1, at), True) if tokens >= 1 else (Bucket(tokens, at), False)


def ready_in(state: Bucket, capacity: int, rate: Decimal) -> int:
    """Milliseconds after the last request at which the next one may go."""
    missing = 1 - (Decimal(capacity) if state.tokens is None else state.tokens)
    return max(0, int((missing * SECOND / rate).to_integral_value(ROUND_CEILING)))
