"""Step 7: what moves together counts together (risk.md R5.3, R5.5).

Neither form can exceed the plain sum that it weighs, so while that is within the limit nothing is computed.
"""

from decimal import Decimal
from math import sqrt

import numpy as np

from engine.model.limits import RiskLimits
from engine.model.market import Floats
from engine.model.money import shadow
from engine.model.orders import OrderRequest
from engine.risk.case import Entries, RiskView, Verdict, at_stake
from engine.risk.room import load_quantity
from engine.risk.stress import beside, room_beside

CLOSE = 1 + 1e-9
"""Room for more than this share of what is wanted is enough for certain; less is compared exactly."""


class StressHeat(Entries):
    """Heat with correlations of one side at their worst, and no credit for hedges."""

    name = "stress_heat"

    def alone(self, limits: RiskLimits) -> bool:
        """Unless the size comes from a risk that is within it."""
        return limits.sizing_mode != "percent" or limits.risk_per_trade > limits.max_stress_heat

    def check(self, request: OrderRequest, view: RiskView) -> Verdict:
        """Code `stress_heat_limit`."""
        lost = at_stake(request, view)
        most = view.limits.max_stress_heat * view.equity
        if view.book.heat + view.qty * lost <= most and not view.explains:
            return Verdict(None, most)
        return judged_together("stress_heat_limit", request, view, view.book.losses, most, lost)


class CorrelatedExposure(Entries):
    """Notionals with the same correlations."""

    name = "correlated_exposure"

    def alone(self, limits: RiskLimits) -> bool:
        """Unless the cap of one position is within it."""
        return not limits.max_position_size or limits.max_position_size > limits.max_correlated_exposure

    def check(self, request: OrderRequest, view: RiskView) -> Verdict:
        """Code `correlated_exposure`."""
        most = view.limits.max_correlated_exposure * view.equity
        if view.book.gross + view.qty * view.unit <= most and not view.explains:
            return Verdict(None, most)
        sizes = np.abs(view.book.notionals)
        return judged_together("correlated_exposure", request, view, sizes, most, view.unit)


def judged_together(
    code: str, request: OrderRequest, view: RiskView, weights: Floats, most: Decimal, per_unit: Decimal
) -> Verdict:
    """The load of the book with the candidate, and the candidate's room when that is too much."""
    wanted = shadow(view.qty * per_unit)
    if not len(weights):
        if view.qty * per_unit > most:
            view.rooms = (*view.rooms, load_quantity(code, float(most), per_unit))
        return Verdict(view.qty * per_unit, most)
    own, shared = beside(weights, matrix_of(request, view))
    left = room_beside(own, shared, float(most))
    if left <= wanted * CLOSE and (spare := load_quantity(code, left, per_unit)).qty < view.qty:
        view.rooms = (*view.rooms, spare)
    return Verdict(sqrt(max(0.0, own + wanted * (2 * shared + wanted))) if view.explains else None, most)


def matrix_of(request: OrderRequest, view: RiskView) -> Floats:
    """R* of the book with the candidate last."""
    book = view.book
    if book.matrix is None:
        book.matrix = view.past.matrix(book, (request.symbol, request.direction == "long"))
    return book.matrix
