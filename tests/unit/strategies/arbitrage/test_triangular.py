"""Triangular arbitrage: the printed cycles, the reverse one by hand, books that hold less, what is refused."""

from decimal import Decimal as D

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.errors import BadInput
from strategies.arbitrage.triangular import Cycle, Leg, cycle, refusal

FEE = D("0.00075")
FIRST = Leg("buy", D("2481.20"), D("0.0001"))
SECOND = Leg("buy", D("0.060150"), D("0.01"))


def sold(bid: str) -> tuple[Leg, Leg, Leg]:
    return FIRST, SECOND, Leg("sell", D(bid), D("0.001"))


def run(bid: str) -> Cycle:
    return cycle(D(600), sold(bid), FEE)


def test_the_printed_cycle() -> None:
    found = run("149.95")
    first, second, third = found.fills
    assert (first.qty, first.received, first.spent) == (D("0.2418"), D("0.241618650"), D("599.954160"))
    assert (second.qty, second.received) == (D("4.01"), D("4.0069925"))
    assert third.qty == D("4.006")
    assert found.proceeds == D("600.2491752250")
    assert found.profit == D("0.2950152250")
    assert round(10_000 * found.edge, 4) == D("4.9173")
    assert found.dust == (D("0.045840"), D("0.000417150"), D("0.0009925"))
    assert round(found.gross, 9) == D("1.004729297")
    assert found.executable
    assert refusal(found, sold("149.95")) == "edge_too_small"
    assert found.score == 0


def test_the_printed_cycle_that_loses() -> None:
    found = run("149.10")
    assert found.profit == D("-3.1075309500")
    assert not found.executable
    assert refusal(found, sold("149.10")) == "not_executable"


def test_a_cycle_that_pays_is_traded_while_all_books_are_fresh() -> None:
    """Sold at 150.10: proceeds 601.3006 - 0.45097545 = 600.84962455, profit 0.89546455, 14.9255 bps, score
    100 (0.001492555 - 0.0005)/0.004 = 24.8139."""
    legs = sold("150.10")
    found = cycle(D(600), legs, FEE)
    assert found.profit == D("0.89546455")
    assert round(10_000 * found.edge, 4) == D("14.9255")
    assert round(found.score, 3) == D("24.814")
    assert refusal(found, legs) is None
    for index in range(3):
        old = [msgspec.structs.replace(leg, age_ms=500 if i == index else 499) for i, leg in enumerate(legs)]
        assert refusal(found, old) == "stale_book"


def test_the_reverse_cycle_swaps_the_sides() -> None:
    """100 quote buy 10 B at 10 (9.9 after 1 %); 9.9 B sold at 2 A give 19.8 A (19.602); 19.6 sold at 6 give 116.424."""
    legs = (Leg("buy", D(10), D("0.1")), Leg("sell", D(2), D("0.1")), Leg("sell", D(6), D("0.1")))
    found = cycle(D(100), legs, D("0.01"))
    assert [fill.received for fill in found.fills] == [D("9.9"), D("19.602"), D("116.424")]
    assert found.dust == (D(0), D(0), D("0.002"))
    assert found.gross == D("1.2")


def test_the_start_is_cut_to_what_the_books_hold() -> None:
    """The last book holds 2 B: 2.001501... B before the fee, 2.00 on the step, cost 0.1203 A, 0.12039 before the fee,
    0.1203 on the step, at 2481.20 that is 298.48836 quote."""
    first, second, third = sold("149.95")
    found = cycle(D(600), (first, second, msgspec.structs.replace(third, size=D(2))), FEE)
    assert found.spent == D("298.48836")
    assert [fill.qty for fill in found.fills] == [D("0.1203"), D("1.99"), D("1.988")]


PRICES = st.decimals(D("0.01"), 5_000, places=2)
LEG = st.builds(
    Leg,
    st.sampled_from(["buy", "sell"]),
    PRICES,
    st.sampled_from([D("0.0001"), D("0.01"), D(1)]),
    st.none() | st.decimals(0, 1_000, places=3),
)


@given(st.decimals(1, 10_000, places=2), st.lists(LEG, min_size=3, max_size=3), st.sampled_from([D(0), FEE]))
def test_no_leg_spends_more_than_it_has_or_takes_more_than_the_book_holds(start: D, legs: list[Leg], fee: D) -> None:
    found = cycle(start, legs, fee)
    assert found.spent <= start
    for fill, leg in zip(found.fills, legs, strict=True):
        assert fill.dust >= 0
        assert fill.qty % leg.step == 0
        assert leg.size is None or fill.qty <= leg.size


def test_a_cut_to_nothing_is_not_executable() -> None:
    legs = sold("200")
    empty = (legs[0], legs[1], msgspec.structs.replace(legs[2], size=D(0)))
    found = cycle(D(600), empty, FEE)
    assert (found.spent, found.edge) == (D(0), D(0))
    assert refusal(found, empty) == "not_executable"


@pytest.mark.parametrize(
    ("start", "legs"),
    [
        (D(0), sold("149")),
        (D(1), sold("149")[:2]),
        (D(1), sold("0")),
        (D(1), (*sold("149")[:2], Leg("sell", D(1), D(0)))),
    ],
)
def test_what_is_no_cycle_is_bad_input(start: D, legs: tuple[Leg, ...]) -> None:
    with pytest.raises(BadInput, match="bad_input"):
        cycle(start, legs, FEE)
