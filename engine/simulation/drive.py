"""The one loop of simulation: the venue reacts to a market event, the core answers, until both are silent."""

from collections.abc import Callable

from engine.core import Core
from engine.model.messages import Cancel, Effect, Event, Report, Submit, Timer
from engine.simbroker import NOTHING, SimBroker

Sink = Callable[[Event, list[Effect]], None]
"""Sees every turn: the event and what came of it."""


class Driver:
    """Core and simulated venue turning together. Backtest, demo and SIM differ only in where events come from.

    `silent`: whether the sink sees turns in which nothing is reported, which a journal needs and a tally does not.
    `clean`: the desk will refuse no market event, somebody has looked at all of them.
    """

    def __init__(self, core: Core, broker: SimBroker, sink: Sink, silent: bool = True, clean: bool = False) -> None:
        self.core = core
        self.broker = broker
        self._facts = broker.facts
        self._sink = sink
        self._silent = silent
        self._clean = clean
        self.active = 0
        """Grows with every turn that had an effect, and with everything the venue did."""

    def take(self, event: Event) -> None:
        """One event from outside and everything that follows from it, in order."""
        self.react(event)
        self.hand_on(event)

    def react(self, event: Event) -> None:
        """The first half of a turn: what the venue makes of an event, and all that follows from that."""
        reaction = self.broker.react(event)
        if reaction is not NOTHING and (self._clean or self.core.usable(event)):
            for fact in reaction:
                self.active += 1
                self._turn(fact)

    def hand_on(self, event: Event) -> None:
        """The second half: the desk hears of the event."""
        self._turn(event)
        while self._facts:
            self._turn(self._facts.popleft())

    def strike(self, at: int) -> None:
        """An hour begins, and nothing else happens."""
        effects = self.core.strike(at)
        if effects:
            self._sink(Timer(at, "hour"), effects)

    def enter(self, at: int) -> None:
        """The candidates of a complete close are asked for, and nothing else happens."""
        desk, entries = self.core.desk, self.core.entries
        desk.out = []
        entries.enter(at)
        self._follow(Timer(at, "minute"), desk.out)

    def _turn(self, event: Event) -> None:
        self._follow(event, self.core.handle(event))

    def _follow(self, event: Event, effects: list[Effect]) -> None:
        """What the venue and the sink hear of a turn."""
        told = self._silent
        if effects:
            self.active += 1
            at = event.at
            for effect in effects:
                if type(effect) is Submit:
                    self.broker.submit(effect.order, at)
                elif type(effect) is Cancel:
                    self.broker.cancel(effect.order_id, effect.symbol, at)
                elif type(effect) is Report:
                    told = True
        if told:
            self._sink(event, effects)
