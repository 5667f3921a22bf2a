"""Which candles can be true (strategies.md 1.1), for whole columns at once; the live form is `engine.candles`."""

import numpy as np
import numpy.typing as npt

from engine.model.market import SPAN_MS, Bars, Timeframe

Codes = npt.NDArray[np.str_]

SENTENCES = {
    "non_finite": "a price or the volume is not a finite number",
    "zero_price": "a price is zero",
    "negative_price": "a price is negative",
    "negative_volume": "the volume is negative",
    "outside_range": "open or close lies outside of low to high",
    "off_grid": "the opening time is not a multiple of the timeframe",
    "duplicate": "the opening time is that of the candle before",
    "out_of_order": "it opened before the candle in front of it",
}
"""What each code says of a candle."""


def verdicts(bars: Bars, timeframe: Timeframe) -> Codes:
    """A code for each bar, empty for a good one. Times are compared with those of the good bars before."""
    prices = np.stack((bars.open, bars.high, bars.low, bars.close))
    with np.errstate(invalid="ignore"):
        codes = np.select(
            (
                ~np.isfinite(prices).all(axis=0) | ~np.isfinite(bars.volume),
                (prices == 0).any(axis=0),
                (prices < 0).any(axis=0),
                bars.volume < 0,
                (prices < bars.low).any(axis=0) | (prices > bars.high).any(axis=0),
                bars.ts % SPAN_MS[timeframe] != 0,
            ),
            list(SENTENCES)[:6],
            "",
        )
    newest = np.maximum.accumulate(np.where(codes == "", bars.ts, -1))
    before = np.concatenate(([-1], newest[:-1]))
    late = (codes == "") & (bars.ts <= before)
    return np.where(late, np.where(bars.ts == before, "duplicate", "out_of_order"), codes)
