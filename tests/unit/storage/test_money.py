"""Money on disk is the number it was."""

from decimal import Decimal

import pytest
from sqlalchemy import Column, MetaData, Table, create_engine, insert, select

from engine.model.errors import Invariant
from storage.money import Money, canonical


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1.500", "1.5"),
        ("1E+3", "1000"),
        ("1E-7", "0.0000001"),
        ("-0", "0"),
        ("-0.10", "-0.1"),
        ("100", "100"),
        ("12345678901234567890.123456789012345678", "12345678901234567890.123456789012345678"),
    ],
)
def test_an_amount_has_one_text(value: str, text: str) -> None:
    assert canonical(Decimal(value)) == text


def test_38_digits_are_kept_and_39_are_refused() -> None:
    assert canonical(Decimal("9" * 38)) == "9" * 38
    with pytest.raises(Invariant, match="38 significant digits"):
        canonical(Decimal("9" * 39))


def test_leading_and_trailing_zeros_are_no_digits() -> None:
    assert canonical(Decimal("0." + "0" * 30 + "3" * 38)).endswith("3" * 38)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_no_amount(value: str) -> None:
    with pytest.raises(Invariant):
        canonical(Decimal(value))


def test_a_column_of_money_is_text_and_reads_back_exactly() -> None:
    amounts = Table("amounts", MetaData(), Column("value", Money))
    engine = create_engine("sqlite://")
    exact = Decimal("0.1234567890123456789012345678901234567")
    with engine.begin() as connection:
        amounts.create(connection)
        connection.execute(insert(amounts), [{"value": exact}, {"value": None}])
        assert connection.scalars(select(amounts.c.value)).all() == [exact, None]
        assert connection.exec_driver_sql("SELECT typeof(value) FROM amounts").scalars().all() == ["text", "null"]
    engine.dispose()
