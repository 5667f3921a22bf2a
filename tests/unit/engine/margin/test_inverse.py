from decimal import Decimal as D

import pytest

from engine.margin import bankruptcy, liquidation
from engine.margin.cost import check_leverage, check_margin, order_cost
from engine.margin.inverse import inverse_liquidation
from engine.model.instrument import Instrument, Tier
from engine.model.inverse import Inverse
from tests.printed import near

COIN = Instrument("ETHUSD", "ETH", "USD", tiers=(Tier(D(0), None, D("0.006"), D(50)),))


@pytest.mark.parametrize(("contracts", "printed"), [(700, 1891.69844), (-700, 3619.09396)])
def test_liquidation_of_contracts_backed_by_coin(contracts: int, printed: float) -> None:
    price = inverse_liquidation(COIN, D(contracts), D(10), D(2480), D("0.9"))
    assert price is not None
    assert float(price) == near(printed)
    left = D("0.9") + contracts * 10 * (1 / D(2480) - 1 / price)
    assert abs(left - 7000 / price * D("0.006")) < D("1e-30")


def test_a_short_that_its_coin_covers_is_never_liquidated() -> None:
    assert inverse_liquidation(COIN, D(-700), D(10), D(2480), D("3.1")) is None
    # Exactly as much coin as the contracts are worth: the denominator is 0.
    assert inverse_liquidation(COIN, D(-700), D(10), D(2500), D("2.8")) is None


def test_the_tier_is_that_of_the_coin_at_the_price() -> None:
    table = (Tier(D(0), D(3), D("0.006"), D(50)), Tier(D(3), None, D("0.010"), D(20), D("0.012")))
    tiered = Instrument("ETHUSD", "ETH", "USD", tiers=table)
    # 7000 x 1.006 / (0.1 + 7000 / 2480) = 2409.5: 2.9 coin, the first tier.
    assert inverse_liquidation(tiered, D(700), D(10), D(2480), D("0.1")) == D(7042) / (D("0.1") + D(7000) / 2480)
    # 7000 quote units are 2.82 coin at 2480 (tier 1) and about 3.7 coin at the price (tier 2, cum 3 x 0.004).
    # 7000 x 1.01 / (0.9 + 0.012 + 7000 / 2480)
    price = inverse_liquidation(tiered, D(700), D(10), D(2480), D("0.9"))
    assert price == D(7070) / (D("0.912") + D(7000) / 2480)


def test_of_two_tiers_that_hold_their_own_price_the_one_of_the_entry_is_taken() -> None:
    # The second one's 7070 / (0.1 + 0.9 + 2.82) = 1849.5 is 3.8 coin, its own; so is the first one's 2409.5.
    table = (Tier(D(0), D(3), D("0.006"), D(50)), Tier(D(3), None, D("0.010"), D(20), D("0.9")))
    odd = Instrument("ETHUSD", "ETH", "USD", tiers=table)
    assert inverse_liquidation(odd, D(700), D(10), D(2480), D("0.1")) == D(7042) / (D("0.1") + D(7000) / 2480)


def test_a_small_long_has_its_price_too() -> None:
    # 0.5 quote units at 100 with 0.005 coin: 0.5 x 1.006 / (0.005 + 0.005).
    assert inverse_liquidation(COIN, D(1), D("0.5"), D(100), D("0.005")) == D("50.3")


@pytest.mark.parametrize(("contracts", "price"), [(4, D("66.66666666666666666667")), (-4, D(200))])
def test_the_wallet_is_used_up_where_the_contracts_have_lost_it(contracts: int, price: D) -> None:
    # 4 contracts of 100 from 100 are 4 coin; a wallet of 2 is gone where they are 6, or 2 of a short.
    found = bankruptcy(D(contracts), D(100), D(2), Inverse(D(100)))
    assert found is not None
    assert round(found, 20) == price


def test_a_short_that_its_coin_covers_is_never_bankrupt() -> None:
    assert bankruptcy(D(-4), D(100), D(4), Inverse(D(100))) is None
    assert bankruptcy(D(-4), D(100), D(5), Inverse(D(100))) is None


def test_a_price_below_one_is_a_price_and_none_at_all_is_not() -> None:
    # One contract of 10 from 0.5 is 20 coin; a wallet of 20 is gone where it is 40. No contract loses nothing.
    assert bankruptcy(D(1), D("0.5"), D(20), Inverse(D(10))) == D("0.25")
    assert bankruptcy(D(0), D("0.5"), D(20), Inverse(D(10))) is None


def test_an_instrument_that_is_inverse_is_liquidated_as_one() -> None:
    coin = Instrument("ETHUSD", "ETH", "USD", tiers=COIN.tiers, inverse=Inverse(D(10)))
    for contracts in (700, -700):
        found = liquidation(coin, D(contracts), D(2480), D("0.9"))
        assert found == inverse_liquidation(COIN, D(contracts), D(10), D(2480), D("0.9"))


def test_an_order_of_contracts_costs_coin() -> None:
    # 4 contracts of 100 sold at 80 are 5 coin, at the mark of 100 they are 4.
    cost = order_cost(D(-4), D(80), D(100), D(10), D("0.001"), Inverse(D(100)))
    assert (cost.initial_margin, cost.open_loss, cost.fee) == (D("0.5"), D(1), D("0.005"))
    assert order_cost(D(4), D(80), D(100), D(10), D("0.001"), Inverse(D(100))).open_loss == 0


def test_a_refusal_tells_coin_to_the_sixth_decimal() -> None:
    coin = Instrument("ETHUSD", "ETH", "USD", tiers=COIN.tiers, inverse=Inverse(D(10)))
    above = check_leverage(coin, D(60), D("0.0123456"))
    assert above is not None
    assert above.text == "60x is above the 50x the venue allows at 0.012346"
    short = check_margin(D("0.0021"), D("0.002"), Inverse(D(10)))
    assert short is not None
    assert short.text == "the order costs 0.002100, 0.002000 is free"
