"""Scalping: the printed example, mirrored, each reason against an entry, properties of the micro-price."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.instrument import Instrument
from strategies.microprice import Book, Params, Seen, Setup, book, decide, flow

ETH = Instrument("ETH", "ETH", "USDT", tick=D("0.1"))


def printed_book() -> Book:
    found = book([(2480.1, 4.0)], [(2480.3, 1.5)])
    assert found is not None
    return found


def seen(**change: object) -> Seen:
    now = printed_book()
    whole = Seen(now, 0, (0.5, 0.42, 0.61, 0.48, now.obi), flow(30, 12), 0.0008)
    return whole._replace(**change)  # type: ignore[arg-type]


def test_the_printed_book() -> None:
    now = printed_book()
    assert now.obi == pytest.approx(0.4545454545, rel=1e-9)
    assert now.micro == pytest.approx(2480.245455, rel=1e-9)
    assert now.spread_bps == pytest.approx(0.8063865817, rel=1e-9)


def test_the_printed_signal() -> None:
    assert flow(30, 12) == pytest.approx(0.4285714286, rel=1e-9)
    found = decide(seen(), Params())
    assert isinstance(found, Setup)
    assert found.direction == "long"
    assert found.edge_bps == pytest.approx(3.193613418, rel=1e-9)
    assert found.score == pytest.approx(34.81415798, rel=1e-9)
    assert found.entry == 2480.3
    assert ETH.price(found.stop, "up") == D("2478.4")
    assert ETH.price(found.target, "down") == D("2483.2")


def test_the_short_is_the_mirror_image() -> None:
    """Sold at the bid 2480.1: stop 8 bps above (2482.08408), target 12 bps below (2477.12388)."""
    now = book([(2480.1, 1.5)], [(2480.3, 4.0)])
    found = decide(seen(book=now, samples=(-0.5, -0.42, -0.61, -0.48, -5 / 11), flow=flow(12, 30)), Params())
    assert isinstance(found, Setup)
    assert (found.direction, found.entry) == ("short", 2480.1)
    assert found.score == pytest.approx(34.81415798, rel=1e-9)
    assert found.stop == pytest.approx(2482.08408, rel=1e-12)
    assert found.target == pytest.approx(2477.12388, rel=1e-12)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"book": None}, "bad_book"),
        ({"age_ms": 501}, "stale_book"),
        ({"flow": None}, "incomplete_flow"),
        ({"samples": (0.9, 0.9, 0.9, 0.9)}, "warming_up"),
        ({"samples": (0.9, 0.39, 0.39, 0.39, 0.39, 0.39)}, "weak_imbalance"),
        ({"samples": (-0.5, -0.5, -0.5, -0.5, -0.5)}, "micro_price"),
        ({"flow": 0.19}, "weak_flow"),
        ({"flow": -0.5}, "weak_flow"),
        ({"book": book([(2480.0, 4.0)], [(2480.6, 1.5)])}, "wide_spread"),
        ({"fees": 0.00102}, "edge_below_cost"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_the_first_reason_against_an_entry_is_named(change: dict[str, object], reason: str) -> None:
    assert decide(seen(**change), Params()) == reason


def test_thresholds_are_met_when_they_are_reached() -> None:
    """Samples of 0.4 and a flow of 0.2; 12 - 0.8063865817 bps of spread leave 1 after fees of 10.1936134183 bps."""
    at_them = seen(samples=(0.4, 0.4, 0.4, 0.4, 0.4), flow=0.2, age_ms=500)
    assert isinstance(decide(at_them, Params()), Setup)
    edge = 12 - printed_book().spread_bps - 8
    assert isinstance(decide(seen(), Params(edge_bps=edge)), Setup)
    assert decide(seen(), Params(edge_bps=edge + 1e-9)) == "edge_below_cost"


@pytest.mark.parametrize(
    ("bids", "asks"),
    [
        ([], [(2.0, 1.0)]),
        ([(1.0, 1.0)], []),
        ([(2.0, 1.0)], [(2.0, 1.0)]),
        ([(2.1, 1.0)], [(2.0, 1.0)]),
        ([(1.0, 0.0)], [(2.0, 0.0)]),
        ([(0.0, 1.0)], [(2.0, 1.0)]),
    ],
    ids=["no bids", "no asks", "locked", "crossed", "no quantity", "no price"],
)
def test_a_bad_book_has_no_figures(bids: list[tuple[float, float]], asks: list[tuple[float, float]]) -> None:
    assert book(bids, asks) is None


def test_several_levels_are_summed() -> None:
    """Bids 1 + 2 + 3 = 6, asks 1 + 1 = 2 of the levels there are: obi (6 - 2)/8."""
    bids, asks = [(10.0, 1.0), (9.9, 2.0), (9.8, 3.0), (9.7, 50.0)], [(10.1, 1.0), (10.2, 1.0)]
    found = book(bids, asks, 3)
    assert found is not None
    assert (found.obi, found.bid, found.ask) == (0.5, 10.0, 10.1)


def test_no_trades_are_no_flow() -> None:
    assert flow(0, 0) == 0.0


@given(st.floats(1, 1e5), st.floats(0.01, 10), st.floats(0.001, 1e4), st.floats(0.001, 1e4))
def test_the_micro_price_lies_between_bid_and_ask_on_the_side_of_the_imbalance(
    bid: float, spread: float, bought: float, sold: float
) -> None:
    found = book([(bid, bought)], [(bid + spread, sold)])
    assert found is not None
    assert bid * (1 - 1e-12) <= found.micro <= (bid + spread) * (1 + 1e-12)
    assert (found.micro - found.mid) * found.obi >= -1e-9 * bid
    assert -1 <= found.obi <= 1
