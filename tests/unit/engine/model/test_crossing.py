"""Which markets are paid in another currency than the account's, and what stands behind them."""

from decimal import Decimal as D

import pytest

from engine.model.crossing import Cross, crosses_of, crumb, homes_of
from engine.model.errors import BadInput
from tests.rounds import CROSS, ETH, RULES, SOL, STEPS

KNOWN = {one.symbol: one for one in RULES}


def test_a_market_paid_in_what_another_market_buys_is_a_cross_market() -> None:
    found = crosses_of([*reversed(STEPS), "BTC/USDT:USDT", "BTCUSDT", "BTC/USD:BTC"])
    assert found == {CROSS: Cross(ETH, SOL)}
    assert (found[CROSS].ends("buy"), found[CROSS].ends("sell")) == ((ETH, SOL), (SOL, ETH))
    assert homes_of(found) == {ETH, SOL}


def test_the_account_is_in_a_currency_that_no_market_buys() -> None:
    six = ["BTC/USDT", "ETH/BTC", ETH, "SOL/BTC", CROSS, SOL]
    assert crosses_of(six) == {
        "ETH/BTC": Cross("BTC/USDT", ETH),
        "SOL/BTC": Cross("BTC/USDT", SOL),
        CROSS: Cross(ETH, SOL),
    }


@pytest.mark.parametrize("symbols", [["SOL/ETH"], ["BTC/USDT", "ETH/USDC"], ["BTCUSDT", "ETHBTC"], ["BTC/USDT"], []])
def test_markets_of_currencies_that_are_not_traded_here_are_no_cross_markets(symbols: list[str]) -> None:
    assert crosses_of(symbols) == {}


@pytest.mark.parametrize("symbols", [[ETH, CROSS], [CROSS, "ETH/USDT:USDT", SOL], [ETH, CROSS, "SOL/USDC"]])
def test_a_cross_market_without_the_two_behind_it_is_refused(symbols: list[str]) -> None:
    with pytest.raises(BadInput, match=r"SOL/ETH is paid in ETH, .* such as ETH/USDT and SOL/USDT\.$"):
        crosses_of(symbols)


def test_dust_pays_for_not_one_step_more() -> None:
    assert crumb(KNOWN, CROSS, ETH, "buy", D("0.060150")) == D("0.0006015")
    assert crumb(KNOWN, CROSS, ETH, "buy", D("0.001")) == D("0.0001"), "a step of its own market"
    assert crumb(KNOWN, CROSS, SOL, "sell", D("0.060150")) == D("0.01")
    assert crumb(KNOWN, SOL, SOL, "sell", D(150)) == D("0.001")
