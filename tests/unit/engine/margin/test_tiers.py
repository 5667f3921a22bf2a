from decimal import Decimal as D

import msgspec
import pytest

from engine.margin.tiers import disagrees, maintenance, settle, with_cum
from engine.model.instrument import Instrument, Tier
from tests.printed import ETH, TIERS


def test_cum_is_what_makes_the_margin_continuous() -> None:
    bare = [msgspec.structs.replace(tier, cum=D(0)) for tier in TIERS]
    assert [tier.cum for tier in with_cum(bare)] == [0, 40, 1790, 19_790]
    assert with_cum(bare) == TIERS
    assert with_cum([]) == ()


def test_maintenance_at_a_boundary_is_the_same_by_either_tier() -> None:
    assert maintenance(TIERS[0], D(20_000)) == maintenance(TIERS[1], D(20_000)) == 120
    assert maintenance(ETH.tier(D(300_000)), D(300_000)) == 2710


@pytest.mark.parametrize(
    ("ours", "theirs", "differs"),
    [
        ("2010", "2000", False),
        ("2010.01", "2000", True),
        ("1989.99", "2000", True),
        (None, "2000", True),
        ("2000", None, True),
        ("2000", "0", True),
        (None, None, False),
    ],
)
def test_half_a_percent_from_the_exchanges_price_is_said(ours: str | None, theirs: str | None, differs: bool) -> None:
    assert disagrees(None if ours is None else D(ours), None if theirs is None else D(theirs)) is differs


def jump(low: str, high: str) -> Instrument:
    tiers = (Tier(D(0), D(1000), D(low), D(9)), Tier(D(1000), None, D(high), D(9)))
    return Instrument("X", "X", "USDT", tiers=tiers)


def test_tiers_that_point_at_each_other_are_all_tried_until_one_holds_its_own_price() -> None:
    # By the tier it starts in (1010) the price is 97, which lies in the first one; by the first one 103, in the
    # second: round and round. A third one, never pointed at, holds its own price.
    prices = {D("0.01"): D(103), D("0.5"): D(97), D("0.9"): D(300)}
    table = jump("0.01", "0.5")
    third = Instrument(
        "X",
        "X",
        "USDT",
        tiers=(table.tiers[0], Tier(D(1000), D(2000), D("0.5"), D(9)), Tier(D(2000), None, D("0.9"), D(9))),
    )
    assert settle((third,), (D(1010),), lambda tiers: prices[tiers[0].mmr], lambda price: (price * 10,)) == 300
    assert settle((table,), (D(1010),), lambda tiers: prices[tiers[0].mmr], lambda price: (price * 10,)) == 97


@pytest.mark.parametrize("answer", [None, D(0), D(-5)])
def test_a_price_that_is_none_or_not_above_nothing_is_none(answer: D | None) -> None:
    assert settle((ETH,), (D(30_000),), lambda _: answer, lambda price: (price,)) is None


def test_contracts_are_not_valued_at_a_price_of_nothing() -> None:
    # In coin they would be worth infinitely much: the notional counts as 0.
    assert settle((ETH,), (D(30_000),), lambda _: D(0), lambda price: (1000 / price,)) is None


def test_a_price_of_cents_has_a_notional_and_is_one() -> None:
    # Tier 2 by the start; at 0.5 the notional is 500, tier 1: its price is 0.4, of notional 400, its own.
    prices = {D("0.01"): D("0.4"), D("0.5"): D("0.5")}
    table = jump("0.01", "0.5")
    assert settle((table,), (D(1010),), lambda tiers: prices[tiers[0].mmr], lambda price: (price * 1000,)) == D("0.4")
    # At 0.9 the notional is 1800, tier 2 as at the start.
    assert settle((table,), (D(1010),), lambda _: D("0.9"), lambda price: (price * 2000,)) == D("0.9")


def test_every_leg_has_one_notional() -> None:
    with pytest.raises(ValueError, match="zip"):
        settle((ETH, ETH), (D(1),), lambda _: D(1), lambda price: (price, price))
    with pytest.raises(ValueError, match="zip"):
        settle((ETH, ETH), (D(1), D(1)), lambda _: D(1), lambda price: (price,))
