"""Unified symbols say what market they are."""

import pytest

from engine.model.contract import Contract, contract


@pytest.mark.parametrize(
    ("symbol", "market"),
    [
        ("BTC/USDT", Contract("BTC", "USDT", "spot")),
        ("BTC/USDT:USDT", Contract("BTC", "USDT", "perpetual")),
        # 2026-03-27 is 20,539 days after 1970-01-01: 20,539 * 86,400 + 8 * 3,600 = 1,774,598,400.
        ("BTC/USDT:BTC-260327", Contract("BTC", "USDT", "future", 1_774_598_400_000, inverse=True)),
        ("BTC/USD:BTC", Contract("BTC", "USD", "perpetual", inverse=True)),
        ("BTC/USDT:USDT-261399", None),
        ("BTCUSDT", None),
        ("BTC/USDT:USDT-260327-80000-C", None),
    ],
)
def test_a_symbol_names_its_market(symbol: str, market: Contract | None) -> None:
    assert contract(symbol) == market
