"""Recorded markets played back in order: candles, trades as candles, funding, and the market's minutes."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import chain, dropwhile

import numpy as np

from engine.feeds.files import Candles, Funding, Recording, Tape, load
from engine.feeds.rows import Rows
from engine.feeds.stream import Stream, joined
from engine.feeds.symbols import unlisted
from engine.feeds.tape import minutes_of
from engine.model.errors import BadInput
from engine.model.instrument import Instrument
from engine.model.market import TIMEFRAMES, Bars, Timeframe
from engine.model.messages import CandleClosed, FundingSettled, MarketEvent, Timer
from engine.model.money import exact

TIMER_DELAY_MS = 1_000
"""The minute's Timer comes this long after its close."""


class ReplaySource:
    """A Source over recordings: the same ones always give the same events.

    Rows keep the order of their file; one that is out of order is delivered late, stamped with the latest
    close before it, for the engine to refuse and count. With `start`, candles closed by then are history and
    the rest trades; nothing after `end` is delivered. `tick` and `step` are the rules of every symbol,
    `contract_size` that of inverse contracts.
    """

    def __init__(
        self,
        recordings: Iterable[Recording],
        *,
        tick: Decimal | None = None,
        step: Decimal | None = None,
        start: int | None = None,
        end: int | None = None,
        contract_size: Decimal | None = None,
    ) -> None:
        recordings = list(recordings)
        self.refused_trades: Counter[str] = Counter()
        """Trades of tapes that were not counted, by verdict (duplicate, late, invalid)."""
        self._streams = _streams(recordings, tick, self.refused_trades)
        if not self._streams:
            raise BadInput("There are no candles or trades to replay.")
        self.rows = Rows(list(self._streams.values()))
        """Every candle of every stream, in order of delivery."""
        symbols = self.rows.symbols
        self.instruments: Sequence[Instrument] = tuple(
            unlisted(symbol, tick, step, contract_size) for symbol in symbols
        )
        self.timeframes: dict[str, Timeframe] = {
            symbol: next(timeframe for timeframe in TIMEFRAMES if (symbol, timeframe) in self._streams)
            for symbol in symbols
        }
        at = self.rows.at
        first = min(int(stream.bars.ts.min()) for stream in self._streams.values())
        self.start = first if start is None else start
        self.first = 0 if start is None else int(np.searchsorted(at, start, "right"))
        """Index of the first row that is not history."""
        self._to = len(at) if end is None else int(np.searchsorted(at, end, "right"))
        if self.first >= self._to:
            raise BadInput(f"No candle closes in the chosen time; the data runs {_span(first, int(at[-1]))}.")
        self.end = int(at[self._to - 1])
        """Time of the last candle's close."""
        self._funding = _settlements(recordings, symbols, self.start, self.end)

    @classmethod
    def open(
        cls,
        files: Iterable[str],
        symbol: str | None = None,
        *,
        tick: Decimal | None = None,
        step: Decimal | None = None,
        start: int | None = None,
        end: int | None = None,
    ) -> "ReplaySource":
        """The source of `[SYMBOL=]FILE`s (`engine.feeds.files.load`)."""
        return cls([load(file, symbol) for file in files], tick=tick, step=step, start=start, end=end)

    def bars(self, symbol: str, timeframe: Timeframe | None = None) -> Bars:
        """A symbol's rows up to the end, history too, as delivered; by default of its finest timeframe."""
        wanted = timeframe or self.timeframes.get(symbol, "1m")
        stream = self._streams.get((symbol, wanted))
        if stream is None:
            raise BadInput(f"There are no {wanted} candles of {symbol} in the replayed files.")
        if self._to == len(self.rows):
            return stream.bars
        return stream.bars.slice(0, int(np.searchsorted(stream.at(), self.end, "right")))

    def history(self) -> Iterator[CandleClosed]:
        """Candles closed by `start`, when one was given."""
        return self.rows.candles(0, self.first)

    def events(self, since: int | None = None) -> Iterator[MarketEvent | Timer]:
        """Everything after `start`; with `since`, only what is stamped then or later."""
        if since is None:
            return self._timed(self.first)
        row = int(np.searchsorted(self.rows.at, since - TIMER_DELAY_MS))
        return dropwhile(lambda event: event.at < since, self._timed(max(row, self.first)))

    def _timed(self, row: int) -> Iterator[MarketEvent | Timer]:
        """Events from a row on, each minute's Timer after them."""
        due = 0
        for event in self._market(row):
            if due and event.at >= due:
                yield Timer(due, "minute")
                due = 0
            yield event
            if not due and type(event) is CandleClosed:
                due = event.at + TIMER_DELAY_MS
        if due:
            yield Timer(due, "minute")

    def _market(self, row: int) -> Iterator[MarketEvent]:
        """Candles from a row on and the funding that falls between them."""
        return chain.from_iterable(
            self.rows.candles(part.start, part.stop) if isinstance(part, range) else (part,)
            for part in self.stretches(row)
        )

    def stretches(self, row: int | None = None) -> Iterator[range | FundingSettled]:
        """Ranges of rows, from one on or the start, and the funding that falls between them."""
        row = self.first if row is None else row
        for settled in self._funding:
            until = self.rows.after(settled.at, settled.symbol)
            if until > row:
                yield range(row, until)
                row = until
            if until >= row:
                yield settled
        yield range(row, self._to)


