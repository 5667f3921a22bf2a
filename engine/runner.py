"""The shell's one loop: an event from the inbox, the turn of the desk, its steps to the journal.

In simulation the unit of the journal is the event from outside with everything that follows from it: it is written
whole or not at all, so a desk killed at any moment goes on as if that event had not come yet.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable
from itertools import islice, takewhile
from typing import Protocol

from engine.core import Core
from engine.model.errors import BadInput, StorageDegraded
from engine.model.facts import CommandDone
from engine.model.messages import (
    CandleClosed,
    Command,
    Effect,
    Event,
    FundingSettled,
    LinkDown,
    LinkUp,
    Quote,
    Report,
    Step,
    Timer,
)
from engine.model.views import Answer
from engine.pictures.snapshot import take
from engine.ports import Journal
from engine.simbroker import SimBroker
from engine.simulation.drive import Driver
from engine.simulation.shadow import Shadows

EVERY = 5_000
"""Steps between two pictures of the state."""
BEHIND = 8_192
"""Steps not yet on disk at which the desk waits for the disk."""
BUSY_S = 1.0
"""Pause between two events while the desk is that far behind a disk that is busy or full."""
STORAGE = "storage"
"""The link to the disk: down while the journal cannot be written."""
UNWRITTEN = "The database cannot be written just now; /status shows what follows."
FULL = 64
"""Events waiting at which a feed waits too."""
FED = (CandleClosed, FundingSettled, Timer, Quote)
DERIVED = frozenset(
    ("OrderAccepted", "OrderFilled", "OrderCanceled", "OrderRejected", "OrderExpired", "OutcomeUnknown")
)


class SnapshotJournal(Journal, Protocol):
    """A journal that also keeps pictures of the state."""

    @property
    def pending(self) -> int:
        """Steps appended and not yet durable."""

    @property
    def trouble(self) -> str:
        """Why it cannot be written just now; empty while it can be."""

    async def snapshot(self, seq: int, at: int, blob: bytes) -> None:
        """Keep the state after step `seq`."""


class Runner:
    """Turns the desk. `post` is the only way in.

    Answers to commands come once their step is durable; while the disk takes nothing they come at once and say so.
    """

    def __init__(self, core: Core, broker: SimBroker, journal: SnapshotJournal, monotonic: Callable[[], float]) -> None:
        self.core = core
        self.last_event: Event | None = None
        """The newest event of the feed that has been handled: where the feed goes on after a restart."""
        self._monotonic = monotonic
        self.fed: float | None = None
        """Monotonic time of the newest event of the feed."""
        self._broker = broker
        self._journal = journal
        self._driver = Driver(core, broker, self._note)
        self._shadows = Shadows(core)
        self._turn: list[tuple[Event, list[Effect]]] = []
        self._inbox: deque[Event] = deque()
        self._ready = asyncio.Event()
        self._empty = asyncio.Event()
        self._room = asyncio.Event()
        self._answers: dict[str, asyncio.Future[Answer]] = {}
        self._unwritten: list[CommandDone] = []
        """Answers whose step is not durable yet."""
        self._pictured = core.state.seq
        self._held: list[Step] = []
        """Quotes that filled nothing but spared their bar, or that a strategy watches: they go with the next steps."""

    def post(self, event: Event) -> None:
        """Put an event in the inbox. Never blocks. Commands overtake what the feed has queued."""
        if isinstance(event, Command):
            ahead = sum(1 for _ in takewhile(lambda other: isinstance(other, Command), self._inbox))
            self._inbox.insert(ahead, event)
        else:
            self._inbox.append(event)
        if len(self._inbox) >= FULL:
            self._room.clear()
        self._empty.clear()
        self._ready.set()

    async def space(self) -> None:
        """Return when the inbox is short enough for a feed to go on."""
        if len(self._inbox) >= FULL:
            await self._room.wait()

    def answer(self, intent: str) -> "asyncio.Future[Answer]":
        """Resolves when the command of this intent has been answered on disk."""
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._answers[intent] = future
        return future

    async def run(self) -> None:
        """Handle events for ever."""
        while True:
            while self._inbox:
                self._handle(self._inbox.popleft())
                if len(self._inbox) < FULL:
                    self._room.set()
                if self.core.state.links.get(STORAGE, True) == bool(self._journal.trouble):
                    self._disk_moved()
                if self._journal.trouble:
                    self._answer_unwritten()
                await asyncio.sleep(0)
                try:
                    if self._journal.pending > BEHIND:
                        await self._journal.settled()
                    if self.core.state.seq - self._pictured >= EVERY:
                        await self.picture()
                except StorageDegraded:
                    await asyncio.sleep(BUSY_S)  # the journal keeps what it has and goes on trying
            self._ready.clear()
            self._empty.set()
            await self._ready.wait()

    async def taken(self) -> None:
        """Return when the inbox is empty; what came of it may not be on disk yet."""
        await self._empty.wait()

    async def idle(self) -> None:
        """Return when the inbox is empty and everything is on disk."""
        await self.taken()
        await self._journal.settled()

    async def picture(self) -> None:
        """Store a picture of the state as it is after the last event."""
        state = self.core.state
        self._pictured = state.seq
        await self._journal.snapshot(state.seq, state.now, take(self.core, self._broker, self.last_event))

    def recover(self, steps: Iterable[Step]) -> None:
        """Play stored steps back: outside events are taken again, and everything must follow as it did."""
        stored = iter(steps)
        expected: deque[Step] = deque()
        while True:
            expected.extend(islice(stored, 64 - len(expected)))
            event = next((s.event for s in expected if type(s.event).__name__ not in DERIVED), None)
            if event is None:
                if expected:
                    raise BadInput("The journal ends in the middle of an event; it was not written by this program.")
                return
            self._turn = []
            self._take(event)
            self._remember(event)
            for turned, effects in self._turn:
                if not expected:
                    expected.extend(islice(stored, 64))
                step = expected.popleft() if expected else None
                if step is None or step.event != turned or list(step.effects) != effects:
                    raise BadInput(
                        "This data directory was stopped hard while other settings, strategies or another market were "
                        "in force: start it once with those, or use another directory."
                    )
                self.core.state.seq = step.seq

    def observe(self, step: Step) -> None:
        """Resolve the answers of commands that are on disk now."""
        for effect in step.effects:
            if isinstance(effect, Report) and isinstance(effect.fact, CommandDone):
                done = effect.fact
                self._unwritten = [other for other in self._unwritten if other.intent != done.intent]
                self._resolve(done.intent, Answer(done.ok, done.code, done.text))

    def _answer_unwritten(self) -> None:
        """A person who wants to get out must not wait for a disk."""
        for done in self._unwritten:
            self._resolve(done.intent, Answer(done.ok, done.code, f"{done.text} {UNWRITTEN}", durable=False))
        self._unwritten.clear()

    def _resolve(self, intent: str, answer: Answer) -> None:
        future = self._answers.pop(intent, None)
        if future is not None and not future.done():
            future.set_result(answer)

    def _handle(self, event: Event) -> None:
        watched = isinstance(event, Quote) and self.core.quotes.watches(event.symbol)
        if isinstance(event, Quote) and not watched and not self._broker.cares(event.symbol):
            self.fed = self._monotonic()
            return
        quoted = dict(self._broker.state.quoted_at) if isinstance(event, Quote) else None
        self._turn = []
        self._take(event)
        self._remember(event)
        bare = quoted is not None and not any(effects for _, effects in self._turn)
        if bare and not watched and quoted == self._broker.state.quoted_at:
            return
        state = self.core.state
        for turned, effects in self._turn:
            state.seq += 1
            self._held.append(Step(state.seq, turned, tuple(effects)))
            facts = [effect.fact for effect in effects if isinstance(effect, Report)]
            self._unwritten += [fact for fact in facts if isinstance(fact, CommandDone)]
        if not bare:
            self._journal.append(*self._held)
            self._held = []

    def _disk_moved(self) -> None:
        """The disk has become busy or full, or takes what it is given again: said where no disk is needed, too."""
        trouble, now = self._journal.trouble, self.core.state.now
        if trouble:
            logging.getLogger(__name__).critical("%s Steps wait in memory until it can be.", trouble)
        else:
            logging.getLogger(__name__).warning("The database can be written again.")
        self._handle(LinkDown(now, STORAGE, trouble) if trouble else LinkUp(now, STORAGE))

    def _take(self, event: Event) -> None:
        self._shadows.prepare()
        self._driver.take(event)
        self._shadows.take(event)

    def _remember(self, event: Event) -> None:
        if isinstance(event, FED):
            self.last_event = event
            self.fed = self._monotonic()

    def _note(self, event: Event, effects: list[Effect]) -> None:
        self._turn.append((event, effects))
