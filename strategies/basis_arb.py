"""Basis arbitrage (strategies.md 12.2); its arithmetic is `strategies.arbitrage.basis`."""

from decimal import Decimal
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from engine.model.contract import Kind, contract
from engine.model.market import DAY_MS
from engine.model.money import exact
from engine.model.quoting import View
from strategies.arbitrage import basis
from strategies.arbitrage.pair import Chance, PairStrategy

LOST = Decimal("0.015")
"""Each leg is sized for this move of the basis."""


class Params(msgspec.Struct, frozen=True):
    """Parameters of `basis_arb`."""

    min_annual: Annotated[float, Meta(ge=0, le=2, description="least basis a year, a fraction")] = 0.08
    min_days: Annotated[int, Meta(ge=1, le=365, description="days to expiry at least")] = 7
    max_days: Annotated[int, Meta(ge=1, le=365, description="days to expiry at most")] = 180
    share: Annotated[float, Meta(ge=0.01, le=0.5, description="most of the equity in each leg")] = 0.25


class BasisArb(PairStrategy[Params]):
    """Holds spot and is short a dated future of the same base, until it expires.

    Signal: the future costs at least 8 % a year (`min_annual`) more than spot, and expires in 7 to 180 days
    (`min_days`, `max_days`). Of several futures the first to expire is taken.

    Stop and target: none rests at the venue, as one leg alone would be left without its hedge; each leg is sized for
    a basis that widens by 1.5 %.

    Exit: the expiry, at 08:00 UTC of the day in the future's name; or a leg that is lost or not filled within 5 s:
    then the other leg is closed too.

    Score: 100 lin(basis a year, 0.05, 0.30).

    Needs: the spot market and a dated future of one base and quote, named like `BTC/USDT` and `BTC/USDT:USDT-260327`.
    A future settled in coin is none: one account does not hold both currencies.

    Reason codes: `basis_arb`; it opens nothing for `needs_spot_and_future`, `basis_too_small`, `expires_too_soon`,
    `expires_too_late`, `expired`; it closes for `expiry`, `leg_lost`, `leg_not_filled`.
    """

    name = "basis_arb"
    params_type = Params
    short: ClassVar[Kind] = "future"

    def check(self, params: Params) -> str | None:
        """A span of days."""
        if params.min_days <= params.max_days:
            return None
        return f"min_days must be at most max_days, but they are {params.min_days} and {params.max_days}."

    def needs(self) -> str:
        """A market without both."""
        return "needs_spot_and_future"

    def share(self, params: Params) -> Decimal:
        """Most of the equity in each leg."""
        return exact(params.share)

    def opens(self, view: View, spot: Decimal, short: Decimal, params: Params) -> Chance | str:
        """Whether the future costs enough more than spot."""
        left = _left(view)
        if left <= 0:
            return "expired"
        seen = basis.basis(spot, short, Decimal(left) / DAY_MS)
        limits = basis.Limits(exact(params.min_annual), Decimal(params.min_days), Decimal(params.max_days))
        return basis.refusal(seen, limits) or Chance(LOST, seen.score)

    def closes(self, view: View, seen: tuple[Decimal, Decimal] | None, params: Params) -> str:
        """Whether the future has expired."""
        return "expiry" if _left(view) <= 0 else ""


def _left(view: View) -> int:
    """Milliseconds until the future expires."""
    found = contract(view.symbols[1])
    return 0 if found is None or found.expiry is None else found.expiry - view.at


strategy = BasisArb()
