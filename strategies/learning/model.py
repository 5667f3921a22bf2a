"""The model file of the learned scorer: JSON with its trees, what they were trained on and how. It is data."""

import hashlib
from functools import cache
from pathlib import Path

import msgspec
import numpy as np

from engine.model.errors import BadInput
from engine.model.market import DAY_MS, Bars, Floats, Timeframe
from strategies.learning import features
from strategies.learning.trees import Boosted, fault
from strategies.params import shown

HASHED = ("ts", "open", "high", "low", "close", "volume")


def mismatch(what: str) -> BadInput:
    """The refusal of a model file that does not fit the program, the parameters or the data."""
    return BadInput(f"model_mismatch: {what}.")


class Recipe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything but the candles that decides what is learned."""

    timeframe: Timeframe
    horizon: int
    """Bars a trade lasts."""
    fee: float
    """Fraction of the notional, per fill."""
    fit_days: int = 180
    use_days: int = 30
    trees: int = 100
    depth: int = 3
    rate: float = 0.1
    seed: int = 0


class Block(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was fitted for one stretch of time; it knows nothing of that stretch."""

    start: int
    """Opening time of the first bar it is used on, UTC ms."""
    end: int
    """Opening time of the first bar it is no longer used on."""
    rows: int
    """Labelled bars it was fitted on."""
    sha256: str
    """Of the candles of the days before `start` that it was fitted on."""
    model: Boosted


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole model file: blocks in the order of time."""

    features: tuple[str, ...]
    recipe: Recipe
    blocks: tuple[Block, ...]

    def probability(self, bars: Bars) -> Floats:
        """Probability that a long pays on each bar; NaN outside the blocks and where a feature is not known."""
        out = np.full(len(bars), np.nan)
        known = features.table(bars, self.recipe.timeframe)
        usable = np.isfinite(known.sum(axis=1))
        for block in self.blocks:
            first, last = np.searchsorted(bars.ts, (block.start, block.end)).tolist()
            rows = first + np.flatnonzero(usable[first:last])
            if rows.size:
                out[rows] = block.model.probability(known[rows])
        return out

    def check(self, recipe: Recipe) -> None:
        """BadInput (`model_mismatch`) where it was made with other features or parameters than are asked for."""
        there = features.names(recipe.timeframe)
        if self.features != there:
            raise mismatch(f"the model has the features {', '.join(self.features)}, not {', '.join(there)}")
        for name in Recipe.__struct_fields__:
            held, asked = getattr(self.recipe, name), getattr(recipe, name)
            if held != asked:
                raise mismatch(f"the model was trained with {name} {held}, not {asked}")

    def check_data(self, bars: Bars) -> None:
        """BadInput (`model_mismatch`) where these candles are not those it was fitted on.

        Blocks whose days are not all here are not judged.
        """
        for block in self.blocks:
            since = block.start - self.recipe.fit_days * DAY_MS
            if len(bars) and bars.ts[0] <= since and block.start <= bars.ts[-1]:
                found = fingerprint(bars, since, block.start)
                if found != block.sha256:
                    raise mismatch(
                        f"the candles before {np.datetime64(block.start, 'ms')} are not those the model was trained on"
                    )


def fingerprint(bars: Bars, since: int, until: int) -> str:
    """SHA-256 of the candles that opened in since..until-1: times and prices as little-endian 64-bit numbers."""
    first, last = np.searchsorted(bars.ts, (since, until)).tolist()
    digest = hashlib.sha256()
    for name in HASHED:
        column = getattr(bars, name)[first:last]
        digest.update(np.ascontiguousarray(column, "<i8" if name == "ts" else "<f8").tobytes())
    return digest.hexdigest()


def parse(data: bytes) -> Model:
    """The model in a file's bytes; BadInput (`model_mismatch`) when they are none."""
    try:
        model = msgspec.json.decode(data, type=Model)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise mismatch(f"the file is no model: {error}") from None
    for block in model.blocks:
        found = fault(block.model.trees, len(model.features))
        if found is not None:
            raise mismatch(f"the file is no model: {found}")
    return model


@cache
def load(path: str) -> Model:
    """The model of a file. It is read once: a model that is trained again gets a file of another name."""
    try:
        return parse(Path(path).read_bytes())
    except OSError as error:
        raise mismatch(f"the model {shown(path)} cannot be read: {error.strerror}") from None
