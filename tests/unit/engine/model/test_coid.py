import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.coid import ALPHABET, OrderIds, base32, order_id, ours, trade_code
from engine.model.errors import Invariant
from engine.model.orders import LEG_LETTER, Leg


def test_an_id_is_seventeen_lower_case_letters_and_digits() -> None:
    # Desk 1, intent 33 = 1 x 32 + 1, stop, first attempt; the last character is the check.
    made = order_id(1, 33, "stop")
    assert made[:-1] == "q100100000011s00"
    assert len(made) == 17
    assert set(made) <= set(ALPHABET)


def test_intents_legs_and_attempts_never_share_an_id() -> None:
    made = {
        order_id(d, i, leg, a)
        for d in (1, 2)
        for i in range(40)
        for leg in ("entry", "stop", "target", "exit")
        for a in (0, 1)
    }
    assert len(made) == 2 * 40 * 4 * 2


def test_only_whole_ids_are_ours() -> None:
    made = order_id(1, 12345, "entry")
    assert ours(made)
    assert not ours(made[:-1])
    assert not ours(made + "0")
    assert not ours("x" + made[1:])
    last = ALPHABET[(ALPHABET.index(made[-1]) + 1) % 31]
    assert not ours(made[:-1] + last)


def test_a_number_too_large_is_a_broken_invariant() -> None:
    assert base32(32**3 - 1, 3) == "zzz"
    with pytest.raises(Invariant):
        base32(32**3, 3)
    with pytest.raises(Invariant):
        order_id(32**3, 1, "entry")


def test_a_trade_has_at_least_three_characters() -> None:
    assert [trade_code(n) for n in (0, 1, 32, 32**3)] == ["000", "001", "010", "1000"]


@given(st.integers(0, 2**15 - 1), st.integers(0, 2**40 - 1), st.sampled_from(tuple(LEG_LETTER)))
def test_ids_put_together_from_tables_are_the_same(desk: int, intent: int, leg: Leg) -> None:
    assert OrderIds(desk).make(intent, leg) == order_id(desk, intent, leg)


@given(st.integers(0, 2**12) | st.integers(0, 2**40 - 1))
def test_trade_names_put_together_from_tables_are_the_same(intent: int) -> None:
    ids = OrderIds(1)
    ids.make(intent, "entry")
    assert ids.trade(intent) == trade_code(intent)


def test_an_intent_that_does_not_fit_is_a_broken_invariant() -> None:
    with pytest.raises(Invariant):
        OrderIds(1).make(2**40, "entry")
