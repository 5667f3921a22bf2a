"""The indicators of strategies.md section 2 by name, with the parameters and outputs they have in a strategy file."""

from collections.abc import Callable, Mapping

import msgspec

from engine.model.market import Bars, Floats, Timeframe
from strategies import indicators as of
from strategies.structure.flow import cvd


class Param(msgspec.Struct, frozen=True):
    """A number an indicator takes; no default: it has to be given."""

    least: float
    default: float | None = None
    most: float = 500.0
    whole: bool = True


Numbers = Mapping[str, float]
Compute = Callable[[Bars, Numbers, Timeframe], tuple[Floats, ...]]


class Own(msgspec.Struct, frozen=True):
    """One indicator: its parameters, its outputs (the first is the default) and how it is computed."""

    params: dict[str, Param]
    compute: Compute
    outputs: tuple[str, ...] = ("value",)
    wilder: str | None = None
    """Parameter that is the period of a Wilder average."""
    exponential: str | None = None
    """Parameter that is the longest period of an exponential average."""
    daily: bool = False
    """It begins anew at 00:00 UTC."""

    def settle(self, params: Numbers) -> int:
        """Bars after which its seed no longer shows (strategies.md 1.4), 0 when it has none."""
        wilder = 25 * params[self.wilder] if self.wilder else 0
        return int(max(wilder, 15 * params[self.exponential] if self.exponential else 0))


def _n(params: Numbers, name: str = "period") -> int:
    return int(params[name])


def _average(compute: Callable[[Floats, int], Floats], least: int, exponential: str | None = None) -> Own:
    return Own({"period": Param(least)}, lambda b, p, _: (compute(b.close, _n(p)),), exponential=exponential)


def _bars(compute: Callable[[Bars, int], Floats], default: int, least: int = 2, wilder: str | None = None) -> Own:
    return Own({"period": Param(least, default)}, lambda b, p, _: (compute(b, _n(p)),), wilder=wilder)


def _closes(compute: Callable[[Floats, int], Floats], default: int, least: int = 1, wilder: str | None = None) -> Own:
    return Own({"period": Param(least, default)}, lambda b, p, _: (compute(b.close, _n(p)),), wilder=wilder)


OWN: dict[str, Own] = {
    "sma": _average(of.sma, 1),
    "ema": _average(of.ema, 2, "period"),
    "wma": _average(of.wma, 2),
    "rsi": _closes(of.rsi, 14, 2, "period"),
    "atr": _bars(of.atr, 14, 1, "period"),
    "bbands": Own(
        {"period": Param(2, 20), "std": Param(0.1, 2.0, 10.0, whole=False)},
        lambda b, p, _: of.bbands(b.close, _n(p), p["std"]),
        ("upper", "mid", "lower"),
    ),
    "macd": Own(
        {"fast": Param(2, 12), "slow": Param(2, 26), "signal": Param(1, 9)},
        lambda b, p, _: of.macd(b.close, _n(p, "fast"), _n(p, "slow"), _n(p, "signal")),
        ("line", "signal", "hist"),
        exponential="slow",
    ),
    "adx": _bars(of.adx, 14, wilder="period"),
    "plus_di": _bars(of.plus_di, 14, wilder="period"),
    "minus_di": _bars(of.minus_di, 14, wilder="period"),
    "stoch": Own(
        {"k": Param(1, 14), "smooth": Param(1, 3), "d": Param(1, 3)},
        lambda b, p, _: of.stoch(b, _n(p, "k"), _n(p, "smooth"), _n(p, "d")),
        ("k", "d"),
    ),
    "cci": _bars(of.cci, 20),
    "mfi": _bars(of.mfi, 14),
    "willr": _bars(of.willr, 14),
    "roc": _closes(of.roc, 10),
    "mom": _closes(of.mom, 10),
    "obv": Own({}, lambda b, p, _: (of.obv(b),)),
    "stddev": _average(of.stddev, 2),
    "donchian": Own({"period": Param(2, 20)}, lambda b, p, _: of.donchian(b, _n(p)), ("upper", "lower")),
    "vwap": Own({}, lambda b, p, _: (of.vwap(b),), daily=True),
    "vol_sma": _bars(of.vol_sma, 20, 1),
    "cvd": Own({}, lambda b, _, timeframe: (cvd(b, timeframe),), daily=True),
}

AVERAGES = ("sma", "ema", "wma")
