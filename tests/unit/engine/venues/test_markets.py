from decimal import Decimal

import pytest

from engine.model.errors import BadInput
from engine.model.inverse import Inverse
from engine.venues.api import Market
from engine.venues.markets import TICK_SIZE, check_timeframes, find_market, instrument

SIGNIFICANT_DIGITS = 3


def _market(
    symbol: str, market_id: str, *, swap: bool = False, linear: bool | None = None, inverse: bool | None = None
) -> Market:
    return {
        "id": market_id,
        "symbol": symbol,
        "base": "BTC",
        "quote": "USDT",
        "type": "swap" if swap else "spot",
        "active": True,
        "spot": not swap,
        "swap": swap,
        "linear": linear,
        "inverse": inverse,
        "contractSize": 0.001 if swap else None,
        "taker": 0.0006 if swap else None,
        "maker": -0.0001 if swap else None,
        "precision": {"price": 0.1, "amount": 1.0 if swap else 0.00001},
        "limits": {"amount": {"min": 2.0 if swap else 0.0001}, "cost": {"min": 5.0}},
    }


SPOT = _market("BTC/USDT", "BTCUSDT")
LINEAR = _market("BTC/USDT:USDT", "BTCUSDT", swap=True, linear=True)
INVERSE = _market("BTC/USD:BTC", "BTCUSD_PERP", swap=True, linear=False, inverse=True)
QUANTO = _market("BTC/USD:ETH", "BTCUSD_Q", swap=True, linear=False, inverse=False)
MARKETS = {market["symbol"]: market for market in (SPOT, LINEAR, INVERSE, QUANTO)}


def test_amounts_of_contracts_become_base_units() -> None:
    found = instrument(LINEAR, TICK_SIZE)
    assert (found.tick, found.step, found.min_qty) == (Decimal("0.1"), Decimal("0.001"), Decimal("0.002"))
    assert (found.symbol, found.base, found.quote) == ("BTC/USDT:USDT", "BTC", "USDT")
    assert found.min_notional == Decimal(5)


def test_rules_are_exact_decimals_of_what_the_exchange_wrote() -> None:
    found = instrument(SPOT, TICK_SIZE)
    assert [str(found.tick), f"{found.step:f}", str(found.min_notional)] == ["0.1", "0.00001", "5"]


def test_fees_are_those_that_the_exchange_lists() -> None:
    found = instrument(LINEAR, TICK_SIZE)
    assert (found.taker, found.maker) == (Decimal("0.0006"), Decimal("-0.0001"))
    assert (instrument(SPOT, TICK_SIZE).taker, instrument(SPOT, TICK_SIZE).maker) == (None, None)


def test_significant_digits_are_no_tick() -> None:
    found = instrument(SPOT, SIGNIFICANT_DIGITS)
    assert (found.tick, found.step) == (None, Decimal("0.00000001"))


@pytest.mark.parametrize("wanted", ["BTCUSDT", "btcusdt", "BTC/USDT:USDT"])
def test_an_id_that_several_markets_share_is_the_linear_perpetual(wanted: str) -> None:
    assert find_market(MARKETS, wanted, "x")["symbol"] == "BTC/USDT:USDT"


def test_a_contract_settled_in_its_base_is_inverse_and_counted_in_contracts() -> None:
    found = instrument(find_market(MARKETS, "BTC/USD:BTC", "okx"), TICK_SIZE)
    assert (found.inverse, found.step, found.min_qty) == (Inverse(Decimal("0.001")), Decimal(1), Decimal(2))
    assert (found.min_notional, found.currency) == (Decimal(0), "BTC")


def test_an_inverse_contract_is_refused_where_nobody_knows_what_is_counted_or_what_it_is_worth() -> None:
    with pytest.raises(
        BadInput, match=r"^BTC/USD:BTC of x is settled in coin.*on binancecoinm, bybit, deribit and okx\.$"
    ):
        find_market(MARKETS, "BTC/USD:BTC", "x")
    unsaid: Market = {**INVERSE, "contractSize": None}
    with pytest.raises(BadInput, match=r"^okx does not say what a contract of BTC/USD:BTC is worth; choose another\.$"):
        find_market({"BTC/USD:BTC": unsaid}, "BTC/USD:BTC", "okx")


def test_a_market_settled_in_a_third_currency_is_refused() -> None:
    with pytest.raises(BadInput, match=r"^BTC/USD:ETH of x is an option or settled in a third currency; spot and"):
        find_market(MARKETS, "BTC/USD:ETH", "x")


def test_an_exchange_without_minutes_is_refused() -> None:
    with pytest.raises(BadInput, match=r"^x has no 1m candles"):
        check_timeframes(["5m"], {"5m": "5"}, "x")
