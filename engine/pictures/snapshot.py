"""A picture of a running desk: core, simulated venue, half-gathered candles and windows, in one blob.

A desk restored from it goes on as if it had never stopped; the journal after it is played back on top.
"""

import msgspec
import numpy as np

from engine.core import Core
from engine.model.errors import Corrupt
from engine.model.market import Timeframe
from engine.model.messages import SCHEMA, Event
from engine.risk.turmoil import RECENT
from engine.scoring.evaluate import WindowEvaluator
from engine.scoring.windows import Window
from engine.simbroker import SimBroker
from engine.simulation.venue import SimState
from engine.state import DeskState


class BucketImage(msgspec.Struct, frozen=True, array_like=True):
    """The open bar of one longer timeframe."""

    timeframe: Timeframe
    open_at: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    taker_buy: float | None
    seen: int


class SeriesImage(msgspec.Struct, frozen=True, array_like=True):
    """One symbol's place in its stream of candles."""

    symbol: str
    last: int
    closed_at: int
    refused: dict[str, int]
    buckets: tuple[BucketImage, ...]
    closes: tuple[float, ...] = ()
    """Those of the newest minutes."""


class WindowImage(msgspec.Struct, frozen=True, array_like=True):
    """The bars held for one series: raw little-endian columns."""

    symbol: str
    timeframe: Timeframe
    ts: bytes
    data: bytes
    flow: bytes = b""
    """Empty when nothing is known of the flow of any bar."""


class Image(msgspec.Struct, frozen=True):
    """Everything."""

    schema: int
    state: DeskState
    sim: SimState
    series: tuple[SeriesImage, ...]
    windows: tuple[WindowImage, ...]
    last_event: Event | None
    """The newest event that came from the feed: where it goes on."""


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Image)


def take(core: Core, broker: SimBroker, last_event: Event | None) -> bytes:
    """The picture, now."""
    windows = core.evaluator.windows() if isinstance(core.evaluator, WindowEvaluator) else {}
    return _encoder.encode(
        Image(
            SCHEMA,
            core.state,
            broker.state,
            tuple(
                SeriesImage(
                    s.symbol,
                    s.last,
                    s.closed_at,
                    s.refused,
                    tuple(
                        BucketImage(
                            b.timeframe, b.open_at, b.open, b.high, b.low, b.close, b.volume, b.taker_buy, b.seen
                        )
                        for b in s.buckets
                    ),
                    tuple(s.closes[-RECENT:]),
                )
                for s in core.series.values()
            ),
            tuple(_image(*key, window) for key, window in windows.items()),
            last_event,
        )
    )


def _image(symbol: str, timeframe: Timeframe, window: Window) -> WindowImage:
    flow = b"" if window.flow is None else window.flow.astype("<f8").tobytes()
    return WindowImage(symbol, timeframe, window.ts.astype("<i8").tobytes(), window.data.astype("<f8").tobytes(), flow)


def decode(blob: bytes) -> Image:
    """A stored picture; raises Corrupt when it is not one, or one of another version."""
    try:
        image = _decoder.decode(blob)
    except msgspec.MsgspecError as error:
        raise Corrupt(f"The stored state of the desk is not readable ({error}).") from error
    if image.schema != SCHEMA:
        raise Corrupt(f"The stored state is of version {image.schema}, this program reads {SCHEMA}.")
    return image


def place(image: Image, core: Core) -> None:
    """Put candles and windows of a picture into a core that was built with its state."""
    for series_image in image.series:
        series = core.series.get(series_image.symbol)
        if series is None:
            continue
        series.last, series.closed_at = series_image.last, series_image.closed_at
        series.refused = dict(series_image.refused)
        series.closes = list(series_image.closes)
        buckets = {b.timeframe: b for b in series_image.buckets}
        for bucket in series.buckets:
            b = buckets.get(bucket.timeframe)
            if b is not None:
                bucket.open_at, bucket.open, bucket.high, bucket.low = b.open_at, b.open, b.high, b.low
                bucket.close, bucket.volume, bucket.taker_buy, bucket.seen = b.close, b.volume, b.taker_buy, b.seen
    if isinstance(core.evaluator, WindowEvaluator):
        for window in image.windows:
            ts = np.frombuffer(window.ts, dtype="<i8")
            data = np.frombuffer(window.data, dtype="<f8").reshape(6, len(ts))
            flow = np.frombuffer(window.flow, dtype="<f8").reshape(-1, len(ts)) if window.flow else None
            core.evaluator.fill(window.symbol, window.timeframe, ts, data, flow)
