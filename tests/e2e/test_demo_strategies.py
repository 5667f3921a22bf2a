"""Strategies changed while the demo runs, with real processes: a dropped file, and kill -9 in the middle of a swap."""

import json
import random
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from engine.model.commands import StrategyParams, StrategyPromote, StrategyShadow
from engine.model.facts import CommandDone, TradeOpened
from engine.model.messages import Command, Report, Step
from storage.db import open_reading
from storage.recovery import read_steps
from tests.e2e.demo_process import Demo, first_line, until, words

RUN = ("--seed", "3", "--symbol", "BTCUSDT", "--strategy", "ma_cross@1m")
GOOD: dict[str, Any] = {
    "id": "always-long",
    "instruments": ["BTC/USDT:USDT", "DOGE/USDT"],
    "timeframe": "1m",
    "direction": "long",
    "rules": [{"type": "compare", "left": {"price": "close"}, "op": ">", "right": 0}],
    "risk": {"mode": "percent", "value": 1},
    "stopLoss": {"type": "percent", "value": 1},
}
BAD: dict[str, Any] = {**GOOD, "id": "bad", "timeframe": "2m", "colour": "red", "rules": []}
MINUTE = 60_000
BEFORE = "10"
"""The parameter `fast` where nobody changed it."""


def drop(folder: Path, name: str, content: dict[str, Any]) -> None:
    """Put a file where the desk looks for strategies."""
    (folder / "strategies").mkdir(exist_ok=True)
    (folder / "strategies" / name).write_text(json.dumps(content))


def steps(folder: Path) -> list[Step]:
    with open_reading(folder / "desk.db") as connection:
        return list(read_steps(connection, 0))


def opened(folder: Path, strategy: str) -> TradeOpened | None:
    """The first trade of a strategy."""
    facts = (effect.fact for step in steps(folder) for effect in step.effects if isinstance(effect, Report))
    return next((f for f in facts if isinstance(f, TradeOpened) and f.position.strategy == strategy), None)


def confirm(demo: Demo, question: str, begins: str) -> None:
    demo.press(demo.ask(question, [begins]), "Confirm")


def test_a_good_file_trades_within_a_bar_of_being_enabled_and_a_bad_one_is_told_with_its_places(tmp_path: Path) -> None:
    with Demo(tmp_path, "--speed", "60", *RUN) as demo:
        demo.ready()
        drop(tmp_path, "good.json", GOOD)
        drop(tmp_path, "bad.json", BAD)
        until(lambda: any("always-long is available" in first_line(view) for view in demo.messages()), 20)
        refused = until(lambda: next((v for v in demo.messages() if first_line(v).startswith("⛔ bad.json")), None), 20)
        assert all(pointer in words(refused) for pointer in ("/timeframe", "/colour", "/rules"))
        assert "⚪ available" in first_line(demo.ask("/strategy always-long", ["always-long"]))
        confirm(demo, "/strategy always-long on", "START always-long")
        trade = until(lambda: opened(tmp_path, "always-long"), 20)
        added = next(s.event.at for s in steps(tmp_path) if isinstance(s.event, Command))
        first_close = added - added % MINUTE + MINUTE
        assert trade.at <= first_close + MINUTE  # decided at the next close, filled at the open after it
        assert demo.stop() == 0
    with Demo(tmp_path, "--speed", "60", *RUN) as demo:
        (tmp_path / "strategies" / "good.json").unlink()
        demo.ready()
        assert "always-long 1m" in first_line(demo.ask("/strategy always-long", ["🟢 on"]))
        assert demo.stop() == 0


def done(folder: Path) -> list[Command]:
    """The commands that were carried out, as journaled."""
    return [
        step.event
        for step in steps(folder)
        if isinstance(step.event, Command)
        and any(isinstance(e, Report) and isinstance(e.fact, CommandDone) and e.fact.ok for e in step.effects)
    ]


def fast(demo: Demo) -> str:
    """The parameter as the card shows it."""
    return next(row.split()[1] for row in card(demo).splitlines() if row.startswith("fast "))


def card(demo: Demo) -> str:
    """The card of the strategy."""
    return words(demo.ask("/strategy ma_cross@1m", ["ma_cross 1m"]))


CHANGES = (("fast=4", "keep"), ("fast=5", "close"), ("fast=6", "adopt"), ("fast=7", "keep"))


@pytest.mark.kill
@pytest.mark.parametrize("shadowed", [False, True])
def test_a_kill_in_the_middle_of_a_change_leaves_the_old_version_or_the_new_one(tmp_path: Path, shadowed: bool) -> None:
    moments = random.Random(5)
    for version, hand_over in CHANGES:
        with Demo(tmp_path, "--speed", "600", *RUN) as demo:
            demo.opened()
            assert fast(demo) == in_force(tmp_path)
            if shadowed:
                confirm(demo, f"/strategy ma_cross@1m shadow 40 {version}", "SHADOW of ma_cross@1m")
                until(partial(shadows, demo, version))
                confirm(demo, f"/strategy ma_cross@1m promote {hand_over}", "PROMOTE shadow")
            else:
                confirm(demo, f"/strategy ma_cross@1m {version} {hand_over}", "ma_cross@1m changes")
            time.sleep(moments.uniform(0.0, 0.25))
            demo.kill()
    expected = in_force(tmp_path)
    assert expected != BEFORE
    for _ in range(2):
        with Demo(tmp_path, "--speed", "600", *RUN) as demo:
            demo.opened()
            assert fast(demo) == expected
            assert demo.ready().stop() == 0, demo.said


def shadows(demo: Demo, version: str) -> bool:
    """Whether the card shows this version's shadow."""
    return f"\n{version}\n" in card(demo).partition("SHADOW")[2]


def in_force(folder: Path) -> str:
    """The parameter `fast` that the journaled commands add up to."""
    value, promised = BEFORE, ""
    for command in done(folder):
        match command.action:
            case StrategyParams():
                value = command.action.params["fast"]
            case StrategyShadow():
                promised = command.action.params["fast"]
            case StrategyPromote():
                value = promised
            case _:
                raise AssertionError(command)
    return value
