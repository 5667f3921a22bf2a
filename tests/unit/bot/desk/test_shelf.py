"""What could be started: the program's strategies, and files that come, change and are wrong."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.desk.shelf import Shelf, resolve
from bot.desk.watch import ShelfWatch
from bot.outbox.outbox import Say
from engine.model.errors import BadInput
from engine.model.instrument import Instrument
from engine.model.market import Timeframe
from engine.model.member import Member
from tests.unit.bot.stand_ins import Shelf as Rows

MARKET = {"ETHUSDT": Instrument("ETHUSDT", "ETH", "USDT")}
BASES: Mapping[str, Timeframe] = {"ETHUSDT": "1m"}
GOOD: dict[str, Any] = {
    "id": "dip",
    "instrument": "ETH/USDT:USDT",
    "timeframe": "5m",
    "rules": [{"type": "indicator", "indicator": "rsi", "condition": "oversold"}],
    "risk": {"mode": "percent", "value": 1},
    "stopLoss": {"type": "percent", "value": 1},
}
TEN: dict[str, Any] = {
    "id": "Bad Name",
    "instrument": "ETH USDT",
    "timeframe": "2m",
    "direction": "up",
    "rules": [{"type": "indicator", "indicator": "moon", "condition": "rising"}],
    "risk": {"mode": "luck", "value": -1},
    "stopLoss": {"type": "percent", "value": 99},
    "takeProfit": {"type": "risk_reward", "value": 0},
    "timeStop": {"bars": 0},
}


class World:
    """A folder, a shelf over it, and what the admin is told."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.rows = folder, Rows()
        self.shelf = Shelf(folder, MARKET, BASES)
        self.watch = ShelfWatch(self.shelf, Say(self.rows, lambda: 0), self.admins)

    async def admins(self) -> list[int]:
        return [1001]

    def drop(self, name: str, content: object) -> None:
        (self.folder / name).write_text(content if isinstance(content, str) else json.dumps(content))

    @property
    def told(self) -> list[str]:
        return [body.text for body in self.rows.bodies()]


async def test_a_good_file_is_available_on_the_symbol_this_market_has(tmp_path: Path) -> None:
    world = World(tmp_path)
    await world.watch.look()
    world.drop("dip.json", GOOD)
    await world.watch.look()
    assert world.told[-1].startswith("📄 dip is available")
    member = world.shelf.member("dip")
    assert (member.symbols, member.timeframe, member.document) == (("ETHUSDT",), "5m", json.dumps(GOOD))
    assert member in world.shelf.members()
    (tmp_path / "dip.json").unlink()
    await world.watch.look()
    with pytest.raises(BadInput, match="There is no strategy 'dip'"):
        world.shelf.member("dip")


async def test_ten_mistakes_are_told_in_one_message_once_each_with_its_place(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.drop("ten.json", TEN)
    await world.watch.look()
    assert world.told == []  # it may still be being written
    await world.watch.look()
    await world.watch.look()
    (message,) = world.told
    places = ["/id", "/timeframe", "/risk/mode", "/risk/value", "/stopLoss/value", "/instrument", "/direction"]
    places += ["/rules/0/indicator", "/takeProfit/value", "/timeStop/bars"]
    assert message.startswith("⛔ ten.json: 10 mistakes")
    assert [place for place in places if f"{place}: " not in " ".join(message.split())] == []


async def test_a_file_that_is_finished_by_the_next_look_is_not_called_wrong(tmp_path: Path) -> None:
    world = World(tmp_path)
    await world.watch.look()
    world.drop("dip.json", json.dumps(GOOD)[:40])
    await world.watch.look()
    world.drop("dip.json", GOOD)
    await world.watch.look()
    await world.watch.look()
    assert [text.partition("\n")[0] for text in world.told] == ["📄 dip is available"]


async def test_a_wrong_version_of_a_file_leaves_the_one_before_available(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.drop("dip.json", GOOD)
    await world.watch.look()
    world.drop("dip.json", {**GOOD, "stopLoss": None})
    await world.watch.look()
    await world.watch.look()
    assert world.shelf.member("dip").document == json.dumps(GOOD)
    assert "dip.json: 1 mistake" in world.told[-1]


@pytest.mark.parametrize("taken", ["razor", "dip"])
async def test_an_id_that_is_taken_is_refused(tmp_path: Path, taken: str) -> None:
    world = World(tmp_path)
    world.drop("a.json", GOOD)
    await world.watch.look()
    world.drop("b.json", {**GOOD, "id": taken})
    await world.watch.look()
    assert world.told[-1].startswith("⛔ b.json is not used")
    assert world.shelf.member("dip").document == json.dumps(GOOD)


def test_the_program_s_strategies_are_there_on_what_this_market_has(tmp_path: Path) -> None:
    shelf = World(tmp_path).shelf
    assert shelf.member("ma_cross@5m").timeframe == "5m"
    assert shelf.member("razor").symbols == ("ETHUSDT",)
    hourly = Shelf(tmp_path, MARKET, {"ETHUSDT": "1h"})
    assert hourly.member("ma_cross").timeframe == "1h"
    with pytest.raises(BadInput, match="needs shorter candles"):
        hourly.member("ma_cross@5m")


@pytest.mark.parametrize(
    ("member", "sentence"),
    [
        (Member("x", "nobody", "5m", ()), "There is no strategy 'nobody'"),
        (Member("x", "ma_cross", "5m", (), {"fast": "1000"}), "ma_cross: fast is '1000', but it takes"),
        (Member("x", "ma_cross", "5m", (), {"speed": "1"}), "ma_cross has no parameter 'speed'"),
        (Member("dip", "dip", "1m", (), {}, json.dumps(GOOD)), "dip does not run on 1m; it takes 5m."),
        (Member("dip", "dip", "5m", (), {"n": "1"}, json.dumps(GOOD)), "dip is a file of rules and has no parameters"),
        (Member("dip", "dip", "5m", (), {}, "{}"), "dip is refused"),
    ],
)
def test_what_cannot_be_built_is_refused_in_one_sentence(member: Member, sentence: str) -> None:
    with pytest.raises(BadInput) as refused:
        resolve(member)
    assert str(refused.value).startswith(sentence)
