"""The engine room: database, journal and desk of one data directory, brought to where they were when it stopped."""

from collections.abc import Callable, Container, Iterable
from functools import partial
from pathlib import Path

import msgspec

from bot import VERSION
from bot.desk.balance import state_of
from bot.desk.shelf import resolve
from engine.clock import monotonic, wall_ms
from engine.core import Core
from engine.model.errors import BadInput
from engine.model.instrument import Instrument
from engine.model.market import Timeframe
from engine.model.messages import CandleClosed
from engine.pictures.snapshot import decode, place
from engine.plan import Plan
from engine.runner import Runner
from engine.scoring.evaluate import WindowEvaluator
from engine.simbroker import SimBroker
from engine.simulation.script import Script
from engine.simulation.scripted import ScriptedBroker
from engine.state import DeskState, endow
from storage.archive import SqliteArchive
from storage.db import FILE, Database
from storage.journal import SqliteJournal
from storage.recovery import recover
from storage.runs import begin_run

ACCOUNT = "sim"


class Room(msgspec.Struct, frozen=True):
    """An open engine room. Nothing in it knows Telegram."""

    database: Database
    journal: SqliteJournal
    archive: SqliteArchive
    runner: Runner
    run: int
    """Number of this start."""
    resumed: bool
    """Whether the directory held a desk before."""


async def open_room(
    database: Database,
    data_dir: Path,
    plan: Plan,
    instruments: Iterable[Instrument],
    bases: dict[str, Timeframe],
    history: Callable[[], Iterable[CandleClosed]],
    start: int,
    mode: str,
    *,
    endowed: bool = False,
    script: Script | None = None,
) -> Room:
    """Recover the desk in an opened directory; a fresh one is warmed with `history` and begins at `start` (market ms).

    `endowed`: one that has seen no market yet has the money of the plan, whatever it has waited with. `script`: what
    goes wrong at the venue. BadInput when the journal does not follow from this plan, Corrupt when it cannot be read.
    """
    run = await begin_run(database, at=wall_ms(), mode=mode, version=VERSION)
    stored = recover(data_dir / FILE)
    image = decode(stored.snapshot) if stored.snapshot is not None else None
    evaluator = WindowEvaluator(plan.strategies)
    known = {i.symbol: i for i in instruments}
    if image is not None and endowed and not image.state.marks:
        endow(image.state, plan.cash)
    if image is not None:
        _expect_instruments(image.state, known, data_dir)
    core = Core(plan, known, bases, evaluator, image.state if image else None, resolver=resolve, teller=state_of)
    venue = SimBroker if script is None else partial(ScriptedBroker, script)
    broker = venue(known, plan.costs, plan.limits.max_leverage, image.sim if image else None)
    journal = SqliteJournal(database, run.id or 0, ACCOUNT)
    runner = Runner(core, broker, journal, monotonic)
    journal.watch(runner)
    if image is not None:
        place(image, core)
        runner.last_event = image.last_event
    else:
        for candle in history():
            core.background.warm(candle)
        core.state.now = core.state.began = start
    runner.recover(stored.steps)
    return Room(database, journal, SqliteArchive(database), runner, run.id or 0, stored.last_seq > 0)


def _expect_instruments(state: DeskState, known: Container[str], data_dir: Path) -> None:
    """A position cannot be looked after in a market without its symbol."""
    missing = sorted(symbol for symbol in state.holdings if symbol not in known)
    if missing:
        raise BadInput(
            f"The desk in {data_dir} holds {', '.join(missing)}, which this market does not have; start with the same "
            "symbols, seed or files as before, or in an empty directory."
        )
