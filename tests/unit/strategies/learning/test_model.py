"""Model files: what is read, what is refused and why."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from engine.model.errors import BadInput
from strategies.learning import features
from strategies.learning.model import Block, Model, Recipe, load, parse
from strategies.learning.trees import Boosted, Tree
from tests.series import START, random_bars

RECIPE = Recipe("5m", 12, 0.0005)
LEAF = Tree((-2,), (-2.0,), (-1,), (-1,), (1.0,))
HOUR = 3_600_000


def model(*blocks: Block) -> Model:
    return Model(features.names("5m"), RECIPE, blocks)


def block(start: int, end: int, odds: float, *trees: Tree) -> Block:
    return Block(start, end, 100, "0" * 64, Boosted(odds, 0.1, trees))


def test_each_bar_is_asked_of_the_block_of_its_time() -> None:
    bars = random_bars(3, 288)
    held = model(block(START + 10 * HOUR, START + 12 * HOUR, 0.0), block(START + 12 * HOUR, START + 15 * HOUR, 5.0))
    chance = held.probability(bars)
    hour = (bars.ts - START) // HOUR
    assert set(chance[(hour >= 10) & (hour < 12)]) == {0.5}
    assert chance[(hour >= 12) & (hour < 15)] == pytest.approx(0.99330715, abs=5e-9)
    assert np.isnan(chance[(hour < 10) | (hour >= 15)]).all()


def test_a_bar_without_all_its_features_is_not_asked() -> None:
    chance = model(block(START, START + 24 * HOUR, 0.0)).probability(random_bars(3, 288))
    np.testing.assert_array_equal(np.isnan(chance), np.arange(288) < features.first_row("5m"))


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    held = model(block(0, HOUR, 0.1 + 0.2, LEAF))
    path = tmp_path / "model.json"
    path.write_bytes(msgspec.json.encode(held))
    assert load(str(path)) == held


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "the file is no model: "),
        (b"\x80\x04pickle", "the file is no model: "),
        (b"{}", "the file is no model: Object missing required field `features`"),
        (msgspec.json.encode(model()).replace(b'"blocks"', b'"more":1,"blocks"'), "unknown field `more`"),
        (msgspec.json.encode(model()).replace(b'"5m"', b'"5w"'), "Invalid enum value '5w'"),
        (
            msgspec.json.encode(model(block(0, 1, 0.0, msgspec.structs.replace(LEAF, left=(7,))))),
            "the file is no model: tree 0: node 0 leads nowhere.",
        ),
    ],
)
def test_a_file_that_is_no_model_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(BadInput, match=r"^model_mismatch: ") as refusal:
        parse(data)
    assert says in str(refusal.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"^model_mismatch: the model '.*' cannot be read: No such file"):
        load(str(tmp_path / "none.json"))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"horizon": 13}, "the model was trained with horizon 12, not 13."),
        ({"fee": 0.001}, "the model was trained with fee 0.0005, not 0.001."),
        ({"fit_days": 90}, "the model was trained with fit_days 180, not 90."),
        ({"seed": 1}, "the model was trained with seed 0, not 1."),
        ({"timeframe": "15m"}, "the model was trained with timeframe 5m, not 15m."),
    ],
)
def test_other_parameters_are_refused(change: dict[str, object], says: str) -> None:
    model().check(RECIPE)
    with pytest.raises(BadInput) as refusal:
        model().check(msgspec.structs.replace(RECIPE, **change))
    assert str(refusal.value) == f"model_mismatch: {says}"


def test_other_features_are_refused() -> None:
    fewer = msgspec.structs.replace(model(), features=model().features[1:])
    with pytest.raises(BadInput, match=r"^model_mismatch: the model has the features "):
        fewer.check(RECIPE)
