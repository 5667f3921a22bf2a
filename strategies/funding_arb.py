"""Funding arbitrage (strategies.md 12.1); its arithmetic is `strategies.arbitrage.funding`."""

from decimal import Decimal
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from engine.model.contract import Kind
from engine.model.market import MINUTE_MS
from engine.model.money import exact
from engine.model.quoting import View
from strategies.arbitrage import funding
from strategies.arbitrage.pair import Chance, PairStrategy

HOUR_MINUTES = 60


class Params(msgspec.Struct, frozen=True):
    """Parameters of `funding_arb`."""

    min_apr: Annotated[float, Meta(ge=0, le=2, description="least net return a year, a fraction")] = 0.10
    held_days: Annotated[int, Meta(ge=1, le=365, description="days of intervals it is reckoned over")] = 30
    entry_basis: Annotated[float, Meta(ge=0.0005, le=0.1, description="widest basis to enter, a fraction")] = 0.005
    exit_basis: Annotated[float, Meta(ge=0.0005, le=0.1, description="basis at which both legs are closed")] = 0.015
    share: Annotated[float, Meta(ge=0.01, le=0.5, description="most of the equity in each leg")] = 0.25
    spot_fee: Annotated[
        float, Meta(ge=0, le=0.05, description="taker fee of spot, a fraction; 0: what the venue takes")
    ] = 0.0
    perp_fee: Annotated[
        float, Meta(ge=0, le=0.05, description="taker fee of the perpetual, a fraction; 0: what the venue takes")
    ] = 0.0


class FundingArb(PairStrategy[Params]):
    """Holds spot and is short the perpetual of the same base, to be paid the funding.

    Signal: the last three fundings were paid to shorts, the last rate held for 30 days (`held_days`) brings 10 % a
    year (`min_apr`) after the fees of both legs in and out (`spot_fee`, `perp_fee`), these are earned in half of that
    time, and perpetual and spot are within 0.5 % of each other (`entry_basis`). The interval is the time between the
    last two fundings.

    Stop and target: both legs are closed when the basis reaches 1.5 % (`exit_basis`). No stop rests at the venue, as
    one leg alone would be left without its hedge; each leg is sized for what is lost at that basis.

    Exit: two fundings in a row that pay shorts nothing, the basis, or a leg that is lost or not filled within 5 s:
    then the other leg is closed too.

    Score: 100 lin(net return a year, 0.05, 0.40).

    Needs: the spot market and the perpetual of one base and quote, named like `BTC/USDT` and `BTC/USDT:USDT`, and the
    perpetual's fundings. A perpetual settled in coin is none: one account does not hold both currencies.

    Reason codes: `funding_arb`; it opens nothing for `needs_spot_and_perpetual`, `needs_funding`,
    `rate_not_positive`, `apr_too_low`, `breakeven_too_late`, `unsteady_rate`, `basis_too_wide`; it closes for
    `funding_over`, `basis`, `leg_lost`, `leg_not_filled`.
    """

    name = "funding_arb"
    params_type = Params
    short: ClassVar[Kind] = "perpetual"

    def check(self, params: Params) -> str | None:
        """What is entered on must not be closed at once."""
        if params.entry_basis < params.exit_basis:
            return None
        return f"entry_basis must be below exit_basis, but they are {params.entry_basis:g} and {params.exit_basis:g}."

    def needs(self) -> str:
        """A market without both."""
        return "needs_spot_and_perpetual"

    def share(self, params: Params) -> Decimal:
        """Most of the equity in each leg."""
        return exact(params.share)

    def opens(self, view: View, spot: Decimal, short: Decimal, params: Params) -> Chance | str:
        """Whether the funding pays."""
        paid = view.paid(view.symbols[1])
        if len(paid) < funding.PAID:
            return "needs_funding"
        hours = Decimal(max(1, round((paid[-1].at - paid[-2].at) / MINUTE_MS))) / HOUR_MINUTES
        intervals = max(1, int(params.held_days * funding.DAY_HOURS / hours))
        long, leg = view.symbols
        spot_fee, perp_fee = exact(params.spot_fee) or view.fee(long), exact(params.perp_fee) or view.fee(leg)
        seen = funding.carry(paid[-1].rate, hours, spot_fee, perp_fee, intervals)
        limits = limits_of(params)
        code = funding.refusal(seen, [each.rate for each in paid], spot, short, limits)
        return code or Chance(limits.exit_basis - abs(funding.basis(spot, short)), seen.score)

    def closes(self, view: View, seen: tuple[Decimal, Decimal] | None, params: Params) -> str:
        """Whether it pays no more, or the legs have drifted apart."""
        if seen is None:
            return ""
        spot, short = seen
        rates = [each.rate for each in view.paid(view.symbols[1])]
        limits = limits_of(params)
        if not funding.leaves(rates, spot, short, limits):
            return ""
        return "basis" if abs(funding.basis(spot, short)) >= limits.exit_basis else "funding_over"


def limits_of(params: Params) -> funding.Limits:
    """As exact numbers."""
    return funding.Limits(exact(params.min_apr), params.held_days, exact(params.entry_basis), exact(params.exit_basis))


strategy = FundingArb()
