"""A recorded tape of trades as the minutes it is made of."""

from collections import Counter
from decimal import Decimal

import msgspec
import numpy as np

from engine.feeds.files import Tape
from engine.minute import MinuteBuilder, Trade
from engine.model.errors import BadInput
from engine.model.footprint import stacked
from engine.model.market import MINUTE_MS, Bars, Flow, Footprint, with_flow
from engine.model.messages import CandleClosed


class Minutes(msgspec.Struct, frozen=True):
    """Candles made of trades with their footprints, and the trades that were not counted, by verdict."""

    bars: Bars
    footprints: tuple[Footprint | None, ...]
    refused: Counter[str]


def minutes_of(tape: Tape, tick: Decimal | None = None) -> Minutes:
    """Build the whole minutes of a tape.

    Its first and last minute are left out: nothing proves that the recorder was there for all of them.
    Minutes in a hole of the ids are missing; quiet ones between ids that follow on each other are flat.
    """
    builder = MinuteBuilder(tape.symbol, tick)
    columns = (tape.at, tape.id, tape.price, tape.qty, tape.taker_sold)
    refused: Counter[str] = Counter()
    candles: list[CandleClosed] = []
    opened: int | None = None
    for row in zip(*(column.tolist() for column in columns), strict=True):
        trade = Trade(*row)
        verdict = builder.trade(trade)
        if verdict != "counted":
            refused[verdict] += 1
            continue
        minute = trade.at - trade.at % MINUTE_MS
        opened = minute if opened is None else opened
        for due in range(opened, minute, MINUTE_MS):
            candle = builder.close(due)
            if candle is not None:
                candles.append(candle)
        opened = max(opened, minute)
    if len(candles) < 2:
        raise BadInput(f"The trades of {tape.symbol} hold no whole minute.")
    del candles[0]
    return Minutes(bars_of(candles), tuple(candle.footprint for candle in candles), refused)


def bars_of(candles: list[CandleClosed]) -> Bars:
    """Candles of one symbol and timeframe as columns, with what they know of order flow."""
    bars = Bars(
        np.array([candle.open_at for candle in candles], dtype=np.int64),
        np.array([candle.open for candle in candles]),
        np.array([candle.high for candle in candles]),
        np.array([candle.low for candle in candles]),
        np.array([candle.close for candle in candles]),
        np.array([candle.volume for candle in candles]),
        np.array([np.nan if c.taker_buy is None else c.taker_buy for c in candles], dtype=np.float64),
    )
    if all(candle.footprint is None and candle.obi is None for candle in candles):
        return bars
    stacks = np.array([stacked(candle.footprint) for candle in candles])
    books = np.array([np.nan if candle.obi is None else candle.obi for candle in candles])
    return with_flow(bars, Flow(stacks[:, 0], stacks[:, 1], books))
