"""The small Protocols through which the engine and the rest of the product meet."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import msgspec

from engine.model.account import ClosedTrade
from engine.model.facts import Decided, Denied, EquityMarked
from engine.model.instrument import Instrument
from engine.model.market import HOUR_MS, BarsByTimeframe, Exits, Scores, Timeframe
from engine.model.member import Member
from engine.model.messages import CandleClosed, Event, MarketEvent, Step, Timer
from engine.model.quoting import View, Wish
from engine.model.views import DecisionView, OrderLife, VersionView

Params = msgspec.Struct
"""A strategy's parameters: a frozen Struct whose fields have defaults and carry their ranges (msgspec.Meta)."""


class Strategy(Protocol):
    """A pure function of bars (architecture.md section 6), found by the module-level name `strategy`."""

    name: str
    timeframes: tuple[Timeframe, ...]
    """The base timeframe it scores on by default, then the ones it also reads."""
    params_type: type[Params]

    def check(self, params: Any) -> str | None:
        """A sentence when parameters contradict one another (fast >= slow), else None."""

    def warmup(self, params: Any) -> int:
        """Closed bars of the base timeframe a live window must hold (strategies.md 1.4)."""

    def first_bar(self, params: Any) -> int:
        """First row that may carry a signal; rows before it say `warming_up`."""

    def reads(self, params: Any) -> Mapping[Timeframe, int]:
        """Bars it needs of each other timeframe before the first bar scored; a missing one makes it abstain."""

    def exits(self, params: Any) -> Exits:
        """What is constant over a trade."""

    def evaluate(self, bars: BarsByTimeframe, params: Any) -> Scores:
        """Score every bar of the base timeframe; row t uses bars 0..t, of other timeframes what had closed by then.

        Bars of the base timeframe have no gap; those of others may have, and may be absent.
        """


@runtime_checkable
class Quoting(Strategy, Protocol):
    """A strategy that quotes, holds several orders or reads the book: called for what happens, it answers with wishes.

    What it says of bars (`evaluate`) is for people and for ensembles; it trades by `on_event` alone.
    """

    memory_type: type[msgspec.Struct]
    """A frozen Struct: what it remembers of one group of symbols between two events."""
    reads_quotes: bool
    """Whether it does nothing without quotes."""
    exchanges: bool
    """Whether it trades markets that are paid in another currency than the account's, and knows what that means."""

    def groups(self, instruments: Mapping[str, Instrument]) -> Sequence[tuple[str, ...]]:
        """Which of these symbols are traded as one, each in at most one group; none where what it needs is not there.

        Several symbols stand in the order in which the strategy speaks of them.
        """

    def needs(self) -> str:
        """The reason code of a market without a group."""

    def on_event(self, view: View, params: Any) -> Sequence[Wish]:
        """What it wishes now. Pure: it reads the view and may replace `view.memory`, nothing else."""


class Resolver(Protocol):
    """Builds strategies from data. Pure: the same member always gives the same strategy."""

    def __call__(self, member: Member) -> tuple[Strategy, Params]:
        """Its code and parameters; BadInput says in one sentence why it cannot run."""


class Shelf(Protocol):
    """The strategies that a desk could start: the program's own, and rules in files."""

    def members(self) -> Sequence[Member]:
        """All of them, each as it would be started here."""

    def member(self, strategy: str) -> Member:
        """The one of this id (`name` or `name@5m`); BadInput says what there is, or why it cannot run here."""


class Source(Protocol):
    """A market as a plain ordered sequence: a file, a seeded simulation. The same one twice gives the same events."""

    instruments: Sequence[Instrument]
    timeframes: dict[str, Timeframe]
    """Finest candles delivered for each symbol."""
    start: int
    """Market time at which trading begins (UTC ms)."""

    def history(self) -> Iterator[CandleClosed]:
        """Closed candles from before the start, ordered: they warm the windows and never trade."""

    def events(self, since: int | None = None) -> Iterator[MarketEvent | Timer]:
        """Everything from the start on, ordered by (at, symbol, timeframe), one `minute` Timer a market minute.

        With `since`, the same without what is stamped before it: so a desk that was stopped goes on.
        """


class Feed(Protocol):
    """Where a running desk gets its market events from, at the feed's own pace."""

    instruments: Sequence[Instrument]

    async def history(self) -> Sequence[CandleClosed]:
        """Closed candles from before the start, ordered."""

    def events(self) -> AsyncIterator[Event]:
        """The stream: market events, Timers where the feed owns time, LinkDown and LinkUp of its own links."""


class Journal(Protocol):
    """The durable record of steps. `append` returns at once; `settled` waits until all before it is on disk."""

    def append(self, *steps: Step) -> None:
        """Queue steps that belong together: they are committed in one transaction, all or none."""

    async def settled(self) -> None:
        """Return when every appended step is durable; raises StorageDegraded or Corrupt when it cannot be."""


