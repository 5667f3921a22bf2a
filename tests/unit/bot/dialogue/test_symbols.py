"""Symbols are found as people write them, and stand in buttons as signs."""

import pytest

from bot.dialogue.symbols import sign, signed_by, symbol_of
from engine.model.errors import BadInput

PERPETUALS = ("BNB/USDT:USDT", "BTC/USDT:USDT", "ETH/USDT:USDT")
MIXED = ("BTC/USDC:USDC", "BTC/USDT:USDT", "SOLUSDT")


@pytest.mark.parametrize("text", ["btc", "BTC", "btcusdt", "BTC/USDT", "btc-usdt", "BTC/USDT:USDT", "bt"])
def test_a_symbol_is_found_however_it_is_written(text: str) -> None:
    assert symbol_of(text, PERPETUALS) == "BTC/USDT:USDT"


@pytest.mark.parametrize(
    ("text", "symbols", "sentence"),
    [
        ("doge", PERPETUALS, "There is no symbol 'doge'; there are BNB, BTC, ETH."),
        ("b", PERPETUALS, "'b' may be BNB/USDT:USDT or BTC/USDT:USDT; write one of them."),
        ("btc", MIXED, "'btc' may be BTC/USDC:USDC or BTC/USDT:USDT; write one of them."),
        ("🤷", PERPETUALS, "There is no symbol '🤷'; there are BNB, BTC, ETH."),
        ("btc", (), "No symbol is known yet: the exchange has not answered."),
    ],
)
def test_what_is_not_one_symbol_gets_one_sentence(text: str, symbols: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(BadInput) as refused:
        symbol_of(text, symbols)
    assert str(refused.value) == sentence


def test_the_settlement_may_be_written_where_the_market_has_none_and_tells_two_apart() -> None:
    assert symbol_of("BTC/USDT:USDT", ("BTCUSDT", "ETHUSDT")) == "BTCUSDT"
    assert symbol_of("btc/usd:btc", ("BTC/USD:BTC", "BTC/USD:USD")) == "BTC/USD:BTC"


def test_a_whole_name_wins_over_the_beginning_of_another() -> None:
    assert symbol_of("sol", ("SOLUSDT", "SOLVUSDT")) == "SOLUSDT"


def test_a_sign_is_plain_and_leads_back() -> None:
    for symbol in (*PERPETUALS, *MIXED):
        assert sign(symbol).isalnum()
        assert signed_by(sign(symbol), (symbol, "XRPUSDT")) == symbol
    with pytest.raises(BadInput, match="not in this market any more"):
        signed_by(sign("XRPUSDT"), PERPETUALS)
