"""Backtests run for people in processes of their own: one for each person at a time, and none outlives the desk."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryFile
from time import monotonic
from typing import IO
from zoneinfo import ZoneInfo

import msgspec
from loguru import logger

from bot.backtests.trial import FOLDER, Failed, Found, Going, Request, Setup, Told
from bot.figures.charts import draw_equity
from bot.figures.tables import trades_csv
from bot.outbox.body import Body, body
from bot.outbox.outbox import Say
from bot.screens import backtest
from engine.model.errors import BadInput, PocketdeskError
from engine.model.result import Result

PERIODS = {"24h": 86_400_000, "7d": 7 * 86_400_000, "30d": 30 * 86_400_000, "all": None}
"""Market ms back from now."""
PERIOD = "7d"
"""Until another one is chosen."""
COMMAND = ("-m", "bot.backtests.trying")
LINE = 256 * 1024 * 1024
"""Longest line that is read of a process: a result with every trade."""
TOLD_EVERY_S = 3.0
"""Between two edits of the progress."""
SAID = 4_000
"""Last bytes of what a process complained of that are logged."""
LONGEST_S = 900.0
"""A backtest that takes longer is stopped."""


class Choice(msgspec.Struct, frozen=True):
    """What a person has chosen so far."""

    strategy: str
    symbols: tuple[str, ...]
    period: str = PERIOD


class Trial(msgspec.Struct):
    """A backtest that runs: its person, the name of its message, what it is, its process."""

    person: int
    name: str
    request: Request
    process: Process | None = None
    why: str = ""
    """Why it was stopped; empty while it was not."""


_told: msgspec.json.Decoder[Told] = msgspec.json.Decoder(Told)


class Trials:
    """Starts, watches and ends them; each has one message that is edited until its result."""

    def __init__(self, setup: Setup, say: Say, clock: Callable[[], int]) -> None:
        self.setup = setup
        self.choices: dict[int, Choice] = {}
        self._say = say
        self._clock = clock
        self._folder = setup.folder / FOLDER
        self._running: dict[int, Trial] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def runs(self, person: int) -> bool:
        """Whether one of this person's is running."""
        return person in self._running

    async def begin(self, person: int, request: Request, zone: ZoneInfo) -> None:
        """Start one and return; BadInput when the person has one running."""
        if person in self._running:
            raise BadInput("A backtest of yours is running; stop it first, or wait for its result.")
        trial = Trial(person, f"trial:{person}:{self._clock()}", request)
        self._running[person] = trial
        try:
            await asyncio.to_thread(self._note, trial)
            await self._say.reply(person, backtest.render_progress(request, 0, 0), key=trial.name)
        except BaseException:
            del self._running[person]
            raise
        task = asyncio.create_task(self._watched(trial, zone))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def stop(self, person: int) -> None:
        """End a person's; BadInput when none is running."""
        if person not in self._running:
            raise BadInput("No backtest of yours is running.")
        _end(self._running[person], "stopped by you")

    async def close(self) -> None:
        """End all; each person is told."""
        for trial in self._running.values():
            _end(trial, "stopped: the desk was shut down")
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def clear_up(self) -> None:
        """Say of those that a start before this one did not live to end that they were stopped."""
        for path in await asyncio.to_thread(lambda: sorted(self._folder.glob("*.note"))):
            person, _, name = (await asyncio.to_thread(path.read_text)).partition(" ")
            if person.isdecimal() and name:
                await self._say.edit(int(person), name, backtest.render_stopped("stopped: the desk was started again"))
            await asyncio.to_thread(path.unlink, missing_ok=True)

    async def _watched(self, trial: Trial, zone: ZoneInfo) -> None:
        """One from its start to its last message."""
        try:
            async with asyncio.timeout(LONGEST_S):
                told = await self._run(trial)
        except TimeoutError:
            told = Failed(f"It took longer than {LONGEST_S / 60:.0f} minutes and was stopped; choose a shorter period.")
        except (PocketdeskError, OSError, ValueError, msgspec.MsgspecError) as error:
            logger.opt(exception=error).error("backtest_failed", person=trial.person)
            told = Failed("The backtest could not be run; the log says why.")
        try:
            await self._tell(trial, told, zone)
        finally:
            del self._running[trial.person]
            await asyncio.to_thread(self._path(trial).unlink, missing_ok=True)

    async def _run(self, trial: Trial) -> Found | Failed:
        """The process from its start to its end; it is gone when this returns."""
        if self.setup.prepare is not None:
            await asyncio.to_thread(self.setup.prepare)
        with TemporaryFile() as complaints:
            return await self._followed(trial, complaints)

    async def _followed(self, trial: Trial, complaints: IO[bytes]) -> Found | Failed:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *COMMAND, stdin=PIPE, stdout=PIPE, stderr=complaints, limit=LINE
        )
        trial.process = process
        assert process.stdin
        assert process.stdout
        try:
            if trial.why:
                return Failed(trial.why)
            process.stdin.write(msgspec.json.encode(trial.request) + b"\n")
            shown = monotonic()
            while line := await process.stdout.readline():
                told = await asyncio.to_thread(_told.decode, line)
                if not isinstance(told, Going):
                    return told
                if monotonic() - shown >= TOLD_EVERY_S:
                    shown = monotonic()
                    progress = backtest.render_progress(trial.request, told.done, told.total)
                    await self._say.edit(trial.person, trial.name, progress, live=True)
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()
        return Failed(trial.why or _early(trial, process.returncode, complaints))

    async def _tell(self, trial: Trial, told: Found | Failed, zone: ZoneInfo) -> None:
        """The result in place of the progress, its files below; or why there is none."""
        if isinstance(told, Failed):
            await self._say.edit(trial.person, trial.name, backtest.render_stopped(trial.why or told.sentence))
            return
        result = told.result
        await self._say.edit(trial.person, trial.name, await _card(trial.request, result, zone))
        for document in await asyncio.to_thread(_documents, trial.request, told):
            await self._say.document(trial.person, document)

    def _note(self, trial: Trial) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._path(trial).write_text(f"{trial.person} {trial.name}")

    def _path(self, trial: Trial) -> Path:
        return self._folder / f"{trial.person}.note"