class Observer(Protocol):
    """Sees every step after it is durable."""

    def observe(self, step: Step) -> None:
        """Take note; must not block."""


EventSink = Callable[[Event], None]
"""Puts an event in the engine's inbox; never blocks."""


class InboxRow(msgspec.Struct, frozen=True):
    """One stored update; `state` is new, running, done, failed, stale, refused or poison."""

    update_id: int
    received_at: int
    raw: str
    state: str
    answer: str = ""


class Inbox(Protocol):
    """Updates from people: stored before they are confirmed to the sender, each carried out at most once."""

    async def store(self, updates: Sequence[tuple[int, str]], at: int) -> None:
        """Commit new (update_id, raw JSON) rows; ids already there are left alone."""

    async def unfinished(self) -> Sequence[InboxRow]:
        """Rows in state new or running, oldest first."""

    async def move(self, update_id: int, state: str, answer: str = "") -> bool:
        """Set a row's state; False when it is final already (done by a committed command)."""

    async def cursor(self) -> int:
        """Highest update id stored, 0 when none."""


class Outgoing(msgspec.Struct, frozen=True):
    """A message to be sent, edited or deleted. `key` names the message for later edits and replies; body is opaque."""

    lane: str
    """critical, trade, reply, report or live."""
    chat: int
    body: str
    at: int
    """When it was written, wall UTC ms."""
    dedupe: str | None = None
    key: str | None = None
    """Name of the message this row creates or, if it exists already, edits."""
    reply_to: str | None = None
    """Key of the message it answers."""
    silent: bool = False
    not_after: int | None = None
    topic: int | None = None


class OutboxRow(msgspec.Struct, frozen=True):
    """A stored outgoing message that has not been delivered."""

    id: int
    item: Outgoing
    tries: int
    retry_at: int


class Outbox(Protocol):
    """Everything that is to be said, durable until it has been said."""

    async def put(self, items: Sequence[Outgoing], cursor: int | None = None) -> None:
        """Commit rows (a known dedupe key is ignored) and, with them, the journal sequence they were made from."""

    async def cursor(self) -> int:
        """Journal sequence up to which messages have been made, 0 when none."""

    async def waiting(self) -> Sequence[OutboxRow]:
        """Undelivered rows, oldest first."""

    async def delivered(self, row: int, message_id: int) -> None:
        """The row is with the recipient under this message id."""

    async def postpone(self, row: int, retry_at: int) -> None:
        """Delivery failed for now."""

    async def drop(self, row: int, why: str) -> None:
        """The row is superseded or out of time; it is kept for the record and never sent."""

    async def message_id(self, chat: int, key: str) -> int | None:
        """Message id that a key was delivered under in a chat."""


class Users(Protocol):
    """Known people, their roles and preferences (an opaque JSON text each)."""

    async def roles(self) -> dict[int, int]:
        """Stored role by user id (engine.model.roles)."""

    async def set_role(self, user: int, role: int | None, actor: int, at: int) -> None:
        """Store or remove a role; audited."""

    async def preferences(self, user: int) -> str:
        """The user's preferences, "{}" when none are stored."""

    async def set_preferences(self, user: int, text: str) -> None:
        """Store them."""


class Reports(Protocol):
    """Which periodic reports have been sent."""

    async def claim(self, kind: str, recipient: int, period: str, at: int) -> bool:
        """True exactly once for each (kind, recipient, period)."""

    async def last(self, kind: str, recipient: int) -> str | None:
        """The newest period claimed."""


class Archive(Protocol):
    """Reads of what the journal has recorded. Results are oldest first."""

    async def trades(self, since: int = 0, limit: int | None = None) -> Sequence[ClosedTrade]:
        """Closed trades with exit_at >= since; with a limit the newest ones."""

    async def marks(self, since: int = 0, every: int = HOUR_MS) -> Sequence[EquityMarked]:
        """The first account mark of each span of `every` ms, at or after `since`; by default those of hours."""

    async def decision(self, key: str) -> Decided | None:
        """The decision record of a trade or order id, or of a key of `decisions`."""

    async def decisions(self, limit: int) -> Sequence[DecisionView]:
        """The newest decisions about entries, approved or refused."""

    async def orders(self, trade: str) -> Sequence[OrderLife]:
        """Every order of a trade with its fills, in the order they were made."""

    async def version(self, strategy: str, at: int) -> VersionView | None:
        """The last change that a person had made to a strategy by then; None: it was as configured."""

    async def denials(self, limit: int) -> Sequence[Denied]:
        """The newest refusals."""

    async def steps(self, after: int) -> Sequence[Step]:
        """Journaled steps with seq > after that carry at least one Report, at most 1,000 of them."""

    async def halt_under_way(self, until: int) -> int | None:
        """The newest step up to `until` that halted trading; None where everything was reported flat after it."""
