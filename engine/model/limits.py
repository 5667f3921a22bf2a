"""The limits of risk: every setting of risk.md section 11 but the time zone, with defaults and ranges."""

from collections.abc import Mapping
from decimal import Decimal
from difflib import get_close_matches

import msgspec

from engine.model.errors import BadInput, BadSetting
from engine.model.setting import Careful, Choice, Count, Number, Setting, Switch, Value

SIZING_MODES = ("percent", "fixed", "amount", "percent_equity", "atr", "kelly", "vol_target", "signal_vol")
VAR_METHODS = ("historical", "normal", "cornish_fisher", "ewma")


class RiskLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Limits in force. Shares are fractions (0.05 is 5 %), exposure and leverage multiples of equity.

    Fields are named after their settings; `max_position_size` is the share of MAX_POSITION_SIZE_PERCENT, and
    `max_notional` the amount of MAX_POSITION_SIZE, in quote currency or coin. None is a cap that is off.
    """

    risk_per_trade: Decimal = Decimal("0.02")
    max_position_size: Decimal = Decimal("0.1")
    max_notional: Decimal | None = None
    max_leverage: Decimal = Decimal(5)
    max_daily_loss: Decimal = Decimal("0.05")
    max_weekly_loss: Decimal = Decimal("0.1")
    emergency_stop_loss: Decimal = Decimal("0.15")
    max_positions: int = 5
    max_heat: Decimal = Decimal("0.06")
    max_stress_heat: Decimal = Decimal("0.06")
    max_correlated_exposure: Decimal = Decimal(3)
    var_limit: Decimal = Decimal("0.05")
    var_method: str = "historical"
    var_alpha: Decimal = Decimal("0.05")
    liquidation_buffer: Decimal = Decimal("0.5")
    consecutive_losses: int | None = 3
    loss_pause_min: int = 60
    kelly_fraction: Decimal = Decimal("0.25")
    kelly_cap: Decimal = Decimal(2)
    vol_target: Decimal = Decimal("0.25")
    sizing_mode: str = "percent"
    sizing_amount: Decimal = Decimal(100)
    sizing_share: Decimal = Decimal("0.1")
    sizing_atr: Decimal = Decimal(2)
    allow_scale_down: bool = True
    strategy_budget: Decimal | None = None
    max_concentration: Decimal | None = None
    max_net_exposure: Decimal | None = None
    max_same_direction: int | None = None
    es_limit: Decimal = Decimal("0.08")
    price_band: Decimal = Decimal("0.05")
    max_spread: Decimal = Decimal("0.002")
    max_depth_share: Decimal = Decimal("0.25")
    volatility_halt_k: Decimal = Decimal(8)
    volatility_halt_m: Decimal | None = Decimal(4)
    bad_price: Decimal = Decimal("0.02")
    stale_price_ms: int = 3000
    cooldown_bars: int = 0
    max_trades_per_day: int | None = None
    performance_pause: bool = False
    order_burst: int = 5
    order_rate: Decimal = Decimal(5)
    max_rejects: int = 5
    reject_window_s: int = 60
    blind_s: int = 10


def _percent(low: str, high: str) -> Number:
    return Number(low, high, "percent")


def _setting(
    name: str,
    kind: Number | Count | Choice | Switch,
    label: str,
    rule: str,
    *,
    attribute: str | None = None,
    more_is_careful: bool = False,
    optional: bool = False,
) -> Setting:
    careful: Careful = "neither" if isinstance(kind, Choice) else "higher" if more_is_careful else "lower"
    attribute = attribute or name.lower().removesuffix("_percent")
    return Setting(name, attribute, kind, label, rule, careful, optional)


_TABLE = (
    _setting(
        "RISK_PER_TRADE_PERCENT",
        _percent("0.01", "10"),
        "Risk per trade",
        "Share of equity that a trade loses when its stop is hit, fees included.",
    ),
    _setting(
        "MAX_POSITION_SIZE_PERCENT",
        _percent("0.1", "100"),
        "Position size",
        "Largest notional of one symbol as a share of equity.",
    ),
    _setting(
        "MAX_POSITION_SIZE",
        Number("0", None, "quote"),
        "Position amount",
        "Largest notional of one position, in the currency of the account.",
        attribute="max_notional",
        optional=True,
    ),
    _setting(
        "MAX_LEVERAGE",
        Number("1", "50", "times"),
        "Leverage",
        "Largest gross notional as a multiple of equity, and the leverage of isolated margin.",
    ),
    _setting(
        "MAX_DAILY_LOSS_PERCENT",
        _percent("0.1", "50"),
        "Daily loss",
        "Loss of the day at which no entry is allowed until the next day.",
    ),
    _setting(
        "MAX_WEEKLY_LOSS_PERCENT",
        _percent("0.1", "90"),
        "Weekly loss",
        "Loss of the ISO week at which no entry is allowed until the next week.",
    ),
    _setting(
        "EMERGENCY_STOP_LOSS_PERCENT",
        _percent("1", "90"),
        "Emergency stop",
        "Fall from the highest equity at which everything is closed and trading halts; above the daily loss.",
    ),
    _setting("MAX_POSITIONS", Count(1, 50), "Positions", "Most positions open at once."),
    _setting(
        "MAX_HEAT_PERCENT",
        _percent("0.1", "50"),
        "Heat",
        "Most equity that all open stops together may lose.",
    ),
    _setting(
        "MAX_STRESS_HEAT_PERCENT",
        _percent("0.1", "50"),
        "Stress heat",
        "The same, with what is on one side moving together at 0.9 or more.",
    ),
    _setting(
        "MAX_CORRELATED_EXPOSURE",
        Number("0.1", "50", "times"),
        "Correlated exposure",
        "Largest notional of positions that move together, as a multiple of equity.",
    ),
    _setting("VAR_LIMIT_PERCENT", _percent("0.1", "50"), "Value at risk", "Largest value at risk of one day."),
    _setting("VAR_METHOD", Choice(VAR_METHODS), "VaR method", "How value at risk is computed."),
    _setting(
        "VAR_ALPHA",
        Number("0.01", "0.10", "share"),
        "VaR tail",
        "Share of days on which a loss beyond the value at risk is expected.",
    ),
    _setting(
        "LIQUIDATION_BUFFER",
        Number("0.1", "0.9", "share"),
        "Liquidation buffer",
        "A stop may lie at most this share of the way from entry to liquidation.",
    ),
    _setting(
        "CONSECUTIVE_LOSSES",
        Count(1, 20),
        "Losses in a row",
        "Losing trades in a row that pause a strategy.",
        optional=True,
    ),
    _setting(
        "LOSS_PAUSE_MIN",
        Count(1, 1440, "min"),
        "Loss pause",
        "Minutes that a strategy pauses after losses in a row.",
        more_is_careful=True,
    ),
    _setting(
        "KELLY_FRACTION",
        Number("0.05", "1", "share"),
        "Kelly fraction",
        "Share of the full Kelly size that is used.",
    ),
    _setting(
        "KELLY_CAP",
        Number("0.1", "5", "times"),
        "Kelly cap",
        "Largest Kelly size as a multiple of equity.",
    ),
    _setting(
        "VOL_TARGET_PERCENT",
        _percent("1", "200"),
        "Volatility target",
        "Annual volatility that the sizing mode vol_target aims at.",
    ),
    _setting("SIZING_MODE", Choice(SIZING_MODES), "Sizing", "How the size of an entry is computed."),
    _setting(
        "SIZING_AMOUNT",
        Number("0", None, "quote"),
        "Sizing amount",
        "What the mode fixed puts at risk, the mode amount trades, and the mode signal_vol takes as its budget, "
        "in the currency of the account.",
    ),
    _setting(
        "SIZING_SHARE_PERCENT",
        _percent("0.1", "500"),
        "Sizing share",
        "Notional that the mode percent_equity trades as a share of equity.",
    ),
    _setting(
        "SIZING_ATR",
        Number("0.1", "20", "times"),
        "Sizing ATR",
        "Average true ranges, of 14 bars of its timeframe, from an entry to the stop that the mode atr places.",
        more_is_careful=True,
    ),
    _setting(
        "ALLOW_SCALE_DOWN",
        Switch(),
        "Scale down",
        "Whether an entry that is too large is made smaller instead of refused.",
    ),
    _setting(
        "STRATEGY_BUDGET_PERCENT",
        _percent("0.1", "500"),
        "Strategy budget",
        "Largest gross notional of one strategy as a share of equity.",
        optional=True,
    ),
    _setting(
        "MAX_CONCENTRATION_PERCENT",
        _percent("0.1", "500"),
        "Concentration",
        "Largest gross notional of one base asset as a share of equity.",
        optional=True,
    ),
    _setting(
        "MAX_NET_EXPOSURE",
        Number("0.1", "50", "times"),
        "Net exposure",
        "Largest difference of long and short notional as a multiple of equity.",
        optional=True,
    ),
    _setting(
        "MAX_SAME_DIRECTION",
        Count(1, 50),
        "Same direction",
        "Most positions open on one side.",
        optional=True,
    ),
    _setting("ES_LIMIT_PERCENT", _percent("0.1", "90"), "Expected shortfall", "Largest expected shortfall of one day."),
    _setting(
        "PRICE_BAND_PERCENT",
        _percent("0.1", "50"),
        "Price band",
        "How far a limit price may lie beyond the mark price.",
    ),
    _setting(
        "MAX_SPREAD_PERCENT",
        _percent("0.001", "10"),
        "Spread",
        "Widest spread an entry accepts, as a share of the mid price; where quotes are streamed.",
    ),
    _setting(
        "MAX_DEPTH_SHARE",
        Number("0.01", "1", "share"),
        "Depth share",
        "Largest share of what stands within 0.1 % of the mid price that an entry takes; where books are streamed.",
    ),
    _setting(
        "VOLATILITY_HALT_K",
        Number("1", "100"),
        "Shock halt",
        "A minute's return of more than this many deviations halts the symbol.",
    ),
    _setting(
        "VOLATILITY_HALT_M",
        Number("1", "4.13"),
        "Storm halt",
        "Fifteen minutes this many times as volatile as the four hours they end halt the symbol; "
        "more than 4.13 times cannot be, as they are part of the four hours.",
        optional=True,
    ),
    _setting(
        "BAD_PRICE_PERCENT",
        _percent("0.1", "50"),
        "Bad price",
        "A price further than this from the median of the last five is refused.",
    ),
    _setting(
        "STALE_PRICE_MS",
        Count(100, 60_000, "ms"),
        "Stale price",
        "Age at which a price is too old for an entry.",
    ),
    _setting(
        "COOLDOWN_BARS",
        Count(0, 1000),
        "Cooldown",
        "Bars of its timeframe that a strategy waits on a symbol after an exit there.",
        more_is_careful=True,
    ),
    _setting(
        "MAX_TRADES_PER_DAY",
        Count(1, 1000),
        "Trades a day",
        "Most trades that a strategy opens on a symbol in one UTC day.",
        optional=True,
    ),
    _setting(
        "PERFORMANCE_PAUSE",
        Switch(),
        "Performance pause",
        "Whether a strategy with 20 closed trades in 30 days and an SQN below -1 is paused until turned on.",
        more_is_careful=True,
    ),
    _setting("ORDER_BURST", Count(1, 1000), "Order burst", "Orders that may be sent at once."),
    _setting("ORDER_RATE", Number("0.1", "1000"), "Order rate", "Orders a second in the long run."),
    _setting("MAX_REJECTS", Count(1, 100), "Rejects", "Rejected orders within the window that stop entries."),
    _setting(
        "REJECT_WINDOW_S",
        Count(1, 3600, "s"),
        "Reject window",
        "Length of the window in which rejects are counted.",
        more_is_careful=True,
    ),
    _setting("BLIND_S", Count(1, 600, "s"), "Blind time", "Seconds without a sign of the exchange that stop entries."),
)

SETTINGS: dict[str, Setting] = {setting.name: setting for setting in _TABLE}
"""Every setting by the name that users know, in the order of risk.md section 11."""


def setting(name: str) -> Setting:
    """The setting of this name in any case; BadInput offers the names that are like it."""
    wanted = name.strip().upper()
    found = SETTINGS.get(wanted)
    if found is None:
        begun = {each[: len(wanted)]: each for each in SETTINGS}  # who has typed half of a name has not typed it wrong
        near = [begun[each] for each in get_close_matches(wanted[:40], begun)] or get_close_matches(
            wanted[:40], SETTINGS
        )
        hint = f"there is {', '.join(near)}" if near else "docs/configuration.md lists them all"
        raise BadInput(f"There is no risk setting {name[:40]!r}; {hint}.")
    return found


def value_of(limits: RiskLimits, wanted: Setting) -> Value:
    """A setting's value in these limits."""
    value: Value = getattr(limits, wanted.attribute)
    return value


