"""Walk-forward training: when blocks begin, what they may know, what is refused, what a file holds."""

import hashlib
import struct

import msgspec
import numpy as np
import pytest

from engine.model.errors import BadInput
from engine.model.market import DAY_MS, SPAN_MS, Bars
from strategies.learning import features
from strategies.learning.labels import labels
from strategies.learning.model import Model, Recipe, parse
from strategies.learning.train import fit, fitting, train
from tests.series import START, random_bars

RECIPE = Recipe("5m", 3, 0.0001, fit_days=2, use_days=1)
BARS = random_bars(41, 5 * 288 + 100)


@pytest.fixture(scope="module")
def model() -> Model:
    return parse(train(BARS, RECIPE))


def changed(bars: Bars, since: int) -> Bars:
    """Another market from a time on."""
    other, later = random_bars(99, len(bars)), bars.ts >= since
    columns = {
        name: np.where(later, getattr(other, name), getattr(bars, name)) for name in ("open", "high", "low", "close")
    }
    return msgspec.structs.replace(bars, **columns)


def test_blocks_begin_on_every_day_that_has_the_days_to_learn_from_behind_it(model: Model) -> None:
    assert [block.start for block in model.blocks] == [START + day * DAY_MS for day in (2, 3, 4, 5)]
    assert {block.end - block.start for block in model.blocks} == {DAY_MS}


def test_blocks_of_several_days_begin_on_multiples_of_their_length() -> None:
    """2023-11-15 is day 19676 since 1970; after two days to learn from, 19680 is the next multiple of 3."""
    found = parse(train(BARS, msgspec.structs.replace(RECIPE, use_days=3)))
    assert [block.start // DAY_MS for block in found.blocks] == [19_680]


def test_the_same_candles_train_the_same_file_and_another_seed_is_not_needed(model: Model) -> None:
    assert train(BARS, RECIPE) == msgspec.json.encode(model)


def test_a_block_knows_nothing_of_the_time_it_is_used_in(model: Model) -> None:
    for index, block in enumerate(model.blocks[:-1]):
        other = parse(train(changed(BARS, block.start), RECIPE))
        assert other.blocks[: index + 1] == model.blocks[: index + 1]
        assert other.blocks[index + 1] != model.blocks[index + 1]


def test_labels_that_look_into_a_block_are_purged_and_as_many_bars_again() -> None:
    """A trade of 3 bars decided on bar t ends with the open of t + 4; 3 more bars stay between it and the block."""
    start = START + 2 * DAY_MS
    rows = np.flatnonzero(fitting(BARS, RECIPE, start))
    first = 2 * 288
    assert (rows[0], rows[-1]) == (0, first - 1 - 4 - 3)
    assert BARS.ts[rows[-1] + 4 + 3] < start <= BARS.ts[rows[-1] + 1 + 4 + 3]
    later = np.flatnonzero(fitting(BARS, RECIPE, start + DAY_MS))
    assert later[0] == 288


def test_a_block_is_fitted_on_labelled_bars_with_known_features_only(model: Model) -> None:
    table, said = features.table(BARS, "5m"), labels(BARS, "5m", 3, 0.0001)
    rows = [
        t
        for t in range(2 * 288 - 7)
        if t >= features.first_row("5m") and not np.isnan(said[t]) and np.isfinite(table[t]).all()
    ]
    assert model.blocks[0].rows == len(rows)
    assert model.blocks[0].model == fit(table[rows], said[rows], RECIPE)


def test_features_do_not_reach_across_a_missing_bar() -> None:
    kept = np.arange(len(BARS)) != 400
    holed = Bars(*(getattr(BARS, name)[kept] for name in BARS.__struct_fields__))
    found = parse(train(holed, RECIPE))
    first = features.first_row("5m")
    said = labels(holed, "5m", 3, 0.0001)
    expected = [t for t in (*range(first, 400), *range(400 + first, 2 * 288 - 8)) if not np.isnan(said[t])]
    assert found.blocks[0].rows == len(expected)


def test_the_hash_is_that_of_the_candles_it_learned_from(model: Model) -> None:
    rows = slice(288, 3 * 288)
    digest = hashlib.sha256()
    digest.update(struct.pack(f"<{2 * 288}q", *BARS.ts[rows].tolist()))
    for column in (BARS.open, BARS.high, BARS.low, BARS.close, BARS.volume):
        digest.update(struct.pack(f"<{2 * 288}d", *column[rows].tolist()))
    assert model.blocks[1].sha256 == digest.hexdigest()


def test_other_candles_are_refused_by_their_hash(model: Model) -> None:
    model.check_data(BARS)
    model.check_data(BARS.slice(288, len(BARS)))
    model.check_data(random_bars(99, 500))
    wrong = msgspec.structs.replace(BARS, close=BARS.close + (np.arange(len(BARS)) == 700))
    with pytest.raises(BadInput, match=r"^model_mismatch: the candles before 2023-11-18T00:00:00\.000 are not those"):
        model.check_data(wrong)


@pytest.mark.parametrize(("bars", "held"), [(BARS.slice(0, 0), 0), (BARS.slice(0, 2 * 288), 576)])
def test_too_few_candles_are_refused_in_a_sentence(bars: Bars, held: int) -> None:
    with pytest.raises(BadInput, match=f"^Nothing can be trained: {held} candles of 5m hold no 2 days"):
        train(bars, RECIPE)


def test_one_outcome_only_teaches_nothing() -> None:
    rising = msgspec.structs.replace(BARS, open=np.linspace(30.0, 90.0, len(BARS)))
    with pytest.raises(BadInput, match=r"^Nothing can be trained"):
        train(rising, RECIPE)


def test_features_are_named_in_the_order_of_their_columns(model: Model) -> None:
    assert model.features == features.names("5m")
    assert model.features[-5:] == ("atr_pct", "rsi14", "z", "hour_sin", "hour_cos")
    assert {"razor", "grid", "ma_cross", "vol_model"} <= set(model.features)
    assert "fabio" not in model.features
    assert "razor" not in features.names("4h")
    table = features.table(BARS, "5m")
    assert table.shape == (len(BARS), len(model.features))
    assert np.isnan(table[: features.first_row("5m")]).all()
    noon = np.flatnonzero(BARS.ts % DAY_MS == 6 * SPAN_MS["1h"])[-1]
    assert table[noon, -2:] == pytest.approx([1.0, 0.0], abs=1e-15)
