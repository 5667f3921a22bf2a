"""The table of order states, every pair, against the words of architecture.md section 5."""

from itertools import product

import pytest

from engine.lifecycle import FINAL, allowed
from engine.model.orders import OrderState as S

NEXT = """
approved   -> submitted canceled
submitted  -> open partial filled rejected canceled expired canceling
open       -> partial filled canceling canceled expired rejected
partial    -> partial filled canceling canceled expired
canceling  -> canceled partial filled expired open rejected canceling
filled     ->
rejected   -> partial filled
canceled   -> partial filled
expired    -> partial filled
"""
WRITTEN = {
    (S(before), S(after))
    for line in NEXT.strip().splitlines()
    for before, _, rest in [line.partition("->")]
    for before in [before.strip()]
    for after in rest.split()
}


@pytest.mark.parametrize(("before", "after"), list(product(S, S)))
def test_a_state_follows_another_only_where_it_is_written(before: S, after: S) -> None:
    assert allowed(before, after) is ((before, after) in WRITTEN)


def test_nothing_but_a_late_fill_wakes_a_finished_order() -> None:
    assert {after for before, after in WRITTEN if before in FINAL} == {S.PARTIAL, S.FILLED}
