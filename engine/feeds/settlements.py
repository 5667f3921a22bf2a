"""Funding as it is settled: each symbol's next time read off the exchange, each settlement booked once."""

from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal

from engine.feeds.rest import Rest
from engine.model.market import MINUTE_MS
from engine.model.messages import FundingSettled
from engine.model.money import exact
from engine.ports import EventSink
from engine.supervise import Alive
from engine.venues.api import PublicApi, Rate

PUBLISHED_MS = 3_000
"""A settlement is looked for this long after its time."""
LOOK_S = 10.0
"""Time between two looks at the clock, and for a settlement that is overdue."""
RESCHEDULE_MS = 15 * MINUTE_MS
"""Intervals change (8 h, 4 h, 1 h), so the next times are read again this often."""
OVERDUE_MS = 10 * MINUTE_MS
"""A settlement that has not appeared by then is no longer waited for."""


class Settlements:
    """Watches the funding of perpetuals from `since` on (UTC ms)."""

    def __init__(
        self,
        api: PublicApi,
        rest: Rest,
        symbols: Sequence[str],
        emit: EventSink,
        since: int,
        clock: Callable[[], int],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._api = api
        self._rest = rest
        self._emit = emit
        self._clock = clock
        self._sleep = sleep
        self._booked = dict.fromkeys(symbols, since // MINUTE_MS)
        """Minute of the newest settlement given: the exchange's own times jitter by milliseconds."""
        self._scheduled: dict[str, int] = {}
        self._look_at = dict.fromkeys(symbols, 0)

    async def run(self, alive: Alive) -> None:
        """Look, wait, look again; never returns."""
        while True:
            for symbol, at in self._look_at.items():
                if self._clock() >= at:
                    await self._look(symbol)
            alive()
            await self._sleep(LOOK_S)

    async def _look(self, symbol: str) -> None:
        """Read when the next settlement is, then give what was settled since the last one given.

        In this order: one that happens in between is in the list.
        """
        now = self._clock()
        coming = await self._rest.ask(f"funding time of {symbol}", lambda: self._api.fetch_funding_rate(symbol))
        since = (self._booked[symbol] + 1) * MINUTE_MS
        settled = await self._rest.ask(
            f"funding of {symbol}", lambda: self._api.fetch_funding_rate_history(symbol, since, 100)
        )
        for entry in sorted(settled, key=lambda entry: entry["timestamp"] or 0):
            self._book(symbol, entry)
        due = self._scheduled.get(symbol, 0)
        if due <= now < due + OVERDUE_MS and self._booked[symbol] < due // MINUTE_MS:
            return
        self._look_at[symbol] = now + RESCHEDULE_MS
        if coming["fundingTimestamp"]:
            self._scheduled[symbol] = coming["fundingTimestamp"]
            self._look_at[symbol] = min(now + RESCHEDULE_MS, coming["fundingTimestamp"] + PUBLISHED_MS)

    def _book(self, symbol: str, entry: Rate) -> None:
        """Give a settlement that has not been given."""
        at, rate = entry["timestamp"], entry["fundingRate"]
        if at is None or rate is None or (minute := (at + MINUTE_MS // 2) // MINUTE_MS) <= self._booked[symbol]:
            return
        self._booked[symbol] = minute
        mark = entry["info"].get("markPrice")
        exact_mark = Decimal(mark) if isinstance(mark, str) and mark else None
        self._emit(FundingSettled(self._clock(), symbol, exact(rate), exact_mark))
