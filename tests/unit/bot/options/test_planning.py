"""What is typed on the command line becomes a plan."""

import pytest

from bot.options.planning import risks
from engine.model.errors import BadInput


def test_a_risk_setting_with_a_name_before_it_is_that_strategys_own() -> None:
    desk, own = risks(
        ["ma_cross@5m", "razor"],
        [
            "MAX_LEVERAGE=3",
            "ma_cross.RISK_PER_TRADE_PERCENT=1",
            "razor.cooldown_bars=5",
            "ma_cross@5m.MAX_TRADES_PER_DAY=2",
        ],
    )
    assert desk == {"MAX_LEVERAGE": "3"}
    assert own == {
        "ma_cross@5m": {"RISK_PER_TRADE_PERCENT": "1", "MAX_TRADES_PER_DAY": "2"},
        "razor": {"COOLDOWN_BARS": "5"},
    }


def test_a_name_that_is_no_strategy_of_the_run_is_refused() -> None:
    with pytest.raises(BadInput, match="NAME is one of razor"):
        risks(["razor"], ["ma_cross.COOLDOWN_BARS=5"])
