"""The risk settings against the printed table of the design, and what a person may type for them."""

from decimal import Decimal

import msgspec
import pytest

from engine.model.errors import BadInput, BadSetting
from engine.model.limits import SETTINGS, RiskLimits, setting, shown, with_settings

PRINTED = """
RISK_PER_TRADE_PERCENT 2 0.01 10
MAX_POSITION_SIZE_PERCENT 10 0.1 100
MAX_LEVERAGE 5 1 50
MAX_DAILY_LOSS_PERCENT 5 0.1 50
MAX_WEEKLY_LOSS_PERCENT 10 0.1 90
EMERGENCY_STOP_LOSS_PERCENT 15 1 90
MAX_POSITIONS 5 1 50
MAX_HEAT_PERCENT 6 0.1 50
MAX_STRESS_HEAT_PERCENT 6 0.1 50
MAX_CORRELATED_EXPOSURE 3 0.1 50
VAR_LIMIT_PERCENT 5 0.1 50
VAR_ALPHA 0.05 0.01 0.10
LIQUIDATION_BUFFER 0.5 0.1 0.9
CONSECUTIVE_LOSSES 3 1 20
LOSS_PAUSE_MIN 60 1 1440
KELLY_FRACTION 0.25 0.05 1
KELLY_CAP 2 0.1 5
VOL_TARGET_PERCENT 25 1 200
STRATEGY_BUDGET_PERCENT none 0.1 500
MAX_CONCENTRATION_PERCENT none 0.1 500
MAX_NET_EXPOSURE none 0.1 50
MAX_SAME_DIRECTION none 1 50
ES_LIMIT_PERCENT 8 0.1 90
PRICE_BAND_PERCENT 5 0.1 50
MAX_SPREAD_PERCENT 0.2 0.001 10
MAX_DEPTH_SHARE 0.25 0.01 1
VOLATILITY_HALT_K 8 1 100
VOLATILITY_HALT_M 4 1 4.13
BAD_PRICE_PERCENT 2 0.1 50
STALE_PRICE_MS 3000 100 60000
ORDER_BURST 5 1 1000
ORDER_RATE 5 0.1 1000
MAX_REJECTS 5 1 100
REJECT_WINDOW_S 60 1 3600
BLIND_S 10 1 600
"""
"""Name, default, least and most, typed off the table of settings."""

ROWS = [tuple(line.split()) for line in PRINTED.split("\n") if line]
OTHERS = {
    "MAX_POSITION_SIZE": "none",
    "VAR_METHOD": "historical",
    "SIZING_MODE": "percent",
    "SIZING_AMOUNT": "100",
    "SIZING_SHARE_PERCENT": "10",
    "SIZING_ATR": "2",
    "ALLOW_SCALE_DOWN": "on",
    "COOLDOWN_BARS": "0",
    "MAX_TRADES_PER_DAY": "none",
    "PERFORMANCE_PAUSE": "off",
}


def test_the_settings_are_those_of_the_table_with_its_defaults() -> None:
    assert shown(RiskLimits()) == {name: default for name, default, _, _ in ROWS} | OTHERS


@pytest.mark.parametrize(("name", "default", "least", "most"), ROWS)
def test_both_ends_of_a_range_are_accepted_and_what_is_beyond_is_not(
    name: str, default: str, least: str, most: str
) -> None:
    found, wide = setting(name), RiskLimits(max_daily_loss=Decimal("0.001"), emergency_stop_loss=Decimal("0.9"))
    if name not in ("MAX_DAILY_LOSS_PERCENT", "EMERGENCY_STOP_LOSS_PERCENT"):
        assert Decimal(shown(with_settings(wide, {name: least}))[name]) == Decimal(least)
        assert Decimal(shown(with_settings(wide, {name: most}))[name]) == Decimal(most)
    for beyond in (str(Decimal(most) * 2), str(Decimal(least) / 2), f"-{least}", "0"):
        with pytest.raises(BadSetting, match=f"^{name} is '{beyond}', but it takes "):
            found.parse(beyond)


def test_percent_become_fractions_once_and_exactly() -> None:
    changed = with_settings(RiskLimits(), {"RISK_PER_TRADE_PERCENT": "0.35", "max_daily_loss_percent": "4.5%"})
    assert (changed.risk_per_trade, changed.max_daily_loss) == (Decimal("0.0035"), Decimal("0.045"))


