"""Money of an account in coin is told with the coin's name and decimals, whatever else is told of beside it."""

from contextvars import copy_context
from decimal import Decimal as D
from zoneinfo import ZoneInfo

from bot.backtests.card import shown
from bot.figures.currency import QUOTE, currency_of, tell_of, tell_of_symbols, told, unit
from bot.figures.figures import money, percent, tight
from bot.screens.position import render
from engine.feeds.symbols import unlisted
from engine.model.inverse import Inverse
from tests.unit.bot.pictures import NOW, position


def in_coin() -> tuple[str, ...]:
    tell_of([unlisted("BTC/USD:BTC")])
    value = D("0.00123456")
    return told().name, money(value), tight(value, 10), tight(value, 6), percent(value), shown(value, "money")


def test_coin_has_six_decimals_and_its_own_name() -> None:
    assert copy_context().run(in_coin) == ("BTC", "0.001235", "+0.001235", "+0.001", "+0.12%", "0.001235")
    assert told() is QUOTE
    assert (money(D("0.5")), tight(D("0.5"), 10)) == ("0.50", "+0.50")


def test_quote_settled_markets_are_told_of_as_before() -> None:
    tell_of([unlisted("BTC/USDT:USDT")])
    assert told() is QUOTE


def test_a_symbol_alone_says_what_is_paid_in() -> None:
    def named() -> tuple[str, ...]:
        tell_of_symbols(["ETH/USD:ETH"])
        return told().name, unit(), currency_of("ETH/USD:ETH"), currency_of("ETH/EUR:EUR"), currency_of("ETHUSDT")

    assert copy_context().run(named) == ("ETH", " ETH", "ETH", "EUR", "USDT")
    assert (unit(), currency_of("ETHUSDT")) == ("", "USDT")


def test_what_a_position_in_coin_gains_at_its_target_is_coin() -> None:
    view = position(direction="short", qty=D(4), mark=D(100), target=D(80), stop=None, inverse=Inverse(D(100)))
    # 4 x (1.25 - 1) coin.
    assert "gain +1.0" in render(view, NOW, ZoneInfo("UTC")).text
