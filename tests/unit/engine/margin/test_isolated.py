from decimal import Decimal as D

import pytest

from engine.margin import bankruptcy, funding, liquidation
from engine.model.instrument import Instrument, Tier
from tests.printed import ETH


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


def test_a_tier_that_no_other_points_at_is_found_too() -> None:
    # The jumping table of above with a third tier: (40 + 2000 + 1010) / 10.1 = 301.98, notional 3019.8, its own.
    tiers = (
        Tier(D(0), D(1000), D("0.01"), D(9)),
        Tier(D(1000), D(2000), D("0.5"), D(9)),
        Tier(D(2000), None, D("0.01"), D(9), D(2000)),
    )
    assert close(liquidation(Instrument("X", "X", "USDT", tiers=tiers), D(-10), D(101), D(40)), "301.980198019802")


@pytest.mark.parametrize(("notional", "mmr"), [("20000", "0.006"), ("20000.01", "0.008"), ("9e9", "0.03")])
def test_a_boundary_belongs_to_the_lower_tier_and_the_last_tier_has_no_end(notional: str, mmr: str) -> None:
    assert ETH.tier(D(notional)).mmr == D(mmr)


def test_wallet_lost_to_funding_moves_the_liquidation_nearer() -> None:
    wallet = D(310)
    for _ in range(12):
        wallet -= funding(D("1.25"), D(2480), D("0.00035"))
    assert wallet == D("296.98")
    assert close(liquidation(ETH, D("1.25"), D(2480), wallet), "2255.95171")


def test_a_short_receives_what_a_long_pays() -> None:
    assert funding(D("-1.25"), D(2480), D("0.00035")) == D("-1.085")


@pytest.mark.parametrize(
    ("wallet", "cum", "qty", "entry", "mmr", "published"),
    [
        ("1535443.01", "135365", "3683.979", "1456.84", "0.10", "1114.78"),
        ("1535443.01", "16300", "109.488", "32481.980", "0.025", "18778.73"),
    ],
)
def test_the_same_positions_as_the_exchange_publishes_but_isolated(
    wallet: str, cum: str, qty: str, entry: str, mmr: str, published: str
) -> None:
    one = Instrument("X", "X", "USDT", tiers=(Tier(D(0), None, D(mmr), D(10), D(cum)),))
    price = liquidation(one, D(qty), D(entry), D(wallet))
    assert price is not None
    assert round(price, 2) == D(published)


ONE_TIER = Instrument("X", "X", "USDT", tiers=(Tier(D(0), None, D("0.006"), D(75)),))


@pytest.mark.parametrize("table", [ETH, ONE_TIER])
def test_a_price_of_nothing_is_none_but_one_of_cents_is(table: Instrument) -> None:
    assert liquidation(table, D("1.25"), D(2480), D(3100)) is None
    assert bankruptcy(D("1.25"), D(2480), D(3100)) is None
    # (0.5 - 1) / (0.006 - 1)
    assert close(liquidation(table, D(1), D(1), D("0.5")), "0.503018108651911")
    assert bankruptcy(D(1), D(1), D("0.5")) == D("0.5")
