from decimal import Decimal

import pytest

from engine.feeds.symbols import split_symbol, unlisted
from engine.model.inverse import Inverse


@pytest.mark.parametrize(
    ("symbol", "pair"),
    [
        ("BTCUSDT", ("BTC", "USDT")),
        ("ADABTC", ("ADA", "BTC")),
        ("XRPETH", ("XRP", "ETH")),
        ("BTCUSD", ("BTC", "USD")),
        ("BTCFDUSD", ("BTC", "FDUSD")),
        ("ETHEUR", ("ETH", "EUR")),
        ("ethusdc", ("eth", "usdc")),
        ("BTC/USDT", ("BTC", "USDT")),
        ("BTC/USDT:USDT", ("BTC", "USDT")),
        ("USDT", ("USDT", "")),
        ("data", ("data", "")),
    ],
)
def test_a_symbol_splits_into_base_and_quote(symbol: str, pair: tuple[str, str]) -> None:
    assert split_symbol(symbol) == pair


def test_a_symbol_without_a_venue_has_no_tick_a_fine_step_and_no_minimums() -> None:
    bare = unlisted("BTCUSDT")
    assert (bare.base, bare.quote, bare.tick, bare.step) == ("BTC", "USDT", None, Decimal("0.000001"))
    assert bare.min_qty == bare.min_notional == 0


def test_tick_and_step_can_be_set() -> None:
    ruled = unlisted("BTCUSDT", Decimal("0.1"), Decimal("0.001"))
    assert (ruled.tick, ruled.step) == (Decimal("0.1"), Decimal("0.001"))


def test_a_symbol_settled_in_its_base_is_an_inverse_contract_of_the_published_size() -> None:
    bitcoin, ether = unlisted("BTC/USD:BTC"), unlisted("ETH/USD:ETH-261225", step=Decimal(5))
    assert (bitcoin.inverse, bitcoin.step, bitcoin.min_qty) == (Inverse(Decimal(100)), Decimal(1), Decimal(1))
    assert (ether.inverse, ether.step, ether.currency) == (Inverse(Decimal(10)), Decimal(5), "ETH")
    assert unlisted("BTC/USD:BTC", contract_size=Decimal(1)).inverse == Inverse(Decimal(1))
    assert unlisted("BTC/USDT:USDT", contract_size=Decimal(1)).inverse is None