def _end(trial: Trial, why: str) -> None:
    trial.why = trial.why or why
    if trial.process is not None and trial.process.returncode is None:
        trial.process.kill()


def _early(trial: Trial, code: int | None, complaints: IO[bytes]) -> str:
    complaints.seek(0)
    said = complaints.read()[-SAID:].decode(errors="replace")
    logger.error("backtest_ended_early", person=trial.person, code=code, said=said)
    return f"The backtest ended early (code {code}); the log says why."


async def _card(request: Request, result: Result, zone: ZoneInfo) -> Body:
    """The key figures under the equity curve."""
    card = backtest.render_result(request, result, zone)
    if len(result.equity) < 2:
        return card
    curve = [(at, Decimal(repr(value))) for at, value in result.equity]
    photo = await draw_equity(curve, zone, f"Backtest {request.member.id}")
    return msgspec.structs.replace(card, photo=photo)


def _documents(request: Request, told: Found) -> list[Body]:
    """The trades as CSV, where there are some, the page and the record."""
    stem, trades = f"backtest-{request.member.id.replace('@', '-')}", told.result.trades
    files = {ending: text.encode() for ending, text in told.files.items()}
    if trades:
        files = {"csv": trades_csv(trades), **files}
    said = {"csv": f"{len(trades)} trades", "html": "the report, for a browser", "json": "the record, for programs"}
    return [
        body(f"📄 {request.member.id}: {said.get(ending, ending)}", document=content, filename=f"{stem}.{ending}")
        for ending, content in files.items()
    ]
