from decimal import Decimal

from engine.feeds.listings import LISTINGS, ladder


def test_a_ladder_reproduces_the_tiers_of_the_risk_pages_example() -> None:
    # Table T of risk.md R2.1: cum 0, 40, 1790, 19790.
    tiers = ladder((20_000, "0.006", 75), (250_000, "0.008", 50), (1_200_000, "0.015", 25), (5_000_000, "0.03", 10))
    assert [tier.cum for tier in tiers] == [0, 40, 1_790, 19_790]
    assert [tier.floor for tier in tiers] == [0, 20_000, 250_000, 1_200_000]


def test_the_last_tier_of_every_listing_has_no_end_and_leverage_never_rises() -> None:
    for listing in LISTINGS.values():
        tiers = listing.instrument.tiers
        assert tiers[-1].cap is None
        assert [t.max_leverage for t in tiers] == sorted((t.max_leverage for t in tiers), reverse=True)
        assert [t.mmr for t in tiers] == sorted(t.mmr for t in tiers)


def test_ticks_and_steps_divide_a_unit() -> None:
    for symbol, listing in LISTINGS.items():
        tick = listing.instrument.tick
        assert tick is not None
        assert listing.ticks_per_unit * tick == Decimal(1)
        assert listing.steps_per_unit * listing.instrument.step == Decimal(1)
        assert symbol == listing.instrument.base + listing.instrument.quote
