"""kill -9 and start again, with real processes: nothing lost, nothing twice, and no state relaxed."""

import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from engine.feeds.synthetic import SyntheticSource
from engine.model.messages import Command
from storage.audit import broken_at
from storage.db import open_reading
from storage.recovery import journal_hash, read_steps
from tests.e2e.demo_process import DEMO, Demo, first_line, program, until
from tests.journaled import asked

pytestmark = pytest.mark.kill

CHAINS, KILLS = 4, 5
MARKET_S = 30_000
"""Market time each chain has to reach; all of it takes longer than the five lives before the last."""
RULES = (
    "--seed",
    "3",
    "--strategy",
    "ma_cross@1m",
    "--strategy",
    "razor@1m",
    "--symbol",
    "BTCUSDT",
    "--symbol",
    "SOLUSDT",
)
SPEED = "1400"
"""So slow that no chain of lives, none longer than 4 s, gets to the target: each of them is cut off."""
TARGET = SyntheticSource(3).start + MARKET_S * 1000


def left(folder: Path) -> int:
    """Market seconds from the last journaled event to the target."""
    if not (folder / "desk.db").exists() or not asked(
        folder / "desk.db", "SELECT 1 FROM sqlite_master WHERE name = 'step'"
    ):
        return MARKET_S
    last = asked(folder / "desk.db", "SELECT max(at) FROM step")[0]
    return MARKET_S if last is None else (TARGET - int(last)) // 1000


def lives(folder: Path, moments: random.Random) -> Iterator[int]:
    """Starts it on the directory and ends it at some moment; answers the exit code of each life."""
    for number in range(KILLS):
        with Demo(folder, "--speed", SPEED, *RULES) as demo:
            if number % 4 != 3:
                demo.opened()
                time.sleep(moments.uniform(0.0, 0.8))
            else:
                time.sleep(moments.uniform(0.3, 4.0))
            demo.kill()
            yield demo.ended()
        if number == 2:
            with Demo(folder, "--speed", SPEED, *RULES) as demo:
                demo.ready()
                time.sleep(0.2)
                assert demo.stop() == 0, demo.said


def chain(folder: Path, seed: int) -> list[int]:
    """The lives of one directory, and a last one that reaches the target."""
    codes = list(lives(folder, random.Random(seed)))
    with Demo(folder, "--speed", "0", "--for", str(left(folder)), *RULES) as demo:
        assert demo.ended(120) == 0, demo.said
        assert demo.said.splitlines()[-1].startswith("Stopped. ")
    return codes


def told(folder: Path) -> tuple[set[tuple[int, str]], Counter[tuple[int, str]]]:
    """What each person was told of each trade: the cards there are, and how many pushes answer each card.

    A desk that was started again may write a card once more as it stands (an edit that changes nothing); a push rings.
    """
    cards = asked(folder / "desk.db", "SELECT chat, key FROM outbox WHERE key LIKE 'trade:%'")
    pushes = asked(folder / "desk.db", "SELECT chat, reply_to FROM outbox WHERE reply_to LIKE 'trade:%'")
    return set(cards), Counter(pushes)


TABLES = {
    "fill": "symbol, trade_id, coid, side, qty, price, fee, at",
    "trade": "trade, seq, entry_at, exit_at, pnl",
    "intent": "coid, state, qty, cum_qty",
    "position": "trade, qty, avg, realised, fees",
    "risk_metric": "at, equity",
    "denial": "seq, at, symbol, strategy, code",
    "decision": "key, seq, verdict",
}


def test_twenty_kills_lose_nothing_and_repeat_nothing(tmp_path: Path) -> None:
    run = (*DEMO, "--data-dir", str(tmp_path / "calm"), "--speed", "0", "--for", str(MARKET_S), *RULES)
    with ThreadPoolExecutor(CHAINS + 1) as pool:
        calm = pool.submit(program, *run, seconds=120)
        chains = [pool.submit(chain, tmp_path / str(seed), seed) for seed in range(CHAINS)]
        codes = [code for each in chains for code in each.result()]
        assert calm.result().returncode == 0
    assert codes == [-signal.SIGKILL] * CHAINS * KILLS
    wanted = tmp_path / "calm"
    assert asked(wanted / "desk.db", "SELECT count(*) FROM trade")[0] > 20
    for seed in range(CHAINS):
        folder = tmp_path / str(seed)
        assert journal_hash(folder / "desk.db") == journal_hash(wanted / "desk.db")
        for table, columns in TABLES.items():
            query = f"SELECT {columns} FROM {table} ORDER BY 1, 2"
            assert asked(folder / "desk.db", query) == asked(wanted / "desk.db", query), table
        assert told(folder) == told(wanted)
        with open_reading(folder / "desk.db") as connection:
            assert broken_at(connection) is None


def test_a_kill_neither_relaxes_the_desk_nor_repeats_a_command(tmp_path: Path) -> None:
    moments = random.Random(9)
    run = ("--speed", "600", *RULES)
    for command, answer, shown in (
        ("/pause", "pause", "PAUSED"),
        ("/status", "", "PAUSED"),
        ("/stop", "halt", "HALTED"),
        ("/status", "", "HALTED"),
    ):
        with Demo(tmp_path, *run) as demo:
            demo.opened()
            if answer:
                demo.say(command)
                until(partial(asked_for, tmp_path, answer))
                time.sleep(moments.uniform(0.0, 0.3))
            else:
                assert shown in first_line(demo.ask("/status", ["today"]))
            demo.kill()
    assert commands(tmp_path) == Counter(pause=1, halt=1)


def asked_for(folder: Path, command: str) -> bool:
    return commands(folder)[command] > 0


def commands(folder: Path) -> Counter[str]:
    """Commands in the journal."""
    with open_reading(folder / "desk.db") as connection:
        events = [step.event for step in read_steps(connection, 0)]
    return Counter(type(event.action).__name__.lower() for event in events if isinstance(event, Command))
