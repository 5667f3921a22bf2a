from decimal import Decimal as D

import pytest

from engine.model.instrument import Instrument
from engine.model.money import ceil_to, exact, floor_to, plain

TICK = Instrument("X", "X", "USDT", tick=D("0.05"), step=D("0.001"))
FREE = Instrument("X", "X", "USDT")


@pytest.mark.parametrize(
    ("value", "down", "nearest", "up"),
    [(10.07, "10.05", "10.05", "10.10"), (10.075, "10.05", "10.10", "10.10"), (10.1, "10.1", "10.1", "10.1")],
)
def test_a_price_is_put_on_the_tick_the_stated_way(value: float, down: str, nearest: str, up: str) -> None:
    assert [TICK.price(value, way) for way in ("down", "nearest", "up")] == [D(down), D(nearest), D(up)]


def test_binary_noise_costs_no_tick() -> None:
    assert TICK.price(2009.9999999999998, "down") == 2010
    assert TICK.price(2010.0000000000002, "up") == 2010


def test_without_a_tick_a_price_keeps_twelve_digits() -> None:
    assert FREE.price(1 / 3) == D("0.333333333333")
    assert FREE.round_price(D("123456.7890125"), "up") == D("123456.789013")
    assert FREE.round_price(D("123456.7890125"), "down") == D("123456.789012")
    assert FREE.price(94123.1) == D("94123.1")


def test_amounts_are_only_ever_rounded_down() -> None:
    assert TICK.amount(D("1.2349999")) == D("1.234")
    assert floor_to(D("-1.2349"), D("0.01")) == D("-1.23")
    assert ceil_to(D("1.2301"), D("0.01")) == D("1.24")


def test_money_is_made_from_the_shortest_text_and_written_without_exponent() -> None:
    assert exact(0.1) == D("0.1")
    assert [plain(D(text)) for text in ("1E+3", "-0.00", "1.500", "1e-7", "10")] == [
        "1000",
        "0",
        "1.5",
        "0.0000001",
        "10",
    ]
