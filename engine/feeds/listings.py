"""The symbols of the synthetic market: the rules its venue publishes, and how each of them trades."""

from decimal import Decimal

import msgspec

from engine.model.instrument import Instrument, Tier
from engine.model.money import ZERO


def ladder(*brackets: tuple[int, str, int]) -> tuple[Tier, ...]:
    """Margin tiers from (cap, mmr, max leverage), the last one without a cap (risk.md R2.1)."""
    tiers: list[Tier] = []
    for cap, mmr, leverage in brackets:
        before = tiers[-1] if tiers else Tier(ZERO, ZERO, ZERO, Decimal(leverage))
        floor = before.cap or ZERO
        cum = floor * (Decimal(mmr) - before.mmr) + before.cum
        tiers.append(Tier(floor, Decimal(cap) if cap else None, Decimal(mmr), Decimal(leverage), cum))
    return tuple(tiers)


MAJOR = ladder(
    (300_000, "0.004", 125),
    (800_000, "0.005", 100),
    (3_000_000, "0.0065", 75),
    (12_000_000, "0.01", 50),
    (70_000_000, "0.02", 25),
    (0, "0.05", 10),
)
MINOR = ladder(
    (20_000, "0.005", 75),
    (100_000, "0.0065", 50),
    (800_000, "0.01", 40),
    (4_000_000, "0.02", 25),
    (0, "0.05", 10),
)


class Listing(msgspec.Struct, frozen=True):
    """One symbol: its published rules, its price at the start of the market and its temper."""

    instrument: Instrument
    price: float
    volatility: float
    """Standard deviation of a calm minute's return."""
    common: float
    """Share of the variance that comes from the market as a whole."""
    turnover: float
    """Quote volume of a calm minute."""
    behind: tuple[str, str] | None = None
    """The markets that its price is made of: of its base, and of its quote currency."""

    @property
    def ticks_per_unit(self) -> int:
        """Ticks in one unit of quote; ticks are powers of ten."""
        return int(1 / (self.instrument.tick or Decimal(1)))

    @property
    def steps_per_unit(self) -> int:
        """Amount steps in one unit of base; steps are powers of ten."""
        return int(1 / self.instrument.step)


def _listing(
    base: str,
    rules: tuple[str, str, int],
    price: float,
    volatility: float,
    common: float,
    turnover: float,
    tiers: tuple[Tier, ...] = MINOR,
) -> Listing:
    tick, step, notional = rules
    instrument = Instrument(
        symbol=f"{base}USDT",
        base=base,
        quote="USDT",
        tick=Decimal(tick),
        step=Decimal(step),
        min_qty=Decimal(step),
        min_notional=Decimal(notional),
        tiers=tiers,
    )
    return Listing(instrument, price, volatility, common, turnover)


LISTINGS: dict[str, Listing] = {
    listing.instrument.symbol: listing
    for listing in (
        _listing("BTC", ("0.1", "0.001", 100), 91_500.0, 0.00060, 0.80, 9e6, MAJOR),
        _listing("ETH", ("0.01", "0.001", 20), 3_140.0, 0.00080, 0.75, 6e6, MAJOR),
        _listing("SOL", ("0.01", "0.01", 5), 134.0, 0.00110, 0.65, 2e6),
        _listing("XRP", ("0.0001", "0.1", 5), 2.05, 0.00100, 0.60, 1.2e6),
        _listing("DOGE", ("0.00001", "1", 5), 0.142, 0.00120, 0.60, 8e5),
        _listing("ADA", ("0.0001", "1", 5), 0.39, 0.00110, 0.62, 5e5),
    )
}
"""Listings by symbol, in the order in which their draws are numbered."""


def _spot(
    symbol: str,
    rules: tuple[str, str, str],
    price: float,
    volatility: float,
    common: float,
    turnover: float,
    behind: tuple[str, str] | None = None,
) -> Listing:
    (base, quote), (tick, step, notional) = symbol.split("/"), map(Decimal, rules)
    instrument = Instrument(symbol, base, quote, tick, step, step, notional, spot=True)
    return Listing(instrument, price, volatility, common, turnover, behind)


SPOTS: dict[str, Listing] = {
    listing.instrument.symbol: listing
    for listing in (
        _spot("ETH/USDT", ("0.01", "0.0001", "5"), 3_140.0, 0.00080, 0.75, 4e6),
        _spot("SOL/USDT", ("0.01", "0.001", "5"), 134.0, 0.00110, 0.65, 1.5e6),
        _spot("SOL/ETH", ("0.000001", "0.01", "0.002"), 134 / 3_140, 0.00080, 0.0, 300.0, ("SOL/USDT", "ETH/USDT")),
    )
}
"""A triangle of spot markets, listed where it is asked for; its draws are numbered after those of the others."""
TRIANGLE = tuple(sorted(SPOTS))
