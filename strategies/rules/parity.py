"""Quantities on a chart turned upside down, by which the short side of a rule mirrors the long one."""

from functools import cache
from typing import Literal

from strategies.named import group

Kind = Literal["price", "signed", "even", "of 100", "of -100"]
"""A price moves with the level of the chart; a signed quantity changes its sign; an even one stays; an oscillator v
of 100 becomes 100 - v, of -100 it becomes -100 - v."""


def _kinds(names: dict[Kind, str]) -> dict[str, Kind]:
    return {name: kind for kind, listed in names.items() for name in listed.split()}


_OWN = _kinds(
    {
        "price": "sma ema wma bbands donchian vwap",
        "signed": "macd mom roc cci cvd obv",
        "even": "atr adx stddev vol_sma plus_di minus_di",
        "of 100": "rsi stoch mfi",
        "of -100": "willr",
    }
)
_TALIB = _kinds(
    {
        "price": "linearreg linearreg_intercept max min minmax tsf",
        "signed": "ac ad ao apo aroonosc bop cci cmf cmo efi fosc linearreg_angle linearreg_slope macd macdext macdfix "
        "mom obv ppo pvt qstick roc rocp smi trix tsi",
        "even": "adr adx adxr atr avgdev cvi dx er massi minus_di minus_dm natr plus_di plus_dm rvol stddev trange var "
        "vhf",
        "of 100": "imi mfi rsi stoch stochf stochrsi ultosc",
        "of -100": "willr",
    }
)
_GROUPS: dict[str, Kind] = {
    "Overlap Studies": "price",
    "Price Transform": "price",
    "Pattern Recognition": "signed",
}
_PAIRS = (
    ("plus_di", "minus_di"),
    ("ta.plus_di", "ta.minus_di"),
    ("ta.plus_dm", "ta.minus_dm"),
    ("ta.max", "ta.min"),
    ("high", "low"),
    ("highest", "lowest"),
    ("upper", "lower"),
    ("upperband", "lowerband"),
    ("hahigh", "halow"),
    ("max", "min"),
    ("vah", "val"),
    ("IMBALANCED_UP", "IMBALANCED_DOWN"),
    ("stacked_buy", "stacked_sell"),
    ("bullish_engulfing", "bearish_engulfing"),
)
_SWAPS = {a: b for pair in _PAIRS for a, b in (pair, pair[::-1])}


def swapped(name: str) -> str:
    """The name of what takes this one's place upside down; itself where nothing does."""
    return _SWAPS.get(name, name)


@cache
def kind_of(indicator: str, output: str) -> Kind | None:
    """What an indicator's output is; None when it is not known, then it has no mirror."""
    if "." not in indicator:
        return _OWN.get(indicator)
    library, _, name = indicator.partition(".")
    if library != "ta":
        return None
    if indicator == "ta.supertrend" and output == "trend":
        return "signed"
    found = _TALIB.get(name)
    return found or _GROUPS.get(group(indicator))
