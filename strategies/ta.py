"""TA-Lib's compiled functions without the package around them.

`import talib` imports pandas (84 MB, 0.3 to 1.5 s) to accept its Series, and wraps each function so that a
call on an array of 1,000 rows takes 8 us instead of 2. Here the extension module is loaded alone, with pandas
and polars hidden while it starts. A later `import talib` (pandas-ta does it) finds the extension loaded and
wraps its own names as usual.
"""

import inspect
import sys
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import TYPE_CHECKING, Any

from engine.model.errors import Fatal

if TYPE_CHECKING:
    from talib._ta_lib import ADX as ADX
    from talib._ta_lib import ATR as ATR
    from talib._ta_lib import CCI as CCI
    from talib._ta_lib import EMA as EMA
    from talib._ta_lib import MACD as MACD
    from talib._ta_lib import MAX as MAX
    from talib._ta_lib import MFI as MFI
    from talib._ta_lib import MIN as MIN
    from talib._ta_lib import MINUS_DI as MINUS_DI
    from talib._ta_lib import MOM as MOM
    from talib._ta_lib import OBV as OBV
    from talib._ta_lib import PLUS_DI as PLUS_DI
    from talib._ta_lib import ROC as ROC
    from talib._ta_lib import RSI as RSI
    from talib._ta_lib import STOCH as STOCH
    from talib._ta_lib import WILLR as WILLR
    from talib._ta_lib import WMA as WMA

_EXTENSION = "talib._ta_lib"


def library() -> ModuleType:
    """The extension module, loaded once. Fatal `talib_missing` when it is not installed or does not load."""
    if _EXTENSION not in sys.modules:
        try:
            _load()
        except ImportError as error:
            sys.modules.pop(_EXTENSION, None)
            raise Fatal(
                f"talib_missing: TA-Lib cannot be loaded ({error}); install the pinned package `ta-lib`, "
                "all indicators are defined by it."
            ) from error
    return sys.modules[_EXTENSION]


def _load() -> None:
    package = find_spec("talib")
    folders = package.submodule_search_locations if package else None
    found = PathFinder.find_spec(_EXTENSION, folders) if folders else None
    if found is None or found.loader is None:
        raise ImportError("there is no package `talib` here")
    parent = ModuleType("talib")
    parent.__path__ = list(folders or ())
    names = ("talib", "pandas", "polars")
    before = {name: sys.modules[name] for name in names if name in sys.modules}
    sys.modules.update({"talib": parent, "pandas": None, "polars": None})  # type: ignore[dict-item]  # None hides
    try:
        extension = module_from_spec(found)
        sys.modules[_EXTENSION] = extension
        found.loader.exec_module(extension)
        extension._ta_initialize()
    finally:
        for name in names:
            del sys.modules[name]
        sys.modules.update(before)


def accept_frames() -> None:
    """Let the extension's abstract functions take pandas objects, as pandas-ta expects of them."""
    import pandas as pd

    extension: Any = library()
    if extension._PANDAS_SERIES is None:
        extension._PANDAS_DATAFRAME, extension._PANDAS_SERIES = pd.DataFrame, pd.Series
        extension._INPUT_ARRAYS_TYPES += (pd.DataFrame,)
        extension._ARRAY_TYPES += (pd.Series,)


def __getattr__(name: str) -> Any:
    """A TA-Lib function, free of what the package may have wrapped around it."""
    if name.startswith("_"):
        raise AttributeError(name)
    return inspect.unwrap(getattr(library(), name))
