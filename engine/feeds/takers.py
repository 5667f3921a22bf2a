"""Who took in the last ten seconds: the flow that comes with a quote (strategies.md section 11)."""

from collections import deque

from engine.minute import Trade

WINDOW_MS = 10_000


class Takers:
    """One symbol's trades of the last ten seconds, by their arrival.

    Their imbalance is known once ten seconds have passed without a gap: since the first trade of a stream, or since
    the last missing id on a venue that `counts` its trades one by one.
    """

    def __init__(self, counts: bool) -> None:
        self._counts = counts
        self._trades: deque[tuple[int, float]] = deque()
        """Arrival and quantity, negative where the taker sold."""
        self._since: int | None = None
        self._last = 0

    def add(self, trade: Trade, now: int) -> None:
        """A trade has come."""
        if self._since is None or (self._counts and trade.id > self._last + 1):
            self._since = now
        self._last = max(self._last, trade.id)
        self._trades.append((now, -trade.qty if trade.taker_sold else trade.qty))
        self._forget(now)

    def restart(self) -> None:
        """The stream begins anew: what was missed is not known."""
        self._since = None
        self._trades.clear()

    def flow(self, now: int) -> float | None:
        """Imbalance, -1 (all sold) to 1 and 0 without trades; None while it is not known."""
        if self._since is None or now - self._since < WINDOW_MS:
            return None
        self._forget(now)
        total = sum(abs(qty) for _, qty in self._trades)
        return sum(qty for _, qty in self._trades) / total if total else 0.0

    def _forget(self, now: int) -> None:
        while self._trades and now - self._trades[0][0] >= WINDOW_MS:
            self._trades.popleft()
