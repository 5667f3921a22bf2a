"""What is typed on the command line becomes a plan."""

from decimal import Decimal
from pathlib import Path

import pytest

from bot.options.options import CostOptions, MarketOptions, RiskOptions, StrategyOptions
from bot.options.planning import plan_of, recorded, risks, synthetic
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


def candles(folder: Path, volume: str = "1") -> Path:
    """A file of three minutes."""
    file = folder / "m.csv"
    rows = [f"{60_000 * i},100,101,99,100,{volume}" for i in range(1, 4)]
    file.write_text("\n".join(["ts,open,high,low,close,volume", *rows]))
    return file


def test_the_cash_is_that_of_the_accounts_currency_unless_it_is_said(tmp_path: Path) -> None:
    file = candles(tmp_path)
    for symbol, said, cash in (
        ("ETH/USD:ETH", None, "10"),
        ("ETH/USDT:USDT", None, "10000"),
        ("ETH/USD:ETH", "3", "3"),
    ):
        source = recorded([f"{symbol}={file}"], MarketOptions()).whole()
        plan = plan_of(source, StrategyOptions(), RiskOptions(), CostOptions(cash=said), ["razor"])
        assert plan.cash == Decimal(cash)


def test_a_share_of_a_volume_that_is_no_contracts_is_refused(tmp_path: Path) -> None:
    for volume, symbol, fine in (
        ("7", "BTC/USD:BTC", True),
        ("0.7", "BTC/USDT:USDT", True),
        ("0.7", "BTC/USD:BTC", False),
    ):
        source = recorded([f"{symbol}={candles(tmp_path, volume)}"], MarketOptions()).whole()
        wanted = (source, StrategyOptions(), RiskOptions(), CostOptions(participation="0.1"), ["razor"])
        if fine:
            assert plan_of(*wanted).costs.participation == Decimal("0.1")
        else:
            with pytest.raises(BadInput, match=r"^--participation takes .* that of BTC/USD:BTC has to be in contracts"):
                plan_of(*wanted)


def test_a_contract_size_is_of_inverse_contracts(tmp_path: Path) -> None:
    file = candles(tmp_path)
    (found,) = recorded([f"BTC/USD:BTC={file}"], MarketOptions(contract_size="5")).whole().instruments
    assert found.inverse == Inverse(Decimal(5))
    with pytest.raises(BadInput, match=r"^--contract-size is of inverse contracts such as BTC/USD:BTC; here is BTC\.$"):
        recorded([f"BTC={file}"], MarketOptions(contract_size="5"))
    with pytest.raises(BadInput, match=r"^--contract-size"):
        recorded([f"BTC/USD:BTC={file}"], MarketOptions(contract_size="0"))


def test_a_strategy_that_would_profit_in_another_currency_is_refused_before_anything_is_made() -> None:
    asked = StrategyOptions(strategy=["razor@1m", "triangular"])
    with pytest.raises(BadInput, match=r"^razor@1m cannot trade SOL/ETH on this desk: .* by triangular alone\.$"):
        plan_of(synthetic("7", MarketOptions(), asked.strategy), asked, RiskOptions(), CostOptions())
    alone = StrategyOptions(strategy=["triangular"])
    lacking = synthetic("7", MarketOptions(symbol=["SOL/ETH", "ETH/USDT"]))
    with pytest.raises(BadInput, match=r"^SOL/ETH is paid in ETH, in which no account is kept; it needs"):
        plan_of(lacking, alone, RiskOptions(), CostOptions())
