"""The other indicators, by name: `ta.cmo` is TA-Lib's CMO, `pta.supertrend` is pandas-ta's supertrend."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from engine.model.errors import BadInput
from engine.model.market import Bars, Floats
from strategies import ta
from strategies.base import frame
from strategies.params import listed, shown

PRICES = ("open", "high", "low", "close", "volume")

Outputs = dict[str, Floats]
"""Columns by the library's own output names, the default output first; NaN where undefined."""
Values = Mapping[str, float | str | bool]


def names(library: str) -> list[str]:
    """All names of `ta` or `pta`, sorted; pandas-ta, and numba with it, is imported to list its own."""
    if library == "ta":
        return sorted(f"ta.{name.lower()}" for name in ta.library().__TA_FUNCTION_NAMES__)
    return sorted(f"pta.{name}" for name in _pandas_ta_names())


def parameters(name: str) -> tuple[str, ...]:
    """The parameters `ta.x` or `pta.x` takes, by that library's own names; BadInput when there is none such."""
    library, _, function = name.partition(".")
    if library == "ta":
        return tuple(_talib(name, function).get_parameters())
    if library == "pta":
        return tuple(key for key in _takes(_pandas_ta(name, function)) if key not in PRICES)
    raise BadInput(f"There is no indicator {shown(name)}; a name begins with ta. (TA-Lib) or pta. (pandas-ta).")


def group(name: str) -> str:
    """TA-Lib's own name of the group `ta.x` belongs to, such as `Overlap Studies`."""
    return str(_talib(name, name.partition(".")[2]).info["group"])


def named(name: str, bars: Bars, params: Values | None = None) -> Outputs:
    """Compute `ta.x` or `pta.x` with that library's own parameter names (missing ones: its defaults).

    BadInput when there is no such indicator or it does not take a parameter. A series too short is undefined
    everywhere. pandas-ta, and numba with it, is imported only when a `pta.` name is asked for.
    """
    takes = parameters(name)
    given = dict(params or {})
    for key in given:
        if key not in takes:
            raise BadInput(f"{name} has no parameter {shown(key)}; it has {listed(takes)}.")
    library, _, function = name.partition(".")
    compute = _from_talib if library == "ta" else _from_pandas_ta
    return compute(name, function, bars, given)


def _talib(name: str, function: str) -> Any:
    library = ta.library()
    if function != function.lower() or function.upper() not in library.__TA_FUNCTION_NAMES__:
        raise BadInput(f"TA-Lib has no indicator {shown(name)}.")
    return library.Function(function.upper(), getattr(ta, function.upper()))


def _from_talib(name: str, function: str, bars: Bars, params: Values) -> Outputs:
    indicator = _talib(name, function)
    columns = {key: getattr(bars, key) for key in PRICES}
    found = _computed(name, lambda: indicator(columns, **params))
    series = found if isinstance(found, list | tuple) else [found]
    return {key: np.asarray(one, float) for key, one in zip(indicator.output_names, series, strict=True)}


def _pandas_ta_names() -> set[str]:
    ta.accept_frames()
    import pandas_ta

    return {one for group in pandas_ta.Category.values() for one in group}


def _pandas_ta(name: str, function: str) -> Any:
    if function not in _pandas_ta_names():
        raise BadInput(f"pandas-ta has no indicator {shown(name)}.")
    import pandas_ta

    return getattr(pandas_ta, function)


def _takes(indicator: Any) -> list[str]:
    return [key.rstrip("_") for key in inspect.signature(indicator).parameters if key not in ("talib", "kwargs")]


def _from_pandas_ta(name: str, function: str, bars: Bars, params: Values) -> Outputs:
    indicator = _pandas_ta(name, function)
    takes = _takes(indicator)
    columns = frame(bars)
    prices = {("open_" if key == "open" else key): columns[key] for key in PRICES if key in takes}
    found = _computed(name, lambda: indicator(**prices, **params))
    if isinstance(found, tuple):  # ichimoku adds a second frame of the days to come
        found = found[0]
    if found is None:
        return {function: np.full(len(bars), np.nan)}
    series = {str(found.name): found} if found.ndim == 1 else dict(found.items())
    return {key: np.asarray(one, float) for key, one in series.items()}


def _computed(name: str, compute: Callable[[], Any]) -> Any:
    try:
        return compute()
    except Exception as error:
        raise BadInput(f"{name} cannot be computed: {type(error).__name__}: {error}.") from error
