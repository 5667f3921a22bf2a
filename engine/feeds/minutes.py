"""One symbol's minutes off a live exchange: which one is closed, and what is known of its trades.

A minute is closed (strategies.md 1.2) when the exchange called it so, when a later one exists on an exchange that
never says, or when REST gave it at least 2 s after its end. Minutes are given in order, each once, without a hole.
"""

from collections.abc import Sequence
from decimal import Decimal
from math import isclose

from engine.minute import MinuteBuilder, Trade
from engine.model.market import MINUTE_MS, Footprint
from engine.model.messages import CandleClosed
from engine.venues.klines import Kline

CONFIRM_MS = 2_000
"""After its end a minute is asked for by REST no sooner than this."""
FRESH_MS = 30_000
"""A candle given later after its close than a signal is valid (strategies.md section 0) is a back-fill."""
TAPE_GRACE_MS = 300
"""How long a closed candle waits for its last trades, which come over another socket."""


class Minutes:
    """The closing rules of one symbol. Times are the feed's clock in UTC ms."""

    def __init__(
        self,
        symbol: str,
        tick: Decimal | None = None,
        *,
        calls_closed: bool = False,
        counts_trades: bool = False,
    ) -> None:
        self.symbol = symbol
        self.last: int | None = None
        """Opening time of the newest minute given."""
        self._calls_closed = calls_closed
        self._tick = tick
        self._counts = counts_trades
        self._rows: dict[int, Kline] = {}
        self._final_at: dict[int, int] = {}
        self._newest = 0
        self._close = 0.0
        self.new_tape()

    def new_tape(self) -> None:
        """Start the tape afresh: the trades of a stream whose ids cannot show what a reconnect lost."""
        self._tape = MinuteBuilder(self.symbol, self._tick, consecutive=self._counts)
        self._top: int | None = None

    def follow(self, minute: int, close: float = 0.0) -> None:
        """Go on after the minute that opened at `minute` and closed at that price."""
        self.last = minute
        self._close = close

    def trade(self, trade: Trade) -> None:
        """A trade off the stream."""
        self._tape.trade(trade)
        self._top = trade.id if self._top is None else max(self._top, trade.id)

    def seen(self, row: Kline, now: int) -> bool:
        """A candle off the stream, forming or final; True when its volume is new."""
        if self.last is not None and row.open_at <= self.last:
            return False
        known = self._rows.get(row.open_at)
        if known is not None and known.final:
            return False
        self._rows[row.open_at] = row
        self._newest = max(self._newest, row.open_at)
        if row.final:
            self._final_at.setdefault(row.open_at, now)
        return row.volume > (known.volume if known else 0.0)

    def confirmed(self, rows: Sequence[Kline], now: int) -> bool:
        """Closed minutes as REST gives them from the next one on; what it leaves out before a later row is flat.

        `now` is the exchange's clock. True when one of them traded and the stream had not told.
        """
        rows = sorted(rows, key=lambda row: row.open_at)
        closed = [r for r in rows if r.open_at < rows[-1].open_at or r.open_at + MINUTE_MS + CONFIRM_MS <= now]
        untold = False
        close = self._close
        upto = self.last
        for row in closed:
            if upto is not None and row.open_at <= upto:
                continue
            for missing in range((row.open_at if upto is None else upto + MINUTE_MS), row.open_at, MINUTE_MS):
                if close > 0:
                    self._settle(Kline(missing, close, close, close, close, 0.0, 0.0))
            untold = untold or (row.open_at not in self._rows and row.volume > 0)
            self._settle(row)
            upto, close = row.open_at, row.close
        return untold

    def _settle(self, row: Kline) -> None:
        """REST is the truth: it replaces what the stream said of a minute that the stream did not close."""
        known = self._rows.get(row.open_at)
        if known is None or not known.final:
            self._rows[row.open_at] = Kline(
                row.open_at, row.open, row.high, row.low, row.close, row.volume, row.taker_buy, final=True
            )
            self._newest = max(self._newest, row.open_at)

    def lacking(self, now: int) -> int:
        """How many minutes have ended at least 2 s ago and wait for REST."""
        if self.last is None or self._closable(self._next()) is not None:
            return 0
        return max(0, (now - CONFIRM_MS - self.last) // MINUTE_MS - 1)

    def take(self, now: int) -> list[CandleClosed]:
        """The candles that are closed now, in order; each is given once, stamped `now`."""
        given: list[CandleClosed] = []
        if self.last is None:
            return given
        while (row := self._closable(self._next())) is not None and not self._awaits_tape(row, now):
            given.append(self._candle(row, now))
            self.last, self._close = row.open_at, row.close
            del self._rows[row.open_at]
            self._final_at.pop(row.open_at, None)
        return given

    def _next(self) -> int:
        assert self.last is not None
        return self.last + MINUTE_MS

    def _closable(self, minute: int) -> Kline | None:
        row = self._rows.get(minute)
        if row is None or row.final or (not self._calls_closed and self._newest > minute):
            return row
        return None

    def _awaits_tape(self, row: Kline, now: int) -> bool:
        """Whether trades of a minute the stream has just closed are still on their way."""
        if row.last_trade is None or self._top is None or self._top >= row.last_trade:
            return False
        return now - self._final_at.get(row.open_at, 0) < TAPE_GRACE_MS

    def _candle(self, row: Kline, now: int) -> CandleClosed:
        taker_buy, footprint = self._flow(row)
        return CandleClosed(
            now,
            self.symbol,
            "1m",
            row.open_at,
            row.open,
            row.high,
            row.low,
            row.close,
            row.volume,
            taker_buy,
            footprint,
            backfilled=now - row.open_at - MINUTE_MS > FRESH_MS,
        )

    def _flow(self, row: Kline) -> tuple[float | None, Footprint | None]:
        """Taker side and footprint off the tape when it holds every trade of the minute, else the candle's own."""
        for older in self._tape.open_minutes:
            if older < row.open_at:
                self._tape.close(older)
        built = self._tape.close(row.open_at)
        if (
            built is not None
            and built.footprint is not None
            and built.footprint.complete
            and isclose(built.volume, row.volume, rel_tol=1e-9, abs_tol=1e-12)
        ):
            return built.taker_buy, built.footprint
        return row.taker_buy, None
