"""`pocketdesk run` as a process of its own, on an emulated exchange whose hours pass in minutes."""

import asyncio
import os
import re
import sys
import tempfile
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from bot.playground import Emulator
from engine.feeds.synthetic import SyntheticSource
from tests.conftest import ROOT
from tests.e2e.hurried import hurried
from tests.exchange.server import Exchange, running
from tests.exchange.tour import drive, market_of

SPEED = 20.0
"""Market seconds a second."""
SYMBOLS = ("BTCUSDT", "DOGEUSDT", "SOLUSDT", "XRPUSDT")
ADMIN = 1001


class Street:
    """The world around a desk: an exchange, a messenger, a folder, and one clock."""

    def __init__(self, exchange: Exchange, emulator: Emulator, folder: Path, began: float) -> None:
        self.exchange, self.emulator, self.folder, self._began = exchange, emulator, folder, began
        self.url = exchange.url

    @asynccontextmanager
    async def desk(self, **settings: str) -> AsyncIterator["Run"]:
        """Starts a desk; leaving the block kills it, if it is still there."""
        environment = {
            **{name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")},
            "PYTHONPATH": str(ROOT),
            "TELEGRAM_TOKEN": self.emulator.token,
            "TELEGRAM_WHITELIST_IDS": str(ADMIN),
            "TELEGRAM_API_URL": self.emulator.url,
            "EXCHANGE": "binanceusdm",
            "EXCHANGE_URL": self.url,
            "SYMBOLS": ",".join(SYMBOLS),
            "STRATEGIES": "ma_cross@1m,razor@1m",
            "DATA_DIR": str(self.folder),
            **settings,
        }
        with tempfile.TemporaryFile() as said:
            words = ("-m", "tests.e2e.hurried", str(SPEED), str(self._began), "run")
            process = await asyncio.create_subprocess_exec(
                sys.executable, *words, cwd=self.folder.parent, env=environment, stdout=said, stderr=said
            )
            try:
                yield Run(process, said.fileno())
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()


class Run:
    """A desk that runs."""

    def __init__(self, process: Process, said: int) -> None:
        self.process, self._said = process, said

    @property
    def said(self) -> str:
        """What it has printed, without colours."""
        text = os.pread(self._said, 1_000_000, 0).decode()
        return re.sub(r"\x1b\[[0-9;]*m", "", text)

    async def until[T](self, look: Callable[[], T | None], seconds: float = 120.0) -> T:
        """Looks until it sees something true, as long as the desk lives."""
        end = time.monotonic() + seconds
        while not (seen := look()):
            assert self.process.returncode is None, self.said
            assert time.monotonic() < end, f"it did not come true:\n{self.said}"
            await asyncio.sleep(0.05)
        return seen

    async def ended(self, seconds: float) -> int:
        """Waits for its end, answers the exit code."""
        return await asyncio.wait_for(self.process.wait(), seconds)


@asynccontextmanager
async def street(emulator: Emulator, folder: Path, seed: int) -> AsyncIterator[Street]:
    """An exchange with a seeded market that lives from now on."""
    began = time.time()
    clock = hurried(SPEED, began)
    source = SyntheticSource(seed, SYMBOLS, history_minutes=1_500)
    market = market_of(source, int(clock() * 1000))
    async with running(market) as exchange:
        market.move_to(int(clock() * 1000))
        driving = asyncio.create_task(drive(market, source, SPEED))
        try:
            yield Street(exchange, emulator, folder, began)
        finally:
            driving.cancel()
            await asyncio.gather(driving, return_exceptions=True)
