"""The other indicators, by name: `ta.cmo` is TA-Lib's CMO, `pta.supertrend` is pandas-ta's supertrend."""

import inspect
from collections.abc import Callable, Collection, Mapping
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


def named(name: str, bars: Bars, params: Mapping[str, float | str] | None = None) -> Outputs:
    """Compute `ta.x` or `pta.x` with that library's own parameter names (missing ones: its defaults).

    BadInput when there is no such indicator or it does not take a parameter. A series too short is undefined
    everywhere. pandas-ta, and numba with it, is imported only when a `pta.` name is asked for.
    """
    library, _, function = name.partition(".")
    if library == "ta":
        return _from_talib(name, function, bars, dict(params or {}))
    if library == "pta":
        return _from_pandas_ta(name, function, bars, dict(params or {}))
    raise BadInput(f"There is no indicator {shown(name)}; a name begins with ta. (TA-Lib) or pta. (pandas-ta).")


def _from_talib(name: str, function: str, bars: Bars, params: dict[str, float | str]) -> Outputs:
    library = ta.library()
    if function != function.lower() or function.upper() not in library.__TA_FUNCTION_NAMES__:
        raise BadInput(f"TA-Lib has no indicator {shown(name)}.")
    indicator = library.Function(function.upper(), getattr(ta, function.upper()))
    _refuse_unknown(name, params, indicator.get_parameters())
    columns = {key: getattr(bars, key) for key in PRICES}
    found = _computed(name, lambda: indicator(columns, **params))
    series = found if isinstance(found, list | tuple) else [found]
    return {key: np.asarray(one, float) for key, one in zip(indicator.output_names, series, strict=True)}


def _from_pandas_ta(name: str, function: str, bars: Bars, params: dict[str, float | str]) -> Outputs:
    ta.accept_frames()
    import pandas_ta

    if function not in {one for group in pandas_ta.Category.values() for one in group}:
        raise BadInput(f"pandas-ta has no indicator {shown(name)}.")
    indicator = getattr(pandas_ta, function)
    takes = [key.rstrip("_") for key in inspect.signature(indicator).parameters if key not in ("talib", "kwargs")]
    _refuse_unknown(name, params, [key for key in takes if key not in PRICES])
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


def _refuse_unknown(name: str, params: Mapping[str, object], takes: Collection[str]) -> None:
    for key in params:
        if key not in takes:
            raise BadInput(f"{name} has no parameter {shown(key)}; it has {listed(takes)}.")
