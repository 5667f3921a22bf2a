"""The one loop of simulation: the venue reacts to a market event, the core answers, until both are silent."""

from collections.abc import Callable

from engine.core import Core
from engine.model.messages import Effect, Event, Report
from engine.simbroker import NOTHING, SimBroker

Sink = Callable[[Event, list[Effect]], None]
"""Sees every turn: the event and what came of it."""


class Driver:
    """Core and simulated venue turning together. Backtest, demo and SIM differ only in where events come from.

    `silent`: whether the sink sees turns without effects, which a journal needs and a tally does not.
    """

    def __init__(self, core: Core, broker: SimBroker, sink: Sink, silent: bool = True) -> None:
        self.core = core
        self.broker = broker
        self._facts = broker.facts
        self._react, self._handle = broker.react, core.handle
        self._sink = sink
        self._silent = silent

    def take(self, event: Event) -> None:
        """One event from outside and everything that follows from it, in order."""
        reaction = self._react(event)
        if reaction is not NOTHING and self.core.usable(event):
            for fact in reaction:
                self._turn(fact)
        effects = self._handle(event)
        if effects:
            self._carry(effects, event.at)
        if effects or self._silent:
            self._sink(event, effects)
        while self._facts:
            self._turn(self._facts.popleft())

    def _turn(self, event: Event) -> None:
        effects = self._handle(event)
        self._carry(effects, event.at)
        self._sink(event, effects)

    def _carry(self, effects: list[Effect], at: int) -> None:
        for effect in effects:
            if type(effect) is not Report:
                self.broker.carry(effect, at)
