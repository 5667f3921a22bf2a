"""The one loop of simulation: the venue reacts to a market event, the core answers, until both are silent."""

from collections.abc import Callable

from engine.core import Core
from engine.model.messages import Effect, Event, Report
from engine.simbroker import NOTHING, SimBroker

Sink = Callable[[Event, list[Effect]], None]
"""Sees every turn: the event and what came of it."""


class Driver:
    """Core and simulated venue turning together. Backtest, demo and SIM differ only in where events come from."""

    def __init__(self, core: Core, broker: SimBroker, sink: Sink) -> None:
        self.core = core
        self.broker = broker
        self._facts = broker.facts
        self._sink = sink

    def take(self, event: Event) -> None:
        """One event from outside and everything that follows from it, in order."""
        reaction = self.broker.react(event)
        if reaction is not NOTHING and self.core.usable(event):
            for fact in reaction:
                self._turn(fact)
        self._turn(event)
        while self._facts:
            self._turn(self._facts.popleft())

    def _turn(self, event: Event) -> None:
        effects = self.core.handle(event)
        for effect in effects:
            if type(effect) is not Report:
                self.broker.carry(effect, event.at)
        self._sink(event, effects)
