"""Risk settings of one strategy's own: they may only be tighter than the desk's (risk.md section 11)."""

from collections.abc import Mapping

import msgspec

from engine.model.errors import BadInput
from engine.model.limits import SETTINGS, RiskLimits, value_of
from engine.model.setting import Value

Own = Mapping[str, Value]
"""Values by the names of their settings, percent as fractions."""

NAMES = (
    "RISK_PER_TRADE_PERCENT",
    "SIZING_MODE",
    "SIZING_AMOUNT",
    "SIZING_SHARE_PERCENT",
    "SIZING_ATR",
    "KELLY_FRACTION",
    "VOL_TARGET_PERCENT",
    "MAX_POSITION_SIZE_PERCENT",
    "MAX_POSITION_SIZE",
    "STRATEGY_BUDGET_PERCENT",
    "COOLDOWN_BARS",
    "MAX_TRADES_PER_DAY",
    "PERFORMANCE_PAUSE",
)
"""What a strategy may have for itself."""
OF_MODE = ("SIZING_AMOUNT", "SIZING_SHARE_PERCENT", "SIZING_ATR")
"""What a sizing mode is told: a strategy with a mode of its own has its own of these too."""


def parsed(texts: Mapping[str, str]) -> Own:
    """The settings among texts by name, read; BadInput for a name that no strategy may have for itself."""
    for name in texts:
        if name not in NAMES:
            raise BadInput(f"{name[:40]!a} is no setting of a strategy's own; there is {', '.join(NAMES)}.")
    return {name: SETTINGS[name].parse(text) for name, text in texts.items()}


def divided(texts: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """A strategy's parameters, and the risk settings among them, which are written in capitals."""
    own = {name: text for name, text in texts.items() if name.isupper()}
    return {name: text for name, text in texts.items() if name not in own}, own


def shown(own: Own) -> dict[str, str]:
    """Each setting as a person would type it."""
    return {name: SETTINGS[name].show(value) for name, value in own.items()}


def tightened(limits: RiskLimits, own: Own) -> RiskLimits:
    """The desk's limits with a strategy's own where these allow less; the sizing mode is the strategy's own."""
    changed: dict[str, Value] = {}
    moded = own.get("SIZING_MODE", limits.sizing_mode) != limits.sizing_mode
    for name, value in own.items():
        setting = SETTINGS[name]
        chosen = setting.careful == "neither" or (moded and name in OF_MODE)
        if chosen or setting.tightens(value_of(limits, setting), value):
            changed[setting.attribute] = value
    return msgspec.structs.replace(limits, **changed) if changed else limits
