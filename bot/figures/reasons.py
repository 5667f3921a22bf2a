"""Reason codes of signals and refusals in words; a code that is not listed is read as it is written."""

WORDS = {
    "warming_up": "still warming up: too few closed bars",
    "flat_market": "the market does not move",
    "no_signal": "no condition for an entry",
    "data_gap": "candles are missing",
    "expired": "the signal is too old",
    "paused": "paused after steady losses",
    "razor_long": "trend, RSI, volatility and momentum all point up",
    "razor_short": "trend, RSI, volatility and momentum all point down",
    "below_threshold": "all checks pass, but too weakly",
    "cross_up": "the fast average crossed above the slow one",
    "cross_down": "the fast average crossed below the slow one",
    "left_oversold": "RSI came back up from oversold",
    "left_overbought": "RSI came back down from overbought",
    "hist_cross_up": "at the lower band, MACD turned above zero",
    "hist_rising": "at the lower band, MACD is rising",
    "hist_cross_down": "at the upper band, MACD turned below zero",
    "hist_falling": "at the upper band, MACD is falling",
    "broke_high": "closed above its range on high volume",
    "broke_low": "closed below its range on high volume",
    "failed_low": "a break below on low volume has failed",
    "failed_high": "a break above on low volume has failed",
    "normal_up": "more volatile than usual, moving up",
    "normal_down": "more volatile than usual, moving down",
    "high_up": "far more volatile than usual, moving up",
    "high_down": "far more volatile than usual, moving down",
    "trend_long": "out of balance upwards, back from a thin level",
    "trend_short": "out of balance downwards, back from a thin level",
    "reversion_long": "came back into value from below",
    "reversion_short": "came back into value from above",
    "needs_finer_candles": "the data has longer candles than it runs on",
    "timeframe_not_taken": "it does not run on this timeframe",
    "missing_timeframe": "a timeframe it reads is missing",
    "unknown_state": "the market state is unknown",
    "incomplete_flow": "the order flow of the bar is incomplete",
    "unknown_confluence": "too few timeframes are warm to compare",
    "low_confluence": "the other timeframes disagree",
    "flat": "no member of the ensemble votes",
    "veto": "a strong vote against it",
    "single vote": "fewer than two votes agree",
    "spread_too_wide": "bid and ask are too far apart",
}


def in_words(code: str) -> str:
    """A sentence without its full stop."""
    return WORDS.get(code) or code.replace("_", " ")
