"""What counts against a limit: the two amounts a loss lies between, or each position, the largest first."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from engine.model.inverse import Inverse
from engine.model.money import ZERO
from engine.model.views import PartView
from engine.risk.book import Book, Weight
from engine.risk.depth import thinner
from engine.risk.spread import spread_of
from engine.state import DeskState

HEATED = frozenset({"MAX_HEAT_PERCENT", "MAX_STRESS_HEAT_PERCENT"})
WEIGHED = frozenset(
    {
        "MAX_POSITIONS",
        "MAX_SAME_DIRECTION",
        "MAX_LEVERAGE",
        "MAX_NET_EXPOSURE",
        "MAX_POSITION_SIZE",
        "MAX_POSITION_SIZE_PERCENT",
        "MAX_CONCENTRATION_PERCENT",
        "MAX_CORRELATED_EXPOSURE",
        "VAR_LIMIT_PERCENT",
        "ES_LIMIT_PERCENT",
    }
)


def counting(name: str, state: DeskState, book: Book, inverse: Mapping[str, Inverse]) -> tuple[PartView, ...]:
    """What stands behind the limit of this setting; nothing where its use says all."""
    if name in HEATED:
        return _sorted((weight.base, weight.heat) for weight in book.weights)
    if name in WEIGHED:
        return _sorted((weight.base, _signed(weight)) for weight in book.weights)
    match name:
        case "MAX_DAILY_LOSS_PERCENT":
            stops = (("to the stops", book.to_stops), ("entries under way", book.pending_risk))
            return _fall(state.day_base, book, *stops)
        case "MAX_WEEKLY_LOSS_PERCENT":
            return _fall(state.week.base, book)
        case "EMERGENCY_STOP_LOSS_PERCENT":
            return _fall(state.hwm, book)
        case "STRATEGY_BUDGET_PERCENT":
            owners = dict.fromkeys(weight.strategy for weight in book.weights)
            return _sorted((owner, book.by_strategy(owner)) for owner in owners)
        case "CONSECUTIVE_LOSSES":
            runs = ((owner, Decimal(streak.losses)) for owner, streak in state.streaks.items())
            return _sorted(runs, "count")
        case "MAX_SPREAD_PERCENT":
            spreads = ((symbol, spread_of(state, symbol, state.now)) for symbol in state.quotes)
            return _sorted(((symbol, 100 * found) for symbol, found in spreads if found is not None), "percent")
        case "MAX_DEPTH_SHARE":
            stands = ((symbol, thinner(state, symbol, state.now, inverse)) for symbol in state.quotes)
            return _sorted((symbol, found) for symbol, found in stands if found is not None)
        case _:
            return ()


def _signed(weight: Weight) -> Decimal:
    return weight.gross if weight.long else -weight.gross


def _fall(before: Decimal, book: Book, *more: tuple[str, Decimal]) -> tuple[PartView, ...]:
    rows = (("from", before), ("equity now", book.equity), *more)
    return tuple(PartView(label, value) for label, value in rows)


def _sorted(rows: Iterable[tuple[str, Decimal]], unit: str = "quote") -> tuple[PartView, ...]:
    found = [PartView(label, value, unit) for label, value in rows if value != ZERO]
    return tuple(sorted(found, key=lambda part: abs(part.value), reverse=True))
