"""Inverse contracts by hand, and which of them one account may hold."""

from decimal import Decimal as D

import pytest

from engine.model.errors import BadInput
from engine.model.instrument import Instrument
from engine.model.inverse import Inverse, lost, profit, worded, worth
from engine.model.settlement import account_currency, inverse_of, starting_cash

TEN = Inverse(D(10))


def test_the_printed_example_of_a_harmonic_average() -> None:
    avg = TEN.average(D(120), D(2450), D(80), D(2510))
    assert round(avg, 10) == D("2473.6524537409")
    assert round(TEN.profit(D(200), avg, D(2530)), 12) == D("0.018007183977")
    assert TEN.average(D(0), D(0), D(80), D(2510)) == D(2510)


def test_a_long_and_a_short_gain_what_the_coin_of_a_contract_changes_by() -> None:
    # 10 / 80 - 10 / 100 = 0.025 coin a contract.
    assert (TEN.profit(D(4), D(80), D(100)), TEN.profit(D(-4), D(80), D(100))) == (D("0.1"), D("-0.1"))
    assert (profit(TEN, D(4), D(80), D(100)), profit(None, D(4), D(80), D(100))) == (D("0.1"), D(80))
    assert (worth(TEN, D(80)), worth(None, D(80)), worth(TEN, D(3))) == (D("0.125"), D(80), D("3.33333333333333333333"))


def test_what_is_lost_to_a_stop_is_never_below_nothing() -> None:
    assert lost(TEN, D(4), D(100), D(80)) == D("0.1")
    assert lost(TEN, D(4), D(100), D(125)) == 0
    assert lost(TEN, D(-4), D(80), None) == D("0.5")


def test_coin_is_worded_with_six_decimals_and_quote_money_with_two() -> None:
    assert (worded(TEN, D("0.0123456")), worded(None, D("0.0123456"))) == ("0.012346", "0.01")


def contract(symbol: str, base: str, inverse: Inverse | None = TEN) -> Instrument:
    return Instrument(symbol, base, "USD", inverse=inverse)


def test_an_account_of_one_coin_holds_nothing_else() -> None:
    perpetual, future = contract("BTC/USD:BTC", "BTC"), contract("BTC/USD:BTC-261225", "BTC")
    both = {each.symbol: each for each in (perpetual, future)}
    assert (inverse_of(both), account_currency(both)) == (dict.fromkeys(both, TEN), "BTC")
    for other, currency in ((contract("ETH/USD:ETH", "ETH"), "ETH"), (contract("BTC/USD", "BTC", None), "USD")):
        with pytest.raises(BadInput) as refused:
            inverse_of({perpetual.symbol: perpetual, other.symbol: other})
        named = f"BTC/USD:BTC in BTC, {other.symbol} in {currency}"
        assert str(refused.value) == f"One account is in one currency, but these are settled in several: {named}."


def test_a_simulated_account_begins_with_what_contracts_fit_into() -> None:
    coins = [starting_cash([contract(f"{coin}/USD:{coin}", coin)]) for coin in ("BTC", "ETH", "DOGE")]
    assert coins == [D(1), D(10), D(1_000)]
    assert starting_cash([contract("A", "A", None)]) == starting_cash([]) == 10_000


def test_quote_settled_markets_are_as_they_were() -> None:
    linear = {"A": contract("A", "A", None), "B": contract("B", "B", None)}
    assert (inverse_of(linear), account_currency(linear), account_currency({})) == ({}, "USD", "")