def shown(limits: RiskLimits) -> dict[str, str]:
    """Every setting with the text of its value: what `with_settings` reads back."""
    return {name: each.show(value_of(limits, each)) for name, each in SETTINGS.items()}


def with_settings(limits: RiskLimits, texts: Mapping[str, str]) -> RiskLimits:
    """The limits with these settings (name in any case -> text as typed) in place of theirs.

    Raises BadInput for an unknown name and BadSetting, one sentence, for a value out of range or an emergency
    stop that does not lie above the daily loss.
    """
    wanted = {setting(name): text for name, text in texts.items()}
    changed = msgspec.structs.replace(limits, **{each.attribute: each.parse(text) for each, text in wanted.items()})
    if changed.emergency_stop_loss > changed.max_daily_loss:
        return changed
    daily, emergency = SETTINGS["MAX_DAILY_LOSS_PERCENT"], SETTINGS["EMERGENCY_STOP_LOSS_PERCENT"]
    daily_text, emergency_text = (each.show(value_of(changed, each)) for each in (daily, emergency))
    if daily in wanted and emergency not in wanted:
        raise BadSetting(daily.name, daily_text, f"less than {emergency.name}, which is {emergency_text}")
    raise BadSetting(emergency.name, emergency_text, f"more than {daily.name}, which is {daily_text}")
