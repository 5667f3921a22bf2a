"""Values behind options: what a person means, or one sentence."""

from decimal import Decimal

import pytest

from bot.options.typed import fraction, moment, number, pairs, whole
from engine.model.errors import BadInput


@pytest.mark.parametrize(
    ("text", "value"),
    [("0.5%", "0.005"), ("0.005", "0.005"), (" 12.5 % ", "0.125"), (".5%", "0.005")],
)
def test_a_distance_is_a_percentage_or_a_fraction(text: str, value: str) -> None:
    assert fraction("--stop", text) == Decimal(value)


@pytest.mark.parametrize("text", ["5", "100%", "1", "0", "0%", "-1%", "", "%", "1%%", "nan", "1e-3", "½", "5 percent"])
def test_a_distance_that_could_be_meant_otherwise_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match=r"^--stop is .*, but it takes a percentage such as 0\.5%"):
        fraction("--stop", text)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2025-05-04", 1_746_316_800_000),
        ("2025-05-04T00:00Z", 1_746_316_800_000),
        ("2025-05-04T05:00+05:00", 1_746_316_800_000),
        ("2025-05-04 00:01", 1_746_316_860_000),
        ("2025-05-04T00:00:00.250", 1_746_316_800_250),
    ],
)
def test_a_time_without_a_zone_is_utc(text: str, at: int) -> None:
    assert moment("--from", text) == at


@pytest.mark.parametrize("text", ["", "yesterday", "2025-13-01", "1746316800000", "0001-01-01T00:00+14:00"])
def test_what_is_no_time_of_a_market_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match=r"^--from is "):
        moment("--from", text)


def test_numbers_keep_every_digit_that_was_typed_and_stay_in_their_range() -> None:
    assert number("--cash", "10000.123456789012345678", "0", "100000") == Decimal("10000.123456789012345678")
    assert number("--maker-fee", "-0.0001", "-0.1", "0.1") == Decimal("-0.0001")
    for text in ("0", "-1", "100001", "inf", "1,000", "١", "1e3", "9" * 10_000):
        with pytest.raises(BadInput, match=r"^--cash is .* above 0 and up to 100000"):
            number("--cash", text, "0", "100000", above=True)
    for text in ("-1", "1.0", "", "70000", "0x1F", "²"):
        with pytest.raises(BadInput, match=r"^--port is .* a whole number from 0 to 65535"):
            whole("--port", text, 0, 65_535)


def test_names_with_values_are_split_at_the_first_equals_sign_and_given_once() -> None:
    assert pairs("--param", ["fast=9", " slow = 21 ", "note=a=b", "empty="]) == {
        "fast": "9",
        "slow": "21",
        "note": "a=b",
        "empty": "",
    }
    assert pairs("--risk", ["max_leverage=3"], fold=True) == {"MAX_LEVERAGE": "3"}
    for wrong in ("fast", "=9", ""):
        with pytest.raises(BadInput, match=r"--param is .* name=value"):
            pairs("--param", [wrong])
    with pytest.raises(BadInput, match=r"^--risk sets 'MAX_LEVERAGE' twice; give it once\.$"):
        pairs("--risk", ["max_leverage=3", "MAX_LEVERAGE=3"], fold=True)
