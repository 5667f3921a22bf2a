"""What is typed on the command line becomes a plan."""

from decimal import Decimal
from pathlib import Path

import pytest

from bot.options.options import MarketOptions
from bot.options.planning import recorded, risks
from engine.model.errors import BadInput
from engine.model.inverse import Inverse


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


def test_a_contract_size_is_of_inverse_contracts(tmp_path: Path) -> None:
    file = tmp_path / "m.csv"
    rows = [f"{60_000 * i},100,101,99,100,1" for i in range(1, 4)]
    file.write_text("\n".join(["ts,open,high,low,close,volume", *rows]))
    (found,) = recorded([f"BTC/USD:BTC={file}"], MarketOptions(contract_size="5")).whole().instruments
    assert found.inverse == Inverse(Decimal(5))
    with pytest.raises(BadInput, match=r"^--contract-size is of inverse contracts such as BTC/USD:BTC; here is BTC\.$"):
        recorded([f"BTC={file}"], MarketOptions(contract_size="5"))
    with pytest.raises(BadInput, match=r"^--contract-size"):
        recorded([f"BTC/USD:BTC={file}"], MarketOptions(contract_size="0"))
