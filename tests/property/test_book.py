"""The book's sums, made of few sums, are those of each position on its own (risk.md R5.1, R5.4, R5.7, R10.5)."""

from decimal import Decimal as D

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import ledger
from engine.risk.exposure import exposure
from engine.risk.scales import Scales
from engine.risk.stake import Stake
from engine.state import DeskState, Holding, fresh

PRICES = st.decimals("0.01", "99999", places=3)
QUANTITIES = st.decimals("-900", "900", places=4).filter(bool)
HELD = st.lists(st.tuples(QUANTITIES, PRICES, st.one_of(st.none(), PRICES), st.one_of(st.none(), PRICES)), max_size=6)


Row = tuple[D, D, D | None, D | None]


def held(positions: list[Row]) -> DeskState:
    """A desk with these positions: quantity, average price, stop, mark."""
    state = fresh(D(10_000))
    for place, (qty, avg, stop, mark) in enumerate(positions):
        name = f"S{place}"
        order = None if stop is None else "s"
        state.holdings[name] = Holding(name, name, name, 0, qty, avg, stop, None, stop_order=order)
        if mark is not None:
            state.marks[name] = float(mark)
    return state


def stakes(state: DeskState) -> list[Stake]:
    return [
        Stake(h.symbol, h.symbol, h.strategy, h.direction, abs(h.qty), h.avg, ledger.mark(state, h), h.stop)
        for h in state.holdings.values()
    ]


@settings(max_examples=300, deadline=None)
@given(HELD, HELD)
def test_sums_are_those_of_each_position(first: list[Row], later: list[Row]) -> None:
    state = held(first)
    scales = Scales({})
    for turn in range(3):
        if turn == 2:  # the same positions, half of them at other prices
            for symbol, row in zip(list(state.marks)[::2], later, strict=False):
                state.marks[symbol] = float(row[1])
        book, each = scales.book(state), stakes(state)
        gross_net = exposure(each)
        assert book.equity == ledger.equity(state)
        assert (book.gross, book.net) == (gross_net.gross, gross_net.net)
        assert book.heat == sum(stake.heat for stake in each)
        assert book.to_stops == sum(stake.to_stop for stake in each)
        assert book.cost == sum(stake.qty * stake.entry for stake in each)
        assert book.notionals == pytest.approx(np.array([float(stake.notional) for stake in each]), rel=1e-12)
        assert book.losses == pytest.approx(np.array([float(stake.heat) for stake in each]), rel=1e-12)
