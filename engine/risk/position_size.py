"""Step 5: the quantity: what the sizing mode wants, capped, never below the venue's minimums."""

from decimal import Decimal

import msgspec

from engine.model.instrument import Instrument
from engine.model.inverse import Inverse
from engine.model.limits import RiskLimits
from engine.model.money import ZERO, exact
from engine.model.orders import Denial, OrderRequest
from engine.risk.case import Entries, RiskView, Verdict, refuse
from engine.risk.ladder import SCALES
from engine.risk.volatility import annual
from engine.sizing import Size, Terms, size
from engine.sizing.atr import size_atr
from engine.sizing.kelly import size_kelly, used
from engine.sizing.notional import size_amount, size_fixed, size_share, size_signal
from engine.sizing.shrunk import shrunk
from engine.sizing.vol_target import size_vol_target
from engine.state import StrategyRecord

WHOLE = frozenset({"risk", "max_qty"})
"""What decides a quantity that no cap has cut: the risk of it, or the request."""
WINDOW = 60
"""Daily returns that a volatility is measured on (R1.12 a)."""


class PositionSize(Entries):
    """Sizes an entry that asks for no quantity of its own; cuts one that asks for more than the caps allow."""

    name = "position_size"

    def check(self, request: OrderRequest, view: RiskView) -> Verdict:
        """Codes `stop_missing`, `stop_too_close` and those of `engine.sizing`."""
        instrument, limits = view.instrument, view.limits
        if request.stop is None or instrument is None:
            return refuse("stop_missing", "an entry without a stop is never sent")
        if request.stop == request.entry:
            return refuse("stop_too_close", f"the stop is on the entry price {request.entry}")
        terms = terms_of(request, view, request.stop, instrument)
        view.unit = request.entry
        if instrument.inverse is not None:
            terms = contracted(terms, instrument.inverse)
            view.unit = terms.unit
        scale, mode = SCALES[view.state.rung], limits.sizing_mode
        if mode == "percent" or (mode == "atr" and request.atr is None):
            answer = size(terms, scale)
        elif mode == "atr":
            answer = _ranged(terms, request.atr or 0.0, limits.sizing_atr, instrument, scale)
        else:
            answer = _sized(mode, terms, scale, request, view)
        if not isinstance(answer, Size):
            return Verdict(None, None, answer)
        if answer.binding not in WHOLE and not limits.allow_scale_down:
            code = "gross_limit" if answer.binding == "max_leverage" else "max_position"
            return refuse(code, f"{answer.qty_raw:.6f} wanted, {answer.binding} allows {answer.qty}")
        view.qty, view.loss_per_unit, view.binding = answer.qty, answer.loss_per_unit, answer.binding
        return Verdict(answer.qty, answer.qty_raw)


def terms_of(request: OrderRequest, view: RiskView, stop: Decimal, instrument: Instrument) -> Terms:
    """What sizing needs of an entry with a stop."""
    limits, fee = view.limits, view.costs.fee
    return Terms(
        view.equity,
        limits.risk_per_trade,
        request.direction,
        request.entry,
        stop,
        instrument.step,
        fee,
        fee,
        view.against,
        limits.max_notional,
        limits.max_position_size,
        limits.max_leverage,
        request.qty,
        instrument.min_qty,
        instrument.min_notional,
    )


def contracted(terms: Terms, inverse: Inverse) -> Terms:
    """The same of inverse contracts: the largest position of the limits and the venue's least order are coin, sizing
    counts them in quote (R1.3)."""
    most, least = terms.max_notional and terms.max_notional * terms.entry, terms.min_notional * terms.entry
    return msgspec.structs.replace(terms, inverse=inverse, max_notional=most, min_notional=least)


def _ranged(terms: Terms, atr: float, k: Decimal, instrument: Instrument, scale: Decimal) -> Size | Denial:
    """Mode `atr`. Who asks without a range trades by a stop of its own (a grid) and is sized by that, as `percent`."""
    found = size_atr(terms, exact(atr), k, instrument, scale)
    return found if isinstance(found, Denial) else found.size


def _sized(mode: str, terms: Terms, scale: Decimal, request: OrderRequest, view: RiskView) -> Size | Denial:
    """The quantity of every other mode of risk.md section 1; `signal_vol` is the last one."""
    limits = view.limits
    match mode:
        case "fixed":
            return size_fixed(terms, limits.sizing_amount, scale)
        case "amount":
            return size_amount(terms, limits.sizing_amount, scale)
        case "percent_equity":
            return size_share(terms, limits.sizing_share, scale)
        case "kelly":
            weight = kelly_weight(view.state.strategies.get(request.strategy, StrategyRecord()), limits)
            return weight if isinstance(weight, Denial) else size_kelly(terms, weight, scale)
        case "vol_target":
            sigma = view.past.sigma(request.symbol, WINDOW)
            return size_vol_target(terms, sigma, float(limits.vol_target), float(limits.max_leverage), scale)
        case _:
            sigma = view.past.sigma(request.symbol, WINDOW)
            if sigma is None:
                return Denial("insufficient_history", f"{request.symbol}: fewer than {WINDOW} daily returns are known")
            most = limits.max_notional or limits.max_position_size * terms.equity
            return size_signal(terms, request.score / 100, annual(sigma), limits.sizing_amount, most, scale)


def kelly_weight(record: StrategyRecord, limits: RiskLimits) -> float | Denial:
    """Notional over equity that a strategy's own record bears out (R1.8 with the default variant of R1.9)."""
    if not record.wins or not record.losses or record.lost <= ZERO:
        known = f"{record.wins} wins and {record.losses} losses are known"
        return Denial("insufficient_history", f"{known}, both are needed to know the edge")
    ratio = float(record.gained / record.wins) / float(record.lost / record.losses)
    full = shrunk(record.wins, record.trades, ratio)
    return full if isinstance(full, Denial) else used(full, float(limits.kelly_fraction), float(limits.kelly_cap))
