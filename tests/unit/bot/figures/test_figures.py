"""Figures are what the mock-ups show."""

from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bot.figures import figures
from tests.unit.bot.pictures import DAY, HOUR, MINUTE, NOW


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("10421.5", "10,421.50"),
        ("-3.1", "-3.10"),
        ("0", "0.00"),
        ("-0.001", "0.00"),
        ("1E+3", "1,000.00"),
        ("123456789", "123.46M"),
        ("-2E+12", "-2.00T"),
    ],
)
def test_money_has_two_places_groups_and_no_exponent(value: str, text: str) -> None:
    assert figures.money(Decimal(value)) == text


@pytest.mark.parametrize(("value", "text"), [("42.1", "+42.10"), ("-3.1", "-3.10"), ("0.004", "0.00")])
def test_a_result_shows_its_sign_always_but_for_nothing(value: str, text: str) -> None:
    assert figures.signed(Decimal(value)) == text


def test_percent_is_a_fraction_times_hundred() -> None:
    assert figures.percent(Decimal("0.0182")) == "+1.82%"
    assert figures.share(Decimal("0.05")) == "5%"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("64120", "64,120.0"),
        ("2512.34", "2,512.34"),
        ("145.2", "145.200"),
        ("0.012345", "0.0123450"),
        ("0", "0.0"),
        ("1234567", "1,234,567.0"),
    ],
)
def test_a_price_has_six_significant_digits(value: str, text: str) -> None:
    assert figures.price(Decimal(value)) == text


@pytest.mark.parametrize(
    ("value", "text"), [("64120", "64.1k"), ("2512", "2.51k"), ("0.01234", "0.0123"), ("720", "720"), ("0", "0")]
)
def test_compact_keeps_three_digits(value: str, text: str) -> None:
    assert figures.compact(Decimal(value)) == text


@pytest.mark.parametrize(
    ("value", "width", "text"),
    [("18.2", 9, "+18.20"), ("-123456.78", 9, "-123,457"), ("98765432", 7, "+98.77M"), ("1", 1, "#")],
)
def test_tight_gives_up_places_before_it_gives_up_the_number(value: str, width: int, text: str) -> None:
    assert figures.tight(Decimal(value), width) == text


@pytest.mark.parametrize(
    ("ms", "short", "long"),
    [
        (40 * MINUTE, "40m", "40m 0s"),
        (2 * HOUR, "2h", "2h 0m"),
        (3 * DAY + 4 * HOUR, "3d", "3d 4h"),
        (5_000, "5s", "5s"),
        (-1, "0s", "0s"),
    ],
)
def test_lengths_of_time(ms: int, short: str, long: str) -> None:
    assert (figures.age(ms), figures.span(ms)) in [(short, long), (short, short)]


def test_a_moment_is_told_in_the_zone() -> None:
    assert figures.moment(NOW, ZoneInfo("Europe/Berlin")) == "04 May 16:32:05"


@pytest.mark.parametrize(
    ("used", "text"), [("0", "--------"), ("0.08", "#-------"), ("0.5", "####----"), ("1.7", "########")]
)
def test_a_bar_shows_any_use_and_never_more_than_all(used: str, text: str) -> None:
    assert figures.bar(Decimal(used)) == text


@pytest.mark.parametrize("symbol", ["BTC/USDT:USDT", "BTC/USDT", "BTCUSDT", "BTC"])
def test_only_the_base_asset_is_named(symbol: str) -> None:
    assert figures.base(symbol) == "BTC"


def test_emoji_take_two_columns_and_a_clip_keeps_one_line() -> None:
    assert figures.columns("🟢 BTC") == 6
    assert figures.clip("🟢 BTC\nlong and more", 10) == "🟢 BTC lo…"
