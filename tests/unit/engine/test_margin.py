from decimal import Decimal as D

import pytest

from engine.margin import bankruptcy, liquidation
from engine.model.instrument import Instrument, Tier

TIERS = (
    Tier(D(0), D(20_000), D("0.006"), D(75), D(0)),
    Tier(D(20_000), D(250_000), D("0.008"), D(50), D(40)),
    Tier(D(250_000), D(1_200_000), D("0.015"), D(25), D(1790)),
    Tier(D(1_200_000), D(5_000_000), D("0.03"), D(10), D(19_790)),
)
ETH = Instrument("ETH", "ETH", "USDT", tiers=TIERS)


def close(price: D | None, printed: str) -> bool:
    return price is not None and abs(price / D(printed) - 1) < D("1e-9")


def test_a_long_is_liquidated_before_its_wallet_is_used_up() -> None:
    price = liquidation(ETH, D("1.25"), D(2480), D(310))
    assert close(price, "2245.472837")
    assert bankruptcy(D("1.25"), D(2480), D(310)) == D(2232)


def test_at_the_liquidation_price_what_is_left_is_the_maintenance_margin() -> None:
    price = liquidation(ETH, D("1.25"), D(2480), D(310))
    assert price is not None
    left = D(310) + D("1.25") * (price - 2480)
    assert abs(left - D("1.25") * price * D("0.006")) < D("1e-20")


def test_a_long_with_more_wallet_than_its_cost_cannot_be_liquidated() -> None:
    assert liquidation(ETH, D("1.25"), D(2480), D(3300)) is None
    assert bankruptcy(D("1.25"), D(2480), D(3300)) is None


def test_the_tier_is_that_of_the_notional_at_the_liquidation_price() -> None:
    assert close(liquidation(ETH, D(-96), D(2480), D(30_000)), "2769.601806")
    assert bankruptcy(D(-96), D(2480), D(30_000)) == D("2792.5")


def test_a_long_can_fall_into_a_lower_tier() -> None:
    # 100 at 2510 (251,000, tier 3). Tier 3: (10,000 + 1790 - 251,000) / (1.5 - 100) = 2428.5; 242,852: tier 2.
    # Tier 2: (10,000 + 40 - 251,000) / (0.8 - 100) = 2429.03..., still tier 2.
    assert close(liquidation(ETH, D(100), D(2510), D(10_000)), "2429.032258064516")


def test_where_two_tiers_point_at_each_other_the_one_that_holds_its_own_price_is_taken() -> None:
    # Tables that jump: below 1000 of notional the rate is 1 %, above it 50 % with no cum, so a short of 10 at 95
    # with 40 of wallet meets 99 / 1.01 = 98.0 in the first (980: inside) and starts there.
    jumpy = Instrument(
        "X", "X", "USDT", tiers=(Tier(D(0), D(1000), D("0.01"), D(9)), Tier(D(1000), None, D("0.5"), D(9)))
    )
    assert close(liquidation(jumpy, D(-10), D(95), D(40)), "98.01980198019802")
    # From 101 the first tier is never tried first: notional 1010 is in the second, whose price 70 lies in the first,
    # whose own price 105/1.01 = 103.96 lies in the second: no tier holds its own price, the last one's is reported.
    assert close(liquidation(jumpy, D(-10), D(101), D(40)), "70")


@pytest.mark.parametrize(("notional", "mmr"), [("20000", "0.006"), ("20000.01", "0.008"), ("9e9", "0.03")])
def test_a_boundary_belongs_to_the_lower_tier_and_the_last_tier_has_no_end(notional: str, mmr: str) -> None:
    assert ETH.tier(D(notional)).mmr == D(mmr)


def test_wallet_lost_to_funding_moves_the_liquidation_nearer() -> None:
    # R2.8: 12 payments of 0.00035 on 1.25 at 2480 take 13.02.
    assert close(liquidation(ETH, D("1.25"), D(2480), D(310) - D("13.02")), "2255.95171")