def _streams(
    recordings: Sequence[Recording], tick: Decimal | None, refused: Counter[str]
) -> dict[tuple[str, Timeframe], Stream]:
    """One stream for each symbol and timeframe; several files of one are joined, the earlier file first."""
    streams: dict[tuple[str, Timeframe], Stream] = {}
    candles = [recording for recording in recordings if isinstance(recording, Candles)]
    for part in sorted(candles, key=lambda part: int(part.bars.ts[0])):
        key = (part.symbol, part.timeframe)
        bars = joined([streams[key].bars, part.bars]) if key in streams else part.bars
        streams[key] = Stream(*key, bars)
    for tape in _tapes(recordings):
        if (tape.symbol, "1m") in streams:
            raise BadInput(f"{tape.symbol} has both 1m candles and trades; give one of them.")
        minutes = minutes_of(tape, tick)
        streams[tape.symbol, "1m"] = Stream(tape.symbol, "1m", minutes.bars, minutes.footprints)
        refused.update(minutes.refused)
    return streams


def _tapes(recordings: Sequence[Recording]) -> list[Tape]:
    """The tape of each symbol; several files of one are joined, the earlier file first."""
    tapes: dict[str, list[Tape]] = {}
    for recording in recordings:
        if isinstance(recording, Tape):
            tapes.setdefault(recording.symbol, []).append(recording)
    return [
        Tape(
            symbol,
            *(
                np.concatenate([getattr(part, column) for part in sorted(parts, key=lambda p: int(p.at[0]))])
                for column in Tape.__struct_fields__[1:]
            ),
        )
        for symbol, parts in tapes.items()
    ]


def _settlements(recordings: Sequence[Recording], symbols: Sequence[str], start: int, end: int) -> list[FundingSettled]:
    """Funding after `start` and up to `end`, ordered by (at, symbol)."""
    settled: list[FundingSettled] = []
    for recording in recordings:
        if isinstance(recording, Funding):
            if recording.symbol not in symbols:
                raise BadInput(f"There is funding of {recording.symbol}, but neither candles nor trades.")
            settled += [
                FundingSettled(at, recording.symbol, exact(rate))
                for at, rate in zip(recording.at.tolist(), recording.rate.tolist(), strict=True)
                if start < at <= end
            ]
    return sorted(settled, key=lambda event: (event.at, event.symbol))


def _span(first: int, last: int) -> str:
    """`from 2024-01-01T00:00Z to ...`"""
    return " to ".join(f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%dT%H:%MZ}" for at in (first, last))
