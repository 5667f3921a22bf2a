"""An entry that is clear of every limit: the gate's short way where no record is written.

Each rule of `BESIDE` is put as an inequality that holds with something to spare. What is not clear goes the long way,
through the rules themselves, so an answer never depends on this; a property compares both ways.
"""

from decimal import Decimal
from math import inf
from typing import Final

from engine.margin.isolated import reach
from engine.model.instrument import Instrument
from engine.model.limits import RiskLimits
from engine.model.money import ONE, ZERO, floor_to
from engine.model.orders import OrderRequest
from engine.risk.case import RiskView
from engine.risk.fresh_data import FUTURE_MS
from engine.risk.order_rate import Bucket, ready_in, take
from engine.risk.position_size import WHOLE, terms_of
from engine.risk.shaken import unrest
from engine.risk.span import Span
from engine.sizing.caps import capped
from engine.sizing.quantity import unit_loss
from engine.sizing.terms import Size
from engine.state import DeskState

ALONE: Final = frozenset(
    {
        "trading_state", "fresh_data", "bad_price", "volatility_halt", "symbol", "price_band", "spread",
        "position_size", "depth", "daily_headroom", "portfolio", "value_at_risk", "margin", "order_rate",
    }
)  # fmt: skip
"""Rules that are looked at here. Where another one is in force there is no short way."""
BESIDE: Final = ALONE | {"max_positions", "gross_exposure", "heat", "stress_heat", "correlated_exposure"}
"""The same beside other positions."""
SURELY: Final = 1 - Decimal("1e-9")
"""What a quotient is short of the line that it stands for."""


class Clearance:
    """The short way under given limits: sized by risk, at market."""

    def __init__(self, limits: RiskLimits) -> None:
        self._stale = limits.stale_price_ms
        self._loss = limits.max_daily_loss
        self._leverage = limits.max_leverage
        self._buffer = limits.liquidation_buffer
        self._cuts = limits.allow_scale_down
        self._risk = limits.risk_per_trade
        caps = [cap for cap in (limits.max_position_size, limits.max_leverage) if cap]
        self._whole = ZERO if limits.max_notional else min(caps, default=ZERO)
        """Notional over equity up to which no cap cuts an entry."""
        self._positions = limits.max_positions
        self._gross = min(limits.max_leverage, limits.max_correlated_exposure)
        self._heat = min(limits.max_heat, limits.max_stress_heat)
        self._storms = inf if limits.volatility_halt_m is None else float(limits.volatility_halt_m)
        self._burst, self._rate = limits.order_burst, limits.order_rate
        self._rest = Decimal(limits.order_burst - 1)
        self._refill = ready_in(Bucket(ONE - limits.order_burst), limits.order_burst, limits.order_rate)
        """Milliseconds in which an empty bucket is full."""
        self._spans: dict[str, Span] = {}

    def size(self, request: OrderRequest, view: RiskView) -> Size | None:
        """The quantity of an entry that every rule lets pass unchanged; None: not certain. Takes its token."""
        state, instrument, entry, stop = view.state, view.instrument, request.entry, request.stop
        if stop is None or instrument is None or not self._may_enter(request, state):
            return None
        if not (stop.is_finite() and entry.is_finite()) or not (
            ZERO < stop < entry if request.side == "buy" else ZERO < entry < stop
        ):
            return None
        if not self._calm(request.symbol, view):
            return None
        equity, day, book, span = view.equity, state.day_base, view.book, self._span(instrument, view)
        loss = unit_loss(entry, stop, span.paid, span.left)
        raw = equity * self._risk / loss
        if raw * entry < self._whole * equity and request.qty is None:
            found = Size(floor_to(raw, instrument.step), raw, loss, "risk")
        else:
            cut = capped(terms_of(request, view, stop, instrument), raw, loss, equity, entry)
            if not isinstance(cut, Size) or not (self._cuts or cut.binding in WHOLE):
                return None
            found = cut
        qty = found.qty
        notional, risk, free = qty * entry, qty * loss, equity
        if qty < span.least or notional < instrument.min_notional:
            return None
        if book.weights:
            if not self._fits(qty * abs(entry - stop), notional, view):
                return None
            risk += book.to_stops + book.pending_risk
            free -= book.cost / self._leverage
        elif notional >= view.past.ample(request.symbol, request.side == "buy") * equity:
            return None
        if (risk + day - equity if day > equity else risk) > self._loss * day:
            return None
        if notional >= span.notional * free or abs(entry - stop) >= span.stop * entry:
            return None
        return found if self._token(request.at, state) else None

    def _fits(self, heat: Decimal, notional: Decimal, view: RiskView) -> bool:
        """Steps 6 and 7: beside what is held and under way, all of it weighed as if it moved as one."""
        book, equity = view.book, view.equity
        gross = book.gross + notional
        return (
            len(book.weights) < self._positions
            and gross <= self._gross * equity
            and book.heat + heat <= self._heat * equity
            and gross < view.past.bearable * equity
        )

    def _may_enter(self, request: OrderRequest, state: DeskState) -> bool:
        """Steps 1 and 4: an active desk, a fresh wish and price, a market order."""
        at, until, marked = request.at, request.valid_until, state.marked_at.get(request.symbol)
        return (
            state.trading == "ACTIVE"
            and (until is None or at <= until)
            and marked is not None
            and -FUTURE_MS <= at - marked <= self._stale
            and request.price is None
            and not state.rung
            and not state.quotes
            and not state.grants
            and request.symbol not in state.holdings
            and not (state.orders and concerned(request.symbol, state))
        )

    def _calm(self, symbol: str, view: RiskView) -> bool:
        """Steps 2 and 3: a minute that needs no second look, and none of the last ones beyond its line."""
        series = view.series.get(symbol)
        if series is None or not series.minutely:
            return True
        line = view.past.shock(symbol)
        if series.calm(view.vouched if line is None or line > view.vouched else line, self._storms):
            return True
        return abs(series.moved()) <= view.vouched and not unrest(series, line, view.limits)[0]

    def _span(self, instrument: Instrument, view: RiskView) -> Span:
        """Steps 4 and 8, divided out once: for a contract that trades and has one bracket."""
        known = self._spans.get(instrument.symbol)
        if known is not None and known.instrument is instrument:
            return known
        tier, leverage, fee = instrument.tiers[0], self._leverage, view.costs.fee
        paid, least = max(fee, ZERO), max(instrument.min_qty, instrument.step)
        found = Span(instrument, ZERO, ZERO, paid, paid + view.against, least)
        plain = len(instrument.tiers) == 1 and not tier.cum and leverage <= tier.max_leverage
        if plain and instrument.tradable and not instrument.spot and instrument.inverse is None:
            most = leverage / (ONE + fee * leverage)
            stop = self._buffer * reach(tier, leverage) / leverage
            found = Span(instrument, most * SURELY, stop * SURELY, paid, paid + view.against, least)
        self._spans[instrument.symbol] = found
        return found

    def _token(self, at: int, state: DeskState) -> bool:
        """Step 9; a bucket that is empty is left as it is."""
        bucket = state.bucket
        if bucket.tokens is None or at - bucket.at >= self._refill:
            state.bucket = Bucket(self._rest, max(at, bucket.at))
            return True
        after, may = take(bucket, at, self._burst, self._rate)
        if may:
            state.bucket = after
        return may


def concerned(symbol: str, state: DeskState) -> bool:
    """Whether an order of the symbol is out."""
    for live in state.orders.values():  # noqa: SIM110 - one entry asks of many orders
        if live.order.symbol == symbol:
            return True
    return False
