"""The simulated venue with a script of what goes wrong at it."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

import msgspec

from engine.model.instrument import Instrument
from engine.model.messages import Event, OrderAccepted, OrderExpired, OrderFact, OrderRejected, OutcomeUnknown
from engine.model.orders import ApprovedOrder
from engine.plan import Costs
from engine.simbroker import NOTHING, SimBroker
from engine.simulation.script import Script
from engine.simulation.venue import Resting, SimState, Unheard

REFUSED: Final = "scripted"
"""Code of a refusal."""


class ScriptedBroker(SimBroker):
    """Refuses orders, fills parts of them or says nothing of them in the spells of its script; else as ever."""

    def __init__(
        self,
        script: Script,
        instruments: dict[str, Instrument],
        costs: Costs,
        leverage: Decimal,
        state: SimState | None = None,
    ) -> None:
        super().__init__(instruments, costs, leverage, state)
        self._script = script

    def submit(self, order: ApprovedOrder, at: int) -> None:
        """Take an order, or refuse it."""
        if self._script.on("refuse", at, order.symbol):
            self.facts.append(OrderRejected(at, order.id, REFUSED, "the script has the venue refuse it"))
            return
        super().submit(order, at)
        silence = self._script.on("silence", at, order.symbol)
        if silence is not None:
            self.facts.pop()
            self.state.unheard[order.id] = Unheard(silence.until, [OrderAccepted(at, order.id)])
            self.facts.append(OutcomeUnknown(at, order.id, "the venue does not answer"))

    def cancel(self, order_id: str, symbol: str, at: int) -> None:
        """Forget an order, if it is still there."""
        unheard = self.state.unheard.get(order_id)
        before = len(self.facts)
        super().cancel(order_id, symbol, at)
        if unheard is not None and len(self.facts) > before:
            unheard.facts.append(self.facts.pop())

    def react(self, event: Event) -> Iterator[OrderFact]:
        """What a market event does to the orders here, without what nobody hears of; then what is heard at last."""
        reaction = super().react(event)
        if reaction is NOTHING and not self.state.unheard:
            return NOTHING
        return self._heard(reaction, event.at)

    def _heard(self, reaction: Iterator[OrderFact], at: int) -> Iterator[OrderFact]:
        unheard = self.state.unheard
        for fact in reaction:
            if fact.order_id in unheard:
                unheard[fact.order_id].facts.append(fact)
            else:
                yield fact
        for order_id in [each for each, silent in unheard.items() if silent.until <= at]:
            for fact in unheard.pop(order_id).facts:
                yield msgspec.structs.replace(fact, at=at)
                while self.facts:
                    yield self.facts.popleft()

    def _take(self, resting: Resting, price: Decimal, at: int) -> OrderFact | None:
        order = resting.order
        cut = order.type == "market" and self._script.on("part", resting.since, order.symbol) is not None
        half = self._instruments[order.symbol].amount(resting.leaves / 2)
        if not cut or not half:
            return super()._take(resting, price, at)
        resting.leaves = half
        self.facts.append(OrderExpired(at, order.id))
        return super()._take(resting, price, at)
