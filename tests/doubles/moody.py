"""A venue that fills entries at 100 and exits at 101, and takes exits as its moods say."""

from decimal import Decimal

import msgspec

from engine.model.messages import (
    Cancel,
    Effect,
    Event,
    OrderAccepted,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OutcomeUnknown,
    Query,
    Submit,
)
from engine.model.orders import ApprovedOrder


class MoodyVenue:
    """`moods`: of a symbol how each next exit is taken: refused, half or silent; the others are simply filled."""

    def __init__(self, moods: dict[str, list[str]]) -> None:
        self.moods = moods
        self.positions: dict[str, Decimal] = {}
        self.resting: dict[str, ApprovedOrder] = {}
        self.unheard: dict[str, OrderFilled] = {}
        """Fills that nobody was told of, by order."""

    def answers(self, effect: Effect, at: int) -> list[Event]:
        """What the venue says at once."""
        match effect:
            case Submit(order) if order.type != "market":
                self.resting[order.id] = order
                return [OrderAccepted(at, order.id)]
            case Submit(order):
                moods = self.moods.get(order.symbol, []) if order.reduce_only else []
                return self._taken(order, moods.pop(0) if moods else "", at)
            case Cancel(order_id):
                return [OrderCanceled(at, order_id, "canceled")] if self.resting.pop(order_id, None) else []
            case Query(order_id):
                return [msgspec.structs.replace(self.unheard.pop(order_id), at=at)]
            case _:
                return []

    def _taken(self, order: ApprovedOrder, mood: str, at: int) -> list[Event]:
        if mood == "refused":
            return [OrderRejected(at, order.id, "-4131", "the best price is outside the filter")]
        qty = order.qty / 2 if mood == "half" else order.qty
        held = self.positions.get(order.symbol, Decimal(0)) + (qty if order.side == "buy" else -qty)
        self.positions = {**self.positions, order.symbol: held} if held else self._without(order.symbol)
        price = Decimal(101 if order.reduce_only else 100)
        fill = OrderFilled(at, order.id, f"t{order.id}", order.symbol, order.side, qty, price, Decimal(0))
        if mood == "silent":
            self.unheard[order.id] = fill
            return [OutcomeUnknown(at, order.id, "no answer within 10 s")]
        rest: list[Event] = [OrderExpired(at, order.id)] if mood == "half" else []
        return [OrderAccepted(at, order.id), fill, *rest]

    def _without(self, symbol: str) -> dict[str, Decimal]:
        return {name: qty for name, qty in self.positions.items() if name != symbol}