@pytest.mark.parametrize(
    "text", ["", " ", "nan", "inf", "1e2", "five", "5,0", "٥", "5 5", "0x5", "1_0", "5%%", "5" * 10_000, "🙂", "5\n6"]
)
def test_what_is_not_a_plain_number_is_refused_in_one_short_sentence(text: str) -> None:
    for name in ("MAX_LEVERAGE", "MAX_POSITIONS", "RISK_PER_TRADE_PERCENT"):
        with pytest.raises(BadSetting) as refusal:
            with_settings(RiskLimits(), {name: text})
        assert "\n" not in str(refusal.value)
        assert len(str(refusal.value)) < 150


def test_a_cap_may_be_switched_off_where_the_table_says_none_and_nowhere_else() -> None:
    off = {name for name, each in SETTINGS.items() if each.optional}
    assert off == {
        "MAX_POSITION_SIZE",
        "STRATEGY_BUDGET_PERCENT",
        "MAX_CONCENTRATION_PERCENT",
        "MAX_NET_EXPOSURE",
        "MAX_SAME_DIRECTION",
        "MAX_TRADES_PER_DAY",
        "CONSECUTIVE_LOSSES",
        "VOLATILITY_HALT_M",
    }
    capped = with_settings(RiskLimits(), {"MAX_POSITION_SIZE": "2500"})
    assert capped.max_notional == Decimal(2500)
    assert with_settings(capped, {"MAX_POSITION_SIZE": "none"}).max_notional is None
    with pytest.raises(BadSetting, match=r"a number above 0 \(quote currency or coin\), or none"):
        with_settings(RiskLimits(), {"MAX_POSITION_SIZE": "0"})


def test_the_emergency_stop_has_to_lie_above_the_daily_loss() -> None:
    for texts, blamed in (
        ({"MAX_DAILY_LOSS_PERCENT": "15"}, "MAX_DAILY_LOSS_PERCENT is '15', but it takes less than"),
        ({"EMERGENCY_STOP_LOSS_PERCENT": "5"}, "EMERGENCY_STOP_LOSS_PERCENT is '5', but it takes more than"),
    ):
        with pytest.raises(BadSetting, match=blamed):
            with_settings(RiskLimits(), texts)
    both = with_settings(RiskLimits(), {"MAX_DAILY_LOSS_PERCENT": "20", "EMERGENCY_STOP_LOSS_PERCENT": "20.1"})
    assert both.emergency_stop_loss == Decimal("0.201")


def test_an_unknown_name_is_answered_with_the_names_like_it() -> None:
    with pytest.raises(BadInput, match=r"^There is no risk setting 'max_leverge'; there is .*MAX_LEVERAGE"):
        with_settings(RiskLimits(), {"max_leverge": "3"})


@pytest.mark.parametrize(
    ("name", "before", "after", "tighter"),
    [
        ("MAX_DAILY_LOSS_PERCENT", "5", "4", True),
        ("MAX_DAILY_LOSS_PERCENT", "4", "5", False),
        ("MAX_DAILY_LOSS_PERCENT", "5", "5", False),
        ("MAX_POSITION_SIZE", "none", "100", True),
        ("MAX_POSITION_SIZE", "100", "none", False),
        ("MAX_SAME_DIRECTION", "3", "2", True),
        ("LOSS_PAUSE_MIN", "60", "90", True),
        ("LOSS_PAUSE_MIN", "60", "30", False),
        ("REJECT_WINDOW_S", "60", "120", True),
        ("ALLOW_SCALE_DOWN", "on", "off", True),
        ("ALLOW_SCALE_DOWN", "off", "on", False),
        ("SIZING_MODE", "percent", "kelly", False),
        ("VAR_METHOD", "historical", "normal", False),
    ],
)
def test_a_change_tightens_when_less_is_allowed_after_it(name: str, before: str, after: str, tighter: bool) -> None:
    found = setting(name)
    assert found.tightens(found.parse(before), found.parse(after)) is tighter


def test_a_storm_that_cannot_be_is_refused_in_a_sentence() -> None:
    # 15 of 240 minutes hold at most all of their squares: sqrt(239 / 14) = 4.1317.
    with pytest.raises(BadSetting, match=r"VOLATILITY_HALT_M is '4.2', but it takes a number from 1 to 4.13, or none"):
        with_settings(RiskLimits(), {"VOLATILITY_HALT_M": "4.2"})


def test_every_field_of_the_limits_belongs_to_one_setting() -> None:
    fields = [each.attribute for each in SETTINGS.values()]
    assert sorted(fields) == sorted(field.name for field in msgspec.structs.fields(RiskLimits))


def test_the_text_of_every_value_is_read_back_as_the_same_value() -> None:
    assert with_settings(RiskLimits(max_leverage=Decimal(1)), shown(RiskLimits())) == RiskLimits()
