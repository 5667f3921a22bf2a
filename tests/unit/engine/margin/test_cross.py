"""Cross margin by the printed examples, and by the ones the exchange publishes."""

from decimal import Decimal as D

import pytest

from engine.margin import liquidation
from engine.margin.cross import CrossLeg, cross_liquidation, margin_state
from engine.model.instrument import Instrument, Tier
from tests.printed import ETH, near


def flat(name: str, mmr: str, cum: str = "0") -> Instrument:
    return Instrument(name, name, "USDT", tiers=(Tier(D(0), None, D(mmr), D(10), D(cum)),))


def leg(name: str, qty: str, entry: str, mark: str, mmr: str, cum: str = "0") -> CrossLeg:
    return CrossLeg(flat(name, mmr, cum), D(qty), D(entry), D(mark))


LONG = leg("ETH", "3", "2480", "2455", "0.006")
SHORT = leg("SOL", "-40", "151", "153.5", "0.01")


def test_each_of_two_positions_has_its_price_while_the_other_stands_still() -> None:
    assert margin_state(D(0), [SHORT]).maintenance == D("61.4")
    assert SHORT.unrealised == -100
    eth = cross_liquidation(D(1900), [LONG], [SHORT])
    sol = cross_liquidation(D(1900), [SHORT], [LONG])
    assert eth is not None
    assert sol is not None
    assert float(eth) == near(1911.938296)
    assert float(sol) == near(193.5844059)


def test_balance_and_maintenance_make_the_margin_ratio() -> None:
    state = margin_state(D(1900), [LONG, SHORT])
    assert (state.balance, state.maintenance) == (D(1725), D("105.59"))
    assert float(state.ratio or 0) == near(0.0612115942)
    assert margin_state(D(175), [LONG, SHORT]).ratio is None


def test_a_leg_is_in_the_tier_of_its_notional_at_the_mark() -> None:
    # 96 at 2480: 238,080 in the second tier, at 2770 265,920 in the third.
    assert CrossLeg(ETH, D(-96), D(2480), D(2480)).maintenance == D("238080") * D("0.008") - 40
    assert CrossLeg(ETH, D(-96), D(2480), D(2770)).maintenance == D("265920") * D("0.015") - 1790


def test_a_balance_of_cents_has_a_ratio() -> None:
    assert margin_state(D("175.5"), [LONG, SHORT]).ratio == D("105.59") / D("0.5")


def test_of_two_tiers_that_hold_their_own_price_the_one_of_the_entry_is_taken() -> None:
    # A long of 10 at 105 starts in the second: (20 - 1050) / (0.1 - 10) = 104.04, notional 1040: its own. So is
    # the first one's (20 + 100 - 1050) / (0.1 - 10) = 93.9.
    tiers = (Tier(D(0), D(1000), D("0.01"), D(9), D(100)), Tier(D(1000), None, D("0.01"), D(9)))
    odd = CrossLeg(Instrument("X", "X", "USDT", tiers=tiers), D(10), D(105), D(105))
    assert cross_liquidation(D(20), [odd]) == D(-1030) / D("-9.9")
    assert liquidation(odd.instrument, D(10), D(105), D(20)) == D(-1030) / D("-9.9")


BTC_PUBLISHED = leg("BTC", "109.488", "32481.980", "31967.27", "0.025", "16300")
ETH_PUBLISHED = leg("ETH", "3683.979", "1456.84", "1335.18", "0.10", "135365")
WALLET = D("1535443.01")


def test_the_exchanges_published_example_of_two_longs() -> None:
    """Binance, how to calculate the liquidation price of USD-M futures contracts, with its steps on the way."""
    assert round(margin_state(D(0), [BTC_PUBLISHED]).maintenance, 5) == D("71200.81144")
    assert round(BTC_PUBLISHED.unrealised, 2) == D("-56354.57")
    assert round(ETH_PUBLISHED.maintenance, 3) == D("356512.508")
    assert round(ETH_PUBLISHED.unrealised, 2) == D("-448192.89")
    eth = cross_liquidation(WALLET, [ETH_PUBLISHED], [BTC_PUBLISHED])
    btc = cross_liquidation(WALLET, [BTC_PUBLISHED], [ETH_PUBLISHED])
    assert eth is not None
    assert btc is not None
    assert (round(eth, 2), round(btc, 2)) == (D("1153.26"), D("26316.89"))


def test_at_the_price_of_liquidation_the_balance_is_the_maintenance() -> None:
    for one, other in ((ETH_PUBLISHED, BTC_PUBLISHED), (BTC_PUBLISHED, ETH_PUBLISHED), (LONG, SHORT), (SHORT, LONG)):
        wallet = WALLET if one in (ETH_PUBLISHED, BTC_PUBLISHED) else D(1900)
        price = cross_liquidation(wallet, [one], [other])
        assert price is not None
        state = margin_state(wallet, [CrossLeg(one.instrument, one.qty, one.entry, price), other])
        assert abs(state.balance - state.maintenance) < D("1e-20")


def test_long_and_short_of_one_symbol_share_one_price() -> None:
    legs = [leg("ETH", "2", "2480", "2480", "0.006"), leg("ETH", "-0.5", "2530", "2480", "0.006")]
    price = cross_liquidation(D(800), legs)
    assert price is not None
    assert float(price) == near(1949.494949)


def test_a_book_that_is_flat_but_for_maintenance_has_no_price() -> None:
    # 2 x 0.1 + 1.6 x 0.125 = 0.4 of maintenance a quote unit of price, which the net of 2 - 1.6 gains: no slope.
    legs = [leg("X", "2", "100", "100", "0.1"), leg("X", "-1.6", "100", "100", "0.125")]
    assert cross_liquidation(D(800), legs) is None


def test_a_wallet_above_the_cost_of_the_position_is_never_liquidated() -> None:
    assert cross_liquidation(D(8000), [leg("ETH", "3", "2480", "2455", "0.006")]) is None


@pytest.mark.parametrize(("qty", "wallet"), [("1.25", "310"), ("-96", "30000"), ("100", "12000")])
def test_alone_in_the_account_cross_is_isolated_with_its_tiers(qty: str, wallet: str) -> None:
    alone = CrossLeg(ETH, D(qty), D(2480), D(2480))
    assert cross_liquidation(D(wallet), [alone]) == liquidation(ETH, D(qty), D(2480), D(wallet))
